// unlock show: an admin reads out a member's unlock code over the telephone.
#pragma once

#include "../command.h"

namespace mq::cli {

// kNotAllowed: not an admin; kNotFound: that person's device has handed over none, or not to this
// device; kInvalidInput: he has several.
Status show_unlock_code(Call& call);

}  // namespace mq::cli
