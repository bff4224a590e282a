// The month's close: periods, drafts, signatures, late arrivals and the bridge of RP17.
#include "mq/work/issue.h"
#include "work/month_home.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string line_of(const Month& month) {
  return cat(month.label, " ", month.period.from.iso(), " ", month.period.to.iso());
}
Date day(const char* iso) { return *Date::parse_iso(iso); }

TEST(MonthRuleTest, APeriodIsNamedAfterTheMonthInWhichItEnds) {
  const MonthRule calendar, shifted{26, std::nullopt, false};
  EXPECT_EQ(line_of(month_of(2026, 2, calendar)), "2026-02 2026-02-01 2026-02-28");
  EXPECT_EQ(line_of(month_of(2026, 1, shifted)), "2026-01 2025-12-26 2026-01-25");
  EXPECT_EQ(line_of(month_of(2026, 12, shifted)), "2026-12 2026-11-26 2026-12-25");
  EXPECT_EQ(line_of(last_month(day("2026-03-31"), calendar)), "2026-02 2026-02-01 2026-02-28");
  EXPECT_EQ(line_of(last_month(day("2026-04-01"), calendar)), "2026-03 2026-03-01 2026-03-31");
  EXPECT_EQ(line_of(last_month(day("2026-12-26"), shifted)), "2026-12 2026-11-26 2026-12-25");
  EXPECT_EQ(line_of(last_month(day("2026-01-01"), calendar)), "2025-12 2025-12-01 2025-12-31");
  for (const char* bad : {"", "2026-3", "2026-13", "2026-00", "2026/03", "26-03", "2026-03-01"}) {
    EXPECT_FALSE(parse_month(bad, calendar).ok()) << bad;
  }
}

TEST(MonthRuleTest, APeriodIsMadeOfWholeMonthsOrOfNone) {
  const MonthRule calendar, shifted{26, std::nullopt, false};
  EXPECT_EQ(months_in(period("2026-01-01", "2026-12-31"), calendar).size(), 12u);
  EXPECT_EQ(months_in(period("2025-12-26", "2026-03-25"), shifted).size(), 3u);
  EXPECT_EQ(months_in(period("2025-12-26", "2026-03-25"), shifted)[0].label, "2026-01");
  EXPECT_TRUE(months_in(period("2026-01-02", "2026-03-31"), calendar).empty());
  EXPECT_TRUE(months_in(period("2026-01-01", "2026-03-30"), calendar).empty());
  EXPECT_TRUE(months_in(period("2026-01-01", "2026-03-31"), shifted).empty());
}

TEST_F(MonthTest, ADraftSaysWhatHasChangedSince) {
  visit(kOne, "2026-02-03");
  const MonthReview first = review("2026-02");
  ASSERT_EQ(first.ledgers.size(), 1u);
  EXPECT_FALSE(first.ledgers[0].drafted);
  ASSERT_TRUE(keep_draft(town.place(), first).ok());
  EXPECT_TRUE(review("2026-02").ledgers[0].drafted);
  EXPECT_THAT(review("2026-02").ledgers[0].since_draft, IsEmpty());
  visit(kTwo, "2026-02-27");
  std::vector<std::string> changed;
  const MonthReview second = review("2026-02");
  for (const LedgerChange& each : second.ledgers[0].since_draft) {
    if (each.row == "合计") changed.push_back(cat(each.column, " ", cell_line(each.now)));
  }
  EXPECT_THAT(changed, ElementsAre("已走访户数 2", "覆盖率 2/5", "走访户次 2", "走访人次 2",
                                   "见面率 2/2", "代录户次 2"));
}

TEST_F(MonthTest, WhatIsSignedStaysAndACorrectionIsAFurtherVersion) {
  visit(kOne, "2026-02-03");
  const auto signed_first = sign(review("2026-02"));
  ASSERT_EQ(signed_first.size(), 1u);
  EXPECT_EQ(signed_first[0].record.ledger.signing->version, 1u);
  visit(kTwo, "2026-02-27");
  const MonthReview changed = review("2026-02");
  EXPECT_EQ(changed.ledgers[0].signed_version, 1u);
  EXPECT_FALSE(changed.ledgers[0].since_signed.empty());
  EXPECT_TRUE(sign(changed).empty()) << "without a reason what is signed stays";
  const auto corrected = sign(changed, "漏了一次");
  ASSERT_EQ(corrected.size(), 1u);
  EXPECT_EQ(corrected[0].record.ledger.signing->version, 2u);
  EXPECT_EQ(basis_of(corrected[0].record.ledger, "更正原因"), "漏了一次");
  const auto all = signed_reports(town.place());
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ(cell_line(all->front().record.ledger.totals[5]), "1") << "version 1 is as it was";
  EXPECT_EQ(cell_line(last_signed(*all, "RP01", changed.month.period)->record.ledger.totals[5]),
            "2");
  const auto again = sign_month(town.place(), review("2026-02"), "再来");
  EXPECT_EQ(again.error().code, Code::kInvalidInput) << "nothing has changed";
}

