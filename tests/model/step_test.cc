#include "mq/model/step.h"

#include <gtest/gtest.h>

namespace mq::model {
namespace {

Step move() {
  Step step{.from = 1, .to = 300, .reason = "退回补充", .actor = {}};
  step.actor.data.fill(7);
  return step;
}

TEST(Step, ReadsBackWhatItEncodes) { EXPECT_EQ(*decode_step(encode_step(move())), move()); }

TEST(Step, BytesAreThoseOfTheProtocol) {
  Step step{.from = 1, .to = 2, .reason = "x", .actor = {}};
  EXPECT_EQ(to_hex(encode_step(step)), "01020178" + std::string(32, '0'));
}

TEST(Step, EveryCutIsRefused) {
  const Bytes whole = encode_step(move());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto step = decode_step(ByteView(whole).first(size));
    ASSERT_FALSE(step.ok()) << size;
    EXPECT_EQ(step.error().code, Code::kInvalidInput);
  }
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_FALSE(decode_step(longer).ok());
}

TEST(Step, AStateBeyondAnyEnumIsRefused) {
  ByteWriter out;
  out.varint(1);
  out.varint(0x8000'0000u);
  out.block("x");
  out.raw(PersonId{}.view());
  EXPECT_FALSE(decode_step(out.bytes()).ok());
}

}  // namespace
}  // namespace mq::model
