// What is signed: the lines of a ledger, its differences, and what of it goes upward.
#include "mq/work/ledger_record.h"

#include <gmock/gmock.h>

#include <array>

#include "mq/work/upward.h"
#include "work/ledger_lines.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;

Ledger small() {
  Ledger ledger;
  ledger.id = "RP01";
  ledger.title = "走访\t情况\n统计表\\";
  ledger.period = period("2026-03-01", "2026-03-31");
  ledger.basis = {{"统计期", "两天都算"}, {"版本", "未签发"}};
  ledger.complete = {{"鱼泉村", {{7, *Date::parse_iso("2026-03-25")}, {2, std::nullopt}}}};
  ledger.columns = {"层级", "村/干部", "应走访户数", "已走访户数", "覆盖率", "资金", "日期"};
  ledger.rows = {{std::string("村"), std::string("鱼泉村"), std::int64_t{40}, std::int64_t{2},
                  Ratio{2, 40}, Money{-5}, *Date::parse_iso("2026-03-02")},
                 {std::string("村"),
                  std::string("松树坪村"),
                  std::int64_t{30},
                  std::int64_t{9},
                  Ratio{9, 30},
                  Money{0},
                  {}},
                 {std::string("村"),
                  std::string("清渭社区"),
                  std::int64_t{20},
                  std::int64_t{12},
                  Ratio{12, 20},
                  Money{0},
                  {}},
                 {std::string("干部"),
                  std::string("甲"),
                  std::int64_t{3},
                  std::int64_t{1},
                  Ratio{1, 3},
                  Money{0},
                  {}}};
  ledger.totals = {std::string("合计"),
                   std::string("合计"),
                   std::int64_t{90},
                   std::int64_t{23},
                   Ratio{23, 90},
                   Money{0},
                   {}};
  ledger.quotients = {{"覆盖率", "已走访户数", "应走访户数"}};
  ledger.upward = {true, 3, {"日期"}, {"应走访户数", "已走访户数"}, {}, {}};
  return ledger;
}

TEST(LedgerRecord, IsReadBackAsItWasWritten) {
  const LedgerRecord record{small(), {{period("2026-02-01", "2026-02-28"), {std::int64_t{-3}}}}};
  const std::string text = write_ledger(record);
  const auto read = read_ledger(text);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(write_ledger(*read), text);
  EXPECT_EQ(read->ledger.title, small().title);
  EXPECT_EQ(read->ledger.rows, small().rows);
  EXPECT_EQ(read->ledger.totals, small().totals);
  ASSERT_EQ(read->earlier.size(), 1u);
  EXPECT_EQ(read->earlier[0].totals, record.earlier[0].totals);
  EXPECT_EQ(read->ledger.complete[0].parts[1].until, std::nullopt);
  EXPECT_EQ(read->ledger.complete[0].parts[0].until, small().complete[0].parts[0].until);
  EXPECT_EQ(read->ledger.complete[0].parts[0].people, 7);
}

// A record comes from another device: whatever stands in it, reading ends, and what is taken is
// written again as it was read.
TEST(LedgerRecord, NothingElseIsTakenForOne) {
  const std::string text = write_ledger({small(), {}});
  for (const std::string& bad :
       {std::string(), std::string("\n"), std::string("minqing-ledger\t2\n"), text.substr(0, 40),
        text + "row\tx\n", text + "row\ti1\ti1\ti1\ti1\ti1\ti1\ti1\ti1\n", text + "row\tq1\n",
        text + "row\tt\\\n", text + "row\td2026-02-30\n", text + "complete\tA\tx:\n"}) {
    EXPECT_EQ(read_ledger(bad).ok() ? Code::kInternal : read_ledger(bad).error().code,
              Code::kCorrupt)
        << bad;
  }
  Ledger wide = small();
  wide.rows[1].emplace_back(std::int64_t{1});
  EXPECT_FALSE(read_ledger(write_ledger({wide, {}})).ok()) << "a cell that belongs to no column";
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string flipped = text;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x01);
    EXPECT_NE(ledger_digest(flipped), ledger_digest(text));
    const auto read = read_ledger(flipped);
    if (read.ok()) {
      EXPECT_EQ(write_ledger(*read), flipped) << i;
    }
  }
}

