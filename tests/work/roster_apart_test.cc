// Two desks change one household apart from each other: everybody stands in one household that
// counts, on both, and each step can be taken back.
#include "mq/work/edits_home.h"
#include "mq/work/facts_home.h"
#include "mq/work/month.h"
#include "mq/work/settle.h"
#include "work/roster_home.h"

namespace mq::work::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RosterApartTest : public RosterTest {
 protected:
  RosterApartTest() {
    town.join("乙", {"鱼泉村", "清渭社区"}, true);  // opens the streams
    second = &town.world.add_admin(town.desk, "副");
    EXPECT_TRUE(town.world.settle());
  }
  Workplace there() { return town.at(*second); }
  // What each desk does when the two have met.
  void meet() {
    for (int i = 0; i < 2; ++i) {
      ASSERT_TRUE(town.world.settle());
      for (SimDevice* device : {&town.desk, second}) {
        ASSERT_TRUE(take_edits_home(town.at(*device)).ok());
        ASSERT_TRUE(take_facts_home(town.at(*device)).ok());
      }
    }
    ASSERT_TRUE(town.world.settle());
    EXPECT_EQ(everybody(place()), everybody(there()));
  }
  void later() { town.world.advance(std::chrono::minutes(1)); }
  // "李二 清渭社区 999999100201010001": each name with village and number of his household, the
  // village twice if he stands in another than it.
  static std::vector<std::string> everybody(const Workplace& at) {
    std::vector<std::string> out;
    for (const char* name : {"王一", "李二", "张三"}) {
      const RowId row = person_id(at, name);
      const auto data = at.vault.load(at.vault.schema().entity("Person")->number, row);
      const RowId home = *RowId::from_text(shown(at, "Person", row, "household_id"));
      const auto household = Directory(at).household(home.hex());
      EXPECT_TRUE(household.ok()) << name << " is in a household that does not count";
      if (!household.ok()) continue;
      std::string line = cat(name, " ", village_of(at, household->stream));
      if ((*data)->stream != household->stream) line += cat(" ", village_of(at, (*data)->stream));
      out.push_back(cat(line, " ", household->number.starts_with("L") ? "新" : household->number));
    }
    return out;
  }
  // What the list of repairs says to do about it; "" if it is not there.
  std::string repair(const std::string& words) {
    const auto all = repairs(place());
    EXPECT_TRUE(all.ok());
    for (const Repair& one : *all) {
      if (one.zh.find(words) != std::string::npos) return cat(one.count, " ", one.command);
    }
    return "";
  }
  static std::string village_of(const Workplace& at, vault::StreamIx stream) {
    return (*Directory(at).village_of_stream(stream))->name;
  }

  SimDevice* second = nullptr;
};

// Who was split off does not move with those whom he has left.
TEST_F(RosterApartTest, WhoWasSplitOffStaysInTheVillageThatTheOthersLeave) {
  for (const bool split_first : {true, false}) {
    SCOPED_TRACE(split_first);
    const RowId li = person("李二");
    saved(amend(place(), *place().vault.schema().entity("Person"), li,
                {{"ins_medical", "是"}, {"work_place", ""}}, place().vault.view()));
    ASSERT_TRUE(town.world.settle());
    RowId split, move;
    const auto divide = [&] { split = saved(step("split", kOne, {{"people", "李二"}})); };
    const auto leave = [&] {
      move = saved(household_step(there(), "move", kOne, {{"village", "清渭社区"}}));
      saved(amend(there(), *there().vault.schema().entity("Person"), li, {{"work_place", "县城"}},
                  there().vault.view()));
    };
    split_first ? divide() : leave();
    later();
    split_first ? leave() : divide();
    later();
    meet();
    EXPECT_THAT(everybody(place()), ElementsAre(cat("王一 清渭社区 ", kOne), "李二 鱼泉村 新",
                                                cat("张三 鱼泉村 ", kTwo)));
    EXPECT_THAT(march(), ElementsAre("鱼泉村 4 0", "清渭社区 2 0", "合计 6 0"));
    EXPECT_EQ(see("Person", li, "ins_medical"), "是");
    EXPECT_EQ(see("Person", li, "work_place"), "县城") << "written where they had moved";
    EXPECT_EQ(see("Person", li, "relation"), "户主");
    EXPECT_EQ(place().vault.conflicts()->size(), 0u);

    const auto refused = undo(split);
    ASSERT_FALSE(refused->ok());
    EXPECT_THAT(refused->faults.front().zh, HasSubstr("请先撤销后来的一步"));
    saved(undo(move));
    meet();
    EXPECT_THAT(everybody(place()), ElementsAre(cat("王一 鱼泉村 ", kOne), "李二 鱼泉村 新",
                                                cat("张三 鱼泉村 ", kTwo)));
    saved(undo(split));
    meet();
    EXPECT_THAT(everybody(place()),
                ElementsAre(cat("王一 鱼泉村 ", kOne), cat("李二 鱼泉村 ", kOne),
                            cat("张三 鱼泉村 ", kTwo)));
    EXPECT_THAT(march(), ElementsAre("鱼泉村 4 0", "清渭社区 1 0", "合计 5 0"));
    EXPECT_EQ(see("Person", li, "ins_medical"), "是");
    later();
  }
}

