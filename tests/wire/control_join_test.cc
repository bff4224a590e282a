// Invitations, devices, and the second signature of admins and supervisors.
#include "mq/base/text.h"
#include "wire/town.h"

namespace mq::testing {
namespace {

TEST(Joining, TakesOneEntryOfTheInvited) {
  Town town;
  const StreamId village = town.add_stream(pb::STREAM_KIND_VILLAGE);
  const PersonId person = town.add_person();
  const Invited invited = town.add_invite(person, pb::ROLE_KIND_CADRE, {village});
  const std::uint32_t before = town.state.head_seq();
  EXPECT_FALSE(town.state.may_read(person, village, before));
  const Holder holder = town.join(invited, person);
  EXPECT_TRUE(town.state.may_read(person, village, before + 1));
  EXPECT_FALSE(town.state.may_write(holder.id, village, before));
  EXPECT_TRUE(town.state.may_write(holder.id, village, before + 1));
  EXPECT_EQ(town.state.invite(invited.id)->used_by, holder.id);
  EXPECT_EQ(town.state.device(holder.id)->invite, invited.id);
}

TEST(Joining, ASecondClaimIsRefusedAndMayBeCounted) {
  Town town;
  const PersonId person = town.add_person();
  const Invited invited = town.add_invite(person, pb::ROLE_KIND_CADRE);
  town.join(invited, person);
  expect_refused(town, town.device_entry(invited, town.new_holder(person)), Code::kConflict);
  EXPECT_EQ(town.state.invite(invited.id)->refused_claims, 0u);
  EXPECT_TRUE(town.state.note_refused_claim(invited.id).ok());
  EXPECT_EQ(town.state.invite(invited.id)->refused_claims, 1u);
  EXPECT_EQ(town.state.note_refused_claim(InviteId{}).error().code, Code::kNotFound);
}

TEST(Joining, NeedsTheSecretAndTheDevicesOwnKey) {
  Town town;
  const PersonId person = town.add_person();
  Invited invited = town.add_invite(person, pb::ROLE_KIND_CADRE);
  const Holder holder = town.new_holder(person);
  Entries entries = town.device_entry(invited, holder);
  entries[0].clear_co_signatures();
  expect_refused(town, entries, Code::kNotAllowed);
  wire::co_sign_control(entries[0], town.founder.sign);
  expect_refused(town, entries, Code::kCorrupt);
  invited.keys.sign = wire::SigningKey::generate(town.random);
  expect_refused(town, town.device_entry(invited, holder), Code::kCorrupt);
  expect_refused(town, town.device_entry(town.new_invite(), holder), Code::kNotAllowed);
}

TEST(Joining, IsForThePersonInvited) {
  Town town;
  const Invited invited = town.add_invite(town.add_person(), pb::ROLE_KIND_CADRE);
  expect_refused(town, town.device_entry(invited, town.new_holder(town.add_person())),
                 Code::kNotAllowed);
}

TEST(Joining, NeedsANewDeviceId) {
  Town town;
  const PersonId person = town.add_person();
  const Invited invited = town.add_invite(person, pb::ROLE_KIND_CADRE);
  Holder holder = town.new_holder(person);
  holder.id = town.founder.id;
  expect_refused(town, town.device_entry(invited, holder), Code::kConflict);
  holder.id = DeviceId{invited.id.data};
  expect_refused(town, town.device_entry(invited, holder), Code::kConflict);
}

TEST(Invitation, CanBeTakenBack) {
  Town town;
  const PersonId person = town.add_person();
  const Invited invited = town.add_invite(person, pb::ROLE_KIND_CADRE);
  pb::ControlBody revoke;
  put(revoke.mutable_revoke()->mutable_device(), invited.id.view());
  ASSERT_TRUE(town.append(revoke).ok());
  expect_refused(town, town.device_entry(invited, town.new_holder(person)), Code::kNotAllowed);
}

TEST(Invitation, IsWellFormed) {
  Town town;
  const PersonId person = town.add_person();
  const Invited invited = town.new_invite();
  const auto spoiled = [&](auto spoil) {
    pb::ControlBody body = town.invite_body(invited, person, pb::ROLE_KIND_CADRE);
    spoil(*body.mutable_invite());
    return town.by(town.founder, body);
  };
  expect_refused(town, spoiled([](pb::Invite& i) { i.clear_mac(); }), Code::kInvalidInput);
  expect_refused(town, spoiled([](pb::Invite& i) { i.clear_last_day(); }), Code::kInvalidInput);
  expect_refused(town, spoiled([](pb::Invite& i) { i.clear_role(); }), Code::kInvalidInput);
  expect_refused(town, spoiled([](pb::Invite& i) { i.mutable_box_key()->pop_back(); }),
                 Code::kInvalidInput);
  expect_refused(town, spoiled([](pb::Invite& i) { i.add_streams()->assign(16, 'x'); }),
                 Code::kInvalidInput);
  expect_refused(town, spoiled([](pb::Invite& i) { i.mutable_person()->assign(16, 'x'); }),
                 Code::kInvalidInput);
  expect_refused(town, spoiled([](pb::Invite& i) { i.set_role(static_cast<pb::RoleKind>(99)); }),
                 Code::kUnsupported);
  ASSERT_TRUE(town.append(spoiled([](pb::Invite&) {})).ok());
  expect_refused(town, spoiled([](pb::Invite&) {}), Code::kConflict);
}

// Only a log that holds the entry after the head it was made for is the township's log.
TEST(Invitation, MacNamesTheLog) {
  Town town;
  const Invited invited = town.add_invite(town.add_person(), pb::ROLE_KIND_CADRE);
  EXPECT_TRUE(wire::verify_invite_mac(invited.keys, *town.state.invite(invited.id)));
  wire::InviteRecord other = *town.state.invite(invited.id);
  other.prev.data[0] ^= 1;
  EXPECT_FALSE(wire::verify_invite_mac(invited.keys, other));
  EXPECT_FALSE(wire::verify_invite_mac(town.new_invite().keys, *town.state.invite(invited.id)));
}

TEST(Invitation, ExpiresAfterItsLastDayInShanghai) {
  wire::InviteRecord invite;
  invite.last_day = 19'800;
  constexpr std::int64_t kDay = 86'400'000;
  const std::int64_t end = 19'801 * kDay - 8 * 3'600'000;
  EXPECT_FALSE(wire::invite_expired(invite, {end - 1}));
  EXPECT_TRUE(wire::invite_expired(invite, {end}));
}

// One admin alone may make another only while the township is being prepared.
TEST(SecondSignature, IsNeededOnceTheTownshipIsOpen) {
  Town town;
  const PersonId person = town.add_person();
  town.open();
  for (const auto kind : {pb::ROLE_KIND_ADMIN, pb::ROLE_KIND_SUPERVISOR}) {
    const Invited invited = town.new_invite();
    const pb::ControlBody bodies[] = {role_body(person, kind),
                                      town.invite_body(invited, person, kind)};
    for (const pb::ControlBody& body : bodies) {
      expect_refused(town, town.by(town.founder, body), Code::kNotAllowed);
      expect_refused(town, town.by(town.founder, body, nullptr, {&town.founder.sign}),
                     Code::kCorrupt);
    }
  }
  ASSERT_TRUE(town.append(town.by(town.founder, role_body(person, pb::ROLE_KIND_ADMIN), nullptr,
                                  {&town.root}))
                  .ok());
  EXPECT_TRUE(town.state.has_role(person, pb::ROLE_KIND_ADMIN, town.state.head_seq()));
}

TEST(SecondSignature, MayBeASecondAdmins) {
  Town town;
  const Holder second = town.open();
  const PersonId person = town.add_person();
  const pb::ControlBody body = role_body(person, pb::ROLE_KIND_SUPERVISOR);
  expect_refused(town, town.by(second, body, nullptr, {&second.sign}), Code::kCorrupt);
  EXPECT_TRUE(town.append(town.by(second, body, nullptr, {&town.founder.sign})).ok());
}

// Else one admin could enrol a device under the other's name and sign twice.
TEST(SecondSignature, IsNeededForADeviceInAnAdminsName) {
  Town town;
  const PersonId rising = town.add_person();
  const Invited early = town.add_invite(rising, pb::ROLE_KIND_CADRE);
  const Holder second = town.open();
  const Invited invited = town.new_invite();
  expect_refused(
      town, town.by(town.founder, town.invite_body(invited, second.person, pb::ROLE_KIND_CADRE)),
      Code::kNotAllowed);
  // A plain invitation from before does not grow with its person either.
  ASSERT_TRUE(town.append(town.by(town.founder, role_body(rising, pb::ROLE_KIND_ADMIN), nullptr,
                                  {&second.sign}))
                  .ok());
  expect_refused(town, town.device_entry(early, town.new_holder(rising)), Code::kNotAllowed);
}

TEST(SecondSignature, OfTheCountyMakesItsOwnPeople) {
  Town town;
  const PersonId person = town.add_person();
  const pb::ControlBody body = role_body(person, pb::ROLE_KIND_COUNTY_DESK);
  expect_refused(town, town.by(town.founder, body), Code::kNotAllowed);
  EXPECT_TRUE(town.append(town.by(town.founder, body, nullptr, {&town.root})).ok());
}

}  // namespace
}  // namespace mq::testing
