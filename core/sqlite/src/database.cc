#include "mq/sqlite/database.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>
#include <vector>

#include "error_code.h"
#include "feed_table.h"
#include "mq/base/text.h"

namespace mq::sqlite {

// A prepared statement, idle in the cache or lent to one Query.
struct Query::Lease {
  sqlite3_stmt* statement = nullptr;
  Database::State* owner = nullptr;
  int bind_result = SQLITE_OK;
  bool lent = false;

  Lease() = default;
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() { sqlite3_finalize(statement); }
};

namespace {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

// Nobody asks how much memory SQLite uses, and counting takes a lock at every allocation. Has to be
// said before SQLite is started, which registering a file system does.
[[maybe_unused]] const int kUncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);

// More texts than the program has; beyond it somebody builds SQL from values.
constexpr std::size_t kCachedTextsMax = 512;
// Pages that are written again and again reach the database once a checkpoint; larger than SQLite's
// 1000, since every page is encrypted on both ways. The log that is kept is as long.
constexpr int kCheckpointPages = 4000;
constexpr std::int64_t kWalKeptBytesMax = 17 << 20;

}  // namespace

struct Database::State {
  // The same text may be in use twice at once, so there is a list of statements for each.
  using Leases = std::vector<std::unique_ptr<Query::Lease>>;

  sqlite3* handle = nullptr;
  int depth = 0;                // open Transactions
  bool attach_allowed = false;  // only while vacuum_into() runs: VACUUM attaches its target
  RowFeed* feed = nullptr;      // only while run_fed() runs
  std::unordered_map<std::string, Leases, TextHash, std::equal_to<>> cache;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    cache.clear();
    sqlite3_close_v2(handle);
  }

  // Texts asked for lately, by where they stand: comparing a long one is cheaper than hashing it.
  struct Recent {
    const char* at = nullptr;
    const std::string* text = nullptr;
    Leases* leases = nullptr;
  };
  std::array<Recent, 64> recent;

  Leases& leases_of(std::string_view sql) {
    Recent& last = recent[reinterpret_cast<std::uintptr_t>(sql.data()) / 16 % recent.size()];
    if (last.at == sql.data() && *last.text == sql) return *last.leases;
    auto found = cache.find(sql);
    if (found == cache.end()) {
      if (cache.size() >= kCachedTextsMax) drop_idle();
      found = cache.emplace(sql, Leases()).first;
    }
    last = {sql.data(), &found->first, &found->second};
    return found->second;
  }

  void drop_idle() {
    recent.fill({});
    std::erase_if(cache, [](const auto& entry) {
      return std::none_of(entry.second.begin(), entry.second.end(),
                          [](const auto& lease) { return lease->lent; });
    });
  }

  // Depth says that a Transaction is open, SQLite says that none is: it rolled back on its own.
  bool transaction_lost() const { return depth > 0 && sqlite3_get_autocommit(handle) != 0; }
};

namespace {

Error lost_transaction() {
  return {Code::kInternal, "数据库事务已因之前的错误整体撤销,请重做整个操作",
          "the transaction was rolled back by an earlier error; repeat the whole operation"};
}

int authorize(void* flag, int action, const char* file, const char* function, const char*,
              const char*) {
  static constexpr std::array<std::string_view, 14> kRefused = {
      "load_extension", "random",   "randomblob", "current_timestamp", "current_date",
      "current_time",   "date",     "time",       "datetime",          "julianday",
      "unixepoch",      "strftime", "timediff",   "fts3_tokenizer"};
  if (action == SQLITE_ATTACH || action == SQLITE_DETACH) {
    // VACUUM attaches a nameless database, which temp_store=MEMORY keeps off the disk.
    const bool nameless = action == SQLITE_ATTACH && file != nullptr && *file == '\0';
    return nameless || *static_cast<const bool*>(flag) ? SQLITE_OK : SQLITE_DENY;
  }
  if (action != SQLITE_FUNCTION || function == nullptr) return SQLITE_OK;
  const auto same = [&](std::string_view name) {
    return sqlite3_stricmp(function, name.data()) == 0;
  };
  return std::any_of(kRefused.begin(), kRefused.end(), same) ? SQLITE_DENY : SQLITE_OK;
}

bool plain_in_uri(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
         c == '.' || c == '-' || c == '_';
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<std::uint8_t>(c);
    out += plain_in_uri(c) ? std::string(1, c) : "%" + to_hex(ByteView(&byte, 1));
  }
  return out;
}

