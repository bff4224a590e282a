#include "messages.h"

#include "mq/base/text.h"

namespace mq::server {

namespace {

// Without its body it still has its hash and its signature.
wire::Envelope pruned(const Pushed& pushed) {
  return {pushed.header, {}, pushed.ct_hash, pushed.signature};
}

}  // namespace

bool Pushed::signed_by(const VerifyKey& key) const {
  return wire::verify_envelope(pruned(*this), key);
}

Result<Pushed> pushed_from(const pb::Envelope& message) {
  const ByteView ct = view_of(message.ct());
  const auto signature = id_of<Signature>(message.signature());
  const Error not_whole{Code::kInvalidInput, "信封不完整", "the envelope is not whole"};
  if (!signature || ct.empty()) return not_whole;
  Pushed out;
  MQ_TRY(out.header, wire::EnvelopeHeader::parse(view_of(message.header())));
  const std::size_t size = wire::kHeaderBytes + Signature::kSize + ct.size();
  if (ct.size() != out.header.ct_bytes || size > wire::kEnvelopeBytesMax) return not_whole;
  out.bytes.reserve(size);
  for (const ByteView part : {view_of(message.header()), signature->view(), ct}) {
    out.bytes.insert(out.bytes.end(), part.begin(), part.end());
  }
  out.signature = *signature;
  out.ct_hash = wire::ciphertext_hash(ct);
  out.hash = pruned(out).hash();
  return out;
}

Error malformed(std::string_view what) {
  return {Code::kInvalidInput, cat("请求读不懂(", what, ");请升级程序后再试"),
          cat("the request cannot be read (", what, "); upgrade and try again")};
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
