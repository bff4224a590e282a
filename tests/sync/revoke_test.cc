// Stopping devices and changing keys: who can still open what, where chains end, and what a kill or
// a race leaves behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mq/base/text.h"
#include "mq/seal/sealing.h"
#include "mq/sync/membership.h"
#include "sync/records.h"

namespace mq::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

DeviceId id_of(SimDevice& device) { return device.keyring().identity()->device; }

Result<sync::Cutoff> revoke(SimDevice& admin, SimDevice& device) {
  return sync::revoke_device({id_of(device), "", std::nullopt}, admin.member());
}

Result<sync::Cutoff> end_cadre(SimDevice& admin, SimDevice& cadre,
                               const std::vector<StreamId>& streams) {
  sync::EndOptions end;
  end.person = cadre.keyring().identity()->person;
  end.kind = wire::pb::ROLE_KIND_CADRE;
  end.streams = streams;
  return sync::end_right(end, admin.member());
}

// Streams whose newest key somebody still holds who may not read.
std::vector<std::uint32_t> unrotated(SimDevice& device) {
  std::vector<std::uint32_t> out;
  for (const wire::StreamRecord& stream : device.control().state().streams()) {
    if (device.control().state().rotation_missing(stream.id)) out.push_back(stream.ordinal);
  }
  return out;
}

std::vector<wire::Envelope> stored_envelopes(World& world) {
  std::vector<wire::Envelope> out;
  for (const auto& [stream, placed] : world.server.store.copy().streams) {
    for (const auto& each : placed) {
      const auto envelope = wire::parse_envelope(each.stored.envelope);
      MQ_ASSERT(envelope.ok());
      out.push_back(*envelope);
    }
  }
  return out;
}

// Any key that the device holds, of whatever stream and epoch.
bool opens(SimDevice& device, const wire::Envelope& envelope) {
  for (const wire::StreamRecord& stream : device.control().state().streams()) {
    for (std::uint32_t epoch = 1; epoch <= device.keyring().newest_epoch(stream.id); ++epoch) {
      const Key32* key = device.keyring().key(stream.id, epoch);
      if (key != nullptr && seal::open_envelope(envelope, *key).ok()) return true;
    }
  }
  return false;
}

class Revoking : public ::testing::Test {
 protected:
  World world;
  SimDevice& admin = world.found(2);
  SimDevice& li = world.add_cadre(admin, "李");
  SimDevice& wang = world.add_cadre(admin, "王");

  // Everybody has what everybody wrote.
  void level() {
    for (SimDevice* device : {&li, &wang, &admin, &li, &wang}) {
      ASSERT_TRUE(device->sync_until_idle()) << device->last_error()->en;
    }
  }
};

TEST_F(Revoking, ARevokedDeviceOpensNothingSealedAfterwards) {
  record_visit(world, li, "早先");
  record_visit(world, wang, "也是早先");
  level();
  const auto done = revoke(admin, li);
  ASSERT_TRUE(done.ok()) << done.error().en;
  EXPECT_THAT(unrotated(admin), IsEmpty());
  EXPECT_EQ(done->left, 0u);
  const std::uint32_t since = admin.control().state().head_seq();
  static_cast<void>(li.sync_until_idle(20));  // it may still read the log, and finds no key in it
  record_visit(world, admin, "之后");
  ASSERT_TRUE(admin.sync_until_idle());
  record_visit(world, wang, "之后也是");
  ASSERT_TRUE(wang.sync_until_idle());
  std::size_t before = 0, after = 0;
  for (const wire::Envelope& envelope : stored_envelopes(world)) {
    const bool later = envelope.header.control_seq >= since;
    ++(later ? after : before);
    EXPECT_EQ(opens(li, envelope), !later);
    EXPECT_TRUE(opens(admin, envelope));
  }
  EXPECT_EQ(before, 2u);
  EXPECT_EQ(after, 2u);
}

