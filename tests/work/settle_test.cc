// Two versions of a fact: one is taken, both are kept, or a person writes a third.
#include "mq/work/settle.h"

#include <algorithm>

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
    const auto value = one_claim(conflict, claim_of(conflict, wanted));
    ASSERT_TRUE(value.ok());
    ASSERT_TRUE(settle(town.place(), conflict, *value, town.place().vault.view()).ok());
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
  EXPECT_EQ(one_claim(conflict, 2).error().code, Code::kInvalidInput);
}

// What was shown to the person is what he decided on: what came since stands beside his word.
TEST_F(SettleTest, AVersionHeHasNotSeenStaysOpen) {
  const vault::Conflict conflict = two_versions("addr", "河边新房", "坡上老屋");
  const vault::View seen = town.place().vault.view();
  ASSERT_TRUE(write(*cadre, "addr", "镇上").ok());
  ASSERT_TRUE(town.world.settle());
  ASSERT_TRUE(settle(town.place(), conflict, *one_claim(conflict, 0), seen).ok());
  ASSERT_TRUE(town.world.settle());
  const auto left = town.place().vault.conflicts();
  ASSERT_EQ(left->size(), 1u);
  EXPECT_EQ(left->front().claims.size(), 2u);
}

}  // namespace
}  // namespace mq::work::testing
