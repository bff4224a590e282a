// A parted log made one again: the server fell back to an earlier day and went on without what one
// admin had done since.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mq/sync/healing.h"
#include "mq/sync/late.h"
#include "sync/raw_entry.h"
#include "sync/records.h"

namespace mq::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

DeviceId id_of(SimDevice& device) { return device.keyring().identity()->device; }
PersonId person_of(SimDevice& device) { return device.keyring().identity()->person; }

void come_back(SimDevice& device) {
  device.kill();
  ASSERT_TRUE(device.boot().ok());
}

// 镇长 acts on the server's side, 副镇长 on the side that it forgot; 李 has seen the latter.
struct Township {
  explicit Township(Faults* faults = nullptr) : world(1, faults) {}

  void sync(SimDevice& device) {
    ASSERT_TRUE(device.sync_until_idle()) << device.name() << device.last_error()->en;
  }
  void level() {
    for (int i = 0; i < 3; ++i) {
      for (const auto& device : world.devices) {
        if (device->control().state().device(id_of(*device))->span.until) continue;
        sync(*device);
      }
    }
  }
  void begin() {
    record_visit(world, li, "分叉之前");
    level();
    backup = world.server.store.copy();
  }
  // What the server forgets: wang is stopped, so that keys change; li writes under the new ones.
  void second_side() {
    ASSERT_TRUE(sync::revoke_device({id_of(wang), "", {}}, second.member()).ok());
    ASSERT_TRUE(world.invite_cadre(second, "赵", world.villages).ok());
    // Longer than the log will be once healed: its numbers are no numbers of entries there.
    for (int i = 0; i < 5; ++i) {
      ASSERT_TRUE(sync::rotate_streams({}, second.member()).ok());
    }
    sync(li);
    record_visit(world, li, "作废一边");
    sync(li);
    sync(second);
    void_head = second.control().state().head_seq();
  }
  void restore_and_go_on() {
    world.server.restore(backup);
    ASSERT_TRUE(sync::revoke_device({id_of(sun), "", {}}, desk.member()).ok());
    record_visit(world, desk, "服务器一边");
    sync(desk);
  }
  void part() {
    begin();
    second_side();
    restore_and_go_on();
  }
  Result<sync::Healed> heal(SimDevice& by) { return sync::heal_log(by.member(), by.sealer()); }
  const wire::ControlState& log() { return desk.control().state(); }

  World world;
  SimDevice& desk = world.found(1);
  SimDevice& second = world.add_admin(desk, "副镇长");
  SimDevice& li = world.add_cadre(desk, "李");
  SimDevice& wang = world.add_cadre(desk, "王");
  SimDevice& sun = world.add_cadre(desk, "孙");
  MemoryStore::Data backup;
  std::uint32_t void_head = 0;
};

class HealLog : public ::testing::Test, protected Township {
 protected:
  // What a contact ends with.
  static Error refusal(SimDevice& device) {
    for (int i = 0; i < 60; ++i) {
      const auto progress = device.step();
      if (!progress.ok()) return progress.error();
    }
    ADD_FAILURE() << "no refusal";
    return {};
  }
  void expect_one_log() {
    for (SimDevice* device : {&desk, &second, &li}) {
      EXPECT_EQ(device->control().state().head(), log().head()) << device->name();
    }
  }
  std::vector<sync::LateWork> late(SimDevice& device) {
    const auto found = sync::late_work(device.vault(), device.control());
    EXPECT_TRUE(found.ok());
    return found.ok() ? *found : std::vector<sync::LateWork>();
  }
};

// Its role is gone with the side that gave it; the key that it had brought is not.
TEST_F(HealLog, KeysThatAVoidRightHandedOutAreChanged) {
  sync::EndOptions end;
  end.person = person_of(wang);
  end.kind = wire::pb::ROLE_KIND_CADRE;
  ASSERT_TRUE(sync::end_right(end, desk.member()).ok());
  begin();
  const auto given = sync::give_right({end.person, end.kind, world.villages}, second.member());
  ASSERT_TRUE(given.ok()) << given.error().en;
  sync(wang);
  const StreamId village = world.villages[0];
  const std::uint32_t held = wang.keyring().newest_epoch(village);
  world.server.restore(backup);
  ASSERT_TRUE(world.invite_cadre(desk, "周", world.villages).ok());
  const auto healed = heal(second);
  ASSERT_TRUE(healed.ok()) << healed.error().en;
  level();
  EXPECT_FALSE(log().may_read(end.person, village, log().head_seq()));
  EXPECT_GT(log().epoch_at(village, log().head_seq()), held);
  EXPECT_EQ(wang.keyring().newest_epoch(village), held);
}

