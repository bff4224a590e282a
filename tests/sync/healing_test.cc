// Backups that come back: of a device, of a whole machine, of the server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mq/sync/membership.h"
#include "sync/records.h"

namespace mq::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
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

// Delivered, and seen by nobody else before the server fell back to an earlier day; meanwhile the
// device was stopped, or its right ended. The cut says that it counts, and nobody else has it.
class EndedDevice : public Healing, public ::testing::WithParamInterface<bool> {
 protected:
  void end_right_of_cadre() {
    const seal::Identity& him = *cadre.keyring().identity();
    sync::EndOptions end;
    end.person = him.person;
    end.kind = wire::pb::ROLE_KIND_CADRE;
    const auto ended = GetParam()
                           ? sync::revoke_device({him.device, "", std::nullopt}, desk.member())
                           : sync::end_right(end, desk.member());
    ASSERT_TRUE(ended.ok()) << ended.error().en;
    EXPECT_EQ(ended->envelopes, 1u);
  }
};

TEST_P(EndedDevice, GivesARestoredServerBackWhatItHadDelivered) {
  level();
  const auto before = world.server.store.copy();
  record_visit(world, cadre, "送到了");
  ASSERT_TRUE(cadre.sync_until_idle());
  end_right_of_cadre();
  world.server.restore(before);
  ASSERT_TRUE(desk.sync_until_idle()) << desk.last_error()->en;
  EXPECT_THAT(visits(desk), ElementsAre());
  level();
  EXPECT_THAT(visits(desk), ElementsAre("送到了"));
}
INSTANTIATE_TEST_SUITE_P(StoppedOrWithoutTheRight, EndedDevice, ::testing::Bool());

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

// Nobody has shown a receipt yet, and the slip by which the newcomer came is no longer good.
TEST_F(Healing, AnAdminBringsBackALogWhoseInvitationsHaveExpiredSince) {
  level();
  const MemoryStore::Data backup = world.server.store.copy();
  SimDevice& late = world.add_cadre(desk, "王");
  level();
  world.server.restore(backup);
  world.advance(std::chrono::hours(24 * 40));
  ASSERT_TRUE(desk.sync_until_idle()) << desk.last_error()->en;
  ASSERT_TRUE(late.sync_until_idle()) << late.last_error()->en;
}

TEST_F(Healing, ARestoredServerGetsTheControlLogBack) {
  level();
  const MemoryStore::Data backup = world.server.store.copy();
  SimDevice& late = world.add_cadre(desk, "王");
  record_visit(world, late, "新人所记");
  level();
  world.server.restore(backup);
  ASSERT_TRUE(desk.sync_until_idle()) << desk.last_error()->en;
  level();
  EXPECT_THAT(visits(cadre), ElementsAre("新人所记"));
  EXPECT_EQ(stored(world), 1u);
}

// The only copy of an entry may be that of the device which it names.
class Forgotten : public Healing {
 protected:
  void SetUp() override {
    ASSERT_TRUE(desk.sync_until_idle());
    ASSERT_TRUE(cadre.sync_until_idle());
    code = *world.invite_cadre(desk, "王", world.villages);
    backup = world.server.store.copy();
    ASSERT_TRUE(wang.boot().ok());
    ASSERT_TRUE(wang.join(code).ok());
    record_visit(world, wang, "新人所记");
  }
  // What a contact ends with.
  static Error refusal(SimDevice& device) {
    for (int i = 0; i < 60; ++i) {
      const auto progress = device.step();
      if (!progress.ok()) return progress.error();
    }
    ADD_FAILURE() << "no refusal";
    return {};
  }
  bool server_knows(SimDevice& device) const {
    wire::ControlState log;
    std::vector<wire::pb::ControlEntry> entries;
    const MemoryStore::Data held = world.server.store.copy();
    for (const Bytes& bytes : held.control.begin()->second) {
      EXPECT_TRUE(entries.emplace_back().ParseFromString(to_string(bytes)));
    }
    EXPECT_TRUE(log.apply(entries).ok());
    return log.device(device.keyring().identity()->device) != nullptr;
  }

