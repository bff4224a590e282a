// P3 facts: flags of household and person, kept in the PRIVATE stream, behind gates and keys.
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kHouse = "999999100201010001";

const model::Entity& entity(const Workplace& place, std::string_view name) {
  return *place.vault.schema().entity(name);
}

RowId house(const Workplace& place, const char* number = kHouse) {
  const auto found = Directory(place).household(number);
  EXPECT_TRUE(found.ok());
  return found.ok() ? found->id : RowId{};
}

Result<Outcome> amend_house(const Workplace& place, const Inputs& inputs) {
  return amend(place, entity(place, "Household"), house(place), inputs, place.vault.view());
}

void name_needs(const Workplace& place, const std::string& needs) {
  const auto all = programmes(place);
  ASSERT_TRUE(all.ok());
  saved(amend(place, entity(place, "Programme"), all->front().row, {{"needs", needs}},
              place.vault.view()));
}

TEST(Private, FactsGoToThePrivateStreamOfTheVillage) {
  Township town;
  const Workplace place = town.with_people().place();
  saved(amend_house(place, {{"causes", "因病、缺水"}, {"hardship", "药费高"}, {"size", "3"}}));
  EXPECT_EQ(shown(place, "Household", house(place), "causes"), "因病、缺水");
  EXPECT_EQ(shown(place, "Household", house(place), "size"), "3");
  const auto village = Directory(place).village("鱼泉村");
  const auto facts = place.vault.load(entity(place, "HouseholdPrivate").number, house(place));
  ASSERT_TRUE(facts.ok() && facts->has_value());
  EXPECT_EQ((*facts)->stream, village->private_stream);
  EXPECT_NE(village->private_stream, village->stream);
  const auto hidden = place.vault.search("药费高", 5);
  ASSERT_TRUE(hidden.ok());
  EXPECT_TRUE(hidden->empty()) << "no index holds P3 words";
}

TEST(Private, AHouseholdFoundOnTheWayMayCarryThem) {
  Township town;
  const Workplace place = town.with_people().place();
  const RowId row = saved(add_household(
      place, {{"village", "鱼泉村"}, {"head_name", "新来的"}, {"main_cause", "缺劳力"}}));
  EXPECT_EQ(shown(place, "Household", row, "main_cause"), "缺劳力");
}

TEST(Private, AGateIsClosedUntilAProgrammeNamesTheNeed) {
  Township town;
  const Workplace place = town.with_people().place();
  const auto refused = amend_house(place, {{"inc_wage", "1200.50"}, {"size", "4"}});
  ASSERT_TRUE(refused.ok());
  EXPECT_THAT(fields_of(refused->faults), ElementsAre("inc_wage"));
  EXPECT_THAT(refused->faults[0].zh, HasSubstr("收入"));
  EXPECT_THAT(refused->faults[0].zh, HasSubstr("乡镇管理员或内勤"));
  EXPECT_EQ(shown(place, "Household", house(place), "size"), "2") << "refused whole";

  name_needs(place, "健康");
  EXPECT_FALSE(amend_house(place, {{"inc_wage", "1200.50"}})->ok()) << "another need opens nothing";
  name_needs(place, "健康、收入");
  saved(amend_house(place, {{"inc_wage", "1200.50"}}));
  EXPECT_EQ(shown(place, "Household", house(place), "inc_wage"), "1200.50");

  name_needs(place, "");
  EXPECT_FALSE(amend_house(place, {{"inc_wage", "1"}})->ok());
  saved(amend_house(place, {{"inc_wage", ""}}));
  EXPECT_EQ(shown(place, "Household", house(place), "inc_wage"), "") << "clearing needs no need";
}

TEST(Private, ACancelledProgrammeNamesNothing) {
  Township town;
  const Workplace place = town.with_people().place();
  const RowId drive = saved(add_programme(
      place, {{"title", "普查"}, {"from", "2026-01-01"}, {"to", "2026-12-31"}, {"needs", "健康"}}));
  const RowId head = *RowId::from_text(shown(place, "Household", house(place), "head_person_id"));
  const auto mark = [&] {
    return amend(place, entity(place, "Person"), head, {{"health", "长期慢性病"}},
                 place.vault.view());
  };
  saved(mark());
  vault::Change gone;
  gone.kind = vault::Change::Kind::kDelete;
  gone.entity = entity(place, "Programme").number;
  gone.row = drive;
  const auto township = Directory(place).township_stream();
  ASSERT_TRUE(place.vault.commit({{*township, {gone}}}, place.vault.view()).ok());
  EXPECT_FALSE(mark()->ok());
}

TEST(Private, BadValuesAreFaultsToo) {
  Township town;
  const Workplace place = town.with_people().place();
  name_needs(place, "收入");
  const auto refused =
      amend_house(place, {{"inc_wage", "-5"}, {"income_quarter", "5"}, {"causes", "因病、因懒"}});
  ASSERT_TRUE(refused.ok());
  EXPECT_THAT(fields_of(refused->faults), ElementsAre("causes", "inc_wage", "income_quarter"));
}

