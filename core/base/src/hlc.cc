#include "mq/base/hlc.h"

#include <algorithm>

namespace mq {

namespace {
constexpr std::int64_t kMsMax = (std::int64_t{1} << 48) - 1;
constexpr std::int64_t kRemoteLeadMax = 86'400'000;  // ms, a day
}  // namespace

Hlc Hlc::of(std::int64_t ms, std::uint16_t counter) {
  const std::int64_t bounded = std::clamp<std::int64_t>(ms, 0, kMsMax);
  return {static_cast<std::uint64_t>(bounded) << 16 | counter};
}

Hlc HlcClock::next() {
  const Hlc now = Hlc::of(clock_.wall().ms);
  if (now > last_) {
    last_ = now;
  } else if (last_.packed < UINT64_MAX) {
    ++last_.packed;
  }
  return last_;
}

void HlcClock::see(Hlc remote, WallTime proved) {
  const std::int64_t estimate =
      std::clamp<std::int64_t>(std::max(clock_.wall().ms, proved.ms), 0, kMsMax);
  if (remote > last_ && remote.ms() <= estimate + kRemoteLeadMax) last_ = remote;
}

}  // namespace mq
