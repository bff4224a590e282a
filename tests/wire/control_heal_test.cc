// Two sides of one log made one again: what holds of the second, what is void, what is refused.
#include <memory>

#include "wire/town.h"

namespace mq::testing {
namespace {

using wire::ControlState;
using wire::Ruling;

Hash named(std::string_view name) { return wire::hash(name, {}); }

// The same up to fork(): everything is drawn from one seed. Then each goes its own way.
struct Side {
  explicit Side(bool opened = false) {
    town.rotate(village);
    if (opened) second = town.open();
    fork = town.state.head_seq();
  }
  // From here on it draws other ids than the other side.
  void drift(int turns) {
    for (int i = 0; i < turns; ++i) town.random.u32();
  }
  Town town;
  StreamId village = town.add_stream(pb::STREAM_KIND_VILLAGE);
  Holder second = town.add_holder(pb::ROLE_KIND_ADMIN);
  Holder li = town.add_holder(pb::ROLE_KIND_CADRE, {village});
  Holder wang = town.add_holder(pb::ROLE_KIND_CADRE, {village});
  std::uint32_t fork = 0;
};

Entries bare(const Town& town, std::uint32_t after) {
  Entries out(town.log.begin() + after, town.log.end());
  for (pb::ControlEntry& entry : out) entry.clear_key_record();
  return out;
}

pb::ControlBody heal_body(const Town& first, std::uint32_t fork, const Entries& second) {
  pb::ControlBody body;
  pb::Heal& heal = *body.mutable_heal();
  put(heal.mutable_first_head(), first.state.head().view());
  heal.set_fork_seq(fork);
  for (const pb::ControlEntry& entry : second) *heal.add_second() = entry;
  if (!second.empty()) {
    put(heal.mutable_second_head(), wire::control_hash(view_of(second.back().body())).view());
  }
  return body;
}

class Heals : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(one.town.state.head(), two.town.state.head());
    two.drift(1);
  }
  pb::ControlBody body() const { return heal_body(one.town, one.fork, bare(two.town, one.fork)); }
  void heal() {
    const Status healed = one.town.append(body());
    ASSERT_TRUE(healed.ok()) << healed.error().en;
  }
  void expect_bad(const pb::ControlBody& heal) {
    expect_refused(one.town, one.town.by(one.town.founder, heal), Code::kInvalidInput);
  }
  wire::ChainId chain(const Holder& of) const { return {one.village, of.id, 1}; }
  // Sealed at the second side's head.
  wire::EnvelopeHeader under_void(std::uint64_t seq) const {
    wire::EnvelopeHeader header = sealed(seq);
    header.control_seq = two.town.state.head_seq();
    header.control_head = two.town.state.head();
    return header;
  }
  wire::EnvelopeHeader sealed(std::uint64_t seq) const {
    wire::EnvelopeHeader header;
    header.stream = one.village;
    header.device = one.li.id;
    header.incarnation = 1;
    header.seq = seq;
    header.control_seq = one.fork;
    header.control_head = one.town.state.head_at(one.fork);
    return header;
  }
  const ControlState& log() const { return one.town.state; }

  Side one, two;
};

TEST_F(Heals, WhatEitherSideEndedHolds) {
  one.town.revoke(one.wang.id);
  two.town.revoke(two.li.id, {cut_of(chain(one.li), 5, named("fifth"))});
  heal();
  const std::uint32_t now = log().head_seq();
  EXPECT_EQ(log().device(one.li.id)->span.until, now);
  EXPECT_LT(*log().device(one.wang.id)->span.until, now);
  EXPECT_EQ(log().ends_of(chain(one.li), one.fork),
            (std::vector<wire::ChainPoint>{{5, named("fifth")}}));
  EXPECT_TRUE(log().rotation_missing(one.village));
}

TEST_F(Heals, ARightThatTheSecondSideEndedHasEnded) {
  one.town.add_person();
  two.town.end_role(two.li.person, pb::ROLE_KIND_CADRE, {cut_of(chain(one.li), 2, named("b"))});
  heal();
  EXPECT_FALSE(log().has_role(one.li.person, pb::ROLE_KIND_CADRE, log().head_seq()));
  EXPECT_FALSE(log().device(one.li.id)->span.until);
  EXPECT_EQ(log().ends_of(chain(one.li), one.fork),
            (std::vector<wire::ChainPoint>{{2, named("b")}}));
}

