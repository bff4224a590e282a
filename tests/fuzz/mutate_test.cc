#include "fuzz/mutate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "mq/base/text.h"

namespace mq::fuzz {
namespace {

const std::vector<Bytes> kInputs = {to_bytes("name,age\nA,60\n"), Bytes(300, 0x5a)};

TEST(Mutate, TheSameSeedSpoilsTheSameWay) {
  testing::SimRandom first(7), second(7);
  for (int i = 0; i < 500; ++i) {
    ASSERT_EQ(mutated(kInputs, first, 1000), mutated(kInputs, second, 1000)) << i;
  }
}

TEST(Mutate, SpoilsInManyWaysAndStaysBounded) {
  testing::SimRandom random(7);
  std::set<Bytes> seen;
  std::size_t shorter = 0, longer = 0;
  for (int i = 0; i < 2000; ++i) {
    const Bytes out = mutated(kInputs, random, 400);
    ASSERT_LE(out.size(), 400u);
    shorter += !out.empty() && out.size() < 14;
    longer += out.size() > 300;
    seen.insert(out);
  }
  EXPECT_GT(seen.size(), 1500u);
  EXPECT_GT(shorter, 100u);
  EXPECT_GT(longer, 100u);
}

TEST(Mutate, LivesWithNothingToSpoil) {
  testing::SimRandom random(7);
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(mutated({{}}, random, 10).empty());
}

}  // namespace
}  // namespace mq::fuzz
