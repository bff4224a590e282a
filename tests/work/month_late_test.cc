// What becomes of a month after it was signed: what arrives late and is told once, further
// versions, two desks that sign apart, and longer periods.
#include <set>

#include "minqing/model/v1/report.pb.h"
#include "mq/work/issue.h"
#include "mq/work/moves.h"
#include "mq/work/upward.h"
#include "work/month_home.h"

namespace mq::work::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LateTest : public MonthTest {
 protected:
  // A moment later, so that what is signed stands in the order of signing.
  std::vector<SignedReport> sign_next(const MonthReview& made, const std::string& reason = "") {
    town.world.advance(std::chrono::minutes(1));
    return sign(made, reason);
  }
  void deed(const std::string& date) {
    saved(add_deed(town.place(), {{"title", "送口粮"},
                                  {"household_id", kOne},
                                  {"done_on", date},
                                  {"money", "426"},
                                  {"owner_id", "甲"}}));
  }
  void set_status(const std::string& house, const std::string& status) {
    const Workplace place = town.place();
    saved(amend(place, *place.vault.schema().entity("Household"),
                Directory(place).household(house)->id, {{"status", status}}, place.vault.view()));
  }
  std::string see(const RowId& report, std::string_view field) {
    return shown(town.place(), "ReportSnapshot", report, field);
  }
  static const std::vector<std::string>& one_visit() {
    static const std::vector<std::string> kOnce{"2026-01 走访户次 1", "2026-01 走访人次 1"};
    return kOnce;
  }
};

TEST_F(LateTest, OnlyWhatWasSignedForAnEarlierMonthIsLate) {
  sign_next(review("2026-02"));
  visit(kOne, "2026-02-20");
  EXPECT_THAT(late_of(review("2026-01")), IsEmpty());
  EXPECT_THAT(late_of(review("2026-02")), IsEmpty()) << "that is a correction of the month itself";
}

// One that takes numbered corrections does not get the same visit twice.
TEST_F(LateTest, WhereCorrectionsAreNumberedNothingIsAddedToTheNextMonth) {
  const auto told = [&] {
    const MonthReview made = review("2026-02");
    return std::ranges::any_of(made.ledgers.front().ledger.basis, [](const auto& sentence) {
      return sentence.first.starts_with("补报");
    });
  };
  visit(kOne, "2026-01-10");
  sign_next(review("2026-01"));
  visit(kTwo, "2026-01-20");
  EXPECT_TRUE(told());
  const Workplace place = town.place();
  saved(amend(place, *place.vault.schema().entity("Programme"), programmes(place)->front().row,
              {{"late_rule", "更正报"}}, place.vault.view()));
  EXPECT_FALSE(told());
  EXPECT_EQ(late_of(review("2026-02")), one_visit()) << "the person is told";
}

TEST_F(LateTest, AMonthThatHasNotBegunIsNotSigned) {
  const MonthReview next = review("2026-05");
  const auto refused = sign_month(town.place(), next, "");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kInvalidInput);
}

TEST_F(LateTest, AfterACorrectionOnlyWhatCameSinceIsLate) {
  visit(kOne, "2026-01-10");
  sign_next(review("2026-01"));
  visit(kTwo, "2026-01-20");
  sign_next(review("2026-01"), "漏了一次");
  EXPECT_THAT(late_of(review("2026-02")), IsEmpty()) << "it was corrected";
  visit(kThree, "2026-01-25");
  for (const std::string& each : one_visit()) {
    EXPECT_THAT(late_of(review("2026-02")), Contains(each)) << "of two versions once";
  }
}

TEST_F(LateTest, ACorrectionAfterALaterIssueCountsWhatThatOneToldToo) {
  visit(kOne, "2026-01-10");
  sign_next(review("2026-01"));
  visit(kTwo, "2026-01-20");
  sign_next(review("2026-02"));
  visit(kSix, "2026-01-25");
  sign_next(review("2026-01"), "又漏了一次");
  EXPECT_THAT(late_of(review("2026-03")), IsEmpty());
}

// Whoever adds the versions and the 补报 up would count it twice.
TEST_F(LateTest, AVersionThatHoldsWhatWasToldLateSaysSo) {
  for (const std::string& house : {kOne, kTwo, kThree}) visit(house, "2026-01-10");
  sign_next(review("2026-01"));
  visit(kFour, "2026-01-12");
  sign_next(review("2026-02"));
  EXPECT_EQ(basis_of(review("2026-02").ledgers[0].ledger, "已补报"), "");
  visit(kSix, "2026-01-13");
  const auto second = sign_next(review("2026-01"), "漏报一户");
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(basis_of(second[0].record.ledger, "已补报"),
            "已走访户数 +1,走访户次 +1,走访人次 +1;已作为补报上期报过,本版都算在内,不再另加");
  visit(kOne, "2026-01-14");
  const auto third = sign_next(review("2026-01"), "又漏一次");
  ASSERT_EQ(third.size(), 1u);
  EXPECT_EQ(basis_of(third[0].record.ledger, "已补报"), "") << "version 2 holds it already";
}

