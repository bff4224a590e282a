// UnlockCode: 80 random bits that open a vault once when its passphrase is forgotten.
//
// Written XXXX-XXXX-XXXX-XXXXXX, as code_text.h says; the secret of the key file's wrap is the ten
// bytes, not the text.
#pragma once

#include <string>
#include <string_view>

#include "mq/base/random.h"
#include "mq/base/result.h"
#include "mq/base/secret.h"

namespace mq::cli {

using UnlockCode = Secret<10>;

// Setting of the vault: the day on which a code last opened it, as text. Its owner is shown it.
inline constexpr std::string_view kUnlockUsed = "unlock.used";

UnlockCode new_unlock_code(Random& random);
std::string format_unlock_code(const UnlockCode& code);
// kInvalidInput: mistyped, with the reason.
Result<UnlockCode> parse_unlock_code(std::string_view text);

}  // namespace mq::cli
