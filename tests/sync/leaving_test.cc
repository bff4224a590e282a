// A village passes to another, somebody leaves, and what goes from the device that lost a right.
#include "mq/sync/leaving.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mq/base/date.h"
#include "mq/sync/farewell.h"
#include "mq/sync/late.h"
#include "sync/records.h"

namespace mq::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::chrono::hours kDay{24};

class LeavingTest : public ::testing::Test {
 protected:
  const wire::ControlState& log() { return admin.control().state(); }
  PersonId person_of(SimDevice& device) { return device.keyring().identity()->person; }
  void sync(SimDevice& device) { ASSERT_TRUE(device.sync_until_idle()) << device.last_error()->en; }
  void level() {
    for (SimDevice* device : {&li, &wang, &admin, &li, &wang}) sync(*device);
  }
  bool reads(SimDevice& device, const StreamId& stream) {
    return log().may_read(person_of(device), stream, log().head_seq());
  }
  StreamId kind_of(wire::pb::StreamKind kind) {
    for (const wire::StreamRecord& stream : log().streams()) {
      if (stream.kind == kind) return stream.id;
    }
    return {};
  }
  // The village and its PRIVATE stream.
  std::vector<StreamId> streams_of(const StreamId& village) {
    std::vector<StreamId> out{village};
    for (const wire::StreamRecord& stream : log().streams()) {
      if (std::ranges::equal(stream.owner, village.data)) out.push_back(stream.id);
    }
    return out;
  }
  Result<sync::Passed> pass(int village = 0) {
    return sync::pass_right(
        {person_of(li), person_of(wang), streams_of(world.villages[village]), "调动"},
        admin.member());
  }
  std::uint32_t today() {
    return static_cast<std::uint32_t>(
        Date::in_shanghai(WallTime{admin.vault().checkpoint().time_ms}).days);
  }
  std::vector<sync::Farewell> gone(SimDevice& device) {
    auto out = sync::farewells(device.vault(), device.keyring(), device.control());
    EXPECT_TRUE(out.ok());
    return out.ok() ? *out : std::vector<sync::Farewell>{};
  }
  std::size_t let_go(SimDevice& device) {
    const auto done = sync::let_go(gone(device), device.vault(), device.keyring(), device.sealer());
    EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().en);
    return done.ok() ? *done : 0;
  }

  World world;
  SimDevice& admin = world.found(2);
  SimDevice& li = world.add_cadre(admin, "李", {world.villages[0]});
  SimDevice& wang = world.add_cadre(admin, "王", {world.villages[1]});
};

TEST_F(LeavingTest, TheSuccessorReadsAllAndTheOtherNoMore) {
  record_visit(world, li, "先前");
  level();
  const auto passed = pass();
  ASSERT_TRUE(passed.ok()) << passed.error().en;
  EXPECT_TRUE(passed->given);
  EXPECT_EQ(passed->ended.envelopes, 1u);
  EXPECT_EQ(passed->ended.left, 0u);
  for (const StreamId& stream : streams_of(world.villages[0])) {
    EXPECT_TRUE(reads(wang, stream));
    EXPECT_FALSE(reads(li, stream));
    EXPECT_FALSE(log().rotation_missing(stream));
  }
  sync(wang);
  EXPECT_THAT(visits(wang), ElementsAre("先前"));
}

// His only village: the log would drop a role that lists nothing.
TEST_F(LeavingTest, WhoHandsOverHisLastVillageStaysACadre) {
  level();
  ASSERT_TRUE(pass().ok());
  EXPECT_TRUE(log().has_role(person_of(li), wire::pb::ROLE_KIND_CADRE, log().head_seq()));
  EXPECT_TRUE(reads(li, kind_of(wire::pb::STREAM_KIND_TOWNSHIP)));
  sync(li);
  for (const sync::Farewell& each : gone(li)) {
    EXPECT_TRUE(each.kind == wire::pb::STREAM_KIND_VILLAGE ||
                each.kind == wire::pb::STREAM_KIND_PRIVATE);
  }
}

TEST_F(LeavingTest, PassedTwiceIsPassedOnce) {
  level();
  ASSERT_TRUE(pass().ok());
  const std::uint32_t head = log().head_seq();
  const auto again = pass();
  ASSERT_TRUE(again.ok()) << again.error().en;
  EXPECT_EQ(log().head_seq(), head);
  EXPECT_TRUE(again->given);
}

TEST_F(LeavingTest, OfflineNothingPasses) {
  level();
  const std::uint32_t head = log().head_seq();
  admin.network.set_offline(true);
  EXPECT_EQ(pass().error().code, Code::kUnavailable);
  admin.network.set_offline(false);
  EXPECT_EQ(log().head_seq(), head);
  EXPECT_TRUE(reads(li, world.villages[0]));
}

TEST_F(LeavingTest, AnInvitationToTheVillageIsTakenBack) {
  level();
  sync::InviteOptions invite;
  invite.role = wire::pb::ROLE_KIND_CADRE;
  invite.name = "赵";
  invite.person = new_id<PersonId>(admin.clock, admin.random);
  invite.streams = streams_of(world.villages[0]);
  ASSERT_TRUE(sync::invite_members({invite}, admin.member()).ok());
  const auto passed =
      sync::pass_right({invite.person, person_of(wang), invite.streams, ""}, admin.member());
  ASSERT_TRUE(passed.ok()) << passed.error().en;
  EXPECT_EQ(passed->invites, 1u);
  EXPECT_FALSE(log().invites().back().live());
}

