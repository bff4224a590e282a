// Late work: who gets to see it, who decides, and that everybody then has the same, once.
#include "mq/sync/late.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/records.h"

namespace mq::testing {
namespace {

using sync::LateWork;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

DeviceId id_of(SimDevice& device) { return device.keyring().identity()->device; }

std::vector<LateWork> late_at(SimDevice& device) {
  auto work = sync::late_work(device.vault(), device.control());
  if (!work.ok()) ADD_FAILURE() << work.error().en;
  return work.ok() ? *work : std::vector<LateWork>{};
}

class Late : public ::testing::Test {
 protected:
  World world;
  SimDevice& admin = world.found(1);
  SimDevice& li = world.add_cadre(admin, "李");
  SimDevice& wang = world.add_cadre(admin, "王");

  void SetUp() override {
    record_visit(world, li, "早先");
    for (SimDevice* device : {&li, &wang, &admin, &li, &wang}) sync(*device);
  }
  void sync(SimDevice& device) {
    ASSERT_TRUE(device.sync_until_idle()) << device.name() << ": " << device.last_error()->en;
  }
  void stop_li() {
    const auto done = sync::revoke_device({id_of(li), "", std::nullopt}, admin.member());
    ASSERT_TRUE(done.ok()) << done.error().en;
  }
  void end_li() {
    sync::EndOptions end;
    end.person = li.keyring().identity()->person;
    end.kind = wire::pb::ROLE_KIND_CADRE;
    const auto done = sync::end_right(end, admin.member());
    ASSERT_TRUE(done.ok()) << done.error().en;
  }
  // Each an envelope of its own.
  void li_delivers(const std::vector<std::string>& themes) {
    for (const std::string& theme : themes) {
      record_visit(world, li, theme);
      sync(li);
    }
  }
  Result<wire::AdmissionRecord> decide(SimDevice& device, const LateWork& work,
                                       const std::set<Hash>& refuse = {}) {
    return sync::decide_late(work, refuse, device.member(), device.sealer());
  }
  void expect_level(const std::vector<SimDevice*>& devices) {
    for (SimDevice* device : devices) {
      EXPECT_EQ(state_of(world, *device), state_of(world, *devices.front())) << device->name();
      EXPECT_THAT(*device->vault().verify(), IsEmpty());
    }
  }
};

TEST_F(Late, LateWorkIsAskedForByAdminsOnly) {
  stop_li();
  const std::size_t before = stored(world);
  li_delivers({"晚到"});
  EXPECT_EQ(stored(world), before) << "the server keeps it apart";
  EXPECT_EQ(li.vault().delivery()->sealed_waiting, 0u) << "and says so: the outbox is free";
  for (SimDevice* device : {&wang, &admin}) {
    sync(*device);
    EXPECT_THAT(visits(*device), ElementsAre("早先"));
  }
  EXPECT_THAT(late_at(wang), IsEmpty());
  const auto work = late_at(admin);
  ASSERT_EQ(work.size(), 1u);
  EXPECT_EQ(work[0].person, li.keyring().identity()->person);
  EXPECT_EQ(work[0].transactions, 1u);
  EXPECT_TRUE(work[0].opens);
  EXPECT_TRUE(work[0].after_stop);
  EXPECT_TRUE(work[0].can_be_decided());
  EXPECT_THAT(work[0].why_zh, HasSubstr("停用"));
  // Read once, it is not given again, whatever is read in between.
  int given = 0;
  admin.network.alter = [&](sync::pb::ExchangeReply& reply) { given += reply.late_size(); };
  sync(admin);
  admin.kill();
  ASSERT_TRUE(admin.boot().ok());
  sync(admin);
  EXPECT_EQ(given, 0);
  EXPECT_EQ(late_at(admin).size(), 1u);
}

// Nothing that any cursor of a stream covers was lost, and nobody was told of a restore.
TEST_F(Late, ABoxThatARestoredServerLostIsFilledAgainByWhoeverHasReadIt) {
  stop_li();
  li_delivers({"晚到一"});
  const MemoryStore::Data backup = world.server.store.copy();
  li_delivers({"晚到二", "晚到三"});
  sync(admin);
  const auto work = late_at(admin);
  ASSERT_EQ(work.size(), 1u);
  world.devices.erase(world.devices.begin() + 1);  // the author is gone for good
  world.server.restore(backup);
  sync(admin);
  EXPECT_TRUE(admin.engine().report().server_lost_data);
  for (const Hash& hash : work[0].envelopes) EXPECT_TRUE(world.server.store.holds_late(hash));
  // In other places than before: what another admin has read is compared, not counted.
  SimDevice& second = world.add_admin(admin, "副镇长");
  sync(second);
  ASSERT_EQ(late_at(second).size(), 1u);
  EXPECT_EQ(late_at(second)[0].envelopes, work[0].envelopes);
}

TEST_F(Late, ABoxThatWasFilledWithOtherThingsIsReadAgain) {
  stop_li();
  const MemoryStore::Data backup = world.server.store.copy();
  li_delivers({"李晚到"});
  sync(admin);
  const auto first = late_at(admin);
  ASSERT_EQ(first.size(), 1u);
  // Another's late work takes the same place in the restored box.
  const auto stopped = sync::revoke_device({id_of(wang), "", std::nullopt}, admin.member());
  ASSERT_TRUE(stopped.ok()) << stopped.error().en;
  MemoryStore::Data restored = world.server.store.copy();
  restored.late = backup.late;
  restored.receipts = backup.receipts;
  world.server.restore(restored);
  record_visit(world, wang, "王晚到");
  sync(wang);
  sync(admin);
  EXPECT_EQ(late_at(admin).size(), 2u) << "the new one was read";
  EXPECT_TRUE(world.server.store.holds_late(first[0].envelopes[0]))
      << "the lost one was given back";
}

// No admin has read it: the receipt that its author has is the proof.
TEST_F(Late, TheAuthorProvesWhatARestoredServerLostOfItsBox) {
  stop_li();
  const MemoryStore::Data backup = world.server.store.copy();
  li_delivers({"晚到"});
  world.server.restore(backup);
  sync(li);
  sync(admin);
  EXPECT_EQ(late_at(admin).size(), 1u);
}

// Its person may still read it elsewhere; what this device wrote there could never be sealed.
TEST_F(Late, AStoppedDeviceLearnsOfNoStreamOpenedAfterItsEnd) {
  SimDevice& second = world.add_admin(admin, "副镇长");
  sync(second);
  const auto done = sync::revoke_device({id_of(second), "", std::nullopt}, admin.member());
  ASSERT_TRUE(done.ok()) << done.error().en;
  const std::size_t known = second.vault().streams().size();
  ASSERT_TRUE(world.open_villages(admin, 1, Guarded::kNo).ok());
  sync(second);
  EXPECT_GE(second.control().state().head_seq(), admin.control().state().head_seq());
  EXPECT_EQ(second.vault().streams().size(), known);
}

// A clone's late work takes the same number; each has a receipt for its own.
TEST_F(Late, TwoLinesOfAStoppedDeviceAreBothKeptAndProveNoLoss) {
  const DiskImage image = li.image();
  SimDevice& clone = world.add_device("李'");
  clone.machine_id = li.machine_id;
  clone.restore(image, true);
  ASSERT_TRUE(clone.boot().ok());
  stop_li();
  li_delivers({"原机"});
  record_visit(world, clone, "副本");
  sync(clone);
  const auto generation = world.server.store.copy().settings;
  for (SimDevice* device : {&li, &clone, &li, &clone, &admin}) sync(*device);
  EXPECT_EQ(world.server.store.copy().settings, generation) << "nothing was lost";
  EXPECT_EQ(late_at(admin).size(), 2u);
}

TEST_F(Late, AdmittedWorkIsEverybodysOnce) {
  SimDevice& second = world.add_admin(admin, "副镇长");
  stop_li();
  li_delivers({"晚到一", "晚到二"});
  for (SimDevice* device : {&admin, &second, &wang}) sync(*device);
  const auto work = late_at(admin);
  ASSERT_EQ(work.size(), 1u);
  EXPECT_EQ(work[0].envelopes.size(), 2u);
  const std::size_t before = stored(world);
  const auto decided = decide(admin, work[0]);
  ASSERT_TRUE(decided.ok()) << decided.error().en;
  EXPECT_EQ(decided->applied, work[0].envelopes);
  EXPECT_THAT(visits(admin), ElementsAre("早先", "晚到一", "晚到二"));
  const std::uint32_t head = admin.control().state().head_seq();
  const auto again = decide(admin, work[0], {work[0].envelopes[0]});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->applied, decided->applied) << "nothing is decided twice";
  EXPECT_EQ(admin.control().state().head_seq(), head);
  for (SimDevice* device : {&admin, &second, &wang, &second, &admin}) sync(*device);
  EXPECT_EQ(stored(world), before + 2);
  for (SimDevice* device : {&admin, &second, &wang}) {
    EXPECT_THAT(visits(*device), ElementsAre("早先", "晚到一", "晚到二")) << device->name();
    EXPECT_THAT(late_at(*device), IsEmpty());
    EXPECT_THAT(*device->vault().relay(1 << 20), IsEmpty());
  }
  expect_level({&admin, &second, &wang});
}

// Its box still has it there, and its log may be as old: what was decided belongs into the stream.
TEST_F(Late, WhatWasAdmittedIsPlacedAgainByARestoredServer) {
  stop_li();
  li_delivers({"晚到"});
  const MemoryStore::Data backup = world.server.store.copy();
  sync(admin);
  const auto work = late_at(admin);
  ASSERT_EQ(work.size(), 1u);
  ASSERT_TRUE(decide(admin, work[0]).ok());
  const MemoryStore::Data decided = world.server.store.copy();
  sync(admin);
  sync(wang);
  for (const MemoryStore::Data& data : {backup, decided, backup}) {
    world.server.restore(data);
    ASSERT_FALSE(world.server.store.holds(work[0].envelopes[0]));
    sync(admin);
    EXPECT_TRUE(world.server.store.holds(work[0].envelopes[0]));
  }
  SimDevice& newcomer = world.add_cadre(admin, "赵");
  for (SimDevice* device : {&newcomer, &admin, &newcomer}) sync(*device);
  EXPECT_THAT(visits(newcomer), ElementsAre("早先", "晚到"));
}

// It stood in the stream once, until the server lost it; then its author was stopped before it.
TEST_F(Late, WhatWasPlacedBeforeTheServerLostItIsPlacedOnceItIsAdmitted) {
  SimDevice& second = world.add_admin(admin, "副镇长");
  sync(second);
  const MemoryStore::Data backup = world.server.store.copy();
  li_delivers({"后来"});
  sync(admin);
  world.server.restore(backup);
  const auto stopped = sync::revoke_device({id_of(li), "", std::nullopt}, second.member());
  ASSERT_TRUE(stopped.ok()) << stopped.error().en;
  sync(admin);
  const auto work = late_at(admin);
  ASSERT_EQ(work.size(), 1u);
  ASSERT_TRUE(world.server.store.holds_late(work[0].envelopes[0]));
  ASSERT_TRUE(decide(admin, work[0]).ok());
  for (SimDevice* device : {&admin, &wang}) sync(*device);
  EXPECT_TRUE(world.server.store.holds(work[0].envelopes[0]));
  EXPECT_THAT(visits(wang), UnorderedElementsAre("早先", "后来"));
}

// Whoever decides it may have read it in the box alone, and have had it from the stream before.
TEST_F(Late, WhoeverReadItInTheBoxPlacesItToo) {
  SimDevice& second = world.add_admin(admin, "副镇长");
  SimDevice& third = world.add_admin(admin, "书记");
  sync(third);
  const MemoryStore::Data backup = world.server.store.copy();
  li_delivers({"后来"});
  sync(second);  // has it from the stream
  sync(admin);
  world.server.restore(backup);
  const auto stopped = sync::revoke_device({id_of(li), "", std::nullopt}, third.member());
  ASSERT_TRUE(stopped.ok()) << stopped.error().en;
  sync(admin);  // brings it to the box
  sync(second);
  world.devices.erase(world.devices.begin());  // and is gone
  const auto work = late_at(second);
  ASSERT_EQ(work.size(), 1u);
  ASSERT_TRUE(decide(second, work[0]).ok());
  for (SimDevice* device : {&second, &wang}) sync(*device);
  EXPECT_TRUE(world.server.store.holds(work[0].envelopes[0]));
  EXPECT_THAT(visits(wang), UnorderedElementsAre("早先", "后来"));
}

TEST_F(Late, RefusedCountsAsHeldAndNobodyShowsIt) {
  stop_li();
  li_delivers({"假的", "真的"});
  sync(admin);
  const auto work = late_at(admin);
  ASSERT_EQ(work.size(), 1u);
  const auto decided = decide(admin, work[0], {work[0].envelopes[0]});
  ASSERT_TRUE(decided.ok()) << decided.error().en;
  EXPECT_EQ(decided->refused.size(), 1u);
  for (SimDevice* device : {&admin, &wang}) sync(*device);
  SimDevice& newcomer = world.add_cadre(admin, "赵");
  for (SimDevice* device : {&newcomer, &admin, &wang}) sync(*device);
  for (SimDevice* device : {&admin, &wang, &newcomer}) {
    EXPECT_THAT(visits(*device), ElementsAre("早先", "真的")) << device->name();
    EXPECT_EQ(*device->vault().standing(work[0].envelopes[0]), vault::Standing::kRefused);
  }
  expect_level({&admin, &wang, &newcomer});
}

// Left out, it would never be asked for again.
TEST_F(Late, ABoxWithAHoleIsNotTaken) {
  stop_li();
  li_delivers({"第一", "第二"});
  admin.network.alter = [](sync::pb::ExchangeReply& reply) {
    for (sync::pb::StreamPart& part : *reply.mutable_late()) {
      if (part.envelopes_size() < 2) continue;
      part.mutable_envelopes()->DeleteSubrange(0, 1);
      part.set_from_index(part.from_index() + 1);
    }
  };
  EXPECT_FALSE(admin.sync_until_idle());
  EXPECT_THAT(late_at(admin), IsEmpty());
  admin.network.alter = nullptr;
  world.advance(std::chrono::hours(1));
  sync(admin);
  EXPECT_EQ(late_at(admin)[0].envelopes.size(), 2u);
}

TEST_F(Late, AGapWaits) {
  stop_li();
  li_delivers({"第一", "第二"});
  // The server has lost the first of the box.
  MemoryStore::Data restored = world.server.store.copy();
  for (auto& [stream, box] : restored.late) {
    box.erase(box.begin());
    for (server::StoredEnvelope& each : box) --each.index;
  }
  world.server.restore(restored);
  sync(admin);
  auto work = late_at(admin);
  ASSERT_EQ(work.size(), 1u);
  EXPECT_NE(work[0].missing_seq, 0u);
  const std::uint32_t head = admin.control().state().head_seq();
  const auto refused = decide(admin, work[0]);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kInvalidInput);
  EXPECT_THAT(refused.error().zh, HasSubstr("还缺第"));
  EXPECT_EQ(admin.control().state().head_seq(), head);
  // By hand it comes.
  const auto held = li.vault().chain(work[0].chain);
  for (const vault::Vault::Held& each : *held) {
    const auto envelope = li.vault().envelope(each.hash);
    ASSERT_TRUE(admin.sealer().receive(**envelope, admin.control().state()).ok());
  }
  ASSERT_TRUE(admin.sealer().retry_parked(admin.control().state()).ok());
  work = late_at(admin);
  ASSERT_EQ(work.size(), 1u);
  EXPECT_EQ(work[0].envelopes.size(), 2u);
  EXPECT_TRUE(decide(admin, work[0]).ok());
  for (SimDevice* device : {&admin, &wang}) sync(*device);
  EXPECT_THAT(visits(wang), ElementsAre("早先", "第一", "第二"));
}

