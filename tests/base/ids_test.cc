#include "mq/base/ids.h"

#include <gtest/gtest.h>

#include <bit>
#include <set>
#include <type_traits>

#include "support/sim_clock.h"
#include "support/sim_random.h"

namespace mq {
namespace {

TEST(Ids, AreVersionSevenOfTheirMillisecond) {
  testing::SimClock clock;
  testing::SimRandom random(5);
  std::set<RowId> seen;
  for (int i = 0; i < 2'000; ++i) {
    clock.advance(std::chrono::milliseconds(random.below(1'000)));
    const auto id = new_id<RowId>(clock, random);
    ASSERT_EQ(id.data[6] >> 4, 7);
    ASSERT_EQ(id.data[8] >> 6, 2);
    std::int64_t ms = 0;
    for (int k = 0; k < 6; ++k) ms = ms << 8 | id.data[static_cast<std::size_t>(k)];
    ASSERT_EQ(ms, clock.wall().ms);
    ASSERT_TRUE(seen.insert(id).second);
  }
}

TEST(Ids, UseEveryRandomBit) {
  testing::SimClock clock;
  testing::SimRandom random(6);
  std::array<std::uint8_t, 16> ones{}, zeros{};
  for (int i = 0; i < 200; ++i) {
    const auto id = uuid_v7(clock, random);
    for (std::size_t k = 6; k < 16; ++k) {
      ones[k] = static_cast<std::uint8_t>(ones[k] | id[k]);
      zeros[k] = static_cast<std::uint8_t>(zeros[k] | static_cast<std::uint8_t>(~id[k]));
    }
  }
  int free_bits = 0;
  for (std::size_t k = 6; k < 16; ++k) free_bits += std::popcount(unsigned{ones[k]} & zeros[k]);
  EXPECT_EQ(free_bits, 74);
}

TEST(Ids, OfOneSeedAreTheSame) {
  testing::SimClock clock;
  testing::SimRandom first(9), second(9);
  EXPECT_EQ(new_id<RowId>(clock, first), new_id<RowId>(clock, second));
  EXPECT_EQ(random_id<StreamId>(first), random_id<StreamId>(second));
}

TEST(Ids, ComeBackFromTextAndRefuseTheRest) {
  testing::SimRandom random(5);
  const auto id = random_id<DeviceId>(random);
  EXPECT_EQ(DeviceId::from_text(id.hex()), id);
  EXPECT_EQ(id.hex().size(), 32u);
  EXPECT_FALSE(DeviceId::from_text(id.hex().substr(2)).has_value());
  EXPECT_FALSE(DeviceId::from_text(id.hex() + "00").has_value());
  EXPECT_FALSE(DeviceId::from(Bytes(15)).has_value());
  EXPECT_TRUE(DeviceId{}.is_zero());
  EXPECT_FALSE(id.is_zero());
}

TEST(Ids, OfOneKindAreNoIdsOfAnother) {
  EXPECT_FALSE((std::is_convertible_v<RowId, DeviceId>));
  EXPECT_FALSE((std::is_same_v<StreamId, TownshipId>));
}

}  // namespace
}  // namespace mq
