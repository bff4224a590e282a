#include "fresh_row.h"

#include <tuple>

#include "state.h"

namespace mq::vault {

using model::OpKind;
using model::Transaction;

namespace {

// Ops from `at` that go on about the same row.
std::size_t run_end(const std::vector<model::Op>& ops, std::size_t at) {
  std::size_t end = at + 1;
  while (end < ops.size() && ops[end].entity == ops[at].entity && ops[end].row == ops[at].row) {
    ++end;
  }
  return end;
}

bool plain(OpKind kind) {
  return kind == OpKind::kRegister || kind == OpKind::kText || kind == OpKind::kAdd;
}

// Only what the general path would store in the same bytes: known fields in rising order, values
// in their columns, sets of one member. False: the general path must do it.
bool add_values(const Table& table, const Transaction& t, std::size_t at, std::size_t end,
                Vault::Prepared& out) {
  auto column = table.columns.begin();
  for (std::size_t k = at; k < end; ++k) {
    const model::Op& op = t.ops[k];
    if (!plain(op.kind) || (k > at && op.field <= t.ops[k - 1].field)) return false;
    while (column != table.columns.end() && column->field.number < op.field) ++column;
    if (column == table.columns.end() || column->key() != CellKey{op.field, op.kind}) return false;
    FreshValue value;
    value.index = static_cast<int>(table.index_of(&*column)) + 5;
    value.cell = {column->key(), static_cast<std::uint32_t>(k), nullptr};
    if (op.kind == OpKind::kAdd) {
      value.cell.member = &op.value;
      value.value = ByteView(out.sets.emplace_back(pack(column->field, {ByteView(op.value)})));
    } else {
      value.value = to_column(column->field, op.value);
      if (std::holds_alternative<Unfit>(value.value)) return false;
    }
    out.values.push_back(value);
  }
  return true;
}

// False: `out` is as it was.
bool add_row(const Table& table, const Transaction& t, FreshRow row, Vault::Prepared& out) {
  row.table = &table;
  row.first = out.values.size();
  if (!add_values(table, t, row.at, row.end, out)) {
    out.values.resize(row.first);
    return false;
  }
  row.last = out.values.size();
  out.rows.push_back(row);
  return true;
}

}  // namespace

bool prepare_row(const Table& table, const Transaction& t, std::size_t at, Vault::Prepared& out) {
  return add_row(table, t, {0, at, run_end(t.ops, at), nullptr, 0, 0}, out);
}

std::shared_ptr<const Vault::Prepared> Vault::prepare(
    const std::vector<Transaction>& transactions) const {
  auto out = std::make_shared<Prepared>();
  std::size_t ops = 0;
  for (const Transaction& t : transactions) ops += t.ops.size();
  out->values.reserve(ops);
  for (std::size_t i = 0; i < transactions.size(); ++i) {
    const Transaction& t = transactions[i];
    for (std::size_t at = 0, end = 0; at < t.ops.size(); at = end) {
      end = run_end(t.ops, at);
      const Table* table = state_->table(t.ops[at].entity);
      if (table == nullptr || end - at == 1) continue;  // one op: an edit, nearly always
      add_row(*table, t, {i, at, end, nullptr, 0, 0}, *out);
    }
  }
  return out;
}

const FreshRow* FreshRows::at(std::size_t transaction, std::size_t op) {
  const auto place = [](const FreshRow& row) { return std::tuple(row.transaction, row.at); };
  const std::vector<FreshRow>& rows = prepared_.rows;
  while (next_ < rows.size() && place(rows[next_]) < std::tuple(transaction, op)) ++next_;
  if (next_ == rows.size() || place(rows[next_]) != std::tuple(transaction, op)) return nullptr;
  return &rows[next_];
}

std::span<const FreshValue> FreshRows::values(const FreshRow& row) const {
  return std::span(prepared_.values).subspan(row.first, row.last - row.first);
}

// False: such a row is held already.
Result<bool> Vault::State::insert_fresh(const FreshRow& row, std::span<const FreshValue> values,
                                        const RowId& id, StreamIx stream_ix, const Bytes& meta) {
  MQ_TRY(sqlite::Query q, db.query(row.table->insert_if_new));
  q.bind(1, stream_ix).bind_kept(2, id.view()).bind(3, std::int64_t{0});
  q.bind_kept(4, ByteView(meta));
  for (const FreshValue& value : values) bind(q, value.index, value.value);
  MQ_CHECK(q.run());
  return db.changes() != 0;
}

}  // namespace mq::vault
