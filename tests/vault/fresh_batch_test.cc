// New rows, of a draft and of an envelope, that are stored by one statement a table: nothing of a
// row may depend on its company.
#include "vault_support.h"

namespace mq::vault {
namespace {

using testing::Device;
using testing::kCount;
using testing::kLater;
using testing::kMarks;
using testing::kNote;
using testing::kPlace;
using testing::kText;
using testing::kTitle;
using testing::number;
using testing::Opened;
using testing::text;

// Row k of the draft: each has other fields than its neighbours, every 7th goes the general way.
std::vector<Change> row_of(const RowId& row, int k) {
  std::vector<Change> out;
  if (k % 2 == 0) out.push_back(Device::set(row, kCount, number(k - 9)));
  if (k % 3 == 0) out.push_back(Device::set(row, kText, text(cat("第", k, "户"))));
  if (k % 5 != 0) {
    Change marks = Device::of(Change::Kind::kSet, row, kMarks);
    for (int m = 0; m < k % 4; ++m) marks.values.push_back(number(m));
    out.push_back(marks);
  }
  if (k % 7 == 0) out.push_back(Device::of(Change::Kind::kStep, row, testing::kState, number(1)));
  out.push_back(Device::set(row, kTitle, text(cat("t", k))));
  if (k % 11 == 0) out.push_back(Device::set(row, kPlace, number(k)));  // behind its place
  return out;
}

TEST(FreshBatch, ARowIsStoredAmongManyAsItIsAlone) {
  Opened opened;
  Device many(1, opened), single(1, opened), other(2, opened);
  std::vector<RowId> rows;
  std::vector<Change> all;
  for (int k = 0; k < 60; ++k) {
    rows.push_back(many.new_row());
    for (Change& change : row_of(rows.back(), k)) all.push_back(std::move(change));
    single.save(row_of(rows.back(), k));
  }
  many.save(all);
  for (int k = 0; k < 60; ++k) {
    SCOPED_TRACE(k);
    const RowId& row = rows[static_cast<std::size_t>(k)];
    for (const std::uint32_t field : {kCount, kText, kTitle, kPlace, testing::kState}) {
      EXPECT_EQ(many.shown(row, field), single.shown(row, field)) << field;
    }
    EXPECT_EQ(many.members(row, kMarks), single.members(row, kMarks));
    EXPECT_EQ(many.shown(row, kTitle), text(cat("t", k)));
    EXPECT_EQ(many.members(row, kMarks).size(), k % 5 != 0 ? static_cast<std::size_t>(k % 4) : 0u);
  }
  EXPECT_TRUE(many.vault->verify()->empty());
  // What went out is what is here.
  many.send_to(other);
  EXPECT_EQ(many.state(), other.state());
  EXPECT_TRUE(other.vault->verify()->empty());
}

TEST(FreshBatch, RowsOfSeveralTablesAndTransactionsKeepTheirOrder) {
  Opened opened;
  Device desk(1, opened, testing::schema_v2()), other(2, opened, testing::schema_v2());
  std::vector<Change> changes;
  std::vector<RowId> notes, laters;
  for (int k = 0; k < 40; ++k) {
    notes.push_back(desk.new_row());
    laters.push_back(desk.new_row());
    changes.push_back(Device::set(notes.back(), kText, text(std::string(1500, 'x'))));
    changes.push_back(Device::set(laters.back(), 1, text(cat("later ", k)), kLater));
  }
  desk.save(changes);
  EXPECT_GE(desk.vault->delivery()->unsealed, 2u);
  for (const auto& [table, ids] : {std::pair("note", &notes), std::pair("later", &laters)}) {
    auto q = desk.vault->database().query(cat("SELECT id FROM \"", table, "\" ORDER BY rid"));
    ASSERT_TRUE(q.ok());
    for (const RowId& id : *ids) {
      ASSERT_TRUE(q->step().value());
      EXPECT_EQ(RowId::from(q->blob(0)), id);
    }
  }
  desk.send_to(other);
  EXPECT_EQ(desk.state(), other.state());
}

TEST(FreshBatch, AFailureBehindItTakesTheRowsBack) {
  Opened opened;
  Device desk(1, opened);
  std::vector<Change> changes;
  for (int k = 0; k < 20; ++k) changes.push_back(Device::set(desk.new_row(), kCount, number(k)));
  Draft wrong{desk.stream, {Device::set(desk.new_row(), 99, number(1))}};
  ASSERT_FALSE(desk.vault->commit({{desk.stream, changes}, wrong}, desk.vault->view()).ok());
  EXPECT_EQ(desk.vault->database().integer("SELECT count(*) FROM \"note\"").value(), 0);
  EXPECT_EQ(desk.vault->delivery()->unsealed, 0u);
}

// What a device makes of two envelopes in which some rows are the same, whichever comes first.
TEST(FreshMerge, RowsThatTurnOutToBeHeldAreMergedAndTheOthersStored) {
  Opened opened;
  Device a(1, opened), b(2, opened), first(3, opened), second(4, opened);
  std::vector<RowId> rows;
  for (int k = 0; k < 30; ++k) rows.push_back(a.new_row());
  const auto write = [&](Device& device, int from, int to, std::int64_t place) {
    std::vector<Change> changes;
    for (int k = from; k < to; ++k) {
      const RowId& row = rows[static_cast<std::size_t>(k)];
      changes.push_back(Device::set(row, kCount, number(k)));
      changes.push_back(Device::set(row, kPlace, number(place)));
    }
    device.save(std::move(changes));
    return *device.seal();
  };
  const wire::Envelope of_a = write(a, 0, 20, 1), of_b = write(b, 10, 30, 2);
  first.receive(of_a);
  first.receive(of_b);
  second.receive(of_b);
  second.receive(of_a);
  EXPECT_EQ(first.state(), second.state());
  for (Device* device : {&first, &second}) {
    EXPECT_TRUE(device->vault->verify()->empty());
    EXPECT_EQ(device->vault->database().integer("SELECT count(*) FROM \"note\"").value(), 30);
    EXPECT_EQ(device->vault->conflicts()->size(), 10u) << "the place of each row that both made";
    EXPECT_EQ(device->shown(rows[0], kPlace), number(1));
    EXPECT_EQ(device->shown(rows[29], kPlace), number(2));
  }
}

TEST(FreshMerge, ARowThatAnEnvelopeMakesAndChangesKeepsItsOrder) {
  Opened opened;
  Device a(1, opened), other(2, opened);
  std::vector<RowId> rows;
  std::vector<Change> made, changed;
  for (int k = 0; k < 20; ++k) {
    rows.push_back(a.new_row());
    made.push_back(Device::set(rows.back(), kCount, number(1)));
    made.push_back(Device::set(rows.back(), kPlace, number(1)));
    if (k % 3 != 0) continue;
    changed.push_back(Device::set(rows.back(), kCount, number(2)));  // looks like a new row too
    changed.push_back(Device::set(rows.back(), kPlace, number(2)));
  }
  a.save(made);
  a.save(changed);
  a.send_to(other);
  EXPECT_EQ(a.state(), other.state());
  EXPECT_TRUE(other.vault->verify()->empty());
  EXPECT_TRUE(other.vault->conflicts()->empty());
  for (std::size_t k = 0; k < rows.size(); ++k) {
    EXPECT_EQ(other.shown(rows[k], kPlace), number(k % 3 == 0 ? 2 : 1)) << k;
  }
}

}  // namespace
}  // namespace mq::vault
