#include "support/fault_vfs.h"

#include <gtest/gtest.h>

#include "mq/sqlite/database.h"
#include "support/sim_files.h"

namespace mq::testing {
namespace {

Result<sqlite::Database> open_on(const FaultVfs& vfs) {
  sqlite::OpenOptions options;
  options.path = "home/vault.db";
  options.vfs = vfs.name();
  return sqlite::Database::open(options);
}

TEST(FaultVfs, CommittedRowsOutliveATornCrash) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    FaultVfs vfs("torn");
    SimRandom random(seed);
    int committed = 0;
    {
      auto db = open_on(vfs);
      ASSERT_TRUE(db.ok()) << db.error().en;
      ASSERT_TRUE(db->execute("CREATE TABLE t(x)").ok());
      for (; committed < 60; ++committed) {
        ASSERT_TRUE(db->run("INSERT INTO t VALUES(?)", std::string(500, 'x')).ok());
      }
      ASSERT_TRUE(db->execute("BEGIN; INSERT INTO t VALUES('never committed')").ok());
      vfs.crash("home/", &random);
    }
    auto again = open_on(vfs);
    ASSERT_TRUE(again.ok()) << again.error().en;
    EXPECT_EQ(*again->integer("SELECT count(*) FROM t"), committed);
    EXPECT_EQ(*again->integer("SELECT count(*) FROM pragma_integrity_check WHERE "
                              "integrity_check = 'ok'"),
              1);
  }
}

TEST(FaultVfs, EveryFailedWriteIsReportedAndLosesNothing) {
  const auto broken = for_each_fault([](Faults& faults) {
    FaultVfs vfs("sweep", &faults);
    faults.pause();
    auto db = open_on(vfs);
    ASSERT_TRUE(db.ok());
    ASSERT_TRUE(db->execute("CREATE TABLE t(x)").ok());
    faults.resume();
    int acknowledged = 0;
    for (int i = 0; i < 3; ++i) {
      acknowledged += db->run("INSERT INTO t VALUES(?)", i).ok() ? 1 : 0;
    }
    faults.stop();
    vfs.crash("home/");
    auto again = open_on(vfs);
    ASSERT_TRUE(again.ok());
    EXPECT_GE(*again->integer("SELECT count(*) FROM t"), acknowledged);
  });
  EXPECT_GT(broken, 6u) << "the sweep must reach the disk";
}

TEST(FaultVfs, AFullDiskRefusesAndRecovers) {
  FaultVfs vfs("full");
  auto db = open_on(vfs);
  ASSERT_TRUE(db.ok());
  ASSERT_TRUE(db->execute("CREATE TABLE t(x)").ok());
  vfs.set_full(true);
  const auto refused = db->run("INSERT INTO t VALUES(1)");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kExhausted);
  vfs.set_full(false);
  EXPECT_TRUE(db->run("INSERT INTO t VALUES(1)").ok());
}

TEST(SimFiles, AFailedReplaceLeavesEitherContentWhole) {
  const auto broken = for_each_fault([](Faults& faults) {
    faults.pause();
    SimFiles files(&faults);
    ASSERT_TRUE(files.replace("token", view_of("old")).ok());
    faults.resume();
    const bool said = files.replace("token", view_of("new")).ok();
    faults.stop();
    const auto content = files.read("token", 16);
    ASSERT_TRUE(content.ok());
    if (said) {
      EXPECT_EQ(text_of(*content), "new");
    }
    EXPECT_TRUE(text_of(*content) == "new" || text_of(*content) == "old");
  });
  EXPECT_GE(broken, 2u);
}

}  // namespace
}  // namespace mq::testing
