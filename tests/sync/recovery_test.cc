// The recovery kit: what it opens, what an old one opens no more, and which sheets a drill finds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mq/base/text.h"
#include "sync/kit.h"

namespace mq::testing {
namespace {

using ::testing::HasSubstr;

// Every (stream, epoch) whose key the kit finds in a box of the log, older ones wrapped or not.
std::set<std::pair<std::uint32_t, std::uint32_t>> opened_by(SimDevice& device, const Kit& kit) {
  std::set<std::pair<std::uint32_t, std::uint32_t>> out;
  const wire::ControlState& state = device.control().state();
  const seal::BoxKeyPair box = kit.seed.box();
  const Bytes name = wire::recovery_recipient(box.public_key());
  const auto entries = device.control().entries(0);
  for (const wire::pb::ControlEntry& entry : entries.value()) {
    for (const wire::StreamBox& one : wire::boxes_for_recipient(state, entry, name)) {
      const auto key = seal::open_box(box, one.box);
      const Key32* real = device.keyring().key(one.stream, one.epoch);
      const bool fits = key.ok() && real != nullptr && *key == to_bytes(real->view());
      if (fits) out.insert({state.stream(one.stream)->ordinal, one.epoch});
    }
  }
  return out;
}

std::size_t streams_of(SimDevice& device) { return device.control().state().streams().size(); }

class Recovery : public ::testing::Test {
 protected:
  World world;
  SimDevice& admin = world.found(2);
};

TEST_F(Recovery, ReadsEveryStreamThereIsAndEveryOneThatComes) {
  world.add_cadre(admin, "李");
  const Kit kit = draw_kit(admin, 1);
  const auto made = make_kit(admin, kit);
  ASSERT_TRUE(made.ok()) << made.error().zh;
  EXPECT_EQ(*made, streams_of(admin));
  EXPECT_EQ(opened_by(admin, kit).size(), streams_of(admin));
  ASSERT_TRUE(world.open_villages(admin, 1).ok());
  ASSERT_TRUE(sync::rotate_streams({}, admin.member()).ok());
  const auto drilled = drill(admin, kit);
  ASSERT_TRUE(drilled.ok()) << drilled.error().zh;
  EXPECT_EQ(drilled->streams, streams_of(admin));
  EXPECT_EQ(drilled->closed, 0u);
}

TEST_F(Recovery, AnOldKitOpensNothingNew) {
  const Kit old = draw_kit(admin, 1);
  const Kit fresh = draw_kit(admin, 2);
  ASSERT_TRUE(make_kit(admin, old).ok());
  const auto before = opened_by(admin, old);
  const auto replaced = make_kit(admin, fresh, true);
  ASSERT_TRUE(replaced.ok()) << replaced.error().zh;
  ASSERT_TRUE(world.open_villages(admin, 1).ok());
  EXPECT_EQ(opened_by(admin, old), before) << "what it had, and nothing since";
  EXPECT_EQ(opened_by(admin, fresh).size(), streams_of(admin));
  for (const wire::StreamRecord& stream : admin.control().state().streams()) {
    EXPECT_FALSE(admin.control().state().rotation_missing(stream.id));
  }
  const auto drilled = drill(admin, old);
  ASSERT_FALSE(drilled.ok());
  EXPECT_EQ(drilled.error().code, Code::kInvalidInput);
  EXPECT_THAT(drilled.error().zh, HasSubstr("不是现在有效的那一套"));
  EXPECT_EQ(drill(admin, fresh)->closed, 0u);
}

TEST_F(Recovery, ADrillFindsAWrongSheet) {
  const Kit kit = draw_kit(admin, 1);
  const auto none = drill(admin, kit);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, Code::kNotFound);
  ASSERT_TRUE(make_kit(admin, kit).ok());
  EXPECT_TRUE(drill(admin, kit).ok());
  // Others of the same seed: they would join, but nobody registered them.
  SimRandom random(9);
  Kit twin{{kit.seed.seed.clone()}, seal::make_sheets(kit.seed, township_of(admin), random)};
  EXPECT_FALSE(drill(admin, twin).ok());
  World other(2);
  SimDevice& there = other.found(0);
  const auto foreign = drill(there, kit);
  ASSERT_FALSE(foreign.ok());
  EXPECT_THAT(foreign.error().zh, HasSubstr("别的乡镇"));
}

// A grant that a damaged log lost would show when it is too late; the drill tries the boxes.
TEST_F(Recovery, ADrillCountsWhatTheKitDoesNotOpen) {
  const Kit kit = draw_kit(admin, 1);
  ASSERT_TRUE(make_kit(admin, kit).ok());
  const std::uint32_t last = admin.control().state().head_seq();
  auto entries = admin.control().entries(last - 1).value();
  ASSERT_EQ(entries.size(), 1u);
  entries[0].clear_key_record();
  ASSERT_TRUE(admin.vault()
                  .set_setting(cat("control.", last), view_of(entries[0].SerializeAsString()))
                  .ok());
  const auto drilled = drill(admin, kit);
  ASSERT_TRUE(drilled.ok()) << drilled.error().zh;
  EXPECT_EQ(drilled->closed, 1u);
  EXPECT_EQ(drilled->streams, streams_of(admin) - 1);
}

TEST_F(Recovery, IsMadeOnceAndByAdminsOnly) {
  SimDevice& li = world.add_cadre(admin, "李");
  const auto by_cadre = make_kit(li, draw_kit(admin, 1));
  ASSERT_FALSE(by_cadre.ok());
  EXPECT_EQ(by_cadre.error().code, Code::kNotAllowed);
  EXPECT_EQ(make_kit(admin, draw_kit(admin, 1), true).error().code, Code::kConflict);
  ASSERT_TRUE(make_kit(admin, draw_kit(admin, 1)).ok());
  const std::uint32_t head = admin.control().state().head_seq();
  EXPECT_EQ(make_kit(admin, draw_kit(admin, 2)).error().code, Code::kConflict);
  EXPECT_EQ(admin.control().state().head_seq(), head);
}

// Two admins make a kit each at the same time: one stands, the other's sheets are paper.
TEST_F(Recovery, OfTwoMadeAtOnceOneStands) {
  SimDevice& second = world.add_admin(admin, "王");
  ASSERT_TRUE(admin.sync_until_idle());
  const Kit first = draw_kit(admin, 1);
  const Kit other = draw_kit(admin, 2);
  bool raced = false;
  admin.network.before_append = [&] {
    if (raced) return;
    raced = true;
    const auto made = make_kit(second, other);
    EXPECT_TRUE(made.ok()) << made.error().zh;
  };
  const auto lost = make_kit(admin, first);
  ASSERT_TRUE(raced);
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().code, Code::kConflict);
  EXPECT_EQ(drill(admin, other)->closed, 0u);
}