// Also before a desk has brought him back, and in the other order.
TEST_F(RosterApartTest, TheMoveIsTakenBackAtOnce) {
  const RowId split = saved(step("split", kOne, {{"people", "李二"}}));
  later();
  const RowId move = saved(household_step(there(), "move", kOne, {{"village", "清渭社区"}}));
  ASSERT_TRUE(town.world.settle());
  EXPECT_FALSE(undo(split)->ok());
  saved(undo(move));
  meet();
  EXPECT_THAT(everybody(place()),
              ElementsAre(cat("王一 鱼泉村 ", kOne), "李二 鱼泉村 新", cat("张三 鱼泉村 ", kTwo)));
  saved(undo(split));
  meet();
  EXPECT_THAT(march(), ElementsAre("鱼泉村 4 0", "清渭社区 1 0", "合计 5 0"));
}

TEST_F(RosterApartTest, WhoWasMergedIntoAnotherStaysThereToo) {
  const RowId merger = saved(step("merge", kOne, {{"into", kTwo}}));
  later();
  const RowId move = saved(household_step(there(), "move", kOne, {{"village", "清渭社区"}}));
  later();
  meet();
  const std::vector<std::string> merged{cat("王一 鱼泉村 ", kTwo), cat("李二 鱼泉村 ", kTwo),
                                        cat("张三 鱼泉村 ", kTwo)};
  EXPECT_EQ(everybody(place()), merged);
  EXPECT_THAT(march(), ElementsAre("鱼泉村 3 0", "清渭社区 1 0", "合计 4 0"));
  EXPECT_FALSE(undo(merger)->ok()) << "the move first";
  saved(undo(move));
  meet();
  EXPECT_EQ(everybody(place()), merged);
  EXPECT_THAT(march(), ElementsAre("鱼泉村 3 0", "清渭社区 1 0", "合计 4 0"));
  saved(undo(merger));
  meet();
  EXPECT_THAT(everybody(place()), ElementsAre(cat("王一 鱼泉村 ", kOne), cat("李二 鱼泉村 ", kOne),
                                              cat("张三 鱼泉村 ", kTwo)));
  EXPECT_THAT(march(), ElementsAre("鱼泉村 4 0", "清渭社区 1 0", "合计 5 0"));
}

// Two households were made of him: he is in one of them, and the other is taken back.
class SplitTwiceTest : public RosterApartTest {
 protected:
  SplitTwiceTest() {
    for (const std::string& number : {kOne, kTwo}) {
      saved(amend(place(), *place().vault.schema().entity("Household"), house(number),
                  {{"size", "5"}}, place().vault.view()));
    }
    EXPECT_TRUE(town.world.settle());
    first = saved(step("split", kOne, {{"people", "李二"}}));
    later();
    second_split = saved(household_step(there(), "split", kOne, {{"people", "李二"}}));
    meet();
  }
  std::string home_of_li() { return see("Person", person("李二"), "household_id"); }
  std::string made_by(const RowId& change) { return see("RosterChange", change, "to"); }
  void expect_one_left() {
    meet();
    EXPECT_THAT(everybody(place()), ElementsAre(cat("王一 鱼泉村 ", kOne), "李二 鱼泉村 新",
                                                cat("张三 鱼泉村 ", kTwo)));
    EXPECT_THAT(march(), ElementsAre("鱼泉村 5 0", "清渭社区 1 0", "合计 6 0"));
    EXPECT_EQ(see("Household", house(kOne), "size"), "4");
    EXPECT_EQ(see("Person", person("李二"), "relation"), "户主");
    EXPECT_EQ(place().vault.conflicts()->size(), 0u);
    EXPECT_EQ(repair("各分了一次户"), "");
  }
  RowId first, second_split;
};