// What waits beside its chain, in the late box, is not lost by cutting the chain where it stands.
TEST_F(HealLog, ADeviceWithWorkUnderAVoidHeadCanBeStopped) {
  part();
  ASSERT_TRUE(heal(second).ok());
  sync(second);
  const auto stopped = sync::revoke_device({id_of(li), "", {}}, second.member());
  ASSERT_TRUE(stopped.ok()) << stopped.error().en;
  EXPECT_THAT(visits(second), Contains("分叉之前"));
}

TEST_F(HealLog, TheRevocationsOfBothSidesHold) {
  part();
  EXPECT_EQ(refusal(second).code, Code::kCorrupt);
  EXPECT_EQ(refusal(li).code, Code::kCorrupt);
  const auto healed = heal(second);
  ASSERT_TRUE(healed.ok()) << healed.error().en;
  EXPECT_TRUE(healed->parted);
  EXPECT_GE(healed->held, 1u);
  EXPECT_GE(healed->rotated, 1u);
  level();
  expect_one_log();
  EXPECT_TRUE(log().device(id_of(wang))->span.until);
  EXPECT_TRUE(log().device(id_of(sun))->span.until);
  for (const wire::StreamRecord& stream : log().streams()) {
    EXPECT_FALSE(log().rotation_missing(stream.id));
    EXPECT_EQ(desk.keyring().newest_epoch(stream.id), stream.epochs.back().epoch);
    EXPECT_EQ(second.keyring().newest_epoch(stream.id), stream.epochs.back().epoch);
  }
  EXPECT_FALSE(sync::parting(second.vault(), second.control())->has_value());
  // Once more is nothing.
  const std::uint32_t head = log().head_seq();
  const auto again = heal(second);
  ASSERT_TRUE(again.ok()) << again.error().en;
  EXPECT_FALSE(again->parted);
  sync(desk);
  EXPECT_EQ(log().head_seq(), head);
}

TEST_F(HealLog, VoidEntriesAreListed) {
  part();
  const auto healed = heal(second);
  ASSERT_TRUE(healed.ok()) << healed.error().en;
  std::vector<std::string> again;
  for (const sync::VoidEntry& each : healed->again) again.push_back(each.zh);
  EXPECT_THAT(again, Contains(HasSubstr("邀请 赵")));
  EXPECT_THAT(again, Not(Contains(HasSubstr("停用")))) << "that holds";
  // They stay readable here, also after a restart.
  come_back(second);
  const auto kept = sync::void_entries(second.keyring(), second.control());
  ASSERT_TRUE(kept.ok());
  EXPECT_EQ(kept->size(), again.size());
}

TEST_F(HealLog, EnvelopesUnderAVoidHeadAreDecidedLikeLateWork) {
  part();
  ASSERT_TRUE(heal(second).ok());
  sync(li);
  EXPECT_THAT(told(li), Contains(HasSubstr("已合拢")));
  level();
  expect_one_log();
  for (SimDevice* device : {&desk, &li}) {
    EXPECT_THAT(visits(*device), UnorderedElementsAre("分叉之前", "服务器一边")) << device->name();
  }
  const auto works = late(desk);
  ASSERT_EQ(works.size(), 1u);
  EXPECT_GT(void_head, log().head_seq());
  EXPECT_TRUE(works[0].under_void);
  EXPECT_TRUE(works[0].can_be_decided());
  EXPECT_TRUE(works[0].opens) << "the void side's key came with the heal entry";
  EXPECT_FALSE(works[0].after_stop);
  EXPECT_EQ(works[0].person, person_of(li));
  // What he writes from now on counts at once.
  record_visit(world, li, "合拢之后");
  level();
  EXPECT_THAT(visits(desk), UnorderedElementsAre("分叉之前", "服务器一边", "合拢之后"));
  ASSERT_TRUE(sync::decide_late(works[0], {}, desk.member(), desk.sealer()).ok());
  level();
  for (SimDevice* device : {&desk, &second, &li}) {
    EXPECT_THAT(visits(*device),
                UnorderedElementsAre("分叉之前", "作废一边", "服务器一边", "合拢之后"))
        << device->name();
    EXPECT_EQ(state_of(world, *device), state_of(world, desk));
  }
  EXPECT_EQ(li.vault().delivery()->sealed_waiting, 0u);
}

