// The four ledgers over a township small enough to count by hand.
//
// 鱼泉村: 王一 (1), 张三 (2), 赵四 (3, away), 孙五 (4, moved out, so not in scope). 清渭社区: 周六.
// 甲 is paired with 1 and 2, 丙 with 周六.
#include "mq/work/ledger.h"

#include "mq/work/issue.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;

const std::string kOne = "999999100201010001", kTwo = "999999100201010002",
                  kThree = "999999100201020003", kFour = "999999100201020004",
                  kSix = "999999100001010001";

Date day(const char* iso) { return *Date::parse_iso(iso); }
const Period kMarch{day("2026-03-01"), day("2026-03-31")};

std::string text_of(const LedgerCell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return cat(*number);
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* ratio = std::get_if<Ratio>(&cell)) {
    return cat(ratio->numerator, "/", ratio->denominator);
  }
  if (const auto* date = std::get_if<Date>(&cell)) return date->iso();
  return "";
}

std::string line_of(const std::vector<LedgerCell>& row) {
  std::vector<std::string> parts;
  for (const LedgerCell& cell : row) parts.push_back(text_of(cell));
  return join(parts, " ");
}

std::vector<std::string> lines_of(const Ledger& ledger) {
  std::vector<std::string> out;
  for (const auto& row : ledger.rows) out.push_back(line_of(row));
  return out;
}

class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() {
    town.with_people();
    pair("甲", kOne);
    pair("甲", kTwo);
    pair("丙", kSix);
    amend_row("Household", Directory(town.place()).household(kFour)->id, {{"status", "迁出"}});
  }

  RowId pair(const std::string& cadre, const std::string& house) {
    return saved(add_pairing(
        town.place(), {{"cadre_id", cadre}, {"household_id", house}, {"from", "2026-01-05"}}));
  }
  void amend_row(std::string_view entity, const RowId& row, const Inputs& inputs) {
    const Workplace place = town.place();
    saved(amend(place, *place.vault.schema().entity(entity), row, inputs, place.vault.view()));
  }
  RowId visit(const std::string& who, const std::string& house, const std::string& date,
              const std::string& outcome, Inputs more = {}) {
    Inputs all{{"visited_by", who}, {"date", date}, {"outcome", outcome}};
    if (!house.empty()) all.push_back({"household_id", house});
    const bool said =
        std::ranges::any_of(more, [](const Input& i) { return i.field == "recorded_on"; });
    if (!said) all.push_back({"recorded_on", date});
    const bool by =
        std::ranges::any_of(more, [](const Input& i) { return i.field == "recorded_by"; });
    if (!by) all.push_back({"recorded_by", who});
    all.insert(all.end(), more.begin(), more.end());
    return saved(add_visit(town.place(), all));
  }
  void month_of_visits() {
    visit("甲", kOne, "2026-03-01", "见到户主", {{"demand", "水管冻裂"}, {"category", "饮水"}});
    visit("甲、乙", kOne, "2026-03-31", "见到家人",
          {{"recorded_by", "丙"}, {"recorded_on", "2026-04-05"}, {"part", "晚上"}});
    visit("甲", kTwo, "2026-03-10", "不在家", {{"recorded_on", "2026-03-13"}});
    visit("乙", kThree, "2026-03-11", "见到家人",
          {{"recorded_on", "2026-03-15"}, {"method", "电话"}});
    visit("乙", kFour, "2026-03-12", "见到户主");
    visit("丙", kSix, "2026-03-12", "拒访");
    visit("甲", "", "2026-03-15", "见到家人", {{"target_kind", "村"}, {"village", "鱼泉村"}});
    visit("甲", kTwo, "2026-02-28", "见到户主");
    visit("甲", kTwo, "2026-04-01", "见到户主");
    const RowId mistaken = visit("甲", kTwo, "2026-03-20", "见到户主");
    const Workplace place = town.place();
    saved(
        cancel(place, *place.vault.schema().entity("Visit"), mistaken, "记错", place.vault.view()));
  }
  Ledger made(Result<Ledger> (*compute)(const Workplace&, const LedgerRequest&), Period period,
              std::optional<std::string> village = {}) {
    auto ledger = compute(town.place(), {period, std::move(village)});
    EXPECT_TRUE(ledger.ok()) << (ledger.ok() ? "" : ledger.error().en);
    return ledger.ok() ? *ledger : Ledger{};
  }

  Township town;
};

