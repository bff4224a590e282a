// Between the messages of minqing.sync.v1 and the values of wire. Strict: what does not have
// exactly the form is refused.
#pragma once

#include "minqing/sync/v1/sync.pb.h"
#include "mq/base/result.h"
#include "mq/wire/messages.h"

namespace mq::server {

namespace pb = ::minqing::sync::v1;

inline std::string bytes_of(ByteView view) { return to_string(view); }
template <class Id>
std::optional<Id> id_of(const std::string& bytes) {
  return Id::from(view_of(bytes));
}
using wire::tag_of;
using wire::to_message;

// A body that does not parse.
Error malformed(std::string_view what);

// A pushed envelope, read and hashed once.
struct Pushed {
  Bytes bytes;                  // wire::encode_envelope
  wire::EnvelopeHeader header;  // of `bytes`
  Hash ct_hash;                 // of `bytes`, as is the signature
  Signature signature;
  Hash hash;  // env_hash
  bool signed_by(const VerifyKey& key) const;
};
// kUnsupported: a newer version. kInvalidInput: any other fault, a pruned envelope among them.
Result<Pushed> pushed_from(const pb::Envelope& message);

// What the heads_digest of a checkpoint covers: one stream as the reply shows it.
struct ShownHead {
  std::uint32_t ordinal = 0;
  std::uint64_t index = 0;
  Hash head;
};
// hash("mq/hd1", ordinal u32 ‖ index u64 ‖ head, one after the other), ascending by ordinal.
Hash heads_digest(const std::vector<ShownHead>& shown);

}  // namespace mq::server
