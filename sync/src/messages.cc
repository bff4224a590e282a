#include "messages.h"

namespace mq::sync {

pb::Envelope to_message(const wire::Envelope& envelope) {
  pb::Envelope message;
  message.set_header(to_field(envelope.header.encode()));
  message.set_signature(to_field(envelope.signature.view()));
  if (envelope.pruned()) {
    message.set_ct_hash(to_field(envelope.ct_hash.view()));
  } else {
    message.set_ct(to_field(envelope.ct));
  }
  return message;
}

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

pb::Receipt to_message(const wire::Receipt& receipt) {
  pb::Receipt message;
  message.set_generation(to_field(receipt.generation.view()));
  message.set_stream(receipt.stream);
  message.set_device(to_field(receipt.device.view()));
  message.set_incarnation(receipt.incarnation);
  message.set_seq_from(receipt.seq_from);
  message.set_seq_to(receipt.seq_to);
  message.set_last_hash(to_field(receipt.last_hash.view()));
  message.set_index(receipt.index);
  message.set_head(to_field(receipt.head.view()));
  message.set_time_ms(static_cast<std::uint64_t>(receipt.time.ms));
  message.set_receipt_class(static_cast<std::uint32_t>(receipt.receipt_class));
  message.set_signature(to_field(receipt.signature.view()));
  return message;
}

Result<wire::Receipt> from_message(const pb::Receipt& message) {
  wire::Receipt receipt;
  MQ_TRY(receipt.generation, from_field<wire::Generation>(message.generation()));
  MQ_TRY(receipt.device, from_field<DeviceId>(message.device()));
  MQ_TRY(receipt.last_hash, from_field<Hash>(message.last_hash()));
  MQ_TRY(receipt.head, from_field<Hash>(message.head()));
  MQ_TRY(receipt.signature, from_field<Signature>(message.signature()));
  receipt.stream = message.stream();
  receipt.incarnation = message.incarnation();
  receipt.seq_from = message.seq_from();
  receipt.seq_to = message.seq_to();
  receipt.index = message.index();
  receipt.time.ms = static_cast<std::int64_t>(message.time_ms());
  if (message.receipt_class() < 1 || message.receipt_class() > 2) {
    return Error{Code::kCorrupt, "服务器的收据种类不认识,请升级程序。",
                 "the server's receipt is of an unknown class; update the program"};
  }
  receipt.receipt_class = static_cast<wire::ReceiptClass>(message.receipt_class());
  return receipt;
}

Result<wire::Checkpoint> from_message(const pb::Checkpoint& message) {
  wire::Checkpoint checkpoint;
  MQ_TRY(checkpoint.generation, from_field<wire::Generation>(message.generation()));
  MQ_TRY(checkpoint.heads_digest, from_field<Hash>(message.heads_digest()));
  MQ_TRY(checkpoint.signature, from_field<Signature>(message.signature()));
  checkpoint.time.ms = static_cast<std::int64_t>(message.time_ms());
  return checkpoint;
}

std::string tag_of(const Hash& head) { return to_field(head.view().first(8)); }

}  // namespace mq::sync
