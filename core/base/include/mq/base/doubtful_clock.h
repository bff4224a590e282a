// Whether a device's clock can be right, by what is proved: the server's time when it was last
// heard of, which it is by now at least.
#pragma once

#include <optional>

#include "mq/base/clock.h"

namespace mq {

// Before any release of this program, more than an hour before the server's time, or more than a
// year after it.
bool doubtful_clock(WallTime device, std::optional<WallTime> server);

}  // namespace mq
