#include "mq/server/sqlite_store.h"

#include "receipt_codec.h"
#include "sqlite_state.h"
#include "store_check.h"

namespace mq::server {
namespace {

constexpr std::int64_t kSchemaVersion = 1;
// Heads and hashes stand before the bytes, so that reading them touches no overflow page.
constexpr const char* kSchema = R"(
CREATE TABLE setting(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE control(township BLOB, seq INTEGER, entry BLOB NOT NULL, PRIMARY KEY(township, seq));
CREATE TABLE stream(township BLOB, stream BLOB, idx INTEGER NOT NULL, head BLOB NOT NULL,
  PRIMARY KEY(township, stream)) WITHOUT ROWID;
CREATE TABLE envelope(township BLOB, stream BLOB, idx INTEGER, device BLOB NOT NULL,
  incarnation INTEGER NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL, time_ms INTEGER NOT NULL,
  head BLOB NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY(township, stream, idx));
CREATE INDEX envelope_chain ON envelope(township, stream, device, incarnation, seq);
CREATE TABLE chain_head(township BLOB, stream BLOB, device BLOB, incarnation INTEGER, seq INTEGER,
  hash BLOB, control_seq INTEGER NOT NULL,
  PRIMARY KEY(township, stream, device, incarnation, seq, hash)) WITHOUT ROWID;
CREATE TABLE late(township BLOB, stream BLOB, idx INTEGER, hash BLOB NOT NULL,
  time_ms INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY(township, stream, idx));
CREATE UNIQUE INDEX late_hash ON late(township, stream, hash);
CREATE TABLE receipt(township BLOB, stream BLOB, device BLOB, incarnation INTEGER, class INTEGER,
  seq_to INTEGER, seq_from INTEGER NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY(township, stream, device, incarnation, class, seq_to)) WITHOUT ROWID;
CREATE TABLE blob(township BLOB, blob BLOB, bytes INTEGER NOT NULL,
  PRIMARY KEY(township, blob)) WITHOUT ROWID;
CREATE TABLE blob_chunk(township BLOB, blob BLOB, chunk INTEGER, content BLOB NOT NULL,
  PRIMARY KEY(township, blob, chunk));
PRAGMA user_version = 1;
)";

}  // namespace

Result<std::vector<StoredEnvelope>> read_envelopes(Query& rows, std::size_t bytes_max) {
  std::vector<StoredEnvelope> out;
  std::size_t bytes = 0;
  while (bytes <= bytes_max) {
    MQ_TRY(const bool row, rows.step());
    if (!row) break;
    out.push_back({unsigned_at(rows, 0), WallTime{rows.integer(1)}, to_bytes(rows.blob(2))});
    bytes += out.back().envelope.size();
  }
  return out;
}

Status write_receipt(Database& database, const TownshipId& township, const StreamId& stream,
                     const wire::Receipt& receipt) {
  return database.run(
      "INSERT OR IGNORE INTO receipt(township, stream, device, incarnation, class, seq_to, "
      "seq_from, body) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
      township, stream, receipt.device, receipt.incarnation,
      static_cast<int>(receipt.receipt_class), receipt.seq_to, receipt.seq_from,
      encode_receipt(receipt));
}

SqliteStore::SqliteStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, bool create) {
  sqlite::OpenOptions options;
  options.path = path;
  options.create = create;
  MQ_TRY(Database writer, Database::open(options));
  MQ_TRY(const std::int64_t version, writer.integer("PRAGMA user_version"));
  if (version == 0) {
    MQ_TRY(Transaction transaction, Transaction::begin(writer));
    MQ_CHECK(writer.execute(kSchema));
    MQ_CHECK(transaction.commit());
  } else if (version != kSchemaVersion) {
    return Error{Code::kUnsupported,
                 cat("打不开 ", path, ":它由较新的版本写成(格式 ", version, "),请升级服务器程序"),
                 cat("cannot open ", path, ": written by a newer version (format ", version,
                     "); upgrade the server")};
  }
  options.create = false;
  MQ_TRY(Database reader, Database::open(options));
  MQ_TRY(Database copier, Database::open(options));
  return std::unique_ptr<SqliteStore>(new SqliteStore(
      std::make_unique<State>(path, std::move(writer), std::move(reader), std::move(copier))));
}

Result<std::vector<TownshipId>> SqliteStore::townships() {
  const std::lock_guard lock(state_->read_mutex);
  MQ_TRY(Query q, state_->reader.query("SELECT DISTINCT township FROM control ORDER BY township"));
  std::vector<TownshipId> out;
  for (;;) {
    MQ_TRY(const bool row, q.step());
    if (!row) return out;
    MQ_TRY(const TownshipId township, id_at<TownshipId>(q, 0));
    out.push_back(township);
  }
}

