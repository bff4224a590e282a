// Today: what is due, who was long not seen, what is still a draft; about oneself only.
#include "mq/work/today.h"

#include "mq/work/intervals.h"
#include "mq/work/issue.h"
#include "mq/work/local_entry.h"
#include "mq/work/moves.h"
#include "mq/work/overdue.h"
#include "mq/work/roster.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The clock stands on 2026-03-05.
class TodayTest : public ::testing::Test {
 protected:
  TodayTest() { town.with_people(); }

  std::vector<std::string> items(int interval_days = 30) {
    const auto made = today(town.place(), interval_days);
    EXPECT_TRUE(made.ok());
    static constexpr const char* kNames[] = {"overdue",   "due",        "not seen", "draft",
                                             "call back", "incomplete", "promised", "returned"};
    std::vector<std::string> out;
    for (const TodayItem& item : made->items) {
      out.push_back(cat(kNames[static_cast<int>(item.kind)], " ", item.what, " ",
                        item.when ? item.when->iso() : "never"));
    }
    return out;
  }
  void issue(const std::string& text, const std::string& due, const Inputs& more = {}) {
    Inputs all{{"village", "鱼泉村"}, {"text", text}, {"category", "环保"}};
    all.insert(all.end(), more.begin(), more.end());
    const RowId row = saved(add_issue(town.place(), all));
    saved(move_issue(town.place(), "accept", row, {{"due_at", due}}));
  }
  void pair_me() {
    saved(add_pairing(
        town.place(),
        {{"cadre_id", "管理员"}, {"household_id", "999999100201010001"}, {"from", "2026-01-05"}}));
  }
  void visit(const std::string& date, const std::string& outcome) {
    saved(add_visit(town.place(), {{"household_id", "999999100201010001"},
                                   {"date", date},
                                   {"outcome", outcome},
                                   {"visited_by", "甲"}}));
  }

  Township town;
};

TEST_F(TodayTest, NothingWaitsInAQuietTownship) { EXPECT_THAT(items(), IsEmpty()); }

TEST_F(TodayTest, ListsMyIssuesOfTheWeekAndNobodyElses) {
  issue("过了期", "2026-03-04 12:00");
  issue("快到期", "2026-03-11 12:00");
  issue("还早", "2026-03-20 12:00");
  issue("别人的", "2026-03-06 12:00", {{"handler_id", "甲"}});
  EXPECT_THAT(items(), ElementsAre("overdue 过了期 2026-03-04", "due 快到期 2026-03-11"));
}

TEST_F(TodayTest, AnExtensionIsTheDeadline) {
  const RowId row = saved(
      add_issue(town.place(), {{"village", "鱼泉村"}, {"text", "延了期"}, {"category", "环保"}}));
  saved(move_issue(town.place(), "accept", row, {{"due_at", "2026-03-04 12:00"}}));
  saved(move_issue(town.place(), "extend", row,
                   {{"reason", "等料"}, {"extended_until", "2026-03-09"}}));
  EXPECT_THAT(items(), ElementsAre("due 延了期 2026-03-09"));
}

// Whoever wrote it down asks whether it helped; whoever handled it does not.
TEST_F(TodayTest, AClosedIssueWaitsForACallBack) {
  const auto closed = [&](const std::string& text, const Inputs& more) {
    Inputs all{{"village", "鱼泉村"}, {"text", text}, {"category", "环保"}};
    all.insert(all.end(), more.begin(), more.end());
    all.push_back({"registered_on", "2026-03-03"});
    const RowId row = saved(add_issue(town.place(), all));
    saved(move_issue(town.place(), "close", row,
                     {{"closure", "已解决"}, {"result", "好了"}, {"closed_on", "2026-03-04"}}));
    return row;
  };
  const RowId mine = closed("我记的", {{"handler_id", "甲"}});
  closed("我办的", {{"handler_id", "管理员"}});
  closed("别人记的", {{"recorded_by", "乙"}});
  closed("我结的", {});
  EXPECT_THAT(items(), ElementsAre("call back 我记的 2026-03-04"));
  saved(move_issue(town.place(), "callback", mine, {{"callback", "满意"}}));
  EXPECT_THAT(items(), IsEmpty());
}

TEST_F(TodayTest, WithADoubtfulClockNothingIsOverdue) {
  issue("过了期", "1970-01-01 08:00");
  town.desk.clock.set_wall(mq::testing::kYear1970);
  const auto made = today(town.place());
  EXPECT_TRUE(made->clock_doubtful);
  EXPECT_THAT(items(), ElementsAre("due 过了期 1970-01-01"));
}