TEST(LedgerDifference, NamesEachCellThatChangedAndEachRowThatCameOrWent) {
  EXPECT_TRUE(differences(small(), small()).empty());
  Ledger now = small();
  now.rows[1][3] = std::int64_t{10};
  now.rows[3][1] = std::string("乙");
  now.totals[3] = std::int64_t{24};
  now.basis.clear();
  std::vector<std::string> lines;
  for (const LedgerChange& each : differences(small(), now)) {
    lines.push_back(cat(each.row, "|", each.column, "|", cell_line(each.was), "|",
                        cell_line(each.now), "|", static_cast<int>(each.kind)));
  }
  EXPECT_THAT(lines, ElementsAre("干部 乙||||1", "村 松树坪村|已走访户数|9|10|0", "干部 甲||||2",
                                 "合计|已走访户数|23|24|0"));
}

TEST(LedgerDifference, RowsOfOneNameAreMatchedInTheirOrder) {
  Ledger was = small(), now = small();
  was.rows = {small().rows[0], small().rows[0]};
  now.rows = was.rows;
  now.rows[1][2] = std::int64_t{41};
  const auto changes = differences(was, now);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].row, "村 鱼泉村 (2)");
}

// Of two deeds alike one was struck out, and one more came above: nothing else has changed.
TEST(LedgerDifference, ARecordIsKnownByAllItsNamesAndTheSameOnesBelongTogether) {
  Ledger was = small(), now = small();
  for (Ledger* ledger : {&was, &now}) {
    ledger->id = "RP08";
    ledger->columns = {"序号", "实事", "地点", "受益户", "完成时间"};
    ledger->totals.clear();
  }
  const auto deed = [](std::int64_t no, const char* what, std::int64_t households) {
    return std::vector<LedgerCell>{no, std::string(what), std::string("鱼泉村"), households,
                                   *Date::parse_iso("2026-03-05")};
  };
  was.rows = {deed(1, "修渠", 4), deed(2, "修渠", 9), deed(3, "送粮", 5)};
  now.rows = {deed(1, "架桥", 7), deed(2, "修渠", 9), deed(3, "送粮", 6)};
  std::vector<std::string> lines;
  for (const LedgerChange& each : differences(was, now)) {
    lines.push_back(cat(each.row, "|", each.column, "|", cell_line(each.was), "|",
                        cell_line(each.now), "|", static_cast<int>(each.kind)));
  }
  EXPECT_THAT(lines,
              ElementsAre("架桥 鱼泉村 2026-03-05||||1", "送粮 鱼泉村 2026-03-05|受益户|5|6|0",
                          "修渠 鱼泉村 2026-03-05||||2"));
}

// What is hidden upward is a word, and names nothing.
TEST(LedgerDifference, AHiddenNumberIsNoNameOfItsRow) {
  Ledger was = small(), now = small();
  for (Ledger* ledger : {&was, &now}) {
    ledger->id = "RP04";
    ledger->columns = {"类别", "新收", "办结", "涉及户"};
    ledger->totals.clear();
  }
  const auto row = [](LedgerCell households) {
    return std::vector<LedgerCell>{std::string("饮水"), std::int64_t{4}, std::int64_t{1},
                                   std::move(households)};
  };
  was.rows = {row(std::string("<3"))};
  now.rows = {row(std::int64_t{3})};
  const auto changes = differences(was, now);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].row, "饮水");
  EXPECT_EQ(changes[0].column, "涉及户");
}