  SimDevice& wang = world.add_device("王");
  std::string code;
  MemoryStore::Data backup;
};

TEST_F(Forgotten, ADeviceTellsARestoredServerWhoItIs) {
  ASSERT_TRUE(wang.sync_until_idle());
  world.server.restore(backup);
  record_visit(world, wang, "之后所记");
  ASSERT_TRUE(wang.sync_until_idle()) << wang.last_error()->en;
  level();
  EXPECT_THAT(visits(desk), UnorderedElementsAre("新人所记", "之后所记"));
  EXPECT_EQ(state_of(world, desk), state_of(world, wang));
}

// He holds the invitation too, and whoever joined before him.
TEST_F(Forgotten, ADeviceBringsWhatTheServerLacksBeforeItsOwnEntry) {
  SimDevice& zhao = world.add_cadre(desk, "赵");
  ASSERT_TRUE(zhao.sync_until_idle());
  world.server.restore(backup);
  ASSERT_TRUE(zhao.sync_until_idle()) << zhao.last_error()->en;
  ASSERT_TRUE(wang.sync_until_idle()) << wang.last_error()->en;
  level();
  EXPECT_THAT(visits(cadre), ElementsAre("新人所记"));
}

TEST_F(Forgotten, JoiningAgainIsAContactAndHealsToo) {
  world.server.restore(backup);
  const Status again = wang.join(code);
  ASSERT_TRUE(again.ok()) << again.error().en;
  EXPECT_TRUE(server_knows(wang));
  wang.network.set_offline(true);
  const Status offline = wang.join(code);
  ASSERT_FALSE(offline.ok());
  EXPECT_EQ(offline.error().code, Code::kUnavailable);
}

// The last day holds for a forgotten device as for whoever joins; a member who has seen it brings
// its entry back to a server that knows of its loss.
TEST_F(Forgotten, PastTheLastDayAMemberBringsTheEntryBack) {
  ASSERT_TRUE(cadre.sync_until_idle());
  world.server.restore(backup);
  ASSERT_TRUE(server::renew_generation(world.server.store, world.server.random).ok());
  world.server.restart();
  world.advance(std::chrono::hours(24 * 40));
  EXPECT_EQ(refusal(wang).code, Code::kNotAllowed);
  EXPECT_FALSE(server_knows(wang));
  ASSERT_TRUE(cadre.sync_until_idle()) << cadre.last_error()->en;
  ASSERT_TRUE(wang.sync_until_idle()) << wang.last_error()->en;
  EXPECT_FALSE(*sync::unknown_to_server(wang.vault()));
  level();
  EXPECT_THAT(visits(desk), ElementsAre("新人所记"));
}

TEST_F(Forgotten, AnInvitationThatAnotherHasUsedSinceIsAnAlarm) {
  world.server.restore(backup);
  SimDevice& thief = world.add_device("贼");
  ASSERT_TRUE(thief.boot().ok());
  ASSERT_TRUE(thief.join(code).ok());
  EXPECT_EQ(refusal(wang).code, Code::kNotAllowed);
  EXPECT_FALSE(server_knows(wang));
  ASSERT_TRUE(desk.sync_until_idle());
  EXPECT_THAT(told(desk), Contains(HasSubstr("第二次")));
}

TEST_F(Forgotten, ThatNothingHelpsIsSaidWithWhatToDo) {
  world.server.restore(backup);
  SimDevice& zhao = world.add_cadre(desk, "赵");  // the log has gone on without him
  EXPECT_FALSE(*sync::unknown_to_server(wang.vault()));
  const Error refused = refusal(wang);
  EXPECT_EQ(refused.code, Code::kUnauthenticated);
  EXPECT_THAT(refused.zh, HasSubstr("记录都在本机"));
  EXPECT_TRUE(*sync::unknown_to_server(wang.vault())) << "what it was receipted for may be lost";
  EXPECT_TRUE(zhao.sync_until_idle());
}

