// Pulls: cursors, sizes, order, who may read; healing of a restored server; faults of the store.
#include "mq/wire/stream_head.h"
#include "server/county.h"

namespace mq::testing {
namespace {

std::string tag_of(const Hash& head) { return to_string(head.view().first(8)); }

class Exchange : public ::testing::Test {
 protected:
  Exchange() { EXPECT_TRUE(county_.found().ok()); }

  // `count` envelopes in the village, one exchange.
  std::vector<wire::Envelope> fill(int count, std::size_t bytes = 100) {
    std::vector<wire::Envelope> out;
    for (int i = 0; i < count; ++i) out.push_back(chain_.next(bytes));
    county_.push(out);
    return out;
  }

  County county_;
  Chain chain_ = county_.chain();
};

TEST_F(Exchange, GivesWhatIsNewWithTimesThatRebuildTheHead) {
  const auto pushed = fill(3);
  const pb::ExchangeReply reply = county_.pull(county_.town.founder, county_.village);
  ASSERT_EQ(reply.parts_size(), 1);
  const pb::StreamPart& part = reply.parts(0);
  EXPECT_EQ(part.from_index(), 1u);
  ASSERT_EQ(part.envelopes_size(), 3);
  const auto generation = wire::Generation::from(view_of(reply.checkpoint().generation()));
  Hash head = wire::first_head(county_.town.state.township(), county_.village, *generation);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(part.envelopes(i).envelope().SerializeAsString(),
              to_message(pushed[static_cast<std::size_t>(i)]).SerializeAsString());
    head = wire::next_head(head, static_cast<std::uint64_t>(i) + 1,
                           pushed[static_cast<std::size_t>(i)].hash(),
                           WallTime{static_cast<std::int64_t>(part.envelopes(i).time_ms())});
  }
  EXPECT_EQ(part.head(), to_string(head.view()));
  EXPECT_EQ(part.head_index(), 3u);
  EXPECT_FALSE(reply.more());
}

TEST_F(Exchange, WhatNamesAControlEntryThatTheCallerLacksWaitsForIt) {
  fill(2);
  const std::uint32_t before = county_.town.state.head_seq();
  county_.town.add_person();
  ASSERT_TRUE(county_.bring_log().ok());
  fill(1);
  pb::ExchangeRequest request;
  request.set_control_seq(before);
  request.add_cursors()->set_stream(county_.ordinal(county_.village));
  const auto behind = county_.exchange(county_.town.founder, request);
  ASSERT_TRUE(behind.ok());
  EXPECT_EQ(behind->parts(0).envelopes_size(), 2);
  EXPECT_EQ(behind->parts(0).head_index(), 3u);
  EXPECT_TRUE(behind->more());
  EXPECT_EQ(behind->control_seq(), county_.town.state.head_seq());
  request.set_control_seq(behind->control_seq());
  EXPECT_EQ(county_.exchange(county_.town.founder, request)->parts(0).envelopes_size(), 3);
}

TEST_F(Exchange, ACursorAtTheHeadGetsNothing) {
  fill(2);
  const StreamHead head = county_.head(county_.village);
  const pb::ExchangeReply reply =
      county_.pull(county_.cadre, county_.village, 2, tag_of(head.head));
  EXPECT_EQ(reply.parts_size(), 0);
}

TEST_F(Exchange, ACursorWithAnotherTagHasDivergedAndGetsNothingElse) {
  fill(2);
  const pb::ExchangeReply reply =
      county_.pull(county_.cadre, county_.village, 1, std::string(8, 'x'));
  ASSERT_EQ(reply.parts_size(), 1);
  EXPECT_TRUE(reply.parts(0).diverged());
  EXPECT_EQ(reply.parts(0).envelopes_size(), 0);
  EXPECT_EQ(reply.parts(0).head_index(), 2u);
}

// The answers to both pushes got lost, and somebody wrote in between: the receipt of the run covers
// only ours, and must not stand for what lies between.
TEST_F(Exchange, WhatOthersWroteBetweenTwoPushedAgainIsNotLeftOut) {
  Chain other{county_.town, county_.town.founder, county_.village};
  const wire::Envelope first = chain_.next();
  const wire::Envelope between = other.next();
  const wire::Envelope second = chain_.next();
  // In one exchange, so that one receipt covers the first and the second, and the other between.
  ASSERT_EQ(county_.push({first, between, second}).receipts_size(), 2);
  const auto at_first = county_.memory.head_at(county_.town.state.township(), county_.village, 1);
  ASSERT_TRUE(at_first.ok());
  pb::ExchangeRequest request = county_.request_for({first, second});
  pb::Cursor& cursor = *request.add_cursors();
  cursor.set_stream(county_.ordinal(county_.village));
  cursor.set_have(1);
  cursor.set_head_tag(tag_of(*at_first));
  const auto reply = county_.exchange(county_.cadre, request);
  ASSERT_TRUE(reply.ok());
  ASSERT_EQ(reply->parts_size(), 1);
  ASSERT_GE(reply->parts(0).envelopes_size(), 1);
  EXPECT_EQ(reply->parts(0).from_index(), 2u);
  EXPECT_EQ(reply->parts(0).envelopes(0).envelope().SerializeAsString(),
            to_message(between).SerializeAsString());
}

TEST_F(Exchange, WhoMayNotReadAStreamGetsNothingOfIt) {
  fill(1);
  const Holder other = county_.town.add_holder(pb::ROLE_KIND_CADRE);
  ASSERT_TRUE(county_.bring_log().ok());
  EXPECT_EQ(county_.pull(other, county_.village).parts_size(), 0);
}

TEST_F(Exchange, TheReplyKeepsToTheSizeThatWasAskedAndGoesOnNextTime) {
  fill(20, 1000);
  std::uint64_t have = 0;
  std::string tag;
  int rounds = 0;
  for (bool more = true; more; ++rounds) {
    ASSERT_LT(rounds, 20);
    const pb::ExchangeReply reply =
        county_.pull(county_.town.founder, county_.village, have, tag, 8192);
    EXPECT_LE(reply.ByteSizeLong(), 8192u + 512u);
    ASSERT_EQ(reply.parts_size(), 1);
    EXPECT_GT(reply.parts(0).envelopes_size(), 0);
    have += static_cast<std::uint64_t>(reply.parts(0).envelopes_size());
    tag = tag_of(*county_.memory.head_at(county_.town.state.township(), county_.village, have));
    more = reply.more();
  }
  EXPECT_EQ(have, 20u);
  EXPECT_GT(rounds, 2);
}

TEST_F(Exchange, OneEnvelopeComesThroughHoweverSmallTheReplyIsWanted) {
  fill(2, 60'000);
  const pb::ExchangeReply reply = county_.pull(county_.town.founder, county_.village, 0, "", 1);
  EXPECT_EQ(reply.parts(0).envelopes_size(), 1);
  EXPECT_TRUE(reply.more());
}

TEST_F(Exchange, TheTownshipStreamComesFirstThenTheShorterOnes) {
  const StreamId second = county_.town.add_stream(pb::STREAM_KIND_VILLAGE);
  county_.town.rotate(second);
  ASSERT_TRUE(county_.bring_log().ok());
  fill(3);
  const Holder& admin = county_.town.founder;
  Chain one(county_.town, admin, second);
  Chain many(county_.town, admin, county_.township);
  std::vector<wire::Envelope> envelopes = {one.next()};
  for (int i = 0; i < 5; ++i) envelopes.push_back(many.next());
  ASSERT_TRUE(county_.exchange(admin, county_.request_for(envelopes)).ok());
  pb::ExchangeRequest request;
  for (const StreamId& stream : {county_.village, second, county_.township}) {
    request.add_cursors()->set_stream(county_.ordinal(stream));
  }
  const auto reply = county_.exchange(admin, request);
  ASSERT_EQ(reply->parts_size(), 3);
  EXPECT_EQ(reply->parts(0).stream(), county_.ordinal(county_.township));
  EXPECT_EQ(reply->parts(1).stream(), county_.ordinal(second));
  EXPECT_EQ(reply->parts(2).stream(), county_.ordinal(county_.village));
}

// Its roster stands at a village's beginning: a new device sees households before old diaries.
TEST_F(Exchange, AVillageThatTheDeviceHasNothingOfComesBeforeAShorterDiary) {
  const PersonId person = county_.cadre.person;
  const StreamId diary = county_.town.add_stream(pb::STREAM_KIND_DIARY, person.view());
  county_.town.rotate(diary);
  ASSERT_TRUE(county_.bring_log().ok());
  fill(3);
  Chain one(county_.town, county_.cadre, diary);
  county_.push({one.next()});
  const auto order = [&](std::uint64_t have) {
    pb::ExchangeRequest request;
    request.add_cursors()->set_stream(county_.ordinal(diary));
    pb::Cursor& cursor = *request.add_cursors();
    cursor.set_stream(county_.ordinal(county_.village));
    cursor.set_have(have);
    if (have > 0) {
      cursor.set_head_tag(
          tag_of(*county_.memory.head_at(county_.town.state.township(), county_.village, have)));
    }
    const auto reply = county_.exchange(county_.cadre, request);
    EXPECT_EQ(reply->parts_size(), 2);
    return reply->parts(0).stream();
  };
  EXPECT_EQ(order(0), county_.ordinal(county_.village));
  EXPECT_EQ(order(1), county_.ordinal(diary));
}

// The budget of DESIGN section 10.
TEST_F(Exchange, WithNothingNewIn30StreamsItIsAtMostOneKilobyteBothWays) {
  Town& town = county_.town;
  std::vector<StreamId> streams;
  for (int i = 0; i < 30; ++i) {
    streams.push_back(town.add_stream(pb::STREAM_KIND_VILLAGE));
    town.rotate(streams.back());
  }
  for (int i = 0; i < 100; ++i) town.add_person();
  ASSERT_TRUE(county_.bring_log().ok());
  pb::ExchangeRequest request;
  request.set_control_seq(town.state.head_seq());
  request.set_control_tag(tag_of(town.state.head()));
  request.set_reply_bytes_max(262'144);
  request.set_generation(std::string(16, 'g'));
  for (const StreamId& stream : streams) {
    Chain chain(town, town.founder, stream);
    std::vector<wire::Envelope> envelopes;
    for (int i = 0; i < 200; ++i) envelopes.push_back(chain.next());
    ASSERT_TRUE(county_.exchange(town.founder, county_.request_for(envelopes)).ok());
    pb::Cursor& cursor = *request.add_cursors();
    cursor.set_stream(county_.ordinal(stream));
    cursor.set_have(200);
    cursor.set_head_tag(tag_of(county_.head(stream).head));
  }
  const pb::SignedRequest up = signed_request(town, town.founder.id.view(), town.founder.sign,
                                              "Exchange", request.SerializeAsString());
  const auto down = county_.service->exchange(up);
  ASSERT_TRUE(down.ok());
  EXPECT_EQ(down->parts_size(), 0);
  EXPECT_LE(up.ByteSizeLong() + down->ByteSizeLong(), 1024u);
}

TEST_F(Exchange, TheWatchCounterGrowsWithEveryChangeAndOnlyThen) {
  const auto counter = [&] {
    return *county_.service->watch_counter(
        signed_request(county_.town, county_.cadre.id.view(), county_.cadre.sign, "Watch", ""));
  };
  std::uint64_t heard = 0;
  county_.service->set_listener([&](const TownshipId&, std::uint64_t count) { heard = count; });
  const std::uint64_t before = counter();
  fill(1);
  EXPECT_GT(counter(), before);
  EXPECT_EQ(heard, counter());
  const std::uint64_t between = counter();
  county_.pull(county_.cadre, county_.village);
  EXPECT_EQ(counter(), between);
  county_.town.add_person();
  ASSERT_TRUE(county_.bring_log().ok());
  EXPECT_GT(counter(), between);
}

// ---- a server restored from a backup

class Restored : public Exchange {
 protected:
  // Three envelopes, of which the backup holds the first.
  Restored() {
    first_ = fill(1).front();
    backup_ = county_.memory.copy();
    second_ = chain_.next();
    third_ = chain_.next();
    receipt_ = county_.push({second_, third_}).receipts(0);
    before_ = county_.head(county_.village);
    county_.memory.restore(backup_);
    county_.restart();
  }
  std::string generation() {
    return county_.pull(county_.cadre, county_.township).checkpoint().generation();
  }

  MemoryStore::Data backup_;
  wire::Envelope first_, second_, third_;
  pb::Receipt receipt_;
  StreamHead before_;
};

TEST_F(Restored, ACursorBeyondItsHeadHasDiverged) {
  const pb::ExchangeReply reply =
      county_.pull(county_.cadre, county_.village, 3, tag_of(before_.head));
  ASSERT_EQ(reply.parts_size(), 1);
  EXPECT_TRUE(reply.parts(0).diverged());
}

TEST_F(Restored, ShownItsOwnReceiptItDrawsAGenerationAndTakesBackWhatAnybodyHolds) {
  const std::string old = generation();
  pb::ExchangeRequest request = county_.request_for({first_, second_, third_});
  *request.add_show() = receipt_;
  const auto reply = county_.exchange(county_.town.founder, request);
  ASSERT_TRUE(reply.ok());
  EXPECT_NE(reply->checkpoint().generation(), old);
  EXPECT_EQ(reply->results(0).code(), pb::PUSH_CODE_DUPLICATE);
  EXPECT_EQ(reply->results(1).code(), pb::PUSH_CODE_STORED);
  EXPECT_EQ(reply->results(2).code(), pb::PUSH_CODE_STORED);
  EXPECT_EQ(county_.head(county_.village).index, 3u);
  EXPECT_TRUE(county_.memory.check()->empty());
  for (const pb::Receipt& fresh : reply->receipts()) {
    if (fresh.seq_to() < 3) continue;
    EXPECT_EQ(fresh.generation(), reply->checkpoint().generation());
    EXPECT_EQ(fresh.head(), to_string(county_.head(county_.village).head.view()));
  }
}

TEST_F(Restored, TheSameReceiptAgainDrawsNothingMore) {
  pb::ExchangeRequest request;
  *request.add_show() = receipt_;
  const auto once = county_.exchange(county_.cadre, request);
  const auto twice = county_.exchange(county_.cadre, request);
  EXPECT_EQ(once->checkpoint().generation(), twice->checkpoint().generation());
}

TEST_F(Restored, AForgedReceiptDrawsNothing) {
  const std::string old = generation();
  pb::ExchangeRequest request;
  pb::Receipt& forged = *request.add_show();
  forged = receipt_;
  forged.set_index(9);
  EXPECT_EQ(county_.exchange(county_.cadre, request)->checkpoint().generation(), old);
}

TEST_F(Restored, AServerThatLostNothingKeepsItsGeneration) {
  county_.push({second_, third_});
  const std::string old = generation();
  const pb::Receipt own = county_.push({first_}).receipts(0);
  pb::ExchangeRequest request;
  *request.add_show() = own;
  EXPECT_EQ(county_.exchange(county_.cadre, request)->checkpoint().generation(), old);
}

TEST_F(Restored, ControlEntriesLostWithItAreTakenBackLongAfterTheirDates) {
  const PersonId person = county_.town.add_person();
  const Invited invited = county_.town.add_invite(person, pb::ROLE_KIND_CADRE, {county_.village});
  const Holder holder = county_.town.join(invited, person);
  pb::ExchangeRequest request;
  *request.add_show() = receipt_;
  ASSERT_TRUE(county_.exchange(county_.cadre, request).ok());
  county_.clock.set_wall(kMorning2026);
  const auto reply = county_.bring_log();
  ASSERT_TRUE(reply.ok()) << reply.error().en;
  EXPECT_TRUE(reply->appended());
}

// ---- faults of the store

// Break every call of the store in turn, before and after its effect: what was acknowledged is
// there, and pushing again always ends with each envelope once.
TEST(StoreFaults, WhateverCallFailsNothingAcknowledgedIsLostOrDoubled) {
  const auto broken = for_each_fault([](Faults& faults) {
    faults.pause();
    MemoryStore memory;
    FaultyStore faulty(memory, faults);
    County county({.loopback = true}, &faulty);
    ASSERT_TRUE(county.found().ok());
    Chain chain = county.chain();
    const std::vector<wire::Envelope> run = {chain.next(), chain.next()};
    const pb::ExchangeRequest request = county.request_for(run);
    faults.resume();
    const auto first = county.exchange(county.cadre, request);
    faults.pause();
    if (first.ok()) {
      EXPECT_EQ(county.head(county.village).index, 2u) << "acknowledged, so it is durable";
    }
    const auto again = county.exchange(county.cadre, request);
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(county.head(county.village).index, 2u);
    EXPECT_EQ(again->receipts_size(), 1);
    EXPECT_TRUE(memory.check()->empty());
  });
  EXPECT_GT(broken, 10u) << "the sweep must reach the store";
}

// A member's request must not cost the store more than the streams there are.
TEST(StoreFaults, AStreamNamedAThousandTimesIsLookedUpOnce) {
  MemoryStore memory;
  Faults faults;
  FaultyStore counting(memory, faults);
  County county({.loopback = true}, &counting);
  ASSERT_TRUE(county.found().ok());
  pb::ExchangeRequest request;
  for (int i = 0; i < 1000; ++i) {
    request.add_cursors()->set_stream(county.ordinal(county.village));
    request.add_late()->set_stream(county.ordinal(county.village));
  }
  const std::uint64_t before = faults.calls();
  ASSERT_TRUE(county.exchange(county.town.founder, request).ok());
  EXPECT_LT(faults.calls() - before, 50u);
}

}  // namespace
}  // namespace mq::testing
