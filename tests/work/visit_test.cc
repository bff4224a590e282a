// Visits: what a form asks for, what it fills, what a need becomes, what is refused whole.
#include "mq/work/issue.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kHouse = "999999100201010001";

Inputs with(Inputs more) {
  Inputs all{{"household_id", kHouse},
             {"date", "2026-03-05"},
             {"outcome", "见到户主"},
             {"visited_by", "甲"}};
  for (Input& one : more) {
    const auto same = [&](const Input& i) { return i.field == one.field; };
    std::erase_if(all, same);
    all.push_back(std::move(one));
  }
  return all;
}

class VisitTest : public ::testing::Test {
 protected:
  VisitTest() { town.with_people(); }

  Result<Outcome> add(Inputs more = {}) { return add_visit(town.place(), with(std::move(more))); }
  std::vector<std::string> faults(Inputs more) {
    const auto outcome = add(std::move(more));
    EXPECT_TRUE(outcome.ok());
    EXPECT_EQ(count(town.place(), "visit"), 0) << "refused whole";
    EXPECT_EQ(count(town.place(), "issue"), 0);
    return fields_of(outcome->faults);
  }
  Result<Outcome> amend_to(const RowId& row, const Inputs& inputs) {
    const Workplace place = town.place();
    return amend(place, *place.vault.schema().entity("Visit"), row, inputs, place.vault.view());
  }
  std::string see(const RowId& row, std::string_view field) {
    return shown(town.place(), "Visit", row, field);
  }

  Township town;
};

TEST_F(VisitTest, FillsWhatAPersonWouldNotType) {
  const RowId row = saved(add_visit(
      town.place(), {{"household_id", kHouse}, {"date", "2026年3月5日"}, {"outcome", "不在家"}}));
  const auto me = Directory(town.place()).me();
  EXPECT_EQ(see(row, "visited_by"), (*me)->id.hex());
  EXPECT_EQ(see(row, "recorded_by"), (*me)->id.hex());
  EXPECT_EQ(see(row, "date"), "2026-03-05");
  EXPECT_EQ(see(row, "target_kind"), "户");
  EXPECT_EQ(see(row, "method"), "入户");
  EXPECT_EQ(see(row, "visit_type"), "定期走访");
  const auto village = Directory(town.place()).village("鱼泉村");
  EXPECT_EQ(see(row, "village_id"), village->org_unit.hex());
}

TEST_F(VisitTest, ANeedBecomesAnIssueOfTheVisit) {
  const auto outcome =
      add({{"demand", "三组的水管冻裂了,已经停水四天,老人挑水不便"}, {"category", "饮水"}});
  const RowId row = saved(outcome);
  ASSERT_EQ(outcome->also.size(), 1u);
  const RowId issue = outcome->also.front().second;
  const auto of_issue = [&](std::string_view field) {
    return shown(town.place(), "Issue", issue, field);
  };
  EXPECT_EQ(see(row, "issue_ids"), issue.hex());
  EXPECT_EQ(of_issue("visit_id"), row.hex());
  EXPECT_EQ(of_issue("title"), "三组的水管冻裂了,已经停水四天,老人挑水");
  EXPECT_EQ(of_issue("nature"), "求助");
  EXPECT_EQ(of_issue("category"), "饮水");
  EXPECT_EQ(of_issue("state"), "登记");
  EXPECT_EQ(of_issue("reporter"), "王一");
  EXPECT_EQ(of_issue("registered_on"), "2026-03-05");
  EXPECT_EQ(of_issue("no"), cat("9999991002012026", issue.hex().substr(26)));
}

TEST_F(VisitTest, AnAnswerOnTheSpotClosesTheIssueAsExplained) {
  const auto outcome = add({{"demand", "问医保"}, {"category", "社保"}, {"answered", "是"}});
  saved(outcome);
  const RowId issue = outcome->also.front().second;
  EXPECT_EQ(shown(town.place(), "Issue", issue, "state"), "当场办结");
  EXPECT_EQ(shown(town.place(), "Issue", issue, "closure"), "解释说明");
  EXPECT_EQ(shown(town.place(), "Issue", issue, "closed_on"), "2026-03-05");
}

// DOMAIN (g): 收集事项 and 登记日期 go by the visit's date.
TEST_F(VisitTest, WhatItRaisedIsRegisteredOnItsDayAlsoWhenThatIsCorrected) {
  const model::Entity& entity = *town.place().vault.schema().entity("Visit");
  const auto correct = [&](const RowId& row, const std::string& day) {
    return amend(town.place(), entity, row, {{"date", day}}, town.place().vault.view());
  };
  const auto of = [&](const RowId& issue, std::string_view field) {
    return shown(town.place(), "Issue", issue, field);
  };
  const auto open = add({{"demand", "路灯"}, {"category", "市容"}});
  const RowId row = saved(open), issue = open->also.front().second;
  const auto moved = correct(row, "2026-02-27");
  saved(moved);
  EXPECT_THAT(fields_of(moved->flags), ElementsAre("date"));
  EXPECT_EQ(of(issue, "registered_on"), "2026-02-27");
  const auto told = add({{"demand", "问医保"}, {"category", "社保"}, {"answered", "是"}});
  saved(correct(saved(told), "2026-02-26"));
  EXPECT_EQ(of(told->also.front().second, "closed_on"), "2026-02-26");
  saved(move_issue(town.place(), "close", issue,
                   {{"closure", "已解决"}, {"result", "亮了"}, {"closed_on", "2026-02-28"}}));
  EXPECT_THAT(fields_of(correct(row, "2026-03-01")->faults), ElementsAre("date"));
  const model::Entity& issues = *town.place().vault.schema().entity("Issue");
  saved(amend(town.place(), issues, issue, {{"registered_on", "2026-02-25"}},
              town.place().vault.view()));
  saved(correct(row, "2026-02-20"));
  EXPECT_EQ(of(issue, "registered_on"), "2026-02-25") << "a person gave it that day";
}

