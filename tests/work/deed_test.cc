// 实事: done for people, counted by the day it was done; and what helpers did for their households.
#include "work/ledger_lines.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;

const std::string kOne = "999999100201010001", kTwo = "999999100201010002",
                  kSix = "999999100001010001";

class DeedTest : public ::testing::Test {
 protected:
  DeedTest() { town.with_people(); }
  RowId deed(const std::string& title, const std::string& date, Inputs more) {
    more.push_back({"title", title});
    more.push_back({"done_on", date});
    return saved(add_deed(town.place(), more));
  }
  RowId pair(const std::string& cadre, const std::string& house, const std::string& from) {
    return saved(
        add_pairing(town.place(), {{"cadre_id", cadre}, {"household_id", house}, {"from", from}}));
  }
  void end(const RowId& pairing, const std::string& to) {
    const Workplace place = town.place();
    saved(amend(place, *place.vault.schema().entity("Pairing"), pairing,
                {{"to", to}, {"status", "已结束"}}, place.vault.view()));
  }
  void visit(const std::string& who, const std::string& house, const std::string& date) {
    saved(add_visit(town.place(), {{"visited_by", who},
                                   {"household_id", house},
                                   {"date", date},
                                   {"recorded_on", date},
                                   {"outcome", "不在家"}}));
  }
  void drop(std::string_view entity, const RowId& row) {
    const Workplace place = town.place();
    saved(cancel(place, *place.vault.schema().entity(entity), row, "记错", place.vault.view()));
  }
  Township town;
};

TEST_F(DeedTest, StandsInTheVillageOfItsHousehold) {
  const RowId row = deed("送口粮", "2026-03-05", {{"household_id", kSix}, {"owner_id", "丙"}});
  const auto village = Directory(town.place()).village("清渭社区");
  EXPECT_EQ(shown(town.place(), "Deed", row, "village_id"), village->org_unit.hex());
  EXPECT_EQ(shown(town.place(), "Deed", row, "households"), "1");
  EXPECT_EQ(shown(town.place(), "Deed", row, "projects"), "1");
  EXPECT_THAT(fields_of(add_deed(town.place(), {{"title", "修路"},
                                                {"done_on", "2026-03-05"},
                                                {"household_id", kSix},
                                                {"households", "30"}})
                            ->faults),
              ElementsAre("households"));
  EXPECT_THAT(fields_of(add_deed(town.place(), {{"title", "修路"}})->faults),
              ElementsAre("done_on", "village_id"));
  const Workplace place = town.place();
  EXPECT_THAT(fields_of(amend(place, *place.vault.schema().entity("Deed"), row,
                              {{"households", "2"}}, place.vault.view())
                            ->faults),
              ElementsAre("households"));
}

TEST_F(DeedTest, KeepsItsHouseholdFromBeingCancelled) {
  const RowId found =
      saved(add_household(town.place(), {{"village", "鱼泉村"}, {"head_name", "郑八"}}));
  const RowId row = deed("送口粮", "2026-03-05", {{"household_id", found.hex()}});
  const Workplace place = town.place();
  const model::Entity& household = *place.vault.schema().entity("Household");
  const auto refused = cancel(place, household, found, "记错", place.vault.view());
  ASSERT_TRUE(refused.ok());
  EXPECT_THAT(fields_of(refused->faults), ElementsAre("*"));
  drop("Deed", row);
  drop("Household", found);
}

