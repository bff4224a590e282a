#include "messages.h"

namespace mq::server {

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
