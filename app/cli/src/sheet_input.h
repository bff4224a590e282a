// Recovery sheets as a command is given them: --sheet FILE twice or three times, or --sheet - to
// type them in. A file may be the printed page itself. What is read is wiped.
#pragma once

#include <vector>

#include "command.h"
#include "mq/seal/recovery_kit.h"

namespace mq::cli {

struct GivenKit {
  std::vector<seal::Sheet> sheets;
  seal::RecoverySeed seed;
};

// kInvalidInput: one sheet only, two that do not go together, a mistyped line (which one);
// kNotFound: no such file.
Result<GivenKit> given_kit(Call& call);

}  // namespace mq::cli
