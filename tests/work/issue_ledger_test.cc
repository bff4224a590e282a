// RP03 and RP04: what was carried over, came, was done and is left, counted by hand and balanced
// over random townships.
#include "mq/work/issue.h"
#include "mq/work/ledger.h"
#include "mq/work/overdue.h"
#include "work/ledger_lines.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Date day(std::string_view iso) { return *Date::parse_iso(iso); }
const Period kMarch{day("2026-03-01"), day("2026-03-31")};

std::string line_of(const std::vector<LedgerCell>& row) {
  std::vector<std::string> out;
  for (const LedgerCell& cell : row) {
    if (const auto* number = std::get_if<std::int64_t>(&cell)) out.push_back(cat(*number));
    if (const auto* text = std::get_if<std::string>(&cell)) out.push_back(*text);
    if (const auto* ratio = std::get_if<Ratio>(&cell)) {
      out.push_back(cat(ratio->numerator, "/", ratio->denominator));
    }
  }
  return join(out, " ");
}

std::vector<std::string> lines_of(const Ledger& ledger) {
  std::vector<std::string> out;
  for (const auto& row : ledger.rows) out.push_back(line_of(row));
  return out;
}

std::string basis(const Ledger& ledger, std::string_view name) {
  for (const auto& [key, text] : ledger.basis) {
    if (key == name) return text;
  }
  return "";
}

class IssueLedgerTest : public ::testing::Test {
 protected:
  IssueLedgerTest() {
    town.with_people();
    saved(add_unit(town.place(), {{"name", "镇水利站"}}));
  }
  RowId raise(const std::string& on, const std::string& category, Inputs more = {}) {
    more.insert(more.end(), {{"text", "要办的事"}, {"category", category}, {"registered_on", on}});
    const bool placed =
        std::ranges::any_of(more, [](const Input& input) { return input.field == "household_id"; });
    if (!placed) more.push_back({"village", "鱼泉村"});
    return saved(add_issue(town.place(), more));
  }
  void accept(const RowId& row, const std::string& due) {
    saved(move_issue(town.place(), "accept", row, {{"due_at", due}}));
  }
  void close(const RowId& row, const std::string& on, const std::string& closure = "已解决") {
    saved(move_issue(town.place(), "close", row,
                     {{"closure", closure}, {"result", "办了"}, {"closed_on", on}}));
  }
  Ledger made(Result<Ledger> (*ledger)(const Workplace&, const LedgerRequest&),
              const Period& period) {
    auto out = ledger(town.place(), {period, {}});
    EXPECT_TRUE(out.ok()) << out.error().en;
    return *out;
  }
  Township town;
};

// 单位 结转 新收 受理 办结 按期 在办 超期 延期 办结率 按期率
TEST_F(IssueLedgerTest, Rp03CountsWhatWasCarriedCameAndIsLeft) {
  const RowId old = raise("2026-02-10", "饮水");  // carried, done in time
  accept(old, "2026-03-10 18:00");
  close(old, "2026-03-10");
  close(raise("2026-02-01", "饮水"), "2026-02-28");  // done before: in no column
  const RowId late = raise("2026-03-01", "交通运输");
  accept(late, "2026-03-04 18:00");
  saved(move_issue(town.place(), "assign", late, {{"to_org", "镇水利站"}}));
  saved(move_issue(town.place(), "sign", late, {}));
  saved(move_issue(town.place(), "progress", late, {}));
  close(late, "2026-03-05");
  accept(raise("2026-03-02", "饮水"), "2026-03-31 18:00");  // open, and over on the last day
  const RowId longer = raise("2026-03-03", "住房");
  accept(longer, "2026-03-09 18:00");
  saved(move_issue(town.place(), "extend", longer,
                   {{"reason", "等料"}, {"extended_until", "2026-04-09"}}));
  close(raise("2026-03-31", "环保"), "2026-04-01");  // came on the last day, done after it
  const RowId gone = raise("2026-03-06", "环保");
  saved(move_issue(town.place(), "withdraw", gone,
                   {{"reason", "不用了"}, {"closed_on", "2026-03-06"}}));
  close(raise("2026-03-07", "社保"), "2026-03-08", "移送");
  raise("2026-04-01", "饮水");  // after it

  const Ledger march = made(ledger_rp03, kMarch);
  EXPECT_THAT(lines_of(march),
              ElementsAre("鱼泉村 1 3 2 1 1 3 1 1 1/3 1/2", "镇水利站 0 1 1 1 0 0 0 0 1/1 0/1"));
  EXPECT_EQ(line_of(march.totals), "合计 1 4 3 2 1 3 1 1 2/4 1/3");
  EXPECT_THAT(basis(march, "撤回、移送"), HasSubstr("本期 2 件"));
  // The next month takes over what this one left.
  const Ledger april = made(ledger_rp03, {day("2026-04-01"), day("2026-04-30")});
  EXPECT_EQ(line_of(april.totals), "合计 3 1 0 1 1 3 2 1 1/3 0/1");
}

