// Each step of the roster: what it writes, what ledgers count before and after, and taking it back.
#include "mq/work/today.h"
#include "work/roster_home.h"

namespace mq::work::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(RosterTest, ASplitIsAHouseholdMoreUntilItIsTakenBack) {
  EXPECT_THAT(march(), ElementsAre("鱼泉村 4 0", "清渭社区 1 0", "合计 5 0"));
  const auto done = step("split", kOne, {{"people", "李二"}, {"reason", "儿子成家"}});
  const RowId change = saved(done);
  const RowId fresh = added(done, "household");
  EXPECT_THAT(march(), ElementsAre("鱼泉村 5 0", "清渭社区 1 0", "合计 6 0"));
  EXPECT_THAT(number_of_house(fresh), ::testing::StartsWith("L"));
  EXPECT_EQ(see("Household", fresh, "head_person_id"), person("李二").hex());
  EXPECT_EQ(see("Household", fresh, "size"), "1");
  EXPECT_EQ(see("Household", house(kOne), "size"), "1");
  EXPECT_EQ(see("Household", fresh, "group_no"), "1");
  EXPECT_EQ(see("Person", person("李二"), "household_id"), fresh.hex());
  EXPECT_EQ(see("Person", person("李二"), "relation"), "户主");
  EXPECT_EQ(see("RosterChange", change, "kind"), "分户");
  EXPECT_EQ(see("RosterChange", change, "on"), "2026-03-04");
  EXPECT_EQ(see("RosterChange", change, "reason"), "儿子成家");

  met(fresh.hex());
  EXPECT_THAT(march(), ElementsAre("鱼泉村 5 1", "清渭社区 1 0", "合计 6 1"));
  saved(undo(change));
  EXPECT_THAT(march(), ElementsAre("鱼泉村 4 1", "清渭社区 1 0", "合计 5 1"))
      << "what was recorded at the new one counts for the old one";
  EXPECT_EQ(see("Person", person("李二"), "household_id"), house(kOne).hex());
  EXPECT_EQ(see("Person", person("李二"), "relation"), "妻");
  EXPECT_EQ(see("Household", house(kOne), "size"), "2");
  EXPECT_EQ(house(fresh.hex()), house(kOne)) << "and is found under the old one";
  EXPECT_EQ(fields_of(undo(change)->faults), std::vector<std::string>{"*"}) << "once";
}

TEST_F(RosterTest, ASplitNeedsSomebodyWhoLeavesAndSomebodyWhoStays) {
  const auto faults = [&](const Inputs& inputs) {
    const auto done = step("split", kOne, inputs);
    EXPECT_TRUE(done.ok());
    return fields_of(done->faults);
  };
  EXPECT_THAT(faults({}), ::testing::Contains("people"));
  EXPECT_THAT(faults({{"people", "王一、李二"}, {"head", "李二"}}), ::testing::Contains("people"));
  EXPECT_THAT(faults({{"people", "王一"}}), ElementsAre("people")) << "the head leaves";
  EXPECT_THAT(faults({{"people", "没有这人"}}), ::testing::Contains("people"));
  EXPECT_THAT(faults({{"people", "李二"}, {"household_no", kTwo}}), ElementsAre("household_no"));
  EXPECT_THAT(faults({{"people", "李二"}, {"head", "张三"}}), ElementsAre("head"));
  EXPECT_EQ(count(place(), "roster_change"), 0);
  EXPECT_EQ(count(place(), "household"), 5);
}

