// Each kind of file: what is stored, what is refused by line and column, what a second import does.
#include "mq/tabular/sheet.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kHouse = "999999100201010001";

std::string fate_name(Fate fate) {
  switch (fate) {
    case Fate::kNormalised:
      return "normalised";
    case Fate::kFlagged:
      return "flagged";
    case Fate::kDuplicate:
      return "duplicate";
    case Fate::kRefused:
      return "refused";
  }
  return "";
}

// "3 性别 flagged", one for each fault but those that only tidy up.
std::vector<std::string> told(const ImportResult& result, bool tidied = false) {
  std::vector<std::string> out;
  for (const ImportFault& fault : result.faults) {
    if (fault.fate == Fate::kNormalised && !tidied) continue;
    out.push_back(cat(fault.line, " ", fault.column, " ", fate_name(fault.fate)));
  }
  return out;
}

const std::string kVisits =
    "编号,走访日期,时段,走访人,记录人,记录日期,户编号,户主,村,方式,类型,结果,走访内容,诉求类别,"
    "诉求,当场答复\n"
    "1,2026-03-01,上午,甲,甲,2026-03-01,999999100201010001,王一,鱼泉村,入户,定期走访,见到户主,"
    "看了口粮,饮水,"
    "水管冻裂,否\n"
    "2,2026-03-02,,甲、乙,丙,2026-03-06,999999100201010002,张三,鱼泉村,电话,,不在家,,,,\n";

std::string visit_row(const std::string& no, const std::string& date, const std::string& who,
                      const std::string& house, const std::string& outcome,
                      const std::string& need = ",,") {
  return cat("编号,走访日期,走访人,户编号,结果,诉求类别,诉求,当场答复\n", no, ",", date, ",", who,
             ",", house, ",", outcome, ",", need, "\n");
}

TEST(ImportRoster, MakesVillagesHouseholdsAndPeople) {
  Township town;
  const ImportResult done = town.import(ImportKind::kRoster, kRoster);
  EXPECT_EQ(done.header_line, 1u);
  EXPECT_EQ(done.data_lines, 7u);
  EXPECT_EQ(done.stored, 7u);
  EXPECT_THAT(told(done, true), IsEmpty());
  EXPECT_THAT(done.new_villages, ElementsAre("鱼泉村", "清渭社区"));
  const Workplace place = town.place();
  EXPECT_EQ(count(place, "household"), 5);
  EXPECT_EQ(count(place, "person"), 7);
  const auto house = Directory(place).household(kHouse);
  EXPECT_EQ(house->head_name, "王一");
  EXPECT_EQ(shown(place, "Household", house->id, "size"), "2");
  EXPECT_EQ(shown(place, "Household", house->id, "phones"), "13900000001");
  const auto away = Directory(place).household("999999100201020003");
  EXPECT_EQ(shown(place, "Household", away->id, "status"), "外出");
}

TEST(ImportRoster, TwiceIsOnce) {
  Township town;
  town.import(ImportKind::kRoster, kRoster);
  const auto before = town.place().vault.delivery();
  const ImportResult again = town.import(ImportKind::kRoster, kRoster);
  EXPECT_EQ(again.stored, 0u);
  EXPECT_EQ(again.unchanged, 7u);
  EXPECT_EQ(town.place().vault.delivery()->unsealed, before->unsealed) << "nothing to send";
  EXPECT_EQ(count(town.place(), "person"), 7);
}

TEST(ImportRoster, IsThreeWay) {
  Township town;
  town.import(ImportKind::kRoster, kRoster);
  const Workplace place = town.place();
  const auto house = Directory(place).household(kHouse)->id;
  const model::Entity& household = *place.vault.schema().entity("Household");
  saved(amend(place, household, house, {{"group_no", "7"}}, place.vault.view()));

  const ImportResult same = town.import(ImportKind::kRoster, kRoster);
  EXPECT_EQ(same.stored, 0u) << "the file did not change the cell: the correction stands";
  EXPECT_EQ(shown(place, "Household", house, "group_no"), "7");

  std::string changed = kRoster;
  for (std::size_t at = 0;
       (at = changed.find("鱼泉村,1,999999100201010001", at)) != changed.npos;) {
    changed.replace(at, cat("鱼泉村,1").size(), "鱼泉村,3");
  }
  const ImportResult both = town.import(ImportKind::kRoster, changed);
  EXPECT_THAT(told(both), ElementsAre("2 组 flagged")) << "both changed it: both are listed";
  EXPECT_EQ(both.faults[0].was, "7");
  EXPECT_EQ(both.faults[0].now, "3");
  EXPECT_EQ(shown(place, "Household", house, "group_no"), "7");

  std::string renamed = kRoster;
  renamed.replace(renamed.find("低保"), cat("低保").size(), "监测");
  EXPECT_EQ(town.import(ImportKind::kRoster, renamed).stored, 1u) << "only the file changed it";
  const auto other = Directory(place).household("999999100201010002")->id;
  EXPECT_EQ(shown(place, "Household", other, "class"), "监测");
}

