// A disk that is full, or fails, while the log is copied into the database: the log stays, since it
// alone holds what was acknowledged. As a vault opens it: one owner, who gathers what he writes.
#include "vault/pages_support.h"

namespace mq::vault {
namespace {

using namespace mq::testing;

constexpr int kRows = 40;

class PagesFullTest : public PagesTest {
 protected:
  static Result<sqlite::Database> own(const std::string& vfs) {
    sqlite::OpenOptions options;
    options.path = kPath;
    options.vfs = vfs;
    options.reserve_bytes = EncryptedVfs::kReserveBytes;
    options.exclusive = true;
    return sqlite::Database::open(options);
  }
  static void fill(sqlite::Database& db) {
    ASSERT_TRUE(db.execute("PRAGMA wal_autocheckpoint=0").ok());
    prepare(db);
    for (int i = 1; i <= kRows; ++i) ASSERT_TRUE(add_row(db, i).ok());
  }
};

TEST_F(PagesFullTest, ACheckpointThatCannotWriteFailsAndLosesNothing) {
  int rows = kRows;
  for (const char* mode : {"PASSIVE", "FULL", "TRUNCATE"}) {
    SCOPED_TRACE(mode);
    {
      auto db = own("pages");
      ASSERT_TRUE(db.ok());
      if (rows == kRows) fill(*db);
      ASSERT_TRUE(add_row(*db, ++rows).ok());
      disk_.set_full(true);
      EXPECT_FALSE(db->execute(cat("PRAGMA wal_checkpoint(", mode, ")")).ok());
      disk_.set_full(false);
      EXPECT_EQ(clean_prefix(*db), rows);
      disk_.crash();
    }
    auto db = own("pages");
    ASSERT_TRUE(db.ok()) << db.error().en;
    EXPECT_EQ(clean_prefix(*db), rows);
  }
}

TEST_F(PagesFullTest, ClosingOnAFullDiskKeepsTheLog) {
  {
    auto db = own("pages");
    ASSERT_TRUE(db.ok());
    fill(*db);
    disk_.set_full(true);
  }
  disk_.set_full(false);
  auto db = own("pages");
  ASSERT_TRUE(db.ok()) << db.error().en;
  EXPECT_EQ(clean_prefix(*db), kRows);
}

// Whichever call fails, once or from there on: what was acknowledged opens again.
TEST_F(PagesFullTest, WhateverCallFailsWhileTheLogIsCopiedTheRowsStand) {
  const std::uint64_t broken = for_each_fault([](Faults& faults) {
    faults.pause();
    FaultVfs disk("full-disk", &faults);
    SimRandom random{7};
    auto vfs = install_pages("full-pages", "full-disk", key_of(1), random);
    {
      auto db = own("full-pages");
      ASSERT_TRUE(db.ok());
      fill(*db);
      faults.resume();
    }
    faults.stop();
    auto db = own("full-pages");
    ASSERT_TRUE(db.ok()) << db.error().en;
    EXPECT_EQ(clean_prefix(*db), kRows);
  });
  EXPECT_GT(broken, 4u);
}

}  // namespace
}  // namespace mq::vault
