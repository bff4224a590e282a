// Files as offices make them: what stands in the wrong place, twice, half or as a broken number
// must not spoil what is here.
#include "mq/tabular/sheet.h"
#include "mq/work/issue.h"
#include "work/roster_home.h"

namespace mq::work::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kHeader =
    "村(社区),组,户编号,户主姓名,姓名,与户主关系,性别,出生日期,联系电话,户类型,常年外出\n";

class ImportCareTest : public RosterTest {
 protected:
  static std::vector<std::string> told(const ImportResult& result) {
    std::vector<std::string> out;
    for (const ImportFault& fault : result.faults) {
      if (fault.fate == Fate::kNormalised) continue;
      const char* fate = fault.fate == Fate::kRefused     ? "refused"
                         : fault.fate == Fate::kDuplicate ? "duplicate"
                                                          : "flagged";
      out.push_back(cat(fault.line, " ", fault.column, " ", fate));
    }
    return out;
  }
  ImportResult roster(const std::string& csv, const std::string& village = "") {
    const auto sheet = tabular::read_sheet(view_of(csv));
    EXPECT_TRUE(sheet.ok());
    ImportOptions options;
    options.kind = ImportKind::kRoster;
    options.village = village;
    const auto result = import_sheet(place(), *sheet, options);
    EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().en);
    return result.ok() ? *result : ImportResult{};
  }
  ImportResult visits(const std::string& csv, const std::string& village = "") {
    const auto sheet = tabular::read_sheet(view_of(csv));
    EXPECT_TRUE(sheet.ok());
    ImportOptions options;
    options.kind = ImportKind::kVisits;
    options.village = village;
    const auto result = import_sheet(place(), *sheet, options);
    EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().en);
    return result.ok() ? *result : ImportResult{};
  }
};

// It did not move by a word in a file: one household would stand half in each village.
TEST_F(ImportCareTest, AHouseholdOfAnotherVillageIsAskedAboutAndLeftAlone) {
  const std::string elsewhere =
      kHeader +
      "清渭社区,1,999999100201010001,王一,王一,户主,男,1960-01-02,13900000001,一般,否\n"
      "清渭社区,1,999999100201010001,王一,李二,妻,女,1962-03-04,,一般,否\n";
  for (int i = 0; i < 2; ++i) {
    const ImportResult result = roster(elsewhere);
    EXPECT_EQ(result.stored, 0u);
    EXPECT_THAT(told(result), ElementsAre("2 户编号 flagged", "3 户编号 flagged"));
    EXPECT_EQ(result.left, 2u) << "on every line of it";
  }
  EXPECT_THAT(march(), ElementsAre("鱼泉村 4 0", "清渭社区 1 0", "合计 5 0"));
  // Nor once something has moved, which is a different question then.
  saved(step("move", kTwo, {{"village", "清渭社区"}}));
  const ImportResult result = roster(elsewhere);
  EXPECT_EQ(result.stored, 0u);
  ASSERT_EQ(result.faults.size(), 2u);
  EXPECT_THAT(result.faults[0].why_zh, HasSubstr("household move"));
}

TEST_F(ImportCareTest, AWrongVillageSwitchNeitherMovesNorMakesAnything) {
  const ImportResult result = roster(kRoster, "渔泉村");
  EXPECT_EQ(result.stored, 0u);
  EXPECT_THAT(result.new_villages, IsEmpty());
  EXPECT_TRUE(result.nothing_stored) << "the lines name another village";
  std::string bare = kRoster;
  for (std::size_t at; (at = bare.find("鱼泉村")) != std::string::npos;) bare.erase(at, 9);
  for (std::size_t at; (at = bare.find("清渭社区")) != std::string::npos;) bare.erase(at, 12);
  const ImportResult silent = roster(bare, "渔泉村");
  EXPECT_EQ(silent.stored, 0u);
  EXPECT_THAT(silent.new_villages, IsEmpty());
  EXPECT_FALSE(Directory(place()).village("渔泉村").ok());
  EXPECT_THAT(march(), ElementsAre("鱼泉村 4 0", "清渭社区 1 0", "合计 5 0"));
  EXPECT_THAT(
      told(roster("户编号,姓名,村,出生日期\n999999100201010001,王一,鱼泉,1960-01-02\n", "鱼泉村")),
      ::testing::Not(::testing::Contains(HasSubstr("refused"))))
      << "a shorter name of the same";
}

