// Two versions of a fact: one is taken, both are kept, or a person writes a third.
#include "mq/work/settle.h"

#include <algorithm>

#include "mq/work/issue.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

const std::string kOne = "999999100201010001";

class SettleTest : public ::testing::Test {
 protected:
  SettleTest() { town.with_people(); }

  Status write(SimDevice& device, std::string_view field, const std::string& text) {
    const Workplace place = town.at(device);
    const model::Entity& entity = *place.vault.schema().entity("Household");
    const RowId row = Directory(place).household(kOne)->id;
    const auto done = amend(place, entity, row, {{std::string(field), text}}, place.vault.view());
    return done.ok() ? Status() : Status(done.error());
  }
  // The desk and a cadre write apart from each other, and meet.
  vault::Conflict two_versions(std::string_view field, const std::string& ours,
                               const std::string& theirs) {
    if (cadre == nullptr) cadre = &town.join("甲", {"鱼泉村"}, false);
    EXPECT_TRUE(write(town.desk, field, ours).ok() && write(*cadre, field, theirs).ok());
    EXPECT_TRUE(town.world.settle());
    const auto all = town.place().vault.conflicts();
    EXPECT_TRUE(all.ok() && all->size() == 1);
    return all->front();
  }
  std::size_t claim_of(const vault::Conflict& conflict, const std::string& text) {
    for (std::size_t i = 0; i < conflict.claims.size(); ++i) {
      if (conflict.claims[i].value == model::Value(text)) return i;
    }
    return conflict.claims.size();
  }
  // Everywhere the same, and settled everywhere.
  void expect_settled(std::string_view field, const std::string& text) {
    ASSERT_TRUE(town.world.settle());
    for (SimDevice* device : {&town.desk, cadre}) {
      const Workplace place = town.at(*device);
      EXPECT_EQ(shown(place, "Household", Directory(place).household(kOne)->id, field), text);
      EXPECT_TRUE(place.vault.conflicts()->empty());
    }
  }

  Township town;
  SimDevice* cadre = nullptr;
};

TEST_F(SettleTest, OneIsTakenAlsoTheOneThatIsShownAlready) {
  const std::string pairs[][2] = {{"河边新房", "坡上老屋"}, {"河边三号", "坡上三号"}};
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string& wanted = pairs[i][i];
    const vault::Conflict conflict = two_versions("addr", pairs[i][0], pairs[i][1]);
    saved(
        take_claim(town.place(), conflict, claim_of(conflict, wanted), town.place().vault.view()));
    expect_settled("addr", wanted);
  }
}

TEST_F(SettleTest, OfTextsBothMayStay) {
  const vault::Conflict conflict = two_versions("remark", "水管漏", "路灯坏");
  const auto both = all_claims(town.place(), conflict);
  ASSERT_TRUE(both.ok());
  const std::string text = std::get<std::string>(*both);
  EXPECT_NE(text.find("水管漏"), std::string::npos);
  EXPECT_NE(text.find("路灯坏"), std::string::npos);
  ASSERT_TRUE(settle(town.place(), conflict, *both, town.place().vault.view()).ok());
  expect_settled("remark", text);
}

TEST_F(SettleTest, WhatIsShownStandsFirstAndNothingTwice) {
  const vault::Conflict conflict = two_versions("remark", "水管漏", "路灯坏");
  vault::Conflict both = conflict;
  std::ranges::sort(both.claims, {}, [](const vault::Claim& claim) { return claim.shown; });
  ASSERT_TRUE(both.claims.back().shown);
  const std::string shown = std::get<std::string>(both.claims.back().value);
  both.claims.insert(both.claims.begin(), both.claims.front());
  both.claims.insert(both.claims.begin(), both.claims.front());
  both.claims.front().value = std::string(" ");
  const std::string text = std::get<std::string>(*all_claims(town.place(), both));
  EXPECT_EQ(text.rfind(shown, 0), 0u);
  EXPECT_EQ(text.find("——"), text.rfind("——")) << "and nothing where nothing was said";
  EXPECT_EQ(text.find("水管漏"), text.rfind("水管漏"));
  EXPECT_EQ(text.find("路灯坏"), text.rfind("路灯坏"));
}

