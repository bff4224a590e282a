// Every check of PROTOCOL section 7 on a pushed envelope, each by name.
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
  EXPECT_EQ(reply.error().code, Code::kExhausted);
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

// ---- late work

class LateWork : public Admission {
 protected:
  // Revokes the cadre's device with a cut of its chain at `seq`; nothing is cut if 0.
  void revoke(std::uint64_t seq, const Hash& hash) {
    pb::ControlBody body;
    put(body.mutable_revoke()->mutable_device(), county_.cadre.id.view());
    if (seq > 0) {
      pb::Cut* cut = body.mutable_revoke()->add_cuts();
      put(cut->mutable_stream(), county_.village.view());
      put(cut->mutable_device(), county_.cadre.id.view());
      cut->set_incarnation(1);
      cut->set_seq(seq);
      put(cut->mutable_hash(), hash.view());
    }
    chain_.knows = county_.town.state.head_seq();
    const Status appended = county_.town.append(body);
    ASSERT_TRUE(appended.ok()) << appended.error().en;
    ASSERT_TRUE(county_.bring_log().ok());
  }
};

TEST_F(LateWork, BeyondTheCutGoesToTheLateBoxWithAReceiptOfItsOwnClass) {
  const wire::Envelope first = chain_.next();
  ASSERT_EQ(county_.push_one(first).code(), pb::PUSH_CODE_STORED);
  revoke(1, first.hash());
  const wire::Envelope late = chain_.next();
  const pb::ExchangeReply reply = county_.push({late});
  EXPECT_EQ(reply.results(0).code(), pb::PUSH_CODE_LATE);
  ASSERT_EQ(reply.receipts_size(), 1);
  EXPECT_EQ(reply.receipts(0).receipt_class(), 2u);
  EXPECT_EQ(reply.receipts(0).index(), 0u);
  EXPECT_EQ(county_.head(county_.village).index, 1u) << "not in the stream";

  county_.clock.advance(std::chrono::minutes(1));
  const pb::ExchangeReply again = county_.push({late});
  EXPECT_EQ(again.results(0).code(), pb::PUSH_CODE_LATE);
  EXPECT_EQ(again.receipts(0).SerializeAsString(), reply.receipts(0).SerializeAsString());
}

TEST_F(LateWork, UpToTheCutIsOrdinaryWorkHoweverLateItComes) {
  const wire::Envelope first = chain_.next();
  revoke(1, first.hash());
  EXPECT_EQ(county_.push_one(first).code(), pb::PUSH_CODE_STORED);
}

TEST_F(LateWork, AnotherEnvelopeThanTheCutNamesIsLate) {
  Chain clone = county_.chain();
  const wire::Envelope named = clone.next(200);
  revoke(1, named.hash());
  EXPECT_EQ(county_.push_one(chain_.next()).code(), pb::PUSH_CODE_LATE);
}

TEST_F(LateWork, AChainThatTheRevocationDoesNotNameIsCutAtItsStart) {
  revoke(0, Hash{});
  EXPECT_EQ(county_.push_one(chain_.next()).code(), pb::PUSH_CODE_LATE);
}

TEST_F(LateWork, WorkThatNamesAHeadAfterTheRevocationIsRefused) {
  revoke(0, Hash{});
  chain_.knows.reset();
  EXPECT_EQ(county_.push_one(chain_.next()).refusal(), pb::REFUSAL_ROLE);
}

TEST_F(LateWork, ARevokedDeviceReadsNothing) {
  ASSERT_EQ(county_.push_one(chain_.next()).code(), pb::PUSH_CODE_STORED);
  EXPECT_EQ(county_.pull(county_.cadre, county_.village).parts_size(), 1);
  revoke(0, Hash{});
  EXPECT_EQ(county_.pull(county_.cadre, county_.village).parts_size(), 0);
}

TEST_F(LateWork, AnAdminReadsTheLateBoxAndNobodyElse) {
  revoke(0, Hash{});
  ASSERT_EQ(county_.push_one(chain_.next()).code(), pb::PUSH_CODE_LATE);
  pb::ExchangeRequest request;
  request.set_control_seq(county_.town.state.head_seq());
  request.add_late()->set_stream(county_.ordinal(county_.village));
  EXPECT_EQ(county_.exchange(county_.cadre, request)->late_size(), 0);
  const auto reply = county_.exchange(county_.town.founder, request);
  ASSERT_EQ(reply->late_size(), 1);
  EXPECT_EQ(reply->late(0).envelopes_size(), 1);
  EXPECT_EQ(reply->late(0).head_index(), 1u);
  request.mutable_late(0)->set_have(1);
  EXPECT_EQ(county_.exchange(county_.town.founder, request)->late_size(), 0);
}

