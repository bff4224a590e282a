// Hand-outs: what a unit gets and never gets, what it may do, and what of that reaches the issue.
#include "mq/work/handout.h"

#include <algorithm>
#include <set>

#include "mq/base/date.h"
#include "mq/work/issue.h"
#include "mq/work/today.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kUnit = "民政办";

// The clock stands on 2026-03-05, a Thursday.
class HandoutTest : public ::testing::Test {
 protected:
  HandoutTest() {
    town.with_people();
    saved(add_unit(town.place(), {{"name", kUnit}}));
    saved(add_unit(town.place(), {{"name", "水利站"}}));
  }
  SimDevice& unit_joins() {
    town.join("甲", {"鱼泉村"}, false);
    return town.join_unit(kUnit, "小李");
  }
  RowId assigned(const Inputs& more = {}, const std::string& unit = kUnit) {
    Inputs all{{"village", "鱼泉村"},
               {"text", "低保没有发下来"},
               {"category", "社保"},
               {"reporter", "王一"},
               {"phone", "13900000001"}};
    all.insert(all.end(), more.begin(), more.end());
    const RowId row = saved(add_issue(town.place(), all));
    saved(move_issue(town.place(), "accept", row, {{"due_at", "2026-03-20 18:00"}}));
    saved(move_issue(town.place(), "assign", row, {{"to_org", unit}}));
    EXPECT_TRUE(town.world.settle());
    return row;
  }
  std::vector<RowId> held(const Workplace& place) {
    auto q = place.vault.database().query("SELECT id FROM \"handout\" ORDER BY handed_at, id");
    EXPECT_TRUE(q.ok());
    std::vector<RowId> out;
    while (q->step().value()) out.push_back(RowId::from(q->blob(0)).value_or(RowId{}));
    return out;
  }
  Result<Outcome> act(SimDevice& device, std::string_view verb, const Inputs& inputs = {}) {
    return move_handout(town.at(device), verb, held(town.at(device)).back(), inputs);
  }
  std::size_t taken() {
    EXPECT_TRUE(town.world.settle());
    const auto done = take_handouts(town.place());
    EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().en);
    EXPECT_TRUE(town.world.settle());
    return done.ok() ? *done : 0;
  }
  std::string issue(const RowId& row, std::string_view field) {
    return shown(town.place(), "Issue", row, field);
  }
  std::string told(SimDevice& device, std::string_view field) {
    return shown(town.at(device), "Handout", held(town.at(device)).back(), field);
  }
  std::string state(SimDevice& device) { return told(device, "state"); }
  Keeping keeping(const RowId& row) {
    const auto data =
        town.place().vault.load(town.place().vault.schema().entity("Issue")->number, row);
    return *keeping_of(town.place(), **data);
  }
  Township town;
};

TEST_F(HandoutTest, AUnitGetsTheTextOfThatMomentAndNothingElse) {
  SimDevice& device = unit_joins();
  const auto visit = add_visit(town.place(), {{"household_id", "999999100201010001"},
                                              {"date", "2026-03-05"},
                                              {"outcome", "见到户主"},
                                              {"text", "只有走访里写的话"},
                                              {"demand", "低保没有发下来"},
                                              {"category", "社保"}});
  saved(visit);
  const RowId row = visit->also.front().second;
  saved(move_issue(town.place(), "accept", row, {{"due_at", "2026-03-20 18:00"}}));
  saved(move_issue(town.place(), "assign", row, {{"to_org", kUnit}}));
  EXPECT_TRUE(town.world.settle());
  const Workplace unit = town.at(device);
  ASSERT_EQ(held(unit).size(), 1u);
  const RowId given = held(unit).front();
  EXPECT_EQ(shown(unit, "Handout", given, "text"), "低保没有发下来");
  EXPECT_EQ(shown(unit, "Handout", given, "village"), "鱼泉村");
  EXPECT_EQ(shown(unit, "Handout", given, "reporter"), "王一");
  EXPECT_EQ(shown(unit, "Handout", given, "state"), "已交办");
  EXPECT_EQ(shown(unit, "Handout", given, "due_at"), "2026-03-20 18:00");
  EXPECT_EQ(shown(unit, "Handout", given, "category"), "社保");
  EXPECT_EQ(shown(unit, "Handout", given, "handed_by"), "管理员");
  for (const char* table : {"visit", "issue", "household", "person", "cadre", "diary"}) {
    EXPECT_EQ(count(unit, table), 0) << table;
  }
}