TEST_F(LateTest, WhatHappenedIsToldAndWhatStandsIsNot) {
  for (const std::string& house : {kOne, kTwo, kThree}) visit(house, "2026-01-10");
  sign_next(review("2026-01", {"RP01", "RP08"}));
  visit(kFour, "2026-01-12");
  saved(add_household(town.place(), {{"village", "鱼泉村"}, {"head_name", "新来的"}}));
  deed("2026-01-15");
  const MonthReview made = review("2026-02", {"RP01", "RP08"});
  const std::vector<std::string> late = late_of(made);
  EXPECT_THAT(late, Contains("2026-01 已走访户数 1"));
  EXPECT_THAT(late, Contains("2026-01 走访户次 1"));
  EXPECT_THAT(late, Contains("2026-01 资金(元) 42600分"));
  EXPECT_THAT(late, ::testing::Not(Contains("2026-01 应走访户数 1")));
  ASSERT_EQ(made.ledgers.size(), 2u);
  const std::string name = "补报 2026-01-01 至 2026-01-31";
  EXPECT_EQ(basis_of(made.ledgers[0].ledger, name), "已走访户数 +1,走访户次 +1,走访人次 +1");
  EXPECT_THAT(basis_of(made.ledgers[1].ledger, name), ::testing::HasSubstr("+426.00"))
      << "each in its own";
  EXPECT_THAT(basis_of(made.ledgers[1].ledger, name),
              ::testing::Not(::testing::HasSubstr("走访户次")));
}

TEST_F(LateTest, TheTwelveLastSignedMonthsMayStillGetLateOnes) {
  for (int months = 12; months >= 0; --months) {
    const Month month = month_of(2025 + (12 - months) / 12, (12 - months) % 12 + 1, {});
    const auto ledger = ledger_rp01(town.place(), {month.period, {}, false});
    ASSERT_TRUE(ledger.ok());
    town.world.advance(std::chrono::minutes(1));
    ASSERT_TRUE(sign_reports(town.place(), {{*ledger, {}}}, "").ok());
  }
  visit(kOne, "2025-01-10");
  visit(kTwo, "2025-02-10");
  visit(kSix, "2026-01-10");
  EXPECT_THAT(late_of(review("2026-02")),
              ElementsAre("2025-02 已走访户数 现为 <3(原为 0)", "2025-02 走访户次 1",
                          "2025-02 走访人次 1", "2026-01 已走访户数 现为 <3(原为 0)",
                          "2026-01 走访户次 1", "2026-01 走访人次 1"));
}

TEST_F(LateTest, EachVersionNamesTheOneItReplacesAndOnlyItsOwnReason) {
  const auto first = sign_next(review("2026-02"));
  visit(kOne, "2026-02-03");
  const auto second = sign_next(review("2026-02", {"RP01", "RP09"}), "漏了一次");
  ASSERT_EQ(second.size(), 2u);
  EXPECT_EQ(see(second[0].row, "version"), "2");
  EXPECT_EQ(see(second[0].row, "replaces"), first[0].row.hex());
  EXPECT_EQ(see(second[0].row, "reason"), "漏了一次");
  EXPECT_EQ(basis_of(second[0].record.ledger, "版本"), "第 2 版");
  EXPECT_EQ(see(second[1].row, "version"), "1");
  EXPECT_EQ(see(second[1].row, "reason"), "") << "what is signed first corrects nothing";
  visit(kTwo, "2026-02-04");
  const auto third = sign_next(review("2026-02"), "又漏了一次");
  ASSERT_EQ(third.size(), 1u);
  EXPECT_EQ(see(third[0].row, "version"), "3");
  EXPECT_EQ(see(third[0].row, "replaces"), second[0].row.hex());
  EXPECT_EQ(basis_of(third[0].record.ledger, "干部行"), "") << "there are no rows of cadres in it";
}

