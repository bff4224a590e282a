// Messages of minqing.sync.v1 made values of wire, and back. Every length is checked here.
#pragma once

#include "minqing/sync/v1/sync.pb.h"
#include "mq/base/result.h"
#include "mq/wire/messages.h"

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

using wire::tag_of;
using wire::to_message;

Result<wire::Envelope> from_message(const pb::Envelope& message);
Result<wire::Receipt> from_message(const pb::Receipt& message);
Result<wire::Checkpoint> from_message(const pb::Checkpoint& message);

}  // namespace mq::sync
