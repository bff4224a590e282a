// How offices lay a roster out: headers of two lines, a household's number written once.
#include "mq/tabular/sheet.h"
#include "work/roster_home.h"

namespace mq::work::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ImportLayoutTest : public RosterTest {
 protected:
  // The cells as they stand, under the lines 1, 2 …; "" is an empty cell.
  ImportResult roster(std::vector<std::vector<std::string>> cells,
                      std::vector<tabular::Merged> merges) {
    tabular::Sheet sheet;
    for (std::vector<std::string>& row : cells) {
      sheet.rows.push_back({sheet.rows.size() + 1, std::move(row)});
    }
    sheet.merges = std::move(merges);
    const auto result = import_sheet(place(), sheet, {});
    EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().zh);
    return result.ok() ? *result : ImportResult{};
  }
  static std::vector<std::string> refused(const ImportResult& result) {
    std::vector<std::string> out;
    for (const ImportFault& fault : result.faults) {
      if (fault.fate == Fate::kRefused) out.push_back(cat(fault.line, " ", fault.column));
    }
    return out;
  }
};

TEST_F(ImportLayoutTest, AHeaderOfTwoLinesIsReadByItsMergedCells) {
  const ImportResult result =
      roster({{"鱼泉村花名册"},
              {"户编号", "户主", "", "家庭成员", "", "", "住址", ""},
              {"", "姓名", "电话", "姓名", "与户主关系", "性别", "村", "组"},
              {"H9", "郑一", "13900000009", "郑一", "户主", "男", "鱼泉村", "2"},
              {"", "", "", "冯二", "妻", "女", "鱼泉村", "2"},
              {"H8", "冯三", "", "冯三", "户主", "男", "鱼泉村", "1"}},
             {{1, 1, 0, 7},
              {2, 3, 0, 0},
              {2, 2, 1, 2},
              {2, 2, 3, 5},
              {2, 2, 6, 7},
              {4, 5, 0, 0},
              {4, 5, 1, 1},
              {4, 5, 2, 2}});
  EXPECT_EQ(result.header_line, 3u);
  EXPECT_THAT(refused(result), IsEmpty());
  EXPECT_EQ(result.stored, 3u);
  EXPECT_EQ(see("Household", house("H9"), "size"), "2") << "a number merged over both rows";
  EXPECT_EQ(see("Household", house("H9"), "group_no"), "2");
  EXPECT_EQ(see("Household", house("H9"), "head_person_id"), person("郑一").hex());
  EXPECT_EQ(see("Household", house("H9"), "phones"), "13900000009");
}

TEST_F(ImportLayoutTest, AHeaderOfTwoLinesWithoutMergedCells) {
  const ImportResult result = roster({{"户编号", "姓名", "住址", "", "性别"},
                                      {"", "", "村", "组", ""},
                                      {"H9", "郑一", "鱼泉村", "2", "男"}},
                                     {});
  EXPECT_EQ(result.header_line, 2u);
  EXPECT_THAT(refused(result), IsEmpty());
  EXPECT_EQ(see("Household", house("H9"), "group_no"), "2");
  const ImportResult split = roster(
      {{"户编号", "成员", "", ""}, {"", "姓名", "性别", "村"}, {"H8", "冯三", "男", "鱼泉村"}}, {});
  EXPECT_EQ(split.header_line, 2u);
  EXPECT_EQ(split.stored, 1u);
}

TEST_F(ImportLayoutTest, ANumberWrittenOnceBesideTheHeadIsOfThoseBelow) {
  const ImportResult result = roster({{"户编号", "村", "组", "姓名", "与户主关系", "性别"},
                                      {"H9", "鱼泉村", "2", "郑一", "户主", "男"},
                                      {"", "", "", "冯二", "妻", "女"},
                                      {"", "", "", "郑三", "长子", "男"},
                                      {"H8", "鱼泉村", "1", "冯三", "户主", "男"}},
                                     {});
  EXPECT_THAT(refused(result), IsEmpty());
  EXPECT_EQ(see("Household", house("H9"), "size"), "3");
  EXPECT_EQ(see("Household", house("H8"), "size"), "1");
}

TEST_F(ImportLayoutTest, ANumberThatMayHaveBeenForgottenIsRefusedWithWhatToDo) {
  const std::vector<std::string> header{"户编号", "村", "户主姓名", "姓名", "与户主关系", "性别"};
  const std::vector<std::string> head{"H9", "鱼泉村", "郑一", "郑一", "户主", "男"};
  const ImportResult another = roster({header,
                                       head,
                                       {"", "", "", "冯二", "户主", "女"},
                                       {"", "", "", "冯五", "", "女"},
                                       {"", "", "冯六", "冯六", "长子", "男"},
                                       {"", "清渭社区", "", "冯七", "长子", "男"}},
                                      {});
  std::vector<std::string> numbers = refused(another);
  std::erase_if(numbers, [](const std::string& fault) { return !fault.ends_with("户编号"); });
  EXPECT_THAT(numbers, ElementsAre("3 户编号", "4 户编号", "5 户编号", "6 户编号"));
  EXPECT_THAT(another.faults.front().why_zh, HasSubstr("每一行都写上"));
  EXPECT_TRUE(another.nothing_stored);
}

