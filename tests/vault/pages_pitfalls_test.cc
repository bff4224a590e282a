// The nine ways in which sealing pages under SQLite goes wrong, each held by a test of its name.
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <set>

#include "mq/vault/aead.h"
#include "vault/pages_support.h"

namespace mq::vault {
namespace {

using namespace mq::testing;
using sqlite::Database;

constexpr std::size_t kPage = EncryptedVfs::kPageBytes;
constexpr std::size_t kReserve = EncryptedVfs::kReserveBytes;

class Pitfall : public PagesTest {
 protected:
  Bytes on_disk(const std::string& path) { return disk_.copy(path)[path]; }
  void put(const std::string& path, Bytes content) {
    Files files = disk_.copy("");
    files[path] = std::move(content);
    disk_.restore(files, "");
  }
};

int read_at(sqlite3_file* file, std::uint8_t* out, int amount, sqlite3_int64 offset) {
  return file->pMethods->xRead(file, out, amount, offset);
}
int write_at(sqlite3_file* file, const std::uint8_t* bytes, int amount, sqlite3_int64 offset) {
  return file->pMethods->xWrite(file, bytes, amount, offset);
}

TEST_F(Pitfall, One_ReservedBytesReadAsZerosAndNothingElseIsWrittenThere) {
  Database db = open();
  prepare(db);
  ASSERT_TRUE(add_row(db, 1).ok());
  ASSERT_TRUE(db.execute("PRAGMA wal_checkpoint(TRUNCATE)").ok());
  std::array<std::uint8_t, kPage> page;
  ASSERT_EQ(read_at(file_of(db), page.data(), kPage, kPage), SQLITE_OK);
  for (std::size_t i = kPage - kReserve; i < kPage; ++i) ASSERT_EQ(page[i], 0);

  const Bytes before = on_disk(kPath);
  page[kPage - 1] = 1;
  EXPECT_EQ(write_at(file_of(db), page.data(), kPage, kPage), SQLITE_IOERR_WRITE);
  EXPECT_EQ(on_disk(kPath), before);
}

TEST_F(Pitfall, One_DatabaseWithoutReservedBytesIsNeverCreated) {
  sqlite::OpenOptions options;
  options.path = kPath;
  options.vfs = "pages";
  auto db = Database::open(options);
  EXPECT_FALSE(db.ok() && db->execute("CREATE TABLE t(a)").ok());
  EXPECT_TRUE(on_disk(kPath).empty());
}

TEST_F(Pitfall, Two_BadFrameIsTornForRecoveryAndAnErrorForAReader) {
  Database db = open();
  prepare(db);
  for (int id = 1; id <= 5; ++id) ASSERT_TRUE(add_row(db, id).ok());
  const std::size_t size = on_disk(kWal).size();
  // The reader's index still points at the last frame.
  disk_.flip_bit(kWal, size - 100);
  ASSERT_TRUE(db.execute("PRAGMA cache_size=0; PRAGMA shrink_memory").ok());
  std::array<std::uint8_t, kPage> page;
  EXPECT_EQ(read_at(file_of(db, SQLITE_FCNTL_JOURNAL_POINTER), page.data(), kPage,
                    static_cast<sqlite3_int64>(size - kPage)),
            SQLITE_IOERR_DATA);
  const auto read = db.integer("SELECT sum(length(body)) FROM t");
  const auto read_total = db.integer("SELECT n FROM total");
  ASSERT_TRUE(!read.ok() || !read_total.ok());
  EXPECT_EQ((read.ok() ? read_total : read).error().code, Code::kCorrupt);
  // A restart takes the same frame for a torn one and keeps what was before it.
  disk_.crash();
  Database again = open();
  EXPECT_EQ(clean_prefix(again), 4);
}

// If the stored bytes came through, whoever holds the disk could choose a page that passes SQLite's
// linear checksum; and unsteady bytes could pass once and fail later.
TEST_F(Pitfall, Two_TornFrameReadsAsBytesThatNeedTheKeyToForesee) {
  Database db = open();
  prepare(db);
  ASSERT_TRUE(add_row(db, 1).ok());
  disk_.flip_bit(kWal, 32 + 24 + 7);
  const Bytes wal = on_disk(kWal);
  std::array<std::uint8_t, 24 + kPage> first;
  std::array<std::uint8_t, 24 + kPage> second;
  sqlite3_file* file = file_of(db, SQLITE_FCNTL_JOURNAL_POINTER);
  ASSERT_EQ(read_at(file, first.data(), 24 + kPage, 32), SQLITE_OK);
  ASSERT_EQ(read_at(file, second.data(), 24 + kPage, 32), SQLITE_OK);
  EXPECT_EQ(first, second);
  int as_stored = 0;
  int zeros = 0;
  for (std::size_t i = 24; i < first.size(); ++i) {
    as_stored += first[i] == wal[32 + i] ? 1 : 0;
    zeros += first[i] == 0 ? 1 : 0;
  }
  EXPECT_LT(as_stored, 100);
  EXPECT_LT(zeros, 100);
}

// A page written, spilled and written again in one transaction makes SQLite rewrite the checksums
// of frames that stand in the file already, after reading them back.
TEST_F(Pitfall, Three_FramesRewrittenWithinATransactionRecover) {
  Database db = open();
  prepare(db);
  for (int id = 1; id <= 200; ++id) ASSERT_TRUE(add_row(db, id).ok());
  ASSERT_TRUE(db.execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA cache_size=5").ok());
  // Frames before the transaction, or SQLite would begin again from the WAL's header.
  ASSERT_TRUE(add_row(db, 201).ok());
  const std::size_t frames_before = on_disk(kWal).size();
  ASSERT_TRUE(db.execute("BEGIN").ok());
  for (int round = 0; round < 6; ++round) {
    ASSERT_TRUE(db.execute("UPDATE t SET body = body || 'x'").ok());
  }
  for (int round = 0; round < 6; ++round) {
    ASSERT_TRUE(db.execute("UPDATE t SET body = substr(body, 1, length(body) - 1)").ok());
  }
  ASSERT_GT(on_disk(kWal).size(), frames_before) << "the small cache must spill";
  ASSERT_TRUE(db.execute("COMMIT").ok());
  ASSERT_TRUE(add_row(db, 202).ok());
  disk_.crash();
  Database again = open();
  EXPECT_EQ(clean_prefix(again), 202);
}

TEST_F(Pitfall, Four_FrameChecksumsOnDiskAreHidden) {
  Database db = open();
  prepare(db);
  for (int id = 1; id <= 3; ++id) ASSERT_TRUE(add_row(db, id).ok());
  const Bytes wal = on_disk(kWal);
  std::set<std::string> seen;
  for (std::size_t at = 32; at + 24 + kPage <= wal.size(); at += 24 + kPage) {
    std::array<std::uint8_t, 24> shown;
    ASSERT_EQ(read_at(file_of(db, SQLITE_FCNTL_JOURNAL_POINTER), shown.data(), 24,
                      static_cast<sqlite3_int64>(at)),
              SQLITE_OK);
    const ByteView stored = ByteView(wal).subspan(at, 24);
    EXPECT_EQ(to_hex(stored.first(16)), to_hex(ByteView(shown).first(16)));
    EXPECT_NE(to_hex(stored.last(8)), to_hex(ByteView(shown).last(8)));
    // The same 8 bytes alone, as SQLite reads them before it rewrites.
    std::array<std::uint8_t, 8> alone;
    ASSERT_EQ(read_at(file_of(db, SQLITE_FCNTL_JOURNAL_POINTER), alone.data(), 8,
                      static_cast<sqlite3_int64>(at + 16)),
              SQLITE_OK);
    EXPECT_EQ(to_hex(alone), to_hex(ByteView(shown).last(8)));
    seen.insert(to_hex(stored.last(8)));
  }
  EXPECT_GE(seen.size(), 3u);
}

TEST_F(Pitfall, Five_PageOneShowsEightBytesAndNothingMore) {
  {
    Database db = open();
    prepare(db);
    ASSERT_TRUE(add_row(db, 1).ok());
  }
  const Bytes file = on_disk(kPath);
  EXPECT_EQ(text_of(ByteView(file).first(15)), "minqing pages 1");
  EXPECT_EQ(to_hex(ByteView(file).subspan(16, 8)), "1000020228402020");
  EXPECT_FALSE(contains(file, "CREATE TABLE"));
  EXPECT_FALSE(contains(file, kMarker));
  EXPECT_FALSE(contains(file, "SQLite format"));
}

TEST_F(Pitfall, Five_HeadOfATornPageOneStillReadsAndTheWalServesThePage) {
  {
    Database db = open();
    prepare(db);
  }
  Database db = open();
  for (int id = 1; id <= 3; ++id) ASSERT_TRUE(add_row(db, id).ok());
  ASSERT_TRUE(db.execute("CREATE TABLE another(a)").ok());  // brings page 1 into the WAL
  Files files = disk_.copy("");
  std::fill(files[kPath].begin(), files[kPath].begin() + 512, std::uint8_t{0});
  disk_.restore(files, "");
  Database again = open();
  std::array<std::uint8_t, 100> head;
  EXPECT_EQ(read_at(file_of(again), head.data(), 100, 0), SQLITE_OK);
  EXPECT_EQ(text_of(ByteView(head).first(15)), "SQLite format 3");
  EXPECT_EQ(read_at(file_of(again), head.data(), 16, 24), SQLITE_OK);
  EXPECT_EQ(clean_prefix(again), 3);
  EXPECT_EQ(again.integer("SELECT count(*) FROM another").value(), 0);
}

TEST_F(Pitfall, Six_NoGrowthAheadNoMappingNoAtomicWrites) {
  Database db = open();
  prepare(db);
  ASSERT_TRUE(db.execute("PRAGMA wal_checkpoint(TRUNCATE)").ok());
  sqlite3_file* file = file_of(db);
  const std::size_t size = on_disk(kPath).size();
  sqlite3_int64 hint = 1 << 20;
  EXPECT_EQ(sqlite3_file_control(db.raw(), "main", SQLITE_FCNTL_SIZE_HINT, &hint), SQLITE_OK);
  int chunk = 1 << 16;
  EXPECT_EQ(sqlite3_file_control(db.raw(), "main", SQLITE_FCNTL_CHUNK_SIZE, &chunk), SQLITE_OK);
  EXPECT_EQ(on_disk(kPath).size(), size);
  EXPECT_EQ(file->pMethods->iVersion, 2);
  EXPECT_EQ(file->pMethods->xFetch, nullptr);
  EXPECT_EQ(text_of_query(db, "PRAGMA mmap_size=1000000"), "0");
  const int says = file->pMethods->xDeviceCharacteristics(file);
  EXPECT_NE(says & SQLITE_IOCAP_POWERSAFE_OVERWRITE, 0);
  EXPECT_EQ(says & (SQLITE_IOCAP_ATOMIC | SQLITE_IOCAP_ATOMIC4K | SQLITE_IOCAP_BATCH_ATOMIC), 0);
}

TEST_F(Pitfall, Six_JournalRecordsAreSealedAndBoundToTheirPageNumber) {
  Database db = open();
  prepare(db);
  for (int id = 1; id <= 60; ++id) ASSERT_TRUE(add_row(db, id).ok());
  ASSERT_TRUE(db.execute("PRAGMA journal_mode=DELETE; PRAGMA cache_size=3; BEGIN;"
                         "UPDATE t SET body = 'new'")
                  .ok());
  Files files = disk_.copy("");
  ASSERT_GT(files[kJournal].size(), 5 * kPage) << "the small cache must spill";
  EXPECT_FALSE(contains(files[kJournal], kMarker));
  EXPECT_FALSE(contains(files[kPath], kMarker));
  disk_.restore(files, "");
  {
    Database again = open();
    EXPECT_EQ(clean_prefix(again), 60);
  }
  // The page number of the first record stands in the clear; another one must not be believed.
  const std::size_t sector = static_cast<std::size_t>(files[kJournal][22]) << 8;
  ASSERT_GE(sector, 512u);
  files[kJournal][sector + 3] ^= 1;
  disk_.restore(files, "");
  const auto wrong = try_open();
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().code, Code::kCorrupt);
}

TEST_F(Pitfall, Seven_TemporaryFilesAreRefusedAndNothingNeedsOne) {
  sqlite3_vfs* vfs = sqlite3_vfs_find("pages");
  ASSERT_NE(vfs, nullptr);
  std::vector<std::uint64_t> room(static_cast<std::size_t>(vfs->szOsFile) / 8 + 1);
  auto* file = reinterpret_cast<sqlite3_file*>(room.data());
  for (const int kind : {SQLITE_OPEN_TEMP_DB, SQLITE_OPEN_TRANSIENT_DB, SQLITE_OPEN_TEMP_JOURNAL,
                         SQLITE_OPEN_SUBJOURNAL, SQLITE_OPEN_SUPER_JOURNAL,
                         SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_DELETEONCLOSE}) {
    EXPECT_EQ(vfs->xOpen(vfs, "/home/x", file, kind | SQLITE_OPEN_CREATE | SQLITE_OPEN_READWRITE,
                         nullptr),
              SQLITE_CANTOPEN);
    EXPECT_EQ(file->pMethods, nullptr);
  }
  Database db = open();
  prepare(db);
  ASSERT_TRUE(db.execute("PRAGMA cache_size=5; CREATE INDEX i ON t(body);"
                         "CREATE TEMP TABLE scratch(a);"
                         "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 4000)"
                         "INSERT INTO t SELECT i, hex(zeroblob(200)) || i FROM n;"
                         "INSERT INTO scratch SELECT body FROM t ORDER BY body DESC;"
                         "BEGIN; SAVEPOINT a; UPDATE t SET body = body || 'x'; ROLLBACK TO a;"
                         "UPDATE OR ABORT t SET body = body || 'y'; COMMIT; REINDEX; VACUUM")
                  .ok());
  EXPECT_EQ(db.integer("SELECT count(DISTINCT body) FROM t").value(), 4000);
  for (const auto& [path, content] : disk_.copy("")) {
    EXPECT_TRUE(path.starts_with(kPath)) << path;
  }
}

// As the system's source: parent and child of a fork draw different bytes.
class ForkedRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    ++calls;
    if (process_ != getpid()) {
      process_ = getpid();
      inner_ = SimRandom(99);
    }
    inner_.fill(out);
  }
  int calls = 0;

