// Cancelling: for mistakes only; what is cancelled stays, is not counted, and can come back.
#include "mq/work/issue.h"
#include "mq/work/roster.h"
#include "work/history_of.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class CancelTest : public ::testing::Test {
 protected:
  CancelTest() { town.with_people(); }

  Result<Outcome> cancel_row(std::string_view entity, const RowId& row,
                             std::string_view reason = "登记错了") {
    const Workplace place = town.place();
    return cancel(place, *place.vault.schema().entity(entity), row, reason, place.vault.view());
  }
  Result<Outcome> amend_row(std::string_view entity, const RowId& row, const Inputs& inputs) {
    const Workplace place = town.place();
    return amend(place, *place.vault.schema().entity(entity), row, inputs, place.vault.view());
  }
  RowId visit(const Inputs& more = {}) {
    Inputs all{{"household_id", "999999100201010001"}, {"date", "2026-03-05"}, {"outcome", "拒访"}};
    all.insert(all.end(), more.begin(), more.end());
    return saved(add_visit(town.place(), all));
  }
  RowId household_here() {
    return saved(add_household(town.place(), {{"village", "鱼泉村"}, {"head_name", "登记错的"}}));
  }
  std::vector<std::string> reasons_in_history(SimDevice& device, const RowId& row) {
    const model::Entity& visit = *town.place().vault.schema().entity("Visit");
    const model::Field& reason = *visit.field("cancel_reason");
    std::vector<std::string> out;
    for (const vault::HistoryEntry& entry : history_of(town, device, "Visit", row)) {
      if (entry.op.field == reason.number) out.emplace_back(text_of(entry.op.value));
    }
    return out;
  }
  std::int64_t rows(std::string_view table) { return count(town.place(), table); }

  Township town;
};

TEST_F(CancelTest, AVisitStaysWithItsReasonAndIsNotCounted) {
  const RowId row = visit();
  EXPECT_THAT(fields_of(cancel_row("Visit", row, " ")->faults), ElementsAre("cancel_reason"));
  saved(cancel_row("Visit", row));
  EXPECT_EQ(rows("visit"), 0);
  EXPECT_EQ(shown(town.place(), "Visit", row, "cancel_reason"), "登记错了");
  EXPECT_THAT(fields_of(cancel_row("Visit", row)->faults), ElementsAre("*")) << "only once";
}

TEST_F(CancelTest, AnEditBringsItBackAndSaysSo) {
  const RowId row = visit();
  saved(cancel_row("Visit", row));
  const auto back = amend_row("Visit", row, {{"text", "其实去过"}});
  saved(back);
  EXPECT_THAT(fields_of(back->flags), ElementsAre("*"));
  EXPECT_EQ(rows("visit"), 1);
  EXPECT_EQ(shown(town.place(), "Visit", row, "cancel_reason"), "");
}

TEST_F(CancelTest, TheIssuesOfAVisitStandAndThePersonIsTold) {
  const RowId row = visit({{"demand", "修路"}, {"category", "交通运输"}});
  EXPECT_THAT(fields_of(cancel_row("Visit", row)->flags), ElementsAre("issue_ids"));
  EXPECT_EQ(rows("issue"), 1);
}

TEST_F(CancelTest, AHouseholdRecordedByMistakeGoesWithItsPeopleAndTheirFacts) {
  const RowId row = household_here();
  saved(amend_row("Household", row, {{"hardship", "药费高"}}));
  const std::int64_t people = rows("person");
  saved(cancel_row("Household", row));
  EXPECT_EQ(rows("household"), 5);
  EXPECT_EQ(rows("person"), people - 1);
  EXPECT_EQ(rows("household_private"), 0);
}

TEST_F(CancelTest, AHouseholdThatOthersReferToStays) {
  const RowId row = household_here();
  const RowId there = saved(add_visit(
      town.place(), {{"household_id", row.hex()}, {"date", "2026-03-05"}, {"outcome", "拒访"}}));
  const auto refused = cancel_row("Household", row);
  EXPECT_THAT(fields_of(refused->faults), ElementsAre("*"));
  EXPECT_THAT(refused->faults[0].zh, HasSubstr("走访 1 条"));
  EXPECT_EQ(rows("household"), 6);
  saved(cancel_row("Visit", there));
  saved(cancel_row("Household", row));
}

TEST_F(CancelTest, AHouseholdThatAnotherWasMergedIntoStaysUntilThatIsTakenBack) {
  const RowId row = household_here();
  const RowId other = Directory(town.place()).household("999999100201010002")->id;
  const RowId change = saved(
      change_household(town.place(), "merge", other, {{"into", row.hex()}, {"on", "2026-03-04"}}));
  const auto refused = cancel_row("Household", row);
  EXPECT_THAT(fields_of(refused->faults), ElementsAre("*"));
  EXPECT_THAT(refused->faults[0].zh, HasSubstr("1 次名册变动"));
  saved(undo_change(town.place(), "undo", change, {{"on", "2026-03-05"}}));
  saved(cancel_row("Household", row));
}

