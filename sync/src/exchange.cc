// One exchange: what is asked and pushed, and what follows from the answer.

#include "engine_state.h"
#include "messages.h"
#include "mq/sync/membership.h"
#include "settings.h"

namespace mq::sync {
namespace {

// Framing of the signed request around its body, and of each envelope in it.
constexpr std::size_t kFramingBytes = 512;
constexpr std::size_t kEnvelopeFramingBytes = 24;

// A gap steps back 16 envelopes at a time; a chain longer than this many steps is not met in
// healing.
constexpr int kFruitlessMax = 200;

Error contradicts_itself() {
  return {Code::kUnavailable, "服务器的回话前后不一致,这次没有进展。本机的记录都在,稍后会再试。",
          "the server keeps contradicting itself; nothing is lost, it is tried again later"};
}

}  // namespace

Result<Progress> SyncEngine::State::exchange() {
  if (!flushed) {
    const Status ready = sealer.flush();
    if (!ready.ok() && ready.error().code == Code::kConflict) {
      phase = Phase::kRenew;
      return Progress::kMore;
    }
    MQ_CHECK(ready);
    flushed = true;
  }
  MQ_TRY(const AskedStreams asked, asked_streams());
  pb::ExchangeRequest request = request_for(asked);
  MQ_CHECK(ask_late(asked, request));
  std::vector<wire::Envelope> pushed;
  MQ_CHECK(push_into(request, pushed));
  MQ_TRY(const pb::ExchangeReply reply, call(request));
  MQ_TRY(const Incoming incoming, check_reply(reply, asked, pushed));
  MQ_CHECK(store(incoming));
  MQ_TRY(const Outgoing::Outcome outcome, outgoing.note(pushed, reply));
  report.refused += outcome.refused;
  report.forks += outcome.forks;
  report.envelopes_up += pushed.size();
  busy = outcome.busy;
  const bool brought =
      !incoming.receipts.empty() || !incoming.pulled.envelopes.empty() || !incoming.late.empty();
  const bool unfinished = !pushed.empty() || !incoming.pulled.level || reply.more();
  const bool fruitless = incoming.again || (!brought && unfinished);
  fruitless_turns = fruitless ? fruitless_turns + 1 : 0;
  if (fruitless_turns > kFruitlessMax) return contradicts_itself();
  return after_exchange(reply, incoming);
}

Result<AskedStreams> SyncEngine::State::asked_streams() {
  AskedStreams asked;
  const wire::ControlState& log = control.state();
  const PersonId& me = keyring.identity()->person;
  // A stopped device is shown nothing any more; it still delivers what it has.
  if (stopped()) return asked;
  for (const vault::StreamInfo& stream : vault.streams()) {
    if (stream.ordinal == 0 || !log.may_read(me, stream.id, log.head_seq())) continue;
    MQ_TRY(const auto cursor, vault.cursor(stream.ix));
    asked.emplace(stream.ordinal, Asked{stream.ix, stream.id, cursor});
  }
  return asked;
}

pb::ExchangeRequest SyncEngine::State::request_for(const AskedStreams& asked) const {
  pb::ExchangeRequest request;
  request.set_control_seq(control.state().head_seq());
  request.set_control_tag(tag_of(control.state().head()));
  for (const auto& [ordinal, stream] : asked) {
    pb::Cursor& cursor = *request.add_cursors();
    cursor.set_stream(ordinal);
    if (stream.cursor.index == 0) continue;
    cursor.set_have(stream.cursor.index);
    cursor.set_head_tag(tag_of(stream.cursor.head));
  }
  request.set_reply_bytes_max(static_cast<std::uint32_t>(bytes_max));
  if (generation) request.set_generation(to_field(generation->view()));
  request.set_alarms_seen(alarms_seen);
  // No head is shown of a stream that this device may not read any more: only its own receipt can
  // tell that the server has lost what it delivered there.
  for (const auto& [stream, receipt] : receipts) {
    if (healing.show.contains(stream) || !asked.contains(stream)) {
      *request.add_show() = to_message(receipt);
    }
  }
  // No cursor of its author covers a late box.
  for (const auto& [stream, receipt] : late_receipts) {
    if (generation && receipt.generation == *generation) *request.add_show() = to_message(receipt);
  }
  return request;
}

Status SyncEngine::State::push_into(pb::ExchangeRequest& request,
                                    std::vector<wire::Envelope>& pushed) {
  const std::size_t used = request.ByteSizeLong() + kFramingBytes;
  const std::size_t room = bytes_max > used ? bytes_max - used : 1;
  MQ_TRY(pushed, outgoing.next(room, kEnvelopeFramingBytes));
  for (const wire::Envelope& envelope : pushed) *request.add_push() = to_message(envelope);
  return {};
}

Result<pb::ExchangeReply> SyncEngine::State::call(const pb::ExchangeRequest& request) {
  MQ_TRY(const Signer signer, device_signer(keyring));
  const pb::SignedRequest signed_request =
      caller.sign(signer, "Exchange", request.SerializeAsString());
  ++report.round_trips;
  report.bytes_up += signed_request.ByteSizeLong();
  MQ_TRY(pb::ExchangeReply reply, caller.exchange(signed_request));
  report.bytes_down += reply.ByteSizeLong();
  return reply;
}

Result<Progress> SyncEngine::State::after_exchange(const pb::ExchangeReply& reply,
                                                   const Incoming& incoming) {
  failures = 0;
  refused_for_time = false;
  introduced = false;
  bytes_max = std::min(options.exchange_bytes_max, bytes_max * 2);
  if (sealer.restore_suspected() || incoming.forked_self) {
    phase = Phase::kRenew;
    return Progress::kMore;
  }
  if (!same_log(reply)) {
    phase = Phase::kLevel;
    return Progress::kMore;
  }
  phase = Phase::kExchange;
  if (incoming.again || !incoming.pulled.level || reply.more()) return Progress::kMore;
  if (parked && (!incoming.pulled.envelopes.empty() || !incoming.late.empty())) {
    phase = Phase::kRetry;
    return Progress::kMore;
  }
  if (!healing.streams.empty() && !healing.queued) {
    phase = Phase::kHeal;
    return Progress::kMore;
  }
  if (busy) {
    phase = Phase::kBegin;
    wake_at = clock.monotonic() + options.retry_delay_max;
    return Progress::kWaiting;
  }
  MQ_TRY(const bool sent, outgoing.empty());
  if (!sent || seal_again) {
    phase = seal_again ? Phase::kSeal : Phase::kExchange;
    return Progress::kMore;
  }
  MQ_CHECK(healed());
  MQ_CHECK(tell_news());
  report.keys_missing = keys_missing(control.state(), keyring);
  phase = Phase::kBegin;
  MQ_CHECK(clear_unknown(vault));
  return Progress::kIdle;
}

}  // namespace mq::sync
