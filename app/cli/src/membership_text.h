// What the commands of membership say of an act that has ended something.
#pragma once

#include "command.h"
#include "mq/sync/membership.h"

namespace mq::cli {

// The counts of --json, and a warning if keys are still to be changed.
void tell_cutoff(Call& call, const sync::Cutoff& done);

}  // namespace mq::cli
