// What a person is told when the membership changes: one claim for each kind, and none at joining.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mq/base/date.h"
#include "mq/sync/membership.h"
#include "sync/records.h"

namespace mq::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

DeviceId id_of(SimDevice& device) { return device.keyring().identity()->device; }
PersonId person_of(SimDevice& device) { return device.keyring().identity()->person; }

class Telling : public ::testing::Test {
 protected:
  // What a contact tells him that was not told before.
  std::vector<std::string> news(SimDevice& device) {
    const std::size_t before = told(device).size();
    EXPECT_TRUE(device.sync_until_idle()) << device.last_error()->en;
    for (const sync::Alarm& alarm : device.engine().report().alarms) {
      EXPECT_FALSE(alarm.en.empty()) << alarm.zh;
    }
    const std::vector<std::string> all = told(device);
    return {all.begin() + static_cast<std::ptrdiff_t>(before), all.end()};
  }
  SimDevice& joined(const std::string& name, const sync::InviteOptions& invite) {
    const auto invited = sync::invite_members({invite}, admin.member());
    EXPECT_TRUE(invited.ok()) << invited.error().en;
    SimDevice& device = world.add_device(name);
    EXPECT_TRUE(device.boot().ok());
    EXPECT_TRUE(device.join(invited->front().code).ok());
    return device;
  }
  sync::EndOptions cadre_right(const std::vector<StreamId>& streams) {
    sync::EndOptions end;
    end.person = person_of(li);
    end.kind = wire::pb::ROLE_KIND_CADRE;
    end.streams = streams;
    return end;
  }

  World world;
  SimDevice& admin = world.found(2);
  SimDevice& li = world.add_cadre(admin, "李", {});
};

TEST_F(Telling, JoiningIsNoNewsAndNothingIsToldTwice) {
  EXPECT_THAT(news(li), IsEmpty());
  EXPECT_THAT(news(admin), Contains(AllOf(HasSubstr("李"), HasSubstr("新设备"))));
  EXPECT_THAT(news(admin), IsEmpty());
  EXPECT_THAT(news(li), IsEmpty());
}

TEST_F(Telling, ADeviceInMyNameJoinsAndIsStopped) {
  news(li);
  SimDevice& second = joined("李的电脑", {wire::pb::ROLE_KIND_CADRE, "李", person_of(li), {}, 0});
  EXPECT_THAT(news(li), Contains(HasSubstr("以你的名义加入")));
  ASSERT_TRUE(sync::revoke_device({id_of(second), "", std::nullopt}, admin.member()).ok());
  EXPECT_THAT(news(li), Contains(HasSubstr("另一台设备")));
  EXPECT_THAT(news(second), Contains(HasSubstr("这台设备已停用")));
}

TEST_F(Telling, ARoleThatEndsOrIsAnnouncedToAndTheCut) {
  record_visit(world, li, "送到了");
  news(li);
  sync::EndOptions announced = cadre_right({});
  announced.last_day =
      static_cast<std::uint32_t>(Date::in_shanghai(world.server.clock.wall()).days) + 9;
  ASSERT_TRUE(sync::end_right(announced, admin.member()).ok());
  EXPECT_THAT(news(li), Contains(HasSubstr("为止")));
  ASSERT_TRUE(sync::end_right(cadre_right({world.villages[0]}), admin.member()).ok());
  const auto one_village = news(li);
  EXPECT_THAT(one_village, Contains(HasSubstr("你不再负责 村1")));
  EXPECT_THAT(one_village, Contains(AllOf(HasSubstr("村1"), HasSubstr("待核收"))));
  EXPECT_THAT(one_village, Each(Not(HasSubstr("村2"))));
  ASSERT_TRUE(sync::end_right(cadre_right({}), admin.member()).ok());
  EXPECT_THAT(news(li), Contains(HasSubstr("包村干部 结束")));
}

TEST_F(Telling, WhoCanNewlyReadWhatIWrite) {
  news(li);
  joined("内勤", {wire::pb::ROLE_KIND_DESK, "何内勤", random_id<PersonId>(world.random), {}, 0});
  EXPECT_THAT(news(li),
              Contains(AllOf(HasSubstr("何内勤"), HasSubstr("新设备"), HasSubstr("村1"))));
  SimDevice& wang = world.add_cadre(admin, "王", {world.villages[0]});
  EXPECT_THAT(news(li), Contains(AllOf(HasSubstr("王"), HasSubstr("村1"), Not(HasSubstr("村2")))));
  const auto given = sync::give_right(
      {person_of(wang), wire::pb::ROLE_KIND_CADRE, {world.villages[1]}}, admin.member());
  ASSERT_TRUE(given.ok()) << given.error().en;
  EXPECT_THAT(news(li), Contains(AllOf(HasSubstr("新读者"), HasSubstr("村2"), HasSubstr("王"))));
  EXPECT_THAT(news(wang), Contains(HasSubstr("你开始负责 村2")));
}

TEST_F(Telling, DigitsThatWaitForMe) {
  SimDevice& second = joined(
      "副镇长", {wire::pb::ROLE_KIND_ADMIN, "副镇长", random_id<PersonId>(world.random), {}, 0});
  news(second);
  const auto digits = sync::compare_device(id_of(second), admin.member());
  ASSERT_TRUE(digits.ok());
  EXPECT_THAT(news(second), Contains(HasSubstr(*digits)));
}

TEST_F(Telling, IsKeptUntilItIsSeen) {
  news(li);
  joined("李的电脑", {wire::pb::ROLE_KIND_CADRE, "李", person_of(li), {}, 0});
  const std::size_t count = news(li).size();
  ASSERT_GT(count, 0u);
  li.kill();
  ASSERT_TRUE(li.boot().ok());
  EXPECT_EQ(*sync::unseen_alarms(li.vault()), count);
  ASSERT_EQ(sync::kept_alarms(li.vault())->size(), count);
  ASSERT_TRUE(sync::alarms_seen(li.vault()).ok());
  EXPECT_EQ(*sync::unseen_alarms(li.vault()), 0u);
}

}  // namespace
}  // namespace mq::testing