// Nobody revoked him: an admin's device lets it in at a contact.
TEST_F(HealLog, WorkOfWhoeverIsStillAMemberIsAdmittedAtOnce) {
  part();
  ASSERT_TRUE(heal(second).ok());
  level();
  const auto admitted = sync::admit_handed_over(desk.member(), desk.sealer());
  ASSERT_TRUE(admitted.ok()) << admitted.error().en;
  EXPECT_EQ(*admitted, 1u);
  level();
  EXPECT_THAT(visits(li), Contains("作废一边"));
  EXPECT_TRUE(late(desk).empty());
}

// A member of the void side who has not met the heal entry yet works on as before, and loses
// nothing.
TEST_F(HealLog, WhoComesLateFollows) {
  part();
  record_visit(world, li, "尚未知道");
  EXPECT_EQ(refusal(li).code, Code::kCorrupt);
  ASSERT_TRUE(heal(second).ok());
  level();
  expect_one_log();
  EXPECT_THAT(visits(desk), Contains("尚未知道")) << "sealed only now, under what holds";
  const auto admitted = sync::admit_handed_over(desk.member(), desk.sealer());
  ASSERT_TRUE(admitted.ok());
  level();
  EXPECT_EQ(state_of(world, desk), state_of(world, li));
}

// Whoever knows more of the void side than was healed stays parted, until an admin heals the rest.
TEST_F(HealLog, WhatIsLeftOfASideIsHealedAfterIt) {
  begin();
  ASSERT_TRUE(sync::revoke_device({id_of(wang), "", {}}, second.member()).ok());
  const DiskImage half = second.image();
  ASSERT_TRUE(world.invite_cadre(second, "赵", world.villages).ok());
  sync(li);
  const DiskImage whole = second.image();
  restore_and_go_on();
  second.restore(half, true);
  ASSERT_TRUE(second.boot().ok());
  ASSERT_TRUE(heal(second).ok());
  EXPECT_EQ(refusal(li).code, Code::kCorrupt) << "his head is not void yet";
  second.restore(whole, true);
  ASSERT_TRUE(second.boot().ok());
  ASSERT_TRUE(heal(second).ok());
  level();
  expect_one_log();
}

// Opened once more under the same id: what was written in it meanwhile is late work that opens.
TEST_F(HealLog, AStreamOfTheVoidSideComesBackWithItsWork) {
  begin();
  ASSERT_TRUE(world.open_villages(second, 1, Guarded::kNo).ok());
  const StreamId opened = world.villages.back();
  const auto row = new_id<RowId>(second.clock, second.random);
  const vault::StreamIx ix = second.vault().stream(opened)->ix;
  ASSERT_TRUE(second.vault().commit({{ix, {themed(row, "新村所记")}}}, second.vault().view()).ok());
  sync(second);
  restore_and_go_on();
  ASSERT_TRUE(heal(second).ok());
  sync(second);
  EXPECT_EQ(second.vault().stream(opened)->ordinal, 0u) << "in no log";
  EXPECT_THAT(visits(second), Contains("新村所记")) << "nothing else has it";
  const sync::NewStream again{wire::pb::STREAM_KIND_VILLAGE, {}, "新村", opened};
  ASSERT_TRUE(sync::create_streams({again}, second.vault(), second.keyring(), second.control(),
                                   second.network, second.clock, second.random)
                  .ok());
  const auto published = heal(second);
  ASSERT_TRUE(published.ok()) << published.error().en;
  EXPECT_FALSE(published->parted);
  level();
  const auto works = late(desk);
  ASSERT_EQ(works.size(), 1u);
  EXPECT_TRUE(works[0].opens);
  ASSERT_TRUE(sync::decide_late(works[0], {}, desk.member(), desk.sealer()).ok());
  level();
  EXPECT_THAT(visits(desk), Contains("新村所记"));
  EXPECT_THAT(visits(second), Contains("新村所记"));
}

