// Diaries: kept as drafts, submitted when they say something, correctable for ever.
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;

class DiaryTest : public ::testing::Test {
 protected:
  DiaryTest() { town.with_people(); }
  Result<Outcome> add(Inputs more = {}) {
    more.push_back({"date", "2026-03-05"});
    return add_diary(town.place(), more);
  }
  std::string see(const RowId& row, std::string_view field) {
    return shown(town.place(), "Diary", row, field);
  }
  Township town;
};

TEST_F(DiaryTest, IsADraftUntilItsAuthorSubmitsIt) {
  const RowId row = saved(add());
  EXPECT_EQ(see(row, "status"), "草稿");
  EXPECT_THAT(fields_of(submit_diary(town.place(), row)->faults), ElementsAre("body"));
  const Workplace place = town.place();
  saved(amend(place, *place.vault.schema().entity("Diary"), row, {{"body", "走访三户"}},
              place.vault.view()));
  saved(submit_diary(town.place(), row));
  EXPECT_EQ(see(row, "status"), "已提交");
  EXPECT_NE(see(row, "submit_at"), "");
  EXPECT_THAT(fields_of(submit_diary(town.place(), row)->faults), ElementsAre("status"));
  saved(amend(place, *place.vault.schema().entity("Diary"), row, {{"body", "走访四户"}},
              place.vault.view()));
  EXPECT_EQ(see(row, "body"), "走访四户") << "a correction is possible at any time";
}

TEST_F(DiaryTest, OneThatWasCancelledIsSubmittedOnceItIsBroughtBack) {
  const RowId row = saved(add({{"body", "走访三户"}}));
  const Workplace place = town.place();
  const model::Entity& diary = *place.vault.schema().entity("Diary");
  saved(cancel(place, diary, row, "写重了", place.vault.view()));
  const auto refused = submit_diary(place, row);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kInvalidInput);
  EXPECT_THAT(refused.error().zh, ::testing::HasSubstr("已作废"));
  saved(amend(place, diary, row, {{"body", "走访四户"}}, place.vault.view()));
  saved(submit_diary(place, row));
}

TEST_F(DiaryTest, AnImpossibleDateIsRefused) {
  EXPECT_THAT(fields_of(add_diary(town.place(), {{"date", "2026-02-30"}})->faults),
              ElementsAre("date"));
  EXPECT_THAT(fields_of(add_diary(town.place(), {})->faults), ElementsAre("date"));
  EXPECT_EQ(count(town.place(), "diary"), 0);
}

TEST_F(DiaryTest, TakesTheIssuesOfTheVisitsThatItCovers) {
  const auto visit = add_visit(town.place(), {{"household_id", "999999100201010001"},
                                              {"date", "2026-03-05"},
                                              {"outcome", "见到户主"},
                                              {"demand", "修路"},
                                              {"category", "交通运输"}});
  const RowId visit_row = saved(visit);
  const RowId row = saved(add({{"visit_ids", visit_row.hex()}}));
  EXPECT_EQ(see(row, "issue_ids"), visit->also.front().second.hex());
}

}  // namespace
}  // namespace mq::work::testing
