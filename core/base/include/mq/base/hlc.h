// Hybrid logical clock (PROTOCOL section 3): 48 bits of milliseconds, 16 bits of counter.
//
// It orders what is shown and breaks ties; it never decides authorisation, cursors, dropping or
// expiry. A remote stamp more than 24 h ahead of our estimate is accepted but does not advance
// ours, so that one wrong clock cannot drag the township along. The estimate is the later of our
// wall and the server's time as we last saw it, never a stamp: a row of stamps, each a little ahead
// of the one before, would else lead anywhere.
#pragma once

#include <compare>
#include <cstdint>

#include "mq/base/clock.h"

namespace mq {

// How much the wall time behind a stamp is worth; higher wins a tie.
enum class ClockClass : std::uint8_t { kKnownWrong = 0, kWall = 1, kAnchored = 2 };

struct Hlc {
  std::uint64_t packed = 0;  // ms << 16 | counter
  auto operator<=>(const Hlc&) const = default;
  std::int64_t ms() const { return static_cast<std::int64_t>(packed >> 16); }
  static Hlc of(std::int64_t ms, std::uint16_t counter = 0);
};

class HlcClock {
 public:
  // last is the greatest stamp this vault has stored.
  HlcClock(const Clock& clock, Hlc last) : clock_(clock), last_(last) {}
  // Greater than every stamp given or seen before; stands still at the end of the 48 bits.
  Hlc next();
  // proved: the latest server time known here, 0 if none.
  void see(Hlc remote, WallTime proved = {});
  Hlc last() const { return last_; }

 private:
  const Clock& clock_;
  Hlc last_;
};

}  // namespace mq
