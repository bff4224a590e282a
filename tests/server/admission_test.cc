// Every check of PROTOCOL section 7 on a pushed envelope, each by name.
#include "mq/wire/messages.h"
#include "server/county.h"

namespace mq::testing {
namespace {

class Admission : public ::testing::Test {
 protected:
  Admission() { EXPECT_TRUE(county_.found().ok()); }

  void expect_refused(const wire::Envelope& envelope, pb::Refusal why) {
    const pb::PushResult result = county_.push_one(envelope);
    EXPECT_EQ(result.code(), pb::PUSH_CODE_REFUSED);
    EXPECT_EQ(result.refusal(), why);
    EXPECT_EQ(county_.head(county_.village).index, 0u) << "a refused envelope is not stored";
  }

  County county_;
  Chain chain_ = county_.chain();
};

TEST_F(Admission, AnEnvelopeInOrderIsStoredAndReceiptedUnderTheServersKey) {
  const wire::Envelope envelope = chain_.next();
  const pb::ExchangeReply reply = county_.push({envelope});
  ASSERT_EQ(reply.results(0).code(), pb::PUSH_CODE_STORED);
  ASSERT_EQ(reply.receipts_size(), 1);
  const pb::Receipt& receipt = reply.receipts(0);
  EXPECT_EQ(receipt.stream(), county_.ordinal(county_.village));
  EXPECT_EQ(receipt.last_hash(), to_string(envelope.hash().view()));
  EXPECT_EQ(receipt.index(), 1u);
  EXPECT_EQ(receipt.head(), to_string(county_.head(county_.village).head.view()));
  EXPECT_EQ(receipt.time_ms(), static_cast<std::uint64_t>(kTownDay));
}

TEST_F(Admission, ARunOfOneChainGetsOneReceipt) {
  const pb::ExchangeReply reply = county_.push({chain_.next(), chain_.next(), chain_.next()});
  ASSERT_EQ(reply.receipts_size(), 1);
  EXPECT_EQ(reply.receipts(0).seq_from(), 1u);
  EXPECT_EQ(reply.receipts(0).seq_to(), 3u);
  EXPECT_EQ(reply.receipts(0).index(), 3u);
}

TEST_F(Admission, AnybodyCertifiedMayBringAnyonesEnvelope) {
  const wire::Envelope envelope = chain_.next();
  const auto reply = county_.exchange(county_.town.founder, county_.request_for({envelope}));
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->results(0).code(), pb::PUSH_CODE_STORED);
}

TEST_F(Admission, MoreThan64KibIsRefusedForItsSize) {
  wire::Envelope large = chain_.next(wire::kEnvelopeBytesMax);
  expect_refused(large, pb::REFUSAL_SIZE);
}

TEST_F(Admission, ThePushersQuotaEndsAndComesBackAfterAnHour) {
  server::ServiceOptions options{.loopback = true};
  options.quota_bytes_per_hour = 1000;
  County county(options);
  ASSERT_TRUE(county.found().ok());
  Chain chain = county.chain();
  ASSERT_EQ(county.push_one(chain.next(500)).code(), pb::PUSH_CODE_STORED);
  const wire::Envelope second = chain.next(500);
  EXPECT_EQ(county.push_one(second).refusal(), pb::REFUSAL_QUOTA);
  county.clock.advance(std::chrono::hours(1));
  EXPECT_EQ(county.push_one(second).code(), pb::PUSH_CODE_STORED);
}

TEST_F(Admission, TheQuotaIsThePushersOwnAndComesBeforeAnythingIsRead) {
  server::ServiceOptions options{.loopback = true};
  options.quota_bytes_per_hour = 1000;
  County county(options);
  ASSERT_TRUE(county.found().ok());
  Chain chain = county.chain();
  const wire::Envelope good = chain.next(100);
  pb::ExchangeRequest rubbish;
  rubbish.add_push()->set_header(std::string(900, 'x'));
  EXPECT_EQ(county.exchange(county.cadre, rubbish)->results(0).refusal(), pb::REFUSAL_MALFORMED);
  EXPECT_EQ(county.exchange(county.cadre, rubbish)->results(0).refusal(), pb::REFUSAL_QUOTA);
  EXPECT_EQ(county.push_one(good).refusal(), pb::REFUSAL_QUOTA);
  const auto by_another = county.exchange(county.town.founder, county.request_for({good}));
  EXPECT_EQ(by_another->results(0).code(), pb::PUSH_CODE_STORED);
}

TEST_F(Admission, ARequestLargerThanTheLimitIsRefusedWhole) {
  pb::ExchangeRequest request = county_.request_for({chain_.next()});
  request.set_control_tag(std::string((256u << 10) + (64u << 10), 'x'));
  const auto reply = county_.exchange(county_.cadre, request);
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().code, Code::kInvalidInput);
  EXPECT_EQ(county_.head(county_.village).index, 0u);
}