TEST(Private, WhoHoldsNoKeySeesTheFieldsAndNotTheirValues) {
  Township town;
  town.with_people();
  saved(amend_house(town.place(), {{"hardship", "药费高"}}));
  SimDevice& inside = town.join("甲", {"鱼泉村"}, true);
  SimDevice& outside = town.join("乙", {"鱼泉村"}, false);

  const auto facts_at = [&](SimDevice& device) {
    const Workplace place = town.at(device);
    const auto data = place.vault.load(entity(place, "Household").number, house(place));
    const auto facts = private_facts(place, **data);
    EXPECT_TRUE(facts.ok());
    return facts.ok() ? *facts : PrivateFacts{};
  };
  EXPECT_TRUE(facts_at(inside).readable);
  EXPECT_EQ(shown(town.at(inside), "Household", house(town.at(inside)), "hardship"), "药费高");
  EXPECT_FALSE(facts_at(outside).readable);
  EXPECT_FALSE(facts_at(outside).row.has_value());
  EXPECT_EQ(shown(town.at(outside), "Household", house(town.at(outside)), "hardship"), "");

  const auto refused = amend_house(town.at(outside), {{"hardship", "改"}, {"size", "5"}});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kNotAllowed);
  EXPECT_EQ(shown(town.at(outside), "Household", house(town.at(outside)), "size"), "2");
  saved(amend_house(town.at(outside), {{"size", "5"}}));
  saved(amend_house(town.at(inside), {{"hardship", "已减免"}}));
  ASSERT_TRUE(town.world.settle());
  EXPECT_EQ(shown(town.place(), "Household", house(town.place()), "hardship"), "已减免");
  EXPECT_EQ(shown(town.place(), "Household", house(town.place()), "size"), "5");
}

TEST(Private, ANumberOfADocumentMakesAFingerprintAndHints) {
  Township town;
  const Workplace place = town.with_people().place();
  name_needs(place, "证件号码");
  const auto add = [&](const std::string& name, const std::string& sex, const std::string& number) {
    return add_person(place, {{"household_id", kHouse},
                              {"name", name},
                              {"relation", "长子"},
                              {"sex", sex},
                              {"id_no", number}});
  };
  const auto fits = add("王小", "男", "999999198807140018");
  const RowId row = saved(fits);
  EXPECT_EQ(shown(place, "Person", row, "id_no"), "999999198807140018");
  EXPECT_EQ(shown(place, "Person", row, "birth"), "1988-07-14");
  EXPECT_NE(shown(place, "Person", row, "id_fingerprint"), "");
  EXPECT_THAT(fields_of(fits->flags), ElementsAre());
  EXPECT_THAT(fields_of(add("王大", "女", "99999919880714001X")->flags),
              ElementsAre("id_no", "relation", "sex"))
      << "check digit, relation and sex are flagged, and kept";
  EXPECT_THAT(fields_of(add("王大", "男", "999999198807140018")->flags), ElementsAre("*", "id_no"))
      << "one number on two people, who are likely one";
}

TEST(Private, OnlyTheDeskNamesANeed) {
  Township town;
  town.with_people();
  SimDevice& cadre = town.join("甲", {"鱼泉村"}, true);
  const Workplace place = town.at(cadre);
  const auto all = programmes(place);
  const auto refused = amend(place, entity(place, "Programme"), all->front().row,
                             {{"needs", "收入"}}, place.vault.view());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kNotAllowed);
}

// DOMAIN (g): of all lists only this one is open, at entry as at import.
TEST(RelationText, ARelationThatTheListLacksIsKeptInItsWords) {
  Township town;
  town.with_people();
  const auto add = [&](const char* relation) {
    return add_person(town.place(), {{"household_id", "999999100201010001"},
                                     {"name", "王干"},
                                     {"relation", relation},
                                     {"sex", "男"}});
  };
  const auto made = add("干儿子");
  const RowId row = saved(made);
  EXPECT_THAT(fields_of(made->flags), ::testing::Contains("relation"));
  EXPECT_EQ(shown(town.place(), "Person", row, "relation"), "其他");
  EXPECT_EQ(shown(town.place(), "Person", row, "relation_text"), "干儿子");
  const Workplace place = town.place();
  const model::Entity& entity = *place.vault.schema().entity("Person");
  saved(amend(place, entity, row, {{"与户主关系", "拜把兄弟"}}, place.vault.view()));
  EXPECT_EQ(shown(place, "Person", row, "relation_text"), "拜把兄弟");
  saved(amend(place, entity, row, {{"relation", "长子"}}, place.vault.view()));
  EXPECT_EQ(shown(place, "Person", row, "relation"), "长子");
  EXPECT_EQ(shown(place, "Person", row, "relation_text"), "") << "those words are of another";
  EXPECT_FALSE(add_person(place, {{"household_id", "999999100201010001"},
                                  {"name", "王某"},
                                  {"relation", "长子"},
                                  {"sex", "不男不女"}})
                   ->ok())
      << "other lists are closed";
}

}  // namespace
}  // namespace mq::work::testing