TEST_F(ImportCareTest, WordsInThePlaceOfANumberMakeNobodyAnother) {
  const std::string head = "户编号,姓名,村,与户主关系,性别,证件号码,出生日期\n";
  const std::string first = "H9,郑一,鱼泉村,户主,男,999999194807204538,1948-07-20\n";
  const std::string third = "H9,郑三,鱼泉村,次子,男,无,1982-01-01\n";
  const std::string fourth = "H9,郑四,鱼泉村,女,女,无,1984-01-01\n";
  EXPECT_EQ(roster(head + first + third + fourth).stored, 3u);
  const RowId three = person("郑三"), four = person("郑四");
  EXPECT_NE(three, four);
  EXPECT_EQ(roster(head + first + fourth + third).stored, 0u);
  EXPECT_EQ(see("Person", three, "sex"), "男");
}

TEST_F(ImportCareTest, ANumberTypedTwiceLeavesBothPeople) {
  const std::string head = "户编号,姓名,村,与户主关系,性别,证件号码,出生日期\n";
  const std::string man = "H9,郑一,鱼泉村,户主,男,999999194807204538,1948-07-20\n";
  const std::string wife = "H9,冯二,鱼泉村,妻,女,999999194807204538,1950-02-03\n";
  const ImportResult result = roster(head + wife + man);
  EXPECT_THAT(told(result), ::testing::Contains("3 证件号码 flagged"));
  const RowId one = person("郑一"), two = person("冯二");
  EXPECT_NE(one, two);
  EXPECT_EQ(see("Household", house("H9"), "size"), "2");
  EXPECT_EQ(roster(head + man + wife).stored, 0u) << "in whatever order they stand";
  EXPECT_EQ(person("郑一"), one);
  EXPECT_EQ(person("冯二"), two);
  // And where the wife came with her own number later.
  roster(head + man + "H9,冯二,鱼泉村,妻,女,,1950-02-03\n");
  EXPECT_EQ(person("冯二"), two);
  EXPECT_EQ(see("Household", house("H9"), "size"), "2");
}

std::size_t all_fates(const ImportResult& result) {
  return result.stored + result.unchanged + result.refused + result.duplicates + result.left +
         result.elsewhere + result.held_back;
}

TEST_F(ImportCareTest, EveryLineHasOneFateAndTheyAddUp) {
  const std::string file = kHeader +
                           "鱼泉村,1,999999100201010001,冯远,冯远,户主,男,1981-01-02,,一般,否\n"
                           "鱼泉村,1,999999100201010001,冯远,冯近,长子,男,2001-01-02,,一般,否\n"
                           "清渭社区,1,999999100201010002,张三,张三,户主,男,1970-05-06,,一般,否\n"
                           "清渭社区,1,999999100201010002,张三,张小,长子,男,1995-05-06,,一般,否\n"
                           "鱼泉村,2,999999100201020004,孙五,孙五,户主,男,1990-09-10,,一般,否\n"
                           "鱼泉村,1,H9,郑一,郑一,户主,男,1948-07-20,,一般,否\n"
                           "鱼泉村,1,H9,郑一,郑一,户主,男,1948-07-20,,一般,否\n";
  const ImportResult whole = roster(file);
  EXPECT_TRUE(whole.nothing_stored);
  EXPECT_EQ(whole.refused, 2u) << "both lines of the household of others";
  EXPECT_EQ(whole.left, 2u);
  EXPECT_EQ(whole.duplicates, 1u);
  EXPECT_EQ(whole.held_back, 2u);
  EXPECT_EQ(all_fates(whole), whole.data_lines);
  const ImportResult kept = town.import(ImportKind::kRoster, file, true);
  EXPECT_EQ(kept.refused, 2u);
  EXPECT_EQ(kept.held_back, 0u);
  EXPECT_EQ(all_fates(kept), kept.data_lines);
  EXPECT_EQ(see("Household", house("H9"), "size"), "1");
}