TEST_F(Admission, WhatDoesNotParseIsMalformed) {
  pb::ExchangeRequest request = county_.request_for({chain_.next(), chain_.next(), chain_.next()});
  request.mutable_push(0)->mutable_header()->pop_back();
  request.mutable_push(1)->mutable_ct()->pop_back();
  request.mutable_push(2)->clear_ct();
  const auto reply = county_.exchange(county_.cadre, request);
  ASSERT_TRUE(reply.ok());
  for (const pb::PushResult& result : reply->results()) {
    EXPECT_EQ(result.refusal(), pb::REFUSAL_MALFORMED);
  }
}

TEST_F(Admission, AnUnknownSuiteIsRefused) {
  expect_refused(chain_.next_with([](auto& header) { header.suite = 2; }), pb::REFUSAL_SUITE);
}

TEST_F(Admission, ASuiteBelowTheLogsLowestIsRefused) {
  pb::ControlBody body;
  body.mutable_lowest_suite()->set_suite(2);
  ASSERT_TRUE(county_.town.append(body).ok());
  ASSERT_TRUE(county_.bring_log().ok());
  expect_refused(chain_.next(), pb::REFUSAL_SUITE);
}

TEST_F(Admission, ANewerVersionIsRefusedAsSuiteAndNotAsMalformed) {
  expect_refused(chain_.next_with([](auto& header) { header.version = 2; }), pb::REFUSAL_SUITE);
}

TEST_F(Admission, AWrongSignatureIsRefused) {
  wire::Envelope envelope = chain_.next();
  envelope.signature.data[5] ^= 1;
  expect_refused(envelope, pb::REFUSAL_SIGNATURE);
}

TEST_F(Admission, AnAlteredBodyIsRefused) {
  wire::Envelope envelope = chain_.next();
  envelope.ct[0] ^= 1;
  expect_refused(envelope, pb::REFUSAL_SIGNATURE);
}

TEST_F(Admission, ADeviceThatNoLogNamesIsRefused) {
  const Holder stranger = county_.town.new_holder(PersonId{});
  Chain chain(county_.town, stranger, county_.village);
  expect_refused(chain.next(), pb::REFUSAL_UNKNOWN_DEVICE);
}

TEST_F(Admission, AStreamThatNoLogNamesIsRefused) {
  expect_refused(chain_.next_with([](auto& header) { header.stream.data[0] ^= 1; }),
                 pb::REFUSAL_STREAM);
}

TEST_F(Admission, ACadreMayNotWriteAVillageThatIsNotHis) {
  const StreamId other = county_.town.add_stream(pb::STREAM_KIND_VILLAGE);
  county_.town.rotate(other);
  ASSERT_TRUE(county_.bring_log().ok());
  Chain chain(county_.town, county_.cadre, other);
  expect_refused(chain.next(), pb::REFUSAL_ROLE);
}