// 序号 实事 地点 受益户 受益人 项目数 资金(万元) 资金(元) 责任人 完成时间
TEST_F(DeedTest, Rp08AddsMoneyBeforeItRounds) {
  deed("修水渠", "2026-03-01",
       {{"village", "鱼泉村"},
        {"place", "2组"},
        {"households", "40"},
        {"people", "130"},
        {"projects", "3"},
        {"money", "776.04万元"},
        {"owner_id", "甲"}});
  deed("装路灯", "2026-03-31",
       {{"village", "鱼泉村"}, {"money", "400"}, {"owner_id", "乙"}, {"people", "7"}});
  deed("上月的", "2026-02-28", {{"village", "鱼泉村"}, {"money", "1"}, {"owner_id", "甲"}});
  deed("下月的", "2026-04-01", {{"village", "鱼泉村"}, {"money", "1"}, {"owner_id", "甲"}});
  drop("Deed", deed("记错的", "2026-03-10",
                    {{"village", "清渭社区"}, {"money", "99"}, {"owner_id", "丙"}}));
  EXPECT_THAT(whole_lines(ledger_rp08(town.place(), {period("2026-03-01", "2026-03-31"), {}})),
              ElementsAre("1 修水渠 鱼泉村2组 40 130 3 776.0 776040000分 甲 2026-03-01",
                          "2 装路灯 鱼泉村 0 7 1 0.0 40000分 乙 2026-03-31",
                          "2 合计  40 137 4 776.1 776080000分  "))
      << "776.04 and 0.04 are 776.08, shown as 776.1; rounded rows would make 776.0";
  EXPECT_THAT(whole_lines(ledger_rp08(town.place(), {period("2025-01-01", "2025-01-31"), {}})),
              ElementsAre("0 合计  0 0 0 0.0 0分  "));
  EXPECT_THAT(
      whole_lines(ledger_rp08(town.place(), {period("2026-03-01", "2026-03-31"), "清渭社区"})),
      ElementsAre("0 合计  0 0 0 0.0 0分  "));
}

TEST_F(DeedTest, Rp08HasTheOfficesOwnDeeds) {
  const auto villages = Directory(town.place()).villages();
  ASSERT_TRUE(villages.ok());
  ASSERT_TRUE(villages->back().office);
  deed("便民大厅", "2026-03-05",
       {{"village", villages->back().name}, {"money", "0.50万元"}, {"owner_id", "甲"}});
  EXPECT_EQ(whole_lines(ledger_rp08(town.place(), {period("2026-03-01", "2026-03-31"), {}}))[0],
            cat("1 便民大厅 ", villages->back().name, " 0 0 1 0.5 500000分 甲 2026-03-05"));
}

// 单位 干部 职务 职级 户主 村组 起止 本期走访次数 办实事 资金
TEST_F(DeedTest, Rp05CountsOnlyWhatTheHelperDidForHisHousehold) {
  const RowId first = pair("甲", kOne, "2026-01-05");
  end(first, "2026-03-10");
  pair("甲", kTwo, "2026-03-31");
  pair("丙", kSix, "2026-01-05");
  end(pair("乙", kTwo, "2026-01-05"), "2026-02-28");
  end(pair("乙", kOne, "2026-01-05"), "2026-03-01");
  pair("丙", kOne, "2026-04-01");
  for (const char* date : {"2026-02-28", "2026-03-01", "2026-03-10", "2026-03-11"}) {
    visit("甲", kOne, date);
  }
  visit("乙", kOne, "2026-03-05");
  visit("丙、乙", kSix, "2026-03-31");
  visit("丙", kSix, "2026-04-01");
  const auto give = [&](const char* cadre, const std::string& house, const char* date) {
    return deed("送口粮", date, {{"household_id", house}, {"owner_id", cadre}, {"money", "426"}});
  };
  give("甲", kOne, "2026-03-01");
  give("甲", kOne, "2026-03-02");
  give("甲", kOne, "2026-02-28");
  give("丙", kOne, "2026-03-03");
  drop("Deed", give("丙", kSix, "2026-03-04"));
  std::vector<std::string> lines =
      whole_lines(ledger_rp05(town.place(), {period("2026-03-01", "2026-03-31"), {}}));
  for (std::string& line : lines) line = line.substr(line.find(' ') + 1);
  EXPECT_THAT(lines, ElementsAre("甲  县级 王* 鱼泉村1组 2026-01-05 至 2026-03-10 2 2 85200分",
                                 "甲  县级 张* 鱼泉村1组 2026-03-31 至  0 0 0分",
                                 "乙  科级 王* 鱼泉村1组 2026-01-05 至 2026-03-01 0 0 0分",
                                 "丙  一般 周* 清渭社区1组 2026-01-05 至  1 0 0分",
                                 "   4 对   3 2 85200分"))
      << "in organisation order, heads masked, visits and deeds of the days of the pairing";
  EXPECT_EQ(whole_lines(ledger_rp05(town.place(), {period("2026-03-01", "2026-03-31"), "清渭社区"}))
                .size(),
            2u);
}

}  // namespace
}  // namespace mq::work::testing
