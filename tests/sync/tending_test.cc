// What devices make of a change of membership by themselves: a stopped one delivers, a right given
// again works, an admin's device does what is due.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mq/base/date.h"
#include "mq/seal/box.h"
#include "mq/sync/membership.h"
#include "sync/raw_entry.h"
#include "sync/records.h"

namespace mq::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Tending : public ::testing::Test {
 protected:
  const wire::ControlState& log() { return admin.control().state(); }
  PersonId person_of(SimDevice& device) { return device.keyring().identity()->person; }
  DeviceId id_of(SimDevice& device) { return device.keyring().identity()->device; }

  void sync(SimDevice& device) { ASSERT_TRUE(device.sync_until_idle()) << device.last_error()->en; }
  void level() {
    for (SimDevice* device : {&li, &admin, &li}) sync(*device);
  }
  Result<sync::Tended> tend(std::uint32_t rotate_days = 0) {
    return sync::tend_membership({rotate_days}, admin.member());
  }
  sync::EndOptions cadre_right(SimDevice& device, const std::vector<StreamId>& streams) {
    sync::EndOptions end;
    end.person = person_of(device);
    end.kind = wire::pb::ROLE_KIND_CADRE;
    end.streams = streams;
    return end;
  }

  World world;
  SimDevice& admin = world.found(2);
  SimDevice& li = world.add_cadre(admin, "李");
};

TEST_F(Tending, ARevokedDeviceStillDeliversItsBacklogAndIsTold) {
  level();
  record_visit(world, li, "还没送出");
  ASSERT_TRUE(sync::revoke_device({id_of(li), "", std::nullopt}, admin.member()).ok());
  sync(li);
  const auto delivery = li.vault().delivery();
  ASSERT_TRUE(delivery.ok());
  EXPECT_EQ(delivery->unsealed + delivery->sealed_waiting, 0u);
  EXPECT_EQ(delivery->delivered, 1u) << "its receipt is of class late";
  ASSERT_EQ(li.engine().report().alarms.size(), 1u);
  EXPECT_THAT(li.engine().report().alarms[0].zh, HasSubstr("已停用"));
  EXPECT_EQ(world.server.store.copy().late.size(), 1u);
  record_visit(world, li, "停用以后还在记");
  sync(li);
  sync(admin);
  EXPECT_THAT(visits(admin), ElementsAre());
  EXPECT_EQ(li.engine().report().alarms.size(), 1u) << "told once";
}

// What stands on the old chain stays; what was recorded without the right goes out with the new.
TEST_F(Tending, ARightGivenAgainStartsANewIncarnationAndWorks) {
  record_visit(world, li, "先前");
  level();
  const std::uint32_t before = li.vault().incarnation();
  ASSERT_TRUE(sync::end_right(cadre_right(li, {world.villages[0]}), admin.member()).ok());
  record_visit(world, li, "没有权限的时候");
  const auto given = sync::give_right(
      {person_of(li), wire::pb::ROLE_KIND_CADRE, {world.villages[0]}}, admin.member());
  ASSERT_TRUE(given.ok()) << given.error().en;
  EXPECT_EQ(given->devices, 1u);
  record_visit(world, li, "又有了权限");
  sync(li);
  EXPECT_NE(li.vault().incarnation(), before);
  const std::uint32_t once = li.vault().incarnation();
  level();
  record_visit(world, li, "再记一条");
  level();
  EXPECT_EQ(li.vault().incarnation(), once) << "once for each time";
  EXPECT_THAT(visits(admin), ElementsAre("先前", "再记一条", "又有了权限", "没有权限的时候"));
  EXPECT_EQ(state_of(world, li), state_of(world, admin));
}

