// What becomes of the people, numbers and ties of households and people that are made one, also
// when two desks do it apart or somebody writes to the old one meanwhile.
#include "work/roster_home.h"

namespace mq::work::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class RosterMergeTest : public RosterTest {
 protected:
  const model::Entity& entity(std::string_view name) {
    return *place().vault.schema().entity(name);
  }
  void set(std::string_view name, const RowId& row, const Inputs& inputs) {
    saved(amend(place(), entity(name), row, inputs, place().vault.view()));
  }
  // Another row of a household, with its head.
  RowId twin(const std::string& head, const Inputs& more = {}) {
    Inputs all{{"village", "鱼泉村"}, {"head_name", head}};
    all.insert(all.end(), more.begin(), more.end());
    return saved(add_household(place(), all));
  }
  RowId add(const std::string& number, const std::string& name, const Inputs& more = {}) {
    Inputs all{{"household_id", number}, {"name", name}, {"relation", "长子"}, {"sex", "男"}};
    all.insert(all.end(), more.begin(), more.end());
    return saved(add_person(place(), all));
  }
  Result<Outcome> same(const RowId& double_row, const std::string& into) {
    return change_household(place(), "merge", double_row,
                            {{"into", into}, {"same", "是"}, {"on", "2026-03-04"}});
  }
  Result<Outcome> same_person(const RowId& row, const RowId& into) {
    return change_person(place(), "merge", row, {{"into", into.hex()}});
  }
  // Writes a cell as another desk may have, whatever the forms here say.
  void write(const vault::Change& change) {
    const vault::StreamIx stream = Directory(place()).village("鱼泉村")->stream;
    ASSERT_TRUE(place().vault.commit({{stream, {change}}}, place().vault.view()).ok());
  }
  RowId home(const RowId& row) { return Canonical::households(place())->home(row); }
};

TEST_F(RosterMergeTest, TheEmptiedHouseholdHasNobodyAndItsHeadIsNone) {
  set("Person", person("张三"), {{"relation", "本人"}});
  const RowId emptied = house(kTwo);
  const auto done = step("merge", kTwo, {{"into", kOne}});
  const RowId change = saved(done);
  EXPECT_EQ(see("Household", emptied, "size"), "0");
  EXPECT_EQ(see("Person", person("张三"), "relation"), "其他") << "本人 is a head too";
  EXPECT_EQ(see("RosterChange", change, "people"), person("张三").hex());
  EXPECT_THAT(fields_of(done->flags), Not(Contains("pairing")));
}

TEST_F(RosterMergeTest, PairingsOfTheEmptiedOneAreToldUnlessTheyHaveEnded) {
  const auto pair = [&](const std::string& number) {
    return saved(add_pairing(
        place(), {{"cadre_id", "甲"}, {"household_id", number}, {"from", "2026-01-05"}}));
  };
  pair(kTwo);
  EXPECT_THAT(fields_of(step("merge", kTwo, {{"into", kOne}})->flags), Contains("pairing"));
  set("Pairing", pair(kFour), {{"to", "2026-02-01"}, {"status", "已结束"}});
  EXPECT_THAT(fields_of(step("merge", kFour, {{"into", kOne}})->flags), Not(Contains("pairing")));
}

TEST_F(RosterMergeTest, OnePersonIsWhoHasTheNumberOrNameAndBirthday) {
  const auto programme = programmes(place())->front().row;
  set("Programme", programme, {{"needs", "证件号码"}});
  const RowId other = twin("张三");
  const Inputs number{{"id_no", "999999199003045518"}};
  const RowId here = add(kTwo, "林石", number), there = add(other.hex(), "林时", number);
  add(kTwo, "张小");
  const RowId nameless = add(other.hex(), "张小");
  const auto done = same(other, kTwo);
  saved(done);
  EXPECT_EQ(see("Person", there, "same_as"), here.hex()) << "one number, whatever the name";
  EXPECT_EQ(see("Person", nameless, "same_as"), "") << "a name alone says nothing";
  EXPECT_THAT(fields_of(done->flags), Contains("people")) << "and somebody is to look";
}

