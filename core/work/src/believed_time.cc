#include "mq/work/believed_time.h"

namespace mq::work {

namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kYearMs = kHourMs * 24 * 366;
constexpr std::int64_t kNoReleaseBefore = 1'735'689'600'000;  // 2025-01-01

}  // namespace

BelievedTime believed_time(const Workplace& place) {
  BelievedTime out;
  out.device = place.clock.wall();
  const auto heard = static_cast<std::int64_t>(place.vault.checkpoint().time_ms);
  if (heard > 0) out.server = WallTime{heard};
  const bool behind = out.server && out.device.ms + kHourMs < out.server->ms;
  const bool ahead = out.server && out.device.ms - out.server->ms > kYearMs;
  out.doubtful = out.device.ms < kNoReleaseBefore || behind || ahead;
  return out;
}

}  // namespace mq::work