TEST_F(LateWork, AnAdmittedEnvelopeGoesIntoTheStreamWhenItIsBroughtAgain) {
  revoke(0, Hash{});
  const wire::Envelope late = chain_.next();
  ASSERT_EQ(county_.push_one(late).code(), pb::PUSH_CODE_LATE);
  const wire::Envelope next = chain_.next();
  const wire::ChainId chain = wire::chain_of(late.header);
  const Status admitted = county_.town.append(
      admit_body(cut_of(chain, 0), cut_of(chain, 2, next.hash()), {late.hash()}, {next.hash()}));
  ASSERT_TRUE(admitted.ok()) << admitted.error().en;
  ASSERT_TRUE(county_.bring_log().ok());
  EXPECT_EQ(county_.push_one(late).code(), pb::PUSH_CODE_STORED);
  EXPECT_EQ(county_.push_one(next).code(), pb::PUSH_CODE_STORED)
      << "what is refused counts as held";
  EXPECT_EQ(county_.push_one(chain_.next()).code(), pb::PUSH_CODE_LATE);
}

// Readers let the old chain wait for ever; the right that came back starts a new one.
TEST_F(LateWork, ACutChainStaysCutWhenTheRightComesBack) {
  const wire::Envelope first = chain_.next();
  ASSERT_EQ(county_.push_one(first).code(), pb::PUSH_CODE_STORED);
  Town& town = county_.town;
  const wire::ChainId chain = wire::chain_of(first.header);
  town.end_role(county_.cadre.person, pb::ROLE_KIND_CADRE, {cut_of(chain, 1, first.hash())});
  town.add_role(county_.cadre.person, pb::ROLE_KIND_CADRE, {county_.village});
  ASSERT_TRUE(county_.bring_log().ok());
  EXPECT_EQ(county_.push_one(chain_.next()).code(), pb::PUSH_CODE_LATE);
  Chain second = county_.chain(2);
  EXPECT_EQ(county_.push_one(second.next()).code(), pb::PUSH_CODE_STORED);
}

// His work in the village was cut when he left it; stopping his device later takes nothing more.
TEST_F(LateWork, ARightLostBeforeIsNotLostAgainWithTheDevice) {
  const wire::Envelope first = chain_.next();
  const wire::ChainId chain = wire::chain_of(first.header);
  Town& town = county_.town;
  town.end_role(county_.cadre.person, pb::ROLE_KIND_CADRE, {cut_of(chain, 1, first.hash())});
  town.revoke(county_.cadre.id);
  ASSERT_TRUE(county_.bring_log().ok());
  EXPECT_EQ(county_.push_one(first).code(), pb::PUSH_CODE_STORED);
}

// Whoever took the device grows another line below the cut, under a head from before.
TEST_F(LateWork, AForkBelowTheCutIsLate) {
  Chain thief = county_.chain();
  const wire::Envelope first = chain_.next();
  const wire::Envelope second = chain_.next();
  ASSERT_EQ(county_.push({first, second}).results(1).code(), pb::PUSH_CODE_STORED);
  thief.knows = county_.town.state.head_seq();
  revoke(2, second.hash());
  EXPECT_EQ(county_.push_one(thief.next(200)).code(), pb::PUSH_CODE_LATE);
  EXPECT_EQ(county_.push_one(first).code(), pb::PUSH_CODE_DUPLICATE);
}

// Until the cut's envelope is held, nobody can tell which line leads to it.
TEST_F(LateWork, BelowACutThatIsNotHeldYetBothLinesAreKept) {
  Chain other = county_.chain();
  const wire::Envelope first = chain_.next();
  const wire::Envelope second = chain_.next();
  other.knows = county_.town.state.head_seq();
  revoke(2, second.hash());
  EXPECT_EQ(county_.push_one(other.next(200)).code(), pb::PUSH_CODE_STORED);
  EXPECT_EQ(county_.push_one(first).code(), pb::PUSH_CODE_FORK);
  EXPECT_EQ(county_.push_one(second).code(), pb::PUSH_CODE_STORED);
  EXPECT_EQ(county_.push_one(other.next(200)).code(), pb::PUSH_CODE_LATE);
}

}  // namespace
}  // namespace mq::testing