TEST_F(RosterMergeTest, AStruckOffDoubleIsTiedToo) {
  const RowId other = twin("张三");
  set("Household", other, {{"status", "注销"}});
  saved(same(other, kTwo));
  EXPECT_EQ(home(other), house(kTwo));
  const auto stream = Directory(place()).village("鱼泉村")->stream;
  EXPECT_TRUE(Canonical::households(place())->left_out().contains({other, stream}))
      << "and lists leave it out";
  const RowId struck = twin("张大");
  set("Household", struck, {{"status", "注销"}});
  EXPECT_THAT(fields_of(same(house(kFour), struck.hex())->faults), ElementsAre("into"))
      << "never the other way round";
}

TEST_F(RosterMergeTest, AHeadAloneInHisHouseholdMayBeSomebodyElsesDouble) {
  const RowId kept = add(kOne, "孙武");
  saved(same_person(person("孙五"), kept));
  EXPECT_EQ(Canonical::people(place())->of(house(kFour)), house(kFour));
}

// Whether somebody is the head is asked of the household that counts.
TEST_F(RosterMergeTest, TheHeadOfADoubleIsNoHeadAnyMore) {
  const RowId other = twin("张大");
  add(other.hex(), "张小");
  const RowId head = person("张大");
  EXPECT_THAT(fields_of(same_person(head, person("张三"))->faults), ElementsAre("*"));
  saved(same(other, kTwo));
  saved(same_person(head, person("张三")));
}

TEST_F(RosterMergeTest, ANumberOfPeopleThatWasTheRowsGoesWithThem) {
  const RowId double_row = add(kOne, "李尔");
  set("Household", house(kOne), {{"size", "3"}});
  const RowId change = saved(same_person(double_row, person("李二")));
  EXPECT_EQ(see("Household", house(kOne), "size"), "2");
  saved(undo(change));
  EXPECT_EQ(see("Household", house(kOne), "size"), "3");
}

// Of two rows of one person only the one that counts is in the household.
TEST_F(RosterMergeTest, ANameThatTwoHaveIsAskedAndADoublesIsNot) {
  const RowId first = person("李二"), second = add(kOne, "李二");
  EXPECT_THAT(fields_of(step("head", kOne, {{"to", "李二"}})->faults), ElementsAre("to"));
  saved(same_person(second, first));
  saved(step("head", kOne, {{"to", "李二"}}));
  EXPECT_EQ(see("Household", house(kOne), "head_person_id"), first.hex());
}

// 甲 does not know yet that the household was merged; whom he adds there is in the other one.
TEST_F(RosterMergeTest, WhoWasAddedToTheEmptiedOneMeanwhileIsInTheOther) {
  SimDevice& cadre = town.join("甲", {"鱼泉村"}, false);
  saved(step("merge", kTwo, {{"into", kOne}}));
  const RowId late = saved(
      add_person(town.at(cadre),
                 {{"household_id", kTwo}, {"name", "张小"}, {"relation", "长子"}, {"sex", "男"}}));
  ASSERT_TRUE(town.world.settle());
  const auto done = step("split", kOne, {{"people", "张小"}});
  saved(done);
  EXPECT_EQ(see("Person", late, "household_id"), added(done, "household").hex());
}

TEST_F(RosterMergeTest, AMergerHoldsUntilItIsTakenBackOrTheHouseholdLivesAgain) {
  const RowId emptied = house(kTwo);
  const RowId change = saved(step("merge", kTwo, {{"into", kOne}}));
  EXPECT_EQ(home(emptied), house(kOne));
  set("Household", emptied, {{"status", "正常"}});
  EXPECT_EQ(home(emptied), emptied) << "somebody says that it is there";
  set("Household", emptied, {{"status", "注销"}});
  EXPECT_EQ(home(emptied), house(kOne));
  saved(undo(change));
  set("Household", emptied, {{"status", "注销"}});
  EXPECT_EQ(home(emptied), emptied) << "taken back: struck off by itself";
}

