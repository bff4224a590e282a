// Issues: registered, accepted with a deadline, closed with how and why.
#include "work/township.h"

namespace mq::work::testing {
namespace {

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
  EXPECT_THAT(fields_of(close_issue(town.place(), row, {})->faults),
              ElementsAre("closure", "result"));
  saved(accept_issue(town.place(), row, {{"handler_id", "丙"}}));
  EXPECT_EQ(see(row, "state"), "已受理");
  EXPECT_EQ(see(row, "due_at"), "2026-03-08 23:59") << "help: three days, to the end of the day";
  EXPECT_THAT(fields_of(accept_issue(town.place(), row, {})->faults), ElementsAre("state"));
  EXPECT_THAT(
      fields_of(
          close_issue(town.place(), row, {{"closure", "列入计划"}, {"result", "报了"}})->faults),
      ElementsAre("planned_until"));
  saved(close_issue(town.place(), row, {{"closure", "已解决"}, {"result", "已清运"}}));
  EXPECT_EQ(see(row, "state"), "已办结");
  EXPECT_THAT(
      fields_of(close_issue(town.place(), row, {{"closure", "已解决"}, {"result", "x"}})->faults),
      ElementsAre("state"));
}

TEST_F(IssueTest, AppealsHaveSixtyDaysAndSuggestionsThirteen) {
  const RowId appeal = saved(add({{"village", "鱼泉村"}, {"nature", "申诉求决"}}));
  saved(accept_issue(town.place(), appeal, {}));
  EXPECT_EQ(see(appeal, "due_at"), "2026-05-04 23:59");
  const RowId advice = saved(add({{"village", "鱼泉村"}, {"nature", "意见建议"}}));
  saved(accept_issue(town.place(), advice, {}));
  EXPECT_EQ(see(advice, "due_at"), "2026-03-18 23:59");
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

}  // namespace
}  // namespace mq::work::testing
