// The byte form in which stores keep receipts; fixed length, little-endian.
#pragma once

#include "mq/base/result.h"
#include "mq/wire/stream_head.h"

namespace mq::server {

Bytes encode_receipt(const wire::Receipt& receipt);
// kCorrupt if the bytes are not what encode_receipt makes.
Result<wire::Receipt> parse_receipt(ByteView bytes);

}  // namespace mq::server
