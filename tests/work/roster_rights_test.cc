// Who may take which step of the roster: the right in every village that the step touches, asked
// again when it is taken back. What is refused leaves everything as it was.
#include "work/roster_home.h"

namespace mq::work::testing {
namespace {

// 乙 holds both villages; his right, as the log stood for him then, was to one of them alone.
class RosterRightsTest : public RosterTest {
 protected:
  Workplace with_right_in(const std::string& village, const std::string& other) {
    phone_ = &town.join("乙", {village}, false);
    narrow_ = std::make_unique<wire::ControlState>(town.desk.control().state());
    sync::GiveOptions more;
    more.person = phone_->keyring().identity()->person;
    more.kind = wire::pb::ROLE_KIND_CADRE;
    more.streams = {town.desk.vault().stream(Directory(place()).village(other)->stream)->id};
    EXPECT_TRUE(sync::give_right(more, town.desk.member()).ok());
    EXPECT_TRUE(town.world.settle());
    Workplace all = town.at(*phone_);
    EXPECT_TRUE(Directory(all).household(kOne).ok() && Directory(all).household(kSix).ok());
    return {all.vault, *narrow_, all.clock, all.random, all.member};
  }
  static void expect_refused(const Result<Outcome>& outcome, const char* what) {
    ASSERT_FALSE(outcome.ok()) << what << (outcome->ok() ? "" : outcome->faults.front().en);
    EXPECT_EQ(outcome.error().code, Code::kNotAllowed) << what;
  }

  SimDevice* phone_ = nullptr;
  std::unique_ptr<wire::ControlState> narrow_;
};

TEST_F(RosterRightsTest, NoStepWithoutTheRightInEveryVillageItTouches) {
  const Workplace theirs = with_right_in("清渭社区", "鱼泉村");
  expect_refused(household_step(theirs, "split", kOne, {{"people", "李二"}}), "split");
  expect_refused(household_step(theirs, "merge", kTwo, {{"into", kOne}}), "merge");
  expect_refused(household_step(theirs, "merge", kTwo, {{"into", kOne}, {"same", "是"}}), "same");
  expect_refused(household_step(theirs, "head", kOne, {{"to", "李二"}}), "head");
  expect_refused(household_step(theirs, "move", kOne, {{"village", "清渭社区"}}), "move away");
  EXPECT_THAT(fields_of(household_step(theirs, "move", kSix, {{"village", "鱼泉村"}})->faults),
              ::testing::ElementsAre("village"));
  expect_refused(change_person(theirs, "merge", person_id(theirs, "李二"),
                               {{"into", person_id(theirs, "张三").hex()}}),
                 "person");
  EXPECT_EQ(count(theirs, "roster_change"), 0);
  saved(household_step(theirs, "head", kSix, {{"to", "吴七"}}));
}

TEST_F(RosterRightsTest, TakingBackAsksForEveryVillageToo) {
  const Workplace theirs = with_right_in("清渭社区", "鱼泉村");
  const RowId change = saved(step("move", kSix, {{"village", "鱼泉村"}}));
  ASSERT_TRUE(town.world.settle());
  expect_refused(undo_change(theirs, "undo", change, {}), "move");
  EXPECT_EQ(shown(theirs, "RosterChange", change, "undone_on"), "");
  saved(undo_change(town.at(*phone_), "undo", change, {}));
}

}  // namespace
}  // namespace mq::work::testing