TEST_F(HealLog, OnlyAnAdminOfTheServersSideHeals) {
  part();
  const auto by_li = heal(li);
  ASSERT_FALSE(by_li.ok());
  EXPECT_EQ(by_li.error().code, Code::kNotAllowed);
  // Of the first side, who knows nothing of the second, there is nothing to do.
  const auto by_desk = heal(desk);
  ASSERT_TRUE(by_desk.ok()) << by_desk.error().en;
  EXPECT_FALSE(by_desk->parted);
  second.network.set_offline(true);
  const std::uint32_t head = second.control().state().head_seq();
  const auto offline = heal(second);
  ASSERT_FALSE(offline.ok());
  EXPECT_EQ(offline.error().code, Code::kUnavailable);
  EXPECT_EQ(second.control().state().head_seq(), head);
}

// Stopped by the other side meanwhile, he cannot speak for his own.
TEST_F(HealLog, AnAdminWhoWasStoppedCannotHeal) {
  begin();
  second_side();
  world.server.restore(backup);
  ASSERT_TRUE(sync::revoke_device({id_of(second), "", {}}, desk.member()).ok());
  const auto healed = heal(second);
  ASSERT_FALSE(healed.ok());
  EXPECT_EQ(healed.error().code, Code::kNotAllowed) << healed.error().en;
  EXPECT_EQ(second.control().state().head_seq(), void_head);
}

TEST_F(HealLog, AForgedSecondSideIsRefused) {
  part();
  sync(desk);
  const std::uint32_t head = log().head_seq();
  const auto ours = second.control().entries(0);
  ASSERT_TRUE(ours.ok());
  wire::pb::ControlBody body;
  wire::pb::Heal& heal = *body.mutable_heal();
  heal.set_first_head(to_field(log().head().view()));
  std::uint32_t fork = 0;
  while (log().head_at(fork + 1) == second.control().state().head_at(fork + 1)) ++fork;
  heal.set_fork_seq(fork);
  for (std::size_t i = fork; i < ours->size(); ++i) {
    *heal.add_second() = (*ours)[i];
    heal.mutable_second(static_cast<int>(i - fork))->clear_key_record();
  }
  heal.set_second_head(to_field(second.control().state().head().view()));
  heal.mutable_second(0)->mutable_signature()->front() ^= 1;
  const Status forged = append_as_is(world, desk, body);
  ASSERT_FALSE(forged.ok());
  EXPECT_EQ(forged.error().code, Code::kInvalidInput);
  sync(desk);
  EXPECT_EQ(log().head_seq(), head);
  EXPECT_TRUE(log().void_lines().empty());
}

// The power goes in the middle of healing, and of following it, at every thirteenth call: each
// place takes a township of its own.
void heal_cut_short(Faults& faults) {
  faults.pause();
  Township t(&faults);
  t.part();
  faults.resume();
  static_cast<void>(t.heal(t.second));
  static_cast<void>(t.li.sync_until_idle(20));
  faults.stop();
  come_back(t.second);
  come_back(t.li);
  const auto healed = t.heal(t.second);
  ASSERT_TRUE(healed.ok()) << healed.error().en;
  EXPECT_FALSE(healed->again.empty());
  t.level();
  for (SimDevice* device : {&t.second, &t.li}) {
    EXPECT_EQ(device->control().state().head(), t.log().head());
    EXPECT_EQ(device->control().voided()->size(), 1u);
  }
  ASSERT_TRUE(sync::admit_handed_over(t.desk.member(), t.desk.sealer()).ok());
  t.level();
  EXPECT_THAT(visits(t.li), UnorderedElementsAre("分叉之前", "作废一边", "服务器一边"));
  EXPECT_EQ(state_of(t.world, t.desk), state_of(t.world, t.li));
  EXPECT_EQ(state_of(t.world, t.desk), state_of(t.world, t.second));
  EXPECT_TRUE(t.world.wiretap.repeated_nonces().empty());
}

TEST(HealLogSweep, KilledAnywhere) {
  constexpr std::uint64_t kStride = 13;
  std::uint64_t broken = 0;
  for (std::uint64_t nth = 1;; nth += kStride) {
    Faults faults(Faults::Mode::kFromThere, nth);
    SCOPED_TRACE(::testing::Message() << "every call from " << nth << " fails");
    heal_cut_short(faults);
    if (HasFailure() || !faults.met()) break;
    ++broken;
  }
  EXPECT_GT(broken, 5u) << "the sweep must reach network, token and disk";
}

}  // namespace
}  // namespace mq::testing