TEST_F(ImportCareTest, LinesOfOtherVillagesAndFurtherNeedsAreCounted) {
  const std::string head = "编号,走访日期,走访人,户编号,村,结果,诉求类别,诉求,当场答复\n";
  const std::string file = head +
                           "51,2026-03-01,甲,999999100201010001,鱼泉村,见到户主,饮水,修水管,否\n"
                           "51,2026-03-01,甲,999999100201010001,鱼泉村,见到户主,饮水,清淤,否\n"
                           "52,2026-03-01,丙,999999100001010001,清渭社区,拒访,,,\n";
  const ImportResult result = visits(file, "鱼泉村");
  EXPECT_EQ(result.stored, 2u) << "the second need is a line of its own";
  EXPECT_EQ(result.elsewhere, 1u);
  EXPECT_EQ(all_fates(result), 3u);
}

TEST_F(ImportCareTest, PeopleOfAHouseholdWhomTheFileLacksAreListed) {
  const std::string head = "户编号,姓名,村,出生日期\n";
  const std::string first = "999999100201010001,王一,鱼泉村,1960-01-02\n";
  const ImportResult result = roster(head + first);
  EXPECT_THAT(result.missing_people_zh, ElementsAre("999999100201010001 李二"));
  EXPECT_EQ(see("Household", house(kOne), "size"), "1") << "as the file has it";
  EXPECT_FALSE(person("李二").is_zero());
  EXPECT_THAT(
      roster(head + first + "999999100201010001,李二,鱼泉村,1962-03-04\n").missing_people_zh,
      IsEmpty());
  EXPECT_EQ(see("Household", house(kOne), "size"), "2");
  const ImportResult torn = town.import(
      ImportKind::kRoster, head + first + "999999100201010001,李二,鱼泉村,1962-02-30\n", true);
  EXPECT_THAT(torn.missing_people_zh, IsEmpty()) << "the file has her, on a line that was refused";
  EXPECT_EQ(see("Household", house(kOne), "size"), "2");
}

TEST_F(ImportCareTest, WhoStandsThereTwiceIsOnePerson) {
  const std::string head = "户编号,姓名,村,与户主关系,性别,证件号码,出生日期\n";
  const std::string man = "H9,郑一,鱼泉村,户主,男,999999194807204538,1948-07-20\n";
  const std::string under_his = "H9,冯二,鱼泉村,妻,女,999999194807204538,1950-02-03\n";
  const std::string bare = "H9,冯二,鱼泉村,妻,女,,1950-02-03\n";
  const ImportResult result = roster(head + man + under_his + bare);
  EXPECT_THAT(told(result), ElementsAre("3 出生日期 flagged", "3 性别 flagged",
                                        "3 证件号码 flagged", "4 * duplicate"));
  EXPECT_EQ(see("Household", house("H9"), "size"), "2");
  EXPECT_EQ(result.stored, 2u);
  const ImportResult again = roster(head + "H9,郑一,鱼泉村,户主,男,,1948-07-20\n" + man + bare);
  EXPECT_THAT(told(again), ElementsAre("2 * duplicate")) << "the line with the number counts";
  EXPECT_EQ(see("Household", house("H9"), "size"), "2");
}

TEST_F(ImportCareTest, AMonthOfBirthIsNoFaultAndMakesNobodyAnother) {
  const std::string head = "户编号,姓名,村,与户主关系,性别,证件号码,出生年月\n";
  const ImportResult result = roster(head +
                                     "H9,郑一,鱼泉村,户主,男,999999194807204538,1948-07\n"
                                     "H9,郑三,鱼泉村,次子,男,,1982年3月\n"
                                     "H9,郑四,鱼泉村,女,女,,1984—11\n");
  EXPECT_THAT(told(result), ElementsAre("3 出生年月 flagged", "4 出生年月 flagged"));
  EXPECT_EQ(result.stored, 3u);
  EXPECT_EQ(see("Person", person("郑一"), "birth"), "1948-07-20") << "the ID number says the day";
  EXPECT_EQ(see("Person", person("郑三"), "birth"), "") << "a day is not made up";
  roster(head + "H9,郑三,鱼泉村,次子,男,,1982-03-07\n");
  EXPECT_EQ(see("Person", person("郑三"), "birth"), "1982-03-07");
  const std::int64_t people = count(place(), "person");
  EXPECT_THAT(told(roster(head + "H9,郑三,鱼泉村,次子,男,,1982-03\n"
                                 "999999100201010001,李二,鱼泉村,妻,女,,1962-03\n")),
              ElementsAre("2 出生年月 flagged", "3 出生年月 flagged"));
  EXPECT_EQ(count(place(), "person"), people);
}

