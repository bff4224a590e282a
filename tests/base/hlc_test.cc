#include "mq/base/hlc.h"

#include <gtest/gtest.h>

#include "support/sim_clock.h"
#include "support/sim_random.h"

namespace mq {
namespace {

using testing::SimClock;
constexpr std::int64_t kHour = 3'600'000;

TEST(Hlc, PacksTimeAboveCounterAndStaysInBounds) {
  EXPECT_EQ(Hlc::of(5, 7).packed, (std::uint64_t{5} << 16 | 7));
  EXPECT_EQ(Hlc::of(5, 7).ms(), 5);
  EXPECT_LT(Hlc::of(5, 65'535), Hlc::of(6, 0));
  EXPECT_EQ(Hlc::of(-1).packed, 0u);
  EXPECT_EQ(Hlc::of(INT64_MAX).ms(), (std::int64_t{1} << 48) - 1);
}

TEST(HlcClock, NeverRepeatsAndNeverGoesBackWhateverTheWallDoes) {
  SimClock wall;
  testing::SimRandom random(11);
  HlcClock clock(wall, {});
  Hlc last = clock.next();
  for (int i = 0; i < 20'000; ++i) {
    switch (random.below(6)) {
      case 0:
        wall.set_wall(testing::kYear1970);
        break;
      case 1:
        wall.set_wall(testing::kMorning2026);
        break;
      case 2:
        wall.jump(std::chrono::milliseconds(-static_cast<std::int64_t>(random.below(kHour))));
        break;
      case 3:
        wall.advance(std::chrono::milliseconds(random.below(5)));
        break;
      case 4:
        clock.see(Hlc{random.next()});
        break;
      default:
        break;
    }
    const Hlc now = clock.next();
    ASSERT_GT(now, last) << i;
    ASSERT_EQ(now, clock.last());
    last = now;
  }
}

TEST(HlcClock, FollowsTheWallWhenItIsAhead) {
  SimClock wall;
  HlcClock clock(wall, Hlc::of(testing::kMorning2026 - 1, 9));
  EXPECT_EQ(clock.next(), Hlc::of(testing::kMorning2026));
  EXPECT_EQ(clock.next(), Hlc::of(testing::kMorning2026, 1));
}

TEST(HlcClock, AFullCounterRunsIntoTheNextMillisecond) {
  SimClock wall;
  HlcClock clock(wall, Hlc::of(testing::kMorning2026, 65'534));
  EXPECT_EQ(clock.next(), Hlc::of(testing::kMorning2026, 65'535));
  EXPECT_EQ(clock.next(), Hlc::of(testing::kMorning2026 + 1, 0));
}

TEST(HlcClock, WhatWasSeenIsInThePast) {
  SimClock wall;
  HlcClock clock(wall, {});
  const Hlc remote = Hlc::of(testing::kMorning2026 + 23 * kHour, 4);
  clock.see(remote);
  EXPECT_GT(clock.next(), remote);
  clock.see(Hlc::of(testing::kMorning2026));
  EXPECT_GT(clock.next(), remote) << "an older stamp takes nothing back";
}

TEST(HlcClock, AStampMoreThanADayAheadDoesNotAdvanceOurs) {
  SimClock wall;
  HlcClock clock(wall, {});
  const Hlc edge = Hlc::of(testing::kMorning2026 + 24 * kHour);
  clock.see(Hlc::of(testing::kMorning2026 + 24 * kHour + 1));
  clock.see(Hlc::of(testing::kYear2099));
  clock.see(Hlc{UINT64_MAX});
  EXPECT_EQ(clock.next(), Hlc::of(testing::kMorning2026));
  clock.see(edge);
  EXPECT_GT(clock.next(), edge) << "a day ahead exactly is believed";
}

// A phone that starts in 1970 goes on from what its vault holds, so its new edits still win.
TEST(HlcClock, AClockOf1970DoesNotHideWhatCameBefore) {
  SimClock wall(testing::kYear1970);
  const Hlc stored = Hlc::of(testing::kMorning2026, 3);
  HlcClock clock(wall, stored);
  EXPECT_GT(clock.next(), stored);
  const Hlc remote = Hlc::of(testing::kMorning2026 + kHour);
  clock.see(remote, WallTime{testing::kMorning2026});
  EXPECT_GT(clock.next(), remote) << "our estimate is the server's time, not the wall's";
}

TEST(HlcClock, AChainOfStampsEachALittleAheadLeadsNowhere) {
  SimClock wall;
  HlcClock clock(wall, {});
  for (int step = 1; step <= 1000; ++step) {
    clock.see(Hlc::of(testing::kMorning2026 + step * 23 * kHour));
    clock.next();
  }
  EXPECT_LE(clock.last().ms(), testing::kMorning2026 + 24 * kHour);
}

TEST(HlcClock, StandsStillAtTheEndOfItsBits) {
  SimClock wall;
  HlcClock clock(wall, Hlc{UINT64_MAX - 1});
  EXPECT_EQ(clock.next(), Hlc{UINT64_MAX});
  EXPECT_EQ(clock.next(), Hlc{UINT64_MAX}) << "wrapped to the beginning of time";
}

}  // namespace
}  // namespace mq
