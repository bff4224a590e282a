// P3 columns of a roster: taken under their gates, refused as columns, kept in the PRIVATE stream.
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kSensitive =
    "村,组,户编号,户主,姓名,关系,性别,证件号码,致贫原因,健康状况,务工收入\n"
    "鱼泉村,1,999999100201010001,王一,王一,户主,男,999999196001020018,因病、缺水,长期慢性病,\n"
    "鱼泉村,1,999999100201010001,王一,李二,妻,女,,因学,,1200.5\n";

void name_needs(const Workplace& place, const std::string& needs) {
  saved(amend(place, *place.vault.schema().entity("Programme"), programmes(place)->front().row,
              {{"needs", needs}}, place.vault.view()));
}

RowId person(const Workplace& place, std::string_view name) {
  auto q = place.vault.database().query("SELECT id FROM person WHERE name = ?1");
  q->bind(1, name);
  EXPECT_TRUE(q->step().ok());
  return RowId::from(q->blob(0)).value_or(RowId{});
}

TEST(ImportPrivate, AColumnWhoseNeedNobodyNamesRefusesTheFile) {
  Township town;
  const ImportResult refused = town.import(ImportKind::kRoster, kSensitive);
  EXPECT_TRUE(refused.nothing_stored);
  EXPECT_EQ(refused.refused, 0u) << "no row is at fault";
  EXPECT_THAT(refused.refused_columns, ElementsAre("健康状况", "务工收入"));
  ASSERT_EQ(refused.faults.size(), 2u);
  EXPECT_EQ(refused.faults[0].line, 1u);
  EXPECT_THAT(refused.faults[0].why_zh, ::testing::HasSubstr("programme set --needs 健康"));
  EXPECT_EQ(count(town.place(), "person"), 0);

  const ImportResult kept = town.import(ImportKind::kRoster, kSensitive, true);
  EXPECT_EQ(kept.stored, 2u) << "the file without those columns";
  const Workplace place = town.place();
  EXPECT_EQ(shown(place, "Person", person(place, "王一"), "health"), "");
  EXPECT_EQ(shown(place, "Person", person(place, "王一"), "id_no"), "");
  EXPECT_NE(shown(place, "Person", person(place, "王一"), "id_fingerprint"), "");
  const RowId house = Directory(place).household("999999100201010001")->id;
  EXPECT_EQ(shown(place, "Household", house, "causes"), "因病、因学、缺水") << "behind no gate";
}

TEST(ImportPrivate, AnEmptyColumnIsNoFault) {
  Township town;
  const ImportResult done =
      town.import(ImportKind::kRoster,
                  "村,户编号,姓名,关系,性别,健康状况\n鱼泉村,999999100201010001,王一,户主,男,\n");
  EXPECT_EQ(done.stored, 1u);
  EXPECT_THAT(done.refused_columns, IsEmpty());
}

TEST(ImportPrivate, NamedNeedsAreKeptBesideTheirRows) {
  Township town;
  name_needs(town.place(), "健康、收入、证件号码");
  EXPECT_EQ(town.import(ImportKind::kRoster, kSensitive).stored, 2u);
  const Workplace place = town.place();
  EXPECT_EQ(shown(place, "Person", person(place, "王一"), "health"), "长期慢性病");
  EXPECT_EQ(shown(place, "Person", person(place, "王一"), "id_no"), "999999196001020018");
  EXPECT_EQ(shown(place, "Person", person(place, "王一"), "id_kind"), "身份证");
  EXPECT_EQ(shown(place, "Person", person(place, "李二"), "income"), "1200.50");
  const auto village = Directory(place).village("鱼泉村");
  const auto facts =
      place.vault.load(place.vault.schema().entity("PersonPrivate")->number, person(place, "李二"));
  EXPECT_EQ((*facts)->stream, village->private_stream);
  EXPECT_EQ(town.import(ImportKind::kRoster, kSensitive).stored, 0u) << "twice is once";
}

TEST(ImportPrivate, ALaterNeedBringsTheFactsAndCorrectionsStand) {
  Township town;
  town.import(ImportKind::kRoster, kSensitive, true);
  name_needs(town.place(), "健康、收入");
  EXPECT_EQ(town.import(ImportKind::kRoster, kSensitive).stored, 2u);
  const Workplace place = town.place();
  const RowId row = person(place, "王一");
  saved(amend(place, *place.vault.schema().entity("Person"), row, {{"health", "健康"}},
              place.vault.view()));
  EXPECT_EQ(town.import(ImportKind::kRoster, kSensitive).stored, 0u);
  EXPECT_EQ(shown(place, "Person", row, "health"), "健康");
}

TEST(ImportPrivate, BadValuesRefuseTheirRow) {
  Township town;
  name_needs(town.place(), "健康、收入");
  const ImportResult refused = town.import(ImportKind::kRoster,
                                           "村,户编号,姓名,关系,性别,健康状况,务工收入,基本医保\n"
                                           "鱼泉村,999999100201010001,王一,户主,男,好得很,,是\n"
                                           "鱼泉村,999999100201010001,李二,妻,女,健康,-5,也许\n");
  std::vector<std::string> columns;
  for (const ImportFault& fault : refused.faults) {
    columns.push_back(cat(fault.line, " ", fault.column));
  }
  EXPECT_THAT(columns, ElementsAre("2 健康状况", "3 务工收入", "3 基本医保"));
  EXPECT_TRUE(refused.nothing_stored);
  EXPECT_EQ(refused.refused, 2u);
}

}  // namespace
}  // namespace mq::work::testing