// Nor with the server's time known, which the list of what is overdue by unit goes by.
TEST_F(TodayTest, WithADoubtfulClockNothingIsOverdueForAnybody) {
  issue("过了期", "2026-03-04 12:00");
  ASSERT_TRUE(town.world.settle());
  EXPECT_THAT(items(), ElementsAre("overdue 过了期 2026-03-04"));
  town.desk.clock.set_wall(mq::testing::kYear1970);
  EXPECT_EQ(overdue_by_unit(town.place(), {})->units.at(0).overdue.size(), 1u);
  EXPECT_THAT(items(), ElementsAre("due 过了期 2026-03-04"));
}

TEST_F(TodayTest, APairedHouseholdIsListedUntilSomebodyWasMet) {
  pair_me();
  EXPECT_THAT(items(), ElementsAre("not seen 999999100201010001 王一 never"));
  visit("2026-03-01", "不在家");
  EXPECT_THAT(items(), ElementsAre("not seen 999999100201010001 王一 never"));
  visit("2026-02-03", "见到家人");
  EXPECT_THAT(items(), IsEmpty()) << "thirty days ago is not longer than thirty days";
  EXPECT_THAT(items(29), ElementsAre("not seen 999999100201010001 王一 2026-02-03"));
}

// A class of households may be visited more often than others; of several the shortest counts.
TEST_F(TodayTest, AClassOfHouseholdsHasItsOwnInterval) {
  pair_me();
  visit("2026-02-20", "见到家人");
  EXPECT_THAT(items(), IsEmpty());
  ASSERT_TRUE(set_interval(town.place(), "监测", 7).ok());
  ASSERT_TRUE(set_interval(town.place(), "一般", 180).ok());
  const Workplace place = town.place();
  const RowId row = Directory(place).household("999999100201010001")->id;
  const auto classes = [&](const char* text) {
    saved(amend(place, *place.vault.schema().entity("Household"), row, {{"class", text}},
                place.vault.view()));
  };
  classes("一般、监测");
  EXPECT_THAT(items(), ElementsAre("not seen 999999100201010001 王一 2026-02-20"));
  classes("一般");
  EXPECT_THAT(items(5), IsEmpty()) << "180 days, whatever the ordinary interval";
  ASSERT_TRUE(set_interval(town.place(), "一般", 0).ok());
  EXPECT_EQ(items(5).size(), 1u);
}

TEST_F(TodayTest, WhatWaitsToBeAcceptedIsTheDesksAndWhatComesBackIsItsWriters) {
  const RowId row = saved(add_issue(town.place(), {{"village", "鱼泉村"},
                                                   {"text", "路灯不亮"},
                                                   {"category", "市容"},
                                                   {"registered_on", "2026-03-02"}}));
  saved(move_issue(town.place(), "submit", row, {}));
  const auto made = today(town.place());
  EXPECT_EQ(made->waiting, 1);
  EXPECT_EQ(made->waiting_since->iso(), "2026-03-02");
  EXPECT_THAT(made->items, IsEmpty());
  SimDevice& cadre = town.join("乙", {"鱼泉村"}, false);
  EXPECT_EQ(today(town.at(cadre))->waiting, 0) << "not a cadre's to accept";
  saved(move_issue(town.place(), "return", row, {{"reason", "哪一盏"}}));
  EXPECT_THAT(items(), ElementsAre("returned 路灯不亮 2026-03-02"));
  EXPECT_EQ(today(town.place())->waiting, 0);
}

// With the hour and the day that run between the levels.
TEST_F(TodayTest, MyDisputesAreListedUntilTheyEnd) {
  const auto dispute = [&](const std::string& text, const std::string& lead) {
    const RowId row = saved(add_dispute(town.place(), {{"parties", "张家"},
                                                       {"kind", "邻里"},
                                                       {"village", "鱼泉村"},
                                                       {"found_on", "2026-03-01"},
                                                       {"text", text}}));
    saved(move_dispute(
        town.place(), "mediate", row,
        {{"lead_id", lead}, {"measure", "谈"}, {"due", "2026-03-04"}, {"duty", "组"}}));
    return row;
  };
  dispute("别人的", "甲");
  const RowId mine = dispute("我的", "管理员");
  EXPECT_THAT(items(), ElementsAre("overdue 我的 2026-03-04"));
  saved(move_dispute(town.place(), "fail", mine, {{"reason", "不肯"}}));
  EXPECT_THAT(items(), ElementsAre("due 我的 2026-03-05")) << "an hour to report it";
  town.world.advance(std::chrono::minutes(61));
  EXPECT_THAT(items(), ElementsAre("overdue 我的 2026-03-05"));
  saved(move_dispute(town.place(), "report", mine, {}));
  EXPECT_THAT(items(), ElementsAre("due 我的 2026-03-06")) << "a day to come";
}

