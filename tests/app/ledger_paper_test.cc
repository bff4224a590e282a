// A made-up ledger in every format: amounts, empty denominators and words that try to be markup.
#include <gtest/gtest.h>

#include "ledger_html.h"
#include "ledger_text.h"
#include "ledger_xlsx.h"
#include "mq/tabular/sheet.h"

namespace mq::testing {
namespace {

using Rows = std::vector<std::vector<std::string>>;

work::Ledger made_up() {
  work::Ledger ledger;
  ledger.id = "RP99";
  ledger.title = "试表";
  ledger.period = {*Date::of(2026, 3, 1), *Date::of(2026, 3, 31)};
  ledger.basis = {{"统计期", "2026-03-01 至 2026-03-31,两天都算;按发生日期"},
                  {"生成时间", "2026-04-01 14:07(本机时间)"},
                  {"口径", "甲:乙(P1,P2)与(丙 14:07)"}};
  ledger.complete = {{"清渭(社区)", {{7, *Date::of(2026, 3, 25)}, {2, std::nullopt}}},
                     {"空村", {}}};
  ledger.columns = {"项", "率", "钱", "天"};
  ledger.rows = {
      {std::string("<b>&"), work::Ratio{157, 480}, work::Money{-5}, *Date::of(2026, 3, 5)},
      {std::string("乙"), work::Ratio{0, 0}, work::Money{20'050}, std::string()}};
  ledger.totals = {std::string("合计"), work::LedgerCell(), work::Money{20'045}};
  return ledger;
}

TEST(LedgerPaper, TerminalAndCsvSayWhatTheyAlwaysSaid) {
  EXPECT_EQ(cli::ledger_head(made_up()),
            (Rows{{"RP99 试表"},
                  {"统计期:2026-03-01 至 2026-03-31,两天都算;按发生日期"},
                  {"生成时间:2026-04-01 14:07(本机时间)"},
                  {"口径:甲:乙(P1,P2)与(丙 14:07)"},
                  {"完整性 清渭(社区):9 人中 7 人收到 3 月 25 日,2 人还没有收到,之后到的不在本表"},
                  {"完整性 空村:还没有干部加入"}}));
  EXPECT_EQ(cli::ledger_rows(made_up()), (Rows{{"<b>&", "157/480 32.7%", "-0.05", "2026-03-05"},
                                               {"乙", "—", "200.50", ""},
                                               {"合计", "", "200.45"}}));
}

TEST(LedgerPaper, PaperHasTheWideMarksAndNamesStayAsTheyAre) {
  const cli::LedgerPaper paper = cli::ledger_paper(made_up());
  EXPECT_EQ(paper.title, "RP99 试表");
  EXPECT_EQ(paper.lead, "统计期：2026-03-01 至 2026-03-31，两天都算；按发生日期");
  EXPECT_EQ(paper.notes,
            (std::vector<std::string>{
                "生成时间：2026-04-01 14:07（本机时间）", "口径：甲：乙（P1,P2）与（丙 14:07）",
                "完整性 清渭(社区)：9 人中 7 人收到 3 月 25 日，2 人还没有收到，之后到的不在本表",
                "完整性 空村：还没有干部加入",
                "签发人：________________　　签发日期：________________"}));
}

TEST(LedgerPaper, AWorkbookHasSharesInThreeColumnsAndAmountsAsNumbers) {
  const auto file = cli::ledger_xlsx(made_up(), WallTime{0});
  ASSERT_TRUE(file.ok());
  const auto sheet = tabular::read_sheet(*file);
  ASSERT_TRUE(sheet.ok());
  Rows rows;
  for (std::size_t i = 2; i < 6; ++i) rows.push_back(sheet->rows[i].cells);
  EXPECT_EQ(rows, (Rows{{"项", "率", "率分子", "率分母", "钱", "天"},
                        {"<b>&", "0.32708333333333334", "157", "480", "-0.05", "2026-03-05"},
                        {"乙", "—", "0", "0", "200.5"},
                        {"合计", "", "", "", "200.45"}}));
  EXPECT_EQ(sheet->rows.size(), 11u);
}

TEST(LedgerPaper, APageEscapesEveryTextAndSetsTheTotalsOff) {
  work::Ledger ledger = made_up();
  ledger.title = "<i>";
  ledger.columns[0] = "<u>";
  ledger.basis[0].second = "<script>";
  ledger.complete[1].village = "\"><p>";
  const std::string page = cli::ledger_html(ledger);
  for (const char* bad : {"<i>", "<u>", "<script", "<b>", "\"><p>"}) {
    EXPECT_EQ(page.find(bad), std::string::npos) << bad;
  }
  for (const char* good :
       {"<h1>RP99 &lt;i&gt;</h1>", "<th>&lt;u&gt;</th>", "<td class=\"s\">&lt;b&gt;&amp;</td>",
        "<td class=\"n\">157/480 32.7%</td>", "<td class=\"n\">—</td>",
        "<td class=\"s\">2026-03-05</td>", "<tr class=\"total\"><td class=\"s\">合计</td><td></td>",
        "<p class=\"sign\">签发人：", "size: A4; }"}) {
    EXPECT_NE(page.find(good), std::string::npos) << good;
  }
}

TEST(LedgerPaper, AWideTableLiesAcrossAndAVeryWideOneIsSmall) {
  work::Ledger ledger = made_up();
  const auto columns = [&](std::size_t count) {
    ledger.columns.assign(count, "一二三四");
    for (auto& row : ledger.rows) row.assign(count, std::int64_t{1});
    return cli::ledger_html(ledger);
  };
  EXPECT_EQ(columns(8).find(" landscape"), std::string::npos);
  EXPECT_NE(columns(9).find(" landscape"), std::string::npos);
  EXPECT_EQ(columns(12).find("<table class=\"dense\">"), std::string::npos);
  EXPECT_NE(columns(13).find("<table class=\"dense\">"), std::string::npos);
}

}  // namespace
}  // namespace mq::testing
