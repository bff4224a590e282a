// Steps of the roster in the particular: what a split and a move carry along, and what taking a
// step back puts back, keeps, or refuses.
#include "work/roster_home.h"

namespace mq::work::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class RosterBackTest : public RosterTest {
 protected:
  void set(std::string_view name, const RowId& row, const Inputs& inputs) {
    saved(amend(place(), *place().vault.schema().entity(name), row, inputs, place().vault.view()));
  }
  RowId son() {
    return saved(add_person(
        place(), {{"household_id", kOne}, {"name", "王小"}, {"relation", "长子"}, {"sex", "男"}}));
  }
  std::int64_t guarded(std::string_view table, const std::string& village) {
    const vault::StreamIx stream = Directory(place()).village(village)->private_stream;
    return *place().vault.database().integer(
        cat("SELECT count(*) FROM \"", table, "\" WHERE deleted = 0 AND stream = ", stream));
  }
};

TEST_F(RosterBackTest, ASplitNamesItsHeadItsVillageAndEverybodyWhoLeft) {
  const RowId young = son();
  set("Household", house(kOne), {{"size", "3"}});
  EXPECT_THAT(fields_of(step("split", kOne, {{"people", "李二、王小"}})->faults),
              ElementsAre("head"))
      << "nobody is head because he was named first";
  const auto done = step("split", kOne, {{"people", "李二、王小、李二"}, {"head", "王小"}});
  const RowId change = saved(done);
  const RowId fresh = added(done, "household");
  EXPECT_EQ(see("Household", fresh, "head_person_id"), young.hex());
  EXPECT_EQ(see("Household", fresh, "size"), "2") << "who is named twice leaves once";
  EXPECT_EQ(see("Household", house(kOne), "size"), "1");
  EXPECT_EQ(see("Household", fresh, "village_id"),
            Directory(place()).village("鱼泉村")->org_unit.hex());
  EXPECT_EQ(see("Household", fresh, "local_no"), "是");
  const std::string people = see("RosterChange", change, "people");
  EXPECT_NE(people.find(young.hex()), std::string::npos);
  EXPECT_NE(people.find(person("李二").hex()), std::string::npos);
}

TEST_F(RosterBackTest, WhatASplitMadeIsGoneAndItsSizeHindersNobody) {
  const auto done = step("split", kOne, {{"people", "李二"}});
  const RowId change = saved(done);
  set("Household", added(done, "household"), {{"size", "4"}});
  saved(undo(change));
  EXPECT_EQ(count(place(), "household"), 5);
}

// The people stand in the other village by now: putting them back here would part them from it.
TEST_F(RosterBackTest, ASplitIsNotTakenBackOnceTheNewHouseholdHasMovedAway) {
  const auto done = step("split", kOne, {{"people", "李二"}});
  const RowId change = saved(done);
  const std::string number = number_of_house(added(done, "household"));
  const RowId moved = saved(step("move", number, {{"village", "清渭社区"}}));
  EXPECT_THAT(fields_of(undo(change)->faults), Contains("moved_to"));
  EXPECT_EQ(see("RosterChange", change, "undone_on"), "");
  saved(undo(moved));
  saved(undo(change));
  EXPECT_THAT(march(), ElementsAre("鱼泉村 4 0", "清渭社区 1 0", "合计 5 0"));
}

TEST_F(RosterBackTest, ANumberOfPeopleComesBackAsItStoodAlsoAtItsEnd) {
  set("Household", house(kTwo), {{"size", "0"}});
  const RowId row = house(kTwo);
  const RowId change = saved(step("merge", kTwo, {{"into", kOne}}));
  EXPECT_EQ(see("Household", row, "size"), "0");
  set("Household", house(kOne), {{"size", "0"}});
  saved(undo(change));
  EXPECT_EQ(see("Household", row, "size"), "0");
  EXPECT_EQ(see("Household", house(kOne), "size"), "0") << "nobody is fewer than none";
}

TEST_F(RosterBackTest, GuardedFactsOfPeopleMoveWithThem) {
  set("Person", person("李二"), {{"ins_medical", "是"}});
  ASSERT_EQ(guarded("person_private", "鱼泉村"), 1);
  const RowId change = saved(step("move", kOne, {{"village", "清渭社区"}}));
  EXPECT_EQ(guarded("person_private", "鱼泉村"), 0);
  EXPECT_EQ(guarded("person_private", "清渭社区"), 1);
  saved(undo(change));
  EXPECT_EQ(guarded("person_private", "鱼泉村"), 1);
  EXPECT_EQ(guarded("person_private", "清渭社区"), 0);
}

