// The promises of recording, sealing, exchanging and merging, each broken at every outside call in
// turn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/records.h"

namespace mq::testing {
namespace {

using ::testing::ElementsAre;

void come_back(SimDevice& device) {
  device.kill();
  ASSERT_TRUE(device.boot().ok());
}

// First the 1st call fails, then the 2nd, and so on until a run meets no fault; then every call
// from there on, until the power goes. Nothing is lost, nothing doubled.
TEST(SyncSweep, DevicesConvergeWhicheverCallFails) {
  const auto broken = for_each_fault([](Faults& faults) {
    faults.pause();
    World world(1, &faults);
    SimDevice& morning = world.found(1);
    SimDevice& evening = world.add_cadre(morning, "李");
    record_visit(world, morning, "修水渠");
    record_visit(world, evening, "看望老人");
    faults.resume();

    static_cast<void>(morning.sync_until_idle(12));
    static_cast<void>(evening.sync_until_idle(12));
    static_cast<void>(morning.sync_until_idle(12));
    faults.stop();

    come_back(morning);
    come_back(evening);
    ASSERT_TRUE(world.settle()) << (morning.last_error() ? morning.last_error()->en : "")
                                << (evening.last_error() ? evening.last_error()->en : "");
    EXPECT_THAT(visits(morning), ElementsAre("修水渠", "看望老人"));
    EXPECT_THAT(visits(evening), ElementsAre("修水渠", "看望老人"));
    EXPECT_EQ(state_of(world, morning), state_of(world, evening));
    EXPECT_EQ(stored(world), 2u);
    EXPECT_TRUE(world.wiretap.repeated_nonces().empty());
  });
  EXPECT_GT(broken, 40u) << "the sweep must reach network, token and disk";
}

std::vector<std::string> faults_of(SimDevice& device) {
  const auto found = device.vault().verify();
  return found.ok() ? *found : std::vector<std::string>{found.error().en};
}

// One save of two rows in two villages: refused whole or there whole, before the power goes and
// after; the person who saves the same again has it once.
TEST(RecordSweep, ASaveStandsWholeOrNotAtAllWhicheverCallFails) {
  const auto broken = for_each_fault([](Faults& faults) {
    faults.pause();
    World world(1, &faults);
    SimDevice& desk = world.found(2);
    record_visit(world, desk, "早先");
    std::vector<vault::Draft> drafts;
    for (const StreamId& village : world.villages) {
      const auto row = new_id<RowId>(desk.clock, desk.random);
      drafts.push_back({desk.vault().stream(village)->ix, {themed(row, "修水渠")}});
    }
    faults.resume();
    const bool saved = desk.vault().commit(drafts, desk.vault().view()).ok();
    faults.stop();
    if (saved) {
      EXPECT_EQ(visits(desk).size(), 3u) << "acknowledged, so it is there";
    }
    come_back(desk);
    const std::vector<std::string> kept = visits(desk);
    EXPECT_TRUE(kept.size() == 3 || (kept.size() == 1 && !saved)) << kept.size();
    ASSERT_TRUE(desk.vault().commit(drafts, desk.vault().view()).ok());
    EXPECT_THAT(visits(desk), ElementsAre("修水渠", "修水渠", "早先"));
    EXPECT_TRUE(faults_of(desk).empty());
  });
  EXPECT_GT(broken, 10u) << "the sweep must reach the database";
}

// Sealing: what was given out stands in the vault and is never sealed another way; every visit
// leaves once.
TEST(SealSweep, EveryVisitIsSealedOnceWhicheverCallFails) {
  const auto broken = for_each_fault([](Faults& faults) {
    faults.pause();
    World world(1, &faults);
    SimDevice& desk = world.found(1);
    SimDevice& reader = world.add_cadre(desk, "李");
    ASSERT_TRUE(desk.sync_until_idle());
    record_visit(world, desk, "修水渠");
    record_visit(world, desk, "看望老人");
    const StreamId& village = world.villages[0];
    faults.resume();
    auto sealed = desk.sealer().seal_next(desk.vault().stream(village)->ix, desk.control().state());
    const bool flushed = sealed.ok() && desk.sealer().flush().ok();
    faults.stop();

    come_back(desk);
    const vault::StreamIx ix = desk.vault().stream(village)->ix;
    if (sealed.ok()) {
      ASSERT_TRUE(sealed->has_value());
      EXPECT_TRUE((*desk.vault().envelope((*sealed)->hash())).has_value()) << flushed;
    }
    for (int i = 0; i < 3; ++i) {
      const auto more = desk.sealer().seal_next(ix, desk.control().state());
      ASSERT_TRUE(more.ok()) << more.error().en;
    }
    ASSERT_TRUE(desk.sealer().flush().ok());
    const auto held = desk.vault().held(ix);
    ASSERT_TRUE(held.ok());
    EXPECT_EQ(held->size(), 1u);
    for (const Hash& hash : *held) {
      const auto received =
          reader.sealer().receive(**desk.vault().envelope(hash), reader.control().state());
      ASSERT_TRUE(received.ok()) << received.error().en;
    }
    EXPECT_THAT(visits(reader), ElementsAre("修水渠", "看望老人"));
    EXPECT_TRUE(faults_of(desk).empty());
  });
  EXPECT_GT(broken, 10u) << "the sweep must reach database and token";
}

// Merging what others wrote: what was taken in stays, the rest can be taken in again, and the end
// is the same as if nothing had failed.
TEST(MergeSweep, TheSameStateComesOutWhicheverCallFails) {
  const auto broken = for_each_fault([](Faults& faults) {
    faults.pause();
    World world(1, &faults);
    SimDevice& desk = world.found(1);
    SimDevice& reader = world.add_cadre(desk, "李");
    const RowId row = record_visit(world, desk, "修水渠");
    ASSERT_TRUE(desk.sync_until_idle());
    amend_visit(world, desk, row, "修好水渠");
    record_visit(world, desk, "看望老人");
    ASSERT_TRUE(desk.sync_until_idle());
    std::vector<wire::Envelope> envelopes;
    const auto held = desk.vault().held(desk.vault().stream(world.villages[0])->ix);
    ASSERT_TRUE(held.ok());
    for (const Hash& hash : *held) {
      envelopes.push_back(**desk.vault().envelope(hash));
    }
    ASSERT_EQ(envelopes.size(), 2u);
    faults.resume();
    std::size_t taken = 0;
    for (const wire::Envelope& envelope : envelopes) {
      if (!reader.sealer().receive(envelope, reader.control().state()).ok()) break;
      ++taken;
    }
    faults.stop();

    come_back(reader);
    if (taken > 0) {
      EXPECT_FALSE(visits(reader).empty()) << "it was merged, so it is there";
    }
    for (const wire::Envelope& envelope : envelopes) {
      const auto again = reader.sealer().receive(envelope, reader.control().state());
      ASSERT_TRUE(again.ok()) << again.error().en;
    }
    EXPECT_THAT(visits(reader), ElementsAre("修好水渠", "看望老人"));
    EXPECT_EQ(state_of(world, reader), state_of(world, desk));
    EXPECT_TRUE(faults_of(reader).empty());
  });
  EXPECT_GT(broken, 10u) << "the sweep must reach the database";
}

}  // namespace
}  // namespace mq::testing
