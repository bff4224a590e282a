// Founding, inviting and joining, with answers lost and races.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/records.h"

namespace mq::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Founding, GivesATownshipWithItsOwnAndTheFoundersStream) {
  World world;
  SimDevice& admin = world.found(0);
  ASSERT_EQ(admin.vault().streams().size(), 2u);
  EXPECT_EQ(admin.vault().streams()[0].kind, wire::pb::STREAM_KIND_TOWNSHIP);
  EXPECT_EQ(admin.vault().streams()[0].label, "试验镇");
  EXPECT_EQ(admin.vault().streams()[1].kind, wire::pb::STREAM_KIND_DIARY);
  EXPECT_TRUE(admin.sync_until_idle());
}

TEST(Founding, WhoseAnswerIsLostGoesOnAfterAKill) {
  World world;
  SimDevice& admin = world.add_device("管理员");
  ASSERT_TRUE(admin.boot().ok());
  bool founded = false;
  for (int i = 0; i < 8 && !founded; ++i) {
    if (i % 2 == 0) admin.network.drop_next_reply();
    founded = admin.found("试验镇").ok();
    admin.kill();
    ASSERT_TRUE(admin.boot().ok());
  }
  ASSERT_TRUE(founded);
  EXPECT_EQ(world.server.store.copy().control.size(), 1u);
  EXPECT_TRUE(admin.sync_until_idle());
}

// Every outside call of founding fails once, and from there on.
TEST(Founding, StandsOnceWhicheverCallFails) {
  const auto broken = for_each_fault([](Faults& faults) {
    faults.pause();
    World world(1, &faults);
    SimDevice& admin = world.add_device("管理员");
    ASSERT_TRUE(admin.boot().ok());
    faults.resume();
    static_cast<void>(admin.found("试验镇"));
    faults.stop();
    admin.kill();
    ASSERT_TRUE(admin.boot().ok());
    const auto again = admin.found("试验镇");
    if (!again.ok()) {
      ASSERT_EQ(again.error().code, Code::kConflict) << again.error().en;
    }
    EXPECT_EQ(world.server.store.copy().control.size(), 1u);
    EXPECT_TRUE(admin.sync_until_idle());
    EXPECT_EQ(admin.vault().streams().size(), 2u);
  });
  EXPECT_GT(broken, 10u);
}

TEST(Founding, TwiceInOneHomeIsRefused) {
  World world;
  SimDevice& admin = world.found(0);
  const auto again = admin.found("另一个镇");
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, Code::kConflict);
}

class Joining : public ::testing::Test {
 protected:
  SimDevice& empty_home(const std::string& name) {
    SimDevice& device = world.add_device(name);
    EXPECT_TRUE(device.boot().ok());
    return device;
  }

  World world;
  SimDevice& desk = world.found(2);
};

TEST_F(Joining, OpensTheInvitedVillagesAndNoOther) {
  SimDevice& cadre = world.add_cadre(desk, "李", {world.villages[0]});
  EXPECT_NE(cadre.vault().stream(world.villages[0]), nullptr);
  EXPECT_EQ(cadre.vault().stream(world.villages[1]), nullptr);
  for (const vault::StreamInfo& stream : cadre.vault().streams()) {
    EXPECT_NE(cadre.keyring().key(stream.id, 1), nullptr) << stream.label;
  }
  EXPECT_EQ(cadre.vault().streams().size(), 4u);  // township, village, its private, own diary
  EXPECT_EQ(cadre.vault().stream(world.villages[0])->label, "村1");
  EXPECT_TRUE(cadre.sync_until_idle());
}

// What the township pays for a new key, at every lost phone too.
TEST(Keys, ANewKeyCostsEightyTwoBytesForEachReader) {
  World world;
  SimDevice& admin = world.found(0);
  std::string code;
  for (const std::size_t readers : {32u, 128u}) {
    while (admin.control().state().invites().size() + 1 < readers) {
      sync::InviteOptions invite;
      invite.role = wire::pb::ROLE_KIND_DESK;
      invite.name = "李";
      invite.person = new_id<PersonId>(admin.clock, world.random);
      const auto invited =
          sync::invite_member(invite, admin.vault(), admin.keyring(), admin.control(),
                              admin.network, admin.clock, admin.random);
      ASSERT_TRUE(invited.ok()) << invited.error().en;
      code = *invited;
    }
    ASSERT_TRUE(world.open_villages(admin, 1).ok());
    const auto entries = admin.control().entries(admin.control().state().head_seq() - 1);
    ASSERT_TRUE(entries.ok());
    ASSERT_EQ(entries->size(), 1u);
    EXPECT_EQ(entries->front().key_record().size(), 82 * readers);
    EXPECT_LE(entries->front().ByteSizeLong(), readers == 32 ? 3'000u : 11'000u);
  }
  SimDevice& desk = world.add_device("李");
  ASSERT_TRUE(desk.boot().ok());
  ASSERT_TRUE(desk.join(code).ok());
  for (const StreamId& village : world.villages) EXPECT_NE(desk.keyring().key(village, 1), nullptr);
}