TEST_F(ImportCareTest, ASexThatDoesNotFitTheRelationIsFlaggedWithoutANumberToo) {
  const ImportResult result = roster(
      "户编号,姓名,村,与户主关系,性别,证件号码,出生日期\n"
      "H9,郑一,鱼泉村,户主,男,,1948-07-20\nH9,冯二,鱼泉村,妻,男,,1950-02-03\n"
      "H9,郑三,鱼泉村,女,男,abc12,1975-02-03\nH9,郑四,鱼泉村,长子,女,,1976-02-03\n"
      "H9,郑五,鱼泉村,母亲,男,999999194807204538,\nH9,郑六,鱼泉村,配偶,男,,1976-02-03\n");
  std::vector<std::string> flagged = told(result);
  std::erase_if(flagged, [](const std::string& one) { return !one.ends_with("关系 flagged"); });
  EXPECT_THAT(flagged, ElementsAre("3 与户主关系 flagged", "4 与户主关系 flagged",
                                   "5 与户主关系 flagged", "6 与户主关系 flagged"));
  EXPECT_EQ(result.stored, 6u);
}

TEST_F(ImportCareTest, OfTwoOfOneNameTheOneWithThatBirthIsMeant) {
  const auto add = [&](const std::string& birth) {
    Inputs inputs{{"household_id", kOne}, {"name", "王小"}, {"relation", "其他"}, {"sex", "男"}};
    if (!birth.empty()) inputs.push_back({"birth", birth});
    return saved(add_person(place(), inputs));
  };
  const RowId bare = add("");
  const RowId born = add("1990-01-02");
  const std::int64_t people = count(place(), "person");
  const std::string head = "户编号,姓名,村,性别,出生日期\n";
  const std::string first = "999999100201010001,王小,鱼泉村,男,1990-01-02\n";
  roster(head + first);
  EXPECT_EQ(see("Person", bare, "birth"), "");
  roster(head + first + "999999100201010001,王小,鱼泉村,男,1992-03-04\n" +
         "999999100201010001,王小,鱼泉村,男,1994-05-06\n");
  EXPECT_EQ(see("Person", born, "birth"), "1990-01-02");
  EXPECT_EQ(see("Person", bare, "birth"), "1992-03-04") << "the first that may be him";
  EXPECT_EQ(count(place(), "person"), people + 1) << "and nobody is two";
}

TEST_F(ImportCareTest, ADayWithItsWeekdayOrAnHourIsThatDay) {
  const auto of = [&](const std::string& day) {
    const ImportResult result =
        roster(cat("户编号,姓名,村,性别,出生日期\nH9,郑一,鱼泉村,男,", day, "\n"));
    return result.refused > 0 ? "refused" : see("Person", person("郑一"), "birth");
  };
  for (const char* day :
       {"2026-03-05 星期四", "2026年3月5日（周四）", "2026/3/5 09:30", "2026.3.5 9:30:15",
        "2026年3月5日上午9时30分", "2026年3月5日 下午3点", "2026-03-05T09:30",
        "2026-03-05 星期四 09:30", "2026-3-5 00:00:00", "2026—03—05", "2026－3－5", "2026–3–5",
        "2026——3——5", "２０２６年３月５日", "2026．3．5", "2026。3。5", "2026·3·5", "2026／3／5",
        "2026年 3月 5日"}) {
    EXPECT_EQ(of(day), "2026-03-05") << day;
  }
  for (const char* day : {"3月5日", "2026-02-30 09:30", "2026-03-05 星期五", "2026-03-05 李家"}) {
    EXPECT_EQ(of(day), "refused") << day;
  }
}