 private:
  pid_t process_ = getpid();
  SimRandom inner_{1};
};

std::string last_nonce(const Bytes& file) {
  return to_hex(ByteView(file).subspan(file.size() - kReserve, kNonceBytes));
}

TEST_F(Pitfall, Eight_NoncesArePooledNeverRepeatAndAreForgottenAfterFork) {
  ForkedRandom random;
  auto vfs = install_pages("forked", "pages-disk", key_of(1), random);
  const auto grow = [&](const std::string& path) {
    auto db = open_pages(path, "forked");
    EXPECT_TRUE(db.ok());
    EXPECT_TRUE(db->execute("CREATE TABLE t(a); INSERT INTO t VALUES(zeroblob(9000))").ok());
  };
  grow("/home/first.db");
  const int calls = random.calls;
  EXPECT_EQ(calls, 1) << "one call for many nonces";

  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    grow("/home/second.db");
    const std::string nonce = last_nonce(disk_.copy("/home/second.db")["/home/second.db"]);
    const bool written = write(ends[1], nonce.data(), nonce.size()) == ssize_t(nonce.size());
    _exit(written ? 0 : 1);
  }
  char from_child[2 * kNonceBytes];
  ASSERT_EQ(read(ends[0], from_child, sizeof from_child), ssize_t(sizeof from_child));
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  close(ends[0]);
  close(ends[1]);
  grow("/home/second.db");
  EXPECT_EQ(random.calls, calls) << "the parent's pool is still good";
  EXPECT_NE(std::string(from_child, sizeof from_child), last_nonce(on_disk("/home/second.db")));
}