// Somebody cancelled it while the two versions were looked at.
TEST_F(SettleTest, ACancelledRecordHasNothingLeftToSettle) {
  const auto added = add_household(town.place(), {{"village", "鱼泉村"}, {"head_name", "新来的"}});
  const RowId row = saved(added);
  const Workplace place = town.place();
  vault::Conflict conflict;
  conflict.entity = place.vault.schema().entity("Household")->number;
  conflict.row = row;
  conflict.field = place.vault.schema().entity("Household")->field("addr")->number;
  conflict.stream = Directory(place).household(row.hex())->stream;
  const Status before = settle(place, conflict, std::string("河边"), place.vault.view());
  EXPECT_TRUE(before.ok());
  saved(cancel(place, *place.vault.schema().entity("Household"), row, "重复", place.vault.view()));
  const Status done = settle(place, conflict, std::string("坡上"), place.vault.view());
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, Code::kConflict);
}

TEST_F(SettleTest, OfANumberOnlyOneCanBeTrue) {
  const vault::Conflict conflict = two_versions("size", "3", "4");
  EXPECT_EQ(all_claims(town.place(), conflict).error().code, Code::kInvalidInput);
  EXPECT_EQ(take_claim(town.place(), conflict, 2, {}).error().code, Code::kInvalidInput);
}

// What was shown to the person is what he decided on: what came since stands beside his word.
TEST_F(SettleTest, AVersionHeHasNotSeenStaysOpen) {
  const vault::Conflict conflict = two_versions("addr", "河边新房", "坡上老屋");
  const vault::View seen = town.place().vault.view();
  ASSERT_TRUE(write(*cadre, "addr", "镇上").ok());
  ASSERT_TRUE(town.world.settle());
  saved(take_claim(town.place(), conflict, 0, seen));
  ASSERT_TRUE(town.world.settle());
  const auto left = town.place().vault.conflicts();
  ASSERT_EQ(left->size(), 1u);
  EXPECT_EQ(left->front().claims.size(), 2u);
}

// Cancelled by one while another wrote on: it stands, and a person decides whether it should.
class WhetherItStandsTest : public SettleTest {
 protected:
  WhetherItStandsTest() {
    cadre = &town.join("甲", {"鱼泉村"}, false);
    row = saved(add_visit(town.place(), {{"household_id", kOne},
                                         {"date", "2026-03-03"},
                                         {"outcome", "见到户主"},
                                         {"text", "水渠"}}));
    EXPECT_TRUE(town.world.settle());
    const Workplace desk = town.place(), phone = town.at(*cadre);
    const model::Entity& visit = *desk.vault.schema().entity("Visit");
    saved(cancel(desk, visit, row, "重复", desk.vault.view()));
    saved(amend(phone, visit, row, {{"text", "水渠塌了"}}, phone.vault.view()));
    EXPECT_TRUE(town.world.settle());
  }
  vault::Conflict conflict() {
    const auto all = town.place().vault.conflicts();
    EXPECT_TRUE(all.ok() && all->size() == 1);
    return all->front();
  }
  bool stands(SimDevice& device) {
    const Workplace place = town.at(device);
    EXPECT_TRUE(place.vault.conflicts()->empty());
    return !(*place.vault.load(place.vault.schema().entity("Visit")->number, row))->deleted;
  }
  RowId row;
};

TEST_F(WhetherItStandsTest, TheCancellationIsTaken) {
  ASSERT_EQ(conflict().field, kWhetherItStands);
  ASSERT_EQ(conflict().claims.size(), 1u);
  EXPECT_EQ(take_claim(town.place(), conflict(), 2, {}).error().code, Code::kInvalidInput);
  EXPECT_EQ(all_claims(town.place(), conflict()).error().code, Code::kInvalidInput);
  saved(take_claim(town.place(), conflict(), 0, town.place().vault.view()));
  ASSERT_TRUE(town.world.settle());
  EXPECT_FALSE(stands(town.desk) || stands(*cadre));
  EXPECT_EQ(shown(town.place(), "Visit", row, "cancel_reason"), "重复");
}

TEST_F(WhetherItStandsTest, TheRecordIsKept) {
  saved(take_claim(town.place(), conflict(), 1, town.place().vault.view()));
  ASSERT_TRUE(town.world.settle());
  EXPECT_TRUE(stands(town.desk) && stands(*cadre));
  EXPECT_EQ(shown(town.place(), "Visit", row, "cancel_reason"), "");
  EXPECT_EQ(shown(town.place(), "Visit", row, "text"), "水渠塌了");
}

