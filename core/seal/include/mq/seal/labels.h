// Labels of the membership log: names of people and villages under the township stream's key.
#pragma once

#include <string>

#include "mq/seal/keyring.h"
#include "mq/wire/control.h"

namespace mq::seal {

// Empty if this device has no key for it, or it does not open.
std::string label_or_nothing(const wire::ControlState& state, const Keyring& keyring,
                             ByteView sealed);

}  // namespace mq::seal