TEST(ImportRoster, ListsWhoIsMissingAndRemovesNobody) {
  Township town;
  town.import(ImportKind::kRoster, kRoster);
  const std::string header = kRoster.substr(0, kRoster.find('\n') + 1);
  const std::size_t at = kRoster.find("鱼泉村,1,999999100201010002");
  const ImportResult done = town.import(
      ImportKind::kRoster, header + kRoster.substr(at, kRoster.find('\n', at) + 1 - at));
  EXPECT_THAT(done.missing_zh, ElementsAre("999999100201010001 王一", "999999100201020003 赵四",
                                           "999999100201020004 孙五"));
  EXPECT_EQ(count(town.place(), "household"), 5);
}

TEST(ImportRoster, FaultsStandByLineAndColumn) {
  Township town;
  const std::string dirty =
      "鱼泉村花名册,,,,,,,,\n"
      "村,组,户编号,户主,姓名,关系,性别,身份证号,出生日期\n"
      "鱼泉村,1,999999100201010001,王一,王　一,户主,男,999999196001020014,1960年1月2日\n"
      "鱼泉村,1,999999100201010001,王一,李二,妻,男,,1962-02-30\n"
      "鱼泉村,1,,王一,无号,长子,男,,\n"
      "鱼泉村,1,999999100201010002,张三,张三,户主,男,,1970-05-06\n"
      "鱼泉村,1,999999100201010002,张三,张三,户主,男,,1970-05-06\n"
      "鱼泉村,1,999999100201010002,张三,小张,义子,不男,,1870-05-06\n";
  const ImportResult refused = town.import(ImportKind::kRoster, dirty);
  EXPECT_EQ(refused.header_line, 2u);
  EXPECT_THAT(told(refused), ElementsAre("3 身份证号 flagged", "4 出生日期 refused",
                                         "4 关系 flagged", "5 户编号 refused", "7 * duplicate",
                                         "8 关系 flagged", "8 性别 refused", "8 出生日期 refused"));
  EXPECT_TRUE(refused.nothing_stored);
  EXPECT_EQ(count(town.place(), "household"), 0);
  EXPECT_EQ(Directory(town.place()).villages()->size(), 1u) << "not even the village";

  const ImportResult kept = town.import(ImportKind::kRoster, dirty, true);
  EXPECT_EQ(kept.stored, 2u);
  EXPECT_EQ(kept.refused, 3u);
  EXPECT_EQ(kept.duplicates, 1u);
  EXPECT_EQ(count(town.place(), "person"), 2);
}

TEST(ImportRoster, BelongsToTheDesk) {
  Township town;
  town.with_people();
  SimDevice& device = town.join("甲", {"鱼泉村"}, true);
  const auto sheet = tabular::read_sheet(view_of(kRoster));
  for (const ImportKind kind : {ImportKind::kRoster, ImportKind::kCadres, ImportKind::kPairings}) {
    ImportOptions options;
    options.kind = kind;
    const auto refused = import_sheet(town.at(device), *sheet, options);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kNotAllowed);
  }
}

TEST(ImportRoster, AFileWithoutAHeaderIsRefusedWithTheMissingNames) {
  Township town;
  const auto sheet = tabular::read_sheet(view_of("户编号,性别\n1,男\n"));
  const auto refused = import_sheet(town.place(), *sheet, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kInvalidInput);
  EXPECT_THAT(refused.error().zh, ::testing::HasSubstr("姓名"));
}

TEST(ImportCadres, StoresOnceAndTellsSameNamesApartByTelephone) {
  Township town;
  town.import(ImportKind::kRoster, kRoster);
  EXPECT_EQ(town.import(ImportKind::kCadres, kCadres).stored, 3u);
  EXPECT_EQ(town.import(ImportKind::kCadres, kCadres).stored, 0u);
  EXPECT_EQ(town.import(ImportKind::kCadres, kCadres + "甲,一般,13800000009,\n").stored, 1u)
      << "the file lists both";
  EXPECT_EQ(count(town.place(), "cadre"), 5) << "the founder and four";
  const auto b = Directory(town.place()).cadre("乙");
  EXPECT_EQ(b->areas.size(), 2u);
}

