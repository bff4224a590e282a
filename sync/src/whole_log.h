// The whole log of a township that this home does not belong to yet.
#pragma once

#include <vector>

#include "caller.h"
#include "mq/wire/control.h"

namespace mq::sync {

struct WholeLog {
  std::vector<pb::ControlEntry> entries;
  wire::ControlState state;
};

// Verified from its genesis; that it is the right one is for the caller to see. kCorrupt: it does
// not verify, or the server did not give all of it.
Result<WholeLog> read_whole_log(Caller& caller, const Signer& signer);

}  // namespace mq::sync
