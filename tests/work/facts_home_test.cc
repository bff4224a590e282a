// P3 facts that stand in a village that their household has left come to where it lives.
#include "mq/work/facts_home.h"

#include "work/roster_home.h"

namespace mq::work::testing {
namespace {

using ::testing::Contains;

class FactsHomeTest : public RosterTest {
 protected:
  void write(const Workplace& place, const RowId& row, const Inputs& inputs,
             std::string_view entity = "Person") {
    saved(amend(place, *place.vault.schema().entity(entity), row, inputs, place.vault.view()));
  }
  // Records of that village's guarded facts, on the desk's device.
  std::int64_t guarded(std::string_view table, const std::string& village) {
    const vault::StreamIx stream = Directory(place()).village(village)->private_stream;
    return *place().vault.database().integer(
        cat("SELECT count(*) FROM \"", table, "\" WHERE deleted = 0 AND stream = ", stream));
  }
  std::size_t taken(const Workplace& at) {
    EXPECT_TRUE(town.world.settle());
    const auto taken = take_facts_home(at);
    EXPECT_TRUE(taken.ok()) << taken.error().en;
    EXPECT_TRUE(town.world.settle());
    return taken.ok() ? *taken : 0;
  }
  std::size_t taken() { return taken(place()); }
};

// A cadre there has not heard that the household lives elsewhere.
TEST_F(FactsHomeTest, WhatWasWrittenInTheVillageThatWasLeftIsReadWhereTheHouseholdLives) {
  SimDevice& phone = town.join("乙", {"鱼泉村"}, true);
  const RowId li = person("李二");
  write(place(), li, {{"ins_year", "2025"}, {"ins_medical", "是"}});
  saved(step("move", kOne, {{"village", "清渭社区"}}));
  ASSERT_TRUE(town.world.settle());
  write(town.at(phone), li, {{"ins_pension", "是"}, {"ins_medical", "是"}});
  write(town.at(phone), house(kOne), {{"hardship", "灶台塌了"}}, "Household");
  ASSERT_EQ(taken(town.at(phone)), 0u) << "he cannot read where it lives";
  EXPECT_EQ(see("Person", li, "ins_pension"), "");
  EXPECT_EQ(taken(), 2u);
  EXPECT_EQ(see("Person", li, "ins_pension"), "是");
  EXPECT_EQ(see("Person", li, "ins_year"), "2025");
  EXPECT_EQ(see("Household", house(kOne), "hardship"), "灶台塌了");
  EXPECT_EQ(guarded("person_private", "鱼泉村"), 0);
  EXPECT_EQ(guarded("household_private", "鱼泉村"), 0);
  EXPECT_EQ(taken(), 0u);
}

TEST_F(FactsHomeTest, AnotherWordForWhatIsSaidThereStaysWhereItIs) {
  SimDevice& phone = town.join("乙", {"鱼泉村"}, true);
  const RowId li = person("李二");
  write(place(), li, {{"ins_year", "2025"}});
  saved(step("move", kOne, {{"village", "清渭社区"}}));
  ASSERT_TRUE(town.world.settle());
  write(town.at(phone), li, {{"ins_year", "2026"}, {"ins_pension", "是"}});
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(see("Person", li, "ins_year"), "2025");
  EXPECT_EQ(see("Person", li, "ins_pension"), "是");
  EXPECT_EQ(guarded("person_private", "鱼泉村"), 1) << "nobody chose between the two";
  EXPECT_EQ(taken(), 0u);
  EXPECT_EQ(see("Person", li, "ins_year"), "2025");
}

TEST_F(FactsHomeTest, WhatItsMoverCouldNotCarryFollows) {
  SimDevice& phone = town.join("乙", {"鱼泉村", "清渭社区"}, false);
  const RowId zhang = person("张三");
  write(place(), zhang, {{"ins_pension", "是"}});
  ASSERT_TRUE(town.world.settle());
  const auto moved =
      household_step(town.at(phone), "move", kTwo, {{"village", "清渭社区"}, {"group_no", "1"}});
  const RowId change = saved(moved);
  EXPECT_THAT(fields_of(moved->flags), Contains("private"));
  ASSERT_TRUE(town.world.settle());
  EXPECT_EQ(guarded("person_private", "清渭社区"), 0);
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(guarded("person_private", "清渭社区"), 1);
  EXPECT_EQ(see("Person", zhang, "ins_pension"), "是");
  // Taking the move back knows nothing of them; they follow all the same.
  saved(undo(change));
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(guarded("person_private", "鱼泉村"), 1);
  EXPECT_EQ(guarded("person_private", "清渭社区"), 0);
  EXPECT_EQ(see("Person", zhang, "ins_pension"), "是");
}

TEST_F(FactsHomeTest, TwoDesksThatCarryThemApartWriteTheSame) {
  SimDevice& second = town.world.add_admin(town.desk, "副");
  SimDevice& phone = town.join("乙", {"鱼泉村"}, true);
  const RowId li = person("李二");
  saved(step("move", kOne, {{"village", "清渭社区"}}));
  ASSERT_TRUE(town.world.settle());
  write(town.at(phone), li, {{"ins_pension", "是"}});
  ASSERT_TRUE(town.world.settle());
  ASSERT_EQ(*take_facts_home(place()), 1u);
  ASSERT_EQ(*take_facts_home(town.at(second)), 1u);
  ASSERT_TRUE(town.world.settle());
  for (const Workplace& at : {place(), town.at(second)}) {
    EXPECT_EQ(shown(at, "Person", li, "ins_pension"), "是");
    EXPECT_EQ(*take_facts_home(at), 0u);
  }
  // Each emptied it while the other took it away: a row without content may stand there.
  EXPECT_EQ(*place().vault.database().integer(
                cat("SELECT count(*) FROM \"person_private\" WHERE ins_pension IS NOT NULL AND "
                    "stream = ",
                    Directory(place()).village("鱼泉村")->private_stream)),
            0);
}

TEST_F(FactsHomeTest, NothingOfWhoIsStruckOffOrStandsWhereHeLivedMoves) {
  write(place(), person("李二"), {{"ins_pension", "是"}});
  write(place(), person("吴七"), {{"ins_pension", "是"}});
  EXPECT_EQ(taken(), 0u);
  EXPECT_EQ(guarded("person_private", "鱼泉村"), 1);
  EXPECT_EQ(guarded("person_private", "清渭社区"), 1);
}

}  // namespace
}  // namespace mq::work::testing