TEST(ImportCadres, ANamesakeWithAnotherTelephoneIsNeverGuessedAt) {
  Township town;
  town.import(ImportKind::kCadres, kCadres);
  const std::string namesake = "姓名,职级,手机\n甲,一般,13800000009\n";
  const ImportResult refused = town.import(ImportKind::kCadres, namesake);
  EXPECT_THAT(told(refused), ElementsAre("2 姓名 refused"));
  EXPECT_THAT(refused.faults[0].why_zh, ::testing::HasSubstr("13800000001"));
  saved(
      add_cadre(town.place(), {{"name", "甲"}, {"rank_class", "科级"}, {"phone", "13800000009"}}));
  EXPECT_EQ(town.import(ImportKind::kCadres, namesake).refused, 0u);
  EXPECT_EQ(count(town.place(), "cadre"), 5) << "the row that was added, not a third";
}

TEST(ImportCadres, SomebodyInvitedBeforeHisListCameIsTheSame) {
  Township town;
  const auto invited = prepare_account(town.place(), "甲", "", {});
  ASSERT_TRUE(invited.ok());
  EXPECT_EQ(town.import(ImportKind::kCadres, kCadres).stored, 3u);
  EXPECT_EQ(Directory(town.place()).cadre("甲")->id, invited->cadre.id);
}

TEST(ImportCadres, FaultsStandByLineAndColumn) {
  Township town;
  const ImportResult refused = town.import(ImportKind::kCadres,
                                           "姓名,职级,手机,包片村\n甲,厅级,13800000001,\n,一般,"
                                           "13800000002,\n乙,,1,\n丙,一般,1,没有的村\n"
                                           "丙,一般,1,没有的村\n");
  EXPECT_THAT(told(refused),
              ElementsAre("2 职级 refused", "3 姓名 refused", "4 职级 refused", "4 手机 flagged",
                          "5 手机 flagged", "5 包片村 flagged", "6 手机 flagged", "6 * duplicate"));
  EXPECT_EQ(count(town.place(), "cadre"), 1);
}

TEST(ImportPairings, StoresOnceAndRefusesWhoIsUnknown) {
  Township town;
  town.with_people();
  const std::string good =
      "干部姓名,职级,户编号,户主姓名,起始日期\n"
      "甲,县级,999999100201010001,王一,2026-01-05\n";
  EXPECT_EQ(town.import(ImportKind::kPairings, good).stored, 1u);
  EXPECT_EQ(town.import(ImportKind::kPairings, good).stored, 0u);
  const ImportResult refused = town.import(
      ImportKind::kPairings,
      "干部姓名,职级,户编号,户主姓名,起始日期\n没有,县级,999999100201010001,王一,2026-01-05\n"
      "甲,一般,999999100201010001,王一,2026-01-05\n甲,县级,000,王一,2026-01-05\n"
      "甲,县级,999999100201010002,李四,2026-13-05\n甲,县级,999999100201010002,李四,\n");
  EXPECT_THAT(told(refused),
              ElementsAre("2 干部姓名 refused", "3 干部姓名 refused", "4 户编号 refused",
                          "5 起始日期 refused", "6 起始日期 refused"));
  EXPECT_EQ(count(town.place(), "pairing"), 1);
}

TEST(ImportPairings, SameNamedCadresAreToldApartByRankOrRefused) {
  Township town;
  town.with_people();
  saved(
      add_cadre(town.place(), {{"name", "甲"}, {"rank_class", "一般"}, {"phone", "13800000009"}}));
  const std::string header = "干部姓名,职级,户编号,起始日期\n";
  EXPECT_THAT(
      told(town.import(ImportKind::kPairings, header + "甲,,999999100201010001,2026-01-05\n")),
      ElementsAre("2 干部姓名 refused"));
  EXPECT_EQ(
      town.import(ImportKind::kPairings, header + "甲,一般,999999100201010001,2026-01-05\n").stored,
      1u);
}

TEST(ImportVisits, StoresOnceWithTheIssuesOfTheirNeeds) {
  Township town;
  town.with_people();
  const ImportResult done = town.import(ImportKind::kVisits, kVisits);
  EXPECT_THAT(told(done), IsEmpty());
  EXPECT_EQ(done.stored, 2u);
  const Workplace place = town.place();
  EXPECT_EQ(count(place, "visit"), 2);
  EXPECT_EQ(count(place, "issue"), 1);
  EXPECT_EQ(town.import(ImportKind::kVisits, kVisits).stored, 0u);
  EXPECT_EQ(count(place, "visit"), 2);
  EXPECT_EQ(count(place, "issue"), 1);
}

