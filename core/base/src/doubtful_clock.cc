#include "mq/base/doubtful_clock.h"

namespace mq {

namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kYearMs = kHourMs * 24 * 366;
constexpr std::int64_t kNoReleaseBefore = 1'735'689'600'000;  // 2025-01-01

}  // namespace

bool doubtful_clock(WallTime device, std::optional<WallTime> server) {
  const bool behind = server && device.ms + kHourMs < server->ms;
  const bool ahead = server && device.ms - server->ms > kYearMs;
  return device.ms < kNoReleaseBefore || behind || ahead;
}

}  // namespace mq
