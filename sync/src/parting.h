// Parting: the control log here and the server's have grown apart, after a server was restored and
// appended to before this device brought back what it holds (PROTOCOL section 5).
//
// It is found, said and kept; what was recorded stays unsealed and whole. Choosing between the two
// sides is an admin's `heal` entry, which this version carries and does not act on.
#pragma once

#include "acts.h"

namespace mq::sync {

// What a comparison of both logs found.
struct Difference {
  enum class Where { kFurtherBack, kNowhere, kAt };
  Where where = Where::kNowhere;
  std::uint32_t since = 0;  // the first entry that differs
};
// One round trip: compares the logs from `reach` entries before the end of the shorter. kCorrupt:
// what the server gives there does not verify, so that nothing is believed of it.
Result<Difference> first_difference(Acts& acts, const Signer& signer, const ServerLog& server,
                                    std::uint32_t reach);
// Keeps what was found, for status and doctor; gives the sentence for the person.
Error parted(Acts& acts, const ServerLog& server, std::uint32_t since);
Error not_parted();
// Both in a row: as many round trips as it needs.
Error say_parted(Acts& acts, const Signer& signer, const ServerLog& server);
// Once the logs agree again.
Status forget_parting(vault::Vault& vault);

}  // namespace mq::sync
