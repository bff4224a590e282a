// One row: from its table into a RowState and back, with all that hangs on it.
#include <algorithm>

#include "mq/base/text.h"
#include "mq/model/step.h"
#include "row_codec.h"
#include "state.h"

namespace mq::vault {

using model::OpKind;

namespace {

bool shows_one(OpKind kind) {
  return kind != OpKind::kAdd && kind != OpKind::kAppend && kind != OpKind::kStep;
}

std::vector<Cover> heads_writers(const RowState& state) {
  std::vector<Cover> out;
  const auto note = [&](const Dot& dot) {
    const Cover cover{dot.line, dot.n};
    if (out.empty() || out.back() != cover) out.push_back(cover);
  };
  for (const MergeCell& cell : state.cells) {
    for (const Head& head : cell.heads) note(head.dot);
  }
  for (const DeleteHead& d : state.deletes) note(d.dot);
  return out;
}

// A transaction that leaves no head in the new row: it only took out what is not here yet.
bool leaves_no_head(const OpenRow& row) {
  const std::vector<Cover> wrote = heads_writers(row.state);
  return std::any_of(row.stamps.begin(), row.stamps.end(), [&](const Stamp& stamp) {
    return std::find(wrote.begin(), wrote.end(), Cover{stamp.line, stamp.n}) == wrote.end();
  });
}

ColumnWrite make_write(const Column& column, const ColumnValue& value) {
  ColumnWrite write;
  write.column = &column;
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    write.form = ColumnWrite::Form::kNumber;
    write.number = *number;
  } else if (std::holds_alternative<std::string_view>(value)) {
    write.form = ColumnWrite::Form::kText;
  } else if (std::holds_alternative<ByteView>(value)) {
    write.form = ColumnWrite::Form::kBlob;
  }
  return write;
}

void bind_write(sqlite::Query& q, int index, const ColumnWrite& write) {
  switch (write.form) {
    case ColumnWrite::Form::kNull:
      q.bind_null(index);
      break;
    case ColumnWrite::Form::kNumber:
      q.bind(index, write.number);
      break;
    case ColumnWrite::Form::kText:
      q.bind_kept(index, text_of(write.held));
      break;
    case ColumnWrite::Form::kBlob:
      q.bind_kept(index, ByteView(write.held));
      break;
  }
}

}  // namespace

Result<OpenRow> Vault::State::open_row(std::uint32_t entity, StreamIx stream_ix, const RowId& id) {
  OpenRow row;
  row.table = table(entity);
  row.entity = entity;
  row.stream = stream_ix;
  row.id = id;
  MQ_TRY(sqlite::Query q,
         db.query(row.table != nullptr ? std::string_view(row.table->select_state)
                                       : "SELECT rid, deleted, meta FROM mq_unknown_row "
                                         "WHERE id = ?1 AND stream = ?2 AND entity = ?3"));
  q.bind(1, id.view()).bind(2, stream_ix);
  if (row.table == nullptr) q.bind(3, std::int64_t{entity});
  MQ_TRY(const bool found, q.step());
  if (!found) return row;
  row.rid = q.integer(0);
  row.deleted = q.integer(1) != 0;
  MQ_TRY(row.state, decode_row(q.blob(2)));
  for (const OpenEntry& open : row.state.open) row.open_before.push_back(open.entry);
  if (!row.state.touched) row.creators = heads_writers(row.state);
  if (conflict_rows == 0) return row;
  MQ_TRY(sqlite::Query c, db.query("SELECT field FROM mq_conflict WHERE entity = ?1 AND rid = ?2"));
  c.bind(1, std::int64_t{entity}).bind(2, row.rid);
  for (;;) {
    MQ_TRY(const bool more, c.step());
    if (!more) return row;
    row.contested.insert(static_cast<std::uint32_t>(c.integer(0)));
  }
}

Result<OpenRow> Vault::State::open_row_at(std::uint32_t entity, std::int64_t rid) {
  const Table* t = table(entity);
  StreamIx stream_ix = 0;
  RowId id;
  {
    MQ_TRY(sqlite::Query q, db.query(cat("SELECT stream, id FROM ",
                                         t != nullptr ? cat('"', t->name, '"') : "mq_unknown_row",
                                         " WHERE rid = ?1")));
    q.bind(1, rid);
    MQ_TRY(const bool found, q.step());
    if (!found) return damaged("找不到索引所指的一行", "an index names a row that is not there");
    stream_ix = q.integer(0);
    id = RowId::from(q.blob(1)).value_or(RowId{});
  }
  return open_row(entity, stream_ix, id);
}