TEST_F(Tending, AnExpiredSlipIsEndedAndItsKeysChanged) {
  const auto code = world.invite_cadre(admin, "王", {world.villages[0]});
  ASSERT_TRUE(code.ok());
  level();
  const auto early = tend();
  ASSERT_TRUE(early.ok());
  EXPECT_EQ(early->invites + early->rotated, 0u);
  world.advance(std::chrono::hours(24 * 40));
  sync(admin);
  const auto done = tend();
  ASSERT_TRUE(done.ok()) << done.error().en;
  EXPECT_EQ(done->invites, 1u);
  EXPECT_EQ(done->rotated, 4u);  // township, village, its private stream, his diary
  EXPECT_FALSE(log().invites().back().live());
  EXPECT_EQ(log().epoch_at(world.villages[0], log().head_seq()), 2u);
  EXPECT_EQ(log().epoch_at(world.villages[1], log().head_seq()), 1u);
}

TEST_F(Tending, AnAnnouncedEndIsCarriedOutAfterItsDay) {
  level();
  sync::EndOptions end = cadre_right(li, {});
  const Date today = Date::in_shanghai(world.server.clock.wall());
  end.last_day = static_cast<std::uint32_t>(today.days) + 3;
  ASSERT_TRUE(sync::end_right(end, admin.member()).ok());
  sync(admin);
  ASSERT_EQ(tend()->rights, 0u);
  EXPECT_TRUE(log().has_role(end.person, end.kind, log().head_seq()));
  record_visit(world, li, "最后一天之前");
  sync(li);
  world.advance(std::chrono::hours(24 * 5));
  sync(admin);
  const auto done = tend();
  ASSERT_TRUE(done.ok()) << done.error().en;
  EXPECT_EQ(done->rights, 1u);
  EXPECT_EQ(done->rotated, 6u);
  EXPECT_FALSE(log().has_role(end.person, end.kind, log().head_seq()));
  ASSERT_EQ(log().cuts().size(), 1u);
  sync(admin);
  EXPECT_THAT(visits(admin), ElementsAre("最后一天之前"));
  const auto given = sync::give_right({end.person, end.kind, world.villages}, admin.member());
  ASSERT_TRUE(given.ok()) << given.error().en;
  const auto again = tend();
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->rights, 0u) << "the announcement was of the right before";
}

TEST_F(Tending, ScheduledRotationOncePerTerm) {
  level();
  EXPECT_EQ(tend(30)->rotated, 0u);
  world.advance(std::chrono::hours(24 * 31));
  sync(admin);
  EXPECT_EQ(tend(0)->rotated, 0u) << "no programme says so";
  const auto done = tend(30);
  ASSERT_TRUE(done.ok()) << done.error().en;
  EXPECT_EQ(done->rotated, 7u);  // township, two villages, two private streams, two diaries
  EXPECT_EQ(tend(30)->rotated, 0u);
  record_visit(world, li, "新钥匙");
  level();
  sync(admin);
  EXPECT_THAT(visits(admin), ElementsAre("新钥匙"));
}

TEST_F(Tending, IsQuietWhenNothingIsDueAndForWhoeverIsNoAdmin) {
  level();
  const std::uint64_t trips = admin.network.round_trips();
  ASSERT_TRUE(tend(30).ok());
  EXPECT_EQ(admin.network.round_trips(), trips);
  ASSERT_TRUE(world.invite_cadre(admin, "王", {world.villages[0]}).ok());
  world.advance(std::chrono::hours(24 * 40));
  sync(li);
  const std::uint64_t his = li.network.round_trips();
  const auto tended = sync::tend_membership({30}, li.member());
  ASSERT_TRUE(tended.ok());
  EXPECT_EQ(tended->invites, 0u);
  EXPECT_EQ(li.network.round_trips(), his);
}

// Both find the same slip expired; one append of each, and nothing twice.
TEST_F(Tending, TwoAdminsTendingAtOnceDoItOnce) {
  SimDevice& second = world.add_admin(admin, "副镇长");
  ASSERT_TRUE(world.invite_cadre(admin, "王", {world.villages[0]}).ok());
  world.advance(std::chrono::hours(24 * 40));
  sync(admin);
  sync(second);
  admin.network.before_append = [&] {
    admin.network.before_append = nullptr;
    ASSERT_TRUE(sync::tend_membership({0}, second.member()).ok());
  };
  const auto lost = tend();
  ASSERT_TRUE(lost.ok()) << lost.error().en;
  EXPECT_EQ(lost->invites + lost->rotated, 0u);
  EXPECT_EQ(log().epoch_at(world.villages[0], log().head_seq()), 2u);
}