TEST_F(LeavingTest, LateWorkLandsOnceAndThenTheVillageGoes) {
  record_visit(world, li, "先前");
  level();
  record_visit(world, li, "晚到");
  ASSERT_TRUE(pass().ok());
  for (const sync::Farewell& each : gone(li)) EXPECT_EQ(each.unsent, 0u) << "does not know yet";
  sync(li);
  const std::vector<sync::Farewell> parting = gone(li);
  ASSERT_EQ(parting.size(), 2u);
  EXPECT_EQ(parting.front().unsent, 0u);
  EXPECT_EQ(parting.front().late, 1u);
  sync(admin);
  ASSERT_EQ(*sync::admit_handed_over(admin.member(), admin.sealer()), 1u);
  for (SimDevice* device : {&admin, &wang}) sync(*device);
  EXPECT_THAT(visits(wang), ElementsAre("先前", "晚到"));
  EXPECT_EQ(state_of(world, wang), state_of(world, admin));

  EXPECT_EQ(let_go(li), 2u);
  EXPECT_THAT(visits(li), IsEmpty());
  EXPECT_EQ(li.keyring().newest_epoch(world.villages[0]), 0u);
  EXPECT_THAT(gone(li), IsEmpty());
  EXPECT_EQ(let_go(li), 0u);
  EXPECT_THAT(*li.vault().verify(), IsEmpty());
  sync(li);
  li.stop();
  ASSERT_TRUE(li.boot().ok()) << "with a keyring that lacks what it forgot";
  sync(li);
  EXPECT_THAT(visits(li), IsEmpty());
}

TEST_F(LeavingTest, WhatWasNotDeliveredKeepsTheVillageHere) {
  level();
  ASSERT_TRUE(pass().ok());
  record_visit(world, li, "还没送出");
  li.network.set_offline(true);
  EXPECT_FALSE(li.sync_until_idle(5));
  li.network.set_offline(false);
  EXPECT_EQ(let_go(li), 0u) << "its log does not say yet that anything ended";
  sync(li);
  record_visit(world, li, "又记了一条");
  std::uint64_t unsent = 0;
  for (const sync::Farewell& each : gone(li)) unsent += each.unsent;
  EXPECT_EQ(unsent, 1u);
  EXPECT_EQ(let_go(li), 1u) << "its PRIVATE stream, in which nothing waits";
  EXPECT_THAT(visits(li), ElementsAre("又记了一条", "还没送出"));
  sync(li);
  EXPECT_EQ(let_go(li), 1u);
  EXPECT_THAT(visits(li), IsEmpty());
}

TEST_F(LeavingTest, ARightGivenAgainBringsItAllBack) {
  record_visit(world, li, "先前");
  level();
  ASSERT_TRUE(pass().ok());
  sync(li);
  ASSERT_EQ(let_go(li), 2u);
  sync(li);
  const auto given = sync::give_right(
      {person_of(li), wire::pb::ROLE_KIND_CADRE, streams_of(world.villages[0])}, admin.member());
  ASSERT_TRUE(given.ok()) << given.error().en;
  sync(li);
  EXPECT_THAT(visits(li), ElementsAre("先前"));
  record_visit(world, li, "又来了");
  level();
  EXPECT_THAT(visits(wang), ElementsAre("先前", "又来了"));
  EXPECT_EQ(state_of(world, li), state_of(world, wang));
}

TEST_F(LeavingTest, BeforeTheDayNothingEnds) {
  level();
  const std::uint32_t day = today() + 2;
  const auto left = sync::leave_service({person_of(li), day, "退休"}, admin.member());
  ASSERT_TRUE(left.ok()) << left.error().en;
  EXPECT_TRUE(left->announced);
  EXPECT_EQ(left->rights, 1u);
  EXPECT_TRUE(reads(li, world.villages[0]));
  EXPECT_EQ(sync::announced_last_day(log(), person_of(li)), day);
  const auto again = sync::leave_service({person_of(li), day, ""}, admin.member());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->rights, 0u) << "said already";
  EXPECT_EQ(sync::leave_service({person_of(li), day + 1, ""}, admin.member()).error().code,
            Code::kConflict);
  world.advance(4 * kDay);
  sync(admin);
  const auto tended = sync::tend_membership({}, admin.member());
  ASSERT_TRUE(tended.ok()) << tended.error().en;
  EXPECT_EQ(tended->rights, 1u);
  EXPECT_FALSE(reads(li, world.villages[0]));
  EXPECT_EQ(sync::announced_last_day(log(), person_of(li)), std::nullopt);
}

TEST_F(LeavingTest, WhoHasLeftKeepsNothing) {
  record_visit(world, li, "先前");
  level();
  const auto left = sync::leave_service({person_of(li), today() - 1, ""}, admin.member());
  ASSERT_TRUE(left.ok()) << left.error().en;
  EXPECT_FALSE(left->announced);
  EXPECT_EQ(left->rights, 1u);
  for (const wire::StreamRecord& stream : log().streams()) EXPECT_FALSE(reads(li, stream.id));
  record_visit(world, li, "晚到");
  sync(li);
  EXPECT_GE(let_go(li), 3u) << "TOWNSHIP too";
  for (const wire::StreamRecord& stream : log().streams()) {
    EXPECT_EQ(li.keyring().newest_epoch(stream.id), 0u);
  }
  sync(admin);
  EXPECT_EQ(*sync::admit_handed_over(admin.member(), admin.sealer()), 1u);
  EXPECT_THAT(visits(admin), ElementsAre("先前", "晚到"));
  EXPECT_EQ(sync::leave_service({PersonId{}, today(), ""}, admin.member()).error().code,
            Code::kNotFound);
}

}  // namespace
}  // namespace mq::testing