TEST_F(Admission, TheRightIsJudgedAtTheHeadTheEnvelopeNames) {
  chain_.knows = county_.town.state.head_seq() - 1;  // before the cadre's device was in
  expect_refused(chain_.next(), pb::REFUSAL_ROLE);
}

TEST_F(Admission, ADropBelongsInADropStreamOnly) {
  expect_refused(chain_.next_with([](auto& header) { header.kind = 4; }), pb::REFUSAL_STREAM);
}

TEST_F(Admission, ADropStreamTakesDropsAndNothingElse) {
  const StreamId box = county_.town.add_stream(pb::STREAM_KIND_DROP);
  ASSERT_TRUE(county_.bring_log().ok());
  Chain plain(county_.town, county_.cadre, box, 1);
  expect_refused(plain.next(), pb::REFUSAL_STREAM);
  Chain drops(county_.town, county_.cadre, box, 2);
  const wire::Envelope drop = drops.next_with([](auto& header) { header.kind = 4; });
  EXPECT_EQ(county_.push_one(drop).code(), pb::PUSH_CODE_STORED);
}

TEST_F(Admission, AClosedStreamTakesNothingThatKnowsOfIt) {
  pb::ControlBody body;
  put(body.mutable_close()->mutable_stream(), county_.village.view());
  ASSERT_TRUE(county_.town.append(body).ok());
  ASSERT_TRUE(county_.bring_log().ok());
  expect_refused(chain_.next(), pb::REFUSAL_ROLE);
}

TEST_F(Admission, TheEpochMustBeTheNewestAtTheNamedHead) {
  const std::uint32_t before = county_.town.state.head_seq();
  county_.town.rotate(county_.village);
  ASSERT_TRUE(county_.bring_log().ok());
  expect_refused(chain_.next_with([](auto& header) { header.epoch = 1; }), pb::REFUSAL_EPOCH);

  Chain honest = county_.chain(2);
  honest.knows = before;
  EXPECT_EQ(county_.push_one(honest.next()).code(), pb::PUSH_CODE_STORED)
      << "who has not heard of the rotation still seals under the old key";
}

TEST_F(Admission, AHeadThatWeLackParksAndStoresNothing) {
  county_.town.add_person();  // not yet brought to the server
  const wire::Envelope ahead = chain_.next();
  EXPECT_EQ(county_.push_one(ahead).code(), pb::PUSH_CODE_PARKED);
  EXPECT_EQ(county_.head(county_.village).index, 0u);
  ASSERT_TRUE(county_.bring_log().ok());
  EXPECT_EQ(county_.push_one(ahead).code(), pb::PUSH_CODE_STORED);
}

TEST_F(Admission, AHeadOfAnotherLogParksToo) {
  const wire::Envelope other =
      chain_.next_with([](auto& header) { header.control_head.data[0] ^= 1; });
  EXPECT_EQ(county_.push_one(other).code(), pb::PUSH_CODE_PARKED);
}

TEST_F(Admission, TheNamedHeadMayNotFallWithinAChain) {
  const std::uint32_t before = county_.town.state.head_seq();
  county_.town.add_person();
  ASSERT_TRUE(county_.bring_log().ok());
  ASSERT_EQ(county_.push_one(chain_.next()).code(), pb::PUSH_CODE_STORED);
  chain_.knows = before;
  const pb::PushResult result = county_.push_one(chain_.next());
  EXPECT_EQ(result.refusal(), pb::REFUSAL_CONTROL_SEQ);
}