Status SqliteStore::control_cas(const TownshipId& township, std::uint32_t expected_seq,
                                const std::vector<Bytes>& entries) {
  return state_->write([&](Database& database) -> Status {
    std::int64_t last = 0;
    {
      MQ_TRY(Query q,
             database.query("SELECT coalesce(max(seq), 0) FROM control WHERE township = ?1"));
      q.bind(1, township.view());
      MQ_CHECK(q.step());
      last = q.integer(0);
    }
    if (last != static_cast<std::int64_t>(expected_seq)) return conflict();
    for (const Bytes& entry : entries) {
      MQ_CHECK(database.run("INSERT INTO control(township, seq, entry) VALUES(?1, ?2, ?3)",
                            township, ++last, entry));
    }
    return {};
  });
}

Result<std::vector<Bytes>> SqliteStore::control_read(const TownshipId& township,
                                                     std::uint32_t after_seq) {
  const std::lock_guard lock(state_->read_mutex);
  MQ_TRY(Query q, state_->reader.query("SELECT entry FROM control WHERE township = ?1 AND seq > ?2 "
                                       "ORDER BY seq"));
  q.bind(1, township.view()).bind(2, after_seq);
  std::vector<Bytes> out;
  for (;;) {
    MQ_TRY(const bool row, q.step());
    if (!row) return out;
    out.push_back(to_bytes(q.blob(0)));
  }
}

Status SqliteStore::late_put(const TownshipId& township, const StreamId& stream,
                             const NewEnvelope& envelope) {
  return state_->write([&](Database& database) -> Status {
    return database.run(
        "INSERT OR IGNORE INTO late(township, stream, idx, hash, time_ms, bytes) SELECT ?1, ?2, "
        "coalesce(max(idx), 0) + 1, ?3, ?4, ?5 FROM late WHERE township = ?1 AND stream = ?2",
        township, stream, envelope.hash, envelope.time.ms, envelope.envelope);
  });
}

Result<std::vector<StoredEnvelope>> SqliteStore::late_read(const TownshipId& township,
                                                           const StreamId& stream,
                                                           std::uint64_t after_index,
                                                           std::size_t bytes_max) {
  const std::lock_guard lock(state_->read_mutex);
  MQ_TRY(Query q, state_->reader.query("SELECT idx, time_ms, bytes FROM late WHERE township = ?1 "
                                       "AND stream = ?2 AND idx > ?3 ORDER BY idx"));
  q.bind(1, township.view()).bind(2, stream.view()).bind(3, static_cast<std::int64_t>(after_index));
  return read_envelopes(q, bytes_max);
}

Result<std::uint64_t> SqliteStore::late_bytes(const TownshipId& township, const StreamId& stream) {
  const std::lock_guard lock(state_->read_mutex);
  MQ_TRY(Query q, state_->reader.query("SELECT coalesce(sum(length(bytes)), 0) FROM late WHERE "
                                       "township = ?1 AND stream = ?2"));
  q.bind(1, township.view()).bind(2, stream.view());
  MQ_CHECK(q.step());
  return unsigned_at(q, 0);
}

Result<bool> SqliteStore::late_holds(const TownshipId& township, const StreamId& stream,
                                     const Hash& envelope) {
  const std::lock_guard lock(state_->read_mutex);
  MQ_TRY(Query q, state_->reader.query(
                      "SELECT 1 FROM late WHERE township = ?1 AND stream = ?2 AND hash = ?3"));
  q.bind(1, township.view()).bind(2, stream.view()).bind(3, envelope.view());
  return q.step();
}

Result<Hash> SqliteStore::late_head(const TownshipId& township, const StreamId& stream,
                                    std::uint64_t index) {
  const std::lock_guard lock(state_->read_mutex);
  MQ_TRY(const wire::Generation generation, read_generation(state_->reader));
  Hash head = wire::first_head(township, stream, generation);
  MQ_TRY(Query q, state_->reader.query("SELECT idx, hash, time_ms FROM late WHERE township = ?1 "
                                       "AND stream = ?2 AND idx <= ?3 ORDER BY idx"));
  q.bind(1, township.view()).bind(2, stream.view()).bind(3, static_cast<std::int64_t>(index));
  for (std::uint64_t reached = 0; reached < index;) {
    MQ_TRY(const bool row, q.step());
    if (!row)
      return Error{Code::kNotFound, "待核收箱中没有这个序号", "no such index in the late box"};
    reached = unsigned_at(q, 0);
    MQ_TRY(const Hash hash, id_at<Hash>(q, 1));
    head = wire::next_head(head, reached, hash, WallTime{q.integer(2)});
  }
  return head;
}

Status SqliteStore::put_receipt(const TownshipId& township, const StreamId& stream,
                                const wire::Receipt& receipt) {
  return state_->write(
      [&](Database& database) { return write_receipt(database, township, stream, receipt); });
}

