// Power cuts and tampering: what was acknowledged stands, what is altered is seen.
#include <algorithm>

#include "vault/pages_support.h"

namespace mq::vault {
namespace {

using namespace mq::testing;
using sqlite::Database;

constexpr std::size_t kPage = EncryptedVfs::kPageBytes;
constexpr std::size_t kSector = 512;

class TornPages : public PagesTest {
 protected:
  static constexpr int kRows = 40;

  void fill_region(Bytes& file, std::size_t from, std::size_t to, bool zero) {
    for (std::size_t i = from; i < std::min(to, file.size()); ++i) {
      file[i] = zero ? 0 : static_cast<std::uint8_t>(chance_.next());
    }
  }
  // Harms the file from somewhere on and says where the harm begins.
  std::size_t tear(Bytes& file) {
    const std::size_t at = chance_.below(file.size());
    switch (chance_.below(3)) {
      case 0:
        file.resize(at);
        return at;
      case 1:
        fill_region(file, at, file.size(), false);
        return at;
      default: {
        std::size_t first = file.size();
        for (int i = 0; i < 3; ++i) {
          const std::size_t sector = chance_.below(file.size() / kSector) * kSector;
          fill_region(file, sector, sector + kSector, true);
          first = std::min(first, sector);
        }
        return first;
      }
    }
  }

