// What the roster becomes later changes no month that was over before: its households are those
// that stood there on its last day.
#include "mq/model/identity.h"
#include "mq/work/month.h"
#include "mq/work/upward.h"
#include "work/roster_home.h"

namespace mq::work::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

const Period kFebruary = period("2026-02-01", "2026-02-28");

class LedgerPastTest : public RosterTest {
 protected:
  std::vector<std::string> february(std::optional<std::string> village = {}) {
    return coverage(place(), kFebruary, std::move(village));
  }
  void met_in_february(const std::string& household) {
    saved(add_visit(place(), {{"household_id", household},
                              {"date", "2026-02-10"},
                              {"outcome", "见到户主"},
                              {"visited_by", "甲"}}));
  }
  void amend_household(const RowId& row, const Inputs& inputs) {
    saved(amend(place(), *place().vault.schema().entity("Household"), row, inputs,
                place().vault.view()));
  }
  // Signed on 2026-03-05, a moment ago.
  void sign_february() {
    const auto review = review_month(place(), {"2026-02", kFebruary}, {"RP01"});
    ASSERT_TRUE(review.ok());
    ASSERT_TRUE(sign_month(place(), *review, "").ok());
    town.world.advance(std::chrono::minutes(1));
  }
  const std::vector<std::string> as_it_was{"鱼泉村 4 2", "清渭社区 1 0", "合计 5 2"};
};

// Whatever counts visits of a village tells of how many households they were.
TEST_F(LedgerPastTest, BesideAFewReachedNoCountOfVisitsGoesUp) {
  met_in_february(kOne);
  const auto ledger = ledger_rp01(place(), {kFebruary, {}});
  ASSERT_TRUE(ledger.ok());
  const Ledger up = upward(*ledger);
  const auto column = [&](const char* name) {
    return static_cast<std::size_t>(std::ranges::find(up.columns, name) - up.columns.begin());
  };
  EXPECT_EQ(cell_line(up.rows.at(0).at(column("已走访户数"))), "<3");
  for (const char* name : {"走访户次", "走访人次", "未见到户次", "不在家", "外出务工", "拒访",
                           "夜访", "补录户次", "补录无从判断", "代录户次"}) {
    EXPECT_EQ(cell_line(up.rows.at(0).at(column(name))), "※") << name;
  }
}

// Of random ids one in sixty-four has the form of one that says when it was made.
TEST_F(LedgerPastTest, AnImportedHouseholdIsNoneThatWasAddedWhateverItsIdLooksLike) {
  constexpr int kFirst = 10'000, kLast = 20'000;
  const TownshipId township = place().control.township();
  std::string number;
  for (int i = kFirst; i < kLast && number.empty(); ++i) {
    const std::string next = cat("9999991002010", i);
    const RowId row = model::household_row_id(township, next);
    const bool looks = row.data[6] >> 4 == 7 && row.data[8] >> 6 == 2;
    if (looks && row.data[0] > 1) number = next;  // and of a year far ahead
  }
  ASSERT_FALSE(number.empty());
  town.import(ImportKind::kRoster,
              cat("村(社区),组,户编号,户主姓名,姓名,与户主关系,性别,出生日期\n鱼泉村,1,", number,
                  ",钱九,钱九,户主,男,1960-01-02\n"));
  EXPECT_THAT(february(), Contains("鱼泉村 5 0"));
}

TEST_F(LedgerPastTest, AMoveIsOfItsDayAndLeavesTheMonthBeforeWhereItWas) {
  met_in_february(kOne);
  met_in_february(kTwo);
  ASSERT_EQ(february(), as_it_was);
  saved(step("move", kOne, {{"village", "清渭社区"}}));
  EXPECT_EQ(february(), as_it_was);
  EXPECT_EQ(february("鱼泉村"), (std::vector<std::string>{"鱼泉村 4 2", "合计 4 2"}));
  EXPECT_THAT(march(), Contains("鱼泉村 3 0"));
  EXPECT_THAT(march(), Contains("清渭社区 2 0"));
  town.world.advance(std::chrono::hours(48));
  saved(change_household(place(), "move", house(kOne),
                         {{"village", "鱼泉村"}, {"on", "2026-03-06"}}));
  EXPECT_EQ(february(), as_it_was) << "and back";
  EXPECT_EQ(coverage(place(), period("2026-03-01", "2026-03-05")),
            (std::vector<std::string>{"鱼泉村 3 0", "清渭社区 2 0", "合计 5 0"}));
}

// Whoever holds only the village that it came to does not hold the change, which names its day.
TEST_F(LedgerPastTest, AMergerEmptiesTheHouseholdFromItsDayOn) {
  met_in_february(kOne);
  met_in_february(kTwo);
  saved(step("merge", kTwo, {{"into", kOne}}));
  EXPECT_EQ(february(), as_it_was);
  EXPECT_THAT(march(), Contains("鱼泉村 3 0"));
  // Said to have been in February, though it is recorded in March.
  saved(change_household(place(), "merge", house(kFour), {{"into", kOne}, {"on", "2026-02-20"}}));
  EXPECT_THAT(february(), Contains("鱼泉村 3 2"));
}

