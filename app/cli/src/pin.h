// Pin: a few digits in place of the passphrase, on a machine that holds a key beside them.
//
// The key file's wrap opens under the platform's key and the digits together; that key is drawn for
// this home, lies with the system as a session's does, and goes with a restart of the machine, with
// `pin remove`, with rekey, and after five wrong tries. The count lies with it and is raised before
// each try. What guards it is the system: whoever can ask it as this user can try digits.
#pragma once

#include <string_view>

#include "mq/base/random.h"
#include "mq/vault/key_file.h"
#include "session_keys.h"

namespace mq::cli {

inline constexpr int kPinTries = 5;

// Four to twelve digits, not all the same. kInvalidInput.
Status check_pin(std::string_view digits);

// What the functions below need; borrows all.
struct PinPlace {
  SessionKeys& keys;
  vault::KeyFile& key_file;
  const std::string& folder;
};

// kUnsupported: this system keeps no keys; nothing was changed.
Status set_pin(const PinPlace& place, const Key32& vault_key, std::string_view digits,
               Random& random, const vault::KdfCost& cost = {});
// Whether digits can open it now.
Result<bool> pin_is_set(const PinPlace& place);
// kLocked: wrong, and how often one may still try; after the last the PIN is gone.
Result<Key32> unlock_by_pin(const PinPlace& place, std::string_view digits);
// Whether there was one.
Result<bool> remove_pin(const PinPlace& place, const Key32& vault_key);

// The platform's half alone, of a home that is no more.
void forget_pin(SessionKeys& keys, const std::string& folder);

}  // namespace mq::cli
