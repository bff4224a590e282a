// Inviting many at once: few appends, the same codes again, codes that have had their day.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mq/sync/membership.h"
#include "support/world.h"

namespace mq::testing {
namespace {

using People = std::vector<sync::InviteOptions>;

People some(World& world, int count, wire::pb::RoleKind role,
            const std::vector<StreamId>& streams) {
  People people;
  for (int i = 0; i < count; ++i) {
    people.push_back(
        {role, "干部" + std::to_string(i), random_id<PersonId>(world.random), streams, 0});
  }
  return people;
}

Result<std::vector<sync::Invited>> invite(SimDevice& admin, const People& people) {
  return sync::invite_members(people, {admin.vault(), admin.keyring(), admin.control(),
                                       admin.network, admin.clock, admin.random});
}

std::vector<std::string> codes(const Result<std::vector<sync::Invited>>& invited) {
  std::vector<std::string> out;
  if (!invited.ok()) {
    ADD_FAILURE() << invited.error().en;
    return out;
  }
  for (const sync::Invited& one : *invited) out.push_back(one.code);
  return out;
}

class InvitingMany : public ::testing::Test {
 protected:
  void expect_joins(const std::string& code) {
    SimDevice& device = world.add_device("干部");
    ASSERT_TRUE(device.boot().ok());
    const Status joined = device.join(code);
    ASSERT_TRUE(joined.ok()) << joined.error().en;
    EXPECT_NE(device.keyring().key(world.villages[0], 1), nullptr);
    EXPECT_TRUE(device.sync_until_idle());
  }

  World world;
  SimDevice& admin = world.found(1);
};

TEST_F(InvitingMany, TakesFewAppendsAndEachCodeJoins) {
  const People people = some(world, 101, wire::pb::ROLE_KIND_CADRE, world.villages);
  int appends = 0;
  admin.network.before_append = [&] { ++appends; };
  const auto invited = invite(admin, people);
  ASSERT_EQ(codes(invited).size(), 101u);
  EXPECT_EQ(appends, 2);
  for (std::size_t i = 0; i < people.size(); ++i) {
    EXPECT_EQ((*invited)[i].person, people[i].person);
  }
  EXPECT_EQ(admin.control().state().invites().size(), 101u);
  expect_joins((*invited)[0].code);
  expect_joins((*invited)[100].code);
}

TEST_F(InvitingMany, NoAppendIsLargerThanTheServerTakes) {
  ASSERT_TRUE(world.open_villages(admin, 50).ok());
  const People desks = some(world, 85, wire::pb::ROLE_KIND_DESK, {});
  int appends = 0;
  admin.network.before_append = [&] { ++appends; };
  EXPECT_EQ(codes(invite(admin, desks)).size(), 85u);
  EXPECT_EQ(appends, 2);
  EXPECT_LE(admin.network.largest_up(), (1u << 20) + 4'096);
}

TEST_F(InvitingMany, AgainGivesTheSameCodesAndAppendsNothing) {
  const People people = some(world, 3, wire::pb::ROLE_KIND_CADRE, world.villages);
  const auto first = codes(invite(admin, people));
  const std::uint32_t head = admin.control().state().head_seq();
  EXPECT_EQ(codes(invite(admin, people)), first);
  EXPECT_EQ(admin.control().state().head_seq(), head);
}

TEST_F(InvitingMany, GivesTheSameCodesWhicheverCallFailed) {
  const auto broken = for_each_fault([](Faults& faults) {
    faults.pause();
    World w(1, &faults);
    SimDevice& desk = w.found(1);
    const People people = some(w, 2, wire::pb::ROLE_KIND_CADRE, w.villages);
    faults.resume();
    const auto first = invite(desk, people);
    faults.stop();
    desk.kill();
    ASSERT_TRUE(desk.boot().ok());
    const auto again = codes(invite(desk, people));
    ASSERT_EQ(again.size(), 2u);
    if (first.ok()) {
      EXPECT_EQ(again, codes(first));
    }
    EXPECT_EQ(desk.control().state().invites().size(), 2u);
    EXPECT_EQ(desk.control().state().persons().size(), 3u);
  });
  EXPECT_GT(broken, 5u);
}

TEST_F(InvitingMany, ACodeThatExpiredIsDrawnAnew) {
  const People people = some(world, 2, wire::pb::ROLE_KIND_CADRE, world.villages);
  const auto first = invite(admin, people);
  ASSERT_TRUE(first.ok());
  world.advance(std::chrono::hours(24 * 40));
  const auto second = invite(admin, people);
  ASSERT_TRUE(second.ok());
  EXPECT_NE(second->front().code, first->front().code);
  EXPECT_EQ(second->front().last_day, first->front().last_day + 40);
  EXPECT_EQ(admin.control().state().persons().size(), 3u);
  expect_joins(second->back().code);
}

TEST_F(InvitingMany, AnotherRoleOrVillageIsAnotherCode) {
  ASSERT_TRUE(world.open_villages(admin, 1).ok());
  People people = some(world, 1, wire::pb::ROLE_KIND_CADRE, {world.villages[1]});
  const auto first = codes(invite(admin, people));
  people[0].streams = world.villages;
  const auto second = codes(invite(admin, people));
  EXPECT_NE(first, second);
  people[0].role = wire::pb::ROLE_KIND_DESK;
  EXPECT_NE(codes(invite(admin, people)), second);
  expect_joins(second.front());
}

}  // namespace
}  // namespace mq::testing
