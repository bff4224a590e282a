#include "messages.h"

namespace mq::sync {

Result<wire::Envelope> from_message(const pb::Envelope& message) {
  wire::Envelope envelope;
  MQ_TRY(envelope.header, wire::EnvelopeHeader::parse(view_of(message.header())));
  MQ_TRY(envelope.signature, from_field<Signature>(message.signature()));
  if (message.ct().empty()) {
    MQ_TRY(envelope.ct_hash, from_field<Hash>(message.ct_hash()));
    return envelope;
  }
  envelope.ct = to_bytes(message.ct());
  envelope.ct_hash = wire::ciphertext_hash(envelope.ct);
  return envelope;
}

Result<wire::Receipt> from_message(const pb::Receipt& message) {
  const std::optional<wire::Receipt> receipt = wire::receipt_of(message);
  if (receipt) return *receipt;
  return Error{Code::kCorrupt, "服务器的收据读不懂。请升级程序,仍不行请告诉管理员。",
               "the server's receipt cannot be read; update the program"};
}

Result<wire::Checkpoint> from_message(const pb::Checkpoint& message) {
  wire::Checkpoint checkpoint;
  MQ_TRY(checkpoint.generation, from_field<wire::Generation>(message.generation()));
  MQ_TRY(checkpoint.heads_digest, from_field<Hash>(message.heads_digest()));
  MQ_TRY(checkpoint.signature, from_field<Signature>(message.signature()));
  checkpoint.time.ms = static_cast<std::int64_t>(message.time_ms());
  return checkpoint;
}

}  // namespace mq::sync
