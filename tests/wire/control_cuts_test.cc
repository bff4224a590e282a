// Where chains end: the one rule that server and readers ask.
#include "wire/town.h"

namespace mq::testing {
namespace {

using wire::ChainPoint;
using wire::Ruling;

Hash named(std::string_view name) { return wire::hash(name, {}); }

class Cuts : public ::testing::Test {
 protected:
  std::uint32_t now() const { return town.state.head_seq(); }
  Ruling ruled(std::uint32_t incarnation, std::uint64_t seq, std::string_view name,
               std::uint32_t control_seq) const {
    return town.state.ruling(chain(incarnation), seq, named(name), control_seq);
  }
  wire::ChainId chain(std::uint32_t incarnation = 1) const {
    return {village, cadre.id, incarnation};
  }

  Town town;
  StreamId village = town.add_stream(pb::STREAM_KIND_VILLAGE);
  Holder cadre = town.add_holder(pb::ROLE_KIND_CADRE, {village});
};

TEST_F(Cuts, NobodysChainEndsBeforeARightDoes) {
  EXPECT_TRUE(town.state.ends_of(chain(), now()).empty());
  EXPECT_EQ(ruled(1, 99, "any", now()), Ruling::kInForce);
  EXPECT_EQ(town.state.last_loss(cadre.id, village), 0u);
}

TEST_F(Cuts, ANamedChainEndsWhateverHeadItNames) {
  const std::uint32_t before = now();
  town.end_role(cadre.person, pb::ROLE_KIND_CADRE, {cut_of(chain(), 3, named("third"))});
  EXPECT_EQ(town.state.last_loss(cadre.id, village), now());
  town.add_role(cadre.person, pb::ROLE_KIND_CADRE, {village});
  for (const std::uint32_t head : {before, now()}) {
    EXPECT_EQ(ruled(1, 2, "second", head), Ruling::kInForce);
    EXPECT_EQ(ruled(1, 3, "third", head), Ruling::kInForce);
    EXPECT_EQ(ruled(1, 3, "another", head), Ruling::kUndecided);
    EXPECT_EQ(ruled(1, 4, "fourth", head), Ruling::kUndecided);
  }
}

TEST_F(Cuts, AnUnnamedChainEndsAtItsStartForHeadsBefore) {
  const std::uint32_t before = now();
  town.revoke(cadre.id, {cut_of(chain(1), 3, named("third"))});
  EXPECT_EQ(town.state.ends_of(chain(2), before), std::vector<ChainPoint>(1));
  EXPECT_EQ(ruled(2, 1, "first", before), Ruling::kUndecided);
}

TEST_F(Cuts, ARightGivenAgainFreesANewIncarnation) {
  const std::uint32_t before = now();
  town.end_role(cadre.person, pb::ROLE_KIND_CADRE);
  town.add_role(cadre.person, pb::ROLE_KIND_CADRE, {village});
  EXPECT_EQ(ruled(2, 1, "first", now()), Ruling::kInForce);
  EXPECT_EQ(ruled(2, 1, "first", before), Ruling::kUndecided) << "backlog of before";
}

// The device is stopped after its right in the village ended: the earlier cut stands.
TEST_F(Cuts, WhatWasLostBeforeIsNotLostAgain) {
  const std::uint32_t before = now();
  town.end_role(cadre.person, pb::ROLE_KIND_CADRE, {cut_of(chain(), 3, named("third"))});
  town.revoke(cadre.id);
  EXPECT_EQ(ruled(1, 3, "third", before), Ruling::kInForce);
  EXPECT_EQ(ruled(1, 4, "fourth", before), Ruling::kUndecided);
}

TEST_F(Cuts, OfTwoCutsTheLowerHolds) {
  const std::uint32_t before = now();
  town.end_role(cadre.person, pb::ROLE_KIND_CADRE, {cut_of(chain(), 9, named("ninth"))});
  town.add_role(cadre.person, pb::ROLE_KIND_CADRE, {village});
  town.revoke(cadre.id, {cut_of(chain(), 3, named("third"))});
  EXPECT_EQ(ruled(1, 4, "fourth", before), Ruling::kUndecided);
  EXPECT_EQ(ruled(1, 3, "third", before), Ruling::kInForce);
}

TEST_F(Cuts, AnotherRoleThatWritesTheSameIsNoLoss) {
  const std::uint32_t before = now();
  town.add_role(cadre.person, pb::ROLE_KIND_DESK);
  town.end_role(cadre.person, pb::ROLE_KIND_CADRE);
  EXPECT_EQ(ruled(1, 1, "first", before), Ruling::kInForce);
  town.revoke(cadre.id);
  EXPECT_EQ(ruled(1, 1, "first", before), Ruling::kUndecided);
}

// Nobody writes there any more, but nobody's earlier work falls out either.
TEST_F(Cuts, AClosedStreamTakesNobodysRight) {
  const std::uint32_t before = now();
  pb::ControlBody close;
  put(close.mutable_close()->mutable_stream(), village.view());
  ASSERT_TRUE(town.append(close).ok());
  EXPECT_EQ(ruled(1, 1, "first", before), Ruling::kInForce);
  town.revoke(cadre.id);
  EXPECT_EQ(ruled(1, 1, "first", before), Ruling::kUndecided) << "but a stopped device's does";
}

TEST_F(Cuts, SeveralLinesOfOneChainMayStand) {
  const std::uint32_t before = now();
  town.revoke(cadre.id, {cut_of(chain(), 3, named("third")), cut_of(chain(), 5, named("fifth"))});
  EXPECT_EQ(town.state.ends_of(chain(), before).size(), 2u);
  EXPECT_EQ(ruled(1, 3, "third", before), Ruling::kInForce);
  EXPECT_EQ(ruled(1, 5, "fifth", before), Ruling::kInForce);
  EXPECT_EQ(ruled(1, 5, "another", before), Ruling::kUndecided);
}

class Admissions : public Cuts {
 protected:
  void SetUp() override {
    before = now();
    town.revoke(cadre.id, {cut_of(chain(), 3, named("third"))});
  }
  pb::Cut at(std::uint64_t seq, std::string_view name) const {
    return cut_of(chain(), seq, named(name));
  }
  void expect_refused_admission(const pb::ControlBody& body, Code code) {
    expect_refused(town, town.by(town.founder, body), code);
  }
  std::uint32_t before = 0;
};

TEST_F(Admissions, DecideByHash) {
  ASSERT_TRUE(
      town.append(admit_body(at(3, "third"), at(5, "fifth"), {named("fourth")}, {named("fifth")}))
          .ok());
  EXPECT_EQ(ruled(1, 3, "third", before), Ruling::kInForce);
  EXPECT_EQ(ruled(1, 4, "fourth", before), Ruling::kInForce);
  EXPECT_EQ(ruled(1, 4, "another", before), Ruling::kUndecided);
  EXPECT_EQ(ruled(1, 5, "fifth", before), Ruling::kRefused);
  EXPECT_EQ(ruled(1, 6, "sixth", before), Ruling::kUndecided);
  ASSERT_EQ(town.state.admissions().size(), 1u);
  EXPECT_TRUE(town.append(admit_body(at(5, "fifth"), at(6, "sixth"), {named("sixth")})).ok());
  EXPECT_EQ(ruled(1, 6, "sixth", before), Ruling::kInForce);
}

TEST_F(Admissions, HaveNoSayOverWhatIsInForceWithoutThem) {
  ASSERT_TRUE(town.append(admit_body(at(3, "third"), at(4, "fourth"), {}, {named("fourth")})).ok());
  EXPECT_EQ(ruled(1, 2, "fourth", before), Ruling::kInForce);
}

TEST_F(Admissions, WithAGapAreRefused) {
  expect_refused_admission(admit_body(at(3, "third"), at(5, "fifth"), {named("fifth")}),
                           Code::kInvalidInput);
  expect_refused_admission(
      admit_body(at(3, "third"), at(5, "fifth"), {named("fifth")}, {named("fifth")}),
      Code::kInvalidInput);
  expect_refused_admission(
      admit_body(at(3, "third"), at(5, "fifth"), {named("fourth"), named("other")}),
      Code::kInvalidInput);
  expect_refused_admission(admit_body(at(3, "third"), at(3, "third"), {}), Code::kInvalidInput);
}

TEST_F(Admissions, BeginAtAnEnd) {
  expect_refused_admission(admit_body(at(4, "fourth"), at(5, "fifth"), {named("fifth")}),
                           Code::kInvalidInput);
  expect_refused_admission(admit_body(at(3, "other"), at(4, "fourth"), {named("fourth")}),
                           Code::kInvalidInput);
  const pb::Cut other = cut_of(chain(9), 0);  // a chain that nobody named ends at its start
  EXPECT_TRUE(
      town.append(admit_body(other, cut_of(chain(9), 1, named("one")), {named("one")})).ok());
  const pb::Cut mine = cut_of({village, town.founder.id, 1}, 0);
  expect_refused_admission(
      admit_body(mine, cut_of({village, town.founder.id, 1}, 1, named("x")), {named("x")}),
      Code::kInvalidInput);
}

TEST_F(Admissions, OfTheSameTwiceAreRefused) {
  const auto body = admit_body(at(3, "third"), at(4, "fourth"), {named("fourth")});
  ASSERT_TRUE(town.append(body).ok());
  expect_refused_admission(body, Code::kConflict);
  expect_refused_admission(admit_body(at(3, "third"), at(4, "fourth"), {}, {named("fourth")}),
                           Code::kConflict);
}

TEST_F(Admissions, AreAnAdmins) {
  const Holder desk = town.add_holder(pb::ROLE_KIND_DESK);
  expect_refused(town,
                 town.by(desk, admit_body(at(3, "third"), at(4, "fourth"), {named("fourth")})),
                 Code::kNotAllowed);
}

}  // namespace
}  // namespace mq::testing
