#include "mq/work/believed_time.h"

#include "mq/base/doubtful_clock.h"

namespace mq::work {

WallTime BelievedTime::minute() const {
  constexpr std::int64_t kMinute = 60'000;
  return {start().ms / kMinute * kMinute};
}

BelievedTime believed_time(const Workplace& place) {
  BelievedTime out;
  out.device = place.clock.wall();
  const auto heard = static_cast<std::int64_t>(place.vault.checkpoint().time_ms);
  if (heard > 0) out.server = WallTime{heard};
  out.doubtful = doubtful_clock(out.device, out.server);
  return out;
}

}  // namespace mq::work
