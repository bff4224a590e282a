#include "mq/sqlite/database.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "mq/base/ids.h"
#include "mq/base/text.h"

namespace mq::sqlite {
namespace {

class DatabaseTest : public ::testing::Test {
 protected:
  DatabaseTest() {
    char pattern[] = "/tmp/mq-sqlite-XXXXXX";
    folder_ = mkdtemp(pattern);
  }
  ~DatabaseTest() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name = "a.db") const { return folder_ + "/" + name; }
  Result<Database> try_open(const std::string& name = "a.db", bool create = true) {
    OpenOptions options;
    options.path = path(name);
    options.create = create;
    options.busy_timeout_ms = 0;
    return Database::open(options);
  }
  Database open() {
    auto database = try_open();
    EXPECT_TRUE(database.ok()) << database.error().en;
    return std::move(database).value();
  }

  std::string folder_;
};

std::string pragma(Database& database, const std::string& name) {
  auto q = database.query("PRAGMA " + name);
  EXPECT_TRUE(q.ok() && q->step().ok());
  return std::string(q->text(0));
}

TEST_F(DatabaseTest, IsDurableAndWipesWhatIsDeleted) {
  Database db = open();
  EXPECT_EQ(pragma(db, "journal_mode"), "wal");
  EXPECT_EQ(pragma(db, "synchronous"), "2");
  EXPECT_EQ(pragma(db, "temp_store"), "2");
  EXPECT_EQ(pragma(db, "secure_delete"), "1");
  EXPECT_EQ(pragma(db, "page_size"), "4096");
  EXPECT_EQ(pragma(db, "foreign_keys"), "0");
}

TEST_F(DatabaseTest, ValuesComeBackAsTheyWereBound) {
  Database db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t(a, b, c, d, e)").ok());
  RowId id;
  id.data[3] = 7;
  ASSERT_TRUE(
      db.run("INSERT INTO t VALUES(?1,?2,?3,?4,?5)", -5, "走访", id, nullptr, ByteView{}).ok());
  auto q = db.query("SELECT a,b,c,d,e,length(e) FROM t");
  ASSERT_TRUE(q.ok() && q->step().ok());
  EXPECT_EQ(q->integer(0), -5);
  EXPECT_EQ(q->text(1), "走访");
  EXPECT_EQ(RowId::from(q->blob(2)), id);
  EXPECT_TRUE(q->is_null(3));
  EXPECT_FALSE(q->is_null(4)) << "an empty blob is not NULL";
  EXPECT_EQ(q->integer(5), 0);
  EXPECT_EQ(q->columns(), 6);
}

TEST_F(DatabaseTest, OneTextMayBeInUseTwice) {
  Database db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t(a); INSERT INTO t VALUES(1),(2)").ok());
  const char* sql = "SELECT a FROM t ORDER BY a";
  auto outer = db.query(sql);
  ASSERT_TRUE(outer.ok() && outer->step().value());
  EXPECT_EQ(db.integer(sql).value(), 1);
  ASSERT_TRUE(outer->step().value());
  EXPECT_EQ(outer->integer(0), 2);
}

TEST_F(DatabaseTest, StatementGivenBackForgetsItsParameters) {
  Database db = open();
  { ASSERT_TRUE(db.query("SELECT ?1")->bind(1, std::int64_t{9}).step().ok()); }
  auto again = db.query("SELECT ?1");
  ASSERT_TRUE(again->step().ok());
  EXPECT_TRUE(again->is_null(0));
}

TEST_F(DatabaseTest, MoreTextsThanTheCacheHoldsStillWork) {
  Database db = open();
  auto held = db.query("SELECT 41 UNION ALL SELECT 42");
  ASSERT_TRUE(held->step().value());
  for (int i = 0; i < 1200; ++i) EXPECT_EQ(db.integer(cat("SELECT ", i)).value(), i);
  ASSERT_TRUE(held->step().value()) << "a lent statement is never dropped";
  EXPECT_EQ(held->integer(0), 42);
}

TEST_F(DatabaseTest, RefusesOtherFilesTimeAndChance) {
  Database db = open();
  for (const char* sql : {"ATTACH 'file:x?vfs=unix' AS x", "DETACH x", "SELECT load_extension('x')",
                          "SELECT random()", "SELECT randomblob(8)", "SELECT CURRENT_TIMESTAMP",
                          "SELECT datetime('now')", "SELECT strftime('%s','now')",
                          "SELECT julianday()", "SELECT RANDOM()"}) {
    const auto q = db.query(sql);
    ASSERT_FALSE(q.ok()) << sql;
    EXPECT_NE(q.error().en.find("not authorized"), std::string::npos) << sql << q.error().en;
  }
  const auto copied = db.execute(cat("VACUUM INTO '", path("copy.db"), "'"));
  ASSERT_FALSE(copied.ok());
  EXPECT_FALSE(std::filesystem::exists(path("copy.db")));
}

TEST_F(DatabaseTest, RefusesTwoStatementsAndNone) {
  Database db = open();
  EXPECT_EQ(db.query("SELECT 1; SELECT 2").error().code, Code::kInvalidInput);
  EXPECT_EQ(db.query(" ").error().code, Code::kInvalidInput);
  EXPECT_TRUE(db.query("SELECT 1; ").ok());
}

TEST_F(DatabaseTest, ErrorsSayWhatCanBeDone) {
  EXPECT_EQ(try_open("missing.db", false).error().code, Code::kNotFound);
  EXPECT_EQ(try_open("no-folder/a.db").error().code, Code::kNotFound);
  std::ofstream(path("junk.db")) << std::string(8192, 'x');
  EXPECT_EQ(try_open("junk.db").error().code, Code::kCorrupt);

  Database db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t(a UNIQUE)").ok());
  ASSERT_TRUE(db.run("INSERT INTO t VALUES(?1)", "王小明").ok());
  const auto twice = db.run("INSERT INTO t VALUES(?1)", "王小明");
  EXPECT_EQ(twice.error().code, Code::kConflict);
  EXPECT_EQ(twice.error().en.find("王"), std::string::npos) << "no value in an error";
  EXPECT_EQ(db.query("SELECT nothing FROM t").error().code, Code::kInternal);

  ASSERT_TRUE(db.execute("PRAGMA max_page_count=4").ok());
  EXPECT_EQ(db.run("INSERT INTO t VALUES(?1)", std::string(20'000, 'x')).error().code,
            Code::kExhausted);
}

TEST_F(DatabaseTest, SecondWriterIsToldToRetry) {
  Database first = open();
  Database second = open();
  auto held = Transaction::begin(first);
  ASSERT_TRUE(held.ok());
  const auto refused = Transaction::begin(second);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
}

TEST_F(DatabaseTest, TransactionWithoutCommitLeavesNothing) {
  Database db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t(a)").ok());
  {
    auto outer = Transaction::begin(db);
    ASSERT_TRUE(db.run("INSERT INTO t VALUES(1)").ok());
    {
      auto inner = Transaction::begin(db);
      ASSERT_TRUE(db.run("INSERT INTO t VALUES(2)").ok());
    }
    {
      auto inner = Transaction::begin(db);
      ASSERT_TRUE(db.run("INSERT INTO t VALUES(3)").ok());
      ASSERT_TRUE(inner->commit().ok());
    }
    EXPECT_EQ(db.integer("SELECT sum(a) FROM t").value(), 4);
    ASSERT_TRUE(outer->commit().ok());
  }
  {
    auto outer = Transaction::begin(db);
    ASSERT_TRUE(db.run("INSERT INTO t VALUES(10)").ok());
  }
  EXPECT_FALSE(db.in_transaction());
  EXPECT_EQ(db.integer("SELECT sum(a) FROM t").value(), 4);
}

// SQLite rolls everything back when, say, the disk is full in the middle of a statement; what
// follows must not be stored in pieces, each in its own transaction.
TEST_F(DatabaseTest, NothingIsStoredAfterSqliteRolledBackByItself) {
  Database db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t(a UNIQUE); INSERT INTO t VALUES(1)").ok());
  {
    auto outer = Transaction::begin(db);
    auto inner = Transaction::begin(db);
    ASSERT_FALSE(db.execute("INSERT OR ROLLBACK INTO t VALUES(1)").ok());
    EXPECT_FALSE(db.run("INSERT INTO t VALUES(2)").ok());
    EXPECT_FALSE(db.execute("INSERT INTO t VALUES(2)").ok());
    EXPECT_FALSE(inner->commit().ok());
    EXPECT_FALSE(outer->commit().ok());
  }
  EXPECT_EQ(db.integer("SELECT count(*) FROM t").value(), 1);
  EXPECT_TRUE(db.run("INSERT INTO t VALUES(2)").ok());
}

TEST_F(DatabaseTest, VacuumIntoMakesAnIndependentCopy) {
  Database db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t(a); INSERT INTO t VALUES(5)").ok());
  const std::string odd = "副本 1?%#.db";
  ASSERT_TRUE(db.vacuum_into(path(odd), "").ok());
  auto copy = try_open(odd, false);
  ASSERT_TRUE(copy.ok()) << copy.error().en;
  EXPECT_EQ(copy->integer("SELECT a FROM t").value(), 5);
  EXPECT_EQ(db.vacuum_into(path(odd), "").error().code, Code::kConflict);
  EXPECT_FALSE(db.vacuum_into(path("other.db"), "no-such-vfs").ok());
  EXPECT_FALSE(db.query("ATTACH 'x' AS x").ok()) << "the door is shut again";
}

TEST_F(DatabaseTest, VacuumGivesBackThePages) {
  Database db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t(a); INSERT INTO t VALUES(zeroblob(100000));"
                         "DELETE FROM t; VACUUM")
                  .ok());
  EXPECT_EQ(db.integer("PRAGMA page_count").value(), 2);
}

TEST_F(DatabaseTest, MovedDatabaseKeepsItsStatements) {
  Database db = open();
  Database moved = std::move(db);
  EXPECT_EQ(moved.integer("SELECT 3").value(), 3);
  EXPECT_EQ(moved.integer("SELECT 1 WHERE 0", 8).value(), 8);
}

}  // namespace
}  // namespace mq::sqlite