TEST_F(Admission, ADuplicateGetsTheSameReceiptAndIsStoredOnce) {
  const std::vector<wire::Envelope> run = {chain_.next(), chain_.next()};
  const pb::ExchangeReply first = county_.push(run);
  county_.clock.advance(std::chrono::minutes(1));
  const pb::ExchangeReply again = county_.push(run);
  EXPECT_EQ(again.results(0).code(), pb::PUSH_CODE_DUPLICATE);
  EXPECT_EQ(again.results(1).code(), pb::PUSH_CODE_DUPLICATE);
  ASSERT_EQ(again.receipts_size(), 1);
  EXPECT_EQ(again.receipts(0).SerializeAsString(), first.receipts(0).SerializeAsString());
  EXPECT_EQ(county_.head(county_.village).index, 2u);
}

// A carrier, or a clone, has the first alone: what names the second would tell him nothing.
TEST_F(Admission, WhoBringsPartOfARunAgainGetsAReceiptThatNamesIt) {
  const std::vector<wire::Envelope> run = {chain_.next(), chain_.next()};
  ASSERT_EQ(county_.push(run).receipts_size(), 1);
  const pb::ExchangeReply reply = county_.push({run[0]});
  EXPECT_EQ(reply.results(0).code(), pb::PUSH_CODE_DUPLICATE);
  ASSERT_EQ(reply.receipts_size(), 1);
  const auto receipt = wire::receipt_of(reply.receipts(0));
  ASSERT_TRUE(receipt.has_value());
  EXPECT_EQ(receipt->last_hash, run[0].hash());
  EXPECT_EQ(receipt->seq_to, run[0].header.seq);
  EXPECT_EQ(receipt->index, 1u);
}

TEST_F(Admission, TheSameEnvelopeTwiceInOneRequestIsStoredOnce) {
  const wire::Envelope envelope = chain_.next();
  const pb::ExchangeReply reply = county_.push({envelope, envelope});
  EXPECT_EQ(reply.results(0).code(), pb::PUSH_CODE_STORED);
  EXPECT_EQ(reply.results(1).code(), pb::PUSH_CODE_DUPLICATE);
  EXPECT_EQ(county_.head(county_.village).index, 1u);
}

TEST_F(Admission, AGapIsAnsweredWithTheFirstSeqThatIsMissing) {
  ASSERT_EQ(county_.push_one(chain_.next()).code(), pb::PUSH_CODE_STORED);
  const wire::Envelope second = chain_.next();
  const wire::Envelope third = chain_.next();
  const pb::PushResult result = county_.push_one(third);
  EXPECT_EQ(result.code(), pb::PUSH_CODE_GAP);
  EXPECT_EQ(result.need_seq(), 2u);
  const pb::ExchangeReply healed = county_.push({second, third});
  EXPECT_EQ(healed.results(1).code(), pb::PUSH_CODE_STORED);
}

TEST_F(Admission, AnEnvelopeThatFollowsAnotherThanItsPredecessorIsNotStored) {
  ASSERT_EQ(county_.push_one(chain_.next()).code(), pb::PUSH_CODE_STORED);
  const wire::Envelope astray = chain_.next_with([](auto& header) { header.prev.data[0] ^= 1; });
  EXPECT_EQ(county_.push_one(astray).code(), pb::PUSH_CODE_GAP);
  EXPECT_EQ(county_.head(county_.village).index, 1u);
}

TEST_F(Admission, SameSeqAndOtherHashKeepsBothAndAlertsTheTownship) {
  const wire::Envelope first = chain_.next();
  ASSERT_EQ(county_.push_one(first).code(), pb::PUSH_CODE_STORED);
  Chain clone = county_.chain();
  clone.seq = 1;
  clone.prev = first.hash();
  const wire::Envelope ours = chain_.next(100);
  const wire::Envelope theirs = clone.next(200);
  ASSERT_EQ(county_.push_one(ours).code(), pb::PUSH_CODE_STORED);
  const pb::ExchangeReply reply = county_.push({theirs});
  EXPECT_EQ(reply.results(0).code(), pb::PUSH_CODE_FORK);
  EXPECT_EQ(county_.head(county_.village).index, 3u);
  ASSERT_EQ(reply.alert_streams_size(), 1);
  EXPECT_EQ(reply.alert_streams(0), county_.ordinal(county_.village));

  EXPECT_EQ(county_.push_one(clone.next()).code(), pb::PUSH_CODE_STORED) << "both lines go on";
  EXPECT_EQ(county_.push_one(chain_.next()).code(), pb::PUSH_CODE_STORED);
  county_.restart();
  EXPECT_EQ(county_.pull(county_.cadre, county_.village).alert_streams_size(), 1);
}

