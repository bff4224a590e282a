// Issues: registered, accepted with a deadline, closed with how and why.
#include "mq/work/issue.h"

#include <map>
#include <tuple>

#include "minqing/model/v1/issue.pb.h"
#include "mq/work/month.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

namespace mpb = ::minqing::model::v1;
using ::testing::ElementsAre;

class IssueTest : public ::testing::Test {
 protected:
  IssueTest() { town.with_people(); }
  Result<Outcome> add(Inputs more) {
    more.push_back({"text", "垃圾池一个月没清"});
    more.push_back({"category", "环保"});
    return add_issue(town.place(), more);
  }
  std::string see(const RowId& row, std::string_view field) {
    return shown(town.place(), "Issue", row, field);
  }
  Township town;
};

TEST_F(IssueTest, MovesOnlyAsTheTableSays) {
  const RowId row = saved(add({{"village", "鱼泉村"}}));
  EXPECT_EQ(see(row, "state"), "登记");
  EXPECT_THAT(fields_of(move_issue(town.place(), "close", row, {})->faults),
              ElementsAre("closure", "result"));
  saved(move_issue(town.place(), "accept", row, {{"handler_id", "丙"}}));
  EXPECT_EQ(see(row, "state"), "已受理");
  EXPECT_EQ(see(row, "due_at"), "2026-03-10 23:59") << "help: three working days, to the day's end";
  EXPECT_THAT(fields_of(move_issue(town.place(), "accept", row, {})->faults), ElementsAre("state"));
  EXPECT_THAT(fields_of(move_issue(town.place(), "close", row,
                                   {{"closure", "列入计划"}, {"result", "报了"}})
                            ->faults),
              ElementsAre("planned_until"));
  saved(move_issue(town.place(), "close", row, {{"closure", "已解决"}, {"result", "已清运"}}));
  EXPECT_EQ(see(row, "state"), "已办结");
  EXPECT_THAT(
      fields_of(
          move_issue(town.place(), "close", row, {{"closure", "已解决"}, {"result", "x"}})->faults),
      ElementsAre("state"));
}

TEST_F(IssueTest, AppealsHaveSixtyDaysAndSuggestionsThirteenWorkingDays) {
  const RowId appeal = saved(add({{"village", "鱼泉村"}, {"nature", "申诉求决"}}));
  saved(move_issue(town.place(), "accept", appeal, {}));
  EXPECT_EQ(see(appeal, "due_at"), "2026-05-04 23:59");
  const RowId advice = saved(add({{"village", "鱼泉村"}, {"nature", "意见建议"}}));
  saved(move_issue(town.place(), "accept", advice, {}));
  EXPECT_EQ(see(advice, "due_at"), "2026-03-24 23:59");
}

TEST_F(IssueTest, NamesItsVillageOrWhatStandsInOne) {
  EXPECT_THAT(fields_of(add({})->faults), ElementsAre("village_id"));
  const auto village = Directory(town.place()).village("清渭社区");
  const RowId of_house = saved(add({{"household_id", "999999100001010001"}}));
  EXPECT_EQ(see(of_house, "village_id"), village->org_unit.hex());
  const RowId visit = saved(add_visit(
      town.place(),
      {{"household_id", "999999100001010001"}, {"date", "2026-03-01"}, {"outcome", "见到户主"}}));
  const RowId of_visit = saved(add({{"visit_id", visit.hex()}}));
  EXPECT_EQ(see(of_visit, "village_id"), village->org_unit.hex());
  EXPECT_EQ(see(of_visit, "registered_on"), "2026-03-01") << "by the date of its visit";
  EXPECT_EQ(shown(town.place(), "Visit", visit, "issue_ids"), of_visit.hex());
}

