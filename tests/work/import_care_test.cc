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
    EXPECT_THAT(told(result), ElementsAre("2 户编号 flagged"));
  }
  EXPECT_THAT(march(), ElementsAre("鱼泉村 4 0", "清渭社区 1 0", "合计 5 0"));
  // Nor once something has moved, which is a different question then.
  saved(step("move", kTwo, {{"village", "清渭社区"}}));
  const ImportResult result = roster(elsewhere);
  EXPECT_EQ(result.stored, 0u);
  ASSERT_EQ(result.faults.size(), 1u);
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

TEST_F(ImportCareTest, ColumnsThatNobodyReadsAreNamed) {
  const ImportResult result = roster(
      "序号,户编号,姓名,村,出生日期,QQ号,手机,电话,备注,\n"
      "1,999999100201010001,王一,鱼泉村,1960-01-02,,13900000001,13900000009,,\n"
      "2,999999100201010001,李二,鱼泉村,1962-03-04,88881,,,,散\n");
  EXPECT_THAT(result.unread_columns, ElementsAre("QQ号", "电话"))
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
  EXPECT_EQ(visits(kVisitHeader + "37,2026-03-01,甲、乙,999999100201010001,外出务工,,,,\n").stored,
            1u)
      << "a visitor who was forgotten";
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