TEST_F(Admission, ADuplicateOnAForkedChainGetsAReceiptForItsOwnLine) {
  const wire::Envelope ours = chain_.next(100);
  Chain clone = county_.chain();
  const wire::Envelope theirs = clone.next(200);
  county_.push({ours});
  county_.push({theirs});
  for (const wire::Envelope* each : {&ours, &theirs}) {
    const pb::ExchangeReply again = county_.push({*each});
    ASSERT_EQ(again.receipts_size(), 1);
    EXPECT_EQ(again.receipts(0).last_hash(), to_string(each->hash().view()));
  }
}

TEST_F(Admission, TheSeventeenthHeadOfAChainIsRefused) {
  for (std::size_t i = 1; i <= 16; ++i) {
    Chain line = county_.chain();
    const pb::PushCode code = county_.push_one(line.next(100 + i)).code();
    EXPECT_EQ(code, i == 1 ? pb::PUSH_CODE_STORED : pb::PUSH_CODE_FORK);
  }
  Chain line = county_.chain();
  EXPECT_EQ(county_.push_one(line.next(300)).refusal(), pb::REFUSAL_FORKS);
}

TEST_F(Admission, ALineThatPartedEarlierIsAskedForFromFurtherBack) {
  county_.push({chain_.next(), chain_.next()});
  Chain clone = county_.chain();
  clone.next(200);
  clone.next(200);
  const pb::PushResult result = county_.push_one(clone.next(200));
  EXPECT_EQ(result.code(), pb::PUSH_CODE_GAP);
  EXPECT_EQ(result.need_seq(), 1u);
}

TEST_F(Admission, ANewIncarnationMayFollowAnEarlierOne) {
  ASSERT_EQ(county_.push_one(chain_.next()).code(), pb::PUSH_CODE_STORED);
  Chain again = county_.chain(2);
  again.prev = chain_.prev;
  EXPECT_EQ(county_.push_one(again.next()).code(), pb::PUSH_CODE_STORED);
}

TEST_F(Admission, AfterTheAnnouncedDayTheServerRefusesByItsOwnClock) {
  const std::int32_t last_day = Date::in_shanghai(county_.clock.wall()).days;
  pb::ControlBody body;
  put(body.mutable_end_of_right()->mutable_person(), county_.cadre.person.view());
  body.mutable_end_of_right()->set_kind(pb::ROLE_KIND_CADRE);
  body.mutable_end_of_right()->set_last_day(static_cast<std::uint32_t>(last_day));
  ASSERT_TRUE(county_.town.append(body).ok());
  ASSERT_TRUE(county_.bring_log().ok());
  const wire::Envelope before = chain_.next();
  EXPECT_EQ(county_.push_one(before).code(), pb::PUSH_CODE_STORED) << "the day itself still counts";
  county_.clock.advance(std::chrono::hours(24));
  EXPECT_EQ(county_.push_one(before).code(), pb::PUSH_CODE_DUPLICATE);
  const wire::Envelope after = chain_.next();
  EXPECT_EQ(county_.push_one(after).refusal(), pb::REFUSAL_ENDED);

  county_.town.add_role(county_.cadre.person, pb::ROLE_KIND_CADRE, {county_.village});
  ASSERT_TRUE(county_.bring_log().ok());
  EXPECT_EQ(county_.push_one(after).code(), pb::PUSH_CODE_STORED) << "a right given again works";
}

}  // namespace
}  // namespace mq::testing