TEST_F(IssueTest, WhatBelongsToTheConfidentialChannelIsRefused) {
  EXPECT_THAT(fields_of(add_issue(town.place(),
                                  {{"village", "鱼泉村"}, {"text", "x"}, {"category", "廉政"}})
                            ->faults),
              ElementsAre("category"));
  const RowId row = saved(add({{"village", "鱼泉村"}}));
  const Workplace place = town.place();
  EXPECT_THAT(fields_of(amend(place, *place.vault.schema().entity("Issue"), row,
                              {{"nature", "检举控告"}}, place.vault.view())
                            ->faults),
              ElementsAre("nature"));
  EXPECT_EQ(count(place, "issue"), 1);
}

// The whole way, each move by the verb that makes it, and where it is noted.
TEST_F(IssueTest, FromRegisteringToStrikingOff) {
  const Workplace place = town.place();
  const RowId unit = saved(add_unit(place, {{"name", "镇民政办"}}));
  const RowId row = saved(add({{"village", "鱼泉村"}}));
  saved(move_issue(place, "submit", row, {}));
  saved(move_issue(place, "accept", row, {{"handler_id", "丙"}, {"lead_id", "甲"}}));
  EXPECT_THAT(fields_of(move_issue(place, "assign", row, {})->faults), ElementsAre("to_org"));
  saved(move_issue(place, "assign", row, {{"to_org", "镇民政办"}, {"term", "5 工作日"}}));
  EXPECT_EQ(see(row, "to_org"), unit.hex());
  EXPECT_EQ(see(row, "due_at"), "2026-03-12 23:59");
  EXPECT_THAT(fields_of(move_issue(place, "object", row, {})->faults), ElementsAre("reason"));
  saved(move_issue(place, "object", row, {{"reason", "不归我们管"}}));
  saved(move_issue(place, "assign", row, {{"to_org", "镇民政办"}}));
  saved(move_issue(place, "sign", row, {}));
  saved(move_issue(place, "progress", row, {}));
  saved(move_issue(place, "suspend", row, {{"reason", "等天晴"}, {"planned_until", "2026-04-01"}}));
  saved(move_issue(place, "progress", row, {}));
  saved(move_issue(place, "extend", row, {{"reason", "雨天"}, {"extended_until", "2026-03-20"}}));
  EXPECT_THAT(fields_of(move_issue(place, "review", row, {})->faults), ElementsAre("result"));
  saved(move_issue(place, "review", row, {{"result", "已清运"}}));
  saved(move_issue(place, "close", row, {{"closure", "已解决"}}));
  EXPECT_EQ(see(row, "state"), "已办结");
  EXPECT_THAT(
      fields_of(move_issue(place, "callback", row, {{"callback", "满意"}, {"callback_by", "丙"}})
                    ->faults),
      ElementsAre("callback_by"))
      << "never by the handler";
  saved(move_issue(place, "callback", row, {{"callback", "不满意"}, {"callback_by", "乙"}}));
  EXPECT_EQ(see(row, "callback_on"), "2026-03-05");
  EXPECT_THAT(fields_of(move_issue(place, "finish", row, {})->faults), ElementsAre("callback"));
  saved(move_issue(place, "reopen", row, {{"reason", "又堆满了"}}));
  for (const char* field : {"closed_on", "closure", "result", "callback", "callback_by"}) {
    EXPECT_EQ(see(row, field), "") << "open again, and " << field << " is of the first round";
  }
  EXPECT_THAT(fields_of(move_issue(place, "close", row, {})->faults),
              ::testing::IsSupersetOf({"closure", "result"}));
  saved(move_issue(place, "close", row, {{"closure", "已解决"}, {"result", "加了一个池"}}));
  saved(move_issue(place, "callback", row, {{"callback", "不满意"}, {"callback_by", "乙"}}));
  EXPECT_THAT(fields_of(move_issue(place, "reopen", row, {{"reason", "还是满"}})->faults),
              ElementsAre("state"))
      << "once only";
  saved(move_issue(place, "finish", row, {}));
  EXPECT_EQ(see(row, "state"), "销号");
  const std::string hops = see(row, "hops");
  for (const char* hop : {"报镇民情办", "交办 → 镇民政办", "异议移送:不归我们管", "签收",
                          "延期:雨天", "重办:又堆满了", "销号"}) {
    EXPECT_THAT(hops, ::testing::HasSubstr(hop));
  }
}

