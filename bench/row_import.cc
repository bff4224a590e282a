// Row 10: rosters, cadres and paper visits of a township through core/work, reading of the files
// included, against plain inserts of the rows that come of them.
#include <sqlite3.h>

#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "mq/tabular/sheet.h"
#include "mq/work/import.h"
#include "mq/work/organisation.h"
#include "rows.h"
#include "township.h"

namespace mq::bench {

namespace {

// Short as a run is, a shared machine makes one a third longer than the next.
constexpr int kRuns = 9;

// Every row of every entity's table, as SQLite hands it out.
struct TableRows {
  std::string name;
  int columns = 0;
  std::vector<sqlite3_value*> values;
  ~TableRows() {
    for (sqlite3_value* value : values) sqlite3_value_free(value);
  }
  std::size_t rows() const { return values.size() / static_cast<std::size_t>(columns); }
};

std::unique_ptr<TableRows> rows_of(sqlite3* db, const model::Entity& entity) {
  auto out = std::make_unique<TableRows>();
  out->name = model::quoted(entity.table);
  std::string columns = "id";
  for (const model::Field& field : entity.fields) columns += cat(", ", model::quoted(field.name));
  const std::string sql = cat("SELECT ", columns, " FROM ", out->name);
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) stop(sql);
  out->columns = sqlite3_column_count(statement);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    for (int i = 0; i < out->columns; ++i) {
      out->values.push_back(sqlite3_value_dup(sqlite3_column_value(statement, i)));
    }
  }
  sqlite3_finalize(statement);
  return out;
}

double insert_plain(const std::string& path,
                    const std::vector<std::unique_ptr<TableRows>>& tables) {
  Plain plain(path, nullptr);
  std::vector<sqlite3_stmt*> inserts;
  for (const auto& table : tables) {
    std::string sql = cat("CREATE TABLE ", table->name, "(c0 BLOB PRIMARY KEY");
    std::string insert = cat("INSERT INTO ", table->name, " VALUES(?");
    for (int i = 1; i < table->columns; ++i) {
      sql += cat(", c", i);
      insert += ",?";
    }
    plain.execute((sql + ")").c_str());
    inserts.push_back(plain.prepare(insert + ")"));
  }
  const Watch watch;
  plain.execute("BEGIN");
  for (std::size_t t = 0; t < tables.size(); ++t) {
    const TableRows& table = *tables[t];
    for (std::size_t at = 0; at < table.values.size();) {
      for (int i = 1; i <= table.columns; ++i) {
        sqlite3_bind_value(inserts[t], i, table.values[at++]);
      }
      if (sqlite3_step(inserts[t]) != SQLITE_DONE) stop("plain SQLite does not store a row");
      sqlite3_reset(inserts[t]);
    }
  }
  plain.execute("COMMIT");
  const double seconds = watch.seconds();
  for (sqlite3_stmt* insert : inserts) sqlite3_finalize(insert);
  return seconds;
}

}  // namespace

void row_import(Bench& bench) {
  std::vector<double> ours, raw;
  std::size_t rows = 0, stored = 0;
  const int runs = bench.sizes.tiny ? 1 : kRuns;
  for (int i = 0; i <= runs; ++i) {
    progress(cat("import: run ", i));
    const Folder folder(bench.folder);
    Township township(folder / "town");
    const Watch watch;
    stored = township.import_all(bench.samples);
    const double a = watch.seconds();
    std::vector<std::unique_ptr<TableRows>> tables;
    rows = 0;
    for (const model::Entity& entity : township.device->vault().schema().entities()) {
      tables.push_back(rows_of(township.device->vault().database().raw(), entity));
      rows += tables.back()->rows();
    }
    const double b = insert_plain(folder / "plain.db", tables);
    if (i == 0 && !bench.sizes.tiny) continue;
    ours.push_back(a);
    raw.push_back(b);
  }
  const double a = static_cast<double>(rows) / median(ours);
  const double b = static_cast<double>(rows) / median(raw);
  print({"10", cat("import of ", stored, " lines into ", rows, " rows"), number(a, 0) + " /s",
         number(b, 0) + " /s", a / b, "×", 0.2, true, "plain inserts of those rows"});
}

}  // namespace mq::bench