TEST_F(RosterTest, AMergerStrikesOneOffAndItsPeopleAreInTheOther) {
  met(kTwo);
  const RowId emptied = house(kTwo);
  const RowId change = saved(step("merge", kTwo, {{"into", kOne}}));
  EXPECT_THAT(march(), ElementsAre("鱼泉村 3 0", "清渭社区 1 0", "合计 4 0"))
      << "a visit to the household that was is none to the one it went into";
  EXPECT_EQ(see("Household", emptied, "status"), "注销");
  EXPECT_EQ(see("Household", house(kOne), "size"), "3");
  EXPECT_EQ(see("Person", person("张三"), "household_id"), house(kOne).hex());
  EXPECT_EQ(see("Person", person("张三"), "relation_text"), "原户主(并入)");
  EXPECT_THAT(fields_of(step("merge", kTwo, {{"into", kFour}})->faults), ElementsAre("*"));
  EXPECT_THAT(fields_of(step("merge", kFour, {{"into", kTwo}})->faults), ElementsAre("into"));
  EXPECT_THAT(fields_of(step("merge", kFour, {{"into", kSix}})->faults), ElementsAre("into"));

  saved(undo(change));
  EXPECT_THAT(march(), ElementsAre("鱼泉村 4 1", "清渭社区 1 0", "合计 5 1"));
  EXPECT_EQ(see("Household", house(kOne), "size"), "2");
  EXPECT_EQ(see("Person", person("张三"), "relation"), "户主");
  EXPECT_EQ(see("Person", person("张三"), "relation_text"), "");
}

TEST_F(RosterTest, OneHouseholdTwiceCountsOnceEverywhere) {
  const auto twice = add_household(place(), {{"village", "鱼泉村"}, {"head_name", "张三"}});
  const RowId twin = saved(twice);
  saved(amend(place(), *place().vault.schema().entity("Person"), added(twice, "person"),
              {{"birth", "1970-05-06"}}, place().vault.view()));
  saved(add_person(
      place(),
      {{"household_id", twin.hex()}, {"name", "张小三"}, {"relation", "长子"}, {"sex", "男"}}));
  for (const std::string& number : {kTwo, twin.hex()}) {
    saved(add_pairing(place(),
                      {{"cadre_id", "甲"}, {"household_id", number}, {"from", "2026-01-05"}}));
  }
  met(twin.hex());
  const auto pairs = [&] {
    return std::pair(whole_lines(ledger_rp05(place(), {kThisMarch, {}})).size() - 1,
                     cell_line(ledger_rp06(place(), {kThisMarch, {}})->totals[3]));
  };
  EXPECT_THAT(march(), ElementsAre("鱼泉村 5 1", "清渭社区 1 0", "合计 6 1"));
  EXPECT_THAT(pairs(), ::testing::Pair(2u, "2"));

  const std::string twin_number = number_of_house(twin);
  const RowId change = saved(step("merge", twin_number, {{"into", kTwo}, {"same", "是"}}));
  EXPECT_THAT(march(), ElementsAre("鱼泉村 4 1", "清渭社区 1 0", "合计 5 1"));
  EXPECT_THAT(pairs(), ::testing::Pair(1u, "1"));
  EXPECT_EQ(house(twin_number), house(kTwo)) << "its number finds the kept one";
  EXPECT_EQ(see("Person", added(twice, "person"), "same_as"), person("张三").hex());
  EXPECT_EQ(see("Person", person("张小三"), "household_id"), twin.hex()) << "nothing is rewritten";
  EXPECT_EQ(Canonical::households(place())->home(twin), house(kTwo));
  const auto rp05 = whole_lines(ledger_rp05(place(), {kThisMarch, {}}));
  EXPECT_THAT(rp05.front(), HasSubstr("2026-01-05 至  1 0 0分")) << "the visit is the kept one's";

  saved(undo(change));
  EXPECT_THAT(march(), ElementsAre("鱼泉村 5 1", "清渭社区 1 0", "合计 6 1"));
  EXPECT_THAT(pairs(), ::testing::Pair(2u, "2"));
}

// Only pairings that may not fit any more are told.
TEST_F(RosterTest, AMoveTellsOfPairingsWithCadresOfOtherVillages) {
  EXPECT_THAT(fields_of(step("move", kTwo, {{"village", "清渭社区"}})->flags),
              Not(Contains("pairing")));
  saved(add_pairing(place(), {{"cadre_id", "甲"}, {"household_id", kOne}, {"from", "2026-01-05"}}));
  const auto told = step("move", kOne, {{"village", "清渭社区"}});
  ASSERT_THAT(fields_of(told->flags), Contains("pairing"));
  const auto flag = std::ranges::find(told->flags, "pairing", &model::Fault::field);
  EXPECT_THAT(flag->zh, HasSubstr("甲 没有包 清渭社区"));
  saved(undo(told->row));
  const model::Entity& cadre = *place().vault.schema().entity("Cadre");
  saved(amend(place(), cadre, Directory(place()).cadre("甲")->id, {{"area_ids", "清渭社区"}},
              place().vault.view()));
  EXPECT_THAT(fields_of(step("move", kOne, {{"village", "清渭社区"}})->flags),
              Not(Contains("pairing")));
}