TEST_F(Recovery, SeedAndSheetsStayOutOfTheVault) {
  const Kit kit = draw_kit(admin, 1);
  ASSERT_TRUE(make_kit(admin, kit).ok());
  ASSERT_TRUE(drill(admin, kit).ok());
  expect_not_on_disk(admin, kit);
}

TEST(MakingRecovery, StandsWholeOrNotAtAllWhicheverCallFails) {
  const auto broken = for_each_fault([](Faults& faults) {
    faults.pause();
    World world(1, &faults);
    SimDevice& admin = world.found(1);
    const Kit kit = draw_kit(admin, 1);
    faults.resume();
    const auto made = make_kit(admin, kit);
    faults.stop();
    admin.kill();
    ASSERT_TRUE(admin.boot().ok());
    ASSERT_TRUE(admin.sync_until_idle());
    if (!made.ok() && admin.control().state().recovery() == nullptr) {
      const auto again = make_kit(admin, kit);
      ASSERT_TRUE(again.ok()) << again.error().en;
    }
    const auto drilled = drill(admin, kit);
    ASSERT_TRUE(drilled.ok()) << drilled.error().en;
    EXPECT_EQ(drilled->closed, 0u);
  });
  EXPECT_GT(broken, 5u);
}

TEST(ReplacingRecovery, IsFinishedByTheNextContactWhicheverCallFails) {
  const auto broken = for_each_fault([](Faults& faults) {
    faults.pause();
    World world(1, &faults);
    SimDevice& admin = world.found(1);
    const Kit old = draw_kit(admin, 1);
    const Kit fresh = draw_kit(admin, 2);
    ASSERT_TRUE(make_kit(admin, old).ok());
    faults.resume();
    const auto made = make_kit(admin, fresh, true);
    faults.stop();
    admin.kill();
    ASSERT_TRUE(admin.boot().ok());
    ASSERT_TRUE(sync::complete_rotations(admin.member()).ok());
    const bool replaced = drill(admin, fresh).ok();
    EXPECT_TRUE(replaced || !made.ok());
    const auto drilled = drill(admin, replaced ? fresh : old);
    ASSERT_TRUE(drilled.ok()) << drilled.error().en;
    EXPECT_EQ(drilled->closed, 0u);
  });
  EXPECT_GT(broken, 5u);
}

}  // namespace
}  // namespace mq::testing
