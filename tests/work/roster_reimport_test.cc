// The roster again, after people have worked on it: only what the file itself changed is written,
// what both changed is listed, and what has ended, or belongs to others, is asked about.
#include "mq/model/identity.h"
#include "mq/tabular/sheet.h"
#include "work/roster_home.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kHeader =
    "村(社区),组,户编号,户主姓名,姓名,与户主关系,性别,出生日期,联系电话,户类型,常年外出\n";

class ReimportTest : public RosterTest {
 protected:
  ImportResult again(const std::string& csv) { return town.import(ImportKind::kRoster, csv); }
  // "8 户编号 …的户", one for each line that was listed.
  static std::vector<std::string> listed(const ImportResult& result) {
    std::vector<std::string> out;
    for (const ImportFault& fault : result.faults) {
      if (fault.fate == Fate::kNormalised) continue;
      out.push_back(cat(fault.line, " ", fault.column, " ",
                        fault.fate == Fate::kRefused ? "refused" : "flagged"));
    }
    return out;
  }
  std::uint64_t unsealed() { return place().vault.delivery()->unsealed; }
};

TEST_F(ReimportTest, TheOldFileUndoesNoStep) {
  const RowId split = saved(step("split", kOne, {{"people", "李二"}}));
  saved(step("merge", kTwo, {{"into", kFour}}));
  saved(step("move", kThree, {{"village", "清渭社区"}}));
  const auto before = march();
  const std::uint64_t written = unsealed();
  const ImportResult result = again(kRoster);
  EXPECT_EQ(result.stored, 0u);
  EXPECT_EQ(unsealed(), written) << "nothing was written";
  EXPECT_EQ(march(), before);
  EXPECT_THAT(listed(result), ElementsAre("4 户编号 flagged", "5 户编号 flagged"))
      << "what was merged and what moved are asked about";
  EXPECT_THAT(result.missing_zh, IsEmpty());
  EXPECT_THAT(result.missing_people_zh, IsEmpty()) << "whoever merged in stands there all the same";
  saved(undo(split));
}

TEST_F(ReimportTest, TheNewVillagesFileFindsWhoMovedThere) {
  saved(step("move", kOne, {{"village", "清渭社区"}}));
  const std::int64_t people = count(place(), "person");
  const ImportResult result =
      again(kHeader +
            "清渭社区,2,999999100201010001,王一,王一,户主,男,1960-01-02,13900000001,一般,否\n"
            "清渭社区,2,999999100201010001,王一,李二,妻,女,1962-03-04,,一般,否\n");
  EXPECT_EQ(count(place(), "person"), people) << "nobody stands there twice";
  EXPECT_EQ(Directory(place()).household(kOne)->group_no, 2) << "what the file changed is written";
  EXPECT_THAT(march(), ElementsAre("鱼泉村 3 0", "清渭社区 2 0", "合计 5 0"));
  EXPECT_THAT(listed(result), IsEmpty());
}

TEST_F(ReimportTest, ANumberOfOtherPeopleIsRefused) {
  const std::string strangers =
      kHeader + "鱼泉村,1,999999100201010001,冯远,冯远,户主,男,1981-01-02,,一般,否\n";
  const ImportResult result = again(strangers);
  EXPECT_THAT(listed(result), ElementsAre("2 户编号 refused"));
  EXPECT_TRUE(result.nothing_stored);
  EXPECT_EQ(Directory(place()).household(kOne)->head_name, "王一");
  const ImportResult widow =
      again(kHeader + "鱼泉村,1,999999100201010001,李二,李二,户主,女,1962-03-04,,一般,否\n");
  EXPECT_THAT(listed(widow), IsEmpty()) << "another head of the same people";
  EXPECT_EQ(Directory(place()).household(kOne)->head_name, "李二");
}

TEST_F(ReimportTest, ANumberTypedByHandIsNamed) {
  const RowId found = saved(add_household(
      place(),
      {{"village", "鱼泉村"}, {"head_name", "冯远"}, {"household_no", "999999100201010077"}}));
  const ImportResult result =
      again(kHeader + "鱼泉村,1,999999100201010077,冯远,冯远,户主,男,1981-01-02,,一般,否\n");
  EXPECT_EQ(listed(result).front(), "2 户编号 flagged");
  EXPECT_THAT(result.faults.front().why_zh, HasSubstr("--same"));
  saved(change_household(
      place(), "merge", found,
      {{"into", model::household_row_id(place().control.township(), "999999100201010077").hex()},
       {"same", "是"}}));
  EXPECT_THAT(march(), ElementsAre("鱼泉村 5 0", "清渭社区 1 0", "合计 6 0"));
  EXPECT_TRUE(Directory(place()).household("999999100201010077").ok()) << "one household again";
}

TEST_F(ReimportTest, ANewcomerWhoMayBeSomebodyIsFlaggedWithHisHousehold) {
  const ImportResult result =
      again(kHeader + "鱼泉村,1,999999100201010088,李二,李二,户主,女,1962-03-04,,一般,否\n");
  ASSERT_THAT(listed(result), ElementsAre("2 姓名 flagged"));
  EXPECT_THAT(result.faults.front().why_zh, HasSubstr(cat("户 ", kOne, " 的 李二")));
  EXPECT_EQ(result.stored, 1u) << "flagged, and kept";
}