TEST_F(Late, ASecondAdminDecidingAtOnceChangesNothing) {
  SimDevice& second = world.add_admin(admin, "副镇长");
  stop_li();
  li_delivers({"晚到"});
  for (SimDevice* device : {&admin, &second}) sync(*device);
  const auto work = late_at(admin);
  ASSERT_EQ(work.size(), 1u);
  admin.network.before_append = [&] {
    admin.network.before_append = nullptr;
    ASSERT_TRUE(decide(second, late_at(second).at(0), {work[0].envelopes[0]}).ok());
  };
  const auto decided = decide(admin, work[0]);
  ASSERT_TRUE(decided.ok()) << decided.error().en;
  EXPECT_EQ(decided->refused, work[0].envelopes) << "whoever was first";
  for (SimDevice* device : {&admin, &second, &wang}) sync(*device);
  EXPECT_THAT(visits(wang), ElementsAre("早先"));
  EXPECT_EQ(admin.control().state().admissions().size(), 1u);
  expect_level({&admin, &second, &wang});
}

TEST_F(Late, OnlyAnAdminDecides) {
  stop_li();
  li_delivers({"晚到"});
  sync(admin);
  const auto work = late_at(admin);
  ASSERT_EQ(work.size(), 1u);
  const auto refused = decide(wang, work[0]);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kNotAllowed);
  admin.network.set_offline(true);
  const auto offline = decide(admin, work[0]);
  ASSERT_FALSE(offline.ok());
  EXPECT_EQ(offline.error().code, Code::kUnavailable);
  EXPECT_EQ(late_at(admin).size(), 1u);
}

