#include "outgoing.h"

#include <algorithm>
#include <utility>

#include "bundle_store.h"

namespace mq::sync {

bool Outgoing::waits(const wire::Envelope& envelope) const {
  return waiting_.contains(wire::chain_of(envelope.header));
}

Result<std::vector<wire::Envelope>> Outgoing::next(std::size_t bytes_max, std::size_t framing) {
  std::vector<wire::Envelope> out;
  std::size_t bytes = 0;
  const auto take = [&](wire::Envelope envelope) {
    const std::size_t size = envelope.bytes() + framing;
    if (!out.empty() && bytes + size > bytes_max) return false;
    bytes += size;
    out.push_back(std::move(envelope));
    return true;
  };
  for (const Hash& hash : queue_) {
    MQ_TRY(std::optional<wire::Envelope> envelope, vault_.envelope(hash));
    if (!envelope || envelope->pruned() || waits(*envelope)) continue;
    if (!take(std::move(*envelope))) return out;
  }
  using Some = Result<std::vector<wire::Envelope>>;
  const Some mine = sendable(bytes_max, [&](std::size_t reach) { return vault_.outbox(reach); });
  if (!mine.ok()) return mine.error();
  for (const wire::Envelope& envelope : *mine) {
    if (!take(envelope)) return out;
  }
  const Some others = sendable(bytes_max, [&](std::size_t reach) { return vault_.relay(reach); });
  if (!others.ok()) return others.error();
  for (const wire::Envelope& envelope : *others) {
    if (!take(envelope)) return out;
  }
  MQ_TRY(const std::vector<Hash> brought, load_relay(vault_));
  std::set<Hash> taken;
  for (const wire::Envelope& envelope : out) taken.insert(envelope.hash());
  for (const Hash& hash : brought) {
    MQ_TRY(std::optional<wire::Envelope> envelope, vault_.envelope(hash));
    const bool goes = envelope && !envelope->pruned() && !passed_over(*envelope);
    if (!goes || !taken.insert(hash).second) continue;
    if (!take(std::move(*envelope))) return out;
  }
  return out;
}

bool Outgoing::passed_over(const wire::Envelope& envelope) const {
  const Hash hash = envelope.hash();
  return waits(envelope) || queued_.contains(hash) || late_.contains(hash);
}

// What is there without what waits; further into it as long as only waiting ones come.
Result<std::vector<wire::Envelope>> Outgoing::sendable(std::size_t bytes_max, const There& there) {
  for (std::size_t reach = bytes_max;; reach *= 2) {
    MQ_TRY(std::vector<wire::Envelope> some, there(reach));
    if (some.empty()) return some;
    std::size_t bytes = 0;
    for (const wire::Envelope& envelope : some) bytes += envelope.bytes();
    std::erase_if(some, [&](const wire::Envelope& envelope) { return passed_over(envelope); });
    if (!some.empty() || bytes + wire::kEnvelopeBytesMax < reach) return some;
  }
}

Result<bool> Outgoing::empty() {
  MQ_TRY(const std::vector<wire::Envelope> some, next(1));
  return some.empty();
}

Status Outgoing::queue_stream(vault::StreamIx stream, const std::set<Hash>& on_server) {
  MQ_TRY(const std::vector<Hash> held, vault_.held(stream));
  for (const Hash& hash : held) {
    if (on_server.contains(hash) || !queued_.insert(hash).second) continue;
    queue_.push_back(hash);
  }
  return {};
}

Status Outgoing::rewind(const wire::Envelope& pushed, std::uint64_t need_seq) {
  const wire::ChainId chain = wire::chain_of(pushed.header);
  const auto [known, fresh] = rewound_.emplace(chain, need_seq);
  // Asked for the same again: what it needs is not here, or does not satisfy it.
  if (!fresh && known->second == need_seq) {
    waiting_.insert(chain);
    return {};
  }
  known->second = need_seq;
  const vault::StreamInfo* stream = vault_.stream(chain.stream);
  if (stream == nullptr) return {};
  MQ_TRY(const std::vector<Hash> held, vault_.held(stream->ix));
  std::vector<std::pair<std::uint64_t, Hash>> line;
  for (const Hash& hash : held) {
    MQ_TRY(const std::optional<wire::Envelope> envelope, vault_.envelope(hash));
    if (!envelope || wire::chain_of(envelope->header) != chain) continue;
    if (envelope->header.seq >= need_seq) line.emplace_back(envelope->header.seq, hash);
  }
  std::sort(line.begin(), line.end());
  for (const auto& [seq, hash] : line) drop_from_queue(hash);
  for (auto it = line.rbegin(); it != line.rend(); ++it) {
    queue_.push_front(it->second);
    queued_.insert(it->second);
  }
  return {};
}

void Outgoing::drop_from_queue(const Hash& hash) {
  if (queued_.erase(hash) == 0) return;
  queue_.erase(std::find(queue_.begin(), queue_.end(), hash));
}

Result<Outgoing::Outcome> Outgoing::note(const std::vector<wire::Envelope>& pushed,
                                         const pb::ExchangeReply& reply) {
  Outcome outcome;
  std::vector<Hash> delivered;
  std::set<wire::ChainId> gaps;
  for (std::size_t i = 0; i < pushed.size(); ++i) {
    const wire::Envelope& envelope = pushed[i];
    const wire::ChainId chain = wire::chain_of(envelope.header);
    const pb::PushResult& result = reply.results(static_cast<int>(i));
    if (result.code() == pb::PUSH_CODE_LATE) late_.insert(envelope.hash());
    switch (result.code()) {
      case pb::PUSH_CODE_FORK:
        ++outcome.forks;
        [[fallthrough]];
      case pb::PUSH_CODE_STORED:
      case pb::PUSH_CODE_DUPLICATE:
      case pb::PUSH_CODE_LATE:
        rewound_.erase(chain);
        drop_from_queue(envelope.hash());
        delivered.push_back(envelope.hash());
        break;
      case pb::PUSH_CODE_GAP:
        if (gaps.insert(chain).second) MQ_CHECK(rewind(envelope, result.need_seq()));
        break;
      case pb::PUSH_CODE_PARKED:  // goes again once the log is level
        break;
      default:
        if (result.refusal() == pb::REFUSAL_QUOTA) {
          outcome.busy = true;
          break;
        }
        ++outcome.refused;
        waiting_.insert(chain);
        drop_from_queue(envelope.hash());
    }
  }
  MQ_CHECK(drop_relay(vault_, delivered));
  return outcome;
}

void Outgoing::forget_refusals() {
  waiting_.clear();
  rewound_.clear();
}

void Outgoing::at_log(const Hash& head) {
  if (std::exchange(log_, head) == head) return;
  forget_refusals();
  late_.clear();
}

}  // namespace mq::sync
