// Sequencer: gives pushed envelopes their place in chain and stream, and makes the receipts.
//
// It decides over the store as it stands plus what it has placed itself, so that the pushes of
// many requests become one append. Nothing is promised before commit() has succeeded; after
// kConflict everything is decided again by a new sequencer.
#pragma once

#include <map>
#include <vector>

#include "admission.h"

namespace mq::server {

// One request's envelopes and, after the commit, what became of them.
struct Push {
  std::vector<Candidate> candidates;
  Status status;
  std::vector<pb::PushResult> results;  // one per candidate
  std::vector<wire::Receipt> receipts;
};

class Sequencer {
 public:
  Sequencer(Core& core, Township& township, wire::Generation generation);

  // Fills push.results and push.receipts.
  Status place(Push& push);
  // One durable commit of all that was placed. kConflict: somebody else appended.
  Status commit();

  bool stored_any() const { return !streams_.empty(); }
  const std::vector<wire::ChainId>& new_forks() const { return new_forks_; }

 private:
  struct Placed {
    Hash hash;
    std::uint64_t index = 0;
    std::uint32_t control_seq = 0;
  };
  // A chain as the store has it and as it grows here.
  struct Chain {
    std::vector<ChainHead> heads;
    std::map<std::uint64_t, std::vector<Placed>> placed;  // by seq
  };

  Result<pb::PushResult> place_one(const Candidate& candidate, Push& push);
  Result<bool> off_the_line(const Candidate& candidate, const Chain& chain);
  Result<pb::PushResult> place_late(const Candidate& candidate, Push& push);
  Result<pb::PushResult> place_duplicate(const Candidate& candidate, const Placed& held,
                                         Push& push);
  Result<std::optional<pb::PushResult>> check_link(const Candidate& candidate, Chain& chain);
  void append(const Candidate& candidate, Chain& chain, Push& push);
  void extend_receipt(const Candidate& candidate, const AppendRun& run, Push& push);
  void sign_receipts(Push& push);

  Result<Chain*> chain(const wire::ChainId& id);
  Result<AppendRun*> run(const StreamId& stream);
  Result<std::vector<Placed>> held(const wire::ChainId& id, const Chain& chain, std::uint64_t seq);
  Result<std::uint32_t> control_seq_of(const StreamId& stream, const Placed& held);
  Result<wire::Receipt> receipt_of(const Candidate& candidate, const Placed& held,
                                   const Push& push);
  wire::Receipt blank_receipt(const Candidate& candidate) const;

  Core& core_;
  Township& township_;
  const wire::Generation generation_;
  const WallTime now_;
  std::map<wire::ChainId, Chain> chains_;
  std::map<StreamId, AppendRun> streams_;
  std::vector<wire::ChainId> new_forks_;
  std::vector<std::size_t> fresh_;  // places in push.receipts of those still growing
};

// Places and commits the pushes of several requests together; every status is set.
void lead_pushes(Core& core, Township& township, const std::vector<Push*>& pushes);

}  // namespace mq::server