TEST_F(LateTest, WhatDoesNotFitItsDigestIsNotTaken) {
  const auto done = sign_next(review("2026-02"));
  const Workplace place = town.place();
  const auto data =
      place.vault.load(place.vault.schema().entity("ReportSnapshot")->number, done[0].row);
  vault::Change bent;
  bent.entity = (*data)->entity;
  bent.row = done[0].row;
  bent.field = ::minqing::model::v1::ReportSnapshot::kDigestFieldNumber;
  bent.value = std::string(64, '0');
  ASSERT_TRUE(place.vault.commit({{(*data)->stream, {bent}}}, place.vault.view()).ok());
  EXPECT_EQ(signed_reports(place).error().code, Code::kCorrupt);
}

// Two desks sign one month apart: both stand, the later one counts, and the next is a third.
TEST_F(LateTest, OfTwoThatWereSignedApartTheLaterOneCountsEverywhere) {
  sign_next(review("2026-01"));
  town.join("甲", {"鱼泉村"}, false);  // and the stream of reports is opened
  const auto account = prepare_account(town.place(), "乙", "", {});
  ASSERT_TRUE(account.ok());
  sync::InviteOptions invite;
  invite.role = wire::pb::ROLE_KIND_DESK;
  invite.name = "乙";
  invite.person = account->member;
  const auto code = sync::invite_members({invite}, town.desk.member());
  ASSERT_TRUE(code.ok());
  SimDevice& second = town.world.add_device("乙");
  ASSERT_TRUE(second.boot().ok() && second.join(code->front().code).ok());
  ASSERT_TRUE(town.world.settle());
  const auto sign_at = [&](SimDevice& device) {
    town.world.advance(std::chrono::minutes(1));
    const Workplace place = town.at(device);
    const auto made = review_month(place, *parse_month("2026-02", {}), {"RP01"});
    ASSERT_TRUE(made.ok());
    ASSERT_TRUE(sign_month(place, *made, "").ok());
  };
  sign_at(second);
  visit(kOne, "2026-02-03");
  sign_at(town.desk);
  ASSERT_TRUE(town.world.settle());
  for (SimDevice* device : {&town.desk, &second}) {
    const auto all = signed_reports(town.at(*device));
    ASSERT_TRUE(all.ok());
    ASSERT_EQ(all->size(), 3u);
    const SignedReport* last = last_signed(*all, "RP01", month_of(2026, 2, {}).period);
    EXPECT_EQ(last->record.ledger.signing->signer, "管理员");
    EXPECT_EQ(cell_line(last->record.ledger.totals[5]), "1");
    EXPECT_TRUE((*all)[0].outdone || (*all)[1].outdone || (*all)[2].outdone);
    EXPECT_FALSE(last->outdone);
    EXPECT_THAT(basis_of(last->record.ledger, "同一版"), ::testing::HasSubstr("另有 乙 "));
    const auto mend = repairs(town.at(*device));
    EXPECT_TRUE(std::ranges::any_of(
        *mend, [](const Repair& one) { return one.command == "month list" && one.count == 1; }));
  }
  visit(kOne, "2026-02-04");
  town.world.advance(std::chrono::minutes(1));
  const auto made = review_month(town.place(), *parse_month("2026-02", {}), {"RP01"});
  ASSERT_TRUE(sign_month(town.place(), *made, "统一").ok());
  const auto settled = repairs(town.place());
  EXPECT_TRUE(std::ranges::none_of(*settled,
                                   [](const Repair& one) { return one.command == "month list"; }));
}

// A period that began on another day then is still called by its month.
TEST_F(LateTest, WhatWasSignedIsFoundByItsMonthWhateverItsPeriodIsToday) {
  sign_next(review("2026-02"));
  const auto all = signed_reports(town.place());
  MonthRule later;
  later.first_day = 26;
  const SignedReport* found = signed_of_month(*all, "RP01", month_of(2026, 2, later), 0);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->record.ledger.period.to.iso(), "2026-02-28");
  EXPECT_EQ(signed_of_month(*all, "RP01", month_of(2026, 3, later), 0), nullptr);
  EXPECT_EQ(signed_of_month(*all, "RP01", month_of(2026, 2, {}), 2), nullptr);
}

// What was signed as <3 is told with words when it is more, and once.
TEST_F(LateTest, MoreThanAFewIsToldAlsoWhereFewWereHidden) {
  visit(kOne, "2026-01-10");
  sign_next(review("2026-01"));
  for (const std::string& house : {kTwo, kThree, kFour}) visit(house, "2026-01-20");
  const MonthReview told = review("2026-02");
  EXPECT_THAT(late_of(told), Contains("2026-01 已走访户数 现为 4(原为 <3)"));
  EXPECT_THAT(basis_of(told.ledgers.front().ledger, "补报 2026-01-01 至 2026-01-31"),
              ::testing::HasSubstr("已走访户数 现为 4(原为 <3)"));
  sign_next(told);
  EXPECT_THAT(late_of(review("2026-03")), IsEmpty());
}

