#include "mq/model/dictionary.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mq::model {
namespace {

DictionaryRow row(std::string_view entity, std::string_view name) {
  for (const DictionaryRow& r : dictionary(Schema::current())) {
    if (r.entity == entity && r.name == name) return r;
  }
  return {};
}

TEST(Dictionary, HasOneRowForEveryFieldInOrder) {
  const auto rows = dictionary(Schema::current());
  std::size_t fields = 0;
  for (const Entity& entity : Schema::current().entities()) fields += entity.fields.size();
  EXPECT_EQ(rows.size(), fields);
  EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return std::pair(a.entity_number, a.field) < std::pair(b.entity_number, b.field);
  }));
}

TEST(Dictionary, SaysWhatTheSchemaSays) {
  const DictionaryRow outcome = row("Visit", "outcome");
  EXPECT_EQ(outcome.zh, "结果");
  EXPECT_EQ(outcome.type, "choice");
  EXPECT_EQ(outcome.need, "save");
  EXPECT_EQ(outcome.merge, "register");
  EXPECT_EQ(outcome.scope, "village");
  EXPECT_EQ(outcome.columns, "结果, 走访结果");
  EXPECT_EQ(outcome.values.find("1 见到户主 (met_head); 2 见到家人 (met_family)"), 0u);
  EXPECT_EQ(row("Visit", "visited_by").type, "→Cadre[]");
  EXPECT_EQ(row("Visit", "gift_money").unit, "元");
  EXPECT_EQ(row("Diary", "body").merge, "text");
  EXPECT_EQ(row("Diary", "body").need, "submit");
  EXPECT_EQ(row("HouseholdPrivate", "inc_wage").privacy, "P3");
  EXPECT_EQ(row("HouseholdPrivate", "inc_wage").gate, "income");
  EXPECT_EQ(row("Person", "name").bounds, "≤ 50");
  EXPECT_EQ(row("HouseholdPrivate", "income_quarter").bounds, "1–4");
  EXPECT_TRUE(row("Person", "name").search);
  EXPECT_TRUE(row("Issue", "state").system);
}

}  // namespace
}  // namespace mq::model
