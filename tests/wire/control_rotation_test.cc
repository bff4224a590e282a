// Whose key must change is read from the log alone.
#include "wire/town.h"

namespace mq::testing {
namespace {

class Rotation : public ::testing::Test {
 protected:
  bool missing() const { return town.state.rotation_missing(village); }
  void expect_missing_until_rotated() {
    EXPECT_TRUE(missing());
    town.rotate(village);
    EXPECT_FALSE(missing());
  }

  Town town;
  StreamId village = town.add_stream(pb::STREAM_KIND_VILLAGE);
  StreamId other = town.add_stream(pb::STREAM_KIND_VILLAGE);
  Holder cadre = town.add_holder(pb::ROLE_KIND_CADRE, {village, other});
  Holder stranger = town.add_holder(pb::ROLE_KIND_CADRE, {other});

  void SetUp() override { town.rotate(village); }
};

TEST_F(Rotation, IsMissingAfterAReaderWentAndNoOther) {
  EXPECT_FALSE(missing());
  town.revoke(stranger.id);
  EXPECT_FALSE(missing());
  town.revoke(cadre.id);
  expect_missing_until_rotated();
}

TEST_F(Rotation, IsMissingAfterARightEnded) {
  pb::ControlBody body;
  put(body.mutable_end_of_right()->mutable_person(), cadre.person.view());
  body.mutable_end_of_right()->set_kind(pb::ROLE_KIND_CADRE);
  put(body.mutable_end_of_right()->add_streams(), other.view());
  ASSERT_TRUE(town.append(body).ok());
  EXPECT_FALSE(missing()) << "his other village";
  town.end_role(cadre.person, pb::ROLE_KIND_CADRE);
  expect_missing_until_rotated();
}

TEST_F(Rotation, IsNotMissingWhereTheRightCameBackOrAnotherStands) {
  town.end_role(cadre.person, pb::ROLE_KIND_CADRE);
  town.add_role(cadre.person, pb::ROLE_KIND_CADRE, {village});
  EXPECT_FALSE(missing());
  town.add_role(cadre.person, pb::ROLE_KIND_DESK);
  town.end_role(cadre.person, pb::ROLE_KIND_CADRE);
  EXPECT_FALSE(missing());
}

TEST_F(Rotation, IsMissingAfterAnInvitationWasTakenBack) {
  const Invited invited = town.add_invite(town.add_person(), pb::ROLE_KIND_CADRE, {village});
  EXPECT_FALSE(missing());
  town.revoke(DeviceId{invited.id.data});
  expect_missing_until_rotated();
}

TEST_F(Rotation, AUsedInvitationIsItsDevice) {
  const PersonId person = town.add_person();
  const Invited invited = town.add_invite(person, pb::ROLE_KIND_CADRE, {village});
  const Holder joined = town.join(invited, person);
  EXPECT_FALSE(missing());
  town.revoke(joined.id);
  expect_missing_until_rotated();
}

// The code can no longer be used, and whoever holds it holds the key.
TEST_F(Rotation, IsMissingAfterTheInvitedRose) {
  const PersonId person = town.add_person();
  town.add_invite(person, pb::ROLE_KIND_CADRE, {village});
  town.add_role(person, pb::ROLE_KIND_ADMIN);
  expect_missing_until_rotated();
}

TEST_F(Rotation, IsMissingAfterTheRecoveryKitChanged) {
  ASSERT_TRUE(town.append(recovery_body(town.kit_box, town.kit.public_key())).ok());
  EXPECT_FALSE(missing()) << "the first is granted";
  const auto next = random_id<BoxKey>(town.random);
  ASSERT_TRUE(town.append(recovery_body(next, town.root.public_key())).ok());
  expect_missing_until_rotated();
}

TEST_F(Rotation, IsNotAskedOfAStreamWithoutKeys) {
  town.revoke(cadre.id);
  EXPECT_FALSE(town.state.rotation_missing(other));
  EXPECT_FALSE(town.state.rotation_missing(StreamId{}));
}

}  // namespace
}  // namespace mq::testing
