#include "mq/model/step.h"

#include <limits>

#include "mq/base/text.h"

namespace mq::model {

Bytes encode_step(const Step& step) {
  ByteWriter out;
  out.varint(step.from);
  out.varint(step.to);
  out.block(step.reason);
  out.raw(step.actor.view());
  return out.take();
}

Result<Step> decode_step(ByteView bytes) {
  ByteReader in(bytes);
  const std::uint64_t from = in.varint();
  const std::uint64_t to = in.varint();
  Step step;
  step.reason = to_string(in.block());
  step.actor.data = in.array<PersonId::kSize>();
  constexpr std::uint64_t kMax = std::numeric_limits<std::int32_t>::max();
  if (!in.done() || from > kMax || to > kMax || !is_utf8(step.reason)) {
    return Error{Code::kInvalidInput, "状态变更的内容无法读取:字节不完整或不合格式",
                 "Cannot read a state move: its bytes are cut or malformed"};
  }
  step.from = static_cast<std::uint32_t>(from);
  step.to = static_cast<std::uint32_t>(to);
  return step;
}

}  // namespace mq::model
