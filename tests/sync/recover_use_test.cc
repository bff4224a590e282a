// Using the recovery kit: every admin's device is gone, two sheets bring the township back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mq/sync/setup.h"
#include "sync/kit.h"
#include "sync/records.h"

namespace mq::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> alarms(SimDevice& device) {
  std::vector<std::string> out;
  for (const sync::Alarm& each : device.engine().report().alarms) out.push_back(each.zh);
  return out;
}

class Recovering : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(make_kit(admin, kit).ok());
    ASSERT_TRUE(li.sync_until_idle());
  }
  SimDevice& empty_home() {
    SimDevice& device = world.add_device("新机");
    EXPECT_TRUE(device.boot().ok());
    return device;
  }

  World world;
  SimDevice& admin = world.found(2);
  SimDevice& li = world.add_cadre(admin, "李");
  Kit kit = draw_kit(admin, 1);
};

TEST_F(Recovering, TwoSheetsBringTheTownshipBack) {
  record_visit(world, li, "早先");
  record_visit(world, admin, "管理员早先");
  ASSERT_TRUE(li.sync_until_idle());
  ASSERT_TRUE(admin.sync_until_idle());
  ASSERT_TRUE(sync::rotate_streams({}, admin.member()).ok());
  admin.kill();
  SimDevice& fresh = empty_home();
  const auto done = recover(fresh, kit);
  ASSERT_TRUE(done.ok()) << done.error().zh;
  EXPECT_EQ(done->stopped.size(), 1u);
  EXPECT_EQ(done->left, 0u);
  EXPECT_FALSE(done->known);
  ASSERT_TRUE(fresh.sync_until_idle()) << fresh.last_error()->en;
  EXPECT_THAT(visits(fresh), ElementsAre("早先", "管理员早先"));
  record_visit(world, li, "之后");
  ASSERT_TRUE(li.sync_until_idle()) << li.last_error()->en;
  ASSERT_TRUE(fresh.sync_until_idle());
  EXPECT_THAT(visits(fresh), ElementsAre("之后", "早先", "管理员早先"));
  // It is an admin's device like any other.
  SimDevice& zhao = world.add_cadre(fresh, "赵");
  ASSERT_TRUE(zhao.sync_until_idle());
  EXPECT_THAT(visits(zhao), ElementsAre("之后", "早先", "管理员早先"));
  for (const wire::StreamRecord& stream : fresh.control().state().streams()) {
    EXPECT_FALSE(fresh.control().state().rotation_missing(stream.id));
  }
}

TEST_F(Recovering, IsSeenByEveryMember) {
  ASSERT_TRUE(recover(empty_home(), kit).ok());
  ASSERT_TRUE(li.sync_until_idle());
  EXPECT_THAT(alarms(li), Contains(HasSubstr("恢复单")));
}

TEST_F(Recovering, TheSameAdminIsTheSamePersonAgain) {
  SimDevice& second = world.add_admin(admin, "王");
  const PersonId person = second.keyring().identity()->person;
  second.kill();
  SimDevice& fresh = empty_home();
  const auto done = recover(fresh, kit, "王");
  ASSERT_TRUE(done.ok()) << done.error().zh;
  EXPECT_TRUE(done->known);
  EXPECT_EQ(done->stopped.size(), 2u);
  EXPECT_EQ(fresh.keyring().identity()->person, person);
  EXPECT_EQ(fresh.control().state().admin_devices(fresh.control().state().head_seq()).size(), 1u);
  ASSERT_TRUE(fresh.sync_until_idle());
}

TEST_F(Recovering, AdminsStayIfTheyAreToStay) {
  const auto done = recover(empty_home(), kit, "新人", true);
  ASSERT_TRUE(done.ok()) << done.error().zh;
  EXPECT_THAT(done->stopped, IsEmpty());
  record_visit(world, admin, "还在");
  EXPECT_TRUE(admin.sync_until_idle());
}

TEST_F(Recovering, AReplacedKitAppointsNobody) {
  ASSERT_TRUE(make_kit(admin, draw_kit(admin, 2), true).ok());
  const auto head = admin.control().state().head();
  SimDevice& fresh = empty_home();
  const auto done = recover(fresh, kit);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, Code::kNotAllowed);
  EXPECT_THAT(done.error().zh, HasSubstr("换掉"));
  EXPECT_EQ(fresh.keyring().identity(), nullptr);
  ASSERT_TRUE(admin.sync_until_idle());
  EXPECT_EQ(admin.control().state().head(), head);
}

