#include "mq/wire/messages.h"

namespace mq::wire {

pb::Envelope to_message(const Envelope& envelope) {
  pb::Envelope message;
  message.set_header(to_string(envelope.header.encode()));
  message.set_signature(to_string(envelope.signature.view()));
  if (envelope.pruned()) {
    message.set_ct_hash(to_string(envelope.ct_hash.view()));
  } else {
    message.set_ct(to_string(envelope.ct));
  }
  return message;
}

pb::Receipt to_message(const Receipt& receipt) {
  pb::Receipt message;
  message.set_generation(to_string(receipt.generation.view()));
  message.set_stream(receipt.stream);
  message.set_device(to_string(receipt.device.view()));
  message.set_incarnation(receipt.incarnation);
  message.set_seq_from(receipt.seq_from);
  message.set_seq_to(receipt.seq_to);
  message.set_last_hash(to_string(receipt.last_hash.view()));
  message.set_index(receipt.index);
  message.set_head(to_string(receipt.head.view()));
  message.set_time_ms(static_cast<std::uint64_t>(receipt.time.ms));
  message.set_receipt_class(static_cast<std::uint32_t>(receipt.receipt_class));
  message.set_signature(to_string(receipt.signature.view()));
  return message;
}

std::optional<Receipt> receipt_of(const pb::Receipt& message) {
  const auto generation = Generation::from(view_of(message.generation()));
  const auto device = DeviceId::from(view_of(message.device()));
  const auto last_hash = Hash::from(view_of(message.last_hash()));
  const auto head = Hash::from(view_of(message.head()));
  const auto signature = Signature::from(view_of(message.signature()));
  if (!generation || !device || !last_hash || !head || !signature) return std::nullopt;
  if (message.receipt_class() < 1 || message.receipt_class() > 2) return std::nullopt;
  Receipt receipt;
  receipt.generation = *generation;
  receipt.stream = message.stream();
  receipt.device = *device;
  receipt.incarnation = message.incarnation();
  receipt.seq_from = message.seq_from();
  receipt.seq_to = message.seq_to();
  receipt.last_hash = *last_hash;
  receipt.index = message.index();
  receipt.head = *head;
  receipt.time.ms = static_cast<std::int64_t>(message.time_ms());
  receipt.receipt_class = static_cast<ReceiptClass>(message.receipt_class());
  receipt.signature = *signature;
  return receipt;
}

std::string tag_of(const Hash& head) { return to_string(head.view().first(8)); }

}  // namespace mq::wire