TEST_F(SplitTwiceTest, TheEmptyHouseholdIsToRepairAndTakingItsSplitBackMendsIt) {
  ASSERT_EQ(home_of_li(), made_by(second_split)) << "the later word";
  EXPECT_EQ(repair("各分了一次户"), cat("1 change undo ", first.hex()));
  saved(undo(first));
  expect_one_left();
  EXPECT_EQ(home_of_li(), made_by(second_split));
  saved(undo(second_split));
  meet();
  EXPECT_THAT(march(), ElementsAre("鱼泉村 4 0", "清渭社区 1 0", "合计 5 0"));
  EXPECT_EQ(home_of_li(), house(kOne).hex());
  EXPECT_EQ(see("Household", house(kOne), "size"), "5");
}

TEST_F(SplitTwiceTest, TakingTheOtherBackHeGoesToTheHouseholdThatIsLeft) {
  saved(undo(second_split));
  expect_one_left();
  EXPECT_EQ(home_of_li(), made_by(first));
  saved(undo(first));
  meet();
  EXPECT_THAT(march(), ElementsAre("鱼泉村 4 0", "清渭社区 1 0", "合计 5 0"));
  EXPECT_EQ(home_of_li(), house(kOne).hex());
}

// Two heads of one household, until a person names one of them.
TEST_F(RosterApartTest, TwoHeadsNamedApartAreToRepair) {
  saved(add_person(
      place(), {{"household_id", kOne}, {"name", "王小"}, {"relation", "长子"}, {"sex", "男"}}));
  ASSERT_TRUE(town.world.settle());
  EXPECT_EQ(repair("两个户主"), "");
  saved(step("head", kOne, {{"to", "李二"}}));
  later();
  saved(household_step(there(), "head", kOne, {{"to", "王小"}}));
  meet();
  EXPECT_EQ(repair("两个户主"), cat("1 household show ", kOne));
  ASSERT_EQ(place().vault.conflicts()->size(), 1u);
  // The one that shows is confirmed: the other is none any more, and nothing is disputed.
  saved(step("head", kOne, {{"to", "王小"}}));
  meet();
  EXPECT_EQ(repair("两个户主"), "");
  EXPECT_EQ(see("Person", person("李二"), "relation"), "其他");
  EXPECT_EQ(see("Person", person("王小"), "relation"), "户主");
  EXPECT_EQ(Directory(place()).household(kOne)->head_name, "王小");
  EXPECT_EQ(place().vault.conflicts()->size(), 0u);
  EXPECT_THAT(fields_of(step("head", kOne, {{"to", "王小"}})->faults), ElementsAre("to"));
}

// Also after the dispute over the head was settled by itself.
TEST_F(RosterApartTest, SettlingWhoIsHeadLeavesTheOtherToRepair) {
  saved(add_person(
      place(), {{"household_id", kOne}, {"name", "王小"}, {"relation", "长子"}, {"sex", "男"}}));
  ASSERT_TRUE(town.world.settle());
  saved(step("head", kOne, {{"to", "李二"}}));
  later();
  saved(household_step(there(), "head", kOne, {{"to", "王小"}}));
  meet();
  saved(take_claim(place(), place().vault.conflicts()->front(), 0, place().vault.view()));
  ASSERT_EQ(Directory(place()).household(kOne)->head_name, "李二");
  EXPECT_EQ(repair("两个户主"), cat("1 household show ", kOne));
  saved(step("head", kOne, {{"to", "李二"}}));
  EXPECT_EQ(repair("两个户主"), "");
  EXPECT_EQ(see("Person", person("王小"), "relation"), "其他");
}

}  // namespace
}  // namespace mq::work::testing
