// Founding, chaining, and who may append.
#include "mq/wire/control.h"

#include "mq/base/text.h"
#include "wire/town.h"

namespace mq::testing {
namespace {

using wire::ControlState;

Code code_of(const Status& status) {
  EXPECT_FALSE(status.ok());
  return status.ok() ? Code::kInternal : status.error().code;
}

TEST(Founding, MakesTheFounderAdminAndDesk) {
  Town town;
  const ControlState& s = town.state;
  EXPECT_EQ(s.head_seq(), 1u);
  EXPECT_EQ(s.head_at(1), s.head());
  EXPECT_TRUE(s.head_at(2).is_zero());
  EXPECT_TRUE(s.has_role(town.founder.person, pb::ROLE_KIND_ADMIN, 1));
  EXPECT_TRUE(s.has_role(town.founder.person, pb::ROLE_KIND_DESK, 1));
  EXPECT_FALSE(s.has_role(town.founder.person, pb::ROLE_KIND_ADMIN, 0));
  EXPECT_EQ(s.server_key(), town.server.public_key());
  EXPECT_EQ(s.county_root(), town.root.public_key());
  EXPECT_EQ(s.server_address(), "127.0.0.1:7443");
  EXPECT_TRUE(s.setup());
  EXPECT_FALSE(s.practice());
  EXPECT_EQ(s.lowest_suite(), 1);
}

TEST(Founding, NeedsTheCountyRoot) {
  Town town;
  const auto stranger = wire::SigningKey::generate(town.random);
  for (const bool co_signed : {false, true}) {
    ControlState fresh;
    wire::ControlDraft draft(fresh, town.founder.id.view(), {1});
    draft.add(genesis_body(town, true, random_id<TownshipId>(town.random)), town.founder.sign);
    Entries entries = draft.take();
    if (co_signed) wire::co_sign_control(entries[0], stranger);
    EXPECT_EQ(code_of(fresh.apply(entries)), co_signed ? Code::kCorrupt : Code::kNotAllowed);
    EXPECT_EQ(describe(fresh), describe(ControlState{}));
  }
}

TEST(Founding, IsTheFirstEntryAndNoOther) {
  Town town;
  ControlState fresh;
  wire::ControlDraft draft(fresh, town.founder.id.view(), {1});
  pb::ControlBody body = person_body(random_id<PersonId>(town.random));
  put(body.mutable_township(), town.state.township().view());
  draft.add(body, town.founder.sign);
  EXPECT_EQ(code_of(fresh.apply(draft.take())), Code::kCorrupt);
  expect_refused(
      town,
      town.by(town.founder, genesis_body(town, true, town.state.township()), nullptr, {&town.root}),
      Code::kCorrupt);
}

TEST(Founding, RefusesAWrongAddressOrFounder) {
  Town town;
  for (const int fault : {0, 1, 2}) {
    ControlState fresh;
    pb::ControlBody body = genesis_body(town, true, random_id<TownshipId>(town.random));
    if (fault == 0) body.mutable_genesis()->set_server_address("nowhere");
    if (fault == 1) put(body.mutable_genesis()->mutable_founder(), PersonId{}.view());
    if (fault == 2) body.mutable_genesis()->mutable_server_key()->pop_back();
    wire::ControlDraft draft(fresh, town.founder.id.view(), {1});
    draft.add(body, town.founder.sign, nullptr, {&town.root});
    EXPECT_EQ(code_of(fresh.apply(draft.take())), Code::kInvalidInput) << fault;
  }
}

TEST(Chain, RefusesReplayReorderingGapAndOtherTownship) {
  Town town;
  town.add_person();
  const Entries first = town.by(town.founder, person_body(random_id<PersonId>(town.random)));
  Town ahead;  // same seed, same genesis: a longer future of the same log
  ahead.add_person();
  ASSERT_EQ(describe(ahead.state), describe(town.state));
  ASSERT_TRUE(ahead.append(first).ok());
  const Entries second = ahead.by(ahead.founder, person_body(random_id<PersonId>(town.random)));

  expect_refused(town, {town.log.back()}, Code::kCorrupt);      // replay
  expect_refused(town, {second[0], first[0]}, Code::kCorrupt);  // reordered
  expect_refused(town, second, Code::kCorrupt);                 // gap
  Town other(false, 99);
  other.add_person();
  expect_refused(town, other.by(other.founder, person_body(random_id<PersonId>(town.random))),
                 Code::kCorrupt);
  EXPECT_TRUE(town.append({first[0], second[0]}).ok());
}

TEST(Chain, RefusesAWrongPrev) {
  Town town;
  pb::ControlBody body = person_body(random_id<PersonId>(town.random));
  body.set_version(1);
  put(body.mutable_township(), town.state.township().view());
  body.set_seq(2);
  put(body.mutable_author(), town.founder.id.view());
  put(body.mutable_prev(), Hash{}.view());
  expect_refused(town, {wire::sign_control(body, town.founder.sign)}, Code::kCorrupt);
  put(body.mutable_prev(), town.state.head().view());
  EXPECT_TRUE(town.append({wire::sign_control(body, town.founder.sign)}).ok());
}

TEST(Chain, RefusesANewerVersion) {
  Town town;
  pb::ControlEntry entry = town.by(town.founder, person_body(PersonId{}))[0];
  pb::ControlBody body;
  ASSERT_TRUE(body.ParseFromString(entry.body()));
  body.set_version(2);
  expect_refused(town, {wire::sign_control(body, town.founder.sign)}, Code::kUnsupported);
}

// Bytes that two parsers could read differently: a field given twice, the last one winning.
TEST(Chain, RefusesABodyWithTwoForms) {
  Town town;
  pb::ControlEntry entry = town.by(town.founder, person_body(random_id<PersonId>(town.random)))[0];
  pb::ControlBody twice;
  twice.set_version(1);
  entry.set_body(twice.SerializeAsString() + entry.body());
  const Hash hash = wire::control_hash(view_of(entry.body()));
  put(entry.mutable_signature(), town.founder.sign.sign("mq/s2", hash.view()).view());
  expect_refused(town, {entry}, Code::kCorrupt);
}

TEST(Author, MustBeALiveDeviceOfAnAdmin) {
  Town town;
  const StreamId township = town.add_stream(pb::STREAM_KIND_TOWNSHIP);
  const Holder cadre = town.add_holder(pb::ROLE_KIND_CADRE);
  const Holder desk = town.add_holder(pb::ROLE_KIND_DESK);
  const Holder stranger = town.new_holder(random_id<PersonId>(town.random));
  for (const Holder* author : {&cadre, &desk, &stranger}) {
    expect_refused(town, town.by(*author, person_body(random_id<PersonId>(town.random))),
                   Code::kNotAllowed);
    expect_refused(town, town.by(*author, role_body(author->person, pb::ROLE_KIND_ADMIN)),
                   Code::kNotAllowed);
    pb::ControlBody close;
    put(close.mutable_close()->mutable_stream(), township.view());
    expect_refused(town, town.by(*author, close), Code::kNotAllowed);
  }
}

TEST(Author, MustHaveSignedWithItsOwnKey) {
  Town town;
  const Holder second = town.add_holder(pb::ROLE_KIND_ADMIN);
  wire::ControlDraft draft(town.state, second.id.view(), {1});
  draft.add(person_body(random_id<PersonId>(town.random)), town.founder.sign);
  expect_refused(town, draft.take(), Code::kCorrupt);
  Entries unsigned_entry = town.by(second, person_body(random_id<PersonId>(town.random)));
  unsigned_entry[0].clear_signature();
  expect_refused(town, unsigned_entry, Code::kCorrupt);
}

TEST(Author, LosesTheRightWithTheDevice) {
  Town town;
  const Holder second = town.add_holder(pb::ROLE_KIND_ADMIN);
  pb::ControlBody revoke;
  put(revoke.mutable_revoke()->mutable_device(), second.id.view());
  ASSERT_TRUE(town.append(revoke).ok());
  expect_refused(town, town.by(second, person_body(random_id<PersonId>(town.random))),
                 Code::kNotAllowed);
  expect_refused(town, town.by(town.founder, revoke), Code::kConflict);
}

TEST(Entry, CarriesNoSignatureThatNobodyChecks) {
  Town town;
  expect_refused(
      town,
      town.by(town.founder, person_body(random_id<PersonId>(town.random)), nullptr, {&town.root}),
      Code::kCorrupt);
  Entries extra = town.by(town.founder, person_body(random_id<PersonId>(town.random)));
  extra[0].GetReflection()->MutableUnknownFields(&extra[0])->AddVarint(9, 1);
  expect_refused(town, extra, Code::kCorrupt);
}

TEST(Entry, OfALaterVersionIsChainedAndKept) {
  Town town;
  pb::ControlBody body;
  body.GetReflection()->MutableUnknownFields(&body)->AddLengthDelimited(99)->assign("newer");
  const std::string people = cat(town.state.persons().size());
  ASSERT_TRUE(town.append(body).ok());
  EXPECT_EQ(town.state.head_seq(), 2u);
  ASSERT_EQ(town.state.carried().size(), 1u);
  EXPECT_EQ(town.state.carried()[0].field, 0);
  EXPECT_EQ(cat(town.state.persons().size()), people);
  town.add_person();  // the log goes on after it
}

TEST(Entry, WithoutAPayloadIsRefused) {
  Town town;
  expect_refused(town, town.by(town.founder, {}), Code::kInvalidInput);
}

TEST(Entry, CarriedKindsAreCheckedForShape) {
  Town town;
  const StreamId stream = town.add_stream(pb::STREAM_KIND_TOWNSHIP);
  pb::ControlBody erase;
  put(erase.mutable_erase()->mutable_stream(), stream.view());
  expect_refused(town, town.by(town.founder, erase), Code::kInvalidInput);
  put(erase.mutable_erase()->add_envelope_hashes(), wire::hash("x", {}).view());
  EXPECT_TRUE(town.append(erase).ok());
  EXPECT_EQ(town.state.carried().size(), 1u);
}

TEST(Server, KeyAndAddressChangeAndOldKeysStay) {
  Town town;
  const auto next = wire::SigningKey::generate(town.random);
  pb::ControlBody body;
  put(body.mutable_server_key()->mutable_key(), next.public_key().view());
  body.mutable_server_key()->set_address("no address");
  expect_refused(town, town.by(town.founder, body), Code::kInvalidInput);
  body.mutable_server_key()->set_address("new.example:7443");
  ASSERT_TRUE(town.append(body).ok());
  EXPECT_EQ(town.state.server_key(), next.public_key());
  EXPECT_EQ(town.state.server_address(), "new.example:7443");
  ASSERT_EQ(town.state.server_keys().size(), 2u);
  EXPECT_EQ(town.state.server_keys()[0].key, town.server.public_key());
}

TEST(LowestSuite, NeverFalls) {
  Town town;
  pb::ControlBody body;
  body.mutable_lowest_suite()->set_suite(2);
  ASSERT_TRUE(town.append(body).ok());
  EXPECT_EQ(town.state.lowest_suite(), 2);
  body.mutable_lowest_suite()->set_suite(1);
  expect_refused(town, town.by(town.founder, body), Code::kInvalidInput);
}

TEST(State, IsTheSameWhateverTheCutsOfTheLog) {
  Town town;
  town.add_stream(pb::STREAM_KIND_TOWNSHIP);
  town.add_holder(pb::ROLE_KIND_CADRE);
  town.add_holder(pb::ROLE_KIND_ADMIN);
  ControlState whole;
  ASSERT_TRUE(whole.apply(town.log).ok());
  ControlState single;
  for (const pb::ControlEntry& entry : town.log) ASSERT_TRUE(single.apply({entry}).ok());
  EXPECT_EQ(describe(whole), describe(town.state));
  EXPECT_EQ(describe(single), describe(town.state));
}

}  // namespace
}  // namespace mq::testing
