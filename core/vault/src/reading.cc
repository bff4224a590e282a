// Reading rows and their contested cells.
#include <algorithm>
#include <tuple>

#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "mq/model/step.h"
#include "mq/vault/placed_row.h"
#include "state.h"

namespace mq::vault {

using model::FieldType;
using model::OpKind;
using model::Value;

namespace {

Value column_value(const model::Field& field, const sqlite::Query& q, int index) {
  if (q.is_null(index)) return {};
  switch (field.type) {
    case FieldType::kText:
      return std::string(q.text(index));
    case FieldType::kBytes:
      return to_bytes(q.blob(index));
    default:
      return q.integer(index);
  }
}

// What people see of one op's value; nothing if the bytes are not in the field's form.
Value shown_value(const model::Field* field, OpKind kind, ByteView bytes) {
  if (kind == OpKind::kStep) {
    const auto move = model::decode_step(bytes);
    return move.ok() ? Value{std::int64_t{move->to}} : Value{};
  }
  if (field == nullptr) return to_bytes(bytes);
  const ColumnValue value = to_column(*field, bytes);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* text = std::get_if<std::string_view>(&value)) return std::string(*text);
  if (const auto* blob = std::get_if<ByteView>(&value)) return to_bytes(*blob);
  return {};
}

Result<std::optional<Cell>> read_cell(const Column& column, const sqlite::Query& q, int index) {
  if (q.is_null(index)) return std::optional<Cell>{};
  Cell cell;
  cell.field = column.field.number;
  if (!column.field.repeated) {
    cell.value = column_value(column.field, q, index);
    return std::optional<Cell>(std::move(cell));
  }
  MQ_TRY(const std::vector<Bytes> elements, model::unpack_repeated(column.field, q.blob(index)));
  for (const Bytes& element : elements) {
    cell.values.push_back(shown_value(&column.field, OpKind::kAdd, element));
  }
  if (cell.values.empty()) return std::optional<Cell>{};
  return std::optional<Cell>(std::move(cell));
}

Result<RowData> read_row(const Table& table, const RowId& id, const sqlite::Query& q) {
  RowData out;
  out.entity = table.entity;
  out.id = id;
  out.stream = q.integer(1);
  out.deleted = q.integer(2) != 0;
  for (std::size_t k = 0; k < table.columns.size(); ++k) {
    if (!table.columns[k].known) continue;
    MQ_TRY(auto cell, read_cell(table.columns[k], q, static_cast<int>(k) + 3));
    if (cell) out.cells.push_back(std::move(*cell));
  }
  return out;
}

// The stream of the village that a row says it moved to; nothing: not known here.
Result<std::optional<StreamId>> stream_of_unit(Vault::State& s, const model::Field& field,
                                               const Value& unit) {
  const auto* id = std::get_if<Bytes>(&unit);
  const model::Entity* units = s.schema.entity(field.rule.ref());
  if (id == nullptr || units == nullptr || units->field("stream_id") == nullptr) {
    return std::optional<StreamId>();
  }
  MQ_TRY(sqlite::Query q, s.db.query(cat("SELECT stream_id FROM ", model::quoted(units->table),
                                         " WHERE id = ?1 AND stream_id IS NOT NULL")));
  q.bind(1, ByteView(*id));
  MQ_TRY(const bool found, q.step());
  return found ? StreamId::from(q.blob(0)) : std::optional<StreamId>();
}

// A row that has moved to another stream stands in both.
Result<std::size_t> choose(Vault::State& s, const Table& table, const std::vector<RowData>& rows) {
  const auto moved = std::ranges::find_if(
      table.columns, [](const Column& c) { return c.field.name == "moved_to"; });
  std::vector<PlacedRow> placed;
  for (const RowData& row : rows) {
    PlacedRow& one = placed.emplace_back();
    one.stream = s.stream(row.stream)->id;
    one.deleted = row.deleted;
    const Cell* gone = moved == table.columns.end() ? nullptr : row.cell(moved->field.number);
    one.moved = gone != nullptr;
    if (one.moved) {
      MQ_TRY(one.moved_to, stream_of_unit(s, moved->field, gone->value));
    }
  }
  return row_to_read(placed);
}

}  // namespace

const Cell* RowData::cell(std::uint32_t field) const {
  const auto at = std::lower_bound(cells.begin(), cells.end(), field,
                                   [](const Cell& c, std::uint32_t f) { return c.field < f; });
  return at != cells.end() && at->field == field ? &*at : nullptr;
}

