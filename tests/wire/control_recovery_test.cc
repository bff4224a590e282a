// The recovery kit, appointed devices, and six digits.
#include "wire/town.h"

namespace mq::testing {
namespace {

class Recovery : public ::testing::Test {
 protected:
  Bytes kit_name() const { return wire::recovery_recipient(town.kit_box); }
  Bytes county() const { return wire::county_author(town.root.public_key()); }
  Holder newcomer() { return town.new_holder(random_id<PersonId>(town.random)); }
  pb::ControlBody grant_to(const Holder& holder) const {
    pb::ControlBody body;
    put(body.mutable_grant()->mutable_stream(), village.view());
    body.mutable_grant()->set_epoch(1);
    put(body.mutable_grant()->mutable_recipient(), holder.id.view());
    return body;
  }
  pb::KeyRecord box_for(const Holder& holder) const {
    pb::KeyRecord record;
    pb::KeyRecord::Box* box = record.add_boxes();
    put(box->mutable_recipient(), holder.id.view());
    put(box->mutable_stream(), village.view());
    box->set_epoch(1);
    box->set_box(std::string(80, 'b'));
    return record;
  }

  Town town;
  StreamId village = town.add_stream(pb::STREAM_KIND_VILLAGE);
  Holder wang = town.add_holder(pb::ROLE_KIND_CADRE, {village});
  Holder li = town.add_holder(pb::ROLE_KIND_CADRE, {village});
  Holder stranger = town.add_holder(pb::ROLE_KIND_CADRE);
  Holder second = town.open();

