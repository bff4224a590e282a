// Search over the vault: index candidates, rows not indexed yet, one exact test for both.
#include "search.h"

#include <algorithm>

#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "row_codec.h"
#include "state.h"

namespace mq::vault {

namespace {

// One number for (entity, rid, version): an edited row is indexed again under the next version, and
// what the older one still says is found out by the exact test.
constexpr int kRidBits = 38, kVersionBits = 10;
constexpr std::int64_t kVersionMax = (1 << kVersionBits) - 1;

std::int64_t document(std::uint32_t entity, std::int64_t rid, std::int64_t version) {
  return std::int64_t{entity} << (kRidBits + kVersionBits) | rid << kVersionBits | version;
}
std::uint32_t entity_of(std::int64_t document) {
  return static_cast<std::uint32_t>(document >> (kRidBits + kVersionBits));
}
std::int64_t rid_of(std::int64_t document) {
  return (document >> kVersionBits) & ((std::int64_t{1} << kRidBits) - 1);
}

bool searched(const Table& table) {
  return table.known && std::any_of(table.columns.begin(), table.columns.end(),
                                    [](const auto& c) { return c.known && c.field.rule.search(); });
}

// All that search reads of a row: the columns, and concurrent values beside them.
struct Text {
  RowId id;
  bool deleted = false;
  std::string folded;
};

std::string select_text(const Table& table, std::string_view where) {
  std::string columns;
  for (const Column& c : table.columns) {
    if (c.known && c.field.rule.search()) columns += cat(", ", model::quoted(c.field.name));
  }
  return cat("SELECT rid, id, deleted, meta", columns, " FROM ", model::quoted(table.name), " ",
             where);
}

Result<Text> text_of_row(const Table& table, const sqlite::Query& q) {
  Text out;
  out.id = RowId::from(q.blob(1)).value_or(RowId{});
  out.deleted = q.integer(2) != 0;
  std::string text;
  MQ_TRY(const RowState state, decode_row(q.blob(3)));
  int index = 4;
  for (const Column& c : table.columns) {
    if (!c.known || !c.field.rule.search()) continue;
    const int at = index++;
    if (c.field.repeated) {
      if (q.is_null(at)) continue;
      MQ_TRY(const std::vector<Bytes> elements, model::unpack_repeated(c.field, q.blob(at)));
      for (const Bytes& element : elements) text += cat(mq::text_of(element), "\n");
      continue;
    }
    text += cat(q.text(at), "\n");
    const MergeCell* cell = state.cell(c.key());
    if (cell == nullptr || cell->heads.size() < 2) continue;
    for (const Head& head : cell->heads) {
      if (!head.in_column && is_utf8(mq::text_of(head.value))) {
        text += cat(mq::text_of(head.value), "\n");
      }
    }
  }
  out.folded = fold(text);
  return out;
}

struct Finder {
  Vault::State& state;
  const std::vector<SearchTerm>& terms;
  std::size_t limit;
  std::vector<Vault::Hit> hits;
  std::set<std::pair<std::uint32_t, RowId>> found;

  bool full() const { return hits.size() >= limit; }

  Status take(const Table& table, const sqlite::Query& q) {
    MQ_TRY(const Text text, text_of_row(table, q));
    if (text.deleted || !matches(text.folded, terms)) return {};
    if (found.insert({table.entity, text.id}).second) hits.push_back({table.entity, text.id});
    return {};
  }

  Status one(std::uint32_t entity, std::int64_t rid) {
    const Table* table = state.table(entity);
    if (table == nullptr || !searched(*table)) return {};
    MQ_TRY(sqlite::Query q, state.db.query(select_text(*table, "WHERE rid = ?1")));
    q.bind(1, rid);
    MQ_TRY(const bool row, q.step());
    return row ? take(*table, q) : Status();
  }

