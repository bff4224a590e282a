// Time comes in through a Clock. Wall time is stored; monotonic time is waited on; the two are
// different types. The only real clock is SystemClock, made by the two main.cc.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace mq {

// Milliseconds since 1970-01-01 UTC, as this machine believes; may be wrong by decades.
struct WallTime {
  std::int64_t ms = 0;
  auto operator<=>(const WallTime&) const = default;
};

// Milliseconds since an arbitrary start of this process; never goes back.
struct MonotonicTime {
  std::int64_t ms = 0;
  auto operator<=>(const MonotonicTime&) const = default;
  MonotonicTime operator+(std::chrono::milliseconds d) const { return {ms + d.count()}; }
};

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall() const = 0;
  virtual MonotonicTime monotonic() const = 0;
};

}  // namespace mq