// Four are no secret any more, and yet the total says ※: with the one village's <3 it would tell.
TEST_F(LateTest, ATotalThatIsHiddenInAnotherWayIsTold) {
  visit(kOne, "2026-01-10");
  sign_next(review("2026-01"));
  for (const std::string& house : {kTwo, kThree, kSix}) visit(house, "2026-01-20");
  EXPECT_THAT(late_of(review("2026-02")), Contains("2026-01 已走访户数 现为 ※(原为 <3)"));
}

TEST_F(LateTest, AQuarterKnowsThatItsOwnLastMonthIsSignedWithIt) {
  for (const char* label : {"2026-01", "2026-02"}) sign_next(review(label, {}));
  const auto done = sign_next(review("2026-03", {}));
  ASSERT_EQ(done.back().record.ledger.id, "RP17");
  EXPECT_EQ(basis_of(done.back().record.ledger, "未签发的月份"), "无");
}

// Pairs of a rank point at their households, and so does what lacks to the quota.
TEST_F(LateTest, AFewPairsOfARankAreHidden) {
  for (const std::string& house : {kTwo, kThree, kFour}) {
    saved(add_pairing(town.place(),
                      {{"cadre_id", "甲"}, {"household_id", house}, {"from", "2026-01-05"}}));
  }
  saved(add_pairing(town.place(),
                    {{"cadre_id", "乙"}, {"household_id", kSix}, {"from", "2026-01-05"}}));
  const Ledger up = upward(*ledger_rp06(town.place(), {month_of(2026, 2, {}).period, {}, false}));
  std::vector<std::string> lines;
  for (const auto& row : up.rows) {
    std::vector<std::string> cells;
    for (const LedgerCell& cell : row) cells.push_back(cell_line(cell));
    lines.push_back(join(cells, " "));
  }
  EXPECT_THAT(lines, ElementsAre("县级 1 4 ※ ※ ※ ※", "科级 1 2 <3 ※ ※ ※", "一般 2 2 0 0 2 0/2"));
  set_status(kThree, "迁出");
  const Ledger sent = upward(*ledger_rp01(town.place(), {month_of(2026, 3, {}).period, {}, false}));
  EXPECT_EQ(basis_of(sent, "未计入应走访"), "迁出 <3 户");
}

TEST_F(LateTest, AQuarterAHalfAndAYearEndWithTheirMonthAndAreSignedApart) {
  const auto longer = [&](const char* label) {
    const MonthReview made = review(label, {"RP17"});
    if (made.ledgers.empty()) return std::string("none");
    const Ledger& ledger = made.ledgers[0].ledger;
    return cat(ledger.period.from.iso(), " ", ledger.period.to.iso(), " ",
               made.ledgers[0].signed_version);
  };
  EXPECT_EQ(longer("2026-02"), "none");
  EXPECT_EQ(longer("2026-03"), "2026-01-01 2026-03-31 0");
  sign_next(review("2026-03", {"RP17"}));
  EXPECT_EQ(longer("2026-03"), "2026-01-01 2026-03-31 1");
  EXPECT_EQ(longer("2026-06"), "2026-01-01 2026-06-30 0") << "not what the quarter was";
  EXPECT_EQ(longer("2026-09"), "2026-07-01 2026-09-30 0");
  EXPECT_EQ(longer("2026-12"), "2026-01-01 2026-12-31 0");
}

// Which months were signed meanwhile changes how a quarter came about, not what it came to.
TEST_F(LateTest, AQuarterThatWasSignedChangesWithWhatItCountsOnly) {
  visit(kOne, "2026-01-10");
  sign_next(review("2026-03", {"RP17"}));
  sign_next(review("2026-01"));
  visit(kTwo, "2026-02-10");
  std::set<std::string> changed;
  const MonthReview again = review("2026-03", {"RP17"});
  for (const LedgerChange& each : again.ledgers[0].since_signed) changed.insert(each.column);
  EXPECT_THAT(changed, ElementsAre("本期重算"));
}

