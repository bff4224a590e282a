// Finding by what people call things: never guessed, and every candidate named.
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::HasSubstr;

class DirectoryTest : public ::testing::Test {
 protected:
  DirectoryTest() { town.with_people(); }
  Directory directory() {
    place.emplace(town.place());
    return Directory(*place);
  }

  Township town;
  std::optional<Workplace> place;
};

TEST_F(DirectoryTest, FindsAHouseholdByAnySpellingOfItsNumber) {
  const auto plain = directory().household("999999100201010001");
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->head_name, "王一");
  EXPECT_EQ(plain->group_no, 1);
  for (const char* spelling :
       {"９９９９９９１００２０１０１０００１", " 999999 100201 010001 ", "'999999100201010001"}) {
    const auto found = directory().household(spelling);
    ASSERT_TRUE(found.ok()) << spelling;
    EXPECT_EQ(found->id, plain->id);
  }
  EXPECT_EQ(directory().household(plain->id.hex())->id, plain->id);
  EXPECT_EQ(directory().household(plain->id.hex().substr(24))->id, plain->id);
  EXPECT_EQ(directory().household("123").error().code, Code::kNotFound);
  EXPECT_EQ(directory().household("").error().code, Code::kNotFound);
}

TEST_F(DirectoryTest, TwoCadresOfOneNameAreAskedAbout) {
  saved(
      add_cadre(town.place(), {{"name", "甲"}, {"rank_class", "一般"}, {"phone", "13800000009"}}));
  const auto found = directory().cadre("甲");
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, Code::kInvalidInput);
  const auto cadres = directory().cadres();
  ASSERT_TRUE(cadres.ok());
  int named = 0;
  for (const Cadre& cadre : *cadres) {
    if (cadre.name != "甲") continue;
    ++named;
    EXPECT_THAT(found.error().zh, HasSubstr(cadre.id.hex()));
    EXPECT_EQ(directory().cadre(cadre.id.hex())->id, cadre.id);
  }
  EXPECT_EQ(named, 2);
  const auto refused = add_visit(town.place(), {{"household_id", "999999100201010001"},
                                                {"date", "2026-03-05"},
                                                {"outcome", "拒访"},
                                                {"visited_by", "甲"}});
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ(fields_of(refused->faults), std::vector<std::string>{"visited_by"});
}

TEST_F(DirectoryTest, TwoHouseholdsOfOneNumberAreAskedAbout) {
  saved(add_household(town.place(),
                      {{"village", "鱼泉村"}, {"head_name", "甲户"}, {"household_no", "L1"}}));
  const RowId other =
      saved(add_household(town.place(), {{"village", "清渭社区"}, {"head_name", "乙户"}}));
  // Two devices may give one number apart from each other; here the wish goes past the form.
  vault::Change same;
  same.entity = town.place().vault.schema().entity("Household")->number;
  same.row = other;
  same.field = town.place().vault.schema().entity("Household")->field("household_no")->number;
  same.value = std::string("L1");
  const auto village = directory().village("清渭社区");
  const Workplace here = town.place();
  ASSERT_TRUE(here.vault.commit({{village->stream, {same}}}, here.vault.view()).ok());
  const auto found = directory().household("l1");
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, Code::kInvalidInput);
  EXPECT_THAT(found.error().zh, HasSubstr("甲户"));
  EXPECT_THAT(found.error().zh, HasSubstr("乙户"));
}

TEST_F(DirectoryTest, AnUnknownVillageNamesThoseThatAreHere) {
  const auto found = directory().village("不存在的村");
  ASSERT_FALSE(found.ok());
  EXPECT_THAT(found.error().zh, HasSubstr("鱼泉村"));
  EXPECT_EQ(directory().village("999999100201")->name, "鱼泉村") << "by its region code";
}

TEST_F(DirectoryTest, TooLittleOfAnIdIsToldHowMuchItTakes) {
  const model::Entity& issue = *town.place().vault.schema().entity("Issue");
  for (const char* typed : {"0", "abc", "水管坏了"}) {
    const auto found = directory().row(issue, typed);
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().code, Code::kNotFound);
    EXPECT_THAT(found.error().zh, HasSubstr("最后 6 位"));
  }
}

TEST_F(DirectoryTest, TheOfficeComesLast) {
  const auto villages = directory().villages();
  ASSERT_EQ(villages->size(), 3u);
  EXPECT_EQ(villages->at(0).name, "鱼泉村");
  EXPECT_TRUE(villages->back().office);
  for (const Village& village : *villages) EXPECT_NE(village.private_stream, 0) << village.name;
}

}  // namespace
}  // namespace mq::work::testing