TEST_F(HandoutTest, AMaskedReporterIsNotNamed) {
  SimDevice& device = unit_joins();
  assigned({{"reporter_masked", "是"}});
  EXPECT_EQ(told(device, "reporter"), "");
  EXPECT_EQ(told(device, "phone"), "");
}

TEST_F(HandoutTest, AUnitWithoutADeviceIsMovedByTheDesk) {
  const RowId row = assigned();
  EXPECT_EQ(count(town.place(), "handout"), 0);
  saved(move_issue(town.place(), "sign", row, {}));
  EXPECT_EQ(taken(), 0u);
}

TEST_F(HandoutTest, OnlyLegalMovesAndOnlyTheUnits) {
  SimDevice& device = unit_joins();
  assigned();
  const RowId given = held(town.place()).front();
  EXPECT_EQ(move_handout(town.place(), "sign", given, {}).error().code, Code::kNotAllowed);
  EXPECT_THAT(fields_of(act(device, "answer", {{"result", "好了"}})->faults), ElementsAre("state"));
  EXPECT_THAT(fields_of(act(device, "progress", {{"progress", "在修"}})->faults),
              ElementsAre("state"));
  EXPECT_THAT(fields_of(act(device, "object")->faults), ElementsAre("reason"));
  saved(act(device, "sign", {{"handler", "小李"}}));
  EXPECT_THAT(fields_of(act(device, "sign")->faults), ElementsAre("state"));
  EXPECT_THAT(fields_of(act(device, "progress")->faults), ElementsAre("progress"));
  EXPECT_THAT(fields_of(act(device, "answer")->faults), ElementsAre("result"));
  saved(act(device, "progress", {{"progress", "查了名单、银行"}}));
  EXPECT_THAT(fields_of(act(device, "object", {{"reason", "晚了"}})->faults), ElementsAre("state"));
  saved(act(device, "answer", {{"result", "补发了"}}));
  EXPECT_EQ(state(device), "已报结");
  const Workplace unit = town.at(device);
  EXPECT_THAT(fields_of(amend(unit, *unit.vault.schema().entity("Handout"), given,
                              {{"result", "没有补发"}}, unit.vault.view())
                            ->faults),
              ElementsAre("*"));
  EXPECT_THAT(
      fields_of(cancel(unit, *unit.vault.schema().entity("Handout"), given, "x", unit.vault.view())
                    ->faults),
      ElementsAre("*"));
}

TEST_F(HandoutTest, WhatTheUnitDidMovesTheIssueOnce) {
  SimDevice& device = unit_joins();
  const RowId row = assigned();
  EXPECT_EQ(keeping(row).holder, kUnit);
  EXPECT_THAT(keeping(row).since, HasSubstr("2026-03-05"));
  saved(act(device, "sign"));
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(issue(row, "state"), "已签收");
  saved(act(device, "progress", {{"progress", "查了名单、银行"}}));
  saved(act(device, "progress", {{"progress", "在补发"}}));
  saved(act(device, "answer", {{"result", "补发了"}}));
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(taken(), 0u) << "each line once";
  EXPECT_EQ(issue(row, "state"), "待审核");
  EXPECT_EQ(issue(row, "result"), "补发了");
  EXPECT_THAT(issue(row, "hops"),
              AllOf(HasSubstr("签收(民政办)"), HasSubstr("办理(民政办):查了名单、银行"),
                    HasSubstr("办理(民政办):在补发"), HasSubstr("报审(民政办)")));
  EXPECT_EQ(keeping(row).holder, "民情办");
  // The desk is not content: it stays with the desk's word at every later contact.
  saved(move_issue(town.place(), "progress", row, {}));
  EXPECT_EQ(taken(), 0u);
  EXPECT_EQ(issue(row, "state"), "办理中");
}