// What the months' own reports hide, the quarter's must not tell.
TEST_F(LateTest, AQuarterTellsNoSmallNumberThatItsMonthsHid) {
  const auto goes_up = [&](const char* indicator) {
    const Ledger up = upward(review("2026-03", {"RP17"}).ledgers[0].ledger);
    std::string out;
    for (const auto& row : up.rows) {
      if (cell_line(row[0]) != "RP01" || cell_line(row[1]) != indicator) continue;
      for (std::size_t i = 2; i < row.size(); ++i) out += cat(cell_line(row[i]), " ");
    }
    return out;
  };
  visit(kOne, "2026-01-10");
  visit(kTwo, "2026-01-10");
  EXPECT_EQ(goes_up("已走访户数"), "※ ※ ※ ※ ");
  EXPECT_EQ(goes_up("覆盖率"), "※ ※ ※ ※ ");
  EXPECT_EQ(goes_up("见面率"), "※ ※ ※ ※ ");
  sign_next(review("2026-01"));
  for (const std::string& house : {kOne, kThree, kFour}) visit(house, "2026-02-10");
  EXPECT_EQ(goes_up("已走访户数"), "※ 0 ※ 4 ") << "January is not what is left of the quarter";
  EXPECT_NE(goes_up("见面率").find("5/5"), std::string::npos);
}

// In a village's row the visits would tell it.
TEST_F(LateTest, AVillageWithOneHouseholdReachedShowsNoVisits) {
  visit(kSix, "2026-01-10");
  for (const std::string& house : {kOne, kTwo, kThree, kFour}) visit(house, "2026-01-10");
  const Ledger up = upward(review("2026-01").ledgers[0].ledger);
  ASSERT_EQ(up.rows.size(), 2u);
  const auto row = [&](std::size_t at) {
    return cat(cell_line(up.rows[at][3]), " ", cell_line(up.rows[at][5]), " ",
               cell_line(up.rows[at][7]));
  };
  EXPECT_EQ(row(0), "※ ※ ※");
  EXPECT_EQ(row(1), "<3 ※ ※");
  EXPECT_EQ(cell_line(up.totals[3]), "5");
}

// What was open or due at a month's end is not added up, what was done is, and a share is neither.
TEST_F(LateTest, EachNumberGoesIntoAQuarterInItsOwnWay) {
  const Workplace place = town.place();
  const RowId issue = saved(add_issue(place, {{"village", "鱼泉村"},
                                              {"text", "水渠"},
                                              {"category", "饮水"},
                                              {"registered_on", "2026-01-05"}}));
  saved(move_issue(place, "accept", issue, {{"due_at", "2026-01-10 12:00"}}));
  const RowId dispute = saved(add_dispute(place, {{"village", "鱼泉村"},
                                                  {"parties", "王某、李某"},
                                                  {"kind", "邻里"},
                                                  {"found_on", "2026-01-06"},
                                                  {"text", "界石"}}));
  saved(move_dispute(place, "mediate", dispute,
                     {{"lead_id", "甲"},
                      {"measure", "到场"},
                      {"due", "2026-03-20"},
                      {"duty", "组长"},
                      {"accepted_on", "2026-01-06"}}));
  saved(add_commitment(place, {{"village", "鱼泉村"},
                               {"kind", "年度"},
                               {"text", "修桥"},
                               {"due", "2026-01-20"},
                               {"proposed_on", "2026-01-01"}}));
  deed("2026-01-15");
  deed("2026-02-15");
  const auto lines =
      whole_lines(ledger_rp17(place, {period("2026-01-01", "2026-03-31"), {}, false}));
  EXPECT_THAT(lines, Contains("RP03 超期 1 0 0 1"));
  EXPECT_THAT(lines, Contains("RP09 积案 1 0 0 1"));
  EXPECT_THAT(lines, Contains("RP07 到期数 1 0 0 1"));
  EXPECT_THAT(lines, Contains("RP08 项目数 2 0 0 2"));
  EXPECT_THAT(lines, Contains(::testing::StartsWith("RP09 成功率    ")));
}

TEST_F(LateTest, WhatStandsIsTheLastMonthsInAQuarter) {
  saved(add_issue(town.place(), {{"village", "鱼泉村"},
                                 {"text", "水渠"},
                                 {"category", "饮水"},
                                 {"registered_on", "2026-02-03"}}));
  const Period quarter = period("2026-01-01", "2026-03-31");
  EXPECT_THAT(whole_lines(ledger_rp17(town.place(), {quarter, {}, false})),
              Contains("RP03 在办 1 0 0 1"));
  const auto village = ledger_rp17(town.place(), {quarter, std::string("鱼泉村"), false});
  ASSERT_FALSE(village.ok());
  EXPECT_EQ(village.error().code, Code::kInvalidInput);
}

}  // namespace
}  // namespace mq::work::testing