// 层级 名称 应走访户数 已走访户数 覆盖率 走访户次 走访人次 见面率 未见到户次 不在家 外出务工 拒访
// 夜访 收集事项 当场解决 补录户次 补录无从判断 代录户次
TEST_F(LedgerTest, Rp01CountsHouseholdsVisitsAndPeopleApart) {
  month_of_visits();
  const Ledger ledger = made(ledger_rp01, kMarch);
  EXPECT_THAT(lines_of(ledger), ElementsAre("村 鱼泉村 3 2 2/3 6 7 5/6 1 1 0 0 1 1 0 2 0 1",
                                            "村 清渭社区 1 0 0/1 1 1 0/1 1 0 0 1 0 0 0 0 0 0",
                                            "干部 甲 2 1 1/2 4 4 3/4 1 1 0 0 1 1 0 1 0 1",
                                            "干部 乙 0 0 0/0 3 3 3/3 0 0 0 0 1 0 0 2 0 1",
                                            "干部 丙 1 0 0/1 1 1 0/1 1 0 0 1 0 0 0 0 0 0"));
  EXPECT_EQ(line_of(ledger.totals), "合计 合计 4 2 2/4 7 8 5/7 2 1 0 1 1 1 0 2 0 1");
}

TEST_F(LedgerTest, Rp01OfOneVillageAndOfADay) {
  month_of_visits();
  const Ledger village = made(ledger_rp01, kMarch, "清渭社区");
  EXPECT_THAT(lines_of(village), ElementsAre("村 清渭社区 1 0 0/1 1 1 0/1 1 0 0 1 0 0 0 0 0 0",
                                             "干部 丙 1 0 0/1 1 1 0/1 1 0 0 1 0 0 0 0 0 0"));
  EXPECT_EQ(line_of(village.totals), "合计 合计 1 0 0/1 1 1 0/1 1 0 0 1 0 0 0 0 0 0");
  const Ledger last_day = made(ledger_rp01, {day("2026-03-31"), day("2026-03-31")}, "鱼泉村");
  EXPECT_EQ(line_of(last_day.totals), "合计 合计 3 1 1/3 1 2 1/1 0 0 0 0 1 0 0 1 0 1");
  const auto unknown = ledger_rp01(town.place(), {kMarch, "没有的村"});
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, Code::kNotFound);
}

TEST_F(LedgerTest, Rp01WithoutVisitsKeepsItsDenominators) {
  const Ledger ledger = made(ledger_rp01, {day("2025-01-01"), day("2025-01-31")});
  EXPECT_EQ(line_of(ledger.totals), "合计 合计 4 0 0/4 0 0 0/0 0 0 0 0 0 0 0 0 0 0");
  Township empty;
  const auto nothing = ledger_rp01(empty.place(), {kMarch, {}});
  ASSERT_TRUE(nothing.ok());
  EXPECT_TRUE(nothing->rows.empty());
  EXPECT_EQ(line_of(nothing->totals), "合计 合计 0 0 0/0 0 0 0/0 0 0 0 0 0 0 0 0 0 0");
}

// 编号 is drawn from the row's id and left out here.
std::string issue_line(const std::vector<LedgerCell>& row) {
  std::vector<LedgerCell> rest = row;
  rest.erase(rest.begin() + 1);
  return line_of(rest);
}

// 序号 登记日期 来源 反映人 电话 村组 类别 事项 承办单位 责任人 时限 办理情况 办结日期 办结方式
// 回访 销号
TEST_F(LedgerTest, Rp02ListsIssuesByTheDayOfTheirVisit) {
  month_of_visits();
  const RowId closed = saved(add_issue(town.place(), {{"household_id", kSix},
                                                      {"text", "垃圾池没清"},
                                                      {"category", "环保"},
                                                      {"source", "来电"},
                                                      {"phone", "13812345678"},
                                                      {"registered_on", "2026-03-31"}}));
  saved(move_issue(town.place(), "close", closed,
                   {{"closure", "已解决"}, {"result", "已清运"}, {"closed_on", "2026-04-02"}}));
  saved(add_issue(town.place(), {{"village", "鱼泉村"},
                                 {"text", "四月的事"},
                                 {"category", "环保"},
                                 {"registered_on", "2026-04-01"}}));
  const Ledger ledger = made(ledger_rp02, kMarch);
  ASSERT_EQ(ledger.rows.size(), 2u);
  EXPECT_EQ(issue_line(ledger.rows[0]),
            "1 2026-03-01 走访 王一  鱼泉村1组 饮水 水管冻裂    登记    否");
  EXPECT_EQ(
      issue_line(ledger.rows[1]),
      "2 2026-03-31 来电  138****5678 清渭社区1组 环保 垃圾池没清    已清运 2026-04-02 已解决  否");
  EXPECT_EQ(text_of(ledger.totals[0]), "2");
  EXPECT_EQ(text_of(ledger.totals[12]), "办结 1 件,其中当场 0 件");
  EXPECT_EQ(made(ledger_rp02, kMarch, "清渭社区").rows.size(), 1u);
  const Workplace place = town.place();
  saved(cancel(place, *place.vault.schema().entity("Issue"), closed, "重复", place.vault.view()));
  EXPECT_EQ(made(ledger_rp02, kMarch).rows.size(), 1u) << "a cancelled issue is not counted";
}

