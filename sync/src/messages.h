// Messages of minqing.sync.v1 made values of wire, and back. Every length is checked here.
#pragma once

#include "minqing/sync/v1/sync.pb.h"
#include "mq/base/result.h"
#include "mq/wire/envelope.h"
#include "mq/wire/stream_head.h"

namespace mq::sync {

namespace pb = ::minqing::sync::v1;

inline std::string to_field(ByteView bytes) { return to_string(bytes); }

// kCorrupt: what the server sent is not one.
template <class Id>
Result<Id> from_field(const std::string& bytes) {
  const auto id = Id::from(view_of(bytes));
  if (id) return *id;
  return Error{Code::kCorrupt, "服务器回话里有长度不对的编号。请稍后再试,仍不行请告诉管理员。",
               "an id in the server's answer has a wrong length; try again later"};
}

pb::Envelope to_message(const wire::Envelope& envelope);
Result<wire::Envelope> from_message(const pb::Envelope& message);
pb::Receipt to_message(const wire::Receipt& receipt);
Result<wire::Receipt> from_message(const pb::Receipt& message);
Result<wire::Checkpoint> from_message(const pb::Checkpoint& message);

// The first 8 bytes of a head, by which two sides see that they hold the same.
std::string tag_of(const Hash& head);

}  // namespace mq::sync