TEST_F(ImportCareTest, EveryTelephoneOfACellIsKept) {
  const auto of = [&](const std::string& cell) {
    const ImportResult result =
        roster(cat("户编号,姓名,村,出生日期,联系电话\n999999100201010001,王一,"
                   "鱼泉村,1960-01-02,\"",
                   cell, "\"\n"));
    const bool doubted = std::ranges::any_of(result.faults, [](const ImportFault& fault) {
      return fault.column == "联系电话" && fault.fate != Fate::kNormalised;
    });
    return cat(see("Household", house(kOne), "phones"), doubted ? " ?" : "");
  };
  EXPECT_EQ(of("0874-1234567"), "08741234567");
  EXPECT_EQ(of("+86 139 0000 0001"), "13900000001");
  EXPECT_EQ(of("+86-874-1234567"), "08741234567");
  EXPECT_EQ(of("0086 13900000001"), "13900000001");
  for (const char* both :
       {"13900000001、13900000002", "13900000001/13900000002", "13900000001 13900000002",
        "13900000001，13900000002", "139-0000-0001;139 0000 0002"}) {
    EXPECT_EQ(of(both), "13900000001、13900000002") << both;
  }
  EXPECT_EQ(of("13900000003、无"), "13900000003 ?") << "a word is no number";
}

TEST_F(ImportCareTest, OfSeveralTelephonesOfACadreTheOthersAreSaid) {
  const ImportResult result =
      town.import(ImportKind::kCadres,
                  "姓名,职级,手机\n丁,一般,13800000007/13800000008\n戊,一般,0874-1234567\n");
  EXPECT_THAT(told(result), ElementsAre("2 手机 flagged"));
  EXPECT_EQ(see("Cadre", Directory(place()).cadre("丁")->id, "phone"), "13800000007");
  EXPECT_EQ(see("Cadre", Directory(place()).cadre("戊")->id, "phone"), "08741234567");
}

TEST_F(ImportCareTest, BlanksWithinAWordSayNothing) {
  const ImportResult result = roster(
      "户编号,户主姓名,姓名,村,与户主关系,性别,出生日期,户类型\n"
      "H9,郑 一,郑　一,鱼泉村,户 主,男,1948-07-20,低　保\n"
      "H9,郑 一,郑 三,鱼泉村,长 子,男,1982-03-07,低保 监测\n");
  EXPECT_THAT(told(result), IsEmpty());
  EXPECT_EQ(see("Person", person("郑三"), "relation"), "长子");
  EXPECT_THAT(see("Household", house("H9"), "class"), AllOf(HasSubstr("低保"), HasSubstr("监测")));
}

TEST_F(ImportCareTest, ColumnsThatNobodyReadsAreNamed) {
  const ImportResult result = roster(
      "序号,户编号,姓名,村,出生日期,QQ号,手机,电话,备注,\n"
      "1,999999100201010001,王一,鱼泉村,1960-01-02,,13900000001,13900000009,,\n"
      "2,999999100201010001,李二,鱼泉村,1962-03-04,88881,,,,散\n");
  EXPECT_THAT(result.unread_columns, ElementsAre("QQ号", "电话", "第 10 列(没有表头)"))
      << "a second telephone column too; what is empty loses nothing";
}

TEST_F(ImportCareTest, WhatTheFileDoesNotSayStaysAsItIs) {
  const std::int64_t people = count(place(), "person");
  roster(
      "户编号,姓名,村,出生日期,联系电话\n"
      "999999100201020003,赵四,鱼泉村,1980-07-08,13900000009\n"
      "999999100201010001,李二,鱼泉村,1962-03-04,\n"
      "999999100201010001,王一,鱼泉村,1960-01-02,13900000001\n");
  EXPECT_EQ(count(place(), "person"), people);
  EXPECT_EQ(see("Household", house(kThree), "phones"), "13900000009");
  EXPECT_EQ(see("Household", house(kThree), "group_no"), "2");
  EXPECT_EQ(see("Household", house(kThree), "status"), "外出");
  EXPECT_EQ(see("Person", person("赵四"), "sex"), "男");
  EXPECT_EQ(see("Person", person("李二"), "relation"), "妻");
  EXPECT_EQ(see("Household", house(kOne), "head_person_id"), person("王一").hex())
      << "who stands first in such a file is no head by it";
}

