// The acts of `recover`, one file each.
#pragma once

#include "../command.h"

namespace mq::cli {

Status recover_make(Call& call);
Status recover_use(Call& call);
Status recover_grant(Call& call);

}  // namespace mq::cli
