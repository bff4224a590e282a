#include "w_model.h"

#include <sqlite3.h>

#include <set>

#include "measure.h"
#include "mq/base/text.h"
#include "mq/model/value.h"
#include "w.pb.h"

namespace mq::bench {

namespace {

model::Value id_value(const std::array<std::uint8_t, 16>& id) {
  return Bytes(id.begin(), id.end());
}
model::Value integer(std::int64_t value) { return value; }

const model::Entity& entity_of(const RowOp& op) { return *w_schema().entity(op.entity); }

}  // namespace

const model::Schema& w_schema() {
  static const std::unique_ptr<model::Schema> schema =
      must(model::Schema::from(1, {minqing::bench::Visit::descriptor()->file()}));
  return *schema;
}

std::vector<Household> households_of(const w::Data& data) {
  std::vector<Household> out;
  std::set<std::array<std::uint8_t, 16>> seen;
  w::Rng random{7};
  for (const w::Visit& v : data.v) {
    if (!seen.insert(v.household).second) continue;
    const auto number = std::to_string(out.size() + 1);
    out.push_back({v.household, cat("5227010200", std::string(5 - number.size(), '0'), number),
                   w::name(random), random.between(1, 12), random.between(1, 8)});
  }
  return out;
}

RowOp op_of(const Household& h) {
  return {kHousehold,
          RowId{h.id},
          1'767'225'600'000,
          {{1, h.number}, {2, h.head}, {3, h.group}, {4, h.people}}};
}

RowOp op_of(const w::Visit& v) {
  return {kVisit,
          RowId{v.id},
          v.created_ms,
          {{1, id_value(v.household)},
           {2, integer(v.cadre)},
           {3, v.started_ms},
           {4, v.ended_ms},
           {5, integer(v.lat_e6)},
           {6, integer(v.lon_e6)},
           {7, integer(v.form)},
           {8, integer(v.outcome)},
           {9, v.summary},
           {10, integer(v.issues)},
           {11, integer(v.people)},
           {12, integer(v.status)},
           {13, v.created_ms},
           {14, v.updated_ms},
           {15, integer(v.device)}}};
}

RowOp op_of(const w::Diary& d) {
  return {kDiary,
          RowId{d.id},
          d.updated_ms,
          {{1, id_value(d.visit)},
           {2, integer(d.cadre)},
           {3, d.day_ms},
           {4, d.body},
           {5, d.updated_ms}}};
}

RowOp op_of(const w::Edit& e, const w::Visit& v) {
  constexpr std::array<std::uint32_t, 4> kFields = {8, 10, 12, 9};
  RowOp op{kVisit, RowId{v.id}, e.updated_ms, {}};
  const auto field = kFields[static_cast<std::size_t>(e.field)];
  op.cells.emplace_back(field, field == 9 ? model::Value(e.sval) : integer(e.ival));
  op.cells.emplace_back(14, e.updated_ms);
  return op;
}

vault::Draft draft_of(vault::StreamIx stream, const RowOp& op) {
  vault::Draft draft{stream, {}};
  for (const auto& [field, value] : op.cells) {
    vault::Change change;
    change.entity = op.entity;
    change.row = op.row;
    change.field = field;
    change.value = value;
    draft.changes.push_back(std::move(change));
  }
  return draft;
}

model::Transaction transaction_of(const RowOp& op) {
  model::Transaction t;
  t.hlc = Hlc::of(op.ms);
  const model::Entity& entity = entity_of(op);
  for (const auto& [number, value] : op.cells) {
    const model::Field& field = *entity.field(number);
    t.ops.push_back(
        {field.op_kind(), op.entity, op.row, number, model::encode_value(field, value)});
  }
  return t;
}

Plain::Plain(const std::string& path, const model::Schema* schema) {
  if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) stop("plain SQLite does not open");
  execute(
      "PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
      "PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY;");
  if (schema == nullptr) return;
  for (const model::Entity& entity : schema->entities()) {
    std::string sql = cat("CREATE TABLE IF NOT EXISTS ", entity.table, "(id BLOB PRIMARY KEY");
    for (const model::Field& field : entity.fields) sql += cat(", ", field.name);
    execute((sql + ")").c_str());
  }
}

Plain::~Plain() {
  for (const auto& [key, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

void Plain::execute(const char* sql) {
  if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    stop(cat("plain SQLite: ", sqlite3_errmsg(db_)));
  }
}

std::int64_t Plain::integer(const char* sql) {
  sqlite3_stmt* statement = prepare(sql);
  if (sqlite3_step(statement) != SQLITE_ROW) stop(cat("plain SQLite: ", sqlite3_errmsg(db_)));
  const std::int64_t value = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  return value;
}

sqlite3_stmt* Plain::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    stop(cat("plain SQLite: ", sqlite3_errmsg(db_)));
  }
  return statement;
}

sqlite3_stmt* Plain::statement_for(const RowOp& op) {
  const model::Entity& entity = entity_of(op);
  const bool whole = op.cells.size() == entity.fields.size();
  sqlite3_stmt*& statement = statements_[{op.entity, whole ? 0 : op.cells.front().first}];
  if (statement != nullptr) return statement;
  std::string sql =
      cat(whole ? "INSERT INTO " : "UPDATE ", entity.table, whole ? " VALUES(?1" : " SET ");
  int index = 1;
  for (const auto& [field, value] : op.cells) {
    ++index;
    if (whole) {
      sql += cat(", ?", index);
    } else {
      sql += cat(index > 2 ? ", " : "", entity.field(field)->name, " = ?", index);
    }
  }
  statement = prepare(sql + (whole ? ")" : " WHERE id = ?1"));
  return statement;
}

namespace {

void bind(sqlite3_stmt* statement, int index, const model::Value& value) {
  if (const auto* n = std::get_if<std::int64_t>(&value)) {
    sqlite3_bind_int64(statement, index, *n);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    sqlite3_bind_text(statement, index, text->data(), static_cast<int>(text->size()),
                      SQLITE_STATIC);
  } else if (const auto* bytes = std::get_if<Bytes>(&value)) {
    sqlite3_bind_blob(statement, index, bytes->data(), static_cast<int>(bytes->size()),
                      SQLITE_STATIC);
  }
}

void run(sqlite3_stmt* statement) {
  if (sqlite3_step(statement) != SQLITE_DONE) stop("plain SQLite does not store a row");
  sqlite3_reset(statement);
}

}  // namespace

void Plain::put(const RowOp& op) {
  sqlite3_stmt* statement = statement_for(op);
  sqlite3_bind_blob(statement, 1, op.row.data.data(), 16, SQLITE_STATIC);
  int index = 1;
  for (const auto& [field, value] : op.cells) bind(statement, ++index, value);
  run(statement);
}

}  // namespace mq::bench
