// What commands say of the membership: what an act has ended, what a person is told.
#pragma once

#include "command.h"
#include "mq/sync/membership.h"

namespace mq::cli {

// The counts of --json, and a warning if keys are still to be changed.
void tell_cutoff(Call& call, const sync::Cutoff& done);

// In the language of this call.
std::vector<std::string> alarm_texts(const Call& call, const std::vector<sync::Alarm>& alarms);

}  // namespace mq::cli
