// Parting: the control log here and the server's have grown apart, after a server was restored and
// appended to before this device brought back what it holds (PROTOCOL section 5).
//
// It is found, said and kept; what was recorded stays unsealed and whole, until the server's side
// has an admin's `heal` entry that makes ours void (heal_log.cc). Then ours is replaced by it.
#pragma once

#include "acts.h"

namespace mq::sync {

// What a comparison of both logs found.
struct Difference {
  enum class Where { kFurtherBack, kNowhere, kAt };
  Where where = Where::kNowhere;
  std::uint32_t since = 0;               // the first entry that differs
  std::vector<pb::ControlEntry> theirs;  // from there on, as far as one reply reaches
};
// One round trip: compares the logs from `reach` entries before the end of the shorter. kCorrupt:
// what the server gives there does not verify, so that nothing is believed of it.
Result<Difference> first_difference(Acts& acts, const Signer& signer, const ServerLog& server,
                                    std::uint32_t reach);
// The server's entries from where the logs part, read until they are all here.
struct OtherSide {
  std::uint32_t since = 0;
  std::vector<pb::ControlEntry> entries;
  bool whole(const ServerLog& server) const { return since - 1 + entries.size() >= server.seq; }
};
// One round trip.
Status read_on(Acts& acts, const Signer& signer, OtherSide& other);
// As many as it needs; kCorrupt, kUnavailable: it contradicts itself.
Result<OtherSide> other_side(Acts& acts, const Signer& signer, const ServerLog& server);
// The log as the server has it. kCorrupt: it does not verify.
Result<wire::ControlState> state_of(Acts& acts, const OtherSide& other);
// Whether a heal entry there has made the whole of ours void; then ours is replaced by it, in one
// commit. What is held is to be ruled anew, and the next incarnation begun (renew_if_rewound).
Result<bool> follow_heal(Acts& acts, const OtherSide& other);
// After follow_heal, before anything is sealed; nothing if it was done.
Status renew_if_rewound(vault::Vault& vault, const ControlStore& control, seal::Sealer& sealer);
// Keeps what was found, for status and doctor; gives the sentence for the person.
Error parted(Acts& acts, const ServerLog& server, std::uint32_t since);
Error not_parted();
// Both in a row: as many round trips as it needs.
Error say_parted(Acts& acts, const Signer& signer, const ServerLog& server);
// Once the logs agree again.
Status forget_parting(vault::Vault& vault);

}  // namespace mq::sync
