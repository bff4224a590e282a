// issue overdue: who has let issues run over, by unit, counted on a clock that can be believed.
#include "mq/work/overdue.h"

#include "mq/work/issue.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class OverdueTest : public ::testing::Test {
 protected:
  OverdueTest() {
    town.with_people();
    saved(add_unit(town.place(), {{"name", "镇水利站"}}));
  }
  RowId raise(const std::string& title, const std::string& due, const std::string& unit = "") {
    const RowId row = saved(add_issue(town.place(), {{"text", "要办的事"},
                                                     {"title", title},
                                                     {"category", "饮水"},
                                                     {"registered_on", "2026-02-01"},
                                                     {"village", "鱼泉村"}}));
    saved(move_issue(town.place(), "accept", row, {{"due_at", due}}));
    if (!unit.empty()) saved(move_issue(town.place(), "assign", row, {{"to_org", unit}}));
    return row;
  }
  // "unit open: title days, …", one a unit
  std::vector<std::string> lines(const std::optional<std::string>& village = {}) {
    const auto found = overdue_by_unit(town.place(), village);
    EXPECT_TRUE(found.ok());
    std::vector<std::string> out;
    for (const OverdueUnit& unit : found->units) {
      std::vector<std::string> overdue;
      for (const OverdueIssue& issue : unit.overdue) {
        overdue.push_back(cat(issue.title, " ", issue.days));
      }
      out.push_back(cat(unit.name, " ", unit.open, ": ", join(overdue, ", ")));
    }
    return out;
  }
  std::string ago(int hours) {
    return shanghai_minute({town.desk.clock.wall().ms - std::int64_t{hours} * 3'600'000});
  }
  Township town;
};

TEST_F(OverdueTest, StandsByUnitTheLongestFirst) {
  EXPECT_THAT(lines(), IsEmpty());
  raise("昨天", ago(30));
  raise("还早", ago(-30));
  raise("站里的", ago(5), "镇水利站");
  raise("前天", ago(50));
  const RowId done = raise("办完了", ago(70));
  saved(move_issue(town.place(), "close", done, {{"closure", "已解决"}, {"result", "办了"}}));
  EXPECT_THAT(lines(), ElementsAre("鱼泉村 3: 前天 2, 昨天 1", "镇水利站 1: 站里的 0"));
  EXPECT_THAT(lines("清渭社区"), IsEmpty());
}

// 挂起(列入计划): until the end of the day that it is planned for nobody is late with it either.
TEST_F(OverdueTest, AnExtensionOrAPlanLastsToTheEndOfItsDay) {
  const std::string today = Date::in_shanghai(town.desk.clock.wall()).iso();
  saved(move_issue(town.place(), "extend", raise("延过期", ago(30)),
                   {{"extended_until", today}, {"reason", "等材料"}}));
  const RowId planned = raise("列入计划", ago(40), "镇水利站");
  for (const char* verb : {"sign", "progress"}) saved(move_issue(town.place(), verb, planned, {}));
  saved(move_issue(town.place(), "suspend", planned,
                   {{"planned_until", today}, {"reason", "等汛期过"}}));
  EXPECT_THAT(lines(), ElementsAre("鱼泉村 1: ", "镇水利站 1: "));
  town.desk.clock.jump(std::chrono::hours(24));
  EXPECT_THAT(lines(), ElementsAre("鱼泉村 1: 延过期 0", "镇水利站 1: 列入计划 0"));
}

TEST_F(OverdueTest, ADoubtfulClockSaysNothingUnlessTheServerWasHeard) {
  raise("到期了", ago(30));
  const WallTime right = town.desk.clock.wall();
  town.desk.clock.set_wall(mq::testing::kYear1970);
  EXPECT_TRUE(overdue_by_unit(town.place(), {})->unknown);
  EXPECT_THAT(lines(), ElementsAre("鱼泉村 1: "));
  town.desk.clock.set_wall(right.ms);
  ASSERT_TRUE(town.world.settle());
  town.desk.clock.set_wall(mq::testing::kYear1970);
  EXPECT_FALSE(overdue_by_unit(town.place(), {})->unknown);
  EXPECT_THAT(lines(), ElementsAre("鱼泉村 1: 到期了 1"));
}

}  // namespace
}  // namespace mq::work::testing