TEST_F(Pitfall, Eight_EveryStoredPageHasItsOwnNonce) {
  Database db = open();
  prepare(db);
  for (int id = 1; id <= 100; ++id) ASSERT_TRUE(add_row(db, id).ok());
  ASSERT_TRUE(db.execute("PRAGMA wal_checkpoint(PASSIVE)").ok());
  std::set<std::string> nonces;
  std::size_t pages = 0;
  const auto note = [&](const Bytes& file, std::size_t end) {
    nonces.insert(to_hex(ByteView(file).subspan(end - kReserve, kNonceBytes)));
    ++pages;
  };
  const Bytes file = on_disk(kPath);
  for (std::size_t end = kPage; end <= file.size(); end += kPage) note(file, end);
  const Bytes wal = on_disk(kWal);
  for (std::size_t end = 32 + 24 + kPage; end <= wal.size(); end += 24 + kPage) note(wal, end);
  EXPECT_GT(pages, 250u);
  EXPECT_EQ(nonces.size(), pages);
}

TEST_F(Pitfall, Eight_AnAllZeroPageIsDamage) {
  {
    Database db = open();
    prepare(db);
    for (int id = 1; id <= 30; ++id) ASSERT_TRUE(add_row(db, id).ok());
  }
  Bytes file = on_disk(kPath);
  std::fill(file.begin() + 3 * kPage, file.begin() + 4 * kPage, std::uint8_t{0});
  put(kPath, file);
  Database db = open();
  const auto sum = db.integer("SELECT sum(length(body)) FROM t");
  ASSERT_FALSE(sum.ok());
  EXPECT_EQ(sum.error().code, Code::kCorrupt);
}