Result<Bytes> Vault::State::stored_value(const OpenRow& row, const Column& column) {
  MQ_TRY(sqlite::Query q, db.query(column.select));
  q.bind(1, row.rid);
  MQ_TRY(const bool found, q.step());
  if (!found) return damaged("读取一行", "reading a row");
  return from_column(column.field, q, 0);
}

Result<Bytes> Vault::State::head_value(const OpenRow& row, const MergeCell& cell,
                                       const Head& head) {
  if (!head.in_column) return head.value;
  const Column* column = row.table != nullptr ? row.table->column(cell.key) : nullptr;
  if (column == nullptr || row.rid == 0) return damaged("读取一行", "reading a row");
  return stored_value(row, *column);
}

Status Vault::State::bring_values(OpenRow& row) {
  for (MergeCell& cell : row.state.cells) {
    for (Head& head : cell.heads) {
      if (!head.in_column) continue;
      MQ_TRY(head.value, head_value(row, cell, head));
      head.in_column = false;
    }
  }
  return {};
}

// Moves the shown value of every changed cell into its column, and the one that stood there out.
Result<std::vector<ColumnWrite>> Vault::State::column_writes(OpenRow& row) {
  std::vector<ColumnWrite> out;
  if (row.table == nullptr) return out;
  const StreamLines view(lines, row.stream);
  for (const CellKey& key : row.changed) {
    const Column* column = row.table->column(key);
    if (column == nullptr) continue;
    MergeCell* cell = row.state.cell(key);
    if (cell == nullptr || cell->heads.empty()) {
      out.push_back(make_write(*column, std::monostate{}));
      continue;
    }
    if (key.kind == OpKind::kStep) {
      const std::uint32_t state = replay(*cell, view).state;
      out.push_back(make_write(*column, std::int64_t{state}));
      continue;
    }
    if (!shows_one(key.kind)) {
      ColumnWrite write = make_write(*column, ByteView{});
      std::vector<ByteView> elements;
      for (const Head& head : cell->heads) elements.emplace_back(head.value);
      write.held = pack(column->field, std::move(elements));
      out.push_back(std::move(write));
      continue;
    }
    const std::size_t shown = shown_head(*cell, view);
    if (cell->heads[shown].in_column) continue;
    for (Head& head : cell->heads) {
      if (!head.in_column) continue;
      MQ_TRY(head.value, stored_value(row, *column));
      head.in_column = false;
    }
    Head& head = cell->heads[shown];
    const ColumnValue value = to_column(column->field, head.value);
    ColumnWrite write = make_write(*column, value);
    if (!std::holds_alternative<Unfit>(value)) {
      write.held = std::move(head.value);
      head.value.clear();
      head.in_column = true;
    }
    out.push_back(std::move(write));
  }
  return out;
}

Result<std::int64_t> Vault::State::insert_row(OpenRow& row,
                                              const std::vector<ColumnWrite>& writes) {
  const Bytes meta = encode_row(row.state);
  if (row.table == nullptr) {
    MQ_CHECK(
        db.run("INSERT INTO mq_unknown_row(stream, entity, id, deleted, meta) "
               "VALUES (?1, ?2, ?3, ?4, ?5)",
               row.stream, row.entity, row.id.view(), row.deleted ? 1 : 0, meta));
    return db.last_row_id();
  }
  MQ_TRY(sqlite::Query q, db.query(row.table->insert));
  q.bind(1, row.stream).bind(2, row.id.view()).bind(3, std::int64_t{row.deleted ? 1 : 0});
  q.bind(4, ByteView(meta));
  for (const ColumnWrite& write : writes) {
    bind_write(q, static_cast<int>(row.table->index_of(write.column)) + 5, write);
  }
  MQ_CHECK(q.run());
  return db.last_row_id();
}

Status Vault::State::update_row(OpenRow& row, const std::vector<ColumnWrite>& writes) {
  const Bytes meta = encode_row(row.state);
  const std::int64_t deleted = row.deleted ? 1 : 0;
  if (row.table == nullptr) {
    return db.run("UPDATE mq_unknown_row SET deleted = ?2, meta = ?3 WHERE rid = ?1", row.rid,
                  deleted, meta);
  }
  if (writes.empty()) return db.run(row.table->update_meta, row.rid, deleted, meta);
  for (const ColumnWrite& write : writes) {
    const bool first = &write == &writes.front();
    MQ_TRY(sqlite::Query q,
           db.query(first ? write.column->update_with_meta : write.column->update));
    q.bind(1, row.rid);
    bind_write(q, 2, write);
    if (first) q.bind(3, deleted).bind(4, ByteView(meta));
    MQ_CHECK(q.run());
  }
  return {};
}