TEST_F(Late, AfterAHandOverItIsAdmittedAtOnce) {
  end_li();
  li_delivers({"晚到"});
  sync(admin);
  const std::uint32_t head = admin.control().state().head_seq();
  const auto none = sync::admit_handed_over(wang.member(), wang.sealer());
  ASSERT_TRUE(none.ok()) << none.error().en;
  EXPECT_EQ(*none, 0u);
  const auto admitted = sync::admit_handed_over(admin.member(), admin.sealer());
  ASSERT_TRUE(admitted.ok()) << admitted.error().en;
  EXPECT_EQ(*admitted, 1u);
  EXPECT_EQ(admin.control().state().head_seq(), head + 1);
  for (SimDevice* device : {&admin, &wang}) sync(*device);
  EXPECT_THAT(visits(wang), ElementsAre("早先", "晚到"));
  EXPECT_EQ(*sync::admit_handed_over(admin.member(), admin.sealer()), 0u);
}

TEST_F(Late, AfterAStopAPersonDecides) {
  stop_li();
  li_delivers({"晚到"});
  sync(admin);
  EXPECT_EQ(*sync::admit_handed_over(admin.member(), admin.sealer()), 0u);
  EXPECT_EQ(late_at(admin).size(), 1u);
}

// Whoever decided is gone before anything followed from it.
TEST_F(Late, AnotherAdminsDeviceFinishesWhatWasDecided) {
  SimDevice& second = world.add_admin(admin, "副镇长");
  stop_li();
  li_delivers({"晚到"});
  for (SimDevice* device : {&admin, &second}) sync(*device);
  ASSERT_TRUE(decide(admin, late_at(admin).at(0)).ok());
  admin.kill();
  for (SimDevice* device : {&second, &wang}) sync(*device);
  EXPECT_THAT(visits(second), ElementsAre("早先", "晚到"));
  EXPECT_THAT(visits(wang), ElementsAre("早先", "晚到"));
  expect_level({&second, &wang});
}