TEST_F(Pitfall, Nine_NoWayLeadsToOrFromPlaintext) {
  Database db = open();
  prepare(db);
  ASSERT_TRUE(add_row(db, 1).ok());
  EXPECT_FALSE(db.execute("ATTACH 'file:/home/plain.db?vfs=pages-disk' AS p").ok());
  EXPECT_FALSE(db.execute("VACUUM INTO 'file:/home/plain.db?vfs=pages-disk'").ok());

  sqlite::OpenOptions plain;
  plain.path = "/home/plain.db";
  plain.vfs = "pages-disk";
  plain.reserve_bytes = EncryptedVfs::kReserveBytes;
  {
    auto made = Database::open(plain);
    ASSERT_TRUE(made.ok());
    ASSERT_TRUE(made->execute("CREATE TABLE t(a); INSERT INTO t VALUES('planted')").ok());
  }
  const auto opened = open_pages("/home/plain.db", "pages");
  ASSERT_FALSE(opened.ok()) << "a planted plaintext database";
  EXPECT_EQ(opened.error().code, Code::kCorrupt);

  // A planted plaintext WAL beside a sealed database is a log that ends at once.
  auto made = Database::open(plain);
  ASSERT_TRUE(made->execute("INSERT INTO t VALUES('planted')").ok());
  ASSERT_TRUE(db.execute("PRAGMA wal_checkpoint(TRUNCATE)").ok());
  Files files = disk_.copy("");
  files[kWal] = files["/home/plain.db-wal"];
  ASSERT_GT(files[kWal].size(), kPage);
  disk_.restore(files, "");
  Database again = open();
  EXPECT_EQ(clean_prefix(again), 1);
}

// Said in the header and in SCHEMA.md; if this ever fails, they may promise more.
TEST_F(Pitfall, Nine_AnOldFilePutBackWholeIsNotSeen) {
  {
    Database db = open();
    prepare(db);
    ASSERT_TRUE(add_row(db, 1).ok());
  }
  const Files old = disk_.copy("");
  {
    Database db = open();
    ASSERT_TRUE(add_row(db, 2).ok());
  }
  disk_.restore(old, "");
  Database db = open();
  EXPECT_EQ(clean_prefix(db), 1);
}

}  // namespace
}  // namespace mq::vault
