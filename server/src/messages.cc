#include "messages.h"

namespace mq::server {

std::string tag_of(const Hash& head) { return to_string(head.view().first(8)); }

Result<wire::Envelope> envelope_from(const pb::Envelope& message) {
  if (message.header().size() != wire::kHeaderBytes || message.signature().size() != 64 ||
      message.ct().empty()) {
    return Error{Code::kInvalidInput, "信封不完整", "the envelope is not whole"};
  }
  Bytes bytes = to_bytes(message.header());
  bytes.reserve(bytes.size() + message.signature().size() + message.ct().size());
  for (const std::string* part : {&message.signature(), &message.ct()}) {
    bytes.insert(bytes.end(), part->begin(), part->end());
  }
  MQ_TRY(wire::Envelope envelope, wire::parse_envelope(bytes));
  if (envelope.pruned()) {
    return Error{Code::kInvalidInput, "信封没有正文", "the envelope has no body"};
  }
  return envelope;
}

pb::Envelope message_of(const wire::Envelope& envelope) {
  pb::Envelope out;
  out.set_header(bytes_of(envelope.header.encode()));
  out.set_signature(bytes_of(envelope.signature.view()));
  if (envelope.pruned()) {
    out.set_ct_hash(bytes_of(envelope.ct_hash.view()));
  } else {
    out.set_ct(bytes_of(envelope.ct));
  }
  return out;
}

std::optional<wire::Receipt> receipt_from(const pb::Receipt& message) {
  const auto generation = id_of<wire::Generation>(message.generation());
  const auto device = id_of<DeviceId>(message.device());
  const auto last_hash = id_of<Hash>(message.last_hash());
  const auto signature = id_of<Signature>(message.signature());
  const bool late = message.receipt_class() == 2;
  const auto head = late && message.head().empty() ? Hash{} : id_of<Hash>(message.head());
  if (!generation || !device || !last_hash || !signature || !head) return std::nullopt;
  if (message.receipt_class() != 1 && !late) return std::nullopt;
  wire::Receipt out;
  out.generation = *generation;
  out.stream = message.stream();
  out.device = *device;
  out.incarnation = message.incarnation();
  out.seq_from = message.seq_from();
  out.seq_to = message.seq_to();
  out.last_hash = *last_hash;
  out.index = message.index();
  out.head = *head;
  out.time.ms = static_cast<std::int64_t>(message.time_ms());
  out.receipt_class = late ? wire::ReceiptClass::kLate : wire::ReceiptClass::kStored;
  out.signature = *signature;
  return out;
}

pb::Receipt message_of(const wire::Receipt& receipt) {
  pb::Receipt out;
  out.set_generation(bytes_of(receipt.generation.view()));
  out.set_stream(receipt.stream);
  out.set_device(bytes_of(receipt.device.view()));
  out.set_incarnation(receipt.incarnation);
  out.set_seq_from(receipt.seq_from);
  out.set_seq_to(receipt.seq_to);
  out.set_last_hash(bytes_of(receipt.last_hash.view()));
  out.set_index(receipt.index);
  out.set_head(bytes_of(receipt.head.view()));
  out.set_time_ms(static_cast<std::uint64_t>(receipt.time.ms));
  out.set_receipt_class(static_cast<std::uint32_t>(receipt.receipt_class));
  out.set_signature(bytes_of(receipt.signature.view()));
  return out;
}

Hash heads_digest(const std::vector<ShownHead>& shown) {
  ByteWriter out;
  for (const ShownHead& each : shown) {
    out.integer(each.ordinal);
    out.integer(each.index);
    out.raw(each.head.view());
  }
  return wire::hash("mq/hd1", {out.bytes()});
}

}  // namespace mq::server