// URI form, so that the VFS can be named; the path itself must not be read as one.
std::string uri_of(const std::string& path, const std::string& vfs) {
  return cat("file:", escaped(path), vfs.empty() ? "" : "?vfs=", escaped(vfs));
}

// A file whose name begins with "file:" is still a file.
std::string plain_path(const std::string& path) {
  return path.starts_with("file:") ? "./" + path : path;
}

}  // namespace

// --- Query

Query::Query(Lease* lease) : lease_(lease) {}
Query::Query(Query&& other) noexcept : lease_(std::exchange(other.lease_, nullptr)) {}

Query::~Query() {
  if (lease_ == nullptr) return;
  sqlite3_reset(lease_->statement);
  sqlite3_clear_bindings(lease_->statement);
  lease_->bind_result = SQLITE_OK;
  lease_->lent = false;
}

Query& Query::bind(int index, std::int64_t value) {
  const int code = sqlite3_bind_int64(lease_->statement, index, value);
  if (code != SQLITE_OK) lease_->bind_result = code;
  return *this;
}

namespace {

int bind_text(sqlite3_stmt* statement, int index, std::string_view text,
              sqlite3_destructor_type after) {
  // A null pointer would bind NULL instead of the empty text.
  const char* data = text.data() == nullptr ? "" : text.data();
  return sqlite3_bind_text64(statement, index, data, text.size(), after, SQLITE_UTF8);
}

int bind_blob(sqlite3_stmt* statement, int index, ByteView blob, sqlite3_destructor_type after) {
  if (blob.empty()) return sqlite3_bind_zeroblob(statement, index, 0);
  return sqlite3_bind_blob64(statement, index, blob.data(), blob.size(), after);
}

}  // namespace

Query& Query::bind(int index, std::string_view text) {
  const int code = bind_text(lease_->statement, index, text, SQLITE_TRANSIENT);
  if (code != SQLITE_OK) lease_->bind_result = code;
  return *this;
}

Query& Query::bind(int index, ByteView blob) {
  const int code = bind_blob(lease_->statement, index, blob, SQLITE_TRANSIENT);
  if (code != SQLITE_OK) lease_->bind_result = code;
  return *this;
}

Query& Query::bind_kept(int index, std::string_view text) {
  const int code = bind_text(lease_->statement, index, text, SQLITE_STATIC);
  if (code != SQLITE_OK) lease_->bind_result = code;
  return *this;
}

Query& Query::bind_kept(int index, ByteView blob) {
  const int code = bind_blob(lease_->statement, index, blob, SQLITE_STATIC);
  if (code != SQLITE_OK) lease_->bind_result = code;
  return *this;
}

Query& Query::bind_null(int index) {
  const int code = sqlite3_bind_null(lease_->statement, index);
  if (code != SQLITE_OK) lease_->bind_result = code;
  return *this;
}

Result<bool> Query::step() {
  sqlite3* handle = lease_->owner->handle;
  if (lease_->owner->transaction_lost()) return lost_transaction();
  int code = lease_->bind_result;
  if (code == SQLITE_OK) code = sqlite3_step(lease_->statement);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  Error error = error_of(handle, code, "数据库语句没有执行成功", "database statement failed");
  sqlite3_reset(lease_->statement);
  return error;
}

Status Query::run() {
  for (;;) {
    MQ_TRY(const bool row, step());
    if (row) continue;
    sqlite3_reset(lease_->statement);
    return {};
  }
}

void Query::reset() { sqlite3_reset(lease_->statement); }

