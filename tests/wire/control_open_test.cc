// From preparation to open, and what an open township keeps.
#include <algorithm>

#include "wire/town.h"

namespace mq::testing {
namespace {

TEST(Open, NeedsTwoAdminDevicesAndRecovery) {
  Town town;
  EXPECT_TRUE(town.state.setup());
  expect_refused(town, town.by(town.founder, open_body()), Code::kNotAllowed);
  ASSERT_TRUE(town.append(recovery_body(town.kit_box, town.kit.public_key())).ok());
  expect_refused(town, town.by(town.founder, open_body()), Code::kNotAllowed);
  const Holder second = town.add_holder(pb::ROLE_KIND_ADMIN);
  town.revoke(second.id);
  expect_refused(town, town.by(town.founder, open_body()), Code::kNotAllowed);
  town.add_holder(pb::ROLE_KIND_ADMIN);
  ASSERT_TRUE(town.append(open_body()).ok());
  EXPECT_FALSE(town.state.setup());
  EXPECT_FALSE(town.state.practice());
  expect_refused(town, town.by(town.founder, open_body()), Code::kConflict);
}

TEST(Open, NeedsTheRecoveryKit) {
  Town town;
  town.add_holder(pb::ROLE_KIND_ADMIN);
  expect_refused(town, town.by(town.founder, open_body()), Code::kNotAllowed);
}

TEST(Open, IsNeverForPractice) {
  Town town(true);
  town.add_holder(pb::ROLE_KIND_ADMIN);
  ASSERT_TRUE(town.append(recovery_body(town.kit_box, town.kit.public_key())).ok());
  expect_refused(town, town.by(town.founder, open_body()), Code::kNotAllowed);
  EXPECT_TRUE(town.state.practice());
  EXPECT_TRUE(town.state.setup());
}

// The founder is alone; so it is in a real township as much as in practice.
TEST(Open, BeforeItNobodySignsASecondTime) {
  for (const bool practice : {false, true}) {
    Town town(practice);
    const Holder second = town.add_holder(pb::ROLE_KIND_ADMIN);
    EXPECT_TRUE(town.state.has_role(second.person, pb::ROLE_KIND_ADMIN, town.state.head_seq()));
    EXPECT_TRUE(town.append(recovery_body(town.kit_box, town.kit.public_key())).ok());
  }
}

class Digits : public ::testing::Test {
 protected:
  bool receives(const Holder& holder) const {
    return std::ranges::any_of(town.state.recipients(stream), [&](const auto& each) {
      return std::ranges::equal(each.first, holder.id.data);
    });
  }
  Status grant(const Holder& to) {
    pb::ControlBody body;
    put(body.mutable_grant()->mutable_stream(), stream.view());
    body.mutable_grant()->set_epoch(1);
    put(body.mutable_grant()->mutable_recipient(), to.id.view());
    pb::KeyRecord record;
    pb::KeyRecord::Box& box = *record.add_boxes();
    box.set_recipient(body.grant().recipient());
    box.set_stream(body.grant().stream());
    box.set_epoch(1);
    box.set_box(std::string(80, 'k'));
    return town.append(town.by(town.founder, body, &record));
  }

  Town town;
  StreamId stream = town.add_stream(pb::STREAM_KIND_TOWNSHIP);
  Holder third = town.add_holder(pb::ROLE_KIND_ADMIN);
  Holder fourth = town.add_holder(pb::ROLE_KIND_ADMIN);

