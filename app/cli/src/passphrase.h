// Passphrase: from the environment, a file, or a prompt that does not echo.
#pragma once

#include <string>

#include "command.h"

namespace mq::cli {

// `twice`: asks again, for a new home. kLocked: none was given. Leading and trailing line ends go.
Result<std::string> ask_passphrase(Call& call, bool twice);

}  // namespace mq::cli
