// What an exchange brought: checked whole, then stored in one commit.

#include "alarms.h"
#include "bundle_store.h"
#include "engine_state.h"
#include "messages.h"
#include "mq/base/text.h"
#include "settings.h"

namespace mq::sync {
namespace {

constexpr std::int64_t kAnchoredMs = 300'000;
constexpr std::int64_t kKnownWrongMs = 86'400'000;

Error unverified(std::string_view zh, std::string_view en) {
  return {Code::kCorrupt, cat("服务器的", zh, "没有通过核对,这次收到的都没有采用。请告诉管理员。"),
          cat("the server's ", en, " does not verify; nothing of its answer was applied")};
}

}  // namespace

// What is signed by the server itself: its time, generation and receipts.
Result<SyncEngine::State::Incoming> SyncEngine::State::check_signed(
    const pb::ExchangeReply& reply) const {
  const TownshipId& township = control.state().township();
  const VerifyKey& server = control.state().server_key();
  Incoming incoming;
  MQ_TRY(incoming.checkpoint, from_message(reply.checkpoint()));
  if (!wire::verify_checkpoint(incoming.checkpoint, township, server)) {
    return unverified("时间凭证", "checkpoint");
  }
  for (const pb::Receipt& message : reply.receipts()) {
    MQ_TRY(const wire::Receipt receipt, from_message(message));
    if (!wire::verify_receipt(receipt, township, server)) return unverified("收据", "receipt");
    incoming.receipts.push_back(receipt);
  }
  for (const pb::Alarm& alarm : reply.alarms()) {
    MQ_TRY(const InviteId invite, from_field<InviteId>(alarm.invite()));
    incoming.claimed_twice.push_back(invite);
  }
  return incoming;
}

Result<SyncEngine::State::Incoming> SyncEngine::State::check_reply(
    const pb::ExchangeReply& reply, AskedStreams asked,
    const std::vector<wire::Envelope>& pushed) const {
  MQ_TRY(Incoming incoming, check_signed(reply));
  if (static_cast<std::size_t>(reply.results_size()) != pushed.size()) {
    return unverified("回话", "answer");
  }
  for (std::size_t i = 0; i < pushed.size(); ++i) {
    const wire::EnvelopeHeader& header = pushed[i].header;
    const pb::PushCode code = reply.results(static_cast<int>(i)).code();
    // Another device writes as this incarnation: this vault was copied or restored.
    if (code == pb::PUSH_CODE_FORK && header.device == *vault.device() &&
        header.incarnation == vault.incarnation()) {
      incoming.forked_self = true;
    }
  }
  incoming.new_generation = generation && *generation != incoming.checkpoint.generation;
  if (incoming.new_generation) {
    incoming.again = true;
    return incoming;
  }
  incoming.placed = place_pushed(pushed, incoming.receipts, control.state().township(),
                                 incoming.checkpoint.generation, asked);
  const Status shown = check_shown(reply, asked, incoming);
  if (!shown.ok() && !pushed.empty()) {
    // It may have left out, as ours, what we cannot place; asked without a push, it leaves out
    // nothing.
    incoming.placed.clear();
    incoming.again = true;
    return incoming;
  }
  MQ_CHECK(shown);
  const Reading reading{asked, control.state(), incoming.checkpoint.generation, receipts,
                        same_log(reply)};
  MQ_TRY(incoming.pulled, check_parts(reply, reading));
  MQ_CHECK(check_late(reply, asked, incoming));
  incoming.again = !incoming.pulled.diverged.empty() || !incoming.late_lost.empty();
  return incoming;
}

bool SyncEngine::State::same_log(const pb::ExchangeReply& reply) const {
  const wire::ControlState& log = control.state();
  return reply.control_seq() == log.head_seq() && reply.control_tag() == tag_of(log.head());
}

// The checkpoint signs the heads of all streams asked. A server with another log leaves out streams
// that it does not know, or may not show; the log is made level before anything else.
Status SyncEngine::State::check_shown(const pb::ExchangeReply& reply, const AskedStreams& asked,
                                      const Incoming& incoming) const {
  if (!same_log(reply)) return {};
  MQ_TRY(const Hash digest,
         shown_digest(reply, asked, control.state().township(), incoming.checkpoint.generation));
  if (digest == incoming.checkpoint.heads_digest) return {};
  return unverified("时间凭证", "checkpoint");
}

Status SyncEngine::State::store(const Incoming& incoming) {
  Healing next = plan_healing(incoming);
  LatestReceipts latest = receipts, late = late_receipts;
  Counts counts;
  const auto told = alarms_seen + static_cast<std::uint32_t>(incoming.claimed_twice.size());
  Status stored = vault.together([&]() -> Status {
    counts = Counts();
    if (told != alarms_seen) MQ_CHECK(store_alarms_seen(vault, told));
    MQ_CHECK(store_receipts(incoming, latest, late));
    for (const Placed& placed : incoming.placed) {
      MQ_CHECK(
          vault.set_cursor(placed.stream, {placed.index, placed.head}, placed.hash, placed.time));
    }
    MQ_CHECK(merge(incoming.pulled, counts));
    MQ_CHECK(store_late(incoming, counts));
    MQ_CHECK(store_healing(incoming, next));
    return {};
  });
  if (!stored.ok()) return stored;
  receipts = std::move(latest);
  late_receipts = std::move(late);
  healing = std::move(next);
  generation = incoming.checkpoint.generation;
  alarms_seen = told;
  for (const InviteId& invite : incoming.claimed_twice) {
    MQ_CHECK(tell({claimed_twice(invite)}));
  }
  if (!healing.streams.empty()) {
    for (const Placed& placed : incoming.placed) healing.on_server.insert(placed.hash);
    for (const LateEnvelope& each : incoming.late) note_late(each.envelope);
    for (const PulledEnvelope& pulled : incoming.pulled.envelopes) {
      healing.on_server.insert(pulled.envelope.hash());
    }
  }
  parked = parked || counts.parked > 0;
  report.envelopes_down += incoming.pulled.envelopes.size() + incoming.late.size();
  report.transactions_down += counts.transactions;
  report.parked += counts.parked;
  report.refused += counts.refused;
  report.forks += counts.forks;
  report.server_lost_data = report.server_lost_data || !healing.streams.empty();
  trust_time(incoming.checkpoint);
  return {};
}

// What has been decided belongs into the stream, though it still lies in the box.
void SyncEngine::State::note_late(const wire::Envelope& envelope) {
  const Hash hash = envelope.hash();
  const wire::Ruling decided =
      control.state().decision(wire::chain_of(envelope.header), envelope.header.seq, hash, true);
  if (decided == wire::Ruling::kUndecided) healing.on_server.insert(hash);
}

Status SyncEngine::State::store_receipts(const Incoming& incoming, LatestReceipts& latest,
                                         LatestReceipts& late) {
  MQ_CHECK(keep_receipts(vault, incoming.receipts));
  for (const wire::Receipt& receipt : incoming.receipts) {
    // What a bundle brought for others may be of a stream that nobody reads here.
    const wire::StreamRecord* stream = control.state().stream_by_ordinal(receipt.stream);
    if (stream == nullptr || vault.stream(stream->id) == nullptr) continue;
    MQ_CHECK(vault.store_receipt(receipt));
    if (receipt.generation != incoming.checkpoint.generation) continue;
    if (receipt.receipt_class == wire::ReceiptClass::kLate) {
      if (receipt.device != keyring.identity()->device) continue;
      late.insert_or_assign(receipt.stream, receipt);
      MQ_CHECK(store_latest_receipt(vault, receipt));
      continue;
    }
    if (receipt.index == 0) continue;
    const auto known = latest.find(receipt.stream);
    const bool newer = known == latest.end() || known->second.generation != receipt.generation ||
                       known->second.index < receipt.index;
    if (!newer) continue;
    latest.insert_or_assign(receipt.stream, receipt);
    MQ_CHECK(store_latest_receipt(vault, receipt));
  }
  return {};
}

Status SyncEngine::State::merge(const Pulled& pulled, Counts& counts) {
  using Received = seal::Sealer::Received;
  const std::uint64_t taken = sealer.transactions_taken();
  std::vector<const wire::Envelope*> envelopes;
  for (const PulledEnvelope& one : pulled.envelopes) {
    MQ_CHECK(check_body(one.envelope));
    envelopes.push_back(&one.envelope);
  }
  const auto told = [&](std::size_t i, Received received) {
    counts.parked += received == Received::kParked ? 1 : 0;
    counts.refused += received == Received::kRefused ? 1 : 0;
    counts.forks += received == Received::kFork ? 1 : 0;
    const PulledEnvelope& one = pulled.envelopes[i];
    return vault.set_cursor(one.stream, {one.index, one.head}, one.envelope.hash(), one.time);
  };
  MQ_CHECK(sealer.receive_all(envelopes, control.state(), told));
  counts.transactions = sealer.transactions_taken() - taken;
  return {};
}

// A server sends an envelope that it knows to be ours without its body.
Status SyncEngine::State::check_body(const wire::Envelope& envelope) const {
  if (!envelope.pruned()) return {};
  MQ_TRY(const std::optional<wire::Envelope> held, vault.envelope(envelope.hash()));
  if (held) return {};
  return Error{
      Code::kUnsupported, "服务器上有一段旧内容已清理,需要用快照补齐,本版本还不会。请升级程序。",
      "the server has dropped an old body and this version cannot take a snapshot; update"};
}

void SyncEngine::State::trust_time(const wire::Checkpoint& checkpoint) {
  const std::int64_t off = std::abs(clock.wall().ms - checkpoint.time.ms);
  vault.set_clock_class(off <= kAnchoredMs    ? ClockClass::kAnchored
                        : off > kKnownWrongMs ? ClockClass::kKnownWrong
                                              : ClockClass::kWall);
  model::CheckpointMark mark;
  mark.time_ms = checkpoint.time.ms;
  const Hash digest = wire::hash("mq/cp1", {checkpoint.signature.view()});
  std::copy_n(digest.data.begin(), mark.digest.size(), mark.digest.begin());
  vault.set_checkpoint(mark);
}

}  // namespace mq::sync
