// A row seen for the first time, every cell written once: the path of a first sync, without a
// RowState in between.
#include <deque>

#include "row_codec.h"
#include "state.h"

namespace mq::vault {

using model::OpKind;

namespace {

bool plain(OpKind kind) {
  return kind == OpKind::kRegister || kind == OpKind::kText || kind == OpKind::kAdd;
}

// The column of a set that has this one member.
Bytes column_of(const Column& column, const Bytes& member) {
  MergeCell cell;
  cell.key = column.key();
  cell.heads.push_back({{}, {}, ClockClass::kWall, member, false});
  return pack(column.field, cell);
}

}  // namespace

// Only for what the general path would store in the same bytes: known fields in rising order,
// values in their columns, sets of one member, nothing open. 0: take the general path.
Result<std::size_t> Vault::State::insert_fresh(const model::Transaction& t, std::size_t at,
                                               const OpenRow& row, const Stamp& stamp,
                                               const ResolvedContext& seen) {
  if (row.table == nullptr || row.rid != 0 || !seen.open.empty() || !seen.late.empty()) return 0;
  std::vector<FreshCell> cells;
  std::vector<std::pair<int, ColumnValue>> values;
  std::deque<Bytes> sets;  // a deque, since views of its elements must hold
  std::size_t end = at;
  for (; end < t.ops.size() && t.ops[end].entity == row.entity && t.ops[end].row == row.id; ++end) {
    const model::Op& op = t.ops[end];
    const CellKey key{op.field, op.kind};
    if (!plain(op.kind) || (!cells.empty() && op.field <= cells.back().key.field)) return 0;
    const Column* column = row.table->column(key);
    if (column == nullptr) return 0;
    const auto place = static_cast<std::uint32_t>(end);
    const int index = static_cast<int>(row.table->index_of(column)) + 5;
    if (op.kind == OpKind::kAdd) {
      cells.push_back({key, place, &op.value});
      values.emplace_back(index, ByteView(sets.emplace_back(column_of(*column, op.value))));
      continue;
    }
    const ColumnValue value = to_column(column->field, op.value);
    if (std::holds_alternative<Unfit>(value)) return 0;
    cells.push_back({key, place, nullptr});
    values.emplace_back(index, value);
  }
  MQ_TRY(sqlite::Query q, db.query(row.table->insert));
  q.bind(1, row.stream).bind(2, row.id.view()).bind(3, std::int64_t{0});
  q.bind(4, ByteView(encode_fresh_row(stamp, cells)));
  for (const auto& [index, value] : values) bind(q, index, value);
  MQ_CHECK(q.run());
  return end;
}

}  // namespace mq::vault