TEST(Upward, HasNoPeopleAndNoCellThatPointsAtSomebody) {
  const Ledger up = upward(small());
  EXPECT_EQ(up.columns.size(), 6u) << "the column with names is gone";
  ASSERT_EQ(up.rows.size(), 3u) << "the cadre's row stays in the township";
  EXPECT_EQ(cell_line(up.rows[0][3]), "<3");
  EXPECT_EQ(cell_line(up.rows[0][4]), "※") << "its share would tell it";
  EXPECT_EQ(cell_line(up.rows[1][3]), "※") << "the total less the others would tell it";
  EXPECT_EQ(cell_line(up.rows[2][3]), "12");
  EXPECT_EQ(cell_line(up.rows[2][4]), "12/20");
  EXPECT_EQ(cell_line(up.totals[3]), "23");
}

TEST(Upward, HidesATotalThatIsMadeOfFewOnesOnly) {
  Ledger ledger = small();
  ledger.rows = {ledger.rows[0], ledger.rows[0]};
  ledger.totals[3] = std::int64_t{4};
  ledger.totals[4] = Ratio{4, 90};
  const Ledger up = upward(ledger);
  EXPECT_EQ(cell_line(up.totals[3]), "※");
  EXPECT_EQ(cell_line(up.totals[4]), "※");
  ledger.upward.rows = false;
  ledger.totals[3] = std::int64_t{2};
  EXPECT_EQ(cell_line(upward(ledger).totals[3]), "<3");
  EXPECT_TRUE(upward(ledger).rows.empty());
}

// Fewer than three are hidden: three are not.
TEST(Upward, ShowsThreeAndHidesAShareOfWhatIsHidden) {
  Ledger ledger = small();
  ledger.rows[0][3] = std::int64_t{3};
  EXPECT_EQ(cell_line(upward(ledger).rows[0][3]), "3");
  EXPECT_EQ(cell_line(upward(ledger).rows[1][3]), "9");
  ledger.rows[0][2] = std::int64_t{2};
  ledger.rows[0][3] = std::int64_t{0};
  ledger.rows[0][4] = Ratio{0, 2};
  EXPECT_EQ(cell_line(upward(ledger).rows[0][2]), "<3");
  EXPECT_EQ(cell_line(upward(ledger).rows[0][4]), "※") << "what it divides by would be told";
}

// One household of four is found by subtraction if the other cell can be three only.
TEST(Upward, HidesTheTotalWhereNoOtherCellKeepsTheSecret) {
  Ledger ledger = small();
  ledger.rows = {ledger.rows[0], ledger.rows[1]};
  ledger.rows[0][3] = std::int64_t{1};
  ledger.rows[1][3] = std::int64_t{3};
  ledger.totals[3] = std::int64_t{4};
  EXPECT_EQ(cell_line(upward(ledger).rows[1][3]), "※");
  EXPECT_EQ(cell_line(upward(ledger).totals[3]), "※");
  ledger.rows[1][3] = std::int64_t{4};
  ledger.totals[3] = std::int64_t{5};
  EXPECT_EQ(cell_line(upward(ledger).totals[3]), "5") << "1 and 4, or 2 and 3";
}

// Were it always the smallest, the cells that are shown would tell it.
TEST(Upward, WhichOtherCellIsHiddenSaysNothingOfIt) {
  Ledger ledger = small();
  ledger.rows = {ledger.rows[0], ledger.rows[1], ledger.rows[2]};
  ledger.rows[0][3] = std::int64_t{2};
  ledger.rows[1][3] = std::int64_t{9};
  ledger.rows[2][3] = std::int64_t{5};
  ledger.totals[3] = std::int64_t{16};
  EXPECT_EQ(cell_line(upward(ledger).rows[1][3]), "※");
  EXPECT_EQ(cell_line(upward(ledger).rows[2][3]), "5");
}

TEST(Upward, TwoOnesAreNotToldByTheirTotal) {
  Ledger ledger = small();
  ledger.rows = {ledger.rows[0], ledger.rows[0]};
  for (auto& row : ledger.rows) row[3] = std::int64_t{1};
  ledger.totals[3] = std::int64_t{2};
  EXPECT_EQ(cell_line(upward(ledger).rows[0][3]), "<3");
  EXPECT_EQ(cell_line(upward(ledger).totals[3]), "※");
}

