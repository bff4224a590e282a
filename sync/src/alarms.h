// Alarms: what a person is told at once when the control log has grown (PROTOCOL sections 5, 6).
#pragma once

#include <string>
#include <vector>

#include "mq/seal/keyring.h"
#include "mq/wire/control.h"

namespace mq::sync {

// A device or role in my name, a new reader of my diary.
std::vector<std::string> alarms_between(const wire::ControlState& before,
                                        const wire::ControlState& after, const seal::Identity& me);

std::string claimed_twice_zh(const InviteId& invite);

}  // namespace mq::sync