// The hand-out that was reported done has ended: who acts next is the desk's to say.
TEST_F(HandoutTest, OneThatIsTakenUpAgainStandsWithTheDesk) {
  unit_joins();
  const RowId row = assigned();
  EXPECT_EQ(keeping(row).holder, kUnit);
  const Workplace place = town.place();
  saved(move_issue(place, "sign", row, {}));
  saved(move_issue(place, "progress", row, {}));
  saved(move_issue(place, "close", row, {{"closure", "已解决"}, {"result", "补了"}}));
  saved(move_issue(place, "callback", row, {{"callback", "不满意"}, {"callback_by", "乙"}}));
  saved(move_issue(place, "reopen", row, {{"reason", "还差一户"}}));
  EXPECT_EQ(keeping(row).holder, "民情办");
}

TEST_F(HandoutTest, TwoDesksThatTakeItApartWriteTheSame) {
  SimDevice& second = town.world.add_admin(town.desk, "副");
  SimDevice& device = unit_joins();
  const RowId row = assigned();
  saved(act(device, "sign"));
  EXPECT_TRUE(town.world.settle());
  EXPECT_EQ(*take_handouts(town.place()), 1u);
  EXPECT_EQ(*take_handouts(town.at(second)), 1u);
  EXPECT_TRUE(town.world.settle());
  EXPECT_EQ(*take_handouts(town.place()), 0u);
  EXPECT_EQ(*take_handouts(town.at(second)), 0u);
  for (const Workplace& place : {town.place(), town.at(second)}) {
    EXPECT_EQ(shown(place, "Issue", row, "state"), "已签收");
    std::set<std::string> signs;
    for (const std::string& hop : split(shown(place, "Issue", row, "hops"), "、")) {
      if (hop.find("签收") != std::string::npos) signs.insert(hop);
    }
    EXPECT_EQ(signs.size(), 1u) << "one line, however often it stands there";
  }
}

TEST_F(HandoutTest, AnObjectionGoesBackToTheDeskAndALateOneIsFlagged) {
  SimDevice& device = unit_joins();
  const RowId row = assigned();
  const auto objected = act(device, "object", {{"reason", "不归我们管"}});
  saved(objected);
  EXPECT_THAT(objected->flags, IsEmpty());
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(issue(row, "state"), "异议移送");
  EXPECT_EQ(keeping(row).holder, "民情办");
  saved(move_issue(town.place(), "assign", row, {{"to_org", kUnit}}));
  EXPECT_TRUE(town.world.settle());
  EXPECT_EQ(held(town.at(device)).size(), 2u);
  EXPECT_EQ(taken(), 0u) << "the old objection is not repeated against the new hand-out";
  EXPECT_EQ(issue(row, "state"), "已交办");
  town.world.advance(std::chrono::hours(24 * 8));
  EXPECT_THAT(fields_of(act(device, "object", {{"reason", "还是不归我们管"}})->flags),
              ElementsAre("objection"));
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(issue(row, "state"), "异议移送") << "kept all the same";
}

TEST_F(HandoutTest, ReassigningTakesTheHandoutBack) {
  SimDevice& device = unit_joins();
  const RowId row = assigned();
  saved(move_issue(town.place(), "object", row, {{"reason", "电话里说不归他们"}}));
  saved(move_issue(town.place(), "assign", row, {{"to_org", "水利站"}}));
  EXPECT_TRUE(town.world.settle());
  EXPECT_EQ(state(device), "已收回");
  EXPECT_THAT(fields_of(act(device, "sign")->faults), ElementsAre("state"));
  EXPECT_EQ(taken(), 0u);
}

TEST_F(HandoutTest, OneThatACadreClosedIsTakenBackAtTheDesksContact) {
  SimDevice& device = unit_joins();
  const RowId row = assigned();
  SimDevice& cadre = town.join("乙", {"鱼泉村"}, false);
  const Workplace there = town.at(cadre);
  saved(move_issue(there, "sign", row, {}));
  saved(move_issue(there, "progress", row, {}));
  saved(move_issue(there, "close", row, {{"closure", "已解决"}, {"result", "发了"}}));
  EXPECT_TRUE(town.world.settle());
  EXPECT_EQ(state(device), "已交办");
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(state(device), "已收回");
  EXPECT_EQ(taken(), 0u);
}

