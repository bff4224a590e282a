// ChainHeads: where the chains of named devices stand, for the cuts of a revocation.
#pragma once

#include "core.h"

namespace mq::server {

// Only a live admin's device may ask: the answer tells how much a device wrote (PROTOCOL section 7
// allows chain heads and receipts, and nothing more, by device).
//
// kUnauthenticated as authenticate(); kNotAllowed for anybody else; kInvalidInput: more than 64
// devices, or an id of another length.
Result<pb::ChainHeadsReply> answer_chain_heads(Core& core, const pb::SignedRequest& request);

}  // namespace mq::server