// 职级 干部数 应结对户 已结对户 达标干部数 缺口 结对达标率; quotas 4, 2, 1
TEST_F(LedgerTest, Rp06AddsUpWhatEachCadreLacks) {
  const Ledger ledger = made(ledger_rp06, kMarch);
  EXPECT_THAT(lines_of(ledger),
              ElementsAre("县级 1 4 2 0 2 0/1", "科级 1 2 0 0 2 0/1", "一般 1 1 1 1 0 1/1"));
  EXPECT_EQ(line_of(ledger.totals), "合计 3 7 3 1 4 1/3");
  pair("丙", kOne);
  EXPECT_EQ(line_of(made(ledger_rp06, kMarch).totals), "合计 3 7 4 1 4 1/3")
      << "one pair more than asked makes up for nobody";
}

TEST_F(LedgerTest, Rp06CountsPairsOfTheLastDayOnly) {
  EXPECT_EQ(line_of(made(ledger_rp06, {day("2026-01-01"), day("2026-01-04")}).totals),
            "合计 3 7 0 0 7 0/3")
      << "before the first day of any pair";
  EXPECT_EQ(line_of(made(ledger_rp06, {day("2026-01-01"), day("2026-01-05")}).totals),
            "合计 3 7 3 1 4 1/3");
  EXPECT_EQ(lines_of(made(ledger_rp06, kMarch, "清渭社区")).size(), 2u) << "乙 and 丙 serve there";
}

TEST_F(LedgerTest, Rp06CountsAPairThatEndedAfterThePeriod) {
  amend_row("Pairing", pair("乙", kThree), {{"to", "2026-04-10"}, {"status", "已结束"}});
  EXPECT_EQ(line_of(made(ledger_rp06, kMarch).totals), "合计 3 7 4 1 3 1/3");
  EXPECT_EQ(line_of(made(ledger_rp06, {day("2026-04-01"), day("2026-04-30")}).totals),
            "合计 3 7 3 1 4 1/3");
}

// Whoever said nothing of an end is helped no more once he is said not to be.
TEST_F(LedgerTest, Rp06LeavesOutAPairThatEndedOnNoKnownDay) {
  amend_row("Pairing", pair("乙", kThree), {{"status", "已变更"}});
  EXPECT_EQ(line_of(made(ledger_rp06, kMarch).totals), "合计 3 7 3 1 4 1/3");
}

TEST_F(LedgerTest, Rp01LeavesOutWhoIsNotThere) {
  const RowId row = Directory(town.place()).household(kTwo)->id;
  const auto households = [&](const char* status) {
    amend_row("Household", row, {{"status", status}});
    return text_of(made(ledger_rp01, kMarch, "鱼泉村").rows[0][2]);
  };
  for (const char* status : {"死亡", "注销", "空挂"}) EXPECT_EQ(households(status), "2") << status;
  for (const char* status : {"外出", "出租", "流出"}) EXPECT_EQ(households(status), "3") << status;
  const Workplace place = town.place();
  const RowId mistaken =
      saved(add_household(place, {{"village", "鱼泉村"}, {"head_name", "新来的"}}));
  EXPECT_EQ(households("正常"), "4");
  saved(cancel(place, *place.vault.schema().entity("Household"), mistaken, "重复",
               place.vault.view()));
  EXPECT_EQ(households("正常"), "3") << "a mistake";
}

