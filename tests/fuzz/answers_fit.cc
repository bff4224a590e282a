// What the device checks, made to fit: signatures, heads, chains; so that what lies behind them is
// met by strangers' bytes as well.
#include <algorithm>

#include "frame.h"
#include "fuzz/answers.h"
#include "messages.h"
#include "mq/seal/sealing.h"
#include "mq/seal/segment.h"
#include "pull.h"
#include "server/county.h"

namespace mq::fuzz {

using testing::put;

namespace {

constexpr std::size_t kPlainMax = 60'000;

// The bytes as a frame, encoded again as they are accepted, numbered as the chain goes on; else the
// bytes themselves.
Bytes plaintext_of(ByteView bytes, std::uint64_t& n) {
  model::Context running;
  auto frame = seal::decode_frame(bytes, false, running);
  if (frame.ok()) {
    for (model::Transaction& each : *frame) each.n = ++n;
    const auto encoded = seal::encode_segment(*frame, {}, {.whole_context = true, .diary = false});
    if (encoded.ok() && encoded->size() <= kPlainMax) return *encoded;
  }
  Bytes plain = to_bytes(bytes);
  plain.resize(std::clamp<std::size_t>(plain.size(), 64, kPlainMax));
  return plain;
}

}  // namespace

wire::Envelope Answers::sealed_by_insider(const StreamId& stream, std::uint8_t kind, ByteView bytes,
                                          ChainEnd& end) {
  const seal::Identity& insider = *admin_.keyring().identity();
  const wire::ControlState& log = cadres_->control.state();
  wire::EnvelopeHeader header;
  header.kind = kind;
  header.stream = stream;
  header.device = insider.device;
  header.incarnation = admin_.vault().incarnation();
  header.epoch = log.epoch_at(stream, log.head_seq());
  header.control_seq = log.head_seq();
  header.control_head = log.head();
  header.seq = end.seq + 1;
  header.prev = end.hash;
  const Key32* key = admin_.keyring().key(stream, header.epoch);
  MQ_ASSERT(key != nullptr);
  testing::SimRandom random(11);
  const Bytes plain = plaintext_of(bytes, end.n);
  wire::Envelope sealed = seal::seal_envelope(header, plain, *key, insider.sign, random);
  end.seq = header.seq;
  end.hash = sealed.hash();
  return sealed;
}

// Two bytes, how many envelopes and of which kind, and their content, the same in each. They follow
// what the device holds of the admin's chain.
pb::ExchangeReply Answers::from_insider(const std::string& bytes) {
  pb::ExchangeReply reply;
  if (bytes.size() < 2) return reply;
  const wire::ControlState& log = cadres_->control.state();
  const wire::StreamRecord* village = log.stream(world_.villages[0]);
  const vault::StreamInfo* stream = cadre_.vault().stream(village->id);
  const auto cursor = cadre_.vault().cursor(stream->ix);
  MQ_ASSERT(cursor.ok());
  ChainEnd end;
  for (const auto& placed : stored_.streams[{log.township(), village->id}]) {
    const bool his = placed.header.device == admin_.keyring().identity()->device;
    if (his && placed.stored.index <= cursor->index) {
      end = {placed.header.seq, placed.hash, end.n + 1};
    }
  }
  pb::StreamPart& part = *reply.add_parts();
  part.set_stream(village->ordinal);
  const auto content = view_of(bytes).subspan(2);
  const std::uint8_t kind = bytes[1] == 3 ? 3 : 1;
  for (int left = 1 + (bytes[0] & 3); left > 0; --left) {
    pb::StoredEnvelope& stored = *part.add_envelopes();
    stored.set_time_ms(static_cast<std::uint64_t>(world_.server.clock.wall().ms));
    *stored.mutable_envelope() =
        sync::to_message(sealed_by_insider(village->id, kind, content, end));
  }
  return reply;
}

// What this server stands by at a cursor: what it has shown, or what is true.
Hash Answers::head_at(const pb::Cursor& cursor) const {
  const auto shown = shown_.find(cursor.stream());
  if (shown != shown_.end() && shown->second.first == cursor.have()) return shown->second.second;
  const wire::ControlState& log = cadres_->control.state();
  const wire::StreamRecord* stream = log.stream_by_ordinal(cursor.stream());
  if (stream == nullptr) return {};
  const auto places = stored_.streams.find({log.township(), stream->id});
  if (cursor.have() > 0 && places != stored_.streams.end() &&
      cursor.have() <= places->second.size()) {
    return places->second[cursor.have() - 1].head;
  }
  const auto generation = wire::Generation::from(stored_.settings.at(server::kGenerationSetting));
  return wire::first_head(log.township(), stream->id, *generation);
}

// From the cursor on, the heads computed.
void Answers::fit_part(const pb::ExchangeRequest& request, pb::StreamPart& part) {
  for (const pb::Cursor& cursor : request.cursors()) {
    if (cursor.stream() != part.stream()) continue;
    std::uint64_t index = cursor.have();
    Hash head = head_at(cursor);
    part.set_from_index(index + 1);
    for (const pb::StoredEnvelope& stored : part.envelopes()) {
      const auto envelope = sync::from_message(stored.envelope());
      if (!envelope.ok()) return;
      const WallTime time{static_cast<std::int64_t>(stored.time_ms())};
      head = wire::next_head(head, ++index, envelope->hash(), time);
    }
    part.set_head_index(index);
    put(part.mutable_head(), head.view());
    shown_[part.stream()] = {index, head};
  }
}

void Answers::sign_time(const pb::ExchangeRequest& request, pb::ExchangeReply& reply) {
  const wire::ControlState& log = cadres_->control.state();
  wire::Checkpoint checkpoint;
  checkpoint.generation = *wire::Generation::from(stored_.settings.at(server::kGenerationSetting));
  sync::AskedStreams asked;
  for (const pb::Cursor& cursor : request.cursors()) {
    const wire::StreamRecord* stream = log.stream_by_ordinal(cursor.stream());
    if (stream == nullptr) continue;
    asked[cursor.stream()] = {0, stream->id, {cursor.have(), head_at(cursor)}};
  }
  const auto digest = sync::shown_digest(reply, asked, log.township(), checkpoint.generation);
  if (digest.ok()) checkpoint.heads_digest = *digest;
  checkpoint.time.ms = static_cast<std::int64_t>(reply.checkpoint().time_ms());
  checkpoint = wire::sign_checkpoint(checkpoint, log.township(), server_key_);
  pb::Checkpoint& message = *reply.mutable_checkpoint();
  put(message.mutable_generation(), checkpoint.generation.view());
  put(message.mutable_heads_digest(), checkpoint.heads_digest.view());
  put(message.mutable_signature(), checkpoint.signature.view());
}

pb::ExchangeReply Answers::fitted(const pb::ExchangeRequest& request, pb::ExchangeReply reply) {
  const wire::ControlState& log = cadres_->control.state();
  while (reply.results_size() < request.push_size()) {
    reply.add_results()->set_code(pb::PUSH_CODE_PARKED);
  }
  while (reply.results_size() > request.push_size()) reply.mutable_results()->RemoveLast();
  reply.set_control_seq(log.head_seq());
  reply.set_control_tag(sync::tag_of(log.head()));
  for (pb::StreamPart& part : *reply.mutable_parts()) fit_part(request, part);
  for (pb::Receipt& receipt : *reply.mutable_receipts()) {
    const auto parsed = sync::from_message(receipt);
    if (!parsed.ok()) continue;
    receipt = sync::to_message(wire::sign_receipt(*parsed, log.township(), server_key_));
  }
  sign_time(request, reply);
  return reply;
}

// Entries by the admin, one after the other behind the head that the device holds.
std::string Answers::chained(const std::string& answer) const {
  pb::ControlReadReply reply;
  if (!reply.ParseFromString(answer)) return answer;
  const wire::ControlState& log = cadres_->control.state();
  const seal::Identity& insider = *admin_.keyring().identity();
  std::uint32_t seq = log.head_seq();
  Hash prev = log.head();
  for (pb::ControlEntry& entry : *reply.mutable_entries()) {
    wire::pb::ControlBody body;
    if (!body.ParseFromString(entry.body())) break;
    const std::string record = entry.key_record();
    body.set_version(1);
    body.set_seq(++seq);
    put(body.mutable_prev(), prev.view());
    put(body.mutable_township(), log.township().view());
    put(body.mutable_author(), insider.device.view());
    if (!record.empty()) {
      put(body.mutable_key_record_hash(), wire::key_record_hash(view_of(record)).view());
    }
    entry = wire::sign_control(std::move(body), insider.sign);
    if (!record.empty()) entry.set_key_record(record);
    prev = wire::control_hash(view_of(entry.body()));
  }
  reply.set_head_seq(seq);
  put(reply.mutable_head(), prev.view());
  return reply.SerializeAsString();
}

}  // namespace mq::fuzz