TEST_F(Revoking, TheOthersGoOnAndWhoComesLaterReadsWhatWasBefore) {
  record_visit(world, li, "早先");
  level();
  ASSERT_TRUE(revoke(admin, li).ok());
  ASSERT_TRUE(sync::rotate_streams({}, admin.member()).ok());
  record_visit(world, wang, "之后");
  ASSERT_TRUE(wang.sync_until_idle());
  ASSERT_TRUE(admin.sync_until_idle());
  SimDevice& zhao = world.add_cadre(admin, "赵");
  ASSERT_TRUE(zhao.sync_until_idle()) << zhao.last_error()->en;
  for (SimDevice* device : {&admin, &wang, &zhao}) {
    EXPECT_THAT(visits(*device), ElementsAre("之后", "早先")) << device->name();
  }
  EXPECT_EQ(state_of(world, zhao), state_of(world, admin));
}

// The admin has not seen what the server holds; what comes after the append is late.
TEST_F(Revoking, CutsAreTheServersHeads) {
  level();
  record_visit(world, li, "送到了");
  ASSERT_TRUE(li.sync_until_idle());
  const auto done = revoke(admin, li);
  ASSERT_TRUE(done.ok()) << done.error().en;
  EXPECT_EQ(done->chains, 1u);
  EXPECT_EQ(done->streams, 1u);
  EXPECT_EQ(done->envelopes, 1u);
  ASSERT_EQ(admin.control().state().cuts().size(), 1u);
  EXPECT_EQ(admin.control().state().cuts()[0].stream, world.villages[0]);
  EXPECT_EQ(admin.control().state().cuts()[0].seq, 1u);
  record_visit(world, li, "停用以后");
  static_cast<void>(li.sync_until_idle(20));
  ASSERT_TRUE(admin.sync_until_idle()) << admin.last_error()->en;
  EXPECT_THAT(visits(admin), ElementsAre("送到了"));
}

TEST_F(Revoking, AnEarlierCutGoesByWhatTheServerHadThen) {
  record_visit(world, li, "先");
  level();
  const WallTime noon = world.server.clock.wall();
  world.advance(std::chrono::hours(2));
  record_visit(world, li, "后");
  level();
  const sync::RevokeOptions unexplained{id_of(li), "", noon};
  const auto refused = sync::revoke_device(unexplained, admin.member());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kInvalidInput);
  const auto done = sync::revoke_device({id_of(li), "手机丢了两小时", noon}, admin.member());
  ASSERT_TRUE(done.ok()) << done.error().en;
  ASSERT_EQ(admin.control().state().cuts().size(), 1u);
  EXPECT_EQ(admin.control().state().cuts()[0].seq, 1u);
}

// A server that has lost, or hides, what this vault holds would cut off delivered work.
TEST_F(Revoking, AServerBehindThisVaultCutsNothing) {
  level();
  const auto before = world.server.store.copy();
  record_visit(world, li, "送到了");
  level();
  world.server.restore(before);
  const std::uint32_t head = admin.control().state().head_seq();
  const auto done = revoke(admin, li);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, Code::kConflict);
  EXPECT_EQ(admin.control().state().head_seq(), head);
  ASSERT_TRUE(admin.sync_until_idle()) << admin.last_error()->en;
  EXPECT_TRUE(revoke(admin, li).ok());
}

TEST_F(Revoking, EndsOneVillageAndLeavesTheOther) {
  record_visit(world, li, "送到了");
  level();
  const auto done = end_cadre(admin, li, {world.villages[0]});
  ASSERT_TRUE(done.ok()) << done.error().en;
  EXPECT_EQ(done->chains, 1u);
  EXPECT_EQ(done->rotated, 1u);
  const wire::ControlState& state = admin.control().state();
  EXPECT_FALSE(state.may_write(id_of(li), world.villages[0], state.head_seq()));
  EXPECT_TRUE(state.may_write(id_of(li), world.villages[1], state.head_seq()));
  EXPECT_EQ(state.epoch_at(world.villages[0], state.head_seq()), 2u);
  EXPECT_EQ(state.epoch_at(world.villages[1], state.head_seq()), 1u);
  const auto again = end_cadre(admin, li, {world.villages[0]});
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, Code::kConflict);
}