TEST_F(RosterMergeTest, TiedToARowThatWasCancelledItStandsForItself) {
  const RowId kept = twin("张大"), other = house(kTwo);
  saved(same(other, kept.hex()));
  EXPECT_EQ(Canonical::households(place())->of(other), kept);
  vault::Change gone;
  gone.kind = vault::Change::Kind::kDelete;
  gone.entity = entity("Household").number;
  gone.row = kept;
  write(gone);
  EXPECT_EQ(Canonical::households(place())->of(other), other);
}

// Two desks, each of which merges the one into the other: one of them is left, and counted.
TEST_F(RosterMergeTest, TwoThatWereMergedIntoEachOtherAreOneThatCounts) {
  town.join("乙", {"鱼泉村", "清渭社区"}, true);
  SimDevice& second = town.world.add_admin(town.desk, "副");
  ASSERT_TRUE(town.world.settle());
  saved(step("merge", kOne, {{"into", kTwo}}));
  saved(household_step(town.at(second), "merge", kTwo, {{"into", kOne}}));
  ASSERT_TRUE(town.world.settle());
  for (SimDevice* device : {&town.desk, &second}) {
    EXPECT_THAT(coverage(town.at(*device), kThisMarch),
                ElementsAre("鱼泉村 3 0", "清渭社区 1 0", "合计 4 0"));
  }
}

// Two desks, each of which merges the one village into the other.
TEST_F(RosterMergeTest, TwoVillagesMergedIntoEachOtherAreTheSmallerOne) {
  town.join("乙", {"鱼泉村", "清渭社区"}, true);
  SimDevice& second = town.world.add_admin(town.desk, "副");
  ASSERT_TRUE(town.world.settle());
  const RowId fish = Directory(place()).village("鱼泉村")->org_unit;
  const RowId town_side = Directory(place()).village("清渭社区")->org_unit;
  saved(change_village(place(), "merge", fish, {{"into", "清渭社区"}, {"on", "2026-03-04"}}));
  saved(change_village(town.at(second), "merge", town_side,
                       {{"into", "鱼泉村"}, {"on", "2026-03-04"}}));
  ASSERT_TRUE(town.world.settle());
  const std::string left = fish < town_side ? "鱼泉村" : "清渭社区";
  for (SimDevice* device : {&town.desk, &second}) {
    EXPECT_THAT(coverage(town.at(*device), kThisMarch), ElementsAre(cat(left, " 5 0"), "合计 5 0"));
  }
}

TEST_F(RosterMergeTest, AVillageCountsAloneUpToTheDayBeforeAndWhereTheOtherIsNotHeld) {
  SimDevice& phone = town.join("乙", {"清渭社区"}, false);
  const auto villages = Directory(place()).villages();
  const auto office = std::ranges::find(*villages, true, &Village::office);
  ASSERT_NE(office, villages->end());
  EXPECT_THAT(
      fields_of(change_village(place(), "merge", office->org_unit, {{"into", "鱼泉村"}})->faults),
      ElementsAre("into"));
  saved(change_village(place(), "merge", Directory(place()).village("清渭社区")->org_unit,
                       {{"into", "鱼泉村"}, {"on", "2026-03-04"}}));
  EXPECT_THAT(coverage(place(), period("2026-03-01", "2026-03-04")),
              ElementsAre("鱼泉村 5 0", "合计 5 0"))
      << "from the day of the merger on it is one";
  EXPECT_THAT(fields_of(step("move", kOne, {{"village", "清渭社区"}})->faults),
              Contains("village_id"));
  ASSERT_TRUE(town.world.settle());
  EXPECT_THAT(coverage(town.at(phone), kThisMarch), ElementsAre(HasSubstr("清渭社区"), "合计 1 0"))
      << "his village is not lost with a name that he does not hold";
}

}  // namespace
}  // namespace mq::work::testing
