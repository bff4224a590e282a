// SimClock: a clock that only moves when a test says so.
//
// The wall can run fast or slow, jump, or stand in 1970 or 2099; monotonic time never goes back.
// advance() moves true time; what the wall shows of it is this clock's own affair.
#pragma once

#include <chrono>
#include <cstdint>

#include "mq/base/clock.h"

namespace mq::testing {

inline constexpr std::int64_t kMorning2026 = 1'772'668'800'000;  // 2026-03-05 00:00 UTC
inline constexpr std::int64_t kYear1970 = 86'400'000;
inline constexpr std::int64_t kYear2099 = 4'070'908'800'000;

class SimClock final : public Clock {
 public:
  explicit SimClock(std::int64_t wall_ms = kMorning2026) : wall_ms_(wall_ms) {}

  WallTime wall() const override { return {wall_ms_}; }
  MonotonicTime monotonic() const override { return {monotonic_ms_}; }

  // True time passes; the wall gains or loses `drift_ppm` millionths of it.
  void advance(std::chrono::milliseconds time) {
    monotonic_ms_ += time.count();
    wall_ms_ += time.count() + time.count() * drift_ppm_ / 1'000'000;
  }
  // Somebody, or the network, sets the wall; monotonic time does not notice.
  void set_wall(std::int64_t wall_ms) { wall_ms_ = wall_ms; }
  void jump(std::chrono::milliseconds by) { wall_ms_ += by.count(); }
  void set_drift(std::int64_t ppm) { drift_ppm_ = ppm; }
  // A restart of the machine: monotonic time begins again.
  void reboot() { monotonic_ms_ = 0; }

 private:
  std::int64_t wall_ms_;
  std::int64_t monotonic_ms_ = 0;
  std::int64_t drift_ppm_ = 0;
};

}  // namespace mq::testing