TEST_F(Revoking, AnAnnouncedEndEndsNothingYet) {
  sync::EndOptions end;
  end.person = li.keyring().identity()->person;
  end.kind = wire::pb::ROLE_KIND_CADRE;
  end.last_day = 30'000;
  const auto done = sync::end_right(end, admin.member());
  ASSERT_TRUE(done.ok()) << done.error().en;
  EXPECT_EQ(done->rotated, 0u);
  ASSERT_EQ(admin.control().state().announced().size(), 1u);
  record_visit(world, li, "还在");
  level();
  EXPECT_THAT(visits(admin), ElementsAre("还在"));
}

TEST_F(Revoking, AnInvitationTakenBackJoinsNobodyAndItsKeysChange) {
  const auto code = world.invite_cadre(admin, "赵", world.villages);
  ASSERT_TRUE(code.ok());
  const InviteId invite = admin.control().state().invites().back().id;
  const auto done = sync::take_back_invite(invite, admin.member());
  ASSERT_TRUE(done.ok()) << done.error().en;
  EXPECT_EQ(done->rotated, 6u);  // township, two villages, two private streams, his diary
  EXPECT_THAT(unrotated(admin), IsEmpty());
  SimDevice& zhao = world.add_device("赵");
  ASSERT_TRUE(zhao.boot().ok());
  const Status joined = zhao.join(*code);
  ASSERT_FALSE(joined.ok());
  EXPECT_EQ(joined.error().code, Code::kNotAllowed);
  const auto again = sync::take_back_invite(invite, admin.member());
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, Code::kConflict);
}

// Both press at once: the log's order decides, and the loser hears what became of it.
TEST_F(Revoking, TwoAdminsRevokingEachOtherLeaveOne) {
  SimDevice& second = world.add_admin(admin, "副镇长");
  admin.network.before_append = [&] {
    admin.network.before_append = nullptr;
    const auto first = revoke(second, admin);
    ASSERT_TRUE(first.ok()) << first.error().en;
  };
  const auto lost = revoke(admin, second);
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().code, Code::kNotAllowed);
  EXPECT_THAT(lost.error().zh, HasSubstr("停用"));
  const auto again = revoke(admin, second);
  ASSERT_FALSE(again.ok());
  EXPECT_THAT(again.error().zh, HasSubstr("请联系另一位管理员"));
  const wire::ControlState& state = second.control().state();
  const auto left = state.admin_devices(state.head_seq());
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0]->id, id_of(second));
  EXPECT_THAT(unrotated(second), IsEmpty());
}

TEST_F(Revoking, WrongOrdersSayWhyAndChangeNothing) {
  level();
  ASSERT_TRUE(revoke(admin, wang).ok());
  ASSERT_TRUE(li.sync_until_idle());
  const std::uint32_t head = admin.control().state().head_seq();
  const auto code_of = [&](SimDevice& by, const DeviceId& device) {
    const auto done = sync::revoke_device({device, "", std::nullopt}, by.member());
    return done.ok() ? Code::kCorrupt : done.error().code;
  };
  EXPECT_EQ(code_of(admin, id_of(admin)), Code::kNotAllowed);
  EXPECT_EQ(code_of(admin, id_of(wang)), Code::kConflict);
  EXPECT_EQ(code_of(admin, random_id<DeviceId>(world.random)), Code::kNotFound);
  EXPECT_EQ(code_of(li, id_of(admin)), Code::kNotAllowed);
  EXPECT_EQ(code_of(wang, id_of(li)), Code::kNotAllowed);
  admin.network.set_offline(true);
  EXPECT_EQ(code_of(admin, id_of(li)), Code::kUnavailable);
  admin.network.set_offline(false);
  ASSERT_TRUE(admin.sync_until_idle());
  EXPECT_EQ(admin.control().state().head_seq(), head);
}

