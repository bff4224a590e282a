// What is written in a village that a household has left comes to where it lives.
#include "mq/work/edits_home.h"

#include "mq/work/facts_home.h"
#include "mq/work/settle.h"
#include "work/roster_home.h"

namespace mq::work::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

class EditsHomeTest : public RosterTest {
 protected:
  EditsHomeTest() : phone(town.join("乙", {"鱼泉村"}, true)) {}

  void write(const Workplace& at, const RowId& row, const Inputs& inputs,
             std::string_view entity = "Household") {
    saved(amend(at, *at.vault.schema().entity(entity), row, inputs, at.vault.view()));
  }
  // The cadre of the village that it leaves has not heard of it yet.
  RowId move(const std::string& number) {
    const RowId change = saved(step("move", number, {{"village", "清渭社区"}}));
    town.world.advance(std::chrono::minutes(1));
    return change;
  }
  std::size_t taken(const Workplace& at) {
    EXPECT_TRUE(town.world.settle());
    const auto taken = take_edits_home(at);
    EXPECT_TRUE(taken.ok()) << (taken.ok() ? "" : taken.error().en);
    EXPECT_TRUE(town.world.settle());
    return taken.ok() ? *taken : 0;
  }
  std::size_t taken() { return taken(place()); }

  SimDevice& phone;
};

TEST_F(EditsHomeTest, AnEditOfWhoHadNotHeardIsReadWhereTheHouseholdLives) {
  const RowId li = person("李二");
  move(kOne);
  write(town.at(phone), house(kOne), {{"addr", "桥头新屋"}, {"remark", "修路要过他家"}});
  write(town.at(phone), li, {{"work_place", "县城"}}, "Person");
  EXPECT_EQ(taken(town.at(phone)), 0u) << "he may not write where it lives";
  EXPECT_EQ(taken(), 2u);
  EXPECT_EQ(see("Household", house(kOne), "addr"), "桥头新屋");
  EXPECT_EQ(see("Household", house(kOne), "remark"), "修路要过他家");
  EXPECT_EQ(see("Person", li, "work_place"), "县城");
  EXPECT_EQ(taken(), 0u);
}

// Written before the move, and delivered after it.
TEST_F(EditsHomeTest, AnOlderEditThatComesLaterIsTakenToo) {
  write(town.at(phone), house(kOne), {{"addr", "桥头新屋"}});
  town.world.advance(std::chrono::minutes(1));
  move(kOne);
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(see("Household", house(kOne), "addr"), "桥头新屋");
}

TEST_F(EditsHomeTest, WhatIsEmptiedThereIsEmptied) {
  write(place(), house(kOne), {{"addr", "老屋"}});
  ASSERT_TRUE(town.world.settle());
  move(kOne);
  write(town.at(phone), house(kOne), {{"addr", ""}});
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(see("Household", house(kOne), "addr"), "");
}

TEST_F(EditsHomeTest, ChangedInBothPlacesNobodyChooses) {
  move(kOne);
  write(place(), house(kOne), {{"addr", "社区二号楼"}});
  write(town.at(phone), house(kOne), {{"addr", "桥头新屋"}, {"fuel", "电"}});
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(see("Household", house(kOne), "addr"), "社区二号楼");
  EXPECT_EQ(see("Household", house(kOne), "fuel"), "电");
  EXPECT_EQ(taken(), 0u);
}

// Once taken over, it is not taken again over the word of whoever has it now.
TEST_F(EditsHomeTest, WhatIsPutBackWhereItLivesStays) {
  move(kOne);
  write(town.at(phone), house(kOne), {{"fuel", "电"}});
  ASSERT_EQ(taken(), 1u);
  write(place(), house(kOne), {{"fuel", ""}});
  EXPECT_EQ(taken(), 0u);
  EXPECT_EQ(see("Household", house(kOne), "fuel"), "");
}

TEST_F(EditsHomeTest, WhatIsOfThePlaceStays) {
  saved(step("move", kOne, {{"village", "清渭社区"}, {"group_no", "3"}}));
  town.world.advance(std::chrono::minutes(1));
  EXPECT_EQ(taken(), 0u);
  EXPECT_EQ(see("Household", house(kOne), "group_no"), "3");
}

TEST_F(EditsHomeTest, AHouseholdThatCameBackIsNotTakenToWhereItWas) {
  move(kOne);
  ASSERT_TRUE(town.world.settle());
  saved(step("move", kOne, {{"village", "鱼泉村"}}));
  town.world.advance(std::chrono::minutes(1));
  write(place(), house(kOne), {{"addr", "老屋"}});
  EXPECT_EQ(taken(), 0u);
  EXPECT_EQ(see("Household", house(kOne), "addr"), "老屋");
  // Its second departure takes along what was written meanwhile: nothing of it is an edit.
  move(kOne);
  EXPECT_EQ(taken(), 0u);
  write(town.at(phone), house(kOne), {{"addr", "桥头新屋"}});
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(see("Household", house(kOne), "addr"), "桥头新屋");
}