TEST_F(ImportCareTest, BrokenNumbersAndErrorValuesOfASpreadsheetAreRefused) {
  const ImportResult result = roster(
      "户编号,姓名,村\n9.9999910020101E+17,王一,鱼泉村\n#N/A,李二,鱼泉村\nH8,#NAME?,鱼泉村\n");
  std::vector<std::string> refused = told(result);
  std::erase_if(refused, [](const std::string& line) { return !line.ends_with("refused"); });
  EXPECT_THAT(refused, ElementsAre("2 户编号 refused", "3 户编号 refused", "4 姓名 refused"));
  EXPECT_TRUE(result.nothing_stored);
}

TEST_F(ImportCareTest, SeveralClassesStandInOneCell) {
  roster(kHeader +
         "鱼泉村,1,999999100201010002,张三,张三,户主,男,1970-05-06,13900000002,"
         "低保、监测,否\n");
  EXPECT_THAT(see("Household", house(kTwo), "class"), AllOf(HasSubstr("低保"), HasSubstr("监测")));
}

TEST_F(ImportCareTest, ASumWithSeparatorsIsOneSum) {
  saved(amend(place(), *place().vault.schema().entity("Programme"),
              programmes(place())->front().row, {{"needs", "收入"}}, place().vault.view()));
  roster(
      "户编号,姓名,村,出生日期,工资性收入\n"
      "999999100201010001,王一,鱼泉村,1960-01-02,\"12,345.60\"\n"
      "999999100201010002,张三,鱼泉村,1970-05-06,\"1，200\"\n");
  EXPECT_EQ(see("Household", house(kOne), "inc_wage"), "12345.60");
  EXPECT_EQ(see("Household", house(kTwo), "inc_wage"), "1200.00");
}

const std::string kVisitHeader =
    "编号,走访日期,走访人,户编号,结果,走访内容,诉求类别,诉求,当场答复\n";

TEST_F(ImportCareTest, ANumberOfSomebodyElsesVisitIsAskedAbout) {
  visits(kVisitHeader + "37,2026-03-01,甲,999999100201010001,外出务工,,,,\n");
  EXPECT_THAT(told(visits(kVisitHeader + "37,2026-03-03,乙,999999100201010001,见到户主,,,,\n")),
              ElementsAre("2 编号 refused"));
  EXPECT_THAT(told(visits(kVisitHeader + "37,2026-03-01,乙,999999100201010001,外出务工,,,,\n")),
              ElementsAre("2 编号 refused"))
      << "on the same day too";
  EXPECT_EQ(visits(kVisitHeader + "37,2026-03-01,甲、乙,999999100201010001,外出务工,,,,\n").stored,
            1u)
      << "a visitor who was forgotten";
}

TEST_F(ImportCareTest, WhereBothChangedAVisitItsVisitorsAreNamed) {
  visits(kVisitHeader + "37,2026-03-01,甲,999999100201010001,外出务工,,,,\n");
  auto q = place().vault.database().query("SELECT id FROM \"visit\"");
  ASSERT_TRUE(q.ok() && *q->step());
  saved(amend(place(), *place().vault.schema().entity("Visit"), *RowId::from(q->blob(0)),
              {{"visited_by", "甲"}, {"visited_by", "乙"}}, place().vault.view()));
  const ImportResult both =
      visits(kVisitHeader + "37,2026-03-01,甲、丙,999999100201010001,外出务工,,,,\n");
  ASSERT_THAT(told(both), ElementsAre("2 走访人 flagged"));
  EXPECT_THAT(both.faults[0].was, ::testing::AnyOf("甲、乙", "乙、甲"));
  EXPECT_EQ(both.faults[0].now, "甲、丙");
  EXPECT_THAT(both.faults[0].why_zh, HasSubstr("走访表"));
}

TEST_F(ImportCareTest, WhereBothChangedTheHeadBothAreNamed) {
  saved(amend(place(), *place().vault.schema().entity("Household"), house(kOne),
              {{"head_person_id", person("李二").hex()}}, place().vault.view()));
  const ImportResult both = roster(
      "户编号,姓名,村,与户主关系,性别,出生日期\n"
      "999999100201010001,王小,鱼泉村,户主,男,1990-01-02\n"
      "999999100201010001,王一,鱼泉村,父亲,男,1960-01-02\n");
  const auto head = std::ranges::find(both.faults, "户主姓名", &ImportFault::column);
  ASSERT_NE(head, both.faults.end());
  EXPECT_EQ(head->was, "李二");
  EXPECT_EQ(head->now, "王小") << "who comes with this file";
}