TEST_F(Heals, AnInvitationTakenBackOnTheSecondSideIsTakenBack) {
  Side a, b;
  const PersonId person = a.town.add_person();
  ASSERT_EQ(person, b.town.add_person());
  const Invited invited = a.town.add_invite(person, pb::ROLE_KIND_CADRE);
  b.town.add_invite(person, pb::ROLE_KIND_CADRE);
  ASSERT_EQ(a.town.state.head(), b.town.state.head());
  const std::uint32_t fork = a.town.state.head_seq();
  a.town.add_person();
  b.drift(1);
  b.town.revoke(DeviceId{invited.id.data});
  ASSERT_TRUE(a.town.append(heal_body(a.town, fork, bare(b.town, fork))).ok());
  EXPECT_FALSE(a.town.state.invite(invited.id)->live());
}

TEST_F(Heals, EverythingElseIsVoidAndItsHeadsStayKnown) {
  one.town.add_person();
  const Holder gone = two.town.add_holder(pb::ROLE_KIND_CADRE, {two.village});
  const StreamId opened = two.town.add_stream(pb::STREAM_KIND_VILLAGE);
  EXPECT_FALSE(log().place_of(two.town.state.head_seq(), two.town.state.head()));
  heal();
  EXPECT_EQ(log().device(gone.id), nullptr);
  EXPECT_EQ(log().person(gone.person), nullptr);
  EXPECT_EQ(log().stream(opened), nullptr);
  const auto place = log().place_of(two.town.state.head_seq(), two.town.state.head());
  ASSERT_TRUE(place);
  EXPECT_TRUE(place->is_void);
  EXPECT_EQ(place->known, one.fork);
  EXPECT_TRUE(place->log->may_write(gone.id, two.village, two.town.state.head_seq()));
  const auto first = log().place_of(one.fork + 1, log().head_at(one.fork + 1));
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->is_void);
  EXPECT_FALSE(log().place_of(two.town.state.head_seq(), named("nobody's")));
  EXPECT_FALSE(log().place_of(one.fork, two.town.state.head())) << "another number";
}

TEST_F(Heals, AForgedSecondSideIsRefused) {
  one.town.add_person();
  two.town.add_person();
  two.town.revoke(two.li.id);
  const pb::ControlBody whole = body();
  pb::ControlBody bent = whole;
  bent.mutable_heal()->mutable_second(1)->mutable_signature()->front() ^= 1;
  expect_bad(bent);
  bent = whole;
  bent.mutable_heal()->mutable_second(1)->mutable_body()->back() ^= 1;
  expect_bad(bent);
  bent = whole;
  bent.mutable_heal()->mutable_second()->DeleteSubrange(0, 1);  // continues from nowhere
  expect_bad(bent);
  bent = whole;
  bent.mutable_heal()->mutable_second()->DeleteSubrange(1, 1);  // not up to its head
  expect_bad(bent);
  bent = whole;
  bent.mutable_heal()->set_fork_seq(one.fork - 1);
  expect_bad(bent);
  bent = heal_body(one.town, one.fork - 1, bare(two.town, one.fork - 1));  // they part later
  expect_bad(bent);
  bent = whole;
  put(bent.mutable_heal()->mutable_first_head(), named("another").view());
  expect_bad(bent);
  bent = whole;
  bent.mutable_heal()->mutable_second(0)->set_key_record("record");
  expect_bad(bent);
  // Signed by somebody who may not append.
  two.town.log.resize(two.fork);
  ControlState from = log().at(one.fork);
  wire::ControlDraft draft(from, two.li.id.view(), WallTime{1});
  pb::ControlBody stop;
  put(stop.mutable_revoke()->mutable_device(), two.wang.id.view());
  draft.add(stop, two.li.sign);
  expect_bad(heal_body(one.town, one.fork, draft.take()));
  EXPECT_TRUE(one.town.append(whole).ok());
}

// Both have to have gone on: else the second's entries could simply be appended.
TEST_F(Heals, NothingIsHealedThatDoesNotPart) {
  two.town.add_person();
  expect_bad(body());
  expect_bad(heal_body(one.town, one.fork, {}));
}

TEST_F(Heals, OnlyAnAdminHeals) {
  one.town.add_person();
  two.town.add_person();
  expect_refused(one.town, one.town.by(one.li, body()), Code::kNotAllowed);
}

