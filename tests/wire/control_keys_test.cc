// Rotations, grants and the boxes of invitations.
#include <set>

#include "mq/base/text.h"
#include "wire/town.h"

namespace mq::testing {
namespace {

class Keys : public ::testing::Test {
 protected:
  Status rotate_with(const pb::KeyRecord& record) {
    return town.append(town.by(town.founder, town.rotate_body(village), &record));
  }
  std::set<std::string> recipients(const StreamId& stream) const {
    std::set<std::string> out;
    for (const auto& [id, key] : town.state.recipients(stream)) out.insert(to_hex(id));
    return out;
  }
  pb::ControlBody grant_body(const Holder& to, std::uint32_t epoch) const {
    pb::ControlBody body;
    put(body.mutable_grant()->mutable_stream(), village.view());
    body.mutable_grant()->set_epoch(epoch);
    put(body.mutable_grant()->mutable_recipient(), to.id.view());
    return body;
  }
  static void add_box(pb::KeyRecord& record, ByteView to, const StreamId& stream,
                      std::uint32_t epoch) {
    pb::KeyRecord::Box* box = record.add_boxes();
    put(box->mutable_recipient(), to);
    put(box->mutable_stream(), stream.view());
    box->set_epoch(epoch);
    box->set_box(std::string(80, 'b'));
  }

