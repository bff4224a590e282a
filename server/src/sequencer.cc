#include "sequencer.h"

#include <algorithm>

namespace mq::server {
namespace {

constexpr std::size_t kHeadsMax = 16;
constexpr std::uint64_t kStepBack = 16;
constexpr std::uint64_t kLateBytesMax = 64u << 20;  // of one stream's late box
constexpr int kTries = 8;

}  // namespace

Sequencer::Sequencer(Core& core, Township& township, wire::Generation generation)
    : core_(core), township_(township), generation_(generation), now_(core.clock.wall()) {}

Result<Sequencer::Chain*> Sequencer::chain(const wire::ChainId& id) {
  const auto found = chains_.find(id);
  if (found != chains_.end()) return &found->second;
  Chain chain;
  MQ_TRY(chain.heads, core_.store.chain_heads(township_.id, id));
  return &chains_.emplace(id, std::move(chain)).first->second;
}

Result<AppendRun*> Sequencer::run(const StreamId& stream) {
  const auto found = streams_.find(stream);
  if (found != streams_.end()) return &found->second;
  AppendRun run;
  run.township = township_.id;
  run.stream = stream;
  MQ_TRY(run.expected, core_.store.stream_head(township_.id, stream));
  run.head = run.expected;
  return &streams_.emplace(stream, std::move(run)).first->second;
}

Result<std::vector<Sequencer::Placed>> Sequencer::held(const wire::ChainId& id, const Chain& chain,
                                                       std::uint64_t seq) {
  MQ_TRY(const auto stored, core_.store.held_at(township_.id, id, seq));
  std::vector<Placed> out;
  for (const Store::Held& each : stored) out.push_back({each.hash, each.index, 0});
  if (const auto found = chain.placed.find(seq); found != chain.placed.end()) {
    out.insert(out.end(), found->second.begin(), found->second.end());
  }
  return out;
}

// What the held envelope names; read back only at a fork, where it is no head.
Result<std::uint32_t> Sequencer::control_seq_of(const StreamId& stream, const Placed& held) {
  if (held.control_seq > 0) return held.control_seq;
  MQ_TRY(const auto stored, core_.store.read_range(township_.id, stream, held.index - 1, 1));
  if (stored.empty()) {
    return Error{Code::kCorrupt, "服务器里少了一个信封,请停机检查",
                 "an envelope is missing from the store; stop and check"};
  }
  MQ_TRY(const wire::Envelope envelope, wire::parse_envelope(stored.front().envelope));
  return envelope.header.control_seq;
}

wire::Receipt Sequencer::blank_receipt(const Candidate& candidate) const {
  const wire::EnvelopeHeader& header = candidate.pushed.header;
  wire::Receipt receipt;
  receipt.generation = generation_;
  receipt.stream = candidate.ordinal;
  receipt.device = header.device;
  receipt.incarnation = header.incarnation;
  receipt.seq_from = receipt.seq_to = header.seq;
  receipt.last_hash = candidate.pushed.hash;
  receipt.time = now_;
  return receipt;
}

Status Sequencer::place(Push& push) {
  push.results.clear();
  push.receipts.clear();
  fresh_.clear();
  for (const Candidate& candidate : push.candidates) {
    MQ_TRY(pb::PushResult result, place_one(candidate, push));
    push.results.push_back(std::move(result));
  }
  sign_receipts(push);
  return {};
}

Result<pb::PushResult> Sequencer::place_one(const Candidate& candidate, Push& push) {
  const wire::EnvelopeHeader& header = candidate.pushed.header;
  const wire::ChainId id = wire::chain_of(header);
  MQ_TRY(Chain* const chain, this->chain(id));
  MQ_TRY(const std::vector<Placed> same_seq, held(id, *chain, header.seq));
  for (const Placed& each : same_seq) {
    if (each.hash == candidate.pushed.hash) return place_duplicate(candidate, each, push);
  }
  if (candidate.ended) return refused(pb::REFUSAL_ENDED);
  MQ_TRY(const bool off_the_line, this->off_the_line(candidate, *chain));
  if (candidate.late || off_the_line) return place_late(candidate, push);
  MQ_TRY(const auto fault, check_link(candidate, *chain));
  if (fault) return *fault;
  const bool extends_head =
      std::any_of(chain->heads.begin(), chain->heads.end(), [&](const ChainHead& head) {
        return head.seq + 1 == header.seq && head.hash == header.prev;
      });
  const bool forks = !extends_head && !chain->heads.empty();
  if (forks && chain->heads.size() >= kHeadsMax) return refused(pb::REFUSAL_FORKS);
  MQ_CHECK(run(header.stream));
  append(candidate, *chain, push);
  if (forks) new_forks_.push_back(id);
  return result_of(forks ? pb::PUSH_CODE_FORK : pb::PUSH_CODE_STORED);
}

// Before an end only what leads to it is in force. The line of an end that is held is held whole,
// so what is not held lies on another: a fork that somebody grew below the cut afterwards.
Result<bool> Sequencer::off_the_line(const Candidate& candidate, const Chain& chain) {
  const wire::EnvelopeHeader& header = candidate.pushed.header;
  bool before_an_end = false;
  for (const wire::ChainPoint& end : candidate.ends) {
    if (end.seq < header.seq) continue;
    MQ_TRY(const auto there, held(wire::chain_of(header), chain, end.seq));
    const bool end_is_held = std::any_of(there.begin(), there.end(),
                                         [&](const Placed& each) { return each.hash == end.hash; });
    if (!end_is_held) return false;
    before_an_end = true;
  }
  return before_an_end;
}

// seq 1 may follow the last of an earlier incarnation, which this server need not hold.
Result<std::optional<pb::PushResult>> Sequencer::check_link(const Candidate& candidate,
                                                            Chain& chain) {
  using Fault = std::optional<pb::PushResult>;
  const wire::EnvelopeHeader& header = candidate.pushed.header;
  if (header.seq == 1) return Fault();
  for (const ChainHead& head : chain.heads) {
    if (head.seq + 1 != header.seq || head.hash != header.prev) continue;
    return head.control_seq > header.control_seq ? Fault(refused(pb::REFUSAL_CONTROL_SEQ))
                                                 : Fault();
  }
  MQ_TRY(const std::vector<Placed> before, held(wire::chain_of(header), chain, header.seq - 1));
  for (const Placed& each : before) {
    if (each.hash != header.prev) continue;
    MQ_TRY(const std::uint32_t control_seq, control_seq_of(header.stream, each));
    return control_seq > header.control_seq ? Fault(refused(pb::REFUSAL_CONTROL_SEQ)) : Fault();
  }
  if (!before.empty()) {
    // Another line, which parted somewhere before: the pusher goes back until they meet.
    const std::uint64_t need = header.seq > kStepBack ? header.seq - kStepBack : 1;
    return Fault(result_of(pb::PUSH_CODE_GAP, need));
  }
  std::uint64_t last = 0;
  for (const ChainHead& head : chain.heads) last = std::max(last, head.seq);
  return Fault(result_of(pb::PUSH_CODE_GAP, last + 1));
}

void Sequencer::append(const Candidate& candidate, Chain& chain, Push& push) {
  const wire::EnvelopeHeader& header = candidate.pushed.header;
  AppendRun& run = streams_.at(header.stream);
  const std::uint64_t index = run.head.index + 1;
  run.envelopes.push_back({index, now_, candidate.pushed.bytes, header, candidate.pushed.hash});
  run.head = {index, wire::next_head(run.head.head, index, candidate.pushed.hash, now_)};
  std::erase_if(chain.heads, [&](const ChainHead& head) {
    return head.seq + 1 == header.seq && head.hash == header.prev;
  });
  chain.heads.push_back({header.seq, candidate.pushed.hash, header.control_seq});
  chain.placed[header.seq].push_back({candidate.pushed.hash, index, header.control_seq});
  extend_receipt(candidate, run, push);
}

// One receipt per line and exchange: it grows while the next envelope follows its last.
void Sequencer::extend_receipt(const Candidate& candidate, const AppendRun& run, Push& push) {
  const wire::EnvelopeHeader& header = candidate.pushed.header;
  wire::Receipt* growing = nullptr;
  for (const std::size_t at : fresh_) {
    wire::Receipt& each = push.receipts[at];
    const bool follows = each.stream == candidate.ordinal && each.device == header.device &&
                         each.incarnation == header.incarnation && each.seq_to + 1 == header.seq &&
                         each.last_hash == header.prev;
    if (follows) growing = &each;
  }
  if (growing == nullptr) {
    fresh_.push_back(push.receipts.size());
    push.receipts.push_back(blank_receipt(candidate));
    growing = &push.receipts.back();
  }
  growing->seq_to = header.seq;
  growing->last_hash = candidate.pushed.hash;
  growing->index = run.head.index;
  growing->head = run.head.head;
}

void Sequencer::sign_receipts(Push& push) {
  const std::shared_ptr<const Log> log = township_.current();
  for (const std::size_t at : fresh_) {
    push.receipts[at] = wire::sign_receipt(push.receipts[at], township_.id, core_.key);
    const wire::StreamRecord* stream = log->control.stream_by_ordinal(push.receipts[at].stream);
    MQ_ASSERT(stream != nullptr);  // the candidate was judged by a log that had it
    streams_.at(stream->id).receipts.push_back(push.receipts[at]);
  }
}

Result<pb::PushResult> Sequencer::place_duplicate(const Candidate& candidate, const Placed& held,
                                                  Push& push) {
  MQ_TRY(const wire::Receipt receipt, receipt_of(candidate, held, push));
  if (std::find(push.receipts.begin(), push.receipts.end(), receipt) == push.receipts.end()) {
    push.receipts.push_back(receipt);
  }
  return result_of(pb::PUSH_CODE_DUPLICATE);
}

// The receipt as it was given; made anew for this one envelope if the chain has forked, since then
// a seq alone does not name it, if it is not durable yet, or if it names a later envelope that is
// not brought here: a carrier, or a clone of the author, need not hold that one.
Result<wire::Receipt> Sequencer::receipt_of(const Candidate& candidate, const Placed& held,
                                            const Push& push) {
  const wire::EnvelopeHeader& header = candidate.pushed.header;
  const wire::ChainId id = wire::chain_of(header);
  MQ_TRY(const Chain* const chain, this->chain(id));
  MQ_TRY(const auto given,
         core_.store.receipt_for(township_.id, id, header.seq, wire::ReceiptClass::kStored));
  const auto named = [&](const Candidate& each) { return each.pushed.hash == given->last_hash; };
  if (given && chain->heads.size() == 1 && std::ranges::any_of(push.candidates, named)) {
    return *given;
  }
  wire::Receipt receipt = blank_receipt(candidate);
  receipt.index = held.index;
  const auto run = streams_.find(header.stream);
  if (run != streams_.end() && held.index > run->second.expected.index) {
    Hash head = run->second.expected.head;
    for (const NewEnvelope& each : run->second.envelopes) {
      if (each.index > held.index) break;
      head = wire::next_head(head, each.index, each.hash, each.time);
    }
    receipt.head = head;
  } else {
    MQ_TRY(receipt.head, core_.store.head_at(township_.id, header.stream, held.index));
    MQ_TRY(const auto stored,
           core_.store.read_range(township_.id, header.stream, held.index - 1, 1));
    if (!stored.empty()) receipt.time = stored.front().time;
  }
  return wire::sign_receipt(receipt, township_.id, core_.key);
}

Result<pb::PushResult> Sequencer::place_late(const Candidate& candidate, Push& push) {
  const wire::EnvelopeHeader& header = candidate.pushed.header;
  const wire::ChainId id = wire::chain_of(header);
  MQ_TRY(const auto given,
         core_.store.receipt_for(township_.id, id, header.seq, wire::ReceiptClass::kLate));
  if (given && given->last_hash == candidate.pushed.hash) {
    push.receipts.push_back(*given);
    return result_of(pb::PUSH_CODE_LATE);
  }
  MQ_TRY(const std::uint64_t bytes, core_.store.late_bytes(township_.id, header.stream));
  if (bytes + candidate.pushed.bytes.size() > kLateBytesMax) return refused(pb::REFUSAL_QUOTA);
  MQ_CHECK(core_.store.late_put(township_.id, header.stream,
                                {0, now_, candidate.pushed.bytes, header, candidate.pushed.hash}));
  wire::Receipt receipt = blank_receipt(candidate);
  receipt.receipt_class = wire::ReceiptClass::kLate;
  receipt = wire::sign_receipt(receipt, township_.id, core_.key);
  MQ_CHECK(core_.store.put_receipt(township_.id, header.stream, receipt));
  push.receipts.push_back(receipt);
  return result_of(pb::PUSH_CODE_LATE);
}

Status Sequencer::commit() {
  if (streams_.empty()) return {};
  std::vector<AppendRun> runs;
  for (auto& [stream, run] : streams_) runs.push_back(std::move(run));
  return core_.store.append_cas(runs);
}

void lead_pushes(Core& core, Township& township, const std::vector<Push*>& pushes) {
  Status outcome;
  for (int tries = 0; tries < kTries; ++tries) {
    const std::shared_lock steady(core.renewing);
    Sequencer sequencer(core, township, core.current_generation());
    outcome = {};
    for (Push* push : pushes) {
      if (outcome.ok()) outcome = sequencer.place(*push);
    }
    if (outcome.ok()) outcome = sequencer.commit();
    if (!outcome.ok() && outcome.error().code == Code::kConflict) continue;
    if (outcome.ok() && sequencer.stored_any()) {
      {
        const std::lock_guard lock(township.mutex);
        const auto& forks = sequencer.new_forks();
        township.forks.insert(forks.begin(), forks.end());
      }
      core.announce(township);
    }
    break;
  }
  if (!outcome.ok() && outcome.error().code == Code::kConflict) {
    outcome = Error{Code::kUnavailable, "服务器正忙,请稍后再同步;本机的记录都在",
                    "the server is busy; sync again later, nothing is lost"};
  }
  for (Push* push : pushes) push->status = outcome;
}

}  // namespace mq::server