// Nobody is named as the handler and no unit has it: whoever closed it handled it.
TEST_F(IssueTest, WhoeverClosedItDoesNotCallBack) {
  SimDevice& phone = town.join("甲", {"鱼泉村"}, false);
  const Workplace cadre = town.at(phone);
  const auto closed = [&](const Inputs& more) {
    const RowId row = saved(add_issue(
        cadre, {{"village", "鱼泉村"}, {"text", "垃圾池一个月没清"}, {"category", "环保"}}));
    saved(move_issue(cadre, "accept", row, {}));
    Inputs how{{"closure", "已解决"}, {"result", "已清运"}};
    how.insert(how.end(), more.begin(), more.end());
    saved(move_issue(cadre, "close", row, how));
    return row;
  };
  const auto call_back = [](const Workplace& place, const RowId& row, const Inputs& more = {}) {
    Inputs all{{"callback", "满意"}};
    all.insert(all.end(), more.begin(), more.end());
    return move_issue(place, "callback", row, all);
  };
  const RowId row = closed({});
  EXPECT_THAT(fields_of(call_back(cadre, row)->faults), ElementsAre("callback_by"));
  EXPECT_EQ(shown(cadre, "Issue", row, "state"), "已办结");
  saved(call_back(cadre, row, {{"callback_by", "乙"}}));
  const model::Entity& issue = *cadre.vault.schema().entity("Issue");
  for (const Inputs& wrong : {Inputs{{"callback_by", "甲"}}, Inputs{{"handler_id", "乙"}}}) {
    EXPECT_THAT(fields_of(amend(cadre, issue, row, wrong, cadre.vault.view())->faults),
                ElementsAre("callback_by"));
  }
  saved(call_back(cadre, closed({{"handler_id", "乙"}})));
  EXPECT_THAT(fields_of(call_back(cadre, closed({{"handler_id", "甲"}}))->faults),
              ElementsAre("callback_by"));

  const RowId asked = closed({});
  ASSERT_TRUE(town.world.settle());
  saved(call_back(town.place(), asked));
}

// A desk that closes what a unit has done has handled nothing.
TEST_F(IssueTest, WhoeverClosesForAUnitMayCallBack) {
  const Workplace place = town.place();
  saved(add_unit(place, {{"name", "镇民政办"}}));
  const RowId row = saved(add({{"village", "鱼泉村"}}));
  saved(move_issue(place, "accept", row, {}));
  saved(move_issue(place, "assign", row, {{"to_org", "镇民政办"}}));
  saved(move_issue(place, "sign", row, {}));
  saved(move_issue(place, "review", row, {{"result", "已清运"}}));
  saved(move_issue(place, "close", row, {{"closure", "已解决"}}));
  saved(move_issue(place, "callback", row, {{"callback", "满意"}}));
}

// The second round is closed by somebody else, who then handled it.
TEST_F(IssueTest, OfTwoRoundsTheLastCloserHandledIt) {
  SimDevice& phone = town.join("甲", {"鱼泉村"}, false);
  const RowId row = saved(add({{"village", "鱼泉村"}}));
  const Inputs how{{"closure", "已解决"}, {"result", "已清运"}};
  saved(move_issue(town.place(), "close", row, how));
  ASSERT_TRUE(town.world.settle());
  saved(move_issue(town.at(phone), "callback", row, {{"callback", "不满意"}}));
  ASSERT_TRUE(town.world.settle());
  saved(move_issue(town.place(), "reopen", row, {{"reason", "又堆满了"}}));
  ASSERT_TRUE(town.world.settle());
  saved(move_issue(town.at(phone), "close", row, how));
  EXPECT_THAT(
      fields_of(move_issue(town.at(phone), "callback", row, {{"callback", "满意"}})->faults),
      ElementsAre("callback_by"));
  ASSERT_TRUE(town.world.settle());
  saved(move_issue(town.place(), "callback", row, {{"callback", "满意"}}));
}

