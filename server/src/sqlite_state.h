// What the two source files of SqliteStore share: its connections and a few readers of rows.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <utility>

#include "gather.h"
#include "mq/base/text.h"
#include "mq/server/sqlite_store.h"
#include "mq/sqlite/database.h"

namespace mq::server {

using sqlite::Database;
using sqlite::Query;
using sqlite::Transaction;

inline Error damaged(std::string_view what) {
  return {Code::kCorrupt, cat("服务器数据库已损坏:", what, ";请停机并从备份恢复"),
          cat("the server database is damaged: ", what, "; stop it and restore a backup")};
}

inline Error conflict() {
  return {Code::kConflict, "别的请求先到一步,请重试", "another request was first; try again"};
}

template <class Id>
Result<Id> id_at(const Query& row, int column) {
  const auto id = Id::from(row.blob(column));
  if (!id) return damaged("id");
  return *id;
}

inline std::uint64_t unsigned_at(const Query& row, int column) {
  return static_cast<std::uint64_t>(row.integer(column));
}

inline Result<std::optional<Bytes>> read_setting(Database& database, std::string_view name) {
  MQ_TRY(Query q, database.query("SELECT value FROM setting WHERE name = ?1"));
  q.bind(1, name);
  MQ_TRY(const bool row, q.step());
  if (!row) return std::optional<Bytes>();
  return std::optional<Bytes>(to_bytes(q.blob(0)));
}

inline Result<wire::Generation> read_generation(Database& database) {
  MQ_TRY(const auto value, read_setting(database, kGenerationSetting));
  if (!value) return wire::Generation{};
  const auto generation = wire::Generation::from(*value);
  if (!generation) return damaged("generation");
  return *generation;
}

Result<std::vector<StoredEnvelope>> read_envelopes(Query& rows, std::size_t bytes_max);
Status write_receipt(Database& database, const TownshipId& township, const StreamId& stream,
                     const wire::Receipt& receipt);

struct SqliteStore::State {
  struct Write {
    std::function<Status(Database&)> work;
    Status result;
  };

  State(std::string file, Database write_connection, Database read_connection,
        Database copy_connection)
      : path(std::move(file)),
        writer(std::move(write_connection)),
        reader(std::move(read_connection)),
        copier(std::move(copy_connection)) {}

  std::string path;
  Database writer;  // only the leader of `writes` touches it
  Gather<Write> writes;
  std::mutex read_mutex;
  Database reader;
  std::mutex copy_mutex;
  Database copier;                       // from the log into the database, beside the writer
  std::atomic<std::uint64_t> logged{0};  // bytes of envelopes since it last began

  Status write(std::function<Status(Database&)> work) {
    Write mine{std::move(work), {}};
    writes.run(mine, [this](const std::vector<Write*>& all) { commit_all(all); });
    return mine.result;
  }

  // One durable commit for all; each in a savepoint, so that one refusal touches no other.
  void commit_all(const std::vector<Write*>& all) {
    const auto fail_rest = [&](const Error& error) {
      for (Write* each : all) {
        if (each->result.ok()) each->result = error;
      }
    };
    auto outer = Transaction::begin(writer);
    if (!outer.ok()) return fail_rest(outer.error());
    for (Write* each : all) each->result = in_savepoint(*each);
    const Status committed = outer->commit();
    if (!committed.ok()) fail_rest(committed.error());
  }

  Status in_savepoint(const Write& one) {
    MQ_TRY(Transaction inner, Transaction::begin(writer));
    MQ_CHECK(one.work(writer));
    return inner.commit();
  }
};

}  // namespace mq::server
