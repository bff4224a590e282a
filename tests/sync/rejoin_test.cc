// No admin and no sheets: the county root appoints, two readers of a stream hand over its key.
#include "mq/sync/rejoin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mq/sync/founding.h"
#include "sync/records.h"

namespace mq::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Rejoining : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(admin.boot().ok());
    sync::FoundOptions options{"试验县", "试验镇", "管理员", "simulated:1", "", false};
    ASSERT_TRUE(sync::found_under(root, options, admin.member()).ok());
    ASSERT_TRUE(world.open_villages(admin, 2).ok());
    li = &world.add_cadre(admin, "李", {world.villages[0]});
    wang = &world.add_cadre(admin, "王", world.villages);
    record_visit(world, *li, "早先");
    ASSERT_TRUE(li->sync_until_idle());
    ASSERT_TRUE(wang->sync_until_idle());
    ASSERT_TRUE(admin.sync_until_idle());
    admin.kill();
    ASSERT_TRUE(fresh.boot().ok());
  }
  Bytes request() {
    const auto file = sync::request_rejoin(
        {li->control().state().township(), "新管理员", "simulated:1"}, fresh.vault(),
        fresh.keyring(), fresh.control(), fresh.clock, fresh.random);
    EXPECT_TRUE(file.ok()) << file.error().en;
    return file.ok() ? *file : Bytes();
  }
  Result<Bytes> signed_by(const wire::SigningKey& key, const Bytes& file) {
    return sync::sign_appointment(file, key, fresh.network, fresh.clock, fresh.random);
  }
  void rejoin() {
    const auto appointment = signed_by(root, request());
    ASSERT_TRUE(appointment.ok()) << appointment.error().en;
    const Status taken = sync::take_appointment(*appointment, fresh.member());
    ASSERT_TRUE(taken.ok()) << taken.error().en;
    ASSERT_TRUE(li->sync_until_idle());
    ASSERT_TRUE(wang->sync_until_idle());
  }
  DeviceId appointed() { return fresh.keyring().identity()->device; }
  static PersonId person(SimDevice& device) { return device.keyring().identity()->person; }

  SimRandom chance{5};
  wire::SigningKey root = wire::SigningKey::generate(chance);
  World world;
  SimDevice& admin = world.add_device("管理员");
  SimDevice& fresh = world.add_device("新机");
  SimDevice* li = nullptr;
  SimDevice* wang = nullptr;
};

TEST_F(Rejoining, TwoPersonsOfAStreamOpenItAndNoOther) {
  rejoin();
  EXPECT_FALSE(fresh.keyring().key(world.villages[0], 1) != nullptr);
  const auto proposal = sync::propose_grants(appointed(), person(*wang), li->member());
  ASSERT_TRUE(proposal.ok()) << proposal.error().en;
  const auto granted = sync::second_grants(*proposal, wang->member());
  ASSERT_TRUE(granted.ok()) << granted.error().en;
  EXPECT_EQ(*granted, 3u) << "township, village, its private";
  EXPECT_EQ(*sync::second_grants(*proposal, wang->member()), 3u) << "the answer had been lost";
  ASSERT_TRUE(fresh.sync_until_idle()) << fresh.last_error()->en;
  EXPECT_THAT(visits(fresh), ElementsAre("早先"));
  EXPECT_NE(fresh.keyring().key(world.villages[0], 1), nullptr);
  EXPECT_EQ(fresh.keyring().key(world.villages[1], 1), nullptr) << "only one reads it";
}

TEST_F(Rejoining, OnePersonCannot) {
  rejoin();
  EXPECT_EQ(sync::propose_grants(appointed(), person(*li), li->member()).error().code,
            Code::kInvalidInput);
  const auto proposal = sync::propose_grants(appointed(), person(*wang), li->member());
  ASSERT_TRUE(proposal.ok());
  const auto head = li->control().state().head();
  const auto own = sync::second_grants(*proposal, li->member());
  ASSERT_FALSE(own.ok());
  EXPECT_EQ(own.error().code, Code::kInvalidInput);
  EXPECT_EQ(li->control().state().head(), head);
  EXPECT_EQ(sync::propose_grants(li->keyring().identity()->device, person(*wang), li->member())
                .error()
                .code,
            Code::kNotFound)
      << "an ordinary device";
}

TEST_F(Rejoining, WhoeverReadsLessSignsNothing) {
  SimDevice& fresh_two = fresh;
  rejoin();
  // Wang proposes for Li, who reads one of his two villages: only what both read is in it.
  const auto proposal = sync::propose_grants(appointed(), person(*li), wang->member());
  ASSERT_TRUE(proposal.ok());
  EXPECT_EQ(*sync::second_grants(*proposal, li->member()), 3u);
  ASSERT_TRUE(fresh_two.sync_until_idle());
}

TEST_F(Rejoining, AStaleFileIsSaidAndChangesNothing) {
  rejoin();
  const auto first = sync::propose_grants(appointed(), person(*wang), li->member());
  const auto second = sync::propose_grants(appointed(), person(*li), wang->member());
  ASSERT_TRUE(first.ok() && second.ok());
  ASSERT_TRUE(sync::second_grants(*first, wang->member()).ok());
  const auto stale = sync::second_grants(*second, li->member());
  ASSERT_FALSE(stale.ok());
  EXPECT_THAT(stale.error().zh, HasSubstr("过期"));
}

TEST_F(Rejoining, AnotherCountysRootAppointsNobody) {
  const wire::SigningKey other = wire::SigningKey::generate(chance);
  const auto refused = signed_by(other, request());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kNotAllowed);
}

TEST_F(Rejoining, AnAppointmentIsForOneHomeAndOneMoment) {
  const auto appointment = signed_by(root, request());
  ASSERT_TRUE(appointment.ok());
  SimDevice& other = world.add_device("别的");
  ASSERT_TRUE(other.boot().ok());
  EXPECT_EQ(sync::take_appointment(*appointment, other.member()).error().code, Code::kInvalidInput);
  ASSERT_TRUE(admin.boot().ok());
  ASSERT_TRUE(sync::rotate_streams({world.villages[1]}, admin.member()).ok());
  const Status stale = sync::take_appointment(*appointment, fresh.member());
  ASSERT_FALSE(stale.ok());
  EXPECT_THAT(stale.error().zh, HasSubstr("过期"));
  const auto again = signed_by(root, request());
  EXPECT_TRUE(sync::take_appointment(*again, fresh.member()).ok());
  EXPECT_EQ(fresh.control().state().device(appointed())->appointed, true);
}

TEST_F(Rejoining, EveryMemberIsTold) {
  rejoin();
  EXPECT_THAT(li->engine().report().alarms,
              ::testing::Contains(::testing::Field(&sync::Alarm::zh, HasSubstr("任命"))));
}

}  // namespace
}  // namespace mq::testing
