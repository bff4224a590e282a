// Every number of every ledger opens to its records.
#include "mq/work/explain.h"

#include <set>

#include "mq/work/issue.h"
#include "mq/work/moves.h"
#include "work/ledger_lines.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

const std::string kOne = "999999100201010001", kTwo = "999999100201010002",
                  kThree = "999999100201020003";

// Sums of what several records say, or of a rule: their records are not one for one.
const std::set<std::string> kWeighted = {
    "RP01 走访人次", "RP02 序号",     "RP04 涉及户",   "RP05 资金",  "RP06 应结对户",
    "RP06 缺口",     "RP07 到期数",   "RP07 兑现数",   "RP08 序号",  "RP08 受益户",
    "RP08 受益人",   "RP08 项目数",   "RP09 涉及人数", "RP10 批次",  "RP10 人次",
    "RP10 件数",     "RP10 当场答复", "RP10 转办",     "RP10 天数",  "RP10 应到天数",
    "RP11 应开",     "RP11 参会人数", "RP14 抽查数",   "RP14 核实数"};

class ExplainTest : public ::testing::Test {
 protected:
  ExplainTest() {
    town.with_people();
    saved(add_pairing(town.place(),
                      {{"cadre_id", "甲"}, {"household_id", kOne}, {"from", "2026-01-05"}}));
    visits();
    issues();
    books();
  }

  void visit(const char* who, const std::string& house, const char* outcome, Inputs more = {}) {
    more.insert(more.end(), {{"visited_by", who},
                             {"household_id", house},
                             {"date", "2026-03-02"},
                             {"outcome", outcome}});
    saved(add_visit(town.place(), more));
  }
  void visits() {
    visit("甲", kOne, "见到户主", {{"demand", "水管冻裂"}, {"category", "饮水"}});
    visit("甲、乙", kOne, "见到家人", {{"recorded_by", "丙"}, {"recorded_on", "2026-03-09"}});
    visit("乙", kTwo, "不在家", {{"part", "晚上"}});
    visit("甲", kThree, "拒访", {{"recorded_on", "2026-03-02"}});
  }
  void issues() {
    const auto add = [&](const char* text, const char* on) {
      return saved(add_issue(
          town.place(),
          {{"village", "鱼泉村"}, {"text", text}, {"category", "环保"}, {"registered_on", on}}));
    };
    add("垃圾池没清", "2026-02-20");
    saved(move_issue(town.place(), "close", add("路灯不亮", "2026-03-03"),
                     {{"closure", "已解决"}, {"result", "换了"}, {"closed_on", "2026-03-20"}}));
  }
  void books() {
    const Workplace place = town.place();
    const RowId meeting = saved(add_meeting(
        place,
        {{"village", "鱼泉村"}, {"group_no", "1"}, {"date", "2026-03-29"}, {"attendees", "31"}}));
    saved(add_opinion(place,
                      {{"meeting_id", meeting.hex()}, {"text", "修路"}, {"handling", "当场答复"}}));
    saved(add_deed(place, {{"title", "送口粮"},
                           {"household_id", kOne},
                           {"done_on", "2026-03-05"},
                           {"money", "426"},
                           {"owner_id", "甲"}}));
    saved(add_dispute(place, {{"village", "鱼泉村"},
                              {"parties", "甲、乙"},
                              {"kind", "邻里"},
                              {"found_on", "2026-03-06"},
                              {"text", "界石"},
                              {"people", "4"}}));
    saved(add_commitment(place, {{"village", "鱼泉村"},
                                 {"kind", "年度"},
                                 {"text", "修桥"},
                                 {"due", "2026-03-31"},
                                 {"proposed_on", "2026-01-10"}}));
    saved(add_reception(place, {{"date", "2026-03-02"},
                                {"leader_id", "甲"},
                                {"place", "接待室"},
                                {"batches", "2"},
                                {"people", "9"}}));
    saved(submit_diary(place, saved(add_diary(place, {{"date", "2026-03-04"}, {"body", "写了"}}))));
  }
  Result<Ledger> made(const LedgerEntry& entry) {
    const bool quarter = std::string_view(entry.id) == "RP17";
    return entry.compute(town.place(), {quarter ? period("2026-01-01", "2026-03-31")
                                                : period("2026-03-01", "2026-03-31"),
                                        std::nullopt, true});
  }

  Township town;
};

