// invite --from: a page of slips for everybody of a list, for one meeting.
#pragma once

#include "../home.h"
#include "../role_names.h"

namespace mq::cli {

// The last day of a code that is good for so many days from the contact just made.
std::uint32_t last_day_of_code(Home& home, int days);

Status invite_from_list(Call& call, RoleKind role, int days);

}  // namespace mq::cli