TEST_F(ReimportTest, WhoWasCancelledIsAskedAboutAndNotWrittenInto) {
  saved(cancel(place(), *place().vault.schema().entity("Person"), person("李二"), "重复登记",
               place().vault.view()));
  std::string changed = kRoster;
  changed.replace(changed.find("李二,妻,女"), cat("李二,妻").size(), "李二,母");
  const std::uint64_t written = unsealed();
  for (const std::string& file : {kRoster, changed}) {
    const ImportResult result = again(file);
    EXPECT_EQ(unsealed(), written);
    ASSERT_THAT(listed(result), ElementsAre("3 姓名 flagged"));
    EXPECT_THAT(result.faults[0].why_zh, HasSubstr("已作废(重复登记)"));
    EXPECT_THAT(result.faults[0].why_zh, HasSubstr("person amend"));
    EXPECT_TRUE(result.faults[0].left);
    EXPECT_EQ(result.left, 1u);
    EXPECT_EQ(result.refused, 0u);
  }
  // Nor under another key: a number that came later, or a birth that was left out.
  const std::string head = "村,户编号,姓名,与户主关系,性别,出生日期,证件号码\n";
  const std::string first = "鱼泉村,999999100201010001,王一,户主,男,1960-01-02,\n";
  const std::string second = "鱼泉村,999999100201010001,李二,妻,女,1962-03-04,";
  const std::int64_t people = count(place(), "person");
  EXPECT_THAT(listed(again(head + first + second + "999999196203040027\n")),
              ::testing::Contains("3 姓名 flagged"));
  EXPECT_EQ(count(place(), "person"), people);
  // Entered anew by hand it is that one.
  saved(add_person(place(), {{"household_id", kOne},
                             {"name", "李二"},
                             {"relation", "妻"},
                             {"sex", "女"},
                             {"birth", "1962-03-04"}}));
  EXPECT_THAT(listed(again(kRoster)), IsEmpty());
}

TEST_F(ReimportTest, AHouseholdThatIsNoneAnyMoreIsAskedAboutAndTheRestIsStored) {
  std::string changed = kRoster;
  changed.replace(changed.find("13900000002"), 11, "13900000009");
  changed.replace(changed.find("2," + kFour), 1, "3");
  const model::Entity& household = *place().vault.schema().entity("Household");
  for (const std::string status : {"迁出", "死亡", "注销"}) {
    saved(amend(place(), household, house(kTwo), {{"status", status}}, place().vault.view()));
    const ImportResult result = again(changed);
    ASSERT_THAT(listed(result), ElementsAre("4 户编号 flagged"));
    EXPECT_THAT(result.faults[0].why_zh, HasSubstr(status));
    EXPECT_EQ(see("Household", house(kTwo), "phones"), "13900000002");
    EXPECT_EQ(see("Household", house(kTwo), "status"), status);
    EXPECT_EQ(see("Household", house(kFour), "group_no"), "3") << "the rest is stored";
  }
  saved(amend(place(), household, house(kTwo), {{"status", "正常"}}, place().vault.view()));
  EXPECT_THAT(listed(again(changed)), IsEmpty());
  EXPECT_EQ(see("Household", house(kTwo), "phones"), "13900000009");
}

TEST_F(ReimportTest, DoublesThatAreHereAlreadyAreNotTheFilesToAnswer) {
  saved(add_person(place(), {{"household_id", kSix},
                             {"name", "李二"},
                             {"relation", "妻"},
                             {"sex", "女"},
                             {"birth", "1962-03-04"}}));
  const ImportResult result =
      again(kHeader + "清渭社区,1,999999100001010009,钱八,钱八,户主,男,1971-02-03,,一般,否\n");
  EXPECT_EQ(result.stored, 1u);
  EXPECT_THAT(listed(result), IsEmpty());
}

TEST_F(ReimportTest, WhatAnEarlierFileSaidIsRememberedBeyondTheNextOne) {
  std::string changed = kRoster;
  changed.replace(changed.find("低保"), cat("低保").size(), "监测");
  EXPECT_EQ(again(changed).stored, 1u);
  const model::Entity& household = *place().vault.schema().entity("Household");
  saved(amend(place(), household, house(kOne), {{"group_no", "7"}}, place().vault.view()));
  const ImportResult result = again(changed);
  EXPECT_EQ(result.stored, 0u);
  EXPECT_THAT(listed(result), IsEmpty()) << "a correction stays, and nobody is asked";
  EXPECT_EQ(see("Household", house(kOne), "group_no"), "7");
  EXPECT_EQ(again(kRoster).stored, 1u) << "and what the file takes back is taken back";
}

TEST_F(ReimportTest, WhatThisDeviceDoesNotRememberIsNotOverwritten) {
  town.join("乙", {"鱼泉村", "清渭社区"}, true);
  SimDevice& second = town.world.add_admin(town.desk, "副");
  const Workplace theirs = town.at(second);
  const model::Entity& household = *place().vault.schema().entity("Household");
  saved(amend(place(), household, house(kOne), {{"group_no", "7"}}, place().vault.view()));
  ASSERT_TRUE(town.world.settle());
  const auto sheet = tabular::read_sheet(view_of(kRoster));
  const auto result = import_sheet(theirs, *sheet, {});
  ASSERT_TRUE(result.ok());
  EXPECT_THAT(listed(*result), ElementsAre("2 组 flagged"));
  EXPECT_EQ(shown(theirs, "Household", house_id(theirs, kOne), "group_no"), "7");
  EXPECT_EQ(result->stored, 0u);
  std::string changed = kRoster;
  changed.replace(changed.find("低保"), cat("低保").size(), "监测");
  EXPECT_EQ(import_sheet(theirs, *tabular::read_sheet(view_of(changed)), {})->stored, 1u)
      << "what the file changes from now on is written";
}

}  // namespace
}  // namespace mq::work::testing
