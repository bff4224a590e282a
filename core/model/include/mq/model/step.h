// Step: one move of a state machine, the value of an op of kind kStep.
#pragma once

#include <cstdint>
#include <string>

#include "mq/base/bytes.h"
#include "mq/base/ids.h"
#include "mq/base/result.h"

namespace mq::model {

struct Step {
  std::uint32_t from = 0;  // enum numbers; 0: the row is new
  std::uint32_t to = 0;
  std::string reason;
  PersonId actor;
  bool operator==(const Step&) const = default;
};

// from varint, to varint, reason block, actor 16.
Bytes encode_step(const Step& step);
// kInvalidInput for bytes that encode_step cannot have made.
Result<Step> decode_step(ByteView bytes);

}  // namespace mq::model
