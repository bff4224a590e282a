// 请不要记: they were met, and nothing of what was said may stand in the record, however it comes.
#include <algorithm>

#include "mq/work/today.h"
#include "work/ledger_lines.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kHouse = "999999100201010001";

class UnrecordedTest : public ::testing::Test {
 protected:
  UnrecordedTest() { town.with_people(); }
  Result<Outcome> add(Inputs more = {}) {
    Inputs all{{"household_id", kHouse},
               {"date", "2026-03-05"},
               {"visited_by", "甲"},
               {"outcome", "请不要记"}};
    all.insert(all.end(), more.begin(), more.end());
    return add_visit(town.place(), all);
  }
  Result<Outcome> amend_to(const RowId& row, const Inputs& inputs) {
    const Workplace place = town.place();
    return amend(place, *place.vault.schema().entity("Visit"), row, inputs, place.vault.view());
  }
  Township town;
};

TEST_F(UnrecordedTest, KeepsWhoWentToWhomAndWhen) {
  const RowId row =
      saved(add({{"part", "晚上"}, {"method", "电话"}, {"recorded_on", "2026-03-06"}}));
  EXPECT_EQ(shown(town.place(), "Visit", row, "outcome"), "请不要记");
  EXPECT_EQ(count(town.place(), "issue"), 0);
}

TEST_F(UnrecordedTest, RefusesEveryWordBesideIt) {
  for (const auto& [field, words] : Inputs{{"text", "家里在吵架"},
                                           {"status_text", "身体不好"},
                                           {"hardship", "缺钱"},
                                           {"demand", "修路"},
                                           {"next_step", "再来"},
                                           {"theme", "收成"},
                                           {"answered", "是"},
                                           {"gift_goods", "米"},
                                           {"ack", "口头"},
                                           {"place_note", "后院"},
                                           {"work_tags", "精准服务"}}) {
    const auto outcome = add({{field, words}});
    EXPECT_THAT(fields_of(outcome->faults), ElementsAre(field));
    EXPECT_THAT(outcome->faults[0].zh, HasSubstr("请不要记"));
  }
  EXPECT_THAT(fields_of(add({{"gift_money", "200"}, {"ack", "口头"}})->faults),
              ElementsAre("ack", "gift_money"));
  EXPECT_EQ(count(town.place(), "visit"), 0);
  EXPECT_EQ(count(town.place(), "issue"), 0);
  saved(add({{"answered", "否"}}));
}

TEST_F(UnrecordedTest, AnAmendmentNamesWhatMustGoAndSaysWhereItStillStands) {
  const RowId row = saved(add_visit(town.place(), {{"household_id", kHouse},
                                                   {"date", "2026-03-05"},
                                                   {"outcome", "见到户主"},
                                                   {"text", "家里在吵架"},
                                                   {"hardship", "缺钱"}}));
  const auto refused = amend_to(row, {{"outcome", "请不要记"}});
  EXPECT_THAT(fields_of(refused->faults), ElementsAre("hardship", "text"));
  EXPECT_THAT(refused->faults[0].zh, HasSubstr("改动历史里还在"));
  EXPECT_EQ(shown(town.place(), "Visit", row, "text"), "家里在吵架");
  const auto done = amend_to(row, {{"outcome", "请不要记"}, {"text", ""}, {"hardship", ""}});
  saved(done);
  EXPECT_EQ(shown(town.place(), "Visit", row, "text"), "");
  EXPECT_THAT(fields_of(done->flags), ElementsAre("outcome"));
  EXPECT_THAT(fields_of(amend_to(row, {{"text", "又写上"}})->faults), ElementsAre("text"));
  EXPECT_THAT(fields_of(amend_to(row, {{"date", "2026-03-04"}})->flags), IsEmpty());
}

TEST_F(UnrecordedTest, AnImportOfWordsBesideItIsRefused) {
  const auto rows = [&](const std::string& text, const std::string& need) {
    return town.import(
        ImportKind::kVisits,
        cat("走访日期,户编号,走访人,结果,走访内容,诉求,诉求类别\n"
            "2026-03-05,",
            kHouse, ",甲,请不要记,", text, ",", need, need.empty() ? "," : ",饮水", "\n"));
  };
  EXPECT_EQ(rows("家里在吵架", "").faults.at(0).column, "走访内容");
  EXPECT_EQ(rows("", "修路").faults.at(0).column, "诉求");
  EXPECT_EQ(count(town.place(), "visit"), 0);
  EXPECT_EQ(rows("", "").stored, 1u);
}

TEST_F(UnrecordedTest, CountsAsMetInLedgers) {
  saved(add());
  LedgerRequest request;
  request.period = period("2026-03-01", "2026-03-31");
  request.village = "鱼泉村";
  const auto ledger = ledger_rp01(town.place(), request);
  ASSERT_TRUE(ledger.ok());
  EXPECT_EQ(cell_line(ledger->totals.at(3)), "1") << "已走访户数";
  EXPECT_EQ(cell_line(ledger->totals.at(8)), "0") << "未见到户次";
}

// The clock stands on 2026-03-05.
TEST_F(UnrecordedTest, WhoWasMetIsNotWaitedFor) {
  saved(add_pairing(town.place(),
                    {{"cadre_id", "管理员"}, {"household_id", kHouse}, {"from", "2026-01-01"}}));
  const auto waiting = [&] {
    const auto list = today(town.place());
    EXPECT_TRUE(list.ok());
    return std::ranges::count(list->items, TodayItem::Kind::kNotSeen, &TodayItem::kind);
  };
  EXPECT_EQ(waiting(), 1);
  saved(add());
  EXPECT_EQ(waiting(), 0);
}

// What is no more than who came and where may stand; words in its place are words.
TEST_F(UnrecordedTest, WordsInTheMarginsAreContentToo) {
  EXPECT_THAT(fields_of(add({{"target_text", "他说老伴病了"}})->faults),
              ElementsAre("target_text"));
  EXPECT_THAT(fields_of(add({{"paper_no", "也不要写欠债"}})->faults), ElementsAre("paper_no"));
  saved(add({{"paper_no", "A-37"}}));
}

}  // namespace
}  // namespace mq::work::testing
