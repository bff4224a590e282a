#include "mq/sqlite/row_feed.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <vector>

#include "mq/sqlite/database.h"

namespace mq::sqlite {
namespace {

class Rows : public RowFeed {
 public:
  explicit Rows(std::vector<std::vector<Value>> rows) : rows_(std::move(rows)) {}
  bool next() override { return ++at_ <= rows_.size(); }
  Value value(int column) const override {
    return rows_[at_ - 1][static_cast<std::size_t>(column)];
  }

 private:
  std::vector<std::vector<Value>> rows_;
  std::size_t at_ = 0;
};

Database open() {
  OpenOptions options;
  options.path = ":memory:";
  auto database = Database::open(options);
  EXPECT_TRUE(database.ok()) << database.error().en;
  return std::move(database).value();
}

std::int64_t count(Database& db) { return db.integer("SELECT count(*) FROM t").value(); }

constexpr const char* kFill = "INSERT OR FAIL INTO t(a, b) SELECT c0, c1 FROM mq_feed";

TEST(RowFeedTest, RowsAreStoredInTheirOrderAndValuesAsTheyAre) {
  Database db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t(a, b)").ok());
  const Bytes blob{0, 255, 7};
  Rows rows({{std::int64_t{-5}, std::string_view("民情")},
             {std::monostate{}, std::string_view()},
             {ByteView(blob), ByteView()}});
  const Status done = db.run_fed(kFill, rows);
  ASSERT_TRUE(done.ok()) << done.error().en;
  auto q = db.query("SELECT a, b, typeof(a), typeof(b) FROM t ORDER BY rowid");
  ASSERT_TRUE(q.ok() && q->step().value());
  EXPECT_EQ(q->integer(0), -5);
  EXPECT_EQ(q->text(1), "民情");
  ASSERT_TRUE(q->step().value());
  EXPECT_EQ(q->text(2), "null");
  EXPECT_EQ(q->text(3), "text");  // empty, not nothing
  EXPECT_EQ(q->text(1), "");
  ASSERT_TRUE(q->step().value());
  EXPECT_EQ(to_bytes(q->blob(0)), blob);
  EXPECT_EQ(q->text(3), "blob");
  EXPECT_FALSE(q->step().value());
}

TEST(RowFeedTest, IsEmptyWhileNothingIsFed) {
  Database db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t(a, b)").ok());
  Rows rows({{std::int64_t{1}, std::int64_t{2}}});
  ASSERT_TRUE(db.run_fed(kFill, rows).ok());
  ASSERT_TRUE(db.run(kFill).ok());  // what was fed before is not fed again
  EXPECT_EQ(count(db), 1);
  Rows none({});
  ASSERT_TRUE(db.run_fed(kFill, none).ok());
  EXPECT_EQ(count(db), 1);
}

TEST(RowFeedTest, ARowThatIsThereFailsAndTheTransactionTakesTheOthersBack) {
  Database db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t(a UNIQUE, b); INSERT INTO t VALUES(2, 0)").ok());
  {
    auto transaction = Transaction::begin(db);
    ASSERT_TRUE(transaction.ok());
    Rows rows({{std::int64_t{1}, std::int64_t{1}}, {std::int64_t{2}, std::int64_t{1}}});
    const Status done = db.run_fed(kFill, rows);
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code, Code::kConflict);
  }
  EXPECT_EQ(count(db), 1);
  EXPECT_EQ(db.integer("SELECT b FROM t").value(), 0);
  ASSERT_TRUE(db.run(kFill).ok());  // a feed that failed is forgotten too
  EXPECT_EQ(count(db), 1);
}

// A file that somebody else made must not reach it through its schema.
TEST(RowFeedTest, NoViewOrTriggerOfAFileMayReadIt) {
  Database db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t(a, b); CREATE VIEW v AS SELECT c0 FROM mq_feed").ok());
  EXPECT_FALSE(db.query("SELECT * FROM v").ok());
}

TEST(RowFeedTest, HoldsAsManyColumnsAsItSays) {
  Database db = open();
  ASSERT_TRUE(db.execute("CREATE TABLE t(a, b)").ok());
  class Wide : public RowFeed {
   public:
    bool next() override { return at_++ == 0; }
    Value value(int column) const override { return std::int64_t{column}; }

   private:
    int at_ = 0;
  };
  Wide wide;
  ASSERT_TRUE(db.run_fed("INSERT INTO t SELECT c0, c127 FROM mq_feed", wide).ok());
  EXPECT_EQ(db.integer("SELECT b FROM t").value(), RowFeed::kColumnsMax - 1);
}

}  // namespace
}  // namespace mq::sqlite