// A server can copy the public parts of the kit into a log of its own making.
TEST_F(Recovering, ALogThatBeginsOtherwiseIsAStrangers) {
  Kit stranger = draw_kit(admin, 1);
  for (seal::Sheet& sheet : stranger.sheets) sheet.origin[14] ^= 1;
  SimDevice& fresh = empty_home();
  const auto done = recover(fresh, stranger);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, Code::kNotAllowed);
  EXPECT_EQ(fresh.keyring().identity(), nullptr);
}

TEST_F(Recovering, AnotherTownshipsServerKnowsNoSuchTownship) {
  World other(7);
  SimDevice& fresh = other.add_device("新机");
  ASSERT_TRUE(fresh.boot().ok());
  EXPECT_EQ(recover(fresh, kit).error().code, Code::kNotFound);
  EXPECT_EQ(recover(li, kit).error().code, Code::kConflict) << "a home that belongs to somebody";
}

TEST_F(Recovering, TheKitItselfStaysOutOfTheVault) {
  SimDevice& fresh = empty_home();
  ASSERT_TRUE(recover(fresh, kit).ok());
  expect_not_on_disk(fresh, kit);
}

// In an open township the old kit signs for the new one, and the last admin's device stays.
TEST_F(Recovering, GoesOnInAnOpenTownshipWithTheOldSheetsSignature) {
  world.add_admin(admin, "王");
  ASSERT_TRUE(sync::open_township(admin.member()).ok());
  SimDevice& fresh = empty_home();
  ASSERT_TRUE(recover(fresh, kit).ok());
  const Kit next = draw_kit(fresh, 2);
  const auto alone = make_kit(fresh, next, true);
  ASSERT_FALSE(alone.ok());
  EXPECT_EQ(alone.error().code, Code::kNotAllowed);
  const wire::SigningKey stranger = draw_kit(fresh, 3).seed.sign();
  EXPECT_EQ(make_kit(fresh, next, true, &stranger).error().code, Code::kInvalidInput);
  const wire::SigningKey old = kit.seed.sign();
  const auto made = make_kit(fresh, next, true, &old);
  ASSERT_TRUE(made.ok()) << made.error().zh;
  EXPECT_EQ(drill(fresh, next)->closed, 0u);
}

TEST(Opening, NeedsASecondAdminsDeviceAndAKit) {
  World world;
  SimDevice& admin = world.found(1);
  EXPECT_EQ(sync::open_township(admin.member()).error().code, Code::kNotAllowed);
  world.add_admin(admin, "王");
  EXPECT_THAT(sync::open_township(admin.member()).error().zh, HasSubstr("恢复单"));
  ASSERT_TRUE(make_kit(admin, draw_kit(admin, 1)).ok());
  EXPECT_TRUE(admin.control().state().setup());
  ASSERT_TRUE(sync::open_township(admin.member()).ok());
  EXPECT_FALSE(admin.control().state().setup());
  EXPECT_EQ(sync::open_township(admin.member()).error().code, Code::kConflict);
}

TEST(RecoveringKilled, GoesOnWhicheverCallFails) {
  const auto broken = for_each_fault([](Faults& faults) {
    faults.pause();
    World world(1, &faults);
    SimDevice& admin = world.found(1);
    record_visit(world, admin, "早先");
    ASSERT_TRUE(admin.sync_until_idle());
    const Kit kit = draw_kit(admin, 1);
    ASSERT_TRUE(make_kit(admin, kit).ok());
    admin.kill();
    SimDevice& fresh = world.add_device("新机");
    ASSERT_TRUE(fresh.boot().ok());
    faults.resume();
    const bool whole = recover(fresh, kit).ok();
    faults.stop();
    fresh.kill();
    ASSERT_TRUE(fresh.boot().ok());
    if (!whole) {
      const auto again = recover(fresh, kit);
      ASSERT_TRUE(again.ok()) << again.error().en;
    }
    ASSERT_TRUE(fresh.sync_until_idle()) << fresh.last_error()->en;
    EXPECT_EQ(visits(fresh), std::vector<std::string>{"早先"});
    const wire::ControlState& log = fresh.control().state();
    EXPECT_EQ(log.devices().size(), 2u) << "appointed once";
    EXPECT_EQ(log.admin_devices(log.head_seq()).size(), 1u);
  });
  EXPECT_GT(broken, 10u);
}

}  // namespace
}  // namespace mq::testing