// What somebody writes as a reason is no step.
TEST_F(IssueTest, AWordInAReasonTakesNothingUpAgain) {
  const Workplace place = town.place();
  const RowId row = saved(add({{"village", "鱼泉村"}}));
  saved(move_issue(place, "accept", row, {}));
  saved(move_issue(place, "progress", row, {{"reason", "先看一看 重办的可能"}}));
  saved(move_issue(place, "close", row, {{"closure", "已解决"}, {"result", "看过"}}));
  saved(move_issue(place, "callback", row, {{"callback", "不满意"}, {"callback_by", "乙"}}));
  EXPECT_THAT(fields_of(move_issue(place, "finish", row, {})->faults), ElementsAre("callback"));
  saved(move_issue(place, "reopen", row, {{"reason", "没解决"}}));
}

TEST_F(IssueTest, WhatIsTakenUpAgainHasTheTermThatWasTyped) {
  const Workplace place = town.place();
  const auto reopened = [&](Inputs how) {
    const RowId row = saved(add({{"village", "鱼泉村"}}));
    saved(move_issue(place, "accept", row, {{"due_at", "2026-03-04 18:00"}}));
    saved(move_issue(place, "close", row, {{"closure", "已解决"}, {"result", "看过"}}));
    saved(move_issue(place, "callback", row, {{"callback", "不满意"}, {"callback_by", "乙"}}));
    how.push_back({"reason", "没解决"});
    const auto done = move_issue(place, "reopen", row, how);
    return std::pair(see(saved(done), "due_at"), fields_of(done->flags));
  };
  const auto [typed, silent] = reopened({{"term", "5工作日"}});
  EXPECT_EQ(typed.substr(0, 10), "2026-03-12");
  EXPECT_THAT(silent, ElementsAre());
  EXPECT_EQ(reopened({{"due_at", "2026-04-01 12:00"}}).first, "2026-04-01 12:00");
  const auto [kept, told] = reopened({});
  EXPECT_EQ(kept, "2026-03-04 18:00");
  EXPECT_THAT(told, ElementsAre("due_at"));
}

TEST_F(IssueTest, TellsItsWayInOrder) {
  const Workplace place = town.place();
  saved(add_unit(place, {{"name", "镇民政办"}}));
  const RowId row = saved(add({{"village", "鱼泉村"}}));
  const auto move = [&](const char* verb, const Inputs& inputs) {
    town.desk.clock.advance(std::chrono::seconds(1));
    saved(move_issue(town.place(), verb, row, inputs));
  };
  move("accept", {});
  move("assign", {{"to_org", "镇民政办"}});
  move("object", {{"reason", "不归我们管"}});
  EXPECT_EQ(see(row, "hops"),
            "2026-03-05 08:00:01 受理、2026-03-05 08:00:02 交办 → 镇民政办、"
            "2026-03-05 08:00:03 异议移送:不归我们管");
}

// A script, or a clerk who accepts and hands out at once, makes several steps within a second.
TEST_F(IssueTest, StepsOfOneSecondStandInTheOrderInWhichTheyWereMade) {
  const Workplace place = town.place();
  saved(add_unit(place, {{"name", "镇民政办"}}));
  const RowId row = saved(add({{"village", "鱼泉村"}}));
  saved(move_issue(place, "submit", row, {}));
  saved(move_issue(place, "accept", row, {}));
  saved(move_issue(place, "assign", row, {{"to_org", "镇民政办"}}));
  saved(move_issue(place, "object", row, {{"reason", "不归我们管"}}));
  std::vector<std::string> steps;
  for (const std::string& hop : split(see(row, "hops"), "、")) steps.push_back(hop.substr(20));
  EXPECT_THAT(steps, ElementsAre("报镇民情办", "受理", "交办 → 镇民政办", "异议移送:不归我们管"));
}