Status Vault::State::store_row(OpenRow& row) {
  std::sort(row.changed.begin(), row.changed.end());
  row.changed.erase(std::unique(row.changed.begin(), row.changed.end()), row.changed.end());
  MQ_TRY(const std::vector<ColumnWrite> writes, column_writes(row));
  prune(row.state, StreamLines(lines, row.stream));
  row.deleted = is_deleted(row.state);
  const bool existed = row.rid != 0;
  const bool noted = existed ? !row.stamps.empty() : leaves_no_head(row);
  row.state.touched = row.state.touched || noted;
  if (existed) {
    MQ_CHECK(update_row(row, writes));
  } else {
    MQ_TRY(row.rid, insert_row(row, writes));
  }
  if (noted) MQ_CHECK(note_touch(row));
  MQ_CHECK(note_open_entries(row));
  MQ_CHECK(note_contests(row));
  if (existed) MQ_CHECK(note_search(row));
  return {};
}

Status Vault::State::note_touch(const OpenRow& row) {
  const auto note = [&](LineIx line, std::uint64_t n) {
    return db.run("INSERT OR IGNORE INTO mq_touch(entity, rid, line, n) VALUES (?1, ?2, ?3, ?4)",
                  row.entity, row.rid, line, sql(n));
  };
  for (const Cover& creator : row.creators) MQ_CHECK(note(creator.line, creator.n));
  for (const Stamp& stamp : row.stamps) MQ_CHECK(note(stamp.line, stamp.n));
  return {};
}

Status Vault::State::note_open_entries(const OpenRow& row) {
  if (row.state.open.empty() && row.open_before.empty()) return {};
  const LineIx author = row.stamps.empty() ? 0 : row.stamps.back().line;
  for (const OpenEntry& open : row.state.open) {
    const model::ContextEntry& e = open.entry;
    if (std::binary_search(row.open_before.begin(), row.open_before.end(), e)) continue;
    MQ_CHECK(
        db.run("INSERT OR IGNORE INTO mq_open_entry(stream, device, incarnation, n, tag, "
               "entity, rid, line) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
               row.stream, e.device.view(), e.incarnation, sql(e.n), ByteView(e.tag), row.entity,
               row.rid, author));
    open_rows += db.changes();
  }
  for (const model::ContextEntry& e : row.open_before) {
    const bool kept = std::any_of(row.state.open.begin(), row.state.open.end(),
                                  [&](const OpenEntry& open) { return open.entry == e; });
    if (kept) continue;
    MQ_CHECK(
        db.run("DELETE FROM mq_open_entry WHERE stream = ?1 AND device = ?2 AND "
               "incarnation = ?3 AND n = ?4 AND tag = ?5 AND entity = ?6 AND rid = ?7",
               row.stream, e.device.view(), e.incarnation, sql(e.n), ByteView(e.tag), row.entity,
               row.rid));
    open_rows -= db.changes();
  }
  return {};
}

// Fields on which a person should decide: different concurrent values, a last move that does not
// count, an edit that met a deletion (field 0).
Result<std::set<std::uint32_t>> Vault::State::contested_fields(OpenRow& row) {
  std::set<std::uint32_t> out;
  if (row.deleted) return out;
  if (!row.state.deletes.empty()) out.insert(0);
  const StreamLines view(lines, row.stream);
  for (const MergeCell& cell : row.state.cells) {
    if (cell.heads.size() < 2) continue;
    if (cell.key.kind == OpKind::kStep) {
      if (!refused_last_moves(cell, view).empty()) out.insert(cell.key.field);
      continue;
    }
    if (!shows_one(cell.key.kind)) continue;
    std::set<Bytes> values;
    for (const Head& head : cell.heads) {
      MQ_TRY(Bytes value, head_value(row, cell, head));
      values.insert(std::move(value));
    }
    if (values.size() > 1) out.insert(cell.key.field);
  }
  return out;
}

Status Vault::State::note_contests(OpenRow& row) {
  MQ_TRY(const std::set<std::uint32_t> now, contested_fields(row));
  if (now == row.contested) return {};
  for (const std::uint32_t field : now) {
    MQ_CHECK(db.run("INSERT OR IGNORE INTO mq_conflict(entity, rid, field) VALUES (?1, ?2, ?3)",
                    row.entity, row.rid, field));
    conflict_rows += db.changes();
  }
  for (const std::uint32_t field : row.contested) {
    if (now.contains(field)) continue;
    MQ_CHECK(db.run("DELETE FROM mq_conflict WHERE entity = ?1 AND rid = ?2 AND field = ?3",
                    row.entity, row.rid, field));
    conflict_rows -= db.changes();
  }
  row.contested = now;
  return {};
}

}  // namespace mq::vault