  // Rows after `rid`, newest first.
  Status after(const Table& table, std::int64_t rid) {
    MQ_TRY(sqlite::Query q, state.db.query(select_text(table, "WHERE rid > ?1 ORDER BY rid DESC")));
    q.bind(1, rid);
    while (!full()) {
      MQ_TRY(const bool row, q.step());
      if (!row) return {};
      MQ_CHECK(take(table, q));
    }
    return {};
  }
};

Status scan_fresh(Vault::State& s, Finder& finder, bool everything) {
  for (const Table& table : s.tables) {
    if (!searched(table)) continue;
    const auto at = s.indexed.find(table.entity);
    const std::int64_t indexed = at == s.indexed.end() || everything ? 0 : at->second;
    MQ_CHECK(finder.after(table, indexed));
  }
  std::vector<std::pair<std::uint32_t, std::int64_t>> dirty;
  {
    MQ_TRY(sqlite::Query q, s.db.query("SELECT entity, rid FROM mq_search_dirty"));
    for (;;) {
      MQ_TRY(const bool row, q.step());
      if (!row) break;
      dirty.emplace_back(static_cast<std::uint32_t>(q.integer(0)), q.integer(1));
    }
  }
  for (const auto& [entity, rid] : dirty) {
    if (!finder.full()) MQ_CHECK(finder.one(entity, rid));
  }
  return {};
}

}  // namespace

const char* search_tables() {
  return R"sql(
CREATE VIRTUAL TABLE IF NOT EXISTS mq_search USING fts5(text, tokenize = 'mq_cjk', content = '',
  columnsize = 0, detail = none);
CREATE TABLE IF NOT EXISTS mq_search_state(entity INTEGER PRIMARY KEY, rid INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS mq_search_dirty(entity INTEGER NOT NULL, rid INTEGER NOT NULL,
  PRIMARY KEY(entity, rid)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mq_search_version(entity INTEGER NOT NULL, rid INTEGER NOT NULL,
  version INTEGER NOT NULL, PRIMARY KEY(entity, rid)) WITHOUT ROWID;
)sql";
}

// A row that the index knows already and whose searched text has changed.
Status Vault::State::note_search(const OpenRow& row) {
  const auto at = indexed.find(row.entity);
  if (row.table == nullptr || at == indexed.end() || row.rid > at->second) return {};
  const bool changed = std::any_of(row.changed.begin(), row.changed.end(), [&](const CellKey& key) {
    const Column* column = row.table->column(key);
    return column != nullptr && column->field.rule.search();
  });
  if (!changed) return {};
  return db.run("INSERT OR IGNORE INTO mq_search_dirty(entity, rid) VALUES (?1, ?2)", row.entity,
                row.rid);
}

Status Vault::State::reset_search() {
  indexed.clear();
  MQ_CHECK(
      db.execute("DROP TABLE mq_search; DELETE FROM mq_search_state; "
                 "DELETE FROM mq_search_dirty; DELETE FROM mq_search_version;"));
  return db.execute(search_tables());
}

Result<std::vector<Vault::Hit>> Vault::search(std::string_view text, std::size_t limit) {
  State& s = *state_;
  if (!is_utf8(text)) return std::vector<Hit>{};  // no stored text holds it
  const std::vector<SearchTerm> terms = search_terms(text);
  if (terms.empty() || limit == 0) return std::vector<Hit>{};
  const std::string expression = match_expression(terms);
  Finder finder{s, terms, limit, {}, {}};
  MQ_CHECK(scan_fresh(s, finder, expression.empty()));
  if (expression.empty() || finder.full()) return std::move(finder.hits);
  MQ_TRY(sqlite::Query q, s.db.query("SELECT rowid FROM mq_search WHERE mq_search MATCH ?1 "
                                     "ORDER BY rowid DESC"));
  q.bind(1, std::string_view(expression));
  std::int64_t before = -1;
  while (!finder.full()) {
    MQ_TRY(const bool row, q.step());
    if (!row) break;
    const std::int64_t key = q.integer(0) >> kVersionBits;
    if (key == before) continue;
    before = key;
    MQ_CHECK(finder.one(entity_of(q.integer(0)), rid_of(q.integer(0))));
  }
  return std::move(finder.hits);
}

namespace {

Status index_row(Vault::State& s, const Table& table, std::int64_t rid, std::int64_t version,
                 const sqlite::Query& q) {
  MQ_TRY(const Text text, text_of_row(table, q));
  return s.db.run("INSERT INTO mq_search(rowid, text) VALUES (?1, ?2)",
                  document(table.entity, rid, version), text.folded);
}

// New rows of one table in the order of rid; returns how many.
Result<std::uint64_t> index_fresh(Vault::State& s, const Table& table, std::uint64_t rows) {
  std::int64_t last = s.indexed[table.entity];
  std::uint64_t done = 0;
  {
    MQ_TRY(sqlite::Query q, s.db.query(select_text(table, "WHERE rid > ?1 ORDER BY rid LIMIT ?2")));
    q.bind(1, last).bind(2, sql(rows));
    for (;;) {
      MQ_TRY(const bool row, q.step());
      if (!row) break;
      last = q.integer(0);
      MQ_CHECK(index_row(s, table, last, 0, q));
      ++done;
    }
  }
  if (done == 0) return done;
  s.indexed[table.entity] = last;
  MQ_CHECK(
      s.db.run("INSERT INTO mq_search_state(entity, rid) VALUES (?1, ?2) "
               "ON CONFLICT(entity) DO UPDATE SET rid = ?2",
               table.entity, last));
  return done;
}

// One edited row; false if there is none.
Result<bool> index_dirty(Vault::State& s) {
  std::uint32_t entity = 0;
  std::int64_t rid = 0, version = 1;
  {
    MQ_TRY(sqlite::Query q,
           s.db.query("SELECT d.entity, d.rid, v.version FROM mq_search_dirty d LEFT JOIN "
                      "mq_search_version v ON v.entity = d.entity AND v.rid = d.rid LIMIT 1"));
    MQ_TRY(const bool row, q.step());
    if (!row) return false;
    entity = static_cast<std::uint32_t>(q.integer(0));
    rid = q.integer(1);
    if (!q.is_null(2)) version = q.integer(2) + 1;
  }
  if (version > kVersionMax) {
    MQ_CHECK(s.reset_search());
    return true;
  }
  if (const Table* table = s.table(entity); table != nullptr && searched(*table)) {
    MQ_TRY(sqlite::Query q, s.db.query(select_text(*table, "WHERE rid = ?1")));
    q.bind(1, rid);
    MQ_TRY(const bool row, q.step());
    if (row) MQ_CHECK(index_row(s, *table, rid, version, q));
  }
  MQ_CHECK(
      s.db.run("INSERT INTO mq_search_version(entity, rid, version) VALUES (?1, ?2, ?3) "
               "ON CONFLICT(entity, rid) DO UPDATE SET version = ?3",
               entity, rid, version));
  MQ_CHECK(s.db.run("DELETE FROM mq_search_dirty WHERE entity = ?1 AND rid = ?2", entity, rid));
  return true;
}

Result<std::uint64_t> not_indexed(Vault::State& s) {
  MQ_TRY(std::int64_t left, s.db.integer("SELECT count(*) FROM mq_search_dirty"));
  for (const Table& table : s.tables) {
    if (!searched(table)) continue;
    MQ_TRY(sqlite::Query q,
           s.db.query(cat("SELECT count(*) FROM ", model::quoted(table.name), " WHERE rid > ?1")));
    q.bind(1, s.indexed[table.entity]);
    MQ_TRY(const bool row, q.step());
    if (row) left += q.integer(0);
  }
  return static_cast<std::uint64_t>(left);
}

}  // namespace

Result<std::uint64_t> Vault::index_some(std::uint64_t rows) {
  State& s = *state_;
  const Status indexed = s.atomically([&]() -> Status {
    std::uint64_t done = 0;
    for (const Table& table : s.tables) {
      if (!searched(table) || done >= rows) continue;
      MQ_TRY(const std::uint64_t fresh, index_fresh(s, table, rows - done));
      done += fresh;
    }
    while (done < rows) {
      MQ_TRY(const bool more, index_dirty(s));
      if (!more) break;
      ++done;
    }
    return {};
  });
  MQ_CHECK(indexed);
  return not_indexed(s);
}

}  // namespace mq::vault