TEST_F(Tending, AnAdminsDeviceIsGrantedNothingBeforeTheDigits) {
  sync::InviteOptions invite;
  invite.role = wire::pb::ROLE_KIND_ADMIN;
  invite.name = "副镇长";
  invite.person = random_id<PersonId>(world.random);
  const auto invited = sync::invite_members({invite}, admin.member());
  ASSERT_TRUE(invited.ok());
  SimDevice& second = world.add_device("副镇长");
  ASSERT_TRUE(second.boot().ok());
  ASSERT_TRUE(second.join(invited->front().code).ok());
  const auto early = sync::grant_keys(invite.person, admin.member());
  ASSERT_TRUE(early.ok()) << early.error().en;
  EXPECT_EQ(early->uncompared, 1u);
  EXPECT_EQ(early->keys, 0u);
  sync(second);
  EXPECT_EQ(second.engine().report().keys_missing, log().streams().size());
  const auto digits = sync::compare_device(id_of(second), admin.member());
  ASSERT_TRUE(digits.ok()) << digits.error().en;
  EXPECT_EQ(digits->size(), 6u);
  EXPECT_EQ(*sync::compare_device(id_of(second), admin.member()), *digits) << "drawn once";
  sync(second);
  EXPECT_EQ(second.control().state().compare_digits(id_of(second)), *digits);
  const auto granted = sync::confirm_device(id_of(second), admin.member());
  ASSERT_TRUE(granted.ok());
  EXPECT_EQ(granted->keys, log().streams().size());
  sync(second);
  EXPECT_EQ(second.engine().report().keys_missing, 0u);
}

// A rotate in which one box holds something else than the key.
wire::pb::ControlBody bent_rotate(SimDevice& admin, SimDevice& victim, const StreamId& stream,
                                  wire::pb::KeyRecord& record) {
  const wire::ControlState& state = admin.control().state();
  const std::uint32_t epoch = state.epoch_at(stream, state.head_seq()) + 1;
  Key32 key, other;
  admin.random.fill(key.writable());
  admin.random.fill(other.writable());
  for (const auto& [recipient, box_key] : state.recipients(stream)) {
    const bool bent = std::ranges::equal(recipient, victim.keyring().identity()->device.view());
    const auto box = seal::seal_box(box_key, bent ? other.view() : key.view(), admin.random);
    MQ_ASSERT(box.ok());
    record.add_ordered(to_field(*box));
  }
  wire::pb::ControlBody body;
  body.mutable_rotate()->set_stream(to_field(stream.view()));
  body.mutable_rotate()->set_epoch(epoch);
  body.mutable_rotate()->set_commitment(to_field(seal::commitment(key, stream, epoch).view()));
  body.mutable_rotate()->set_wrapped_older(
      to_field(admin.keyring().wrapped_older(stream, epoch, key, admin.random)));
  return body;
}

TEST_F(Tending, AMisfitIsSaidAndGrantedAgain) {
  level();
  wire::pb::KeyRecord record;
  const wire::pb::ControlBody body = bent_rotate(admin, li, world.villages[0], record);
  const Status appended = append_as_is(world, admin, body, &record);
  ASSERT_TRUE(appended.ok()) << appended.error().en;
  record_visit(world, li, "等钥匙");
  sync(li);
  EXPECT_EQ(li.engine().report().keys_missing, 1u);
  sync(admin);
  EXPECT_THAT(visits(admin), ElementsAre());
  const auto granted = sync::grant_keys(person_of(li), admin.member());
  ASSERT_TRUE(granted.ok()) << granted.error().en;
  sync(li);
  EXPECT_EQ(li.engine().report().keys_missing, 0u);
  sync(admin);
  EXPECT_THAT(visits(admin), ElementsAre("等钥匙"));
}

}  // namespace
}  // namespace mq::testing
