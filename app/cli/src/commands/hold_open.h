// Unlocking for a while: a home that asks for no passphrase until nobody has used it for so long.
#pragma once

#include "../key_room.h"

namespace mq::cli {

// For --minutes, else as today's programmes say, else ten. kUnsupported: this machine keeps no
// keys; kInvalidInput: longer than the programme lets.
Status hold_open(Call& call, KeyRoom room, const Key32& key);

}  // namespace mq::cli