TEST_F(TodayTest, APromiseOfMineIsListedFromAWeekBefore) {
  const auto promise = [&](const char* text, const char* due, const Inputs& more = {}) {
    Inputs all{{"village", "鱼泉村"}, {"kind", "年度"}, {"text", text}, {"due", due}};
    all.insert(all.end(), more.begin(), more.end());
    saved(add_commitment(town.place(), all));
  };
  promise("修桥", "2026-03-12");
  promise("还早", "2026-03-13");
  promise("别人的", "2026-03-06", {{"owner_id", "甲"}});
  EXPECT_THAT(items(), ElementsAre("promised 修桥 2026-03-12"));
}

// The server's time is later than this clock says: it is the clock that is wrong.
TEST_F(TodayTest, AClockBehindTheServersIsDoubtful) {
  ASSERT_TRUE(town.world.settle());
  ASSERT_FALSE(today(town.place())->clock_doubtful);
  town.desk.clock.jump(-std::chrono::minutes(50));
  EXPECT_FALSE(today(town.place())->clock_doubtful) << "within the hour";
  town.desk.clock.jump(std::chrono::minutes(50));
  town.desk.clock.jump(-std::chrono::hours(48));
  EXPECT_TRUE(today(town.place())->clock_doubtful);
  town.desk.clock.jump(std::chrono::hours(48 + 24 * 400));
  EXPECT_TRUE(today(town.place())->clock_doubtful) << "more than a year ahead";
}

TEST_F(TodayTest, CountsPairsAndWhatStandsOnThisDeviceAlone) {
  pair_me();
  const auto made = today(town.place());
  EXPECT_EQ(made->pairs, 1);
  EXPECT_EQ(made->pairs_due, 0) << "the founder has no rank";
  EXPECT_GT(made->unsent, 0u);
  const Workplace place = town.place();
  ASSERT_TRUE(
      keep_local(
          place, *place.vault.schema().entity("Visit"),
          {{"household_id", "999999100201010002"}, {"date", "2026-03-05"}, {"outcome", "见到户主"}})
          .ok());
  EXPECT_EQ(today(place)->unsent, made->unsent + 1);
}

TEST_F(TodayTest, ADraftWaitsUntilItIsSubmitted) {
  const RowId row = saved(add_diary(town.place(), {{"date", "2026-03-04"}, {"body", "走访三户"}}));
  EXPECT_THAT(items(), ElementsAre("draft 走访三户 2026-03-04"));
  saved(submit_diary(town.place(), row));
  EXPECT_THAT(items(), IsEmpty());
}

TEST_F(TodayTest, APromiseThatWasGivenBackOrSettledIsNotListed) {
  const auto promise = [&](const char* text) {
    return saved(add_commitment(
        town.place(),
        {{"village", "鱼泉村"}, {"kind", "年度"}, {"text", text}, {"due", "2026-03-06"}}));
  };
  const auto move = [&](const RowId& row, const char* verb, const Inputs& inputs) {
    saved(move_commitment(town.place(), verb, row, inputs));
  };
  promise("修桥");
  move(promise("退回的"), "review", {{"decision", "退回"}, {"review", "太大"}});
  const RowId failed = promise("没办成的");
  move(failed, "review", {{"decision", "通过"}});
  move(failed, "publish", {});
  move(failed, "progress", {{"progress", "开工"}});
  move(failed, "settle", {{"outcome", "未兑现"}, {"explanation", "塌方"}});
  EXPECT_THAT(items(), ElementsAre("promised 修桥 2026-03-06"));
}

TEST_F(TodayTest, WhatIsClosedIsNotDueAnyMore) {
  const RowId row = saved(
      add_issue(town.place(), {{"village", "鱼泉村"}, {"text", "办完的"}, {"category", "环保"}}));
  saved(move_issue(town.place(), "accept", row, {{"due_at", "2026-03-06 12:00"}}));
  saved(move_issue(town.place(), "withdraw", row, {{"reason", "他自己办好了"}}));
  EXPECT_THAT(items(), IsEmpty());
}

TEST_F(TodayTest, ADraftThatIWroteForSomebodyElseIsMine) {
  saved(add_diary(town.place(), {{"date", "2026-03-04"},
                                 {"body", "替他写的"},
                                 {"author_id", "甲"},
                                 {"agreed", "念给他听过"}}));
  EXPECT_THAT(items(), ElementsAre("draft 替他写的 2026-03-04"));
}

// Paired with both rows of one household, before anybody knew that they are one.
TEST_F(TodayTest, AHouseholdThatIHelpTwiceIsListedOnce) {
  pair_me();
  const RowId twin =
      saved(add_household(town.place(), {{"village", "鱼泉村"}, {"head_name", "王一"}}));
  saved(
      add_pairing(town.place(),
                  {{"cadre_id", "管理员"}, {"household_id", twin.hex()}, {"from", "2026-02-01"}}));
  EXPECT_EQ(today(town.place())->pairs, 2);
  saved(change_household(town.place(), "merge", twin,
                         {{"into", "999999100201010001"}, {"same", "是"}}));
  EXPECT_EQ(items().size(), 1u);
  EXPECT_EQ(today(town.place())->pairs, 1);
}