TEST_F(Late, ALostAnswerAndAKillLoseNothing) {
  stop_li();
  li_delivers({"晚到"});
  sync(admin);
  const auto work = late_at(admin);
  ASSERT_EQ(work.size(), 1u);
  admin.network.before_append = [&] { admin.network.drop_next_reply(); };
  EXPECT_FALSE(decide(admin, work[0]).ok());
  admin.network.before_append = nullptr;
  admin.kill();
  ASSERT_TRUE(admin.boot().ok());
  for (SimDevice* device : {&admin, &wang}) sync(*device);
  EXPECT_THAT(visits(admin), ElementsAre("早先", "晚到"));
  EXPECT_THAT(visits(wang), ElementsAre("早先", "晚到"));
  EXPECT_EQ(admin.control().state().admissions().size(), 1u);
}

// Cut at an earlier time: what everybody had merged leaves force, and comes back if it is admitted.
TEST_F(Late, AnEarlierCutTakesOutWhatEverybodyHad) {
  world.advance(std::chrono::hours(2));
  const WallTime lost = world.server.clock.wall();
  world.advance(std::chrono::hours(1));
  li_delivers({"偷后写的"});
  for (SimDevice* device : {&admin, &wang}) sync(*device);
  EXPECT_THAT(visits(wang), ElementsAre("偷后写的", "早先"));
  const auto done = sync::revoke_device({id_of(li), "手机昨晚被偷", lost}, admin.member());
  ASSERT_TRUE(done.ok()) << done.error().en;
  for (SimDevice* device : {&admin, &wang}) {
    sync(*device);
    EXPECT_THAT(visits(*device), ElementsAre("早先")) << device->name();
  }
  expect_level({&admin, &wang});
  const auto work = late_at(admin);
  ASSERT_EQ(work.size(), 1u);
  ASSERT_TRUE(decide(admin, work[0]).ok());
  for (SimDevice* device : {&admin, &wang}) {
    sync(*device);
    EXPECT_THAT(visits(*device), ElementsAre("偷后写的", "早先")) << device->name();
  }
  expect_level({&admin, &wang});
}

TEST_F(Late, ABentLateEnvelopeIsFoundOutAndComesAgain) {
  stop_li();
  li_delivers({"晚到"});
  admin.network.alter = [](sync::pb::ExchangeReply& reply) {
    for (sync::pb::StreamPart& part : *reply.mutable_late()) {
      for (auto& stored : *part.mutable_envelopes()) {
        stored.mutable_envelope()->mutable_signature()->front() ^= 1;
      }
    }
  };
  EXPECT_FALSE(admin.sync_until_idle(20));
  ASSERT_TRUE(admin.last_error().has_value());
  EXPECT_EQ(admin.last_error()->code, Code::kCorrupt);
  EXPECT_THAT(late_at(admin), IsEmpty());
  admin.network.alter = nullptr;
  sync(admin);
  EXPECT_EQ(late_at(admin).size(), 1u);
}

}  // namespace
}  // namespace mq::testing
