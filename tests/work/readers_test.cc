// 谁能看到, against what each role may read and what the log would seal the next key to.
#include "mq/work/readers.h"

#include <set>

#include "wire/town.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

using mq::testing::Holder;
using mq::testing::Invited;
using mq::testing::put;
using mq::testing::recovery_body;
using mq::testing::Town;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
namespace pb = wire::pb;
using How = ReaderHow;

class Readers : public ::testing::Test {
 protected:
  // Who reads the stream in that way.
  std::set<PersonId> people(const StreamId& stream, How how) const {
    std::set<PersonId> out;
    for (const Reader& reader : readers_of(town.state, stream)) {
      if (reader.how == how && reader.person) out.insert(*reader.person);
    }
    return out;
  }
  // Whoever is named as reading for good is exactly whom a new key would be sealed to.
  void expect_recipients(const StreamId& stream) const {
    std::multiset<Bytes> named, sealed_to;
    for (const Reader& reader : readers_of(town.state, stream)) {
      if (reader.how == How::kUntilRekeyed) continue;
      named.insert(reader.recipients.begin(), reader.recipients.end());
    }
    for (const auto& [id, key] : town.state.recipients(stream)) sealed_to.insert(id);
    EXPECT_EQ(named, sealed_to);
  }
  void revoke(ByteView id) {
    pb::ControlBody body;
    put(body.mutable_revoke()->mutable_device(), id);
    ASSERT_TRUE(town.append(body).ok());
  }
  void end(const PersonId& person, pb::RoleKind kind) {
    pb::ControlBody body;
    put(body.mutable_end_of_right()->mutable_person(), person.view());
    body.mutable_end_of_right()->set_kind(kind);
    ASSERT_TRUE(town.append(body).ok());
  }

  Town town;
  StreamId township = town.add_stream(pb::STREAM_KIND_TOWNSHIP);
  StreamId village = town.add_stream(pb::STREAM_KIND_VILLAGE);
  StreamId other = town.add_stream(pb::STREAM_KIND_VILLAGE);
  StreamId secret = town.add_stream(pb::STREAM_KIND_PRIVATE, village.view());
  StreamId handout = town.add_stream(pb::STREAM_KIND_HANDOUT);
  StreamId county = town.add_stream(pb::STREAM_KIND_COUNTY);
  StreamId check = town.add_stream(pb::STREAM_KIND_CHECK);
  Holder desk = town.add_holder(pb::ROLE_KIND_DESK);
  Holder cadre = town.add_holder(pb::ROLE_KIND_CADRE, {village, secret});
  Holder outer = town.add_holder(pb::ROLE_KIND_CADRE, {village});
  Holder unit = town.add_holder(pb::ROLE_KIND_UNIT, {handout});
  Holder supervisor = town.add_holder(pb::ROLE_KIND_SUPERVISOR, {check});
  StreamId diary = town.add_stream(pb::STREAM_KIND_DIARY, cadre.person.view());
  const PersonId admin = town.founder.person;
};

TEST_F(Readers, OfEachKindAreTheRolesThatMayReadIt) {
  struct Row {
    StreamId stream;
    std::set<PersonId> people;
  };
  // A supervisor's device is handed keys once both sides have compared.
  EXPECT_THAT(people(check, How::kRole), IsEmpty());
  ASSERT_TRUE(town.append(mq::testing::compare_body(supervisor.id, 'n')).ok());
  const Row rows[] = {{township, {admin, desk.person, cadre.person, outer.person}},
                      {village, {admin, desk.person, cadre.person, outer.person}},
                      {other, {admin, desk.person}},
                      {secret, {admin, desk.person, cadre.person}},
                      {diary, {admin, desk.person, cadre.person}},
                      {handout, {admin, desk.person, unit.person}},
                      {county, {admin, desk.person}},
                      {check, {supervisor.person}}};
  for (const Row& row : rows) {
    EXPECT_EQ(people(row.stream, How::kRole), row.people) << town.state.stream(row.stream)->kind;
    expect_recipients(row.stream);
    for (const wire::PersonRecord& person : town.state.persons()) {
      EXPECT_EQ(row.people.contains(person.id),
                town.state.may_read(person.id, row.stream, town.state.head_seq()));
    }
  }
  EXPECT_THAT(readers_of(town.state, random_id<StreamId>(town.random)), IsEmpty());
}

TEST_F(Readers, AnUnusedInvitationReadsToo) {
  const PersonId person = town.add_person();
  const Invited invited = town.add_invite(person, pb::ROLE_KIND_CADRE, {village});
  EXPECT_EQ(people(village, How::kInvited), std::set{person});
  EXPECT_THAT(people(secret, How::kInvited), IsEmpty());
  expect_recipients(village);
  town.rotate(village);
  const Holder joined = town.join(invited, person);
  EXPECT_THAT(people(village, How::kInvited), IsEmpty());
  EXPECT_TRUE(people(village, How::kRole).contains(person));
  EXPECT_THAT(people(village, How::kUntilRekeyed), IsEmpty()) << "used, not taken back";
  expect_recipients(village);
}