TEST_F(LedgerPastTest, WhatWasSplitOffLaterWasStillPartOfTheOldHousehold) {
  met_in_february(kOne);
  const auto split = step("split", kOne, {{"people", "李二"}});
  const RowId fresh = added(split, "household");
  met_in_february(kTwo);
  met_in_february(fresh.hex());
  EXPECT_EQ(february(), as_it_was);
  EXPECT_THAT(march(), Contains("鱼泉村 5 0"));
}

TEST_F(LedgerPastTest, AStatusGivenLaterHoldsFromTheDayItIsRecorded) {
  met_in_february(kOne);
  met_in_february(kTwo);
  sign_february();
  amend_household(house(kTwo), {{"status", "迁出"}});
  amend_household(house(kFour), {{"remark", "门牌换了"}});
  EXPECT_EQ(february(), as_it_was);
  EXPECT_THAT(march(), Contains("鱼泉村 3 0"));
}

// Before a month is signed what is written of the roster tells how it was, unless it says a day.
TEST_F(LedgerPastTest, WhatHasNoDayCountsUntilTheMonthIsSigned) {
  town.world.advance(std::chrono::minutes(1));
  amend_household(house(kTwo), {{"status", "迁出"}});
  saved(add_household(place(), {{"village", "清渭社区"}, {"head_name", "郑十"}}));
  saved(change_household(place(), "move", house(kOne), {{"village", "清渭社区"}}));
  const std::vector<std::string> corrected{"鱼泉村 2 0", "清渭社区 3 0", "合计 5 0"};
  EXPECT_EQ(february(), corrected);
  sign_february();
  EXPECT_EQ(february(), corrected) << "signing alone changes nothing";
  saved(change_household(place(), "move", house(kOne), {{"village", "鱼泉村"}}));
  saved(change_household(place(), "merge", house(kFour), {{"into", kOne}}));
  EXPECT_EQ(february(), corrected);
  EXPECT_EQ(march(), (std::vector<std::string>{"鱼泉村 2 0", "清渭社区 2 0", "合计 4 0"}));
}

TEST_F(LedgerPastTest, ALaterEditOfSomethingElseMovesNoStatus) {
  sign_february();
  amend_household(house(kTwo), {{"status", "空挂"}});
  town.world.advance(std::chrono::hours(24 * 40));
  amend_household(house(kTwo), {{"remark", "没有人住"}});
  EXPECT_THAT(march(), Contains("鱼泉村 3 0"));
  EXPECT_EQ(february().front(), "鱼泉村 4 0");
}

TEST_F(LedgerPastTest, AHouseholdFoundLaterCountsBeforeOnlyIfSomebodyWasThere) {
  sign_february();
  const RowId found = saved(add_household(place(), {{"village", "鱼泉村"}, {"head_name", "郑十"}}));
  EXPECT_THAT(february(), Contains("鱼泉村 4 0"));
  EXPECT_THAT(march(), Contains("鱼泉村 5 0"));
  met_in_february(found.hex());
  EXPECT_THAT(february(), Contains("鱼泉村 5 1"));
}

TEST_F(LedgerPastTest, APairOfAHouseholdThatMovedLaterStaysInItsVillage) {
  saved(add_pairing(place(), {{"cadre_id", "甲"}, {"household_id", kOne}, {"from", "2026-01-05"}}));
  const auto before = whole_lines(ledger_rp05(place(), {kFebruary, "鱼泉村"}));
  saved(step("move", kOne, {{"village", "清渭社区"}, {"group_no", "9"}}));
  EXPECT_EQ(whole_lines(ledger_rp05(place(), {kFebruary, "鱼泉村"})), before);
}

TEST_F(LedgerPastTest, APairNamesWhoWasHeadThen) {
  saved(add_pairing(place(), {{"cadre_id", "甲"}, {"household_id", kOne}, {"from", "2026-02-01"}}));
  const auto head = [&](const Period& of) {
    const auto ledger = ledger_rp05(place(), {of, {}});
    EXPECT_TRUE(ledger.ok() && !ledger->rows.empty());
    return ledger->rows.empty() ? "" : cell_line(ledger->rows.front().at(4));
  };
  EXPECT_EQ(head(kFebruary), "王*");
  sign_february();
  saved(step("head", kOne, {{"to", "李二"}, {"on", "2026-03-03"}}));
  EXPECT_EQ(head(kFebruary), "王*");
  EXPECT_EQ(head(period("2026-03-01", "2026-03-31")), "李*");
}

}  // namespace
}  // namespace mq::work::testing
