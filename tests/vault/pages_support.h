// What the tests of the sealed pages share: a disk in memory, the VFS over it, and a database.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <map>
#include <memory>
#include <string>

#include "mq/base/text.h"
#include "mq/sqlite/database.h"
#include "mq/vault/encrypted_vfs.h"
#include "support/fault_vfs.h"
#include "support/sim_random.h"

namespace mq::testing {

using Files = std::map<std::string, Bytes>;

inline Key32 key_of(std::uint8_t seed) {
  Key32 key;
  for (std::size_t i = 0; i < 32; ++i) key.writable()[i] = static_cast<std::uint8_t>(seed + i);
  return key;
}

inline std::unique_ptr<vault::EncryptedVfs> install_pages(const std::string& name,
                                                          const std::string& below,
                                                          const Key32& key, Random& random) {
  auto vfs = vault::EncryptedVfs::install(name, below, key, random);
  EXPECT_TRUE(vfs.ok()) << vfs.error().en;
  return std::move(vfs).value();
}

inline Result<sqlite::Database> open_pages(const std::string& path, const std::string& vfs,
                                           bool create = true) {
  sqlite::OpenOptions options;
  options.path = path;
  options.vfs = vfs;
  options.create = create;
  options.reserve_bytes = vault::EncryptedVfs::kReserveBytes;
  options.busy_timeout_ms = 0;
  return sqlite::Database::open(options);
}

inline sqlite3_file* file_of(sqlite::Database& db, int op = SQLITE_FCNTL_FILE_POINTER) {
  sqlite3_file* file = nullptr;
  EXPECT_EQ(sqlite3_file_control(db.raw(), "main", op, &file), SQLITE_OK);
  return file;
}

inline std::string text_of_query(sqlite::Database& db, const std::string& sql) {
  auto q = db.query(sql);
  if (!q.ok()) return q.error().en;
  const auto row = q->step();
  if (!row.ok()) return row.error().en;
  return std::string(q->text(0));
}

inline bool contains(const Bytes& haystack, std::string_view needle) {
  return text_of(haystack).find(needle) != std::string_view::npos;
}

class PagesTest : public ::testing::Test {
 protected:
  static constexpr const char* kPath = "/home/v.db";
  static constexpr const char* kWal = "/home/v.db-wal";
  static constexpr const char* kJournal = "/home/v.db-journal";
  static constexpr const char* kMarker = "marker-of-plaintext";

  Result<sqlite::Database> try_open(const std::string& vfs = "pages") {
    return open_pages(kPath, vfs);
  }
  sqlite::Database open() {
    auto db = try_open();
    EXPECT_TRUE(db.ok()) << db.error().en;
    return std::move(db).value();
  }
  // One row per commit, and a sum that only a clean prefix of commits can match.
  static void prepare(sqlite::Database& db) {
    ASSERT_TRUE(db.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, body TEXT);"
                           "CREATE TABLE total(n); INSERT INTO total VALUES(0)")
                    .ok());
  }
  static Status add_row(sqlite::Database& db, int id) {
    MQ_TRY(auto all, sqlite::Transaction::begin(db));
    MQ_CHECK(db.run("INSERT INTO t VALUES(?1, ?2)", id, body(id)));
    MQ_CHECK(db.run("UPDATE total SET n = n + ?1", id));
    return all.commit();
  }
  static std::string body(int id) {
    std::string out = cat(kMarker, " ", id, " ");
    while (out.size() < 700) out += cat("走访", id);
    return out;
  }
  // How many rows stand; -1 with a failure if they are not exactly the first ones, unharmed.
  static int clean_prefix(sqlite::Database& db) {
    EXPECT_EQ(text_of_query(db, "PRAGMA integrity_check"), "ok");
    auto q = db.query("SELECT id, body FROM t ORDER BY id");
    EXPECT_TRUE(q.ok());
    int count = 0;
    std::int64_t sum = 0;
    for (;;) {
      const auto row = q->step();
      EXPECT_TRUE(row.ok());
      if (!row.ok() || !*row) break;
      ++count;
      sum += q->integer(0);
      EXPECT_EQ(q->integer(0), count);
      EXPECT_EQ(q->text(1), body(count));
    }
    EXPECT_EQ(db.integer("SELECT n FROM total").value(), sum);
    return count;
  }

  SimRandom random_{7};
  FaultVfs disk_{"pages-disk"};
  std::unique_ptr<vault::EncryptedVfs> vfs_ =
      install_pages("pages", "pages-disk", key_of(1), random_);
};

}  // namespace mq::testing