TEST_F(VisitTest, ANeedWithoutCategoryIsKeptAndFlagged) {
  EXPECT_THAT(fields_of(add({{"demand", "路不好走"}})->flags), ElementsAre("category"));
}

TEST_F(VisitTest, RefusesWholeAndNamesEveryFault) {
  EXPECT_THAT(faults({{"household_id", "000"}}), ElementsAre("household_id"));
  EXPECT_THAT(faults({{"household_id", ""}}), ElementsAre("household_id"));
  EXPECT_THAT(faults({{"date", "2026-02-30"}, {"outcome", "见到"}}),
              ElementsAre("date", "outcome"));
  EXPECT_THAT(faults({{"date", "1899-12-31"}}), ElementsAre("date"));
  EXPECT_THAT(faults({{"date", ""}}), ElementsAre("date"));
  EXPECT_THAT(faults({{"recorded_on", "2026-03-04"}}), ElementsAre("date"));
  EXPECT_THAT(faults({{"gift_money", "-5"}}), ElementsAre("gift_money"));
  EXPECT_THAT(faults({{"gift_money", "200"}}), ElementsAre("ack"));
  EXPECT_THAT(faults({{"gift_money", "200"}, {"ack", "代签"}, {"ack_by", "李二"}}),
              ElementsAre("ack_by"));
  EXPECT_THAT(faults({{"visited_by", "甲、不认识的人"}}), ElementsAre("visited_by"));
  EXPECT_THAT(faults({{"no_such_field", "1"}}), ElementsAre("no_such_field"));
  EXPECT_THAT(faults({{"demand", "修路"}, {"category", "没有的类别"}}), ElementsAre("category"));
}

TEST_F(VisitTest, RefusesWhatBelongsToTheConfidentialChannel) {
  EXPECT_THAT(faults({{"demand", "反映干部"}, {"category", "廉政"}}), ElementsAre("category"));
  EXPECT_THAT(faults({{"demand", "举报"}, {"category", "社保"}, {"nature", "检举控告"}}),
              ElementsAre("nature"));
  EXPECT_THAT(add({{"demand", "举报"}, {"category", "廉政"}})->faults[0].zh, HasSubstr("12388"));
  for (const char* name : {" 廉政 ", "integrity", "INTEGRITY", "10"}) {
    EXPECT_THAT(faults({{"demand", "反映干部"}, {"category", name}}), ElementsAre("category"))
        << name;
  }
}

TEST_F(VisitTest, NoDateIsComparedWithTheClockOfTheDevice) {
  town.desk.clock.set_wall(mq::testing::kYear1970);
  saved(add({{"date", "2026-03-05"}}));
  saved(add({{"date", "2099-01-01"}}));
}

TEST_F(VisitTest, FlagsWhatDoesNotFitAndKeepsIt) {
  EXPECT_THAT(fields_of(add({{"outcome", "查无此户"}})->flags), ElementsAre("outcome"));
  const Workplace place = town.place();
  const RowId house = Directory(place).household(kHouse)->id;
  saved(amend(place, *place.vault.schema().entity("Household"), house, {{"status", "迁出"}},
              place.vault.view()));
  EXPECT_THAT(fields_of(add()->flags), ElementsAre("outcome"));
  EXPECT_THAT(fields_of(add({{"outcome", "外出务工"}})->flags), IsEmpty());
  EXPECT_EQ(count(place, "visit"), 3);
}

TEST_F(VisitTest, ATargetThatIsNoHouseholdNamesItsVillage) {
  EXPECT_THAT(faults({{"household_id", ""}, {"target_kind", "学校"}}), ElementsAre("village_id"));
  const RowId row = saved(add({{"household_id", ""},
                               {"target_kind", "学校"},
                               {"village", "清渭社区"},
                               {"target_text", "村小"}}));
  const auto village = Directory(town.place()).village("清渭社区");
  EXPECT_EQ(see(row, "village_id"), village->org_unit.hex());
}

TEST_F(VisitTest, AmendsWithTheSameRules) {
  const RowId row = saved(add({{"text", "看了口粮"}, {"recorded_on", "2026-03-06"}}));
  saved(amend_to(row, {{"text", "看了口粮和取暖"}}));
  EXPECT_EQ(see(row, "text"), "看了口粮和取暖");
  EXPECT_THAT(fields_of(amend_to(row, {{"date", "2026-03-07"}})->faults), ElementsAre("date"))
      << "later than the day on which it was recorded";
  EXPECT_THAT(fields_of(amend_to(row, {{"outcome", ""}})->faults), ElementsAre("outcome"));
  EXPECT_THAT(fields_of(amend_to(row, {})->faults), ElementsAre("*"));
  EXPECT_THAT(fields_of(amend_to(row, {{"household_id", "999999100001010001"}})->faults),
              ElementsAre("household_id"))
      << "a record stays in its village";
  saved(amend_to(row, {{"household_id", "999999100201010002"}}));
  EXPECT_THAT(fields_of(amend_to(row, {{"demand", "修路"}})->flags), ElementsAre("demand"));
}

TEST_F(VisitTest, AnUnknownRowIsNotFound) {
  EXPECT_EQ(amend_to(RowId{}, {{"text", "x"}}).error().code, Code::kNotFound);
}

}  // namespace
}  // namespace mq::work::testing