  void SetUp() override { town.rotate(stream); }
};

// They are drawn before anybody has read them out: if they differ, the next rotation must not reach
// whoever stands between.
TEST_F(Digits, AloneMakeNoRecipientOnceTheTownshipIsOpen) {
  town.open();
  ASSERT_TRUE(town.append(compare_body(third.id, 'n')).ok());
  EXPECT_FALSE(receives(third));
  town.rotate(stream);
  const std::uint32_t before = town.state.head_seq();
  ASSERT_TRUE(grant(third).ok());
  EXPECT_TRUE(receives(third));
  EXPECT_TRUE(town.state.proved(*town.state.device(third.id), before + 1));
  EXPECT_FALSE(town.state.proved(*town.state.device(third.id), before)) << "asked of the past";
  town.rotate(stream);
}

TEST_F(Digits, AGrantBeforeThemSaysNothing) {
  ASSERT_TRUE(grant(third).ok());
  town.open();
  EXPECT_FALSE(receives(third));
  ASSERT_TRUE(town.append(compare_body(third.id, 'n')).ok());
  EXPECT_FALSE(receives(third));
}

TEST_F(Digits, AreEnoughInPreparationAndNotAfterIt) {
  EXPECT_FALSE(receives(third));
  ASSERT_TRUE(town.append(compare_body(third.id, 'n')).ok());
  ASSERT_TRUE(town.append(compare_body(fourth.id, 'n')).ok());
  ASSERT_TRUE(grant(fourth).ok());
  EXPECT_TRUE(receives(third));
  town.open();
  EXPECT_FALSE(receives(third)) << "nobody has said that they agreed";
  EXPECT_TRUE(receives(fourth));
  EXPECT_TRUE(receives(town.founder));
}

TEST(Open, ItsLastAdminDeviceStays) {
  Town town;
  town.revoke(town.add_holder(pb::ROLE_KIND_ADMIN).id);  // in preparation anything may end
  const Holder second = town.open();
  pb::ControlBody revoke;
  put(revoke.mutable_revoke()->mutable_device(), town.founder.id.view());
  pb::ControlBody end;
  put(end.mutable_end_of_right()->mutable_person(), town.founder.person.view());
  end.mutable_end_of_right()->set_kind(pb::ROLE_KIND_ADMIN);
  town.revoke(second.id);
  ASSERT_EQ(town.state.admin_devices(town.state.head_seq()).size(), 1u);
  expect_refused(town, town.by(town.founder, revoke), Code::kNotAllowed);
  expect_refused(town, town.by(town.founder, end), Code::kNotAllowed);
  end.mutable_end_of_right()->set_kind(pb::ROLE_KIND_DESK);
  EXPECT_TRUE(town.append(end).ok()) << "another role of his may end";

  // One that the same append appoints before it counts.
  const Holder next = town.new_holder(random_id<PersonId>(town.random));
  ASSERT_TRUE(
      town.append(town.appoint_entry(next, wire::recovery_recipient(town.kit_box), town.kit)).ok());
  EXPECT_TRUE(town.append(town.by(next, revoke)).ok());
}

TEST(AnnouncedEnd, EndsNothingByItself) {
  Town town;
  const StreamId village = town.add_stream(pb::STREAM_KIND_VILLAGE);
  const Holder cadre = town.add_holder(pb::ROLE_KIND_CADRE, {village});
  pb::ControlBody body;
  put(body.mutable_end_of_right()->mutable_person(), cadre.person.view());
  body.mutable_end_of_right()->set_kind(pb::ROLE_KIND_CADRE);
  body.mutable_end_of_right()->set_last_day(20'000);
  pb::ControlBody cut = body;
  *cut.mutable_end_of_right()->add_cuts() = cut_of({village, cadre.id, 1}, 0);
  expect_refused(town, town.by(town.founder, cut), Code::kInvalidInput);
  ASSERT_TRUE(town.append(body).ok());
  ASSERT_EQ(town.state.announced().size(), 1u);
  EXPECT_EQ(town.state.announced()[0].last_day, 20'000u);
  EXPECT_TRUE(town.state.may_write(cadre.id, village, town.state.head_seq()));
  EXPECT_TRUE(town.state.ends_of({village, cadre.id, 1}, 1).empty());
  body.mutable_end_of_right()->set_kind(pb::ROLE_KIND_UNIT);
  expect_refused(town, town.by(town.founder, body), Code::kConflict);
}

}  // namespace
}  // namespace mq::testing
