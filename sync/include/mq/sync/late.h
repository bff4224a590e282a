// Late work: envelopes beyond the end of their chain, after a device was stopped or a right ended.
//
// The server keeps it apart and gives it to admins' devices only; they hold it out of force until
// an admin decides it, whole runs at a time, apply or refuse. The entry decides, on every device
// the same; whoever holds what was decided gives it to the server, which then gives it to
// everybody. Nothing is decided by its time, and nothing is decided twice.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "mq/seal/sealer.h"
#include "mq/sync/engine.h"
#include "mq/sync/membership.h"
#include "mq/wire/control.h"

namespace mq::sync {

// Envelopes of one line of one chain, each after the other.
struct LateWork {
  wire::ChainId chain;
  PersonId person;        // whose device signed it
  wire::ChainPoint from;  // what it follows: an end of the chain, or where the last decision ended
  std::uint64_t from_seq = 0, to_seq = 0;
  std::uint64_t transactions = 0;  // of those that open
  std::string why_zh, why_en;
  bool opens = false;             // every envelope of it
  bool after_stop = false;        // the device was stopped: a person decides
  bool under_void = false;        // sealed on a side of a parted log that a heal made void
  bool fork = false;              // below the end, on a line that does not lead to it
  std::uint64_t missing_seq = 0;  // what must come before it; 0: nothing
  std::vector<Hash> envelopes;    // by seq

  bool can_be_decided() const { return !fork && missing_seq == 0; }
};
// By stream, device and seq. A run ends where its line forks; what follows is told once it is
// decided.
Result<std::vector<LateWork>> late_work(vault::Vault& vault, const ControlStore& control);

// Appends the decision, `refuse` being those of its envelopes that stay out, and brings what is
// held here into line with it; the next contact gives them to the server. If another admin has
// decided meanwhile, that stands and is returned.
//
// kInvalidInput: something before it is missing, it is a fork below the end, or what is to be
// admitted does not open here; kNotAllowed: not an admin's device; kUnavailable: no contact.
// Nothing has changed then.
Result<wire::AdmissionRecord> decide_late(const LateWork& work, const std::set<Hash>& refuse,
                                          const Member& member, seal::Sealer& sealer);

// What came after a right ended without its device being stopped, as at a hand-over, is admitted at
// once if all of it opens; returns how many envelopes. Asks nothing of a server if there is none.
Result<std::size_t> admit_handed_over(const Member& member, seal::Sealer& sealer);

// Brings what is held into line with the log, if the log has grown since the last time. After every
// way by which entries come.
Status rule_by_log(vault::Vault& vault, const ControlStore& control, seal::Sealer& sealer);

}  // namespace mq::sync
