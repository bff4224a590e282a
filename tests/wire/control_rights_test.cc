// Who reads and writes what, and when (PROTOCOL section 1).
#include "mq/base/text.h"
#include "wire/town.h"

namespace mq::testing {
namespace {

struct Right {
  bool read;
  bool write;
  bool operator==(const Right&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Right& r) {
  return out << (r.read ? "r" : "-") << (r.write ? "w" : "-");
}

constexpr Right kNone{false, false};
constexpr Right kRead{true, false};
constexpr Right kBoth{true, true};

class Rights : public ::testing::Test {
 protected:
  Right of(const Holder& holder, const StreamId& stream) const {
    const std::uint32_t now = town.state.head_seq();
    return {town.state.may_read(holder.person, stream, now),
            town.state.may_write(holder.id, stream, now)};
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
  Holder unit = town.add_holder(pb::ROLE_KIND_UNIT, {handout});
  Holder supervisor = town.add_holder(pb::ROLE_KIND_SUPERVISOR, {check});
  StreamId diary = town.add_stream(pb::STREAM_KIND_DIARY, cadre.person.view());
  StreamId own = town.add_stream(pb::STREAM_KIND_DIARY, town.founder.person.view());
};

TEST_F(Rights, OfEachRoleOnEachKind) {
  struct Row {
    StreamId stream;
    Right admin, desk, cadre, unit, supervisor;
  };
  const Row rows[] = {
      {township, kBoth, kBoth, kRead, kNone, kNone}, {village, kBoth, kBoth, kBoth, kNone, kNone},
      {other, kBoth, kBoth, kNone, kNone, kNone},    {secret, kBoth, kBoth, kBoth, kNone, kNone},
      {diary, kBoth, kBoth, kBoth, kNone, kNone},    {own, kBoth, kBoth, kNone, kNone, kNone},
      {handout, kBoth, kBoth, kNone, kBoth, kNone},  {county, kBoth, kBoth, kNone, kNone, kNone},
      {check, kNone, kNone, kNone, kNone, kBoth},
  };
  for (const Row& row : rows) {
    const auto kind = town.state.stream(row.stream)->kind;
    EXPECT_EQ(of(town.founder, row.stream), row.admin) << kind;
    EXPECT_EQ(of(desk, row.stream), row.desk) << kind;
    EXPECT_EQ(of(cadre, row.stream), row.cadre) << kind;
    EXPECT_EQ(of(unit, row.stream), row.unit) << kind;
    EXPECT_EQ(of(supervisor, row.stream), row.supervisor) << kind;
  }
}

TEST_F(Rights, OfTheCountyDesk) {
  const PersonId person = town.add_person();
  const Invited invited = town.new_invite();
  ASSERT_TRUE(town.append(town.by(town.founder,
                                  town.invite_body(invited, person, pb::ROLE_KIND_COUNTY_DESK),
                                  nullptr, {&town.root}))
                  .ok());
  const Holder holder = town.join(invited, person);
  EXPECT_EQ(of(holder, county), kBoth);
  EXPECT_EQ(of(holder, village), kNone);
  EXPECT_EQ(of(holder, township), kNone);
}

// An envelope is judged at the head that it names, before and after.
TEST_F(Rights, EndWithTheRoleButNotBackwards) {
  const std::uint32_t before = town.state.head_seq();
  pb::ControlBody body;
  put(body.mutable_end_of_right()->mutable_person(), cadre.person.view());
  body.mutable_end_of_right()->set_kind(pb::ROLE_KIND_CADRE);
  put(body.mutable_end_of_right()->add_streams(), village.view());
  ASSERT_TRUE(town.append(body).ok());
  EXPECT_EQ(of(cadre, village), kNone);
  EXPECT_EQ(of(cadre, secret), kBoth) << "the other stream stays";
  EXPECT_TRUE(town.state.may_write(cadre.id, village, before));
  EXPECT_FALSE(town.append(body).ok()) << "it has ended";
  body.mutable_end_of_right()->clear_streams();
  ASSERT_TRUE(town.append(body).ok());
  EXPECT_EQ(of(cadre, secret), kNone);
  EXPECT_EQ(of(cadre, diary), kNone);
  town.add_role(cadre.person, pb::ROLE_KIND_CADRE, {other});
  EXPECT_EQ(of(cadre, other), kBoth);
}

TEST_F(Rights, EndWithTheDeviceAndKeepItsCuts) {
  const std::uint32_t before = town.state.head_seq();
  pb::ControlBody body;
  put(body.mutable_revoke()->mutable_device(), cadre.id.view());
  pb::Cut* cut = body.mutable_revoke()->add_cuts();
  put(cut->mutable_stream(), village.view());
  put(cut->mutable_device(), unit.id.view());
  cut->set_seq(4);
  put(cut->mutable_hash(), wire::hash("x", {}).view());
  EXPECT_FALSE(town.append(body).ok()) << "a cut of another's chain";
  put(cut->mutable_device(), cadre.id.view());
  ASSERT_TRUE(town.append(body).ok());
  EXPECT_FALSE(town.state.may_write(cadre.id, village, before + 1));
  EXPECT_TRUE(town.state.may_write(cadre.id, village, before));
  ASSERT_EQ(town.state.cuts().size(), 1u);
  EXPECT_EQ(town.state.cuts()[0].seq, 4u);
  EXPECT_EQ(town.state.cuts()[0].entry, before + 1);
}

TEST_F(Rights, ToWriteEndWhenAStreamCloses) {
  const std::uint32_t before = town.state.head_seq();
  pb::ControlBody body;
  put(body.mutable_close()->mutable_stream(), village.view());
  ASSERT_TRUE(town.append(body).ok());
  EXPECT_EQ(of(cadre, village), kRead);
  EXPECT_TRUE(town.state.may_write(cadre.id, village, before));
  EXPECT_FALSE(town.append(body).ok());
}

TEST_F(Rights, BeginWhenTheStreamBegins) {
  const std::uint32_t ordinal = town.state.stream(diary)->ordinal;
  EXPECT_TRUE(town.state.may_write(cadre.id, diary, ordinal));
  EXPECT_FALSE(town.state.may_write(cadre.id, diary, ordinal - 1));
  EXPECT_FALSE(town.state.may_read(cadre.person, diary, ordinal - 1));
  EXPECT_EQ(town.state.stream_by_ordinal(ordinal)->id, diary);
}

TEST_F(Rights, StreamsHaveTheOwnerOfTheirKind) {
  const auto id = random_id<StreamId>(town.random);
  EXPECT_FALSE(town.append(stream_body(id, pb::STREAM_KIND_DIARY)).ok());
  EXPECT_FALSE(town.append(stream_body(id, pb::STREAM_KIND_DIARY, PersonId{}.view())).ok());
  EXPECT_FALSE(town.append(stream_body(id, pb::STREAM_KIND_PRIVATE, township.view())).ok());
  EXPECT_FALSE(town.append(stream_body(id, pb::STREAM_KIND_VILLAGE, village.view())).ok());
  EXPECT_FALSE(town.append(stream_body(id, pb::STREAM_KIND_TOWNSHIP)).ok()) << "a second one";
  EXPECT_FALSE(town.append(stream_body(village, pb::STREAM_KIND_VILLAGE)).ok()) << "the same";
  EXPECT_TRUE(town.append(stream_body(id, pb::STREAM_KIND_VILLAGE)).ok());
}

}  // namespace
}  // namespace mq::testing