Result<std::optional<RowData>> Vault::load(std::uint32_t entity, const RowId& id) {
  State& s = *state_;
  const Table* table = s.table(entity);
  if (table == nullptr || !table->known) return std::optional<RowData>();
  std::vector<RowData> rows;
  std::vector<std::int64_t> rids;
  {
    MQ_TRY(sqlite::Query q, s.db.query(table->select_all));
    q.bind(1, id.view());
    for (;;) {
      MQ_TRY(const bool found, q.step());
      if (!found) break;
      MQ_TRY(RowData row, read_row(*table, id, q));
      rows.push_back(std::move(row));
      rids.push_back(q.integer(0));
    }
  }
  if (rows.empty()) return std::optional<RowData>();
  std::size_t chosen = 0;
  if (rows.size() > 1) {
    MQ_TRY(chosen, choose(s, *table, rows));
  }
  std::optional<RowData> best(std::move(rows[chosen]));
  if (s.conflict_rows == 0) return best;
  MQ_TRY(sqlite::Query q,
         s.db.query("SELECT 1 FROM mq_conflict WHERE entity = ?1 AND rid = ?2 LIMIT 1"));
  q.bind(1, std::int64_t{entity}).bind(2, rids[chosen]);
  MQ_TRY(best->contested, q.step());
  return best;
}

namespace {

Claim make_claim(const Vault::State& s, const Dot& dot, Hlc hlc, ClockClass c, Value value) {
  const ChainName& chain = s.lines.at(dot.line).chain;
  return {std::move(value), chain.device, chain.incarnation, dot.n, hlc, c, false};
}

Result<std::vector<Claim>> claims_of(Vault::State& s, OpenRow& row, std::uint32_t field) {
  std::vector<Claim> out;
  const StreamLines view(s.lines, row.stream);
  if (field == 0) {
    for (const DeleteHead& d : row.state.deletes) {
      out.push_back(make_claim(s, d.dot, d.hlc, d.clock_class, {}));
      out.back().shown = row.deleted;
    }
    return out;
  }
  for (const MergeCell& cell : row.state.cells) {
    if (cell.key.field != field || cell.heads.empty()) continue;
    const Column* column = row.table != nullptr ? row.table->column(cell.key) : nullptr;
    const bool set = cell.key.kind == OpKind::kAdd || cell.key.kind == OpKind::kAppend;
    const bool step = cell.key.kind == OpKind::kStep;
    const Replay played = step ? replay(cell, view) : Replay{};
    const std::size_t shown = set || step ? 0 : shown_head(cell, view);
    for (std::size_t k = 0; k < cell.heads.size(); ++k) {
      MQ_TRY(const Bytes value, s.head_value(row, cell, cell.heads[k]));
      const Head& head = cell.heads[k];
      out.push_back(make_claim(
          s, head.dot, head.hlc, head.clock_class,
          shown_value(column != nullptr ? &column->field : nullptr, cell.key.kind, value)));
      out.back().shown = set || (step ? played.counted[k] : k == shown);
    }
  }
  return out;
}

// Of all the moves of a state only the one that stands and those that did not count are disputed.
void keep_disputed(const Vault::State& s, const OpenRow& row, std::uint32_t field,
                   std::vector<Claim>& claims) {
  const StreamLines view(s.lines, row.stream);
  for (const MergeCell& cell : row.state.cells) {
    if (cell.key.field != field || cell.key.kind != OpKind::kStep) continue;
    std::vector<std::size_t> disputed = refused_last_moves(cell, view);
    const Replay played = replay(cell, view);
    for (const std::size_t k : played.order) {
      if (played.counted[k]) disputed.insert(disputed.begin(), k);
    }
    const auto stands =
        std::ranges::find_if(disputed, [&](std::size_t k) { return played.counted[k]; });
    std::vector<Claim> kept;
    for (auto at = disputed.begin(); at != disputed.end(); ++at) {
      if (!played.counted[*at] || at == stands) kept.push_back(std::move(claims[*at]));
    }
    claims = std::move(kept);
    return;
  }
}

}  // namespace

Result<std::vector<Claim>> Vault::claims(std::uint32_t entity, const RowId& id,
                                         std::uint32_t field) {
  State& s = *state_;
  MQ_TRY(const auto shown, load(entity, id));
  if (!shown) return std::vector<Claim>{};
  MQ_TRY(OpenRow row, s.open_row(entity, shown->stream, id));
  return claims_of(s, row, field);
}

Result<std::vector<Conflict>> Vault::conflicts() {
  State& s = *state_;
  struct Place {
    std::uint32_t entity;
    std::int64_t rid;
    std::uint32_t field;
  };
  std::vector<Place> places;
  {
    MQ_TRY(sqlite::Query q,
           s.db.query("SELECT entity, rid, field FROM mq_conflict ORDER BY entity, rid, field"));
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      places.push_back({static_cast<std::uint32_t>(q.integer(0)), q.integer(1),
                        static_cast<std::uint32_t>(q.integer(2))});
    }
  }
  std::vector<Conflict> out;
  for (const Place& place : places) {
    MQ_TRY(OpenRow row, s.open_row_at(place.entity, place.rid));
    Conflict conflict{place.entity, row.id, row.stream, place.field, {}};
    MQ_TRY(conflict.claims, claims_of(s, row, place.field));
    keep_disputed(s, row, place.field, conflict.claims);
    // People number them, and speak of them over the telephone.
    std::ranges::sort(conflict.claims, {}, [](const Claim& one) {
      return std::tuple(one.hlc, one.device, one.incarnation, one.n);
    });
    out.push_back(std::move(conflict));
  }
  return out;
}

}  // namespace mq::vault
