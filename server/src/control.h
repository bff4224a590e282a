// The answers about the control log: founding, reading, appending, invitations.
#pragma once

#include "caller.h"

namespace mq::server {

Result<pb::ControlAppendReply> answer_found(Core& core, const pb::SignedRequest& request);
Result<pb::ControlReadReply> answer_control_read(Core& core, const pb::SignedRequest& request);
Result<pb::ControlAppendReply> answer_control_append(Core& core, const pb::SignedRequest& request);

}  // namespace mq::server