// A cadre of the old village writes on in the row that is left there: what only he wrote stays when
// the household comes back, and nobody takes it for what is written where the household lives.
TEST_F(RosterBackTest, GuardedFactsWrittenMeanwhileInTheOldVillageHarmNobody) {
  for (const std::string_view back : {"undo", "move"}) {
    SCOPED_TRACE(back);
    SimDevice& phone = town.join(cat("乙", back), {"鱼泉村"}, true);
    const RowId li = person("李二");
    set("Person", li, {{"ins_medical", "是"}, {"ins_year", "2025"}});
    const RowId change = saved(step("move", kOne, {{"village", "清渭社区"}}));
    ASSERT_TRUE(town.world.settle());
    const Workplace there = town.at(phone);
    saved(amend(there, *there.vault.schema().entity("Person"), li,
                {{"ins_pension", "是"}, {"ins_year", "2026"}}, there.vault.view()));
    ASSERT_TRUE(town.world.settle());
    EXPECT_EQ(see("Person", li, "ins_year"), "2025") << "where the household lives";
    EXPECT_EQ(see("Person", li, "ins_pension"), "");

    const auto done = back == "undo" ? undo(change) : step("move", kOne, {{"village", "鱼泉村"}});
    saved(done);
    EXPECT_EQ(see("Person", li, "ins_pension"), "是") << "written there, and nowhere else";
    EXPECT_EQ(see("Person", li, "ins_medical"), "是");
    EXPECT_EQ(see("Person", li, "ins_year"), "2025") << "of two words that of where it lived";
    EXPECT_THAT(fields_of(done->flags), Contains("private"));
    for (const model::Fault& flag : done->flags) {
      EXPECT_EQ(flag.zh.find("202"), std::string::npos) << "no value is told";
    }
    EXPECT_EQ(guarded("person_private", "清渭社区"), 0);
    set("Person", li, {{"ins_medical", ""}, {"ins_pension", ""}, {"ins_year", ""}});
  }
}

TEST_F(RosterBackTest, WhoIsStruckOffTakesAlongTheGuardedFactsOfWhereHeLives) {
  SimDevice& phone = town.join("乙", {"鱼泉村"}, true);
  const RowId li = person("李二");
  set("Person", li, {{"ins_medical", "是"}});
  saved(step("move", kOne, {{"village", "清渭社区"}}));
  ASSERT_TRUE(town.world.settle());
  const Workplace there = town.at(phone);
  saved(amend(there, *there.vault.schema().entity("Person"), li, {{"ins_pension", "是"}},
              there.vault.view()));
  ASSERT_TRUE(town.world.settle());
  saved(cancel(place(), *place().vault.schema().entity("Person"), li, "登记错了",
               place().vault.view()));
  EXPECT_EQ(guarded("person_private", "清渭社区"), 0);
}

TEST_F(RosterBackTest, WhoHoldsNoKeysOfGuardedFactsIsToldThatTheyStay) {
  EXPECT_THAT(fields_of(step("move", kSix, {{"village", "鱼泉村"}})->flags),
              ::testing::Not(Contains("private")));
  SimDevice& phone = town.join("乙", {"鱼泉村", "清渭社区"}, false);
  EXPECT_THAT(
      fields_of(household_step(town.at(phone), "move", kTwo, {{"village", "清渭社区"}})->flags),
      Contains("private"));
}

TEST_F(RosterBackTest, AStepIntoAVillageThatIsNotHeldHereIsNotTakenBackHere) {
  SimDevice& phone = town.join("乙", {"鱼泉村"}, true);
  const RowId change = saved(step("move", kOne, {{"village", "清渭社区"}}));
  ASSERT_TRUE(town.world.settle());
  const auto refused = undo_change(town.at(phone), "undo", change, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kNotAllowed);
  EXPECT_THAT(refused.error().zh, ::testing::HasSubstr("涉及本机没有的村"));
  EXPECT_EQ(see("RosterChange", change, "undone_on"), "");
}

// There and back again, by two steps: the row that stood here before says what is true now.
TEST_F(RosterBackTest, WhatWasEmptiedElsewhereStaysEmptyWhenTheHouseholdComesBack) {
  saved(step("move", kOne, {{"village", "清渭社区"}}));
  set("Household", house(kOne), {{"phones", ""}});
  ASSERT_EQ(see("Household", house(kOne), "phones"), "");
  saved(step("move", kOne, {{"village", "鱼泉村"}}));
  EXPECT_EQ(see("Household", house(kOne), "phones"), "");
  EXPECT_THAT(march(), ElementsAre("鱼泉村 4 0", "清渭社区 1 0", "合计 5 0"));
}

}  // namespace
}  // namespace mq::work::testing
