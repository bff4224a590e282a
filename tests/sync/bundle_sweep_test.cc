// Writing and taking bundles, each broken at every outside call in turn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/bundling.h"

namespace mq::testing {
namespace {

using ::testing::UnorderedElementsAre;

void come_back(SimDevice& device) {
  device.kill();
  ASSERT_TRUE(device.boot().ok());
}

// Acknowledged work is there, merged once, and pushed once, whichever call fails.
TEST(BundleSweep, KilledAnywhereNothingIsLostOrDoubled) {
  const auto broken = for_each_fault([](Faults& faults) {
    faults.pause();
    World world(1, &faults);
    SimDevice& desk = world.found(1);
    SimDevice& cadre = world.add_cadre(desk, "李");
    ASSERT_TRUE(world.settle());
    record_visit(world, cadre, "一");
    record_visit(world, cadre, "二");
    Stick stick;
    faults.resume();
    const bool written = stick.write(cadre, "去").ok();
    faults.pause();
    if (!written) {
      come_back(cadre);
      stick.good(cadre, "去");
    }
    const Bytes file = stick.file("去");
    faults.resume();
    static_cast<void>(sync::import_bundle(file, home_of(desk)));
    faults.stop();
    come_back(desk);
    EXPECT_TRUE(stick.taken(desk, "去").whole);
    EXPECT_THAT(visits(desk), UnorderedElementsAre("一", "二"));
    come_back(cadre);
    ASSERT_TRUE(world.settle());
    EXPECT_THAT(visits(cadre), UnorderedElementsAre("一", "二"));
    EXPECT_EQ(state_of(world, desk), state_of(world, cadre));
    EXPECT_EQ(stored(world), 1u);
    EXPECT_TRUE(world.wiretap.repeated_nonces().empty());
  });
  EXPECT_GT(broken, 20u);
}

}  // namespace
}  // namespace mq::testing