TEST_F(IssueTest, EndsInOtherWaysWithTheirReasons) {
  const Workplace place = town.place();
  const auto fresh = [&] { return saved(add({{"village", "鱼泉村"}})); };
  for (const auto& [verb, state, closure] :
       {std::tuple{"waive", "无须办理", "无须办理"}, std::tuple{"withdraw", "撤回", ""},
        std::tuple{"legal", "依法导入", "导入法定程序"}}) {
    const RowId row = fresh();
    EXPECT_THAT(fields_of(move_issue(place, verb, row, {})->faults), ElementsAre("reason")) << verb;
    EXPECT_THAT(fields_of(move_issue(place, verb, row, {{"reason", " "}})->faults),
                ElementsAre("reason"))
        << verb << " without a word";
    saved(move_issue(place, verb, row, {{"reason", "说明"}}));
    EXPECT_EQ(see(row, "state"), state);
    EXPECT_EQ(see(row, "closure"), closure);
    EXPECT_EQ(see(row, "closed_on"), "2026-03-05") << verb;
  }
  const RowId first = fresh(), second = fresh(), third = fresh();
  EXPECT_THAT(fields_of(move_issue(place, "merge", first, {})->faults), ElementsAre("into"));
  EXPECT_THAT(fields_of(move_issue(place, "merge", first, {{"into", first.hex()}})->faults),
              ElementsAre("into"));
  saved(move_issue(place, "merge", first, {{"into", second.hex()}}));
  EXPECT_EQ(see(first, "merged_into"), second.hex());
  EXPECT_THAT(fields_of(move_issue(place, "merge", third, {{"into", first.hex()}})->faults),
              ElementsAre("into"))
      << "that one is a double itself";
}

// Each desk thought the other's the double: nobody worked on either.
TEST_F(IssueTest, MergedIntoEachOtherApartOneIsTakenUpAgain) {
  SimDevice& second = town.world.add_admin(town.desk, "副");
  town.join("甲", {"鱼泉村"}, false);
  const RowId a = saved(add({{"village", "鱼泉村"}})), b = saved(add({{"village", "鱼泉村"}}));
  ASSERT_TRUE(town.world.settle());
  saved(move_issue(town.place(), "merge", a, {{"into", b.hex()}}));
  saved(move_issue(town.at(second), "merge", b, {{"into", a.hex()}}));
  ASSERT_TRUE(town.world.settle());
  ASSERT_EQ(see(a, "state"), "重复合并");
  ASSERT_EQ(see(b, "state"), "重复合并");
  const auto mutual = [&] {
    const auto all = repairs(town.place());
    EXPECT_TRUE(all.ok());
    const auto found = std::ranges::find(*all, "issue list", &Repair::command);
    return found == all->end() ? 0 : found->count;
  };
  EXPECT_EQ(mutual(), 2);
  EXPECT_THAT(fields_of(move_issue(town.place(), "separate", a, {})->faults),
              ElementsAre("reason"));
  saved(move_issue(town.place(), "separate", a, {{"reason", "两边互相合并了"}}));
  EXPECT_EQ(see(a, "state"), "待受理");
  EXPECT_EQ(see(a, "merged_into"), "");
  EXPECT_EQ(see(a, "closed_on"), "");
  EXPECT_EQ(see(b, "merged_into"), a.hex());
  EXPECT_EQ(mutual(), 0);
  saved(move_issue(town.place(), "accept", a, {}));
}