void check_cell(const Ledger& ledger, const std::string& row, std::size_t column,
                const LedgerCell& cell, int& opened) {
  const std::string where = cat(row, ",", column + 1);
  const auto found = explain(ledger, where);
  ASSERT_TRUE(found.ok()) << ledger.id << " " << where;
  const std::string name = cat(ledger.id, " ", ledger.columns[column]);
  if (const auto* number = std::get_if<std::int64_t>(&cell); number && !kWeighted.contains(name)) {
    EXPECT_EQ(static_cast<std::int64_t>(found->records.size()), *number) << name << " of " << row;
    opened += *number > 0 ? 1 : 0;
  }
  const auto* ratio = std::get_if<Ratio>(&cell);
  if (ratio == nullptr || name == "RP11 开会率") return;
  EXPECT_EQ(static_cast<std::int64_t>(found->records.size()), ratio->numerator) << name;
  EXPECT_EQ(static_cast<std::int64_t>(found->of.size()), ratio->denominator) << name;
}

TEST_F(ExplainTest, ACountHasAsManyRecordsAsItSays) {
  int opened = 0;
  for (const LedgerEntry& entry : ledgers()) {
    if (std::string_view(entry.id) == "RP17") continue;
    const auto ledger = made(entry);
    ASSERT_TRUE(ledger.ok()) << entry.id << ledger.error().en;
    for (std::size_t column = 0; column < ledger->columns.size(); ++column) {
      for (std::size_t row = 0; row < ledger->rows.size(); ++row) {
        check_cell(*ledger, cat(row + 1), column, ledger->rows[row][column], opened);
      }
      if (!ledger->totals.empty()) {
        check_cell(*ledger, "合计", column, ledger->totals[column], opened);
      }
    }
  }
  EXPECT_GT(opened, 60) << "the township of this test has too little in it";
}

TEST_F(ExplainTest, ATotalOfThePeriodOpensInRp17) {
  const auto ledger = made(ledgers().back());
  ASSERT_TRUE(ledger.ok()) << ledger.error().en;
  const auto found = explain(*ledger, "走访户次,本期重算");
  ASSERT_TRUE(found.ok()) << found.error().en;
  EXPECT_EQ(found->records.size(), 4u);
}

TEST_F(ExplainTest, ACellIsFoundByWordsAndByNumbers) {
  const auto ledger = made(ledgers().front());
  ASSERT_TRUE(ledger.ok());
  EXPECT_EQ(explain(*ledger, "鱼泉村,走访户次")->records.size(), 4u);
  EXPECT_EQ(explain(*ledger, "1，6")->records.size(), 4u);
  EXPECT_EQ(explain(*ledger, " 合计 , 拒访 ")->records.size(), 1u);
  const auto share = explain(*ledger, "鱼泉村,覆盖率");
  EXPECT_EQ(share->records.size(), 1u);
  EXPECT_EQ(share->of.size(), 4u);
  for (const char* bad :
       {"", "鱼泉村", "没有的村,走访户次", "鱼泉村,没有的列", "99,1", "1,99", "村,走访户次"}) {
    EXPECT_EQ(explain(*ledger, bad).error().code, Code::kInvalidInput) << bad;
  }
}

TEST_F(ExplainTest, NothingIsNotedUnlessAsked) {
  const auto ledger = ledger_rp01(town.place(), {period("2026-03-01", "2026-03-31"), {}, false});
  ASSERT_TRUE(ledger.ok());
  EXPECT_TRUE(ledger->total_sources.empty());
}

// What stands behind a whole row answers for its cells, but for a zero, in which nothing counts.
TEST(ExplainRow, AnswersForItsCellsAndForNoZero) {
  Ledger ledger;
  ledger.columns = {"干部", "结对户", "慰问", "人口"};
  ledger.rows = {{std::string("甲"), std::string("王一"), Money{0}, std::int64_t{4}},
                 {std::string("乙"), std::string("张三"), Money{5}, std::int64_t{4}}};
  ledger.row_sources = {{{"", {{5, RowId{}}}}}, {}};
  const auto opened = [&](const char* cell) {
    const auto found = explain(ledger, cell);
    EXPECT_TRUE(found.ok()) << cell;
    return std::pair(found->records.size(), found->from_records);
  };
  EXPECT_EQ(opened("1,人口"), std::pair(std::size_t{1}, true));
  EXPECT_EQ(opened("1,慰问"), std::pair(std::size_t{0}, true));
  EXPECT_EQ(opened("2,人口"), std::pair(std::size_t{0}, false))
      << "nobody noted what it comes from";
}

}  // namespace
}  // namespace mq::work::testing
