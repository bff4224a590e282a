// Programs of two versions over one file and over one stream.
#include "vault_support.h"

namespace mq::vault {
namespace {

using testing::Device;
using testing::kCount;
using testing::kFresh;
using testing::kLater;
using testing::kNote;
using testing::kTitle;
using testing::number;
using testing::Opened;
using testing::schema_v1;
using testing::schema_v2;
using testing::TempFolder;
using testing::text;

TEST(VaultUpgrade, FieldsAndEntitiesOfANewerVersionAppearAfterTheUpgrade) {
  Opened opened;
  TempFolder folder;
  Device newer(1, opened, schema_v2());
  Device older(2, opened, schema_v1(), folder.file("older.db"));
  const RowId row = newer.new_row(), later = newer.new_row();
  newer.save({Device::set(row, kCount, number(1)), Device::set(row, kFresh, number(42)),
              Device::set(later, 1, text("later"), kLater)});
  newer.send_to(older);
  EXPECT_EQ(older.state(), newer.state());
  EXPECT_EQ(older.shown(row, kCount), number(1));
  older.save({Device::set(row, kTitle, text("by the older"))});
  older.send_to(newer);
  EXPECT_EQ(newer.shown(row, kFresh), number(42));

  older.open(schema_v2());
  EXPECT_EQ(older.shown(row, kFresh), number(42));
  EXPECT_EQ(older.shown(later, 1, kLater), text("later"));
  EXPECT_EQ(older.state(), newer.state());
  EXPECT_EQ(older.vault->search("later", 10)->size(), 1u);
  older.save({Device::set(row, kFresh, number(43)), Device::set(later, 1, text("more"), kLater)});
  older.send_to(newer);
  EXPECT_EQ(newer.shown(row, kFresh), number(43));
  EXPECT_EQ(newer.shown(later, 1, kLater), text("more"));
  EXPECT_EQ(older.state(), newer.state());
}

TEST(VaultUpgrade, AnOlderProgramMayOpenTheFileOfANewerOneAndLosesNothing) {
  Opened opened;
  TempFolder folder;
  Device device(1, opened, schema_v2(), folder.file("v.db"));
  Device other(2, opened, schema_v2());
  const RowId row = device.new_row(), later = device.new_row();
  device.save({Device::set(row, kFresh, number(42)), Device::set(later, 1, text("l"), kLater)});
  device.send_to(other);
  device.open(schema_v1());
  EXPECT_FALSE(device.vault->load(kLater, later)->has_value());
  EXPECT_EQ(device.vault->load(kNote, row)->value().cell(kFresh), nullptr);
  other.save({Device::set(row, kFresh, number(44)), Device::set(later, 1, text("m"), kLater)});
  other.send_to(device);
  device.save({Device::set(row, kCount, number(5))});
  device.send_to(other);
  EXPECT_EQ(device.state(), other.state());
  device.open(schema_v2());
  EXPECT_EQ(device.shown(row, kFresh), number(44));
  EXPECT_EQ(device.shown(later, 1, kLater), text("m"));
  EXPECT_EQ(device.shown(row, kCount), number(5));
  EXPECT_EQ(device.state(), other.state());
}

TEST(VaultUpgrade, OpeningTwiceChangesNothing) {
  Opened opened;
  TempFolder folder;
  Device device(1, opened, schema_v2(), folder.file("v.db"));
  const RowId row = device.new_row();
  device.save({Device::set(row, kCount, number(1))});
  const Hash before = device.state();
  device.open(schema_v2());
  device.open(schema_v2());
  EXPECT_EQ(device.state(), before);
  VaultOptions missing;
  missing.path = folder.file("nothing.db");
  missing.schema = &schema_v1();
  mq::testing::SimRandom random;
  const auto none = Vault::open(missing, device.clock, random);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, Code::kNotFound);
}

// Ledgers of a period read by day; a file from before that index was made gets it at open.
TEST(VaultUpgrade, AnOlderFileGetsTheIndexByDay) {
  Opened opened;
  TempFolder folder;
  Device device(1, opened, model::Schema::current(), folder.file("v.db"));
  constexpr const char* kIndexes =
      "SELECT count(*) FROM pragma_index_list('visit') WHERE name = 'visit_by_date'";
  ASSERT_EQ(*device.vault->database().integer(kIndexes), 1);
  ASSERT_TRUE(device.vault->database().execute("DROP INDEX visit_by_date").ok());
  ASSERT_EQ(*device.vault->database().integer(kIndexes), 0);
  device.open(model::Schema::current());
  EXPECT_EQ(*device.vault->database().integer(kIndexes), 1);
  auto plan = device.vault->database().query(
      "EXPLAIN QUERY PLAN SELECT id FROM \"visit\" WHERE stream = 1 AND deleted = 0 AND "
      "date BETWEEN 1 AND 2");
  ASSERT_TRUE(plan.ok() && *plan->step());
  EXPECT_NE(plan->text(3).find("visit_by_date"), std::string_view::npos) << plan->text(3);
}

}  // namespace
}  // namespace mq::vault
