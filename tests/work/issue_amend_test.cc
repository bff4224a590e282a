// Amending an issue: what its moves write, and who may correct it.
#include "mq/work/issue.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;

// The moves and who may make them cannot be gone round by amending what they write.
class AmendedIssueTest : public ::testing::Test {
 protected:
  AmendedIssueTest() { town.with_people(); }
  Result<Outcome> add(Inputs more) {
    more.insert(more.end(), {{"text", "垃圾池一个月没清"}, {"category", "环保"}});
    return add_issue(town.place(), more);
  }
  std::string see(const RowId& row, std::string_view field) {
    return shown(town.place(), "Issue", row, field);
  }
  static Result<Outcome> change(const Workplace& place, const RowId& row, const Inputs& inputs) {
    return amend(place, *place.vault.schema().entity("Issue"), row, inputs, place.vault.view());
  }
  // The field at fault, and that the move is named which writes it.
  void refused(const RowId& row, const Input& typed, std::string_view move) {
    const auto outcome = change(town.place(), row, {typed});
    ASSERT_TRUE(outcome.ok()) << typed.field;
    ASSERT_THAT(fields_of(outcome->faults), ElementsAre(typed.field));
    EXPECT_THAT(outcome->faults[0].zh, ::testing::HasSubstr(std::string(move)));
  }
  Township town;
};

TEST_F(AmendedIssueTest, ADeadlineIsTheDesksToCorrectAndIsExtendedByItsMove) {
  const Workplace cadre = town.at(town.join("甲", {"鱼泉村"}, false));
  const RowId row = saved(add({{"village", "鱼泉村"}, {"nature", "申诉求决"}}));
  saved(move_issue(town.place(), "accept", row, {}));
  ASSERT_TRUE(town.world.settle());
  for (const Input& typed : Inputs{{"due_at", "2099-01-01 18:00"},
                                   {"accepted_at", "2026-03-04 09:00"},
                                   {"extended_until", ""}}) {
    const auto outcome = change(cadre, row, {typed});
    ASSERT_FALSE(outcome.ok()) << typed.field;
    EXPECT_EQ(outcome.error().code, Code::kNotAllowed);
    EXPECT_THAT(outcome.error().zh, ::testing::HasSubstr("issue extend"));
  }
  saved(change(town.place(), row,
               {{"due_at", "2026-05-05 18:00"}, {"accepted_at", "2026-03-04 09:00"}}));
  refused(row, {"extended_until", "2099-01-01"}, "issue extend");
  saved(move_issue(town.place(), "extend", row,
                   {{"reason", "鉴定"}, {"extended_until", "2026-05-20"}}));
  saved(change(town.place(), row, {{"extended_until", ""}}));
  EXPECT_EQ(see(row, "extended_until"), "");
}

// Nor by typing it beside another move.
TEST_F(AmendedIssueTest, NoMoveOfACadreTakesADeadlineOrAUnitAlong) {
  const Workplace cadre = town.at(town.join("甲", {"鱼泉村"}, false));
  saved(add_unit(town.place(), {{"name", "镇民政办"}}));
  const RowId row = saved(add({{"village", "鱼泉村"}}));
  ASSERT_TRUE(town.world.settle());
  saved(move_issue(cadre, "accept", row, {{"due_at", "2026-03-09 18:00"}}));
  for (const Input& typed : Inputs{{"due_at", "2099-01-01 18:00"},
                                   {"accepted_at", "2026-03-04 09:00"},
                                   {"extended_until", "2099-01-01"},
                                   {"to_org", "镇民政办"}}) {
    const auto outcome = move_issue(cadre, "progress", row, {typed});
    ASSERT_FALSE(outcome.ok()) << typed.field;
    EXPECT_EQ(outcome.error().code, Code::kNotAllowed) << typed.field;
  }
  saved(move_issue(cadre, "progress", row, {}));
}

TEST_F(AmendedIssueTest, WhatAMoveWritesIsWrittenByIt) {
  const Workplace place = town.place();
  saved(add_unit(place, {{"name", "镇民政办"}}));
  EXPECT_THAT(fields_of(add({{"village", "鱼泉村"}, {"closure", "移送"}})->faults),
              ElementsAre("closure"));
  EXPECT_THAT(fields_of(add({{"village", "鱼泉村"}, {"hops", "x"}})->faults), ElementsAre("hops"));
  const RowId row = saved(add({{"village", "鱼泉村"}}));
  saved(change(place, row, {{"to_org", "镇民政办"}}));
  saved(move_issue(place, "accept", row, {}));
  saved(move_issue(place, "assign", row, {{"to_org", "镇民政办"}}));
  refused(row, {"to_org", "鱼泉村"}, "issue assign");
  saved(move_issue(place, "sign", row, {}));
  EXPECT_THAT(fields_of(move_issue(place, "progress", row, {{"hops", "重办"}})->faults),
              ElementsAre("hops"));
  refused(row, {"hops", ""}, "每一步");
  refused(row, {"closure", "已解决"}, "issue close");
  saved(move_issue(place, "review", row, {{"result", "已清运"}}));
  saved(move_issue(place, "close", row, {{"closure", "已解决"}}));
  saved(change(place, row, {{"closure", "解释说明"}}));
  const Inputs called = {{"callback", "满意"},
                         {"callback_by", "乙"},
                         {"callback_on", "2026-03-05"},
                         {"callback_text", "电话里说好了"}};
  for (const Input& typed : called) refused(row, typed, "issue callback");
  saved(move_issue(place, "callback", row, {{"callback", "未联系上"}}));
  saved(change(place, row, called));
}

}  // namespace
}  // namespace mq::work::testing
