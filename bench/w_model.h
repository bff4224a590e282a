// Workload W in the vault's terms, and in plain SQLite's: the same rows on both sides.
#pragma once

#include <workload.h>  // as a system header: it keeps its own style

#include <map>
#include <utility>
#include <vector>

#include "mq/model/schema.h"
#include "mq/vault/vault.h"

struct sqlite3;
struct sqlite3_stmt;

namespace mq::bench {

const model::Schema& w_schema();

enum Entity : std::uint32_t { kHousehold = 10, kVisit = 20, kDiary = 30 };

struct Household {
  std::array<std::uint8_t, 16> id;
  std::string number, head;
  std::int64_t group = 0, people = 0;
};
// The distinct households that the visits name, in order of first use.
std::vector<Household> households_of(const w::Data& data);

// One row op: what a person saved at once.
struct RowOp {
  std::uint32_t entity = 0;
  RowId row;
  std::int64_t ms = 0;
  std::vector<std::pair<std::uint32_t, model::Value>> cells;  // by field number
};
RowOp op_of(const Household& household);
RowOp op_of(const w::Visit& visit);
RowOp op_of(const w::Diary& diary);
RowOp op_of(const w::Edit& edit, const w::Visit& visit);

vault::Draft draft_of(vault::StreamIx stream, const RowOp& op);
model::Transaction transaction_of(const RowOp& op);

// Plain SQLite: WAL, synchronous=FULL, the same page size and cache as the vault's, a table per
// entity whose id is the primary key.
class Plain {
 public:
  // Null: without tables.
  explicit Plain(const std::string& path, const model::Schema* schema = &w_schema());
  ~Plain();
  Plain(const Plain&) = delete;
  Plain& operator=(const Plain&) = delete;

  void execute(const char* sql);
  void put(const RowOp& op);
  std::int64_t integer(const char* sql);
  sqlite3* raw() const { return db_; }
  // The caller's to finalize.
  sqlite3_stmt* prepare(const std::string& sql);

 private:
  sqlite3_stmt* statement_for(const RowOp& op);

  sqlite3* db_ = nullptr;
  // By entity and first field of an edit (0: insert), so that a row costs no SQL text.
  std::map<std::pair<std::uint32_t, std::uint32_t>, sqlite3_stmt*> statements_;
};

}  // namespace mq::bench
