#include "mq/model/ddl.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mq::model {
namespace {

const Entity& entity(std::string_view name) { return *Schema::current().entity(name); }

TEST(Ddl, ATableHasAColumnForEveryField) {
  for (const Entity& e : Schema::current().entities()) {
    const std::string table = create_statements(e).front();
    for (const Field& field : e.fields) {
      const std::string column =
          ", " + model::quoted(field.name) + " " + std::string(column_type(field));
      EXPECT_NE(table.find(column), std::string::npos) << e.name << "." << field.name;
    }
  }
}

TEST(Ddl, TheFrameOfATableIsTheVaults) {
  const auto statements = create_statements(entity("QuotaRule"));
  ASSERT_EQ(statements.size(), 2u);
  EXPECT_EQ(statements[0].find("CREATE TABLE IF NOT EXISTS \"quota_rule\"(rid INTEGER PRIMARY KEY, "
                               "stream INTEGER NOT NULL, id BLOB NOT NULL, "
                               "deleted INTEGER NOT NULL DEFAULT 0, \"programme_id\" BLOB"),
            0u);
  EXPECT_TRUE(statements[0].ends_with(", meta BLOB NOT NULL)"));
  EXPECT_EQ(statements[1],
            "CREATE UNIQUE INDEX IF NOT EXISTS \"quota_rule_by_id\" ON \"quota_rule\"(id, stream)");
}

TEST(Ddl, WhatLedgersAskByDayHasAnIndexOnIt) {
  const auto statements = create_statements(entity("Visit"));
  ASSERT_EQ(statements.size(), 4u);
  EXPECT_EQ(statements[2],
            "CREATE INDEX IF NOT EXISTS \"visit_by_date\" ON \"visit\"(stream, \"date\")");
  EXPECT_EQ(statements[3],
            "CREATE INDEX IF NOT EXISTS \"visit_by_household_id\" ON \"visit\"(\"household_id\", "
            "\"date\")");
  ASSERT_EQ(indexes(entity("Diary")).size(), 1u);
  EXPECT_EQ(indexes(entity("Diary"))[0].name, "diary_by_date");
  EXPECT_EQ(indexes(entity("Issue"))[2].name, "issue_by_registered_on");
  ASSERT_EQ(indexes(entity("Person")).size(), 1u) << "people are read village by village";
  EXPECT_EQ(
      indexes(entity("Person"))[0].statement,
      "CREATE INDEX IF NOT EXISTS \"person_tied\" ON \"person\"(id) WHERE same_as IS NOT NULL "
      "OR moved_from IS NOT NULL OR moved_to IS NOT NULL");
}

TEST(Ddl, WhatIsOpenIsFoundAmongManyThatAreNot) {
  const auto issue = indexes(entity("Issue"));
  EXPECT_EQ(
      issue[0].statement,
      "CREATE INDEX IF NOT EXISTS \"issue_open\" ON \"issue\"(stream) WHERE closed_on IS NULL");
  EXPECT_EQ(
      issue[1].statement,
      "CREATE INDEX IF NOT EXISTS \"issue_to_call_back\" ON \"issue\"(state) WHERE callback IS "
      "NULL AND closed_on IS NOT NULL");
}

TEST(Ddl, AnUpgradeAddsOnlyWhatIsMissing) {
  const Entity& visit = entity("Visit");
  std::vector<std::string> columns = {"rid", "stream", "id", "deleted", "meta"};
  for (const Field& field : visit.fields) columns.push_back(field.name);
  EXPECT_TRUE(add_column_statements(visit, columns).empty());
  std::erase(columns, "outcome");
  EXPECT_EQ(add_column_statements(visit, columns),
            std::vector<std::string>{"ALTER TABLE \"visit\" ADD COLUMN \"outcome\" INTEGER"});
}

TEST(Ddl, ColumnTypes) {
  EXPECT_EQ(column_type(*entity("Visit").field("date")), "INTEGER");
  EXPECT_EQ(column_type(*entity("Visit").field("text")), "TEXT");
  EXPECT_EQ(column_type(*entity("Visit").field("household_id")), "BLOB");
  EXPECT_EQ(column_type(*entity("Household").field("class")), "BLOB");
}

TEST(Ddl, ListsOfIdsStandSideBySide) {
  const Field& field = *entity("Visit").field("visited_by");
  const Bytes packed = pack_repeated(field, {Bytes(16, 1), Bytes(16, 2)});
  EXPECT_EQ(packed.size(), 32u);
  EXPECT_EQ(*unpack_repeated(field, packed), (std::vector<Bytes>{Bytes(16, 1), Bytes(16, 2)}));
  EXPECT_EQ(unpack_repeated(field, Bytes(33, 1)).error().code, Code::kCorrupt);
}

TEST(Ddl, ListsOfOthersCarryTheirLengths) {
  const Field& field = *entity("Household").field("phones");
  const std::vector<Bytes> elements = {to_bytes("123"), to_bytes("13983484895"), Bytes(300, 'x')};
  EXPECT_EQ(to_hex(pack_repeated(field, {to_bytes("123")})), "03313233");
  EXPECT_EQ(*unpack_repeated(field, pack_repeated(field, elements)), elements);
  EXPECT_TRUE(unpack_repeated(field, {})->empty());
  EXPECT_EQ(unpack_repeated(field, Bytes{5, 'x'}).error().code, Code::kCorrupt);
}

}  // namespace
}  // namespace mq::model
