// A device whose clock was years ahead once: what it writes afterwards is of its own time again.
#include "vault_support.h"

namespace mq::vault {
namespace {

using mq::testing::kMorning2026;
using testing::Device;
using testing::kCount;
using testing::kNote;
using testing::number;
using testing::Opened;

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kYearsMs = 5 * 365 * kDayMs;

class VaultClock : public ::testing::Test {
 protected:
  VaultClock() { author_.clock.set_wall(kMorning2026); }
  // The server was heard of this morning.
  static void hear(Device& device) {
    model::CheckpointMark mark;
    mark.time_ms = static_cast<std::uint64_t>(kMorning2026);
    device.vault->set_checkpoint(mark);
  }
  Claim written(Device& device, std::int64_t value) {
    device.save({Device::set(row_, kCount, number(value))});
    const auto claims = device.vault->claims(kNote, row_, kCount);
    EXPECT_TRUE(claims.ok() && !claims->empty());
    return claims->back();
  }

  Opened opened_;
  Device author_{1, opened_}, reader_{2, opened_};
  RowId row_ = author_.new_row();
};

TEST_F(VaultClock, YearsAheadIsKnownToBeWrongAndIsLeftAgain) {
  hear(author_);
  EXPECT_EQ(written(author_, 1).clock_class, ClockClass::kWall);
  author_.clock.set_wall(kMorning2026 + kYearsMs);
  const Claim ahead = written(author_, 2);
  EXPECT_EQ(ahead.clock_class, ClockClass::kKnownWrong);
  EXPECT_GE(ahead.hlc.ms(), kMorning2026 + kYearsMs);
  author_.clock.set_wall(kMorning2026 + kDayMs);
  const Claim after = written(author_, 3);
  EXPECT_EQ(after.clock_class, ClockClass::kWall);
  EXPECT_LT(after.hlc.ms(), kMorning2026 + 2 * kDayMs);
  // Its own later word stands all the same, on every device.
  EXPECT_EQ(author_.shown(row_, kCount), number(3));
  author_.send_to(reader_);
  EXPECT_EQ(reader_.shown(row_, kCount), number(3));
  EXPECT_FALSE(reader_.contested(row_));
  EXPECT_EQ(reader_.state(), author_.state());
}

TEST_F(VaultClock, BehindTheServersTimeStampsGoOnAndAreKnownToBeWrong) {
  hear(author_);
  const Claim before = written(author_, 1);
  author_.clock.set_wall(mq::testing::kYear1970);
  const Claim behind = written(author_, 2);
  EXPECT_EQ(behind.clock_class, ClockClass::kKnownWrong);
  EXPECT_GT(behind.hlc, before.hlc) << "it says nothing of what came before";
}

TEST_F(VaultClock, WhoNeverHeardOfAServerKnowsNothing) {
  const Claim before = written(author_, 1);
  author_.clock.set_wall(kMorning2026 - kYearsMs);
  const Claim behind = written(author_, 2);
  EXPECT_EQ(behind.clock_class, ClockClass::kWall);
  EXPECT_GT(behind.hlc, before.hlc);
}

TEST_F(VaultClock, AFewHoursAheadItWaitsForTheWall) {
  hear(author_);
  author_.clock.set_wall(kMorning2026 + kDayMs / 2);
  const Claim ahead = written(author_, 1);
  author_.clock.set_wall(kMorning2026 + kDayMs / 4);
  EXPECT_GT(written(author_, 2).hlc, ahead.hlc);
}

}  // namespace
}  // namespace mq::vault