// More keys than one append takes; the contact breaks off after the first, and the admin is gone.
TEST(Rotating, WhatACrashLeftOpenIsFinishedByAnotherAdmin) {
  World world;
  SimDevice& admin = world.found(40);
  SimDevice& second = world.add_admin(admin, "副镇长");
  SimDevice& li = world.add_cadre(admin, "李");
  std::vector<sync::InviteOptions> desks;
  for (int i = 0; i < 140; ++i) {
    desks.push_back(
        {wire::pb::ROLE_KIND_DESK, cat("内勤", i), random_id<PersonId>(world.random), {}, 0});
  }
  ASSERT_TRUE(sync::invite_members(desks, admin.member()).ok());
  int appends = 0;
  admin.network.before_append = [&] { admin.network.set_offline(++appends == 2); };
  const auto done = revoke(admin, li);
  ASSERT_TRUE(done.ok()) << done.error().en;
  EXPECT_EQ(appends, 2);
  EXPECT_LE(admin.network.largest_up(), (1u << 20) + 4'096);
  EXPECT_GT(done->rotated, 0u);
  EXPECT_GT(done->left, 0u);
  EXPECT_EQ(unrotated(admin).size(), done->left);
  admin.kill();
  const auto finished = sync::complete_rotations(second.member());
  ASSERT_TRUE(finished.ok()) << finished.error().en;
  EXPECT_EQ(*finished, done->left);
  EXPECT_THAT(unrotated(second), IsEmpty());
  const auto nothing = sync::complete_rotations(second.member());
  ASSERT_TRUE(nothing.ok());
  EXPECT_EQ(*nothing, 0u);
}

// Whatever fails, the device is stopped or it is not; the same order again ends with all keys
// changed, and everybody who remains reads on.
TEST(RevokeSweep, StandsOnceWhicheverCallFails) {
  const auto broken = for_each_fault([](Faults& faults) {
    faults.pause();
    World world(1, &faults);
    SimDevice& admin = world.found(1);
    SimDevice& li = world.add_cadre(admin, "李");
    SimDevice& wang = world.add_cadre(admin, "王");
    record_visit(world, li, "送到了");
    ASSERT_TRUE(li.sync_until_idle());
    faults.resume();
    const auto first = revoke(admin, li);
    faults.stop();
    admin.kill();
    ASSERT_TRUE(admin.boot().ok());
    const auto again = revoke(admin, li);
    if (!again.ok()) {
      EXPECT_EQ(again.error().code, Code::kConflict) << again.error().en;
      ASSERT_TRUE(sync::complete_rotations(admin.member()).ok());
    }
    EXPECT_THAT(unrotated(admin), IsEmpty());
    record_visit(world, admin, "之后");
    ASSERT_TRUE(admin.sync_until_idle()) << admin.last_error()->en;
    ASSERT_TRUE(wang.sync_until_idle()) << wang.last_error()->en;
    EXPECT_THAT(visits(wang), ElementsAre("之后", "送到了"));
    EXPECT_EQ(wang.control().state().cuts().size(), 1u);
  });
  EXPECT_GT(broken, 10u) << "the sweep must reach network and database";
}

// With the older key in it, and however many rotations came before.
TEST(Rotating, StaysWithinItsBytes) {
  World world;
  SimDevice& admin = world.found(0);
  const StreamId township = admin.vault().streams()[0].id;
  for (const std::size_t readers : {32u, 128u}) {
    std::vector<sync::InviteOptions> desks;
    for (std::size_t i = admin.control().state().invites().size() + 1; i < readers; ++i) {
      desks.push_back(
          {wire::pb::ROLE_KIND_DESK, cat("内勤", i), random_id<PersonId>(world.random), {}, 0});
    }
    ASSERT_TRUE(sync::invite_members(desks, admin.member()).ok());
    for (int i = 0; i < 10; ++i) {
      const auto rotated = sync::rotate_streams({township}, admin.member());
      ASSERT_TRUE(rotated.ok()) << rotated.error().en;
    }
    const auto entries = admin.control().entries(admin.control().state().head_seq() - 1);
    ASSERT_TRUE(entries.ok());
    EXPECT_LE(entries->front().ByteSizeLong(), readers == 32 ? 3'072u : 11'264u);
  }
}

TEST(Rotating, IsForStreamsOneReads) {
  World world;
  SimDevice& admin = world.found(1);
  const auto unknown = sync::rotate_streams({random_id<StreamId>(world.random)}, admin.member());
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, Code::kNotFound);
  const auto all = sync::rotate_streams({}, admin.member());
  ASSERT_TRUE(all.ok()) << all.error().en;
  EXPECT_EQ(*all, 4u);  // township, the founder's diary, a village and its private stream
}

}  // namespace
}  // namespace mq::testing