Result<std::optional<wire::Receipt>> SqliteStore::receipt_for(const TownshipId& township,
                                                              const wire::ChainId& chain,
                                                              std::uint64_t seq,
                                                              wire::ReceiptClass receipt_class) {
  const std::lock_guard lock(state_->read_mutex);
  MQ_TRY(Query q,
         state_->reader.query("SELECT body FROM receipt WHERE township = ?1 AND stream = ?2 AND "
                              "device = ?3 AND incarnation = ?4 AND class = ?5 AND seq_to >= ?6 "
                              "ORDER BY seq_to LIMIT 1"));
  q.bind(1, township.view()).bind(2, chain.stream.view()).bind(3, chain.device.view());
  q.bind(4, static_cast<std::int64_t>(chain.incarnation));
  q.bind(5, static_cast<std::int64_t>(receipt_class)).bind(6, static_cast<std::int64_t>(seq));
  MQ_TRY(const bool row, q.step());
  if (!row) return std::optional<wire::Receipt>();
  MQ_TRY(const wire::Receipt receipt, parse_receipt(q.blob(0)));
  if (receipt.seq_from > seq) return std::optional<wire::Receipt>();
  return std::optional<wire::Receipt>(receipt);
}

Status SqliteStore::put_blob_chunk(const TownshipId& township, const Hash& blob,
                                   std::uint64_t bytes, std::uint32_t chunk, ByteView content) {
  MQ_CHECK(check_chunk(bytes, chunk, content.size()));
  return state_->write([&](Database& database) -> Status {
    MQ_CHECK(database.run("INSERT OR IGNORE INTO blob(township, blob, bytes) VALUES(?1, ?2, ?3)",
                          township, blob, bytes));
    {
      MQ_TRY(Query q, database.query("SELECT bytes FROM blob WHERE township = ?1 AND blob = ?2"));
      q.bind(1, township.view()).bind(2, blob.view());
      MQ_CHECK(q.step());
      if (unsigned_at(q, 0) != bytes) return wrong_chunk();
    }
    return database.run(
        "INSERT OR IGNORE INTO blob_chunk(township, blob, chunk, content) VALUES(?1, ?2, ?3, ?4)",
        township, blob, chunk, content);
  });
}

Result<Bytes> SqliteStore::get_blob_chunk(const TownshipId& township, const Hash& blob,
                                          std::uint32_t chunk) {
  const std::lock_guard lock(state_->read_mutex);
  MQ_TRY(Query q, state_->reader.query("SELECT content FROM blob_chunk WHERE township = ?1 AND "
                                       "blob = ?2 AND chunk = ?3"));
  q.bind(1, township.view()).bind(2, blob.view()).bind(3, static_cast<std::int64_t>(chunk));
  MQ_TRY(const bool row, q.step());
  if (!row) return Error{Code::kNotFound, "服务器没有这个附件块", "attachment chunk is not held"};
  return to_bytes(q.blob(0));
}

Result<BlobStat> SqliteStore::blob_stat(const TownshipId& township, const Hash& blob) {
  const std::lock_guard lock(state_->read_mutex);
  BlobStat stat;
  MQ_TRY(Query q, state_->reader.query(
                      "SELECT b.bytes, c.chunk FROM blob b LEFT JOIN blob_chunk c USING(township, "
                      "blob) WHERE b.township = ?1 AND b.blob = ?2"));
  q.bind(1, township.view()).bind(2, blob.view());
  for (;;) {
    MQ_TRY(const bool row, q.step());
    if (!row) return stat;
    stat.bytes = unsigned_at(q, 0);
    stat.chunks.resize((stat.bytes + kBlobChunkBytes - 1) / kBlobChunkBytes);
    const std::uint64_t chunk = unsigned_at(q, 1);
    if (!q.is_null(1) && chunk < stat.chunks.size()) stat.chunks[chunk] = true;
  }
}

Result<std::optional<Bytes>> SqliteStore::setting(const std::string& name) {
  const std::lock_guard lock(state_->read_mutex);
  return read_setting(state_->reader, name);
}

Status SqliteStore::set_setting(const std::string& name, ByteView value) {
  return state_->write([&](Database& database) {
    return database.run("INSERT OR REPLACE INTO setting(name, value) VALUES(?1, ?2)", name, value);
  });
}

// What is copied here the writer need not copy when its log is full, while everybody waits. If this
// fails, or finds a reader in its way, the writer does it after all.
void SqliteStore::tidy() {
  constexpr std::uint64_t kLoggedBytes = 4 << 20;
  if (state_->logged < kLoggedBytes) return;
  const std::unique_lock alone(state_->copy_mutex, std::try_to_lock);
  if (!alone || state_->logged.exchange(0) < kLoggedBytes) return;
  static_cast<void>(state_->copier.execute("PRAGMA wal_checkpoint(PASSIVE)"));
}

Status SqliteStore::backup_to(const std::string& path) {
  // A connection of its own: requests go on meanwhile.
  sqlite::OpenOptions options;
  options.path = state_->path;
  options.create = false;
  MQ_TRY(Database source, Database::open(options));
  return source.vacuum_into(path, "");
}

Result<std::vector<std::string>> SqliteStore::check() {
  std::vector<std::string> faults;
  {
    const std::lock_guard lock(state_->read_mutex);
    MQ_TRY(Query q, state_->reader.query("PRAGMA integrity_check(20)"));
    for (;;) {
      MQ_TRY(const bool row, q.step());
      if (!row) break;
      if (q.text(0) != "ok") faults.push_back(cat("SQLite: ", q.text(0)));
    }
  }
  MQ_CHECK(check_logs(*this, faults));
  return faults;
}

}  // namespace mq::server