// What goes up of villages, each: households reached, visits, those in vain, those at night.
class UpwardTotals : public ::testing::Test {
 protected:
  using Villages = std::vector<std::array<std::int64_t, 4>>;

  std::string totals(const Villages& villages) { return line(up(villages).totals); }
  std::string rows(const Villages& villages) {
    std::vector<std::string> lines;
    for (const auto& row : up(villages).rows) lines.push_back(line(row));
    return join(lines, " | ");
  }

 private:
  static std::string line(const std::vector<LedgerCell>& row) {
    std::vector<std::string> cells;
    for (std::size_t i = 1; i < row.size(); ++i) cells.push_back(cell_line(row[i]));
    return join(cells, " ");
  }
  static Ledger up(const Villages& villages) {
    Ledger ledger;
    ledger.columns = {"村", "已走访户数", "走访户次", "未见到户次", "夜访", "见面率"};
    ledger.upward = {true, SIZE_MAX, {}, {"已走访户数"}, {}, {}};
    ledger.upward.beside = {{"已走访户数", {"见面率"}, {"走访户次", "夜访"}, {"未见到户次"}}};
    std::array<std::int64_t, 4> sum{};
    const auto row = [](const std::array<std::int64_t, 4>& n) -> std::vector<LedgerCell> {
      return {std::string("村"), n[0], n[1], n[2], n[3], Ratio{n[1] - n[2], n[1]}};
    };
    for (const auto& village : villages) {
      ledger.rows.push_back(row(village));
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += village[i];
    }
    ledger.totals = row(sum);
    return upward(ledger);
  }
};

// How many visits there were points at no village, and what comes late is told by it.
TEST_F(UpwardTotals, VisitsAreNotHouseholds) { EXPECT_EQ(totals({{1, 1, 0, 1}}), "<3 1 0 1 ※"); }

TEST_F(UpwardTotals, VisitsInVainDoNotTellHowFewWereNot) {
  EXPECT_EQ(totals({{1, 5, 4, 0}}), "<3 5 ※ 0 ※");
  EXPECT_EQ(totals({{1, 9, 4, 0}}), "<3 9 4 0 ※") << "five visits: one household, or two";
}

TEST_F(UpwardTotals, AnotherVillagesVisitsInVainDoNotTellThoseOfTheHidden) {
  EXPECT_EQ(totals({{1, 1, 0, 0}, {0, 5, 5, 4}, {0, 6, 6, 0}}), "<3 12 ※ 4 ※");
  EXPECT_EQ(rows({{1, 1, 0, 0}, {0, 5, 5, 4}, {0, 6, 6, 0}}),
            "<3 ※ ※ ※ ※ | 0 ※ ※ ※ ※ | 0 6 6 0 0/6");
}

TEST_F(UpwardTotals, WhatIsReachedByManyIsShown) {
  EXPECT_EQ(totals({{4, 4, 0, 1}, {5, 6, 1, 0}}), "9 10 1 1 9/10");
}

TEST(Upward, HidesWhatTellsTheHiddenFromBesideIt) {
  Ledger ledger = small();
  ledger.upward.beside = {{ledger.columns[3], {}, {ledger.columns[2]}}};
  ledger.upward.cells = {{2, 2}};
  const Ledger up = upward(ledger);
  EXPECT_EQ(cell_line(up.rows[0][2]), "※");
  EXPECT_EQ(cell_line(up.rows[1][2]), "※") << "hidden with it";
  EXPECT_EQ(cell_line(up.rows[2][2]), "※") << "for itself";
  EXPECT_EQ(cell_line(up.totals[2]), cell_line(ledger.totals[2]));
  ledger.rows.resize(1);
  ledger.totals[3] = std::int64_t{2};
  ledger.upward.beside[0].shares = {ledger.columns[4]};
  EXPECT_EQ(cell_line(upward(ledger).totals[2]), cell_line(ledger.totals[2]));
  EXPECT_EQ(cell_line(upward(ledger).totals[4]), "※") << "of a total its share alone";
}

}  // namespace
}  // namespace mq::work::testing