TEST(ImportVisits, TheSameFileOnTwoDevicesIsOneSetOfVisits) {
  Township town;
  town.with_people();
  SimDevice& other = town.join("甲", {"鱼泉村", "清渭社区"}, true);
  town.import(ImportKind::kVisits, kVisits);
  const auto sheet = tabular::read_sheet(view_of(kVisits));
  ImportOptions options;
  options.kind = ImportKind::kVisits;
  ASSERT_TRUE(import_sheet(town.at(other), *sheet, options).ok());
  ASSERT_TRUE(town.world.settle());
  for (SimDevice* device : {&town.desk, &other}) {
    EXPECT_EQ(count(town.at(*device), "visit"), 2);
    EXPECT_EQ(count(town.at(*device), "issue"), 1);
    const auto conflicts = town.at(*device).vault.conflicts();
    for (const vault::Conflict& conflict : *conflicts) {
      ADD_FAILURE() << "entity " << conflict.entity << " field " << conflict.field;
    }
  }
}

TEST(ImportVisits, FaultsStandByLineAndColumn) {
  Township town;
  town.with_people();
  const auto fault_of = [&](const std::string& row) {
    return told(town.import(ImportKind::kVisits, row));
  };
  EXPECT_THAT(fault_of(visit_row("1", "2026-03-01", "甲", "000", "拒访")),
              ElementsAre("2 户编号 refused"));
  EXPECT_THAT(fault_of(visit_row("1", "2026-02-30", "甲", kHouse, "拒访")),
              ElementsAre("2 走访日期 refused"));
  EXPECT_THAT(fault_of(visit_row("1", "2026-03-01", "没有", kHouse, "拒访")),
              ElementsAre("2 走访人 refused"));
  EXPECT_THAT(fault_of(visit_row("1", "2026-03-01", "甲", kHouse, "见到")),
              ElementsAre("2 结果 refused"));
  EXPECT_THAT(fault_of(visit_row("1", "2026-03-01", "甲", kHouse, "拒访", "廉政,举报,否")),
              ElementsAre("2 诉求类别 refused"));
  EXPECT_EQ(count(town.place(), "visit"), 0);
  EXPECT_THAT(fault_of(visit_row("1", "2026-03-01", "甲", kHouse, "查无此户", ",修路,")),
              ElementsAre("2 诉求类别 flagged", "2 结果 flagged"));
}

TEST(ImportVisits, ANumberIsOneVisitOfItsVillageAndMonth) {
  Township town;
  town.with_people();
  town.import(ImportKind::kVisits, visit_row("7", "2026-03-01", "甲", kHouse, "拒访"));
  EXPECT_THAT(told(town.import(ImportKind::kVisits,
                               visit_row("7", "2026-03-20", "甲", "999999100201010002", "拒访"))),
              ElementsAre("2 编号 refused"))
      << "another household under the same number is asked about";
  EXPECT_EQ(
      town.import(ImportKind::kVisits, visit_row("7", "2026-04-01", "甲", kHouse, "拒访")).stored,
      1u)
      << "another month";
  EXPECT_EQ(town.import(ImportKind::kVisits,
                        visit_row("7", "2026-03-01", "甲", "999999100001010001", "拒访"))
                .stored,
            1u)
      << "another village";
  EXPECT_EQ(count(town.place(), "visit"), 3);
}

TEST(ImportVisits, TakesOneVillageOnlyIfAsked) {
  Township town;
  town.with_people();
  const std::string both =
      "走访日期,走访人,户编号,村,结果\n2026-03-01,甲,999999100201010001,鱼泉村,拒访\n"
      "2026-03-01,丙,999999100001010001,清渭社区,拒访\n";
  const auto sheet = tabular::read_sheet(view_of(both));
  ImportOptions options;
  options.kind = ImportKind::kVisits;
  options.village = "清渭社区";
  options.dry_run = true;
  EXPECT_EQ(import_sheet(town.place(), *sheet, options)->stored, 1u);
  EXPECT_EQ(count(town.place(), "visit"), 0) << "a dry run";
  options.dry_run = false;
  EXPECT_EQ(import_sheet(town.place(), *sheet, options)->stored, 1u);
  EXPECT_EQ(count(town.place(), "visit"), 1);
}

}  // namespace
}  // namespace mq::work::testing
