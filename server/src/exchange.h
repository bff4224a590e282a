// The answer to an exchange: what was pushed gets its place, then what is new is given.
#pragma once

#include "caller.h"

namespace mq::server {

Result<pb::ExchangeReply> answer_exchange(Core& core, const pb::SignedRequest& request);

}  // namespace mq::server