TEST_F(RosterTest, AHouseholdThatMovesCountsWhereItIsNow) {
  met(kOne);
  saved(add_pairing(place(),
                    {{"cadre_id", "管理员"}, {"household_id", kOne}, {"from", "2026-01-05"}}));
  saved(amend(place(), *place().vault.schema().entity("Household"), house(kOne),
              {{"hardship", "药费高"}, {"causes", "因病"}}, place().vault.view()));
  const RowId change = saved(step("move", kOne, {{"village", "清渭社区"}, {"group_no", "3"}}));
  EXPECT_THAT(march(), ElementsAre("鱼泉村 3 0", "清渭社区 2 1", "合计 5 1"))
      << "the visit stays where it was written and reached this household";
  EXPECT_THAT(march("清渭社区"), ElementsAre("清渭社区 2 1", "合计 2 1"));
  const auto moved = Directory(place()).household(kOne);
  ASSERT_TRUE(moved.ok());
  EXPECT_EQ(moved->stream, Directory(place()).village("清渭社区")->stream);
  EXPECT_EQ(moved->head_name, "王一");
  EXPECT_EQ(moved->group_no, 3);
  EXPECT_EQ(see("Household", house(kOne), "hardship"), "药费高");
  EXPECT_EQ(see("Household", house(kOne), "moved_from"),
            Directory(place()).village("鱼泉村")->org_unit.hex());
  const auto made = today(place());
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->pairs, 1) << "one household, although its row stands twice";
  EXPECT_THAT(made->items, IsEmpty()) << "and it was met";
  const auto guarded = [&](const std::string& village) {
    const auto rows = place().vault.database().integer(
        cat("SELECT count(*) FROM \"household_private\" WHERE deleted = 0 AND hardship IS NOT NULL "
            "AND stream = ",
            Directory(place()).village(village)->private_stream));
    return *rows;
  };
  EXPECT_EQ(guarded("鱼泉村"), 0);
  EXPECT_EQ(guarded("清渭社区"), 1);
  EXPECT_THAT(see("RosterChange", change, "before"), ::testing::Not(HasSubstr("hardship")))
      << "the village reads that row, and not these facts";

  saved(undo(change));
  EXPECT_THAT(march(), ElementsAre("鱼泉村 4 1", "清渭社区 1 0", "合计 5 1"));
  EXPECT_EQ(see("Household", house(kOne), "group_no"), "1");
  EXPECT_EQ(see("Household", house(kOne), "hardship"), "药费高");
  EXPECT_EQ(guarded("鱼泉村"), 1);
  EXPECT_EQ(guarded("清渭社区"), 0);
  const RowId again = saved(step("move", kOne, {{"village", "清渭社区"}}));
  EXPECT_EQ(see("Household", house(kOne), "hardship"), "药费高");
  EXPECT_EQ(guarded("清渭社区"), 1);
  EXPECT_EQ(see("Household", house(kOne), "group_no"), "1");
  saved(undo(again));
  EXPECT_THAT(march(), ElementsAre("鱼泉村 4 1", "清渭社区 1 0", "合计 5 1"));
}

