// The acts of `org`, one file each.
#pragma once

#include "../command.h"

namespace mq::cli {

// Its value; a usage error that names it if it is missing.
Result<std::string> needed_flag(Call& call, const char* flag);

Status org_county_create(Call& call);
Status org_county_appoint(Call& call);
Status org_township(Call& call);
Status org_rejoin_request(Call& call);
Status org_rejoin(Call& call);
Status org_open(Call& call);

}  // namespace mq::cli
