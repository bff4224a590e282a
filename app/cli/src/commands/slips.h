// invite --from: a page of slips for everybody of a list, for one meeting.
#pragma once

#include "../command.h"
#include "../role_names.h"
#include "mq/base/date.h"

namespace mq::cli {

Status invite_from_list(Call& call, RoleKind role, Date last_day);

}  // namespace mq::cli