// The village that it had come to has not heard that the move was taken back.
TEST_F(EditsHomeTest, AfterAMoveThatWasTakenBackEditsFollowToo) {
  SimDevice& there = town.join("丙", {"清渭社区"}, false);
  const RowId change = move(kOne);
  ASSERT_TRUE(town.world.settle());
  saved(undo(change));
  town.world.advance(std::chrono::minutes(1));
  write(town.at(there), house(kOne), {{"fuel", "电"}});
  EXPECT_EQ(taken(), 1u);
  EXPECT_EQ(see("Household", house(kOne), "fuel"), "电");
  EXPECT_EQ(taken(), 0u);
}

// Also a fact that was empty when it moved: taking the move back would leave it behind.
TEST_F(EditsHomeTest, WhatWasWrittenSinceHindersTakingTheMoveBack) {
  const RowId change = move(kOne);
  write(place(), house(kOne), {{"remark", "屋后滑坡"}});
  EXPECT_THAT(fields_of(undo(change)->faults), ElementsAre("remark"));
  EXPECT_EQ(see("Household", house(kOne), "remark"), "屋后滑坡");
  write(place(), house(kOne), {{"remark", ""}});
  saved(undo(change));
}

TEST_F(EditsHomeTest, ACancellationWhereItWasIsAPersonsToDecide) {
  const RowId li = person("李二");
  move(kOne);
  const Workplace old = town.at(phone);
  saved(cancel(old, *old.vault.schema().entity("Person"), li, "登错了", old.vault.view()));
  EXPECT_EQ(taken(), 0u);
  EXPECT_EQ(see("Person", li, "cancel_reason"), "");
  const auto all = place().vault.conflicts();
  ASSERT_EQ(all->size(), 1u);
  ASSERT_EQ(all->front().field, kWhetherItStands);
  saved(take_claim(place(), all->front(), 0, place().vault.view()));
  ASSERT_TRUE(town.world.settle());
  EXPECT_TRUE((*place().vault.load(place().vault.schema().entity("Person")->number, li))->deleted);
  EXPECT_EQ(place().vault.conflicts()->size(), 0u);
}

TEST_F(EditsHomeTest, WhoWasAddedThereMovesAfterHisHouseholdAndCanBeTakenBack) {
  const RowId home = house(kOne);
  move(kOne);
  const RowId baby = saved(add_person(town.at(phone), {{"household_id", kOne},
                                                       {"name", "王小"},
                                                       {"relation", "孙子"},
                                                       {"sex", "男"},
                                                       {"birth", "2026-03-01"}}));
  write(town.at(phone), baby, {{"ins_medical", "是"}}, "Person");
  EXPECT_EQ(taken(), 1u);
  const vault::StreamIx there = Directory(place()).village("清渭社区")->stream;
  EXPECT_TRUE(Canonical::people(place())->counts(baby, there));
  EXPECT_FALSE(
      Canonical::people(place())->counts(baby, Directory(place()).village("鱼泉村")->stream));
  EXPECT_EQ(see("Person", baby, "name"), "王小");
  EXPECT_EQ(see("Person", baby, "household_id"), home.hex());
  EXPECT_EQ(*take_facts_home(place()), 1u);
  EXPECT_EQ(see("Person", baby, "ins_medical"), "是");
  EXPECT_EQ(taken(), 0u);
}

TEST_F(EditsHomeTest, TwoDesksThatTakeThemApartWriteTheSame) {
  SimDevice& second = town.world.add_admin(town.desk, "副");
  move(kOne);
  ASSERT_TRUE(town.world.settle());
  write(town.at(phone), house(kOne), {{"addr", "桥头新屋"}});
  ASSERT_TRUE(town.world.settle());
  ASSERT_EQ(*take_edits_home(place()), 1u);
  ASSERT_EQ(*take_edits_home(town.at(second)), 1u);
  ASSERT_TRUE(town.world.settle());
  for (const Workplace& at : {place(), town.at(second)}) {
    EXPECT_EQ(shown(at, "Household", house(kOne), "addr"), "桥头新屋");
    EXPECT_EQ(*take_edits_home(at), 0u);
    EXPECT_EQ(at.vault.conflicts()->size(), 0u);
  }
  EXPECT_THAT(march(), Contains("合计 5 0"));
}

}  // namespace
}  // namespace mq::work::testing
