// 接访下访: who was received by whom, and the days against what the programme asks.
#include "work/ledger_lines.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;

class ReceptionTest : public ::testing::Test {
 protected:
  ReceptionTest() { town.with_people(); }
  Result<Outcome> receive(const std::string& leader, const std::string& date, Inputs more = {}) {
    Inputs all{{"leader_id", leader}, {"date", date}};
    for (const auto& [field, otherwise] :
         {std::pair{"place", "接待室"}, std::pair{"batches", "1"}, std::pair{"people", "2"}}) {
      const bool said = std::ranges::any_of(more, [&](const Input& i) { return i.field == field; });
      if (!said) all.push_back({field, otherwise});
    }
    all.insert(all.end(), more.begin(), more.end());
    return add_reception(town.place(), all);
  }
  std::vector<std::string> lines(const char* from, const char* to,
                                 std::optional<std::string> village = {}) {
    return whole_lines(ledger_rp10(town.place(), {period(from, to), std::move(village)}));
  }
  Township town;
};

TEST_F(ReceptionTest, MoreThanFiveRepresentativesAreFlaggedAndKept) {
  const auto five = receive("甲", "2026-03-02", {{"people", "9"}, {"representatives", "5"}});
  saved(five);
  EXPECT_TRUE(five->flags.empty());
  const auto six = receive("甲", "2026-03-02", {{"people", "9"}, {"representatives", "6"}});
  saved(six);
  EXPECT_THAT(fields_of(six->flags), ElementsAre("representatives"));
  EXPECT_NE(six->flags[0].zh.find("请补上原因"), std::string::npos);
  const Workplace place = town.place();
  const auto explained = amend(place, *place.vault.schema().entity("Reception"), six->row,
                               {{"representatives_why", "三个组各来两人"}}, place.vault.view());
  saved(explained);
  EXPECT_NE(explained->flags[0].zh.find("所写的原因"), std::string::npos);
  EXPECT_EQ(count(place, "reception"), 2);
}

TEST_F(ReceptionTest, NumbersThatCannotBeAreRefused) {
  EXPECT_THAT(fields_of(receive("甲", "2026-03-02",
                                {{"matters", "2"}, {"answered", "2"}, {"referred", "1"}})
                            ->faults),
              ElementsAre("matters"));
  EXPECT_THAT(fields_of(receive("甲", "2026-03-02", {{"batches", "3"}, {"people", "2"}})->faults),
              ElementsAre("people"));
  EXPECT_THAT(fields_of(receive("甲", "2026-03-02", {{"category", "廉政"}})->faults),
              ElementsAre("category"));
  EXPECT_THAT(fields_of(receive("甲", "2026-03-02", {{"nature", "检举控告"}})->faults),
              ElementsAre("nature"));
  EXPECT_THAT(fields_of(add_reception(town.place(), {})->faults),
              ElementsAre("batches", "date", "leader_id", "people", "place"));
  EXPECT_EQ(count(town.place(), "reception"), 0);
}

TEST_F(ReceptionTest, BelongsToTheDesk) {
  SimDevice& cadre = town.join("甲", {"鱼泉村"}, false);
  const auto refused = add_reception(town.at(cadre), {{"date", "2026-03-02"}});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kNotAllowed);
}

// 层级 日期 领导 形式 批次 人次 事项 件数 当场答复 转办 天数 应到天数
TEST_F(ReceptionTest, Rp10CountsDaysOnceAndKeepsOrganisationOrder) {
  ASSERT_TRUE(set_quota(town.place(), "县级", 10, QuotaOf::kDays).ok());
  ASSERT_TRUE(set_quota(town.place(), "一般", 8, QuotaOf::kDays).ok());
  saved(receive("乙", "2026-03-31",
                {{"place", "赶集"},
                 {"batches", "4"},
                 {"people", "9"},
                 {"text", "低保"},
                 {"matters", "3"},
                 {"answered", "1"},
                 {"referred", "2"}}));
  saved(receive("乙", "2026-03-31", {{"place", "夜访"}}));
  saved(receive("乙", "2026-03-01", {{"answered", "1"}}));
  saved(receive("乙", "2026-02-28"));
  saved(receive("乙", "2026-04-01"));
  saved(receive("甲", "2026-03-02", {{"place", "下访"}}));
  const RowId mistaken = saved(receive("甲", "2026-03-03"));
  const Workplace place = town.place();
  saved(cancel(place, *place.vault.schema().entity("Reception"), mistaken, "记错",
               place.vault.view()));
  EXPECT_THAT(
      lines("2026-03-01", "2026-03-31"),
      ElementsAre("登记 2026-03-01 乙 接待室 1 2  1 1 0  ",
                  "登记 2026-03-02 甲 下访村组 1 2  0 0 0  ",
                  "登记 2026-03-31 乙 赶集摊位 4 9 低保 3 1 2  ",
                  "登记 2026-03-31 乙 夜访 1 2  0 0 0  ", "领导  甲  1 2  0 0 0 1 10",
                  "领导  乙  6 13  4 2 2 2 ", "领导  丙  0 0  0 0 0 0 8", "合计    7 15  4 2 2  "));
  EXPECT_THAT(lines("2026-02-01", "2026-03-31", "清渭社区").back(), "合计    7 15  4 2 2  ")
      << "甲 does not serve there";
  EXPECT_THAT(
      lines("2025-01-01", "2025-02-28"),
      ElementsAre("领导  甲  0 0  0 0 0 0 20", "领导  丙  0 0  0 0 0 0 16", "合计    0 0  0 0 0  "))
      << "two months ask twice as much";
}

TEST_F(ReceptionTest, DaysAndPairsOfARankAreSetApart) {
  ASSERT_TRUE(set_quota(town.place(), "县级", 10, QuotaOf::kDays).ok());
  const auto rules = quotas(town.place());
  ASSERT_TRUE(rules.ok());
  for (const Quota& rule : *rules) {
    EXPECT_EQ(rule.days, rule.rank_name == "县级" ? 10 : 0);
    EXPECT_GT(rule.pairs, 0) << rule.rank_name << ": what it was";
  }
}

}  // namespace
}  // namespace mq::work::testing