// The model is the table: at every state every verb is refused exactly if the table has no such
// move, and what is refused changes nothing.
TEST_F(IssueTest, EveryIllegalMoveIsRefusedAtEntry) {
  const Workplace place = town.place();
  saved(add_unit(place, {{"name", "镇民政办"}}));
  const RowId other = saved(add({{"village", "鱼泉村"}}));
  const auto everything = [&](std::string_view verb) -> Inputs {
    const char* felt = verb == "finish" ? "满意" : "不满意";
    return {{"reason", "说明"},
            {"to_org", "镇民政办"},
            {"result", "办了"},
            {"closure", "已解决"},
            {"callback", felt},
            {"callback_by", "乙"},
            {"handler_id", "丙"},
            {"planned_until", "2026-04-01"},
            {"due_at", "2026-03-09 12:00"},
            {"into", other.hex()}};
  };
  // How each state is reached, by the shortest way.
  std::map<int, std::vector<std::string_view>> ways = {{mpb::ISSUE_STATE_REGISTERED, {}}};
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& [state, way] : std::map(ways)) {
      for (const IssueVerb& verb : issue_verbs()) {
        if (!legal_issue_move(state, verb.to) || ways.contains(verb.to)) continue;
        ways[verb.to] = way;
        ways[verb.to].push_back(verb.verb);
        grown = true;
      }
    }
  }
  EXPECT_EQ(ways.size(), 18u) << "every state but 当场办结, which a visit makes";
  int refused = 0, made = 0;
  for (const auto& [state, way] : ways) {
    for (const IssueVerb& verb : issue_verbs()) {
      if (verb.to == 0) continue;
      const RowId row = saved(add({{"village", "鱼泉村"}}));
      for (const std::string_view step : way) saved(move_issue(place, step, row, everything(step)));
      const std::string before = see(row, "state") + see(row, "hops");
      const auto outcome = move_issue(place, verb.verb, row, everything(verb.verb));
      ASSERT_TRUE(outcome.ok());
      const bool apart = (state == mpb::ISSUE_STATE_MERGED) == (verb.verb == "separate");
      EXPECT_EQ(outcome->ok(), legal_issue_move(state, verb.to) && apart)
          << before << " " << verb.verb;
      if (!outcome->ok()) {
        EXPECT_EQ(see(row, "state") + see(row, "hops"), before);
      }
      ++(outcome->ok() ? made : refused);
    }
  }
  EXPECT_GT(made, 50);
  EXPECT_GT(refused, 200);
}

// DOMAIN F2 once more, written apart from the table: what may follow each state; and the way back
// from a merger, which it lacks (ARCHITECTURE).
TEST_F(IssueTest, TheTableIsTheOneOfTheDomain) {
  const std::map<std::string, std::string> next = {
      {"登记", "待受理、已受理、退回补充、已办结、重复合并、无须办理、撤回、依法导入、当场办结"},
      {"待受理", "已受理、退回补充、已办结、重复合并、无须办理、撤回、依法导入"},
      {"退回补充", "待受理、重复合并、撤回"},
      {"已受理", "已交办、办理中、挂起、已办结、重复合并、无须办理、撤回、依法导入"},
      {"已交办", "已签收、异议移送、撤回"},
      {"异议移送", "已交办、无须办理、撤回、依法导入"},
      {"已签收", "办理中、异议移送、待审核、撤回"},
      {"办理中", "待审核、挂起、已办结、撤回"},
      {"挂起", "办理中、待审核、已办结、撤回"},
      {"待审核", "办理中、已办结"},
      {"已办结", "已回访"},
      {"当场办结", "已回访"},
      {"已回访", "销号、重办"},
      {"重复合并", "待受理"},
      {"重办", "已交办、办理中、待审核、挂起、已办结、撤回"}};
  const model::Field& state = *town.place().vault.schema().entity("Issue")->field("state");
  constexpr int kStates = 32;
  for (int from = 1; from < kStates; ++from) {
    const std::string name = model::format_value(state, std::int64_t{from});
    const auto listed = next.find(name);
    std::vector<std::string> expected, made;
    if (listed != next.end()) expected = split(listed->second, "、");
    for (int to = 1; to < kStates; ++to) {
      if (!legal_issue_move(from, to)) continue;
      made.push_back(model::format_value(state, std::int64_t{to}));
    }
    EXPECT_THAT(made, ::testing::UnorderedElementsAreArray(expected)) << name;
  }
}