TEST_F(Forgotten, AContactThatGoesThroughSaysThatTheServerKnowsItAgain) {
  ASSERT_TRUE(wang.sync_until_idle());
  const MemoryStore::Data whole = world.server.store.copy();
  world.server.restore(backup);
  world.add_cadre(desk, "赵");
  EXPECT_EQ(refusal(wang).code, Code::kUnauthenticated);
  ASSERT_TRUE(*sync::unknown_to_server(wang.vault()));
  world.server.restore(whole);
  ASSERT_TRUE(wang.sync_until_idle()) << wang.last_error()->en;
  EXPECT_FALSE(*sync::unknown_to_server(wang.vault()));
}

// The log went on without what one device holds: two histories, each signed by those who may.
class Parted : public Forgotten {
 protected:
  static sync::Parting parting_of(SimDevice& device) {
    const auto found = sync::parting(device.vault(), device.control());
    EXPECT_TRUE(found.ok() && found->has_value());
    return found.ok() && *found ? **found : sync::Parting();
  }
};

TEST_F(Parted, IsSaidByBothSidesAndNothingIsLost) {
  ASSERT_TRUE(cadre.sync_until_idle());
  const std::uint32_t end = cadre.control().state().head_seq();  // the new device's entry
  const MemoryStore::Data whole = world.server.store.copy();
  world.server.restore(backup);
  world.add_cadre(desk, "赵");
  record_visit(world, cadre, "分叉之后");
  const Error refused = refusal(cadre);
  EXPECT_EQ(refused.code, Code::kCorrupt);
  EXPECT_THAT(refused.zh, HasSubstr("记录都在本机"));
  const sync::Parting seen = parting_of(cadre);
  EXPECT_EQ(seen.since, end);
  EXPECT_EQ(seen.ours, end);
  ASSERT_EQ(seen.only_here.size(), 1u);
  EXPECT_EQ(seen.only_here[0].en, "device");
  EXPECT_EQ(cadre.vault().delivery()->unsealed, 1u);
  EXPECT_EQ(cadre.control().state().head_seq(), end);
  record_visit(world, cadre, "照常可记");

  // The first history comes back after all; now the admin's is the other one.
  world.server.restore(whole);
  ASSERT_TRUE(cadre.sync_until_idle()) << cadre.last_error()->en;
  EXPECT_FALSE(sync::parting(cadre.vault(), cadre.control())->has_value());
  const auto invited = world.invite_cadre(desk, "钱", world.villages);
  ASSERT_FALSE(invited.ok());
  EXPECT_EQ(invited.error().code, Code::kCorrupt);
  EXPECT_EQ(parting_of(desk).since, end);
  EXPECT_GT(parting_of(desk).only_here.size(), 1u);
  EXPECT_THAT(visits(cadre), UnorderedElementsAre("分叉之后", "照常可记"));
}

TEST_F(Parted, TheFirstDifferenceIsFoundHoweverFarBack) {
  ASSERT_TRUE(desk.sync_until_idle());
  const std::uint32_t common = desk.control().state().head_seq();
  const MemoryStore::Data then = world.server.store.copy();
  const DiskImage desk_then = desk.image();
  world.add_cadre(desk, "赵");
  world.add_cadre(desk, "钱");
  ASSERT_TRUE(cadre.sync_until_idle());
  ASSERT_GT(cadre.control().state().head_seq(), common + 8);
  world.server.restore(then);
  desk.restore(desk_then, true);
  ASSERT_TRUE(desk.boot().ok());
  for (const char* name : {"孙", "李二", "周"}) world.add_cadre(desk, name);
  EXPECT_EQ(refusal(cadre).code, Code::kCorrupt);
  EXPECT_EQ(parting_of(cadre).since, common + 1);
}

// A reply that was bent on the way is no other history.
TEST_F(Parted, NonsenseIsNotBelieved) {
  ASSERT_TRUE(cadre.sync_until_idle());
  world.add_cadre(desk, "赵");
  cadre.network.bend_log_after = cadre.control().state().head_seq();
  const Error refused = refusal(cadre);
  EXPECT_EQ(refused.code, Code::kCorrupt);
  EXPECT_FALSE(sync::parting(cadre.vault(), cadre.control())->has_value());
  cadre.network.bend_log_after.reset();
  ASSERT_TRUE(cadre.sync_until_idle()) << cadre.last_error()->en;
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