// Nobody said when it was written down: the device's clock judges, unless it was known to be wrong,
// says more than the server can confirm, or nothing has been delivered yet.
TEST_F(LedgerTest, WhereNobodySaidTheClockJudgesIfItCan) {
  SimDevice& phone = town.join("乙", {"鱼泉村"}, false);
  const auto visit_on = [&](const char* date) {
    saved(add_visit(
        town.at(phone),
        {{"visited_by", "乙"}, {"household_id", kOne}, {"date", date}, {"outcome", "见到户主"}}));
  };
  // 补录户次 补录无从判断
  const auto late = [&] {
    const auto ledger = ledger_rp01(town.at(phone), {kMarch, std::string("鱼泉村")});
    EXPECT_TRUE(ledger.ok());
    return cat(text_of(ledger->totals[15]), " ", text_of(ledger->totals[16]));
  };
  visit_on("2026-03-02");
  EXPECT_EQ(late(), "0 1") << "not delivered yet";
  ASSERT_TRUE(town.world.settle());
  EXPECT_EQ(late(), "0 0") << "the third day after";
  visit_on("2026-03-01");
  ASSERT_TRUE(town.world.settle());
  EXPECT_EQ(late(), "1 0") << "the fourth";
  phone.vault().set_clock_class(ClockClass::kKnownWrong);
  visit_on("2026-03-01");
  ASSERT_TRUE(town.world.settle());
  EXPECT_EQ(late(), "1 1");
  phone.vault().set_clock_class(ClockClass::kWall);
  phone.clock.jump(std::chrono::hours(24 * 10));
  visit_on("2026-03-01");
  ASSERT_TRUE(town.world.settle());
  EXPECT_EQ(late(), "1 2") << "later than the server had it";
}

// 干部 篇数 有事项篇数 补录篇数 补录无从判断 代录篇数 抽查数 核实数
TEST_F(LedgerTest, Rp14CountsSubmittedDiariesInOrganisationOrder) {
  const RowId raised =
      visit("甲", kOne, "2026-03-05", "见到户主", {{"demand", "水管冻裂"}, {"category", "饮水"}});
  const auto diary = [&](Inputs inputs) {
    inputs.push_back({"body", "写了"});
    return saved(add_diary(town.place(), inputs));
  };
  const auto submitted = [&](Inputs inputs) {
    saved(submit_diary(town.place(), diary(std::move(inputs))));
  };
  submitted({{"date", "2026-03-01"}, {"recorded_on", "2026-03-04"}});
  submitted({{"date", "2026-03-31"}, {"recorded_on", "2026-04-04"}, {"visit_ids", raised.hex()}});
  submitted({{"date", "2026-03-10"},
             {"recorded_on", "2026-03-10"},
             {"author_id", "甲"},
             {"agreed", "念给他听过"}});
  submitted({{"date", "2026-04-01"}, {"recorded_on", "2026-04-01"}});
  diary({{"date", "2026-03-15"}});
  const Ledger ledger = made(ledger_rp14, kMarch);
  EXPECT_THAT(lines_of(ledger), ElementsAre("管理员 2 1 1 0 0 0 0", "甲 1 0 0 0 1 0 0",
                                            "乙 0 0 0 0 0 0 0", "丙 0 0 0 0 0 0 0"));
  EXPECT_EQ(line_of(ledger.totals), "合计 3 1 1 0 1 0 0");
  EXPECT_EQ(line_of(made(ledger_rp14, kMarch, "清渭社区").totals), "合计 0 0 0 0 0 0 0")
      << "nobody who serves there wrote one";
  const auto issue = RowId::from_text(shown(town.place(), "Visit", raised, "issue_ids"));
  saved(cancel(town.place(), *town.place().vault.schema().entity("Issue"), *issue, "登错了",
               town.place().vault.view()));
  EXPECT_EQ(line_of(made(ledger_rp14, kMarch).totals), "合计 3 0 1 0 1 0 0");
}

TEST_F(LedgerTest, SayWhatTheyCountAndHowCompleteTheirSourcesAre) {
  for (const LedgerEntry& entry : ledgers()) {
    const bool several = std::string_view(entry.id) == "RP17";
    const Ledger ledger =
        made(entry.compute, several ? Period{day("2026-01-01"), day("2026-03-31")} : kMarch);
    EXPECT_EQ(ledger.id, entry.id);
    EXPECT_FALSE(ledger.basis.empty()) << entry.id;
    ASSERT_EQ(ledger.complete.size(), 2u) << entry.id;
    EXPECT_EQ(ledger.complete[0].village, "鱼泉村");
  }
}

}  // namespace
}  // namespace mq::work::testing
