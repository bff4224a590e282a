// The values of wire as messages of minqing.sync.v1, and a receipt back: what device and server
// write and read in the same way. How an envelope is read differs, and is theirs.
#pragma once

#include <optional>
#include <string>

#include "minqing/sync/v1/sync.pb.h"
#include "mq/wire/envelope.h"
#include "mq/wire/stream_head.h"

namespace mq::wire {

namespace pb = ::minqing::sync::v1;

pb::Envelope to_message(const Envelope& envelope);
pb::Receipt to_message(const Receipt& receipt);
// Nothing if a field has another length, or the class is unknown. Does not look at the signature.
std::optional<Receipt> receipt_of(const pb::Receipt& message);

// The first 8 bytes of a head, by which two sides see that they hold the same.
std::string tag_of(const Hash& head);

}  // namespace mq::wire
