// At open: the tables of an older schema become those of this one, and what was kept of a newer
// version comes to light.
#include <algorithm>

#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "row_codec.h"
#include "search.h"
#include "state.h"

namespace mq::vault {

namespace {

Result<std::vector<std::int64_t>> rids(Vault::State& s, const std::string& sql_text) {
  std::vector<std::int64_t> out;
  MQ_TRY(sqlite::Query q, s.db.query(sql_text));
  for (;;) {
    MQ_TRY(const bool row, q.step());
    if (!row) return out;
    out.push_back(q.integer(0));
  }
}

// Values of fields that the file had no column for move from `meta` into the new column.
Status bring_fields(Vault::State& s, const Table& table, const std::vector<CellKey>& fields) {
  MQ_TRY(const auto rows, rids(s, cat("SELECT rid FROM ", model::quoted(table.name))));
  for (const std::int64_t rid : rows) {
    MQ_TRY(OpenRow row, s.open_row_at(table.entity, rid));
    for (const CellKey& key : fields) {
      if (row.state.cell(key) != nullptr) row.changed.push_back(key);
    }
    if (!row.changed.empty()) MQ_CHECK(s.store_row(row));
  }
  return {};
}

Status move_index(Vault::State& s, std::uint32_t entity, std::int64_t from, std::int64_t to) {
  for (const char* table : {"mq_touch", "mq_open_entry", "mq_conflict"}) {
    // A rid of the entity's own table may equal one that has not moved yet: negative in between.
    MQ_CHECK(s.db.run(cat("UPDATE ", table, " SET rid = ?3 WHERE entity = ?1 AND rid = ?2"), entity,
                      from, to));
  }
  return {};
}

// Rows of an entity that the file had no table for.
Status bring_rows(Vault::State& s, const Table& table) {
  MQ_TRY(const auto rows, rids(s, cat("SELECT rid FROM mq_unknown_row WHERE entity = ",
                                      table.entity, " ORDER BY rid")));
  for (const std::int64_t rid : rows) MQ_CHECK(move_index(s, table.entity, rid, -rid));
  for (const std::int64_t rid : rows) {
    OpenRow row;
    row.table = &table;
    row.entity = table.entity;
    {
      MQ_TRY(sqlite::Query q,
             s.db.query("SELECT stream, id, meta FROM mq_unknown_row WHERE rid = ?1"));
      q.bind(1, rid);
      MQ_TRY(const bool found, q.step());
      if (!found) continue;
      row.stream = q.integer(0);
      row.id = RowId::from(q.blob(1)).value_or(RowId{});
      MQ_TRY(row.state, decode_row(q.blob(2)));
    }
    for (const OpenEntry& open : row.state.open) row.open_before.push_back(open.entry);
    for (const MergeCell& cell : row.state.cells) row.changed.push_back(cell.key);
    MQ_CHECK(s.store_row(row));
    MQ_CHECK(s.db.run("DELETE FROM mq_unknown_row WHERE rid = ?1", rid));
    MQ_CHECK(
        s.db.run("DELETE FROM mq_conflict WHERE entity = ?1 AND rid = ?2", table.entity, -rid));
    MQ_CHECK(move_index(s, table.entity, -rid, row.rid));
  }
  return {};
}

// A field that search reads in this schema and did not in the file's, or another tokenizer.
Status renew_search(Vault::State& s) {
  ByteWriter now;
  now.varint(kTokenizerVersion);
  for (const Table& table : s.tables) {
    for (const Column& c : table.columns) {
      if (!c.known || !c.field.rule.search()) continue;
      now.varint(table.entity);
      now.varint(c.field.number);
    }
  }
  MQ_TRY(const auto before, s.setting("vault.search"));
  if (before && *before == now.bytes()) return {};
  MQ_CHECK(s.reset_search());
  return s.set_setting("vault.search", now.bytes());
}

}  // namespace

Status Vault::State::upgrade() {
  FileSchema file;
  MQ_TRY(const auto stored, setting("vault.schema"));
  if (stored) {
    MQ_TRY(file, decode_file_schema(*stored));
  }
  const FileSchema before = file;
  std::vector<std::string> statements;
  MQ_TRY(FileSchema after, join_schemas(std::move(file), schema, statements));
  for (const std::string& statement : statements) MQ_CHECK(db.execute(statement));
  tables = std::move(after.tables);
  file_version = after.version;
  const Bytes description = encode_file_schema({file_version, tables});
  if (!stored || *stored != description) MQ_CHECK(set_setting("vault.schema", description));
  for (const Table& table : tables) {
    const auto old = std::find_if(before.tables.begin(), before.tables.end(),
                                  [&](const Table& t) { return t.entity == table.entity; });
    if (old == before.tables.end()) {
      if (stored) MQ_CHECK(bring_rows(*this, table));
      continue;
    }
    std::vector<CellKey> fresh;
    for (const Column& c : table.columns) {
      if (old->column(c.key()) == nullptr) fresh.push_back(c.key());
    }
    if (!fresh.empty()) MQ_CHECK(bring_fields(*this, table, fresh));
  }
  MQ_CHECK(interpret_waiting());
  MQ_TRY(conflict_rows, db.integer("SELECT count(*) FROM mq_conflict"));
  return renew_search(*this);
}

}  // namespace mq::vault