TEST_F(ImportLayoutTest, AGroupIsReadAsOfficesWriteIt) {
  const auto group = [&](const std::string& cell) {
    const ImportResult result =
        roster({{"户编号", "姓名", "村", "组", "性别"}, {"H9", "郑一", "鱼泉村", cell, "男"}}, {});
    return refused(result).empty() ? see("Household", house("H9"), "group_no") : "refused";
  };
  for (const char* one : {"1", "一组", "第一组", "1组", "1 组", "第 1 组", "１组", "一", "一社",
                          "第一村民小组", "村民一组", "1队"}) {
    EXPECT_EQ(group(one), "1") << one;
  }
  EXPECT_EQ(group("十组"), "10");
  EXPECT_EQ(group("十二组"), "12");
  EXPECT_EQ(group("二十组"), "20");
  EXPECT_EQ(group("第二十三组"), "23");
  for (const char* none : {"李家湾", "一二组", "256", "十十组", "1-2组"}) {
    EXPECT_EQ(group(none), "refused") << none;
  }
}

TEST_F(ImportLayoutTest, LinesBelowTheTableArePassedOverAndSaid) {
  const ImportResult result = roster({{"序号", "户编号", "姓名", "村", "性别", "联系电话"},
                                      {"1", "H9", "郑一", "鱼泉村", "男", ""},
                                      {"小计(一组)", "", "1人"},
                                      {"2", "H8", "冯三", "鱼泉村", "男", ""},
                                      {"合 计", "2户", "2人"},
                                      {"填表人：张三", "", "", "审核人：李四"},
                                      {"", "制表日期:2026年3月"},
                                      {"备注:本表一式两份"},
                                      {"", "填报单位(盖章):"},
                                      {"第 1 页,共 1 页"}},
                                     {});
  EXPECT_THAT(refused(result), IsEmpty());
  EXPECT_EQ(result.stored, 2u);
  EXPECT_EQ(result.data_lines, 2u);
  std::vector<std::string> passed;
  for (const auto& one : result.passed_over) passed.push_back(cat(one.line, " ", one.text));
  EXPECT_THAT(passed,
              ElementsAre("3 小计(一组) 1人", "5 合 计 2户 2人", "6 填表人：张三 审核人：李四",
                          "7 制表日期:2026年3月", "8 备注:本表一式两份",
                          "9 填报单位(盖章):", "10 第 1 页,共 1 页"));
}

// Whoever has what a record needs is one, whatever stands before it.
TEST_F(ImportLayoutTest, ARecordIsNotPassedOverForWhatItsFirstCellSays) {
  const ImportResult result = roster({{"备注", "户编号", "姓名", "村", "性别"},
                                      {"说明:外出", "H9", "郑一", "鱼泉村", "男"},
                                      {"合计划", "H8", "冯三", "鱼泉村", "男"},
                                      {"", "", "冯四", "鱼泉村", "男"}},
                                     {});
  EXPECT_THAT(result.passed_over, IsEmpty());
  EXPECT_THAT(refused(result), ElementsAre("4 户编号")) << "a number that is missing still is";
}

TEST_F(ImportLayoutTest, WithoutAHeaderTheSheetsOfTheWorkbookAreNamed) {
  tabular::Sheet sheet;
  sheet.rows = {{1, {"填表说明"}}};
  sheet.name = "说明";
  sheet.unread = {"一组", "二组"};
  const auto result = import_sheet(place(), sheet, {});
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().zh, HasSubstr("“说明”"));
  EXPECT_THAT(result.error().zh, HasSubstr("一组、二组"));
  EXPECT_THAT(result.error().zh, HasSubstr("--sheet"));
  EXPECT_THAT(result.error().en, HasSubstr("there are also: 一组, 二组"));
}

TEST_F(ImportLayoutTest, MarksAtAHeaderSayNothing) {
  const ImportResult result =
      roster({{"户编号：", "姓名*", "性别（必填）", "村:"}, {"H9", "郑一", "男", "鱼泉村"}}, {});
  EXPECT_EQ(result.stored, 1u);
  EXPECT_THAT(result.unread_columns, IsEmpty());
}

}  // namespace
}  // namespace mq::work::testing