TEST_F(Heals, WorkUnderAVoidHeadIsUndecidedUntilItIsAdmitted) {
  one.town.add_person();
  two.town.add_person();
  heal();
  EXPECT_EQ(log().ruling(sealed(3), named("3")), Ruling::kInForce);
  EXPECT_EQ(log().ruling(under_void(4), named("4")), Ruling::kUndecided);
  ASSERT_TRUE(
      one.town
          .append(admit_body(cut_of(chain(one.li), 3, named("3")),
                             cut_of(chain(one.li), 5, named("5")), {named("4")}, {named("5")}))
          .ok());
  EXPECT_EQ(log().ruling(under_void(4), named("4")), Ruling::kInForce);
  EXPECT_EQ(log().ruling(under_void(5), named("5")), Ruling::kRefused);
  EXPECT_EQ(log().ruling(under_void(6), named("6")), Ruling::kUndecided);
  // What is named there and was sealed under the log's own heads is ruled by its ends alone.
  one.town.revoke(one.li.id, {cut_of(chain(one.li), 2, named("2"))});
  EXPECT_EQ(log().ruling(sealed(4), named("4")), Ruling::kUndecided);
  EXPECT_EQ(log().ruling(under_void(4), named("4")), Ruling::kInForce);
}

TEST_F(Heals, AnAdmissionBeginsAnywhereOnlyOnceThereIsAVoidSide) {
  one.town.add_person();
  const auto admit = [&] {
    return one.town.append(admit_body(cut_of(chain(one.li), 3, named("3")),
                                      cut_of(chain(one.li), 4, named("4")), {named("4")}));
  };
  EXPECT_FALSE(admit().ok());
  two.town.add_person();
  heal();
  EXPECT_TRUE(admit().ok());
}

// More than one entry holds, or a device of the second side that knew more than the first to heal.
TEST_F(Heals, ASideGoesOnWhereItWasMadeVoid) {
  one.town.add_person();
  two.town.add_person();
  const std::uint32_t half = two.town.state.head_seq();
  heal();
  two.town.revoke(two.li.id);
  EXPECT_FALSE(log().place_of(half + 1, two.town.state.head()));
  EXPECT_FALSE(log().device(one.li.id)->span.until);
  const Status rest = one.town.append(heal_body(one.town, half, bare(two.town, half)));
  ASSERT_TRUE(rest.ok()) << rest.error().en;
  const auto place = log().place_of(half + 1, two.town.state.head());
  ASSERT_TRUE(place);
  EXPECT_EQ(place->known, one.fork);
  EXPECT_TRUE(log().device(one.li.id)->span.until);
}

TEST_F(Heals, SeveralSidesHealOneAfterTheOther) {
  Side three;
  three.drift(2);
  one.town.add_person();
  two.town.revoke(two.li.id);
  three.town.revoke(three.wang.id);
  heal();
  ASSERT_TRUE(one.town.append(heal_body(one.town, one.fork, bare(three.town, one.fork))).ok());
  EXPECT_TRUE(log().device(one.li.id)->span.until);
  EXPECT_TRUE(log().device(one.wang.id)->span.until);
  EXPECT_TRUE(log().place_of(three.town.state.head_seq(), three.town.state.head())->is_void);
}

// The second side had healed a third: what that had ended holds as well. Without end it does not
// go.
TEST_F(Heals, ASideThatHealedAnotherIsOneMore) {
  one.town.add_person();
  two.town.revoke(two.li.id);
  std::vector<std::unique_ptr<Side>> sides;
  Entries inner = bare(two.town, one.fork);
  const auto next = [&]() -> Status {
    sides.push_back(std::make_unique<Side>());
    Side& side = *sides.back();
    side.drift(static_cast<int>(sides.size()) + 2);
    side.town.add_person();
    MQ_CHECK(side.town.append(heal_body(side.town, one.fork, inner)));
    inner = bare(side.town, one.fork);
    return {};
  };
  ASSERT_TRUE(next().ok());
  EXPECT_TRUE(sides[0]->town.state.device(one.li.id)->span.until);
  ASSERT_TRUE(one.town.append(heal_body(one.town, one.fork, inner)).ok());
  EXPECT_TRUE(log().device(one.li.id)->span.until);
  for (int depth = 2; depth <= 4; ++depth) ASSERT_TRUE(next().ok()) << depth;
  const Status deep = next();
  ASSERT_FALSE(deep.ok());
  EXPECT_EQ(deep.error().code, Code::kInvalidInput);
}

