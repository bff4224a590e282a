// A lost phone and its successor: one append stops the one and invites the other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mq/sync/membership.h"
#include "sync/records.h"

namespace mq::testing {
namespace {

using ::testing::ElementsAre;

DeviceId id_of(SimDevice& device) { return device.keyring().identity()->device; }
PersonId person_of(SimDevice& device) { return device.keyring().identity()->person; }

Result<sync::Replaced> replace(SimDevice& admin, const PersonId& person) {
  return sync::replace_person({person, {}, 0, "手机丢了"}, admin.member());
}

class Replacing : public ::testing::Test {
 protected:
  SimDevice& joined(const std::string& name, const std::string& code) {
    SimDevice& device = world.add_device(name);
    EXPECT_TRUE(device.boot().ok());
    const Status done = device.join(code);
    EXPECT_TRUE(done.ok()) << done.error().en;
    EXPECT_TRUE(device.sync_until_idle());
    return device;
  }
  void level() {
    for (SimDevice* device : {&li, &admin, &li}) ASSERT_TRUE(device->sync_until_idle());
  }

  World world;
  SimDevice& admin = world.found(2);
  SimDevice& li = world.add_cadre(admin, "李");
};

TEST_F(Replacing, TheOldPhoneStopsAndTheNewOneReadsAndWritesAll) {
  record_visit(world, li, "旧手机上记的");
  level();
  int appends = 0;
  admin.network.before_append = [&] { ++appends; };
  const auto replaced = replace(admin, person_of(li));
  ASSERT_TRUE(replaced.ok()) << replaced.error().en;
  EXPECT_EQ(appends, 1);
  EXPECT_THAT(replaced->stopped, ElementsAre(id_of(li)));
  EXPECT_EQ(replaced->cutoff.rotated, 6u);
  EXPECT_EQ(replaced->cutoff.left, 0u);
  SimDevice& fresh = joined("李的新手机", replaced->code);
  EXPECT_EQ(person_of(fresh), person_of(li));
  EXPECT_THAT(visits(fresh), ElementsAre("旧手机上记的"));
  EXPECT_EQ(sync::keys_missing(fresh.control().state(), fresh.keyring()), 0u);
  record_visit(world, fresh, "新手机上记的");
  ASSERT_TRUE(fresh.sync_until_idle());
  ASSERT_TRUE(admin.sync_until_idle());
  EXPECT_THAT(visits(admin), ElementsAre("新手机上记的", "旧手机上记的"));
}

TEST_F(Replacing, WhatTheOldPhoneSendsLateIsNotInForce) {
  level();
  record_visit(world, li, "晚到的");
  const auto replaced = replace(admin, person_of(li));
  ASSERT_TRUE(replaced.ok()) << replaced.error().en;
  ASSERT_TRUE(li.sync_until_idle()) << li.last_error()->en;
  EXPECT_EQ(li.vault().delivery()->sealed_waiting, 0u);
  SimDevice& fresh = joined("李的新手机", replaced->code);
  ASSERT_TRUE(admin.sync_until_idle());
  EXPECT_THAT(visits(fresh), ElementsAre());
  EXPECT_THAT(visits(admin), ElementsAre());
}

TEST_F(Replacing, TwiceGivesTheSameCodeUntilItIsUsed) {
  level();
  const auto first = replace(admin, person_of(li));
  ASSERT_TRUE(first.ok()) << first.error().en;
  const std::uint32_t head = admin.control().state().head_seq();
  const auto again = replace(admin, person_of(li));
  ASSERT_TRUE(again.ok()) << again.error().en;
  EXPECT_EQ(again->code, first->code);
  EXPECT_TRUE(again->stopped.empty());
  EXPECT_EQ(admin.control().state().head_seq(), head);
  SimDevice& fresh = joined("李的新手机", first->code);
  const auto third = replace(admin, person_of(li));
  ASSERT_TRUE(third.ok()) << third.error().en;
  EXPECT_NE(third->code, first->code);
  EXPECT_THAT(third->stopped, ElementsAre(id_of(fresh)));
}

TEST_F(Replacing, GivesTheSameCodeWhicheverCallFailed) {
  const auto broken = for_each_fault([](Faults& faults) {
    faults.pause();
    World w(1, &faults);
    SimDevice& desk = w.found(1);
    SimDevice& cadre = w.add_cadre(desk, "李");
    faults.resume();
    const auto first = replace(desk, person_of(cadre));
    faults.stop();
    desk.kill();
    ASSERT_TRUE(desk.boot().ok());
    const auto again = replace(desk, person_of(cadre));
    ASSERT_TRUE(again.ok()) << again.error().en;
    if (first.ok()) {
      EXPECT_EQ(again->code, first->code);
    }
    EXPECT_EQ(again->cutoff.left, 0u);
    EXPECT_EQ(desk.control().state().invites().size(), 2u);
    SimDevice& fresh = w.add_device("新手机");
    ASSERT_TRUE(fresh.boot().ok());
    ASSERT_TRUE(fresh.join(again->code).ok());
    ASSERT_TRUE(fresh.sync_until_idle());
    EXPECT_EQ(sync::keys_missing(fresh.control().state(), fresh.keyring()), 0u);
  });
  EXPECT_GT(broken, 10u);
}

TEST_F(Replacing, OneOfTwoDevicesLeavesTheOther) {
  sync::InviteOptions invite;
  invite.role = wire::pb::ROLE_KIND_CADRE;
  invite.person = person_of(li);
  invite.name = "李";
  const auto invited = sync::invite_members({invite}, admin.member());
  ASSERT_TRUE(invited.ok()) << invited.error().en;
  SimDevice& second = joined("李的电脑", invited->front().code);
  const auto replaced = sync::replace_person({person_of(li), {id_of(li)}, 0, ""}, admin.member());
  ASSERT_TRUE(replaced.ok()) << replaced.error().en;
  EXPECT_THAT(replaced->stopped, ElementsAre(id_of(li)));
  record_visit(world, second, "电脑上记的");
  ASSERT_TRUE(second.sync_until_idle()) << second.last_error()->en;
  ASSERT_TRUE(admin.sync_until_idle());
  EXPECT_THAT(visits(admin), ElementsAre("电脑上记的"));
}

// An invitation of an admin carries no keys; the new device is compared first.
TEST_F(Replacing, AnAdminsNewDeviceIsComparedFirst) {
  SimDevice& second = world.add_admin(admin, "副镇长");
  const auto replaced = replace(admin, person_of(second));
  ASSERT_TRUE(replaced.ok()) << replaced.error().en;
  SimDevice& fresh = joined("副镇长的新电脑", replaced->code);
  const std::size_t streams = fresh.control().state().streams().size();
  EXPECT_EQ(sync::keys_missing(fresh.control().state(), fresh.keyring()), streams);
  ASSERT_TRUE(sync::compare_device(id_of(fresh), admin.member()).ok());
  ASSERT_TRUE(sync::confirm_device(id_of(fresh), admin.member()).ok());
  ASSERT_TRUE(fresh.sync_until_idle());
  EXPECT_EQ(sync::keys_missing(fresh.control().state(), fresh.keyring()), 0u);
}

TEST_F(Replacing, WrongOrdersChangeNothing) {
  level();
  const std::uint32_t head = admin.control().state().head_seq();
  const auto code_of = [&](SimDevice& by, const PersonId& person) {
    const auto done = replace(by, person);
    return done.ok() ? Code::kCorrupt : done.error().code;
  };
  EXPECT_EQ(code_of(admin, random_id<PersonId>(world.random)), Code::kNotFound);
  EXPECT_EQ(code_of(admin, person_of(admin)), Code::kNotAllowed);
  EXPECT_EQ(code_of(li, person_of(admin)), Code::kNotAllowed);
  admin.network.set_offline(true);
  EXPECT_EQ(code_of(admin, person_of(li)), Code::kUnavailable);
  EXPECT_EQ(admin.control().state().head_seq(), head);
}

}  // namespace
}  // namespace mq::testing