// Good work counts in the month in which it was due, and in no other column of that month.
TEST_F(IssueLedgerTest, WhatWasDoneInAnEarlierMonthIsDoneInTimeWhereItWasDue) {
  const RowId early = raise("2026-02-20", "饮水");
  accept(early, "2026-03-12 18:00");
  close(early, "2026-02-25");
  EXPECT_THAT(lines_of(made(ledger_rp03, kMarch)), ElementsAre("鱼泉村 0 0 0 0 0 0 0 0 0/0 1/1"));
  EXPECT_THAT(lines_of(made(ledger_rp04, kMarch)), IsEmpty());
  const Ledger february = made(ledger_rp03, {day("2026-02-01"), day("2026-02-28")});
  EXPECT_EQ(line_of(february.totals), "合计 0 1 1 1 1 0 0 0 1/1 0/0");
}

TEST_F(IssueLedgerTest, ACancelledIssueIsCollectedByNoVisit) {
  const Workplace place = town.place();
  const auto visit = add_visit(place, {{"household_id", "999999100201010001"},
                                       {"date", "2026-03-02"},
                                       {"visited_by", "甲"},
                                       {"outcome", "见到户主"},
                                       {"demand", "路坏了"},
                                       {"category", "交通运输"},
                                       {"answered", "是"}});
  saved(visit);
  const auto collected = [&] {
    const Ledger ledger = made(ledger_rp01, kMarch);
    const auto at = std::ranges::find(ledger.columns, "收集事项") - ledger.columns.begin();
    return line_of({ledger.totals[static_cast<std::size_t>(at)],
                    ledger.totals[static_cast<std::size_t>(at) + 1]});
  };
  EXPECT_EQ(collected(), "1 1");
  saved(cancel(place, *place.vault.schema().entity("Issue"), visit->also.front().second, "误登",
               place.vault.view()));
  EXPECT_EQ(collected(), "0 0");
}

// 类别 新收 办结 涉及户
TEST_F(IssueLedgerTest, Rp04CountsByCategoryAndNamesTheHottest) {
  raise("2026-03-01", "饮水", {{"household_id", "999999100201010001"}});
  raise("2026-03-02", "饮水", {{"households", "12"}});
  raise("2026-03-31", "环保");
  close(raise("2026-02-01", "住房"), "2026-03-01");
  close(raise("2026-03-05", "住房"), "2026-03-06");
  raise("2026-04-01", "工资");
  const Ledger ledger = made(ledger_rp04, kMarch);
  EXPECT_THAT(lines_of(ledger), ElementsAre("住房 1 2 0", "环保 1 0 0", "饮水 2 0 13"));
  EXPECT_EQ(line_of(ledger.totals), "合计 4 2 13");
  EXPECT_EQ(basis(ledger, "热点前三"), "饮水 2 件、住房 1 件、环保 1 件");
  const Ledger none = made(ledger_rp04, {day("2025-01-01"), day("2025-01-31")});
  EXPECT_THAT(none.rows, IsEmpty());
  EXPECT_EQ(basis(none, "热点前三"), "本期没有新收事项");
}

