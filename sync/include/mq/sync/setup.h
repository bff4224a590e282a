// Setup: ending a township's preparation, for good.
#pragma once

#include "mq/sync/membership.h"

namespace mq::sync {

// Appends `open`: from then on new admins and supervisors, and a new recovery kit, need a second
// signature, and the last admin's device stays.
//
// kConflict open already; kNotAllowed practice, no admin's device, fewer than two live ones, or no
// recovery kit; kUnavailable it may stand, calling again tells.
Status open_township(const Member& member);

}  // namespace mq::sync