TEST_F(HandoutTest, OneOfACancelledIssueIsTakenBackToo) {
  SimDevice& device = unit_joins();
  const RowId row = assigned();
  saved(act(device, "sign"));
  const Workplace place = town.place();
  saved(cancel(place, *place.vault.schema().entity("Issue"), row, "登记错了", place.vault.view()));
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(state(device), "已收回");
  EXPECT_THAT(issue(row, "hops"), Not(HasSubstr("签收(民政办)"))) << "it is not written any more";
  EXPECT_EQ(taken(), 0u);
}

TEST_F(HandoutTest, WhatWasDoneMeanwhileIsALineAndNoMove) {
  SimDevice& device = unit_joins();
  const RowId row = assigned();
  saved(act(device, "sign"));  // not delivered yet
  saved(move_issue(town.place(), "withdraw", row, {{"reason", "他自己办好了"}}));
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(issue(row, "state"), "撤回");
  EXPECT_THAT(issue(row, "hops"), HasSubstr("签收(民政办)"));
  EXPECT_EQ(keeping(row).holder, "");
}

// However the desk ends it or takes it from the unit, the unit sees that it is out of its hands.
TEST_F(HandoutTest, EveryWayOutTakesTheHandoutBack) {
  SimDevice& device = unit_joins();
  const std::vector<std::pair<std::vector<const char*>, Inputs>> ways = {
      {{"withdraw"}, {{"reason", "他自己办好了"}}},
      {{"object", "waive"}, {{"reason", "不用办"}}},
      {{"object", "legal"}, {{"reason", "去法院"}}},
      {{"sign", "progress", "close"}, {{"closure", "已解决"}, {"result", "发了"}}}};
  for (const auto& [verbs, words] : ways) {
    const RowId row = assigned();
    for (const char* verb : verbs) saved(move_issue(town.place(), verb, row, words));
    EXPECT_TRUE(town.world.settle());
    EXPECT_EQ(state(device), "已收回") << verbs.back();
  }
}

// What it answered stays its answer when the desk closes the issue on it.
TEST_F(HandoutTest, AnAnswerThatTheDeskClosesStaysAnAnswer) {
  SimDevice& device = unit_joins();
  const RowId row = assigned();
  std::string now = shanghai_minute(device.clock.wall());
  saved(act(device, "sign"));
  EXPECT_EQ(told(device, "signed_at"), now);
  const std::string since = keeping(row).since;
  town.world.advance(std::chrono::hours(1));
  saved(act(device, "progress", {{"progress", "在补发"}, {"result", "先写下的"}}));
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(issue(row, "result"), "") << "only an answer is one";
  EXPECT_EQ(keeping(row).since, since) << "with the unit since it was handed out";
  EXPECT_EQ(today(town.at(device))->items.size(), 1u) << "in progress is not answered";
  now = shanghai_minute(device.clock.wall());
  saved(act(device, "answer", {{"result", "补发了"}}));
  EXPECT_EQ(told(device, "answered_at"), now);
  EXPECT_EQ(taken(), 1u);
  saved(move_issue(town.place(), "close", row, {{"closure", "已解决"}}));
  EXPECT_EQ(taken(), 0u);
  EXPECT_EQ(state(device), "已报结");
}

// Whoever signs and begins within one second has signed first.
TEST_F(HandoutTest, TwoActsOfOneSecondStandInTheirOrder) {
  SimDevice& device = unit_joins();
  const RowId row = assigned();
  saved(act(device, "sign"));
  saved(act(device, "progress", {{"progress", "在补发"}}));
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(issue(row, "state"), "办理中");
}

// The unit signed what the desk had already taken back and handed out to it anew.
TEST_F(HandoutTest, ALineOfAnOldHandoutMovesNothingOfTheNewOne) {
  SimDevice& device = unit_joins();
  const RowId row = assigned();
  const RowId old = held(town.at(device)).front();
  saved(move_issue(town.place(), "object", row, {{"reason", "电话里说不归他们"}}));
  town.world.advance(std::chrono::minutes(1));
  saved(move_issue(town.place(), "assign", row, {{"to_org", kUnit}}));
  saved(move_handout(town.at(device), "sign", old, {}));
  EXPECT_EQ(taken(), 1u);
  EXPECT_THAT(issue(row, "hops"), HasSubstr("签收(民政办)"));
  EXPECT_EQ(issue(row, "state"), "已交办") << "the new one is not signed";
  EXPECT_EQ(shown(town.at(device), "Handout", old, "state"), "已收回");
  saved(act(device, "sign"));
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(issue(row, "state"), "已签收");
}