// A deadline in hours is over within its day; a day that was only typed says no hour.
TEST_F(IssueLedgerTest, Rp03JudgesADeadlineToTheMinute) {
  const auto row = [&](const char* due) {
    const RowId issue = raise("2026-03-05", "饮水");
    accept(issue, due);
    return issue;
  };
  const auto done = [&](const RowId& issue, const Inputs& more = {}) {
    Inputs all{{"closure", "已解决"}, {"result", "通了"}};
    all.insert(all.end(), more.begin(), more.end());
    saved(move_issue(town.place(), "close", issue, all));
  };
  const std::string today = Date::in_shanghai(town.desk.clock.wall()).iso();
  ASSERT_EQ(today, "2026-03-05");
  const RowId hours = raise("2026-03-05", "饮水");
  saved(move_issue(town.place(), "accept", hours, {{"term", "1小时"}}));
  const RowId evening = row("2026-03-05 23:59"), typed = row("2026-03-06 00:30");
  town.world.advance(std::chrono::hours(2));
  done(hours);
  done(evening);
  done(typed, {{"closed_on", "2026-03-06"}});
  const Ledger march = made(ledger_rp03, kMarch);
  EXPECT_EQ(line_of(march.totals), "合计 0 3 3 3 2 0 0 0 3/3 2/3");
}

// 序号 … 时限
TEST_F(IssueLedgerTest, Rp02GivesTheDeadlineThatHolds) {
  const RowId row = raise("2026-03-05", "住房");
  accept(row, "2026-03-09 18:00");
  const auto due = [&] { return cell_line(made(ledger_rp02, kMarch).rows.front()[11]); };
  EXPECT_EQ(due(), "2026-03-09");
  saved(move_issue(town.place(), "extend", row,
                   {{"reason", "等料"}, {"extended_until", "2026-04-09"}}));
  EXPECT_EQ(due(), "2026-04-09");
  saved(move_issue(town.place(), "assign", row, {{"to_org", "镇水利站"}, {"term", "48小时"}}));
  EXPECT_EQ(due().substr(0, 10), "2026-03-07") << "a new term is of a new deadline";
  EXPECT_EQ(due().size(), 16u) << "to the minute";
  const auto over = overdue_by_unit(town.place(), {});
  EXPECT_EQ(over->units.front().overdue.size(), 0u);
  EXPECT_EQ(shown(town.place(), "Issue", row, "extended_until"), "");
}

std::int64_t count_in(const std::vector<LedgerCell>& row, std::size_t column) {
  return std::get<std::int64_t>(row[column]);
}

// Whatever happened: what was carried over and came is done or left, nothing exceeds its
// denominator, and months follow each other.
TEST_F(IssueLedgerTest, Rp03BalancesWhateverHappens) {
  mq::testing::SimRandom random(7);
  const char* kEnds[] = {"waive", "withdraw", "legal"};
  for (int i = 0; i < 60; ++i) {
    const Date on{day("2026-01-01").days + static_cast<std::int32_t>(random.below(110))};
    const Date later{on.days + static_cast<std::int32_t>(random.below(40))};
    const RowId row = raise(on.iso(), "饮水");
    if (random.chance(70)) {
      accept(row, cat(Date{on.days + static_cast<std::int32_t>(random.below(30))}.iso(), " 18:00"));
    }
    if (random.chance(50)) {
      close(row, later.iso(), random.chance(20) ? "移送" : "已解决");
    } else if (random.chance(40)) {
      saved(move_issue(town.place(), kEnds[random.below(3)], row,
                       {{"reason", "x"}, {"closed_on", later.iso()}}));
    }
  }
  std::int64_t left = 0;
  for (const auto& [from, to] :
       {std::pair{"2026-01-01", "2026-01-31"}, std::pair{"2026-02-01", "2026-02-28"},
        std::pair{"2026-03-01", "2026-03-31"}, std::pair{"2026-04-01", "2026-04-30"}}) {
    const Ledger ledger = made(ledger_rp03, {day(from), day(to)});
    std::vector<std::vector<LedgerCell>> rows = ledger.rows;
    rows.push_back(ledger.totals);
    for (const auto& row : rows) {
      EXPECT_EQ(count_in(row, 1) + count_in(row, 2) - count_in(row, 4), count_in(row, 6)) << from;
      EXPECT_LE(count_in(row, 5), count_in(row, 4));
      EXPECT_LE(count_in(row, 7), count_in(row, 6));
      for (const std::size_t ratio : {9u, 10u}) {
        const Ratio share = std::get<Ratio>(row[ratio]);
        EXPECT_LE(share.numerator, share.denominator) << from;
      }
    }
    // What later left for somebody else is no longer carried over.
    EXPECT_LE(count_in(ledger.totals, 1), left == 0 ? 0 : left) << from;
    left = count_in(ledger.totals, 6);
  }
}

}  // namespace
}  // namespace mq::work::testing
