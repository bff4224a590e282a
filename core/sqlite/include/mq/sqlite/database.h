// Database: the one wrapper around SQLite, shared by the vault and the server's store.
//
// Statements are prepared once and reused. Every failing call returns an Error whose code says
// what can be done: kExhausted for a full disk, kCorrupt for damaged or unverifiable pages,
// kUnavailable for a locked file, kNotAllowed for a read-only place. Messages hold SQL state, never
// bound values. SQL never asks for time or chance: CURRENT_TIMESTAMP, the date functions (any of
// them reads the clock when asked) and random() are refused by an authorizer, as are ATTACH and
// load_extension; so no SQL can name another VFS and write plaintext beside the vault.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "mq/base/bytes.h"
#include "mq/base/result.h"
#include "mq/sqlite/row_feed.h"

struct sqlite3;
struct sqlite3_stmt;

namespace mq::sqlite {

// A prepared statement lent out by its Database; given back, reset, when it goes.
class Query {
 public:
  Query(Query&& other) noexcept;
  Query& operator=(Query&&) = delete;
  ~Query();

  // Parameters count from 1. Text and blobs are copied.
  Query& bind(int index, std::int64_t value);
  Query& bind(int index, std::string_view text);
  Query& bind(int index, ByteView blob);
  Query& bind_null(int index);
  // Not copied: for large values on hot paths. They must stand until run() or the Query's end.
  Query& bind_kept(int index, std::string_view text);
  Query& bind_kept(int index, ByteView blob);

  // A bind that failed is reported by the next step or run.
  // True while there is a row.
  Result<bool> step();
  // For statements without rows.
  Status run();
  // Ready for the next set of parameters.
  void reset();

  int columns() const;
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  // Valid until the next step or reset.
  std::string_view text(int column) const;
  ByteView blob(int column) const;

 private:
  friend class Database;
  struct Lease;
  explicit Query(Lease* lease);
  Lease* lease_;
};

struct OpenOptions {
  std::string path;       // UTF-8
  std::string vfs;        // name of a registered VFS; empty: SQLite's default
  int reserve_bytes = 0;  // per page, set before the first write; the encrypting VFS needs 40
  bool create = true;     // false: kNotFound if it does not exist
  int cache_kib = 16'384;
  int busy_timeout_ms = 2'000;  // how long the VFS may sleep for another process's write
  bool exclusive = false;       // no shared memory: for a VFS without it, or a single owner
  // Set once the connection is open, before the journal mode is chosen; may register functions.
  std::function<Status(sqlite3*)> prepare;
};

// One thread at a time.
class Database {
 public:
  // WAL, synchronous=FULL, temp_store=MEMORY, foreign keys off, secure_delete on, page 4096.
  static Result<Database> open(const OpenOptions& options);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  // The statement must be one; it is kept prepared under its text.
  Result<Query> query(std::string_view sql);
  // Any number of statements without parameters and results.
  Status execute(const std::string& sql);
  // One statement, all parameters bound in order; for the many one-line writes.
  template <class... Values>
  Status run(std::string_view sql, const Values&... values) {
    MQ_TRY(Query q, query(sql));
    int index = 0;
    (bind_one(q, ++index, values), ...);
    return q.run();
  }
  // One statement without parameters, which reads `rows` as the table mq_feed.
  Status run_fed(std::string_view sql, RowFeed& rows);
  // The first column of the first row, or `otherwise` if there is none.
  Result<std::int64_t> integer(std::string_view sql, std::int64_t otherwise = 0);

  // Writes a compact copy to a new file through the named VFS; durable when this returns.
  // kConflict if `path` exists; not inside a transaction.
  Status vacuum_into(const std::string& path, const std::string& vfs);

  std::int64_t last_row_id() const;
  std::int64_t changes() const;
  bool in_transaction() const;
  sqlite3* raw() const;

 private:
  friend class Query;
  friend class Transaction;
  struct State;
  explicit Database(std::unique_ptr<State> state);
  template <class Value>
  static void bind_one(Query& q, int index, const Value& value) {
    if constexpr (std::is_integral_v<Value>) {
      q.bind(index, static_cast<std::int64_t>(value));
    } else if constexpr (std::is_same_v<Value, std::nullptr_t>) {
      q.bind_null(index);
    } else if constexpr (std::is_convertible_v<Value, std::string_view>) {
      q.bind(index, std::string_view(value));
    } else if constexpr (requires { value.view(); }) {
      q.bind(index, ByteView(value.view()));
    } else {
      q.bind(index, ByteView(value));
    }
  }
  std::unique_ptr<State> state_;
};

// BEGIN IMMEDIATE now; rolls back when it goes without commit(). Nested use becomes a savepoint.
// After a full disk or I/O error SQLite may have rolled back everything: then every further
// statement and commit() fail until the outermost Transaction is gone. The Database must stay where
// it is.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Status commit();

 private:
  Transaction(Database& database, int depth) : database_(&database), depth_(depth) {}
  Database* database_;
  int depth_;
};

// The Error for an SQLite result code; `zh` and `en` say what was attempted.
Error error_of(sqlite3* database, int code, std::string_view zh, std::string_view en);

}  // namespace mq::sqlite