// The same of one that went to another unit meanwhile.
TEST_F(HandoutTest, OneThatWasSignedWhileItWentElsewhereIsTakenBack) {
  SimDevice& device = unit_joins();
  const RowId row = assigned();
  saved(move_issue(town.place(), "object", row, {{"reason", "电话里说不归他们"}}));
  town.world.advance(std::chrono::minutes(1));
  saved(move_issue(town.place(), "assign", row, {{"to_org", "水利站"}}));
  town.world.advance(std::chrono::minutes(1));
  saved(act(device, "sign"));
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(issue(row, "state"), "已交办");
  EXPECT_EQ(state(device), "已收回");
  EXPECT_EQ(taken(), 0u);
}

TEST_F(HandoutTest, AnExtensionReachesTheUnitAndItsToday) {
  SimDevice& device = unit_joins();
  const RowId row = assigned();
  const auto due = [&] {
    const auto list = today(town.at(device));
    EXPECT_TRUE(list.ok());
    std::vector<std::string> out;
    for (const TodayItem& item : list->items) {
      out.push_back(cat(item.kind == TodayItem::Kind::kOverdue ? "overdue " : "due ", item.entity,
                        " ", item.what, " ", item.when ? item.when->iso() : ""));
    }
    return out;
  };
  EXPECT_THAT(due(), ElementsAre("due handout 低保没有发下来 2026-03-20"));
  saved(move_issue(town.place(), "extend", row,
                   {{"extended_until", "2026-03-27"}, {"reason", "材料不全"}}));
  EXPECT_TRUE(town.world.settle());
  EXPECT_THAT(due(), ElementsAre("due handout 低保没有发下来 2026-03-27"));
  town.world.advance(std::chrono::hours(24 * 30));
  EXPECT_THAT(due(), ElementsAre("overdue handout 低保没有发下来 2026-03-27"));
  device.clock.jump(std::chrono::hours(24 * 400));
  EXPECT_THAT(due(), ElementsAre("due handout 低保没有发下来 2026-03-27")) << "the clock is wrong";
}

// A day's clock that runs ahead dates the lines in another order than that in which they were made.
TEST_F(HandoutTest, AnAnswerReachesTheIssueWhateverClockItsUnitSignedBy) {
  SimDevice& second = town.world.add_admin(town.desk, "副");
  SimDevice& device = unit_joins();
  const RowId row = assigned();
  device.clock.jump(std::chrono::hours(8));
  saved(act(device, "sign"));
  saved(act(device, "progress", {{"progress", "在补发"}}));
  device.clock.jump(-std::chrono::hours(8));
  saved(act(device, "answer", {{"result", "已补发"}, {"cost", "1200.50"}}));
  ASSERT_TRUE(town.world.settle());
  EXPECT_EQ(*take_handouts(town.at(second)), 1u);
  EXPECT_EQ(*take_handouts(town.place()), 1u) << "apart";
  EXPECT_EQ(taken(), 0u);
  EXPECT_EQ(*take_handouts(town.at(second)), 0u);
  for (const Workplace& place : {town.place(), town.at(second)}) {
    EXPECT_EQ(shown(place, "Issue", row, "state"), "待审核");
    EXPECT_EQ(shown(place, "Issue", row, "result"), "已补发");
    EXPECT_EQ(shown(place, "Issue", row, "cost"), "1200.50");
  }
}

// An older program wrote the line and not its move: nobody decided that, so it is made good.
TEST_F(HandoutTest, ALineWithoutItsMoveIsMadeGood) {
  SimDevice& device = unit_joins();
  const RowId row = assigned();
  saved(act(device, "sign"));
  vault::Vault& vault = town.place().vault;
  const model::Entity& entity = *vault.schema().entity("Issue");
  const auto at = vault.load(entity.number, row);
  vault::Change line{vault::Change::Kind::kAdd, entity.number, row, {}, {}, {}, ""};
  line.field = entity.field("hops")->number;
  line.value = cat(told(device, "progress"), "(民政办)");
  ASSERT_TRUE(vault.commit({{(*at)->stream, {line}}}, vault.view()).ok());
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(issue(row, "state"), "已签收");
  EXPECT_EQ(taken(), 0u);
}

