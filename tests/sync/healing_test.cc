// Backups that come back: of a device, of a whole machine, of the server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/records.h"

namespace mq::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class Healing : public ::testing::Test {
 protected:
  void level() {
    for (int i = 0; i < 3; ++i) {
      for (const auto& device : world.devices) {
        ASSERT_TRUE(device->sync_until_idle()) << device->name() << device->last_error()->en;
      }
    }
  }

  World world;
  SimDevice& desk = world.found(1);
  SimDevice& cadre = world.add_cadre(desk, "李");
};

class RestoredDevice : public Healing, public ::testing::WithParamInterface<bool> {};

// Work was sent after the backup was taken; the old home meets it as its own and goes on under a
// new incarnation. Restored with or without the folder of the token.
TEST_P(RestoredDevice, TakesANewIncarnationAndLosesNothing) {
  record_visit(world, cadre, "备份前");
  level();
  const DiskImage backup = cadre.image();
  const std::uint32_t incarnation = cadre.vault().incarnation();
  record_visit(world, cadre, "备份后");
  level();
  cadre.restore(backup, GetParam());
  ASSERT_TRUE(cadre.boot().ok());
  record_visit(world, cadre, "恢复后");
  level();
  EXPECT_NE(cadre.vault().incarnation(), incarnation);
  EXPECT_THAT(visits(cadre), UnorderedElementsAre("备份前", "备份后", "恢复后"));
  EXPECT_THAT(visits(desk), UnorderedElementsAre("备份前", "备份后", "恢复后"));
  EXPECT_EQ(state_of(world, desk), state_of(world, cadre));
}
INSTANTIATE_TEST_SUITE_P(WithAndWithoutToken, RestoredDevice, ::testing::Bool());

TEST_F(Healing, AClonesWorkAndItsOriginalsBothStand) {
  record_visit(world, cadre, "一起");
  level();
  const DiskImage image = cadre.image();
  SimDevice& clone = world.add_device("李'");
  clone.machine_id = cadre.machine_id;
  clone.restore(image, true);
  ASSERT_TRUE(clone.boot().ok());
  record_visit(world, cadre, "原机");
  record_visit(world, clone, "副本");
  level();
  record_visit(world, cadre, "原机二");
  record_visit(world, clone, "副本二");
  level();
  for (const auto& device : world.devices) {
    EXPECT_THAT(visits(*device), UnorderedElementsAre("一起", "原机", "副本", "原机二", "副本二"));
  }
  EXPECT_NE(clone.vault().incarnation(), cadre.vault().incarnation());
  EXPECT_EQ(state_of(world, desk), state_of(world, cadre));
  EXPECT_EQ(state_of(world, clone), state_of(world, cadre));
  EXPECT_TRUE(world.wiretap.repeated_nonces().empty());
}

TEST_F(Healing, ARestoredServerGetsBackWhatAnybodyHolds) {
  record_visit(world, cadre, "备份前");
  level();
  const MemoryStore::Data backup = world.server.store.copy();
  record_visit(world, cadre, "备份后一");
  level();
  record_visit(world, desk, "备份后二");
  level();
  world.server.restore(backup);
  // The author of one is gone for good; the other device holds his work.
  cadre.kill();
  world.devices.pop_back();
  ASSERT_TRUE(desk.sync_until_idle()) << desk.last_error()->en;
  EXPECT_TRUE(desk.engine().report().server_lost_data);
  SimDevice& next = world.add_cadre(desk, "王");
  ASSERT_TRUE(next.sync_until_idle()) << next.last_error()->en;
  EXPECT_THAT(visits(next), UnorderedElementsAre("备份前", "备份后一", "备份后二"));
  EXPECT_EQ(state_of(world, desk), state_of(world, next));
}

// Who only reads has no receipt to show, and heals all the same.
TEST_F(Healing, AReaderHealsTheServerOfOthersWork) {
  level();
  const MemoryStore::Data backup = world.server.store.copy();
  record_visit(world, cadre, "只在别人那里");
  level();
  world.server.restore(backup);
  ASSERT_TRUE(desk.sync_until_idle()) << desk.last_error()->en;
  EXPECT_EQ(stored(world), 1u);
  level();
  EXPECT_EQ(state_of(world, desk), state_of(world, cadre));
}

TEST_F(Healing, ARestoredServerGetsTheControlLogBack) {
  level();
  const MemoryStore::Data backup = world.server.store.copy();
  SimDevice& late = world.add_cadre(desk, "王");
  record_visit(world, late, "新人所记");
  level();
  world.server.restore(backup);
  EXPECT_FALSE(late.sync_until_idle(30));  // the server does not know it
  ASSERT_TRUE(desk.sync_until_idle()) << desk.last_error()->en;
  level();
  EXPECT_THAT(visits(cadre), ElementsAre("新人所记"));
  EXPECT_EQ(stored(world), 1u);
}

// A server that lost the middle of a chain asks for it by number.
TEST_F(Healing, AGapIsFilledFromWhereTheServerStands) {
  level();
  const MemoryStore::Data backup = world.server.store.copy();
  for (const char* theme : {"一", "二", "三"}) {
    record_visit(world, cadre, theme);
    ASSERT_TRUE(cadre.sync_until_idle());
  }
  record_visit(world, cadre, "四");
  world.server.restore(backup);
  ASSERT_TRUE(cadre.sync_until_idle()) << cadre.last_error()->en;
  ASSERT_TRUE(desk.sync_until_idle());
  EXPECT_THAT(visits(desk), UnorderedElementsAre("一", "二", "三", "四"));
}

TEST_F(Healing, KillsWhileHealingOnlyDelayIt) {
  level();
  const MemoryStore::Data backup = world.server.store.copy();
  for (int i = 0; i < 5; ++i) {
    record_visit(world, cadre, std::to_string(i));
    level();
  }
  world.server.restore(backup);
  for (int i = 0; i < 12; ++i) {
    static_cast<void>(desk.step());
    desk.kill();
    ASSERT_TRUE(desk.boot().ok());
    for (int k = 0; k < i; ++k) static_cast<void>(desk.step());
  }
  ASSERT_TRUE(desk.sync_until_idle());
  EXPECT_EQ(stored(world), 5u);
}

}  // namespace
}  // namespace mq::testing