TEST_F(Readers, TwoDevicesAreOnePersonWithAllHisRoles) {
  town.join(town.add_invite(desk.person, pb::ROLE_KIND_CADRE, {other}), desk.person);
  std::size_t found = 0;
  for (const Reader& reader : readers_of(town.state, other)) {
    if (reader.person != desk.person) continue;
    ++found;
    EXPECT_EQ(reader.recipients.size(), 2u);
    EXPECT_THAT(reader.roles, ElementsAre(pb::ROLE_KIND_DESK, pb::ROLE_KIND_CADRE));
  }
  EXPECT_EQ(found, 1u);
  expect_recipients(other);
}

TEST_F(Readers, AStoppedDeviceReadsUntilTheStreamHasANewKey) {
  for (const StreamId& stream : {village, other, secret}) town.rotate(stream);
  revoke(cadre.id.view());
  EXPECT_FALSE(people(village, How::kRole).contains(cadre.person));
  EXPECT_EQ(people(village, How::kUntilRekeyed), std::set{cadre.person});
  EXPECT_EQ(people(secret, How::kUntilRekeyed), std::set{cadre.person});
  EXPECT_THAT(people(other, How::kUntilRekeyed), IsEmpty()) << "it never had that key";
  expect_recipients(village);
  town.rotate(village);
  EXPECT_THAT(people(village, How::kUntilRekeyed), IsEmpty());
  EXPECT_EQ(people(secret, How::kUntilRekeyed), std::set{cadre.person});
}

TEST_F(Readers, WhoCameAndWentUnderTheSameKeyStillHoldsIt) {
  town.rotate(village);
  const PersonId person = town.add_person();
  const Holder late = town.join(town.add_invite(person, pb::ROLE_KIND_CADRE, {village}), person);
  const Invited unused = town.add_invite(town.add_person(), pb::ROLE_KIND_DESK);
  revoke(unused.id.view());
  end(outer.person, pb::ROLE_KIND_CADRE);
  revoke(late.id.view());
  EXPECT_EQ(people(village, How::kUntilRekeyed),
            (std::set{person, outer.person, town.state.invite(unused.id)->person}));
  town.add_role(outer.person, pb::ROLE_KIND_CADRE, {village});
  EXPECT_FALSE(people(village, How::kUntilRekeyed).contains(outer.person)) << "given back";
  expect_recipients(village);
}

TEST_F(Readers, TheRecoveryKitIsOneOfThem) {
  const auto box = random_id<BoxKey>(town.random);
  ASSERT_TRUE(town.append(recovery_body(box, town.root.public_key())).ok());
  expect_recipients(diary);
  expect_recipients(check);
  EXPECT_EQ(readers_of(town.state, diary).back().how, How::kRecovery);
  EXPECT_FALSE(readers_of(town.state, diary).back().person.has_value());
  for (const Reader& reader : readers_of(town.state, check)) EXPECT_TRUE(reader.person);
}

std::vector<std::string> names(const Workplace& place, const StreamId& stream) {
  std::vector<std::string> out;
  const auto readers = readers_of(place, stream);
  EXPECT_TRUE(readers.ok());
  for (const Reader& reader : *readers) out.push_back(reader.name);
  return out;
}

TEST(ReadersNamed, AsTheCadreListOrTheLogNamesThem) {
  Township town;
  town.with_people();
  SimDevice& inside = town.join("甲", {"鱼泉村"}, true);
  SimDevice& outside = town.join("乙", {"鱼泉村"}, false);
  const auto village = Directory(town.place()).village("鱼泉村");
  const StreamId stream = town.desk.vault().stream(village->stream)->id;
  const auto inner = private_stream_of(town.place().control, stream);
  ASSERT_TRUE(inner.has_value());
  EXPECT_EQ(*inner, town.desk.vault().stream(village->private_stream)->id);
  for (SimDevice* device : {&town.desk, &inside, &outside}) {
    EXPECT_THAT(names(town.at(*device), stream), ElementsAre("管理员", "甲", "乙"));
    EXPECT_THAT(names(town.at(*device), *inner), ElementsAre("管理员", "甲"));
  }

  sync::InviteOptions invite;
  invite.role = pb::ROLE_KIND_DESK;
  invite.name = "丁";
  invite.person = random_id<PersonId>(town.desk.random);
  ASSERT_TRUE(sync::invite_member(invite, town.desk.vault(), town.desk.keyring(),
                                  town.desk.control(), town.desk.network, town.desk.clock,
                                  town.desk.random)
                  .ok());
  EXPECT_THAT(names(town.place(), *inner), ElementsAre("管理员", "甲", "丁"))
      << "in no cadre list: by the name sealed in the log";
}

}  // namespace
}  // namespace mq::work::testing
