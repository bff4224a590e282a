// The promise of the whole engine, broken at every outside call in turn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/records.h"

namespace mq::testing {
namespace {

using ::testing::ElementsAre;

void come_back(SimDevice& device) {
  device.kill();
  ASSERT_TRUE(device.boot().ok());
}

// First the 1st call fails, then the 2nd, and so on until a run meets no fault; then every call
// from there on, until the power goes. Nothing is lost, nothing doubled.
TEST(SyncSweep, DevicesConvergeWhicheverCallFails) {
  const auto broken = for_each_fault([](Faults& faults) {
    faults.pause();
    World world(1, &faults);
    SimDevice& morning = world.found(1);
    SimDevice& evening = world.add_cadre(morning, "李");
    record_visit(world, morning, "修水渠");
    record_visit(world, evening, "看望老人");
    faults.resume();

    static_cast<void>(morning.sync_until_idle(12));
    static_cast<void>(evening.sync_until_idle(12));
    static_cast<void>(morning.sync_until_idle(12));
    faults.stop();

    come_back(morning);
    come_back(evening);
    ASSERT_TRUE(world.settle()) << (morning.last_error() ? morning.last_error()->en : "")
                                << (evening.last_error() ? evening.last_error()->en : "");
    EXPECT_THAT(visits(morning), ElementsAre("修水渠", "看望老人"));
    EXPECT_THAT(visits(evening), ElementsAre("修水渠", "看望老人"));
    EXPECT_EQ(state_of(world, morning), state_of(world, evening));
    EXPECT_EQ(stored(world), 2u);
    EXPECT_TRUE(world.wiretap.repeated_nonces().empty());
  });
  EXPECT_GT(broken, 40u) << "the sweep must reach network, token and disk";
}

}  // namespace
}  // namespace mq::testing