TEST_F(RosterTest, WhatSomebodyChangedSinceHindersUndoingAndIsNamed) {
  const RowId change = saved(step("move", kOne, {{"village", "清渭社区"}}));
  saved(amend(place(), *place().vault.schema().entity("Household"), house(kOne),
              {{"phones", "13900009999"}}, place().vault.view()));
  const auto tried = undo(change);
  ASSERT_TRUE(tried.ok());
  EXPECT_THAT(fields_of(tried->faults), ElementsAre("phones"));
  EXPECT_THAT(tried->faults.front().zh, HasSubstr("后来又改过"));
  EXPECT_EQ(see("RosterChange", change, "undone_on"), "") << "refused whole";
  saved(amend(place(), *place().vault.schema().entity("Household"), house(kOne),
              {{"phones", "13900000001"}}, place().vault.view()));
  saved(undo(change));

  const RowId merged = saved(step("merge", kTwo, {{"into", kOne}}));
  const RowId split = saved(step("split", kOne, {{"people", "张三"}}));
  EXPECT_THAT(fields_of(undo(merged)->faults), ::testing::Contains("household_id"));
  saved(undo(split));
  saved(undo(merged));
  EXPECT_THAT(march(), ElementsAre("鱼泉村 4 0", "清渭社区 1 0", "合计 5 0"));
}

// Ledgers of past months go by the day of a step.
TEST_F(RosterTest, AClockOf1970WritesTheServersDay) {
  town.join("甲", {"鱼泉村"}, false);
  town.desk.clock.set_wall(mq::testing::kYear1970);
  const auto moved = change_household(place(), "move", house(kOne), {{"village", "清渭社区"}});
  const RowId change = saved(moved);
  EXPECT_EQ(see("RosterChange", change, "on"), "2026-03-05");
  EXPECT_THAT(fields_of(moved->flags), ::testing::Contains("on"));
}

TEST_F(RosterTest, ANewHeadAndTheOldOne) {
  const RowId change = saved(step("head", kOne, {{"to", "李二"}}));
  EXPECT_EQ(Directory(place()).household(kOne)->head_name, "李二");
  EXPECT_EQ(see("Person", person("李二"), "relation"), "户主");
  EXPECT_EQ(see("Person", person("王一"), "relation"), "其他");
  EXPECT_EQ(see("Person", person("王一"), "relation_text"), "原户主");
  EXPECT_THAT(fields_of(step("head", kOne, {{"to", "李二"}})->faults), ElementsAre("to"));
  EXPECT_THAT(fields_of(step("head", kOne, {{"to", "张三"}})->faults), ElementsAre("to"));
  saved(undo(change));
  EXPECT_EQ(Directory(place()).household(kOne)->head_name, "王一");
  EXPECT_EQ(see("Person", person("王一"), "relation"), "户主");
}

TEST_F(RosterTest, APersonTwiceIsOnePerson) {
  const RowId twin = saved(add_person(
      place(), {{"household_id", kOne}, {"name", "李尔"}, {"relation", "妻"}, {"sex", "女"}}));
  const RowId kept = person("李二");
  const auto merge = [&](const RowId& row, const std::string& into) {
    return change_person(place(), "merge", row, {{"into", into}});
  };
  EXPECT_THAT(fields_of(merge(twin, twin.hex())->faults), ElementsAre("into"));
  EXPECT_THAT(fields_of(merge(person("王一"), twin.hex())->faults), ElementsAre("*")) << "the head";
  const RowId change = saved(merge(twin, kept.hex()));
  EXPECT_EQ(see("Person", twin, "same_as"), kept.hex());
  EXPECT_EQ(Canonical::people(place())->of(twin), kept);
  EXPECT_EQ(see("Household", house(kOne), "size"), "2") << "as was said all along";
  EXPECT_THAT(fields_of(merge(twin, person("王一").hex())->faults), ElementsAre("*"));
  saved(undo(change));
  EXPECT_EQ(Canonical::people(place())->of(twin), twin);
  EXPECT_EQ(see("Household", house(kOne), "size"), "2");
}