TEST_F(Joining, GoesOnWithTheSameCodeWhicheverCallFails) {
  const auto broken = for_each_fault([](Faults& faults) {
    faults.pause();
    World w(1, &faults);
    SimDevice& admin = w.found(1);
    const auto code = w.invite_cadre(admin, "李", w.villages);
    ASSERT_TRUE(code.ok());
    SimDevice& cadre = w.add_device("李");
    ASSERT_TRUE(cadre.boot().ok());
    faults.resume();
    static_cast<void>(cadre.join(*code));
    faults.stop();
    cadre.kill();
    ASSERT_TRUE(cadre.boot().ok());
    const Status joined = cadre.join(*code);
    ASSERT_TRUE(joined.ok()) << joined.error().en;
    record_visit(w, cadre, "修水渠");
    ASSERT_TRUE(cadre.sync_until_idle()) << cadre.last_error()->en;
    ASSERT_TRUE(admin.sync_until_idle());
    EXPECT_THAT(visits(admin), ElementsAre("修水渠"));
  });
  EXPECT_GT(broken, 10u);
}

TEST_F(Joining, ASecondClaimIsRefusedAndEverybodyIsTold) {
  const auto code = world.invite_cadre(desk, "李", world.villages);
  ASSERT_TRUE(code.ok());
  ASSERT_TRUE(empty_home("李").join(*code).ok());
  const Status second = empty_home("贼").join(*code);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Code::kNotAllowed);
  ASSERT_TRUE(desk.sync_until_idle());
  EXPECT_THAT(told(desk), Contains(HasSubstr("第二次")));
}

TEST_F(Joining, AnExpiredInvitationSaysSo) {
  const auto code = world.invite_cadre(desk, "李", world.villages);
  ASSERT_TRUE(code.ok());
  world.advance(std::chrono::hours(24 * 40));
  const Status late = empty_home("李").join(*code);
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, Code::kNotAllowed);
}

TEST_F(Joining, AMistypedCodeNeverLeavesTheDevice) {
  auto code = world.invite_cadre(desk, "李", world.villages);
  ASSERT_TRUE(code.ok());
  (*code)[0] = (*code)[0] == '2' ? '3' : '2';
  SimDevice& device = empty_home("李");
  const Status joined = device.join(*code);
  ASSERT_FALSE(joined.ok());
  EXPECT_EQ(joined.error().code, Code::kInvalidInput);
  EXPECT_EQ(device.network.round_trips(), 0u);
}

TEST_F(Joining, AnInviteWhoseAnswerIsLostGivesTheSameCodeAgain) {
  sync::InviteOptions invite;
  invite.role = wire::pb::ROLE_KIND_CADRE;
  invite.name = "李";
  invite.person = new_id<PersonId>(desk.clock, world.random);
  const auto call = [&] {
    return sync::invite_member(invite, desk.vault(), desk.keyring(), desk.control(), desk.network,
                               desk.clock, desk.random);
  };
  desk.network.before_append = [&] { desk.network.drop_next_reply(); };
  ASSERT_FALSE(call().ok());
  desk.network.before_append = nullptr;
  const auto code = call();
  ASSERT_TRUE(code.ok()) << code.error().en;
  EXPECT_EQ(desk.control().state().invites().size(), 1u);
  EXPECT_TRUE(empty_home("李").join(*code).ok());
}

TEST_F(Joining, ALostRaceIsPlannedAgain) {
  const auto code = world.invite_cadre(desk, "李", world.villages);
  ASSERT_TRUE(code.ok());
  SimDevice& quick = empty_home("李");
  desk.network.before_append = [&] {
    desk.network.before_append = nullptr;
    ASSERT_TRUE(quick.join(*code).ok());
  };
  const Status opened = world.open_villages(desk, 1);
  ASSERT_TRUE(opened.ok()) << opened.error().en;
  EXPECT_TRUE(quick.sync_until_idle());
  EXPECT_TRUE(desk.sync_until_idle());
}

TEST_F(Joining, ASecondDeviceInMyNameIsAnAlarm) {
  SimDevice& cadre = world.add_cadre(desk, "李");
  ASSERT_TRUE(cadre.sync_until_idle());
  sync::InviteOptions invite;
  invite.role = wire::pb::ROLE_KIND_CADRE;
  invite.name = "李";
  invite.person = cadre.keyring().identity()->person;
  const auto code = sync::invite_member(invite, desk.vault(), desk.keyring(), desk.control(),
                                        desk.network, desk.clock, desk.random);
  ASSERT_TRUE(code.ok()) << code.error().en;
  ASSERT_TRUE(empty_home("李二").join(*code).ok());
  ASSERT_TRUE(cadre.sync_until_idle());
  ASSERT_FALSE(cadre.engine().report().alarms.empty());
  EXPECT_THAT(cadre.engine().report().alarms[0].zh, HasSubstr("新设备"));
}

}  // namespace
}  // namespace mq::testing