  SimRandom chance_{2026};
};

TEST_F(TornPages, TornWalKeepsEveryCommitBeforeTheTear) {
  std::vector<std::size_t> ends;  // of the WAL after each commit
  Files whole;
  {
    Database db = open();
    prepare(db);
    ASSERT_TRUE(db.execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA wal_autocheckpoint=0").ok());
    for (int id = 1; id <= kRows; ++id) {
      ASSERT_TRUE(add_row(db, id).ok());
      ends.push_back(disk_.copy(kWal)[kWal].size());
    }
    whole = disk_.copy("");
  }
  int shortened = 0;
  for (int run = 0; run < 300; ++run) {
    SCOPED_TRACE(run);
    Files files = whole;
    const std::size_t tear_at = tear(files[kWal]);
    disk_.restore(files, "");
    const auto safe =
        std::count_if(ends.begin(), ends.end(), [&](std::size_t end) { return end <= tear_at; });
    Database db = open();
    const int kept = clean_prefix(db);
    EXPECT_GE(kept, safe);
    EXPECT_LE(kept, kRows);
    shortened += kept < kRows ? 1 : 0;
    ASSERT_TRUE(add_row(db, kept + 1).ok()) << "it goes on";
    ASSERT_EQ(clean_prefix(db), kept + 1);
    if (HasFailure()) return;
  }
  EXPECT_GT(shortened, 200);
}

// A checkpoint that the power cuts leaves pages of the database half new and half old; the WAL is
// not reset before they are synced, and serves them.
TEST_F(TornPages, TornCheckpointLosesNothing) {
  Files before;
  Bytes after;
  {
    Database db = open();
    prepare(db);
    for (int id = 1; id <= kRows / 2; ++id) ASSERT_TRUE(add_row(db, id).ok());
    ASSERT_TRUE(db.execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA wal_autocheckpoint=0;"
                           "CREATE TABLE brings_page_one(a)")
                    .ok());
    for (int id = kRows / 2 + 1; id <= kRows; ++id) ASSERT_TRUE(add_row(db, id).ok());
    before = disk_.copy("");
    ASSERT_TRUE(db.execute("PRAGMA wal_checkpoint(PASSIVE)").ok());
    after = disk_.copy(kPath)[kPath];
  }
  int pages_torn = 0;
  for (int run = 0; run < 300; ++run) {
    SCOPED_TRACE(run);
    Files files = before;
    Bytes& file = files[kPath];
    const Bytes old = file;
    file.resize(std::max(old.size(), chance_.below(after.size() / kPage + 1) * kPage));
    for (std::size_t page = 0; page + kPage <= file.size(); page += kPage) {
      const bool changed = page >= old.size() ||
                           !std::equal(file.begin() + static_cast<std::ptrdiff_t>(page),
                                       file.begin() + static_cast<std::ptrdiff_t>(page + kPage),
                                       after.begin() + static_cast<std::ptrdiff_t>(page));
      if (!changed || chance_.chance(20)) continue;
      for (std::size_t sector = page; sector < page + kPage; sector += kSector) {
        if (chance_.chance(50)) continue;
        std::copy_n(after.begin() + static_cast<std::ptrdiff_t>(sector), kSector,
                    file.begin() + static_cast<std::ptrdiff_t>(sector));
      }
      ++pages_torn;
    }
    if (run % 3 == 0) fill_region(file, 0, kSector * (1 + chance_.below(8)), run % 2 == 0);
    disk_.restore(files, "");
    Database db = open();
    EXPECT_EQ(clean_prefix(db), kRows);
    if (HasFailure()) return;
  }
  EXPECT_GT(pages_torn, 800);
}

TEST_F(TornPages, HotJournalBringsBackWhatWasBefore) {
  int hot = 0;
  for (int run = 0; run < 40; ++run) {
    SCOPED_TRACE(run);
    disk_.restore({}, "");
    {
      Database db = open();
      prepare(db);
      for (int id = 1; id <= kRows; ++id) ASSERT_TRUE(add_row(db, id).ok());
      ASSERT_TRUE(db.execute("PRAGMA journal_mode=DELETE; PRAGMA cache_size=3; BEGIN").ok());
      for (std::uint64_t i = 0; i <= chance_.below(30); ++i) {
        ASSERT_TRUE(
            db.run("UPDATE t SET body = ?1 WHERE id % 7 = ?2", std::string(900, 'n'), i % 7).ok());
      }
      ASSERT_TRUE(db.run("INSERT INTO t SELECT id + 1000, body FROM t").ok());
      hot += disk_.copy(kJournal)[kJournal].size() > kPage ? 1 : 0;
      // Killed, or the power goes and takes any part of what was not synced.
      disk_.crash("", run % 2 == 0 ? nullptr : &chance_);
    }
    Database db = open();
    EXPECT_EQ(clean_prefix(db), kRows);
    if (HasFailure()) return;
  }
  EXPECT_EQ(hot, 40);
}

TEST_F(TornPages, TornPowerCutsLoseNoAcknowledgedCommit) {
  for (int run = 0; run < 60; ++run) {
    SCOPED_TRACE(run);
    disk_.restore({}, "");
    int acknowledged = 0;
    {
      Database db = open();
      prepare(db);
      ASSERT_TRUE(db.execute("PRAGMA wal_autocheckpoint=7").ok());
      const int rows = 1 + static_cast<int>(chance_.below(60));
      while (acknowledged < rows) ASSERT_TRUE(add_row(db, ++acknowledged).ok());
      ASSERT_TRUE(db.execute("BEGIN; DELETE FROM t").ok());
      disk_.crash("", &chance_);
    }
    Database db = open();
    EXPECT_EQ(clean_prefix(db), acknowledged);
    if (HasFailure()) return;
  }
}

class AlteredPages : public TornPages {
 protected:
  AlteredPages() {
    Database db = open();
    prepare(db);
    for (int id = 1; id <= kRows; ++id) EXPECT_TRUE(add_row(db, id).ok());
  }
  // Opens and reads every page in use; kCorrupt is the only answer allowed.
  void expect_corrupt(const Files& files, const std::string& vfs = "pages") {
    disk_.restore(files, "");
    auto db = try_open(vfs);
    Status read;
    if (!db.ok()) {
      read = db.error();
    } else {
      for (const char* table : {"t", "total"}) {
        auto sum = db->integer(cat("SELECT count(*), sum(length(quote(", table, ".rowid))) FROM ",
                                   table, " WHERE quote(", table, ".",
                                   table[1] == 'o' ? "n" : "body", ") <> ''"));
        if (!sum.ok()) read = sum.error();
      }
    }
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().code, Code::kCorrupt) << read.error().en;
  }
};

TEST_F(AlteredPages, EveryFlippedBitIsSeen) {
  const Files whole = disk_.copy("");
  const std::size_t size = whole.at(kPath).size();
  for (int run = 0; run < 200; ++run) {
    // The first runs aim at page 1, where some bytes stand in the clear.
    const std::size_t at = run < 40 ? static_cast<std::size_t>(run) : chance_.below(size);
    SCOPED_TRACE(at);
    Files files = whole;
    files[kPath][at] ^= static_cast<std::uint8_t>(1 << chance_.below(8));
    expect_corrupt(files);
    if (HasFailure()) return;
  }
}

TEST_F(AlteredPages, ExchangedPagesAreSeen) {
  const Files whole = disk_.copy("");
  const std::size_t pages = whole.at(kPath).size() / kPage;
  ASSERT_GT(pages, 6u);
  for (std::size_t a = 1; a + 1 < pages; ++a) {
    Files files = whole;
    auto begin = files[kPath].begin();
    std::swap_ranges(begin + static_cast<std::ptrdiff_t>(a * kPage),
                     begin + static_cast<std::ptrdiff_t>((a + 1) * kPage),
                     begin + static_cast<std::ptrdiff_t>((a + 1) * kPage));
    expect_corrupt(files);
  }
}

TEST_F(AlteredPages, APageFromTheWalIsNotAPageOfTheDatabase) {
  Database db = open();
  ASSERT_TRUE(add_row(db, kRows + 1).ok());
  Files files = disk_.copy("");
  const Bytes wal = files[kWal];
  const std::size_t number = ByteView(wal)[32 + 3];
  std::copy_n(wal.begin() + 32 + 24, kPage,
              files[kPath].begin() + static_cast<std::ptrdiff_t>((number - 1) * kPage));
  files.erase(kWal);
  expect_corrupt(files);
}

TEST_F(AlteredPages, CutInsideAPageIsSeen) {
  Files files = disk_.copy("");
  files[kPath].resize(files[kPath].size() - 100);
  expect_corrupt(files);

  disk_.restore(files, "");
  Database db = open();
  Bytes page(kPage);
  const auto last = static_cast<sqlite3_int64>(files[kPath].size() / kPage * kPage);
  sqlite3_file* file = file_of(db);
  EXPECT_EQ(file->pMethods->xRead(file, page.data(), kPage, last), SQLITE_IOERR_DATA);
  EXPECT_EQ(file->pMethods->xRead(file, page.data(), kPage, last + 10 * static_cast<int>(kPage)),
            SQLITE_IOERR_SHORT_READ)
      << "beyond the end there is nothing, and SQLite must be told so";
}

TEST_F(AlteredPages, WrongKeyIsRefused) {
  const auto other = install_pages("other-key", "pages-disk", key_of(2), random_);
  const Files files = disk_.copy("");
  expect_corrupt(files, "other-key");
  disk_.restore(files, "");
  Database db = open();
  EXPECT_EQ(clean_prefix(db), kRows) << "and nothing was harmed by trying";
}

TEST_F(AlteredPages, VacuumAndSavepointsWorkAndShrink) {
  Database db = open();
  {
    auto outer = sqlite::Transaction::begin(db);
    ASSERT_TRUE(db.run("DELETE FROM t").ok());
    {
      auto inner = sqlite::Transaction::begin(db);
      ASSERT_TRUE(db.run("INSERT INTO t VALUES(1, 'x')").ok());
    }
    EXPECT_EQ(db.integer("SELECT count(*) FROM t").value(), 0);
  }
  EXPECT_EQ(clean_prefix(db), kRows);
  ASSERT_TRUE(db.execute("DELETE FROM t WHERE id > 5; UPDATE total SET n = 15; VACUUM;"
                         "PRAGMA wal_checkpoint(TRUNCATE)")
                  .ok());
  EXPECT_EQ(clean_prefix(db), 5);
  EXPECT_LT(disk_.copy(kPath)[kPath].size(), 8 * kPage);
}

TEST_F(AlteredPages, VacuumIntoAndBackupMakeSealedCopiesUnderAnotherKey) {
  const auto other = install_pages("other-key", "pages-disk", key_of(2), random_);
  Database db = open();
  ASSERT_TRUE(db.vacuum_into("/home/copy.db", "other-key").ok());
  {
    auto target = open_pages("/home/backup.db", "other-key");
    ASSERT_TRUE(target.ok());
    // SQLite refuses to change a WAL database from outside; the copy brings its own mode.
    ASSERT_TRUE(target->execute("PRAGMA journal_mode=DELETE").ok());
    sqlite3_backup* backup = sqlite3_backup_init(target->raw(), "main", db.raw(), "main");
    ASSERT_NE(backup, nullptr);
    EXPECT_EQ(sqlite3_backup_step(backup, -1), SQLITE_DONE);
    EXPECT_EQ(sqlite3_backup_finish(backup), SQLITE_OK);
  }
  disk_.crash();  // both are durable without being closed in order
  for (const char* path : {"/home/copy.db", "/home/backup.db"}) {
    EXPECT_FALSE(contains(disk_.copy(path)[path], kMarker));
    EXPECT_FALSE(open_pages(path, "pages").ok()) << path;
    auto copy = open_pages(path, "other-key");
    ASSERT_TRUE(copy.ok()) << copy.error().en;
    EXPECT_EQ(clean_prefix(*copy), kRows);
  }
}

}  // namespace
}  // namespace mq::vault