int Query::columns() const { return sqlite3_column_count(lease_->statement); }

bool Query::is_null(int column) const {
  return sqlite3_column_type(lease_->statement, column) == SQLITE_NULL;
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(lease_->statement, column);
}

std::string_view Query::text(int column) const {
  // The length is asked after the pointer: asking for text may convert the value.
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(lease_->statement, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(lease_->statement, column))};
}

ByteView Query::blob(int column) const {
  const auto* data =
      static_cast<const std::uint8_t*>(sqlite3_column_blob(lease_->statement, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(lease_->statement, column))};
}

// --- Database

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const OpenOptions& options) {
  auto state = std::make_unique<State>();
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    SQLITE_OPEN_URI | (options.create ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(plain_path(options.path).c_str(), &state->handle, flags,
                                   options.vfs.empty() ? nullptr : options.vfs.c_str());
  sqlite3* handle = state->handle;
  const std::string zh = cat("打不开数据库 ", options.path);
  const std::string en = cat("cannot open database ", options.path);
  if (code != SQLITE_OK) return error_of(handle, code, zh, en);
  sqlite3_busy_timeout(handle, options.busy_timeout_ms);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_set_authorizer(handle, authorize, &state->attach_allowed);
  const int fed = create_feed_table(handle, &state->feed);
  if (fed != SQLITE_OK) return error_of(handle, fed, zh, en);

  Database database(std::move(state));
  MQ_CHECK(database.execute("PRAGMA temp_store=MEMORY; PRAGMA page_size=4096"));
  if (options.reserve_bytes > 0) {
    int bytes = options.reserve_bytes;
    const int reserved = sqlite3_file_control(handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &bytes);
    if (reserved != SQLITE_OK) return error_of(handle, reserved, zh, en);
  }
  if (options.prepare) MQ_CHECK(options.prepare(handle));
  const auto failed = [&](const Error& error) {
    return Error{error.code, cat(zh, ";", error.zh), cat(en, "; ", error.en)};
  };
  const Status set =
      database.execute(cat(options.exclusive ? "PRAGMA locking_mode=EXCLUSIVE;" : "",
                           "PRAGMA mmap_size=0; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                           "PRAGMA foreign_keys=OFF; PRAGMA secure_delete=ON; PRAGMA cache_size=-",
                           options.cache_kib, "; PRAGMA journal_size_limit=", kWalKeptBytesMax,
                           "; PRAGMA wal_autocheckpoint=", kCheckpointPages));
  if (!set.ok()) return failed(set.error());
  // The first read of the schema: a wrong key or a file of another kind shows here, not later.
  const auto readable = database.integer("SELECT count(*) FROM sqlite_schema");
  if (!readable.ok()) return failed(readable.error());
  return database;
}

Result<Query> Database::query(std::string_view sql) {
  State::Leases& leases = state_->leases_of(sql);
  for (const auto& lease : leases) {
    if (lease->lent) continue;
    lease->lent = true;
    return Query(lease.get());
  }
  auto lease = std::make_unique<Query::Lease>();
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(state_->handle, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &lease->statement, &rest);
  if (code != SQLITE_OK) {
    // Here the message can only quote the statement, whose values are still unbound.
    const char* why = sqlite3_errmsg(state_->handle);
    return Error{code_of(state_->handle, code), cat("数据库语句有误:", why, "(SQLite ", code, ")"),
                 cat("bad database statement: ", why, " (SQLite ", code, ")")};
  }
  const std::string_view left(rest, static_cast<std::size_t>(sql.data() + sql.size() - rest));
  if (lease->statement == nullptr || !trimmed(left).empty()) {
    return Error{Code::kInvalidInput, "应为一条数据库语句", "expected exactly one SQL statement"};
  }
  lease->owner = state_.get();
  lease->lent = true;
  leases.push_back(std::move(lease));
  return Query(leases.back().get());
}

Status Database::execute(const std::string& sql) {
  if (state_->transaction_lost()) return lost_transaction();
  const int code = sqlite3_exec(state_->handle, sql.c_str(), nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return {};
  return error_of(state_->handle, code, "数据库语句没有执行成功", "database statement failed");
}

Status Database::run_fed(std::string_view sql, RowFeed& rows) {
  MQ_TRY(Query q, query(sql));
  state_->feed = &rows;
  Status done = q.run();
  state_->feed = nullptr;
  return done;
}

Result<std::int64_t> Database::integer(std::string_view sql, std::int64_t otherwise) {
  MQ_TRY(Query q, query(sql));
  MQ_TRY(const bool row, q.step());
  return row ? q.integer(0) : otherwise;
}

Status Database::vacuum_into(const std::string& path, const std::string& vfs) {
  const std::string uri = uri_of(path, vfs);
  const std::string zh = cat("写不了数据库副本 ", path);
  const std::string en = cat("cannot write database copy ", path);
  sqlite3_vfs* target = sqlite3_vfs_find(vfs.empty() ? nullptr : vfs.c_str());
  if (target == nullptr) return error_of(nullptr, SQLITE_NOTFOUND, zh, en);
  int exists = 0;
  target->xAccess(target, path.c_str(), SQLITE_ACCESS_EXISTS, &exists);
  if (exists != 0) {
    return Error{Code::kConflict, cat(zh, ":已有同名文件"), cat(en, ": the file exists")};
  }
  state_->attach_allowed = true;
  Status written;
  {
    auto q = query("VACUUM INTO ?1");
    written = q.ok() ? q->bind(1, std::string_view(uri)).run() : Status(q.error());
  }
  state_->attach_allowed = false;
  if (!written.ok()) {
    return Error{written.error().code, cat(zh, ";", written.error().zh),
                 cat(en, "; ", written.error().en)};
  }
  // Not every version of SQLite syncs the target of VACUUM INTO.
  sqlite3* copy = nullptr;
  int code = sqlite3_open_v2(uri.c_str(), &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI, nullptr);
  if (code == SQLITE_OK) {
    sqlite3_file* file = nullptr;
    code = sqlite3_file_control(copy, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (code == SQLITE_OK) code = file->pMethods->xSync(file, SQLITE_SYNC_FULL);
  }
  Status result = code == SQLITE_OK ? Status() : Status(error_of(copy, code, zh, en));
  sqlite3_close(copy);
  return result;
}

std::int64_t Database::last_row_id() const { return sqlite3_last_insert_rowid(state_->handle); }
std::int64_t Database::changes() const { return sqlite3_changes64(state_->handle); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(state_->handle) == 0; }
sqlite3* Database::raw() const { return state_->handle; }

// --- Transaction

Result<Transaction> Transaction::begin(Database& database) {
  int& depth = database.state_->depth;
  MQ_CHECK(database.run(depth == 0 ? std::string("BEGIN IMMEDIATE") : cat("SAVEPOINT mq", depth)));
  ++depth;
  return Transaction(database, depth - 1);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)), depth_(other.depth_) {}

Transaction::~Transaction() {
  if (database_ == nullptr) return;
  MQ_ASSERT(database_->state_->depth == depth_ + 1);  // the innermost goes first
  if (database_->in_transaction()) {
    // Fails only if SQLite has rolled back by itself, which is what is wanted.
    if (depth_ == 0) {
      static_cast<void>(database_->execute("ROLLBACK"));
    } else {
      static_cast<void>(database_->execute(cat("ROLLBACK TO mq", depth_, "; RELEASE mq", depth_)));
    }
  }
  --database_->state_->depth;
}

Status Transaction::commit() {
  MQ_ASSERT(database_ != nullptr);
  if (database_->state_->transaction_lost()) return lost_transaction();
  MQ_ASSERT(database_->state_->depth == depth_ + 1);  // the innermost goes first
  MQ_CHECK(database_->run(depth_ == 0 ? std::string("COMMIT") : cat("RELEASE mq", depth_)));
  --database_->state_->depth;
  database_ = nullptr;
  return {};
}

}  // namespace mq::sqlite
