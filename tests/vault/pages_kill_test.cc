// A writer on the real disk is killed again and again; what it was told is stored must be there.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "vault/pages_support.h"

namespace mq::vault {
namespace {

using namespace mq::testing;

// Each process and round draws its own nonces, as from the system.
std::uint64_t seed_of(int round) { return 1000 + static_cast<std::uint64_t>(round); }

class KilledWriter : public PagesTest {
 protected:
  KilledWriter() {
    char pattern[] = "/tmp/mq-pages-XXXXXX";
    folder_ = mkdtemp(pattern);
  }
  ~KilledWriter() override { std::filesystem::remove_all(folder_); }
  std::string path() const { return folder_ + "/v.db"; }

  // Never returns. Writes one byte for each commit that returned.
  [[noreturn]] void write_for_ever(int round, int next, int out) {
    SimRandom random(seed_of(round));
    auto vfs = EncryptedVfs::install("child", "", key_of(1), random);
    auto db = open_pages(path(), "child");
    if (!db.ok() || !db->execute("PRAGMA wal_autocheckpoint=20").ok()) _exit(1);
    for (int id = next;; ++id) {
      if (!add_row(*db, id).ok() || write(out, "+", 1) != 1) _exit(1);
    }
  }

  // Starts a writer, kills it after `commits` acknowledgements; returns how many there were.
  int kill_after(int round, int next, int commits) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      write_for_ever(round, next, ends[1]);
    }
    close(ends[1]);
    int acknowledged = 0;
    char byte = 0;
    while (acknowledged < commits && read(ends[0], &byte, 1) == 1) ++acknowledged;
    EXPECT_EQ(acknowledged, commits) << "the writer ended by itself";
    kill(child, SIGKILL);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status));
    while (read(ends[0], &byte, 1) == 1) ++acknowledged;
    close(ends[0]);
    return acknowledged;
  }

  std::string folder_;
};

TEST_F(KilledWriter, LosesNoAcknowledgedCommit) {
  SimRandom chance(11);
  SimRandom random(12);
  auto vfs = install_pages("parent", "", key_of(1), random);
  int stored = 0;
  {
    auto db = open_pages(path(), "parent");
    ASSERT_TRUE(db.ok()) << db.error().en;
    prepare(*db);
  }
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE(round);
    const int commits = 1 + static_cast<int>(chance.below(12));
    const int acknowledged = kill_after(round, stored + 1, commits);
    auto db = open_pages(path(), "parent", false);
    ASSERT_TRUE(db.ok()) << db.error().en;
    const int found = clean_prefix(*db);
    EXPECT_GE(found, stored + acknowledged);
    EXPECT_LE(found, stored + acknowledged + 1) << "at most the commit in flight more";
    stored = found;
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace mq::vault