// The vault would refuse the whole file, without a line.
TEST_F(ImportCareTest, WhatIsTooLongIsRefusedByItsLine) {
  std::string words;
  while (words.size() <= 49'152) words += "水";
  const auto result =
      visits(kVisitHeader + "41,2026-03-01,甲,999999100201010001,见到户主,修渠,,,\n" +
             "42,2026-03-01,甲,999999100201010002,见到户主," + words + ",,,\n");
  EXPECT_THAT(told(result), ElementsAre("3 走访内容 refused"));
  EXPECT_EQ(result.stored, 0u);
}

TEST_F(ImportCareTest, ANeedThatALaterFileNamesBecomesAnIssue) {
  visits(kVisitHeader + "31,2026-03-01,甲,999999100201010001,见到户主,水管堵了,,,\n");
  EXPECT_EQ(count(place(), "issue"), 0);
  const std::string later =
      kVisitHeader + "31,2026-03-01,甲,999999100201010001,见到户主,水管堵了,饮水,修水管,否\n";
  EXPECT_EQ(visits(later).stored, 1u);
  EXPECT_EQ(count(place(), "issue"), 1);
  EXPECT_EQ(visits(later).stored, 0u);
  EXPECT_EQ(count(place(), "issue"), 1);
}

// What became of the first one meanwhile is nothing that the file knows of.
TEST_F(ImportCareTest, AFurtherNeedLeavesTheFirstIssueWhereItHasGot) {
  const std::string first =
      "31,2026-03-01,甲,999999100201010001,见到户主,水管堵了,饮水,修水管,否\n";
  visits(kVisitHeader + first);
  RowId issue;
  {
    auto row = place().vault.database().query("SELECT id FROM \"issue\"");
    ASSERT_TRUE(row.ok() && *row->step());
    issue = *RowId::from(row->blob(0));
  }
  saved(move_issue(place(), "accept", issue, {}));
  const std::string moved = see("Issue", issue, "state");
  visits(kVisitHeader + first +
         "31,2026-03-01,甲,999999100201010001,见到户主,水管堵了,交通运输,修路灯,否\n");
  EXPECT_EQ(count(place(), "issue"), 2);
  EXPECT_EQ(see("Issue", issue, "state"), moved);
}

TEST_F(ImportCareTest, ASecondNeedOfOneVisitIsASecondIssue) {
  const std::string visit = "2026-03-01,甲,999999100201010001,见到户主,看了水渠,";
  for (const std::string number : {"", "8"}) {
    SCOPED_TRACE(number);
    const std::int64_t issues = count(place(), "issue"), held = count(place(), "visit");
    const std::string one = cat(number, ",", visit, "饮水,修水管,否\n");
    const std::string two = cat(number, ",", visit, "交通运输,修路灯,否\n");
    EXPECT_THAT(told(visits(kVisitHeader + one + two + one)), ElementsAre("4 * duplicate"));
    EXPECT_EQ(count(place(), "visit"), held + 1);
    EXPECT_EQ(count(place(), "issue"), issues + 2);
    EXPECT_EQ(visits(kVisitHeader + one + two).stored, 0u);
    EXPECT_EQ(count(place(), "issue"), issues + 2);
  }
}

TEST_F(ImportCareTest, OfOneVillageIsWhatItsHouseholdsSay) {
  const std::string both =
      "编号,走访日期,走访人,户编号,结果\n"
      "1,2026-03-01,甲,999999100201010001,见到户主\n"
      "2,2026-03-01,甲,999999100001010001,见到户主\n";
  const ImportResult result = visits(both, "鱼泉村");
  EXPECT_EQ(result.stored, 1u);
  EXPECT_EQ(count(place(), "visit"), 1);
  const ImportResult wrong = visits(
      "编号,走访日期,走访人,户编号,村,结果\n3,2026-03-01,甲,999999100001010001,鱼泉村,见到户主\n");
  EXPECT_THAT(told(wrong), ElementsAre("2 村 flagged"));
}

}  // namespace
}  // namespace mq::work::testing
