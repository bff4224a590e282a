// Outgoing: which envelopes the next exchange pushes, and what the server said of the last ones.
//
// The outbox is the truth: what is there has no receipt. Before it comes a queue of what the server
// lacks (after a gap or while healing it), after it what others wrote: what no server is known to
// hold as it stands, and what a bundle brought and somebody waits for a receipt of. A refused
// envelope stays held and is reported; its chain waits, since nothing after it could be stored.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "messages.h"
#include "mq/vault/vault.h"

namespace mq::sync {

class Outgoing {
 public:
  explicit Outgoing(vault::Vault& vault) : vault_(vault) {}

  // Envelopes up to bytes_max, each counted with its framing; at least one if there is any.
  Result<std::vector<wire::Envelope>> next(std::size_t bytes_max, std::size_t framing = 0);
  // Nothing queued and nothing in the outbox that could be sent.
  Result<bool> empty();
  // Queues what is held of a stream and not in `on_server`, in the order held.
  Status queue_stream(vault::StreamIx stream, const std::set<Hash>& on_server);

  struct Outcome {
    std::uint64_t refused = 0;
    std::uint64_t forks = 0;
    bool busy = false;  // quota: later
  };
  // Takes note of the answers to the envelopes pushed, one each.
  Result<Outcome> note(const std::vector<wire::Envelope>& pushed, const pb::ExchangeReply& reply);
  // What was refused may be asked again.
  void forget_refusals();
  // The log as it stands now; if it has changed, so may every answer.
  void at_log(const Hash& head);

 private:
  Status rewind(const wire::Envelope& pushed, std::uint64_t need_seq);
  bool waits(const wire::Envelope& envelope) const;
  using There = std::function<Result<std::vector<wire::Envelope>>(std::size_t bytes_max)>;
  Result<std::vector<wire::Envelope>> sendable(std::size_t bytes_max, const There& there);
  bool passed_over(const wire::Envelope& envelope) const;
  void drop_from_queue(const Hash& hash);

  vault::Vault& vault_;
  std::deque<Hash> queue_;
  std::set<Hash> queued_;
  std::set<wire::ChainId> waiting_;                 // chains with a refused envelope or a hole
  std::map<wire::ChainId, std::uint64_t> rewound_;  // the need_seq answered last
  // Under this log; what is in force here may lie beyond an end that the server alone can see.
  std::set<Hash> late_;
  Hash log_;
};

}  // namespace mq::sync