// Whoever set its last day and left it 进行中 is not asked for it any longer, nor before it begins.
TEST_F(TodayTest, APairingIsMineFromItsFirstDayToItsLast) {
  const auto pair = [&](const char* household, const char* from, const char* to) {
    saved(add_pairing(
        town.place(),
        {{"cadre_id", "管理员"}, {"household_id", household}, {"from", from}, {"to", to}}));
  };
  pair("999999100201010001", "2026-01-05", "2026-03-04");
  pair("999999100201010002", "2026-03-06", "2026-12-31");
  EXPECT_THAT(items(), IsEmpty());
  EXPECT_EQ(today(town.place())->pairs, 0);
  town.desk.clock.jump(std::chrono::hours(24));
  EXPECT_EQ(items().size(), 1u);
  EXPECT_EQ(today(town.place())->pairs, 1);
}

TEST_F(TodayTest, WithNoTimeKnownAPairingWithoutALastDayIsMine) {
  pair_me();
  town.desk.clock.set_wall(mq::testing::kYear1970);
  EXPECT_EQ(today(town.place())->pairs, 1);
}

// Nobody is met there any more: the ledgers leave it out of 应走访户 too.
TEST_F(TodayTest, AHouseholdThatDiedOutOrMovedAwayIsNotAskedFor) {
  pair_me();
  const Workplace place = town.place();
  const RowId row = Directory(place).household("999999100201010001")->id;
  for (const char* status : {"死亡", "迁出", "注销", "空挂"}) {
    saved(amend(place, *place.vault.schema().entity("Household"), row, {{"status", status}},
                place.vault.view()));
    EXPECT_THAT(items(), IsEmpty()) << status;
    EXPECT_EQ(today(place)->pairs, 1) << "RP06 counts the pairing until it ends";
  }
  saved(amend(place, *place.vault.schema().entity("Household"), row, {{"status", "外出"}},
              place.vault.view()));
  EXPECT_EQ(items().size(), 1u) << "whoever works away is still to be reached";
}

// It was struck off; its people are met in the other.
TEST_F(TodayTest, AHouseholdThatWasMergedIntoAnotherIsNotAskedFor) {
  pair_me();
  saved(change_household(town.place(), "merge",
                         Directory(town.place()).household("999999100201010001")->id,
                         {{"into", "999999100201010002"}}));
  EXPECT_THAT(items(), IsEmpty());
}

TEST_F(TodayTest, APairThatHasEndedIsNotMine) {
  pair_me();
  const Workplace place = town.place();
  auto q = place.vault.database().query("SELECT id FROM \"pairing\"");
  ASSERT_TRUE(*q->step());
  saved(amend(place, *place.vault.schema().entity("Pairing"), *RowId::from(q->blob(0)),
              {{"to", "2026-03-01"}, {"status", "已结束"}}, place.vault.view()));
  EXPECT_THAT(items(), IsEmpty());
}

// The household is in two rows: whoever was met under either was met.
TEST_F(TodayTest, AVisitToTheDoubleOfAHouseholdCounts) {
  pair_me();
  const RowId twin =
      saved(add_household(town.place(), {{"village", "鱼泉村"}, {"head_name", "王一"}}));
  saved(add_visit(town.place(), {{"household_id", twin.hex()},
                                 {"date", "2026-03-01"},
                                 {"outcome", "见到家人"},
                                 {"visited_by", "甲"}}));
  EXPECT_EQ(items().size(), 1u);
  saved(change_household(town.place(), "merge", twin,
                         {{"into", "999999100201010001"}, {"same", "是"}}));
  EXPECT_THAT(items(), IsEmpty());
}

// After a move its row stands twice, and only what the new one says goes for it.
TEST_F(TodayTest, TheIntervalIsThatOfTheRowThatCounts) {
  pair_me();
  visit("2026-02-20", "见到家人");
  ASSERT_TRUE(set_interval(town.place(), "监测", 7).ok());
  const Workplace place = town.place();
  const auto classes = [&](const char* text) {
    saved(amend(place, *place.vault.schema().entity("Household"),
                Directory(place).household("999999100201010001")->id, {{"class", text}},
                place.vault.view()));
  };
  classes("监测");
  EXPECT_EQ(items().size(), 1u);
  saved(change_household(place, "move", Directory(place).household("999999100201010001")->id,
                         {{"village", "清渭社区"}}));
  classes("一般");
  EXPECT_THAT(items(), IsEmpty());
  EXPECT_EQ(set_interval(town.at(town.join("甲", {"鱼泉村"}, false)), "监测", 1).error().code,
            Code::kNotAllowed);
}

}  // namespace
}  // namespace mq::work::testing