TEST_F(RosterTest, MergedVillagesAreOneRowFromTheirDayOn) {
  met(kSix);
  const auto merge = [&](const std::string& from, const std::string& into) {
    return change_village(place(), "merge", Directory(place()).village(from)->org_unit,
                          {{"into", into}, {"on", "2026-03-04"}});
  };
  EXPECT_THAT(fields_of(merge("清渭社区", "清渭社区")->faults), ElementsAre("into"));
  EXPECT_THAT(fields_of(merge("清渭社区", "没有的村")->faults), ElementsAre("into"));
  const RowId change = saved(merge("清渭社区", "鱼泉村"));
  EXPECT_THAT(march(), ElementsAre("鱼泉村 5 1", "合计 5 1"));
  EXPECT_THAT(coverage(place(), period("2026-03-01", "2026-03-03")),
              ElementsAre("鱼泉村 4 0", "清渭社区 1 1", "合计 5 1"))
      << "up to the day before it was two";
  EXPECT_THAT(march("鱼泉村"), ElementsAre("鱼泉村 5 1", "合计 5 1"));
  EXPECT_THAT(march("清渭社区"), ElementsAre("清渭社区 1 1", "合计 1 1")) << "by its old name";
  EXPECT_EQ(ledger_rp09(place(), {kThisMarch, {}})->rows.size(), 1u);

  const auto closed = add_household(place(), {{"village", "清渭社区"}, {"head_name", "新来的"}});
  ASSERT_TRUE(closed.ok());
  EXPECT_THAT(fields_of(closed->faults), ::testing::Contains("village_id"));
  EXPECT_THAT(closed->faults.front().zh, HasSubstr("已并入 鱼泉村"));
  met(kSix, "乙");  // a household that stands in the old stream goes on there
  EXPECT_THAT(fields_of(merge("清渭社区", "鱼泉村")->faults), ElementsAre("village_id"));
  saved(undo(change));
  EXPECT_THAT(march(), ElementsAre("鱼泉村 4 0", "清渭社区 1 1", "合计 5 1"));
  saved(add_household(place(), {{"village", "清渭社区"}, {"head_name", "新来的"}}));
}

TEST_F(RosterTest, WhoHasOneVillageMovesNobodyToAnother) {
  SimDevice& phone = town.join("乙", {"鱼泉村"}, false);
  const Workplace theirs = town.at(phone);
  saved(household_step(theirs, "split", kOne, {{"people", "李二"}}));
  EXPECT_THAT(fields_of(household_step(theirs, "move", kTwo, {{"village", "清渭社区"}})->faults),
              ElementsAre("village"))
      << "a village that is not here";
  const auto tried = change_village(theirs, "merge", Directory(theirs).village("鱼泉村")->org_unit,
                                    {{"into", "清渭社区"}});
  ASSERT_FALSE(tried.ok());
  EXPECT_EQ(tried.error().code, Code::kNotAllowed);

  const RowId change = saved(step("move", kTwo, {{"village", "清渭社区"}}));
  ASSERT_TRUE(town.world.settle());
  EXPECT_FALSE(Directory(theirs).household(kTwo).ok()) << "gone to where he has no part";
  EXPECT_THAT(coverage(theirs, kThisMarch).front(), "鱼泉村 4 0");
  const auto undone = undo_change(theirs, "undo", change, {});
  ASSERT_FALSE(undone.ok());
  EXPECT_EQ(undone.error().code, Code::kNotAllowed);
  EXPECT_THAT(coverage(place(), kThisMarch), ElementsAre("鱼泉村 4 0", "清渭社区 2 0", "合计 6 0"));
}

TEST_F(RosterTest, TwoRowsMergedIntoEachOtherAreTheSmallerOne) {
  const RowId one = house(kOne), two = house(kTwo);
  const auto tie = [&](const RowId& a, const RowId& b) {
    vault::Change change;
    change.entity = place().vault.schema().entity("Household")->number;
    change.row = a;
    change.field = place().vault.schema().entity("Household")->field("same_as")->number;
    change.value = to_bytes(b.view());
    const vault::StreamIx stream = Directory(place()).village("鱼泉村")->stream;
    ASSERT_TRUE(place().vault.commit({{stream, {change}}}, place().vault.view()).ok());
  };
  tie(one, two);
  tie(two, one);
  const auto canonical = Canonical::households(place());
  const RowId kept = std::min(one, two);
  EXPECT_EQ(canonical->of(one), kept);
  EXPECT_EQ(canonical->of(two), kept);
  EXPECT_THAT(march(), ElementsAre("鱼泉村 3 0", "清渭社区 1 0", "合计 4 0"));
  tie(house_id(place(), kFour), std::max(one, two));
  EXPECT_EQ(Canonical::households(place())->aliases(kept).size(), 3u) << "chains are followed";
}

}  // namespace
}  // namespace mq::work::testing