TEST_F(HandoutTest, OfTwoTheOneGivenOutLastCountsWhateverTheClockSaid) {
  SimDevice& device = unit_joins();
  town.desk.clock.jump(std::chrono::hours(48));
  const RowId row = assigned();
  const RowId first = held(town.at(device)).front();
  town.desk.clock.jump(-std::chrono::hours(48));
  saved(act(device, "object", {{"reason", "不归我们管"}}));
  EXPECT_EQ(taken(), 1u);
  saved(move_issue(town.place(), "assign", row, {{"to_org", kUnit}}));
  EXPECT_EQ(taken(), 0u);
  EXPECT_EQ(today(town.at(device))->items.size(), 1u);
  EXPECT_EQ(shown(town.at(device), "Handout", first, "state"), "已收回");
  for (const RowId& one : held(town.at(device))) {
    if (one != first) saved(move_handout(town.at(device), "sign", one, {}));
  }
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(issue(row, "state"), "已签收");
}

// By the desk at once; what a cadre sent back reaches the unit at the desk's contact.
TEST_F(HandoutTest, WhatIsSentBackFromReviewIsTheUnitsAgain) {
  SimDevice& device = unit_joins();
  SimDevice& cadre = town.join("乙", {"鱼泉村"}, false);
  const RowId row = assigned();
  saved(act(device, "sign"));
  for (SimDevice* who : {&town.desk, &cadre}) {
    saved(act(device, "answer", {{"result", "补发了"}}));
    EXPECT_EQ(taken(), 1u);
    EXPECT_EQ(issue(row, "state"), "待审核");
    EXPECT_THAT(today(town.at(device))->items, IsEmpty());
    const std::string why = cat("再查", who->name());
    saved(move_issue(town.at(*who), "progress", row, {{"reason", why}}));
    ASSERT_TRUE(town.world.settle());
    EXPECT_EQ(taken(), who == &cadre ? 1u : 0u);
    EXPECT_EQ(state(device), "办理中");
    EXPECT_EQ(keeping(row).holder, kUnit);
    EXPECT_THAT(told(device, "progress"), HasSubstr(cat("退回:", why)));
    EXPECT_EQ(told(device, "answered_at"), "");
    EXPECT_EQ(today(town.at(device))->items.size(), 1u);
    saved(act(device, "progress", {{"progress", "又查了"}}));
  }
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(issue(row, "state"), "办理中");
  EXPECT_EQ(taken(), 0u);
}

TEST_F(HandoutTest, AnAmendedDeadlineAndASuspensionReachTheUnit) {
  SimDevice& device = unit_joins();
  const RowId row = assigned();
  const Workplace place = town.place();
  saved(amend(place, *place.vault.schema().entity("Issue"), row, {{"due_at", "2026-03-12 18:00"}},
              place.vault.view()));
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(told(device, "due_at"), "2026-03-12 18:00");
  saved(act(device, "sign"));
  saved(act(device, "progress", {{"progress", "在补发"}}));
  EXPECT_EQ(taken(), 1u);
  saved(move_issue(place, "suspend", row, {{"reason", "等资金"}, {"planned_until", "2026-09-30"}}));
  EXPECT_EQ(taken(), 0u);
  EXPECT_THAT(told(device, "progress"), HasSubstr("挂起(列入计划到 2026-09-30):等资金"));
}

TEST_F(HandoutTest, AnotherUnitReadsNothingOfIt) {
  SimDevice& ours = unit_joins();
  SimDevice& theirs = town.join_unit("水利站", "小王");
  assigned();
  EXPECT_EQ(count(town.at(ours), "handout"), 1);
  EXPECT_EQ(count(town.at(theirs), "handout"), 0);
  assigned({}, "水利站");
  EXPECT_EQ(count(town.at(ours), "handout"), 1);
  EXPECT_EQ(count(town.at(theirs), "handout"), 1);
  EXPECT_EQ(unit_account(town.place(), "没有的站", "x").error().code, Code::kNotFound);
}

}  // namespace
}  // namespace mq::work::testing