// A change of the roster that is taken back takes rows away without a word.
TEST_F(SettleTest, AlsoWhatWasTakenAwayWithoutAReasonIsKept) {
  cadre = &town.join("甲", {"鱼泉村"}, false);
  const Workplace desk = town.place(), phone = town.at(*cadre);
  const model::Entity& visit = *desk.vault.schema().entity("Visit");
  const RowId row = saved(
      add_visit(desk, {{"household_id", kOne}, {"date", "2026-03-03"}, {"outcome", "见到户主"}}));
  ASSERT_TRUE(town.world.settle());
  vault::Change gone;
  gone.kind = vault::Change::Kind::kDelete;
  gone.entity = visit.number;
  gone.row = row;
  const vault::StreamIx stream = (*desk.vault.load(visit.number, row))->stream;
  ASSERT_TRUE(desk.vault.commit({{stream, {gone}}}, desk.vault.view()).ok());
  saved(amend(phone, visit, row, {{"text", "水渠塌了"}}, phone.vault.view()));
  ASSERT_TRUE(town.world.settle());
  const auto all = desk.vault.conflicts();
  ASSERT_EQ(all->size(), 1u);
  saved(take_claim(town.place(), all->front(), 1, desk.vault.view()));
  expect_settled("addr", "");
  EXPECT_FALSE((*town.at(*cadre).vault.load(visit.number, row))->deleted);
  EXPECT_EQ(shown(town.at(*cadre), "Visit", row, "text"), "水渠塌了");
  EXPECT_EQ(shown(town.at(*cadre), "Visit", row, "date"), "2026-03-03");
}

// Times are read to the minute: what two took up within one is nothing to decide.
TEST_F(SettleTest, TheSameMinuteIsTheSameTime) {
  cadre = &town.join("甲", {"鱼泉村"}, false);
  const auto seconds_into = [&] { return town.place().clock.wall().ms / 1000 % 60; };
  for (const Inputs& inputs : {Inputs{}, Inputs{{"term", "1 小时"}}}) {
    const RowId row = saved(
        add_issue(town.place(), {{"village", "鱼泉村"}, {"text", "水渠"}, {"category", "饮水"}}));
    ASSERT_TRUE(town.world.settle());
    town.world.advance(std::chrono::seconds(61 - seconds_into()));
    saved(move_issue(town.place(), "accept", row, inputs));
    town.world.advance(std::chrono::seconds(40));
    saved(move_issue(town.at(*cadre), "accept", row, inputs));
    ASSERT_TRUE(town.world.settle());
    EXPECT_TRUE(town.place().vault.conflicts()->empty());
    EXPECT_TRUE(town.at(*cadre).vault.conflicts()->empty());
  }
}

// A state is moved by its verbs, which know whose move it is: settling confirms the one that
// stands.
TEST_F(SettleTest, OfAStateTheOneThatStandsIsConfirmedAndNoOtherTaken) {
  cadre = &town.join("甲", {"鱼泉村"}, false);
  const RowId row = saved(
      add_issue(town.place(), {{"village", "鱼泉村"}, {"text", "水渠"}, {"category", "饮水"}}));
  ASSERT_TRUE(town.world.settle());
  saved(move_issue(town.place(), "accept", row, {}));
  saved(move_issue(town.place(), "progress", row, {{"result", "看过"}}));
  town.world.advance(std::chrono::minutes(1));
  saved(move_issue(town.at(*cadre), "withdraw", row, {{"reason", "不要了"}}));
  ASSERT_TRUE(town.world.settle());
  const auto ours = town.place().vault.conflicts(), theirs = town.at(*cadre).vault.conflicts();
  ASSERT_EQ(ours->size(), 1u);
  ASSERT_EQ(theirs->size(), 1u);
  const std::vector<vault::Claim>& claims = ours->front().claims;
  ASSERT_EQ(claims.size(), 2u) << "not every move that was ever made";
  for (std::size_t i = 0; i < claims.size(); ++i) {
    EXPECT_EQ(claims[i].value, theirs->front().claims[i].value) << "one number means one version";
  }
  const std::string stands = shown(town.place(), "Issue", row, "state");
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (claims[i].shown) continue;
    EXPECT_EQ(take_claim(town.at(*cadre), theirs->front(), i, {}).error().code,
              Code::kInvalidInput);
  }
  EXPECT_EQ(shown(town.place(), "Issue", row, "state"), stands);
  const auto shows = std::ranges::find(claims, true, &vault::Claim::shown);
  ASSERT_NE(shows, claims.end());
  saved(take_claim(town.place(), ours->front(), static_cast<std::size_t>(shows - claims.begin()),
                   town.place().vault.view()));
  ASSERT_TRUE(town.world.settle());
  EXPECT_TRUE(town.place().vault.conflicts()->empty());
  EXPECT_TRUE(town.at(*cadre).vault.conflicts()->empty());
  EXPECT_EQ(shown(town.at(*cadre), "Issue", row, "state"), stands);
}

}  // namespace
}  // namespace mq::work::testing
