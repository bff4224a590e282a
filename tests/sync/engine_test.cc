#include "mq/sync/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sync/records.h"

namespace mq::testing {
namespace {

using ::testing::ElementsAre;

class SyncEngine : public ::testing::Test {
 protected:
  // Steps until the server has stored something; the answer of that exchange gets lost.
  void push_without_hearing_so() {
    for (int i = 0; i < 30 && stored(world) == 0; ++i) {
      const auto delivery = cadre.vault().delivery();
      if (delivery->sealed_waiting > 0) cadre.network.drop_next_reply();
      static_cast<void>(cadre.step());
    }
    ASSERT_EQ(stored(world), 1u);
  }

  World world;
  SimDevice& desk = world.found(1);
  SimDevice& cadre = world.add_cadre(desk, "李");
};

TEST_F(SyncEngine, WhatOneRecordsTheOtherReads) {
  record_visit(world, cadre, "修水渠");
  ASSERT_TRUE(cadre.sync_until_idle()) << cadre.last_error()->en;
  ASSERT_TRUE(desk.sync_until_idle()) << desk.last_error()->en;
  EXPECT_THAT(visits(desk), ElementsAre("修水渠"));
  EXPECT_EQ(state_of(world, desk), state_of(world, cadre));
  EXPECT_EQ(cadre.vault().delivery()->delivered, 1u);
  EXPECT_EQ(cadre.engine().report().transactions_up, 1u);
  EXPECT_EQ(cadre.engine().report().transactions_down, 0u);
  EXPECT_EQ(desk.engine().report().transactions_down, 1u);
}

TEST_F(SyncEngine, PushWhoseReplyIsLostStoresTheVisitOnce) {
  record_visit(world, cadre, "修水渠");
  push_without_hearing_so();
  EXPECT_EQ(cadre.vault().delivery()->sealed_waiting, 1u);
  ASSERT_TRUE(cadre.sync_until_idle());
  EXPECT_EQ(stored(world), 1u);
  EXPECT_EQ(cadre.vault().delivery()->sealed_waiting, 0u);
}

// The server has stored it, the device was killed before it heard so.
TEST_F(SyncEngine, KillBetweenCommitAndReplyDeliversOnce) {
  record_visit(world, cadre, "修水渠");
  push_without_hearing_so();
  cadre.kill();
  ASSERT_TRUE(cadre.boot().ok());
  ASSERT_TRUE(cadre.sync_until_idle());
  ASSERT_TRUE(desk.sync_until_idle());
  EXPECT_EQ(stored(world), 1u);
  EXPECT_THAT(visits(desk), ElementsAre("修水渠"));
  EXPECT_THAT(visits(cadre), ElementsAre("修水渠"));
}

TEST_F(SyncEngine, NothingNewIsOneRoundTripUnderOneKilobyte) {
  ASSERT_TRUE(world.open_villages(desk, 14).ok());  // 15 villages, their private streams, two more
  for (int i = 0; i < 3; ++i) record_visit(world, desk, "走访");
  ASSERT_TRUE(desk.sync_until_idle());
  ASSERT_GE(desk.vault().streams().size(), 30u);
  const std::uint64_t trips = desk.network.round_trips();
  const std::uint64_t bytes = desk.network.bytes_up() + desk.network.bytes_down();
  EXPECT_EQ(*desk.step(), sync::Progress::kIdle);
  EXPECT_EQ(desk.network.round_trips() - trips, 1u);
  EXPECT_LE(desk.network.bytes_up() + desk.network.bytes_down() - bytes, 1024u);
}

TEST_F(SyncEngine, OwnWorkDoesNotComeBack) {
  ASSERT_TRUE(cadre.sync_until_idle());
  Bytes noise(1500);
  world.random.fill(noise);
  record_visit(world, cadre, to_hex(noise));
  const std::uint64_t before = cadre.network.bytes_down();
  ASSERT_TRUE(cadre.sync_until_idle());
  EXPECT_LT(cadre.network.bytes_down() - before, 1'000u);
}

// The answer to a large push is lost; the next, smaller one meets a receipt for all of it.
TEST_F(SyncEngine, ALargeBacklogGoesOnInSmallPieces) {
  for (int i = 0; i < 60; ++i) {
    Bytes noise(700);
    world.random.fill(noise);
    record_visit(world, cadre, to_hex(noise));
  }
  for (int i = 0; i < 60 && stored(world) == 0; ++i) {
    const auto outbox = cadre.vault().outbox(1u << 20);
    if (outbox->size() >= 3) cadre.network.drop_next_reply();
    static_cast<void>(cadre.step());
  }
  ASSERT_GE(stored(world), 3u);
  ASSERT_TRUE(cadre.sync_until_idle()) << cadre.last_error()->en;
  EXPECT_EQ(cadre.vault().delivery()->sealed_waiting, 0u);
  ASSERT_TRUE(desk.sync_until_idle()) << desk.last_error()->en;
  EXPECT_EQ(visits(desk).size(), 60u);
  EXPECT_EQ(state_of(world, desk), state_of(world, cadre));
}

// The heads do not cover the signature: an envelope whose signature was bent on the way must come
// again, not be dropped.
TEST_F(SyncEngine, ABentSignatureDropsNothing) {
  ASSERT_TRUE(desk.sync_until_idle());
  record_visit(world, cadre, "修水渠");
  ASSERT_TRUE(cadre.sync_until_idle());
  desk.network.bend_signatures = true;
  for (int i = 0; i < 8; ++i) {
    const auto progress = desk.step();
    if (!progress.ok()) {
      EXPECT_EQ(progress.error().code, Code::kCorrupt);
    }
    desk.wait(std::chrono::minutes(10));
  }
  EXPECT_TRUE(visits(desk).empty());
  desk.network.bend_signatures = false;
  ASSERT_TRUE(desk.sync_until_idle());
  EXPECT_THAT(visits(desk), ElementsAre("修水渠"));
}

TEST_F(SyncEngine, WaitsLongerAfterEveryFailureAndSendsLess) {
  ASSERT_TRUE(cadre.sync_until_idle());
  for (int i = 0; i < 40; ++i) {
    record_visit(world, cadre, to_hex(Bytes(2000, static_cast<std::uint8_t>(i))) + "走访");
  }
  cadre.network.set_offline(true);
  std::int64_t longest = 0;
  for (int i = 0; i < 6; ++i) {
    auto progress = cadre.step();
    while (progress.ok() && *progress == sync::Progress::kMore) progress = cadre.step();
    ASSERT_FALSE(progress.ok());
    EXPECT_EQ(progress.error().code, Code::kUnavailable);
    EXPECT_EQ(*cadre.step(), sync::Progress::kWaiting);
    const std::int64_t pause = cadre.engine().wake_at().ms - cadre.clock.monotonic().ms;
    longest = std::max(longest, pause);
    cadre.wait(std::chrono::milliseconds(pause));
  }
  EXPECT_GT(longest, 4'000);
  EXPECT_LE(longest, 300'000);
  cadre.network.set_offline(false);
  ASSERT_TRUE(cadre.sync_until_idle());
  ASSERT_TRUE(desk.sync_until_idle());
  EXPECT_EQ(visits(desk).size(), 40u);
}

// The link breaks right after the server's time was asked for anew; hours later it is old again.
TEST_F(SyncEngine, AsksForTheServersTimeInEveryContactThatNeedsIt) {
  record_visit(world, cadre, "一");
  ASSERT_TRUE(cadre.sync_until_idle());
  world.server.clock.jump(std::chrono::hours(1));
  ASSERT_TRUE(cadre.step().ok()) << "refused for its time";
  ASSERT_TRUE(cadre.step().ok()) << "asked again";
  cadre.network.set_offline(true);
  ASSERT_FALSE(cadre.step().ok());
  cadre.network.set_offline(false);
  world.server.clock.jump(std::chrono::hours(1));
  ASSERT_TRUE(cadre.sync_until_idle()) << cadre.last_error()->en;
}

TEST_F(SyncEngine, WrongClocksAreHarmless) {
  ASSERT_TRUE(cadre.sync_until_idle());
  const RowId row = record_visit(world, desk, "第一句");
  ASSERT_TRUE(desk.sync_until_idle());
  ASSERT_TRUE(cadre.sync_until_idle());
  cadre.clock.set_wall(kYear2099);
  amend_visit(world, cadre, row, "第二句");
  ASSERT_TRUE(cadre.sync_until_idle()) << cadre.last_error()->en;
  desk.clock.set_wall(kYear1970);
  ASSERT_TRUE(desk.sync_until_idle()) << desk.last_error()->en;
  // The later writer had seen the earlier word; no clock changes that.
  amend_visit(world, desk, row, "第三句");
  ASSERT_TRUE(desk.sync_until_idle());
  ASSERT_TRUE(cadre.sync_until_idle());
  EXPECT_THAT(claims_of(cadre, row), ElementsAre("第三句"));
  EXPECT_THAT(claims_of(desk, row), ElementsAre("第三句"));
}

// Everything that a server may say is held against its own heads and signatures.
TEST_F(SyncEngine, ALyingServerIsFoundOutAndNothingOfItIsApplied) {
  ASSERT_TRUE(desk.sync_until_idle());
  for (const char* theme : {"修水渠", "看望老人"}) {
    record_visit(world, cadre, theme);
    ASSERT_TRUE(cadre.sync_until_idle());
  }
  using Reply = sync::pb::ExchangeReply;
  const std::vector<std::pair<const char*, std::function<void(Reply&)>>> lies = {
      {"time", [](Reply& r) { r.mutable_checkpoint()->set_time_ms(1); }},
      {"generation", [](Reply& r) { r.mutable_checkpoint()->mutable_generation()->back() ^= 1; }},
      {"head", [](Reply& r) { r.mutable_parts(0)->mutable_head()->front() ^= 1; }},
      {"order", [](Reply& r) { r.mutable_parts(0)->mutable_envelopes()->SwapElements(0, 1); }},
      {"stored at", [](Reply& r) { r.mutable_parts(0)->mutable_envelopes(0)->set_time_ms(1); }},
      {"body",
       [](Reply& r) {
         r.mutable_parts(0)->mutable_envelopes(0)->mutable_envelope()->mutable_ct()->back() ^= 1;
       }},
      {"stream", [](Reply& r) { r.mutable_parts(0)->set_stream(9'999); }},
      {"twice", [](Reply& r) { r.add_parts()->CopyFrom(r.parts(0)); }},
      {"result", [](Reply& r) { r.add_results(); }},
  };
  for (const auto& [what, lie] : lies) {
    desk.network.alter = [&lie = lie](Reply& r) {
      if (r.parts_size() > 0) lie(r);
    };
    auto progress = desk.step();
    while (progress.ok() && *progress == sync::Progress::kMore) progress = desk.step();
    ASSERT_FALSE(progress.ok()) << what;
    EXPECT_EQ(progress.error().code, Code::kCorrupt) << what;
    EXPECT_TRUE(visits(desk).empty()) << what;
    desk.wait(std::chrono::minutes(10));
  }
  desk.network.alter = nullptr;
  ASSERT_TRUE(desk.sync_until_idle());
  EXPECT_EQ(visits(desk).size(), 2u);
}

// It promises more and never gives it: that ends, and is said.
TEST_F(SyncEngine, AServerThatHoldsBackDoesNotKeepUsForEver) {
  ASSERT_TRUE(desk.sync_until_idle());
  record_visit(world, cadre, "修水渠");
  ASSERT_TRUE(cadre.sync_until_idle());
  desk.network.alter = [](sync::pb::ExchangeReply& r) {
    for (sync::pb::StreamPart& part : *r.mutable_parts()) part.clear_envelopes();
  };
  auto progress = desk.step();
  for (int i = 0; i < 1'000 && progress.ok(); ++i) progress = desk.step();
  ASSERT_FALSE(progress.ok());
  EXPECT_EQ(progress.error().code, Code::kUnavailable);
  desk.network.alter = nullptr;
  ASSERT_TRUE(desk.sync_until_idle());
  EXPECT_THAT(visits(desk), ElementsAre("修水渠"));
}

// Only a receipt that verifies frees the outbox.
TEST_F(SyncEngine, NothingLeavesTheOutboxWithoutItsReceipt) {
  ASSERT_TRUE(cadre.sync_until_idle());
  record_visit(world, cadre, "修水渠");
  using Reply = sync::pb::ExchangeReply;
  const std::vector<std::function<void(Reply&)>> lies = {
      [](Reply& r) { r.clear_receipts(); },
      [](Reply& r) { r.mutable_receipts(0)->set_index(r.receipts(0).index() + 1); },
      [](Reply& r) { r.mutable_receipts(0)->mutable_last_hash()->front() ^= 1; },
      [](Reply& r) { r.mutable_receipts(0)->set_receipt_class(2); },
      [](Reply& r) { r.clear_results(); },
  };
  for (const auto& lie : lies) {
    cadre.network.alter = [&lie](Reply& r) {
      if (r.receipts_size() > 0) lie(r);
    };
    auto progress = cadre.step();
    for (int i = 0; i < 1'000 && progress.ok(); ++i) progress = cadre.step();
    ASSERT_FALSE(progress.ok());
    EXPECT_EQ(cadre.vault().delivery()->sealed_waiting, 1u);
    cadre.wait(std::chrono::minutes(10));
  }
  cadre.network.alter = nullptr;
  ASSERT_TRUE(cadre.sync_until_idle());
  EXPECT_EQ(cadre.vault().delivery()->sealed_waiting, 0u);
}

TEST_F(SyncEngine, AnotherServerGetsNothing) {
  record_visit(world, cadre, "修水渠");
  SimServer other(99);
  SimNetwork line(other, 3, nullptr, nullptr);
  sync::SyncEngine engine(cadre.vault(), cadre.keyring(), cadre.control(), cadre.sealer(), line,
                          cadre.clock, cadre.random);
  const auto progress = engine.step();
  ASSERT_FALSE(progress.ok());
  EXPECT_EQ(progress.error().code, Code::kUnauthenticated);
  EXPECT_EQ(line.round_trips(), 1u);
}

// The keys of a commit that was taken back are neither held nor named by the next one.
TEST_F(SyncEngine, ADiskThatFillsUpUnderNewKeysDoesNotCloseTheHome) {
  ASSERT_TRUE(sync::rotate_streams({}, desk.member()).ok());
  cadre.disk.set_full(true);
  EXPECT_FALSE(cadre.sync_until_idle(60));
  EXPECT_EQ(cadre.last_error()->code, Code::kExhausted);
  const StreamId village = world.villages[0];
  const std::uint32_t before = cadre.keyring().newest_epoch(village);
  cadre.disk.set_full(false);
  ASSERT_TRUE(sync::rotate_streams({}, desk.member()).ok());
  ASSERT_TRUE(cadre.sync_until_idle()) << cadre.last_error()->en;
  cadre.kill();
  const Status booted = cadre.boot();
  ASSERT_TRUE(booted.ok()) << booted.error().en;
  ASSERT_TRUE(cadre.sync_until_idle());
  EXPECT_EQ(cadre.keyring().newest_epoch(village), before + 2);
  EXPECT_NE(cadre.keyring().key(village, before + 1), nullptr);
}

TEST_F(SyncEngine, AFullDiskStopsNothingForEver) {
  ASSERT_TRUE(desk.sync_until_idle());
  record_visit(world, cadre, "修水渠");
  ASSERT_TRUE(cadre.sync_until_idle());
  desk.disk.set_full(true);
  EXPECT_FALSE(desk.sync_until_idle(60));
  EXPECT_EQ(desk.last_error()->code, Code::kExhausted);
  EXPECT_TRUE(visits(desk).empty());
  desk.disk.set_full(false);
  ASSERT_TRUE(desk.sync_until_idle());
  EXPECT_THAT(visits(desk), ElementsAre("修水渠"));
}

}  // namespace
}  // namespace mq::testing