TEST_F(Heals, AVoidKeyIsOfThatSide) {
  one.town.add_person();
  two.town.rotate(two.village);
  pb::ControlBody heal = body();
  pb::VoidKey& key = *heal.mutable_heal()->add_keys();
  put(key.mutable_stream(), two.village.view());
  key.set_epoch(2);
  put(key.mutable_commitment(), two.town.state.stream(two.village)->epochs[1].commitment.view());
  key.set_wrapped(std::string(72, 'w'));
  pb::ControlBody bent = heal;
  bent.mutable_heal()->mutable_keys(0)->set_epoch(1);  // both sides have it
  expect_bad(bent);
  bent = heal;
  put(bent.mutable_heal()->mutable_keys(0)->mutable_commitment(), named("other").view());
  expect_bad(bent);
  bent = heal;
  bent.mutable_heal()->mutable_keys(0)->mutable_wrapped()->pop_back();
  expect_bad(bent);
  ASSERT_TRUE(one.town.append(heal).ok());
  ASSERT_EQ(log().void_keys().size(), 1u);
  EXPECT_EQ(log().void_keys()[0].under, 1u);
  // Once more for whoever came to a stream later: the same side, no entry of it.
  pb::ControlBody again = heal_body(one.town, two.town.state.head_seq(), {});
  put(again.mutable_heal()->mutable_second_head(), two.town.state.head().view());
  expect_bad(again);
  *again.mutable_heal()->add_keys() = heal.heal().keys(0);
  ASSERT_TRUE(one.town.append(again).ok());
  EXPECT_EQ(log().void_keys().size(), 2u);
}

TEST(HealsOpen, TheLastAdminsDeviceStays) {
  Side one(true), two(true);
  two.drift(1);
  one.town.revoke(one.second.id);
  const DeviceId first_admin = one.town.founder.id;
  std::vector<DeviceId> others;
  for (const auto* device : one.town.state.admin_devices(one.town.state.head_seq())) {
    if (device->id != first_admin) others.push_back(device->id);
  }
  for (const DeviceId& device : others) one.town.revoke(device);
  pb::ControlBody stop;
  put(stop.mutable_revoke()->mutable_device(), first_admin.view());
  ASSERT_TRUE(two.town.append(two.town.by(two.second, stop)).ok());
  const Status healed = one.town.append(heal_body(one.town, one.fork, bare(two.town, one.fork)));
  ASSERT_TRUE(healed.ok()) << healed.error().en;
  EXPECT_FALSE(one.town.state.device(first_admin)->span.until);
}

// The fold begins from the log as it was: at() must give what the entries up to there give.
TEST(Past, IsWhatItsEntriesSay) {
  Side one, two;
  two.drift(1);
  Town& town = one.town;
  town.add_role(one.li.person, pb::ROLE_KIND_CADRE, {one.village});
  ASSERT_TRUE(town.append(compare_body(one.second.id, 'n')).ok());
  town.open();
  pb::ControlBody suite, server, close;
  suite.mutable_lowest_suite()->set_suite(1);
  put(server.mutable_server_key()->mutable_key(), town.kit.public_key().view());
  server.mutable_server_key()->set_address("new.example:7443");
  put(close.mutable_close()->mutable_stream(), one.village.view());
  ASSERT_TRUE(town.append(suite).ok());
  ASSERT_TRUE(town.append(server).ok());
  town.rotate(one.village);
  ASSERT_TRUE(town.append(close).ok());
  const wire::ChainId chain{one.village, one.li.id, 1};
  town.revoke(one.li.id, {cut_of(chain, 1, named("1"))});
  ASSERT_TRUE(town.append(admit_body(cut_of(chain, 1, named("1")), cut_of(chain, 2, named("2")),
                                     {named("2")}))
                  .ok());
  town.end_role(one.wang.person, pb::ROLE_KIND_CADRE);
  two.town.revoke(two.wang.id);
  ASSERT_TRUE(town.append(heal_body(town, one.fork, bare(two.town, one.fork))).ok());
  town.add_person();
  ControlState then;
  for (std::uint32_t seq = 1; seq <= town.state.head_seq(); ++seq) {
    ASSERT_TRUE(then.apply({town.log[seq - 1]}).ok());
    EXPECT_EQ(describe(town.state.at(seq)), describe(then)) << seq;
  }
}

}  // namespace
}  // namespace mq::testing
