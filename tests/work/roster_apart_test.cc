// Two desks change one household apart from each other: everybody stands in one household that
// counts, on both, and each step can be taken back.
#include "mq/work/edits_home.h"
#include "mq/work/facts_home.h"
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

}  // namespace
}  // namespace mq::work::testing