TEST_F(MonthTest, WhatArrivesLateStandsInTheNextIssueOnce) {
  visit(kOne, "2026-01-10");
  sign(review("2026-01"));
  visit(kTwo, "2026-01-20");
  const MonthReview february = review("2026-02");
  EXPECT_THAT(late_of(february), ElementsAre("2026-01 走访户次 1", "2026-01 走访人次 1"));
  const auto signed_february = sign(february);
  ASSERT_EQ(signed_february.size(), 1u);
  EXPECT_EQ(basis_of(signed_february[0].record.ledger, "补报 2026-01-01 至 2026-01-31"),
            "走访户次 +1,走访人次 +1");
  EXPECT_THAT(late_of(review("2026-03")), IsEmpty()) << "it was reported";
  visit(kSix, "2026-01-21");
  EXPECT_THAT(late_of(review("2026-03")), ElementsAre("2026-01 已走访户数 现为 ※(原为 <3)",
                                                      "2026-01 走访户次 1", "2026-01 走访人次 1"));
}

TEST_F(MonthTest, NothingThatIsSignedNamesAPerson) {
  visit(kOne, "2026-02-03");
  saved(add_issue(town.place(), {{"village", "鱼泉村"},
                                 {"text", "水渠"},
                                 {"category", "饮水"},
                                 {"reporter", "王一"},
                                 {"registered_on", "2026-02-03"}}));
  for (const SignedReport& each : sign(review("2026-02", {}))) {
    LedgerRecord record = each.record;
    std::erase_if(record.ledger.basis, [](const auto& line) {
      return line.first == "签发人" || line.first == "制表人";
    });
    const std::string text = write_ledger(record);
    for (const char* name : {"王一", "甲", "乙", "丙"}) {
      EXPECT_EQ(text.find(name), std::string::npos) << each.record.ledger.id << " " << name;
    }
  }
}

TEST_F(MonthTest, OnlyTheDeskSigns) {
  SimDevice& cadre = town.join("甲", {"鱼泉村"}, false);
  EXPECT_EQ(review_month(town.at(cadre), *parse_month("2026-02", {})).error().code,
            Code::kNotAllowed);
  EXPECT_EQ(sign_reports(town.at(cadre), {}, "").error().code, Code::kNotAllowed);
}

TEST_F(MonthTest, AZeroReportIsRefusedWhereSomethingHappened) {
  EXPECT_THAT(not_zero(review("2026-02").ledgers[0].ledger), IsEmpty());
  visit(kOne, "2026-02-03");
  EXPECT_THAT(not_zero(review("2026-02").ledgers[0].ledger),
              ElementsAre("走访户次 +1", "走访人次 +1"));
}

// 报表 指标 各月签发 迟到与更正 跨月扣除 本期重算
TEST_F(MonthTest, AQuarterIsCountedAnewAndTheBridgeAddsUp) {
  visit(kOne, "2026-01-10");
  visit(kOne, "2026-02-10");
  visit(kTwo, "2026-03-04");
  for (const char* month : {"2026-01", "2026-02"}) sign(review(month, {}));
  visit(kSix, "2026-01-11");
  const auto made = ledger_rp17(town.place(), {period("2026-01-01", "2026-03-31"), {}, false});
  ASSERT_TRUE(made.ok()) << made.error().en;
  std::map<std::string, std::string> lines;
  for (const std::string& line : whole_lines(made)) {
    lines[line.substr(0, line.find(' ', 5))] = line;
  }
  EXPECT_EQ(lines["RP01 已走访户数"], "RP01 已走访户数 4 0 -1 3")
      << "one household in two months; what was signed as <3 is taken as it is now";
  EXPECT_EQ(lines["RP01 走访户次"], "RP01 走访户次 3 1 0 4");
  EXPECT_EQ(lines["RP01 应走访户数"], "RP01 应走访户数 5 0 0 5") << "what stands is not added";
  EXPECT_EQ(lines["RP01 覆盖率"], "RP01 覆盖率    3/5");
  for (const auto& row : made->rows) {
    const auto* whole = std::get_if<std::int64_t>(&row[5]);
    if (whole == nullptr) continue;
    EXPECT_EQ(std::get<std::int64_t>(row[2]) + std::get<std::int64_t>(row[3]) +
                  std::get<std::int64_t>(row[4]),
              *whole)
        << cell_line(row[1]);
  }
  EXPECT_NE(basis_of(*made, "未签发的月份").find("2026-03"), std::string::npos);
  EXPECT_FALSE(ledger_rp17(town.place(), {period("2026-01-01", "2026-01-31"), {}, false}).ok());
}

}  // namespace
}  // namespace mq::work::testing