  void SetUp() override { town.rotate(village); }
};

TEST_F(Recovery, MayAppointAndNothingElse) {
  const Holder next = newcomer();
  expect_refused(town, town.appoint_entry(next, kit_name(), town.root), Code::kCorrupt);
  ASSERT_TRUE(town.append(town.appoint_entry(next, kit_name(), town.kit)).ok());
  EXPECT_TRUE(town.state.has_role(next.person, pb::ROLE_KIND_ADMIN, town.state.head_seq()));
  EXPECT_TRUE(town.state.device(next.id)->appointed);
  wire::ControlDraft draft(town.state, kit_name(), {1});
  draft.add(person_body(random_id<PersonId>(town.random)), town.kit);
  expect_refused(town, draft.take(), Code::kNotAllowed);
  EXPECT_TRUE(town.append(town.by(next, person_body(random_id<PersonId>(town.random)))).ok());
}

TEST_F(Recovery, AppointsADeviceThatSignsForItself) {
  const Holder next = newcomer();
  Entries entries = town.appoint_entry(next, kit_name(), town.kit);
  entries[0].clear_co_signatures();
  expect_refused(town, entries, Code::kNotAllowed);
  wire::co_sign_control(entries[0], town.kit);
  expect_refused(town, entries, Code::kCorrupt);
  const Holder known{town.founder.id, next.person,
                     wire::SigningKey::from_seed(next.sign.seed().clone()), next.box};
  expect_refused(town, town.appoint_entry(known, kit_name(), town.kit), Code::kConflict);
}

TEST_F(Recovery, TheCountyRootMayAppointToo) {
  const Holder next = newcomer();
  expect_refused(town, town.appoint_entry(next, county(), town.kit), Code::kCorrupt);
  EXPECT_TRUE(town.append(town.appoint_entry(next, county(), town.root)).ok());
}

TEST_F(Recovery, NobodyElseMayAppoint) {
  expect_refused(
      town, town.appoint_entry(newcomer(), to_bytes(town.founder.id.view()), town.founder.sign),
      Code::kNotAllowed);
}

TEST_F(Recovery, AKnownPersonKeepsHisNameAndRoles) {
  const Holder again = town.new_holder(town.founder.person);
  const std::size_t roles = town.state.roles_of(town.founder.person).size();
  ASSERT_TRUE(town.append(town.appoint_entry(again, kit_name(), town.kit)).ok());
  EXPECT_EQ(town.state.roles_of(town.founder.person).size(), roles);
  EXPECT_EQ(town.state.devices_of(town.founder.person).size(), 2u);
}

TEST_F(Recovery, ANewKitNeedsASecondSignatureAndEndsTheOldOnesPower) {
  const auto box = random_id<BoxKey>(town.random);
  const pb::ControlBody body = recovery_body(box, town.root.public_key());
  expect_refused(town, town.by(town.founder, body), Code::kNotAllowed);
  expect_refused(town, town.by(town.founder, body, nullptr, {&town.founder.sign}), Code::kCorrupt);
  ASSERT_TRUE(town.append(town.by(town.founder, body, nullptr, {&town.kit})).ok());
  ASSERT_NE(town.state.recovery(), nullptr);
  EXPECT_EQ(town.state.recovery()->box_key, box);
  EXPECT_EQ(town.state.recovery()->sheet_checks[0], wire::hash("sheet 1", {box.view()}));
  expect_refused(town, town.appoint_entry(newcomer(), kit_name(), town.kit), Code::kNotAllowed);
  const pb::ControlBody back = recovery_body(town.kit_box, town.kit.public_key());
  EXPECT_TRUE(town.append(town.by(town.founder, back, nullptr, {&second.sign})).ok());
}

TEST_F(Recovery, HasThreeDifferentSheets) {
  pb::ControlBody body = recovery_body(town.kit_box, town.kit.public_key());
  pb::ControlBody same = body;
  same.mutable_recovery()->set_sheet_checks(1, same.recovery().sheet_checks(0));
  expect_refused(town, town.by(town.founder, same, nullptr, {&second.sign}), Code::kInvalidInput);
  body.mutable_recovery()->mutable_sheet_checks()->RemoveLast();
  expect_refused(town, town.by(town.founder, body, nullptr, {&second.sign}), Code::kInvalidInput);
}

TEST_F(Recovery, TwoReadersGrantAnAppointedDevice) {
  const Holder next = newcomer();
  ASSERT_TRUE(town.append(town.appoint_entry(next, kit_name(), town.kit)).ok());
  const pb::KeyRecord record = box_for(next);
  EXPECT_TRUE(town.append(town.by(wang, grant_to(next), &record, {&li.sign})).ok());
}

TEST_F(Recovery, OneReaderOrAStrangerMayNot) {
  const Holder next = newcomer();
  ASSERT_TRUE(town.append(town.appoint_entry(next, kit_name(), town.kit)).ok());
  const pb::KeyRecord record = box_for(next);
  const auto by = [&](const Holder& author,
                      std::initializer_list<const wire::SigningKey*> signers) {
    return town.by(author, grant_to(next), &record, signers);
  };
  expect_refused(town, by(wang, {}), Code::kNotAllowed);
  expect_refused(town, by(wang, {&wang.sign}), Code::kCorrupt);
  expect_refused(town, by(wang, {&stranger.sign}), Code::kCorrupt);
  expect_refused(town, by(stranger, {&li.sign}), Code::kNotAllowed);
  const pb::KeyRecord other = box_for(second);
  expect_refused(town, town.by(wang, grant_to(second), &other, {&li.sign}), Code::kNotAllowed);
  town.revoke(wang.id);
  expect_refused(town, by(wang, {&li.sign}), Code::kNotAllowed);
}

TEST_F(Recovery, SixDigitsAreOfTheEntryAndTheNonce) {
  EXPECT_EQ(town.state.compare_digits(second.id), std::nullopt);
  expect_refused(town, town.by(town.founder, compare_body(wang.id, 'n')), Code::kNotAllowed);
  expect_refused(town, town.by(second, compare_body(second.id, 'n')), Code::kNotAllowed);
  pb::ControlBody spoiled = compare_body(second.id, 'n');
  spoiled.mutable_compare()->mutable_nonce()->pop_back();
  expect_refused(town, town.by(town.founder, spoiled), Code::kInvalidInput);
  ASSERT_TRUE(town.append(compare_body(second.id, 'n')).ok());
  const auto digits = town.state.compare_digits(second.id);
  ASSERT_TRUE(digits.has_value());
  EXPECT_EQ(digits->size(), 6u);
  EXPECT_EQ(digits->find_first_not_of("0123456789"), std::string::npos);
  expect_refused(town, town.by(town.founder, compare_body(second.id, 'm')), Code::kConflict);

  // Another nonce, or another device, other digits.
  const Holder next = newcomer();
  ASSERT_TRUE(town.append(town.appoint_entry(next, kit_name(), town.kit)).ok());
  ASSERT_TRUE(town.append(compare_body(next.id, 'n')).ok());
  EXPECT_NE(town.state.compare_digits(next.id), digits);
}

}  // namespace
}  // namespace mq::testing