TEST_F(CancelTest, AHouseholdOfTheRosterChangesItsStatusInstead) {
  const RowId row = Directory(town.place()).household("999999100201010002")->id;
  const auto refused = cancel_row("Household", row);
  EXPECT_THAT(fields_of(refused->faults), ElementsAre("*"));
  EXPECT_THAT(refused->faults[0].zh, HasSubstr("--status"));
  saved(amend_row("Household", row, {{"status", "注销"}}));
  EXPECT_EQ(rows("household"), 5);
}

TEST_F(CancelTest, TheHeadOfAHouseholdStaysUntilAnotherIsNamed) {
  const RowId house = Directory(town.place()).household("999999100201010001")->id;
  const RowId head = *RowId::from_text(shown(town.place(), "Household", house, "head_person_id"));
  EXPECT_THAT(fields_of(cancel_row("Person", head)->faults), ElementsAre("*"));
  const RowId other = saved(add_person(town.place(), {{"household_id", "999999100201010001"},
                                                      {"name", "王大"},
                                                      {"relation", "长子"},
                                                      {"sex", "男"}}));
  saved(amend_row("Household", house, {{"head_person_id", other.hex()}}));
  saved(cancel_row("Person", head));
  EXPECT_EQ(Directory(town.place()).household("999999100201010001")->head_name, "王大");
}

// Each says why in his own words: nobody wants it to stand.
TEST_F(CancelTest, TwoWhoCancelItApartAgree) {
  const RowId row = visit();
  SimDevice& device = town.join("乙", {"鱼泉村"}, false);
  const Workplace phone = town.at(device);
  saved(cancel_row("Visit", row, "登记重了"));
  saved(cancel(phone, *phone.vault.schema().entity("Visit"), row, "没有去", phone.vault.view()));
  ASSERT_TRUE(town.world.settle());
  const std::string shows = shown(town.place(), "Visit", row, "cancel_reason");
  for (SimDevice* one : {&town.desk, &device}) {
    const Workplace place = town.at(*one);
    EXPECT_EQ(count(place, "visit"), 0);
    EXPECT_TRUE(place.vault.conflicts()->empty());
    EXPECT_EQ(shown(place, "Visit", row, "cancel_reason"), shows);
    EXPECT_THAT(reasons_in_history(*one, row), UnorderedElementsAre("登记重了", "没有去"));
  }
}

TEST_F(CancelTest, ACadreDoesNotChangeTheTownshipsOwnRows) {
  const auto pairing = saved(add_pairing(
      town.place(),
      {{"cadre_id", "甲"}, {"household_id", "999999100201010001"}, {"from", "2026-01-05"}}));
  SimDevice& device = town.join("乙", {"鱼泉村"}, true);
  const Workplace place = town.at(device);
  const model::Entity& entity = *place.vault.schema().entity("Pairing");
  EXPECT_EQ(amend(place, entity, pairing, {{"reason", "x"}}, place.vault.view()).error().code,
            Code::kNotAllowed);
  EXPECT_EQ(cancel(place, entity, pairing, "x", place.vault.view()).error().code,
            Code::kNotAllowed);
  EXPECT_EQ(add_pairing(place, {}).error().code, Code::kNotAllowed);
  EXPECT_EQ(add_cadre(place, {}).error().code, Code::kNotAllowed);
}

// It would stand as a double of nothing, and the matter be nobody's.
TEST_F(CancelTest, AnIssueThatAnotherWasMergedIntoStaysUntilThatIsTakenApart) {
  const auto issue = [&] {
    return saved(add_issue(town.place(),
                           {{"village", "鱼泉村"}, {"text", "路灯不亮"}, {"category", "市容"}}));
  };
  const RowId row = issue(), second = issue();
  saved(move_issue(town.place(), "merge", second, {{"into", row.hex()}}));
  const auto refused = cancel_row("Issue", row);
  ASSERT_THAT(fields_of(refused->faults), ElementsAre("*"));
  EXPECT_THAT(refused->faults[0].zh, HasSubstr(second.hex()));
  EXPECT_THAT(refused->faults[0].zh, HasSubstr("issue separate"));
  saved(move_issue(town.place(), "separate", second, {{"reason", "不是一件"}}));
  saved(cancel_row("Issue", row));
}

}  // namespace
}  // namespace mq::work::testing