// The term counts from when it was accepted, and with a doubtful clock from the server's time.
TEST_F(IssueTest, ATermCountsFromAcceptanceAndNotFromAClockThatIsWrong) {
  const RowId typed = saved(add({{"village", "鱼泉村"}, {"registered_on", "2026-03-01"}}));
  saved(move_issue(town.place(), "accept", typed, {{"accepted_at", "2026-03-02 09:00"}}));
  EXPECT_EQ(see(typed, "due_at"), "2026-03-05 23:59");
  ASSERT_TRUE(town.world.settle());
  town.desk.clock.jump(-std::chrono::hours(24 * 3));
  const RowId row = saved(add({{"village", "鱼泉村"}, {"registered_on", "2026-03-01"}}));
  const auto accepted = move_issue(town.place(), "accept", row, {});
  saved(accepted);
  EXPECT_THAT(fields_of(accepted->flags), ::testing::Contains("due_at")) << "and it is told";
  EXPECT_EQ(see(row, "due_at"), "2026-03-10 23:59");
}

TEST_F(IssueTest, SomeMovesAreTheDesksAlone) {
  SimDevice& cadre = town.join("丙", {"鱼泉村"}, false);
  for (const IssueVerb& verb : issue_verbs()) {
    const RowId row = saved(add_issue(
        town.at(cadre), {{"village", "鱼泉村"}, {"text", "路灯不亮"}, {"category", "市容"}}));
    const auto outcome = move_issue(town.at(cadre), verb.verb, row, {{"reason", "x"}});
    EXPECT_EQ(!outcome.ok() && outcome.error().code == Code::kNotAllowed, verb.desk) << verb.verb;
  }
}

TEST_F(IssueTest, AnExtensionIsLaterAndOfAPetitionThirtyDaysAtMost) {
  const Workplace place = town.place();
  const RowId row = saved(add({{"village", "鱼泉村"}, {"nature", "申诉求决"}}));
  const auto extend = [&](const char* until) {
    return fields_of(
        move_issue(place, "extend", row, {{"reason", "x"}, {"extended_until", until}})->faults);
  };
  EXPECT_THAT(extend("2026-05-10"), ElementsAre("due_at")) << "nothing is due yet";
  saved(move_issue(place, "accept", row, {}));  // until 2026-05-04
  EXPECT_THAT(extend("2026-05-04"), ElementsAre("extended_until"));
  EXPECT_THAT(extend("2026-06-04"), ElementsAre("extended_until"));
  EXPECT_THAT(extend("2026-06-03"), ElementsAre());
  saved(move_issue(place, "close", row, {{"closure", "已解决"}, {"result", "办了"}}));
  EXPECT_THAT(extend("2026-06-02"), ElementsAre("due_at")) << "it is closed";
}

TEST_F(IssueTest, ADeadlineBeyondTheTableIsAsked) {
  town.world.advance(std::chrono::hours(24 * 299));  // 2026-12-29
  const RowId row = saved(add({{"village", "鱼泉村"}}));
  EXPECT_THAT(fields_of(move_issue(town.place(), "accept", row, {})->faults),
              ElementsAre("due_at"));
  EXPECT_THAT(fields_of(move_issue(town.place(), "accept", row, {{"term", "三天"}})->faults),
              ElementsAre("term"));
  saved(move_issue(town.place(), "accept", row, {{"due_at", "2027-01-05 17:00"}}));
}

}  // namespace
}  // namespace mq::work::testing
