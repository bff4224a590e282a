// What comes beyond the end of its chain: kept apart, with a receipt of its own class.
#include "server/county.h"

namespace mq::testing {
namespace {

class LateWork : public ::testing::Test {
 protected:
  LateWork() { EXPECT_TRUE(county_.found().ok()); }

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

  County county_;
  Chain chain_ = county_.chain();
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

// A copied phone, cut at the ends of both lines: what follows the end of the shorter one has a
// number below the other end, and is placed once it is admitted.
TEST_F(LateWork, WhatFollowsTheEndOfTheShorterLineIsPlacedOnceItIsAdmitted) {
  Chain copy = county_.chain();
  const wire::Envelope first = chain_.next();
  const wire::Envelope second = chain_.next();
  const wire::Envelope other = copy.next(200);
  ASSERT_EQ(county_.push({first, second}).results(1).code(), pb::PUSH_CODE_STORED);
  ASSERT_EQ(county_.push_one(other).code(), pb::PUSH_CODE_FORK);
  const wire::ChainId chain = wire::chain_of(first.header);
  copy.knows = county_.town.state.head_seq();
  county_.town.revoke(county_.cadre.id,
                      {cut_of(chain, 2, second.hash()), cut_of(chain, 1, other.hash())});
  ASSERT_TRUE(county_.bring_log().ok());
  const wire::Envelope late = copy.next(200);
  ASSERT_EQ(county_.push_one(late).code(), pb::PUSH_CODE_LATE);
  ASSERT_TRUE(county_.town
                  .append(admit_body(cut_of(chain, 1, other.hash()), cut_of(chain, 2, late.hash()),
                                     {late.hash()}))
                  .ok());
  ASSERT_TRUE(county_.bring_log().ok());
  EXPECT_EQ(county_.push_one(late).code(), pb::PUSH_CODE_STORED);
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
