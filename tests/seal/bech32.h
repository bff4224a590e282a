// Bech32 as stock `age` writes its identities and recipients. Tests alone need it: our own keys
// never leave the vault as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mq/base/bytes.h"

namespace mq::testing {

std::string to_bech32(std::string_view prefix, ByteView bytes);  // lower case
// Nothing if prefix (compared in lower case), characters or check do not fit.
std::optional<Bytes> from_bech32(std::string_view prefix, std::string_view text);

}  // namespace mq::testing