  Town town;
  StreamId village = town.add_stream(pb::STREAM_KIND_VILLAGE);
  Holder cadre = town.add_holder(pb::ROLE_KIND_CADRE, {village});
  Holder stranger = town.add_holder(pb::ROLE_KIND_CADRE);
};

TEST_F(Keys, RotateNamesExactlyTheReaders) {
  EXPECT_EQ(recipients(village), (std::set{town.founder.id.hex(), cadre.id.hex()}));
  town.rotate(village);
  EXPECT_EQ(town.state.epoch_at(village, town.state.head_seq()), 1u);
  EXPECT_EQ(town.state.epoch_at(village, town.state.head_seq() - 1), 0u);
  town.rotate(village);
  EXPECT_EQ(town.state.epoch_at(village, town.state.head_seq()), 2u);
  EXPECT_EQ(town.state.epoch_at(village, town.state.head_seq() - 1), 1u);
}

TEST_F(Keys, RotateWithAMissingExtraOrDoubleRecipientIsRefused) {
  const std::string before = describe(town.state);
  pb::KeyRecord missing = town.rotate_record(village);
  missing.mutable_boxes()->RemoveLast();
  pb::KeyRecord extra = town.rotate_record(village);
  add_box(extra, stranger.id.view(), village, 1);
  pb::KeyRecord doubled = town.rotate_record(village);
  add_box(doubled, cadre.id.view(), village, 1);
  pb::KeyRecord replaced = missing;
  add_box(replaced, stranger.id.view(), village, 1);
  for (const pb::KeyRecord& record : {missing, extra, doubled, replaced, pb::KeyRecord{}}) {
    const Status refused = rotate_with(record);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kInvalidInput);
  }
  EXPECT_EQ(describe(town.state), before);
}

TEST_F(Keys, RotateBoxesHaveEightyBytesOfThisStreamAndEpoch) {
  pb::KeyRecord record = town.rotate_record(village);
  record.mutable_boxes(0)->mutable_box()->pop_back();
  EXPECT_FALSE(rotate_with(record).ok());
  record = town.rotate_record(village);
  record.mutable_boxes(0)->set_epoch(2);
  EXPECT_FALSE(rotate_with(record).ok());
  record = town.rotate_record(village);
  record.mutable_boxes(0)->set_stream(std::string(16, 's'));
  EXPECT_FALSE(rotate_with(record).ok());
}

TEST_F(Keys, RotateIsWellFormed) {
  const pb::KeyRecord record = town.rotate_record(village);
  const auto refused = [&](auto spoil) {
    pb::ControlBody body = town.rotate_body(village);
    spoil(*body.mutable_rotate());
    return !town.append(town.by(town.founder, body, &record)).ok();
  };
  EXPECT_TRUE(refused([](pb::Rotate& r) { r.set_epoch(2); }));
  EXPECT_TRUE(refused([](pb::Rotate& r) { r.set_epoch(0); }));
  EXPECT_TRUE(refused([](pb::Rotate& r) { r.set_commitment(std::string(32, '\0')); }));
  EXPECT_TRUE(refused([](pb::Rotate& r) { r.mutable_commitment()->pop_back(); }));
  EXPECT_TRUE(refused([](pb::Rotate& r) { r.set_wrapped_older("older"); }));
  EXPECT_TRUE(refused([](pb::Rotate& r) { r.set_stream(std::string(16, 'x')); }));
  EXPECT_FALSE(town.append(town.rotate_body(village)).ok()) << "no record named";
}

TEST_F(Keys, ARecordMustFitItsHashAndMayBeGoneOnlyWhenRead) {
  const pb::KeyRecord record = town.rotate_record(village);
  Entries entries = town.by(town.founder, town.rotate_body(village), &record);
  Entries spoiled = entries;
  spoiled[0].mutable_key_record()->back() ^= 1;
  EXPECT_EQ(town.append(spoiled).error().code, Code::kInvalidInput);
  Entries pruned = entries;
  pruned[0].clear_key_record();
  EXPECT_EQ(town.append(pruned).error().code, Code::kInvalidInput);
  wire::ControlState reader = town.state;
  ASSERT_TRUE(reader.apply(pruned).ok());
  ASSERT_TRUE(town.append(entries).ok());
  EXPECT_EQ(describe(reader), describe(town.state));
}

TEST_F(Keys, UnusedInvitationsAreRecipientsUntilUsed) {
  const PersonId person = town.add_person();
  const Invited invited = town.add_invite(person, pb::ROLE_KIND_CADRE, {village});
  EXPECT_TRUE(recipients(village).contains(invited.id.hex()));
  const StreamId township = town.add_stream(pb::STREAM_KIND_TOWNSHIP);
  const StreamId diary = town.add_stream(pb::STREAM_KIND_DIARY, person.view());
  EXPECT_TRUE(recipients(township).contains(invited.id.hex()));
  EXPECT_TRUE(recipients(diary).contains(invited.id.hex()));
  const Holder holder = town.join(invited, person);
  EXPECT_FALSE(recipients(village).contains(invited.id.hex()));
  EXPECT_TRUE(recipients(village).contains(holder.id.hex()));
}

// Both sides compare six digits first; then the keys are granted.
TEST_F(Keys, AdminAndSupervisorInvitationsCarryNoKeys) {
  const Invited invited = town.add_invite(town.add_person(), pb::ROLE_KIND_ADMIN);
  EXPECT_FALSE(recipients(village).contains(invited.id.hex()));
  town.rotate(village);
  const Invited next = town.new_invite();
  pb::KeyRecord record;
  add_box(record, next.id.view(), village, 1);
  const PersonId person = town.add_person();
  EXPECT_FALSE(town.append(town.by(town.founder,
                                   town.invite_body(next, person, pb::ROLE_KIND_ADMIN), &record))
                   .ok());
}

// Else the first rotation, for whatever reason, would hand all keys to whoever used the code.
TEST_F(Keys, AnAdminsDeviceIsNoRecipientBeforeTheComparison) {
  const Holder second = town.add_holder(pb::ROLE_KIND_ADMIN);
  EXPECT_TRUE(town.state.may_read(second.person, village, town.state.head_seq()));
  EXPECT_FALSE(recipients(village).contains(second.id.hex()));
  town.rotate(village);
  const std::uint32_t before = town.state.head_seq();
  ASSERT_TRUE(town.append(compare_body(second.id, 'n')).ok());
  EXPECT_TRUE(recipients(village).contains(second.id.hex()));
  EXPECT_EQ(town.state.recipients(village, before).size() + 1, recipients(village).size());
}

// Who had keys as a cadre keeps getting them when he rises.
TEST_F(Keys, ADeviceThatCameWithKeysStaysARecipientWhenItsPersonRises) {
  ASSERT_TRUE(recipients(village).contains(cadre.id.hex()));
  town.add_role(cadre.person, pb::ROLE_KIND_ADMIN);
  EXPECT_TRUE(recipients(village).contains(cadre.id.hex()));
}

TEST_F(Keys, AnInvitationMayBringCurrentKeysOfItsStreams) {
  town.rotate(village);
  town.rotate(village);
  const PersonId person = town.add_person();
  const StreamId other = town.add_stream(pb::STREAM_KIND_VILLAGE);
  town.rotate(other);
  const Invited invited = town.new_invite();
  const auto append_with = [&](ByteView to, const StreamId& stream, std::uint32_t epoch) {
    pb::KeyRecord record;
    add_box(record, to, stream, epoch);
    return town
        .append(town.by(town.founder,
                        town.invite_body(invited, person, pb::ROLE_KIND_CADRE, {village}), &record))
        .ok();
  };
  EXPECT_FALSE(append_with(invited.id.view(), village, 1)) << "an older epoch";
  EXPECT_FALSE(append_with(invited.id.view(), other, 1)) << "not its stream";
  EXPECT_FALSE(append_with(cadre.id.view(), village, 2)) << "another's box";
  EXPECT_TRUE(append_with(invited.id.view(), village, 2));
}

TEST_F(Keys, GrantIsForOneDeviceThatMayRead) {
  town.rotate(village);
  const auto append_with = [&](const Holder& to, const Holder& boxed, std::uint32_t epoch) {
    pb::KeyRecord record;
    add_box(record, boxed.id.view(), village, epoch);
    return town.append(town.by(town.founder, grant_body(to, 1), &record)).ok();
  };
  EXPECT_FALSE(append_with(stranger, stranger, 1)) << "may not read";
  EXPECT_FALSE(append_with(cadre, town.founder, 1)) << "another's box";
  EXPECT_FALSE(append_with(cadre, cadre, 2)) << "a later epoch";
  EXPECT_TRUE(append_with(cadre, cadre, 1));
  EXPECT_FALSE(town.append(grant_body(cadre, 1)).ok()) << "no record";
  const pb::KeyRecord empty;
  EXPECT_FALSE(town.append(town.by(town.founder, grant_body(cadre, 2), &empty)).ok());
}

TEST_F(Keys, RecoveryIsARecipientOnceMadeButNeverOfChecks) {
  const auto box = random_id<BoxKey>(town.random);
  ASSERT_TRUE(town.append(recovery_body(box, town.root.public_key())).ok());
  const std::string id = to_hex(wire::recovery_recipient(box));
  EXPECT_TRUE(recipients(village).contains(id));
  const StreamId check = town.add_stream(pb::STREAM_KIND_CHECK);
  EXPECT_FALSE(recipients(check).contains(id));
  town.rotate(village);
}

TEST_F(Keys, OrderedBoxesAreOnePerRecipient) {
  pb::KeyRecord record;
  record.add_ordered(std::string(80, '0'));
  EXPECT_FALSE(rotate_with(record).ok()) << "one too few";
  record.add_ordered(std::string(79, '1'));
  EXPECT_FALSE(rotate_with(record).ok()) << "too short";
  record.mutable_ordered(1)->push_back('1');
  pb::KeyRecord both = record;
  *both.mutable_boxes() = town.rotate_record(village).boxes();
  EXPECT_FALSE(rotate_with(both).ok()) << "both forms";
  ASSERT_TRUE(rotate_with(record).ok());
  record.add_ordered(std::string(80, '2'));
  EXPECT_FALSE(rotate_with(record).ok()) << "one too many";
}

// The order is that of the head before the rotate, whatever came later.
TEST_F(Keys, ARecipientFindsItsBoxInBothForms) {
  const PersonId person = town.add_person();
  const Invited invited = town.add_invite(person, pb::ROLE_KIND_CADRE, {village});
  const auto names = town.state.recipients(village);
  ASSERT_EQ(names.size(), 3u);
  pb::KeyRecord record;
  for (const auto& [id, key] : names) record.add_ordered(std::string(80, static_cast<char>(id[0])));
  ASSERT_TRUE(rotate_with(record).ok());
  const pb::ControlEntry ordered = town.log.back();
  town.join(invited, person);
  pb::ControlBody revoke;
  put(revoke.mutable_revoke()->mutable_device(), cadre.id.view());
  ASSERT_TRUE(town.append(revoke).ok());
  town.rotate(village);
  const pb::ControlEntry named = town.log.back();

  for (const ByteView id : {cadre.id.view(), town.founder.id.view(), invited.id.view()}) {
    const auto boxes = wire::boxes_for_recipient(town.state, ordered, id);
    ASSERT_EQ(boxes.size(), 1u);
    EXPECT_EQ(boxes[0].epoch, 1u);
    EXPECT_EQ(boxes[0].stream, village);
    EXPECT_EQ(boxes[0].box, Bytes(80, id[0]));
  }
  EXPECT_EQ(wire::boxes_for_recipient(town.state, named, town.founder.id.view()).size(), 1u);
  EXPECT_TRUE(wire::boxes_for_recipient(town.state, named, cadre.id.view()).empty());
  EXPECT_TRUE(wire::boxes_for_recipient(town.state, ordered, stranger.id.view()).empty());
  EXPECT_TRUE(wire::boxes_for_recipient({}, ordered, cadre.id.view()).empty());
}

// What the township pays for at every lost phone.
TEST_F(Keys, RotateStaysWithinItsBytes) {
  while (town.state.recipients(village).size() < 128) {
    const std::size_t readers = town.state.recipients(village).size();
    if (readers == 32 || readers == 127) {
      if (readers == 127) town.add_holder(pb::ROLE_KIND_CADRE, {village});
      pb::KeyRecord record;
      for (std::size_t i = 0; i < town.state.recipients(village).size(); ++i) {
        record.add_ordered(std::string(80, 'b'));
      }
      ASSERT_TRUE(rotate_with(record).ok());
      EXPECT_LE(town.log.back().ByteSizeLong(), readers == 32 ? 3'000u : 11'000u);
      if (readers == 127) break;
    }
    town.add_holder(pb::ROLE_KIND_CADRE, {village});
  }
}

TEST_F(Keys, EndedDevicesAreNoRecipients) {
  pb::ControlBody body;
  put(body.mutable_revoke()->mutable_device(), cadre.id.view());
  ASSERT_TRUE(town.append(body).ok());
  EXPECT_FALSE(recipients(village).contains(cadre.id.hex()));
}

}  // namespace
}  // namespace mq::testing
