// The key file: who may open it, what harm is seen, and a change of key that is cut anywhere.
#include "mq/vault/key_file.h"
#include "support/sim_files.h"
#include "vault/pages_support.h"

namespace mq::vault {
namespace {

using namespace mq::testing;
using sqlite::Database;

constexpr KdfCost kCheap{1, 8192};
constexpr const char* kKeyPath = "/home/v.key";

class KeyFileTest : public ::testing::Test {
 protected:
  Bytes stored() { return *files_.read(kKeyPath, 1 << 20); }
  void store(const Bytes& bytes) { ASSERT_TRUE(files_.replace(kKeyPath, bytes).ok()); }
  Code code_of(std::string_view passphrase) {
    const auto key = key_file_.unlock(passphrase);
    EXPECT_FALSE(key.ok());
    return key.ok() ? Code::kInternal : key.error().code;
  }

  SimRandom random_{5};
  SimFiles files_;
  KeyFile key_file_{files_, random_, kKeyPath};
};

TEST_F(KeyFileTest, OnlyThePassphraseOpensIt) {
  EXPECT_FALSE(key_file_.exists());
  EXPECT_EQ(code_of("正确的口令"), Code::kNotFound);
  const auto made = key_file_.create("正确的口令", kCheap);
  ASSERT_TRUE(made.ok());
  const auto opened = key_file_.unlock("正确的口令");
  ASSERT_TRUE(opened.ok());
  EXPECT_TRUE(*opened == *made);
  EXPECT_EQ(code_of("错误的口令"), Code::kLocked);
  EXPECT_EQ(code_of(""), Code::kLocked);
  EXPECT_EQ(key_file_.unlock("x", WrapKind::kUnlockCode).error().code, Code::kNotFound);
  EXPECT_EQ(key_file_.create("again", kCheap).error().code, Code::kConflict);
  EXPECT_FALSE(contains(stored(), text_of(made->view())));
}

TEST_F(KeyFileTest, TwoFilesOfOnePassphraseHaveDifferentKeysAndSalts) {
  KeyFile other(files_, random_, "/home/other.key");
  const auto a = key_file_.create("same", kCheap);
  const auto b = other.create("same", kCheap);
  EXPECT_FALSE(*a == *b);
}

TEST_F(KeyFileTest, EmptyPassphraseIsRefused) {
  EXPECT_EQ(key_file_.create("", kCheap).error().code, Code::kInvalidInput);
  EXPECT_FALSE(key_file_.exists());
}

TEST_F(KeyFileTest, CostIsWrittenIntoTheWrap) {
  ASSERT_TRUE(key_file_.create("p", KdfCost{3, 16384}).ok());
  const Bytes bytes = stored();
  ByteReader in(ByteView(bytes).subspan(8 + 2 + 8 + 1 + 1 + 1 + 1));
  EXPECT_EQ(in.integer<std::uint64_t>(), 3u);
  EXPECT_EQ(in.integer<std::uint64_t>(), 16384u);
  EXPECT_EQ(KdfCost{}.ops, 2u);
  EXPECT_EQ(KdfCost{}.memory_bytes, 64u << 20);
}

TEST_F(KeyFileTest, EveryFlippedBitIsDamageAndNeverAWrongKey) {
  ASSERT_TRUE(key_file_.create("p", kCheap).ok());
  const Bytes good = stored();
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    store(bad);
    ASSERT_EQ(code_of("p"), Code::kCorrupt) << bit;
  }
  for (std::size_t size = 0; size < good.size(); ++size) {
    store(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)));
    ASSERT_EQ(code_of("p"), Code::kCorrupt) << size;
  }
  store(good);
  EXPECT_TRUE(key_file_.unlock("p").ok());
}

// Somebody who knows the format mends the outer digest; the key itself vouches for the rest.
TEST_F(KeyFileTest, ChangeWithAMendedDigestNeverOpens) {
  ASSERT_TRUE(key_file_.create("p", kCheap).ok());
  const Bytes good = stored();
  for (std::size_t at = 0; at + 32 < good.size(); ++at) {
    Bytes bad(good.begin(), good.end() - 32);
    bad[at] ^= 1;
    const auto mended = digest(bad);
    bad.insert(bad.end(), mended.begin(), mended.end());
    store(bad);
    ASSERT_FALSE(key_file_.unlock("p").ok()) << at;
  }
}

TEST_F(KeyFileTest, NewPassphraseReplacesTheOldAndTheKeyStays) {
  const auto key = key_file_.create("old", kCheap);
  ASSERT_TRUE(key_file_.rewrap(*key, WrapKind::kPassphrase, "new", kCheap).ok());
  EXPECT_EQ(code_of("old"), Code::kLocked);
  EXPECT_TRUE(*key_file_.unlock("new") == *key);
  EXPECT_EQ(key_file_.rewrap(key_of(9), WrapKind::kPassphrase, "x", kCheap).error().code,
            Code::kLocked);
  EXPECT_TRUE(key_file_.unlock("new").ok());
}

TEST_F(KeyFileTest, UnlockCodeOpensBesideThePassphraseUntilRemoved) {
  const auto key = key_file_.create("p", kCheap);
  ASSERT_TRUE(key_file_.rewrap(*key, WrapKind::kUnlockCode, "CODE-1", kCheap).ok());
  EXPECT_TRUE(*key_file_.has_wrap(WrapKind::kUnlockCode));
  EXPECT_TRUE(*key_file_.unlock("CODE-1", WrapKind::kUnlockCode) == *key);
  EXPECT_EQ(key_file_.unlock("p", WrapKind::kUnlockCode).error().code, Code::kLocked);
  EXPECT_EQ(code_of("CODE-1"), Code::kLocked) << "one kind's secret is not another's";
  ASSERT_TRUE(key_file_.rewrap(*key, WrapKind::kPassphrase, "forgotten no more", kCheap).ok());
  EXPECT_TRUE(*key_file_.unlock("CODE-1", WrapKind::kUnlockCode) == *key);
  ASSERT_TRUE(key_file_.remove_wrap(*key, WrapKind::kUnlockCode).ok());
  EXPECT_EQ(key_file_.unlock("CODE-1", WrapKind::kUnlockCode).error().code, Code::kNotFound);
  EXPECT_EQ(key_file_.remove_wrap(*key, WrapKind::kPassphrase).error().code, Code::kInvalidInput);
}

TEST_F(KeyFileTest, WrapsOfALaterProgramAreKeptVerbatim) {
  const auto key = key_file_.create("p", kCheap);
  // As a later version would write it: two more wraps, the key's check, the digest.
  Bytes bytes = stored();
  bytes.resize(bytes.size() - 64);
  ASSERT_EQ(bytes[18], 1);
  bytes[18] = 3;
  const std::string later = "\x62\x04what\x63\x05later";
  bytes.insert(bytes.end(), later.begin(), later.end());
  const auto check = keyed_digest(*key, "mq/key-check", bytes);
  bytes.insert(bytes.end(), check.begin(), check.end());
  const auto whole = digest(bytes);
  bytes.insert(bytes.end(), whole.begin(), whole.end());
  store(bytes);

  ASSERT_TRUE(key_file_.unlock("p").ok());
  ASSERT_TRUE(key_file_.rewrap(*key, WrapKind::kPassphrase, "q", kCheap).ok());
  EXPECT_TRUE(key_file_.unlock("q").ok());
  EXPECT_TRUE(contains(stored(), later));
}

TEST_F(KeyFileTest, NewerVersionIsSaidToBeNewer) {
  ASSERT_TRUE(key_file_.create("p", kCheap).ok());
  Bytes bytes = stored();
  bytes.resize(bytes.size() - 32);
  bytes[8] = 2;
  const auto whole = digest(bytes);
  bytes.insert(bytes.end(), whole.begin(), whole.end());
  store(bytes);
  EXPECT_EQ(code_of("p"), Code::kUnsupported);
}

TEST_F(KeyFileTest, FailuresAreCountedAndForgottenOnSuccess) {
  ASSERT_TRUE(key_file_.create("p", kCheap).ok());
  for (int i = 1; i <= 5; ++i) {
    EXPECT_EQ(code_of("wrong"), Code::kLocked);
    EXPECT_EQ(key_file_.failures(), i);
  }
  KeyFile restarted(files_, random_, kKeyPath);
  EXPECT_EQ(restarted.failures(), 5);
  ASSERT_TRUE(restarted.unlock("p").ok());
  EXPECT_EQ(restarted.failures(), 0);

  ASSERT_TRUE(files_.replace(cat(kKeyPath, ".tries"), view_of("rubbish")).ok());
  EXPECT_EQ(key_file_.failures(), 0);
  EXPECT_TRUE(key_file_.unlock("p").ok());
}

TEST_F(KeyFileTest, DamageIsNotCountedAsAWrongPassphrase) {
  ASSERT_TRUE(key_file_.create("p", kCheap).ok());
  EXPECT_EQ(key_file_.unlock("x", WrapKind::kUnlockCode).error().code, Code::kNotFound);
  EXPECT_EQ(key_file_.failures(), 0);
}

TEST_F(KeyFileTest, FullDiskLocksNobodyOut) {
  ASSERT_TRUE(key_file_.create("p", kCheap).ok());
  files_.set_full(true);
  EXPECT_TRUE(key_file_.unlock("p").ok());
  EXPECT_EQ(code_of("wrong"), Code::kLocked);
}

TEST_F(KeyFileTest, DelayGrowsToAMinute) {
  const int expected[] = {0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60};
  for (int i = 0; i < 11; ++i) EXPECT_EQ(KeyFile::delay_after(i).count(), expected[i]) << i;
  EXPECT_EQ(KeyFile::delay_after(1'000'000).count(), 60);
  EXPECT_EQ(KeyFile::delay_after(-1).count(), 0);
}

TEST_F(KeyFileTest, FailedWriteLeavesTheOldFileWhole) {
  const auto broken = for_each_fault([](Faults& faults) {
    SimFiles files(&faults);
    SimRandom random(3);
    KeyFile key_file(files, random, kKeyPath);
    faults.pause();
    const auto key = key_file.create("old", kCheap);
    faults.resume();
    const bool changed = key_file.rewrap(*key, WrapKind::kPassphrase, "new", kCheap).ok();
    faults.stop();
    const bool with_new = key_file.unlock("new").ok();
    EXPECT_TRUE(with_new || !changed);
    EXPECT_TRUE(with_new || key_file.unlock("old").ok());
  });
  EXPECT_GE(broken, 2u);
}

// --- rekey

class Rekey : public PagesTest {
 protected:
  struct Home {
    explicit Home(Faults* faults) : files(faults), disk("rekey-disk", faults) {}
    SimFiles files;
    FaultVfs disk;
    SimRandom random{21};
    KeyFile key_file{files, random, kKeyPath};

    Result<Database> open(std::unique_ptr<EncryptedVfs>& vfs) {
      MQ_TRY(const Key32 key, key_file.unlock("p"));
      MQ_TRY(const std::string path, key_file.database_path());
      vfs = install_pages("home", "rekey-disk", key, random);
      return open_pages(path, "home", false);
    }
    void create(int rows) {
      const auto key = key_file.create("p", kCheap);
      ASSERT_TRUE(key.ok());
      auto vfs = install_pages("home", "rekey-disk", *key, random);
      auto db = open_pages(*key_file.database_path(), "home");
      ASSERT_TRUE(db.ok()) << db.error().en;
      prepare(*db);
      for (int id = 1; id <= rows; ++id) ASSERT_TRUE(add_row(*db, id).ok());
    }
  };
};

TEST_F(Rekey, EverythingIsThereUnderAnotherKeyAndTheOldFileIsGone) {
  Home home(nullptr);
  home.create(20);
  const Files before = home.disk.copy("");
  const auto old_key = home.key_file.unlock("p");
  ASSERT_TRUE(home.key_file.rewrap(*old_key, WrapKind::kUnlockCode, "CODE", kCheap).ok());
  const auto new_key = home.key_file.rekey("p", "rekey-disk", kCheap);
  ASSERT_TRUE(new_key.ok()) << new_key.error().en;
  EXPECT_FALSE(*new_key == *old_key);
  EXPECT_EQ(*home.key_file.database_path(), "/home/v-1.db");
  EXPECT_FALSE(*home.key_file.has_wrap(WrapKind::kUnlockCode)) << "it wraps the old key";
  EXPECT_TRUE(home.disk.copy("/home/v.db").empty());
  {
    std::unique_ptr<EncryptedVfs> vfs;
    auto db = home.open(vfs);
    ASSERT_TRUE(db.ok()) << db.error().en;
    EXPECT_EQ(clean_prefix(*db), 20);
    ASSERT_TRUE(add_row(*db, 21).ok());
  }
  ASSERT_TRUE(home.key_file.rekey("p", "rekey-disk", kCheap).ok());
  EXPECT_EQ(*home.key_file.database_path(), "/home/v-2.db");
  std::unique_ptr<EncryptedVfs> vfs;
  auto db = home.open(vfs);
  ASSERT_TRUE(db.ok());
  EXPECT_EQ(clean_prefix(*db), 21);
}

TEST_F(Rekey, WrongPassphraseOrAnOpenDatabaseChangesNothing) {
  Home home(nullptr);
  home.create(3);
  EXPECT_EQ(home.key_file.rekey("wrong", "rekey-disk", kCheap).error().code, Code::kLocked);
  EXPECT_EQ(home.key_file.rekey("p", "no-such-vfs", kCheap).error().code, Code::kNotFound);
  {
    std::unique_ptr<EncryptedVfs> vfs;
    auto db = home.open(vfs);
    ASSERT_TRUE(db.ok());
    const auto refused = home.key_file.rekey("p", "rekey-disk", kCheap);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kUnavailable) << refused.error().en;
  }
  EXPECT_EQ(*home.key_file.database_path(), "/home/v.db");
  std::unique_ptr<EncryptedVfs> vfs;
  auto db = home.open(vfs);
  ASSERT_TRUE(db.ok());
  EXPECT_EQ(clean_prefix(*db), 3);
}

// The power goes after each call to the disk in turn, or that call alone fails.
TEST_F(Rekey, CutAnywhereTheOldOrTheNewStands) {
  int kept_old = 0;
  int got_new = 0;
  SimRandom torn(77);
  const auto broken = for_each_fault([&](Faults& faults) {
    Home home(&faults);
    faults.pause();
    home.create(12);
    faults.resume();
    const bool done = home.key_file.rekey("p", "rekey-disk", kCheap).ok();
    faults.stop();
    home.disk.crash("", faults.calls() % 2 == 0 ? &torn : nullptr);
    home.files.crash();

    ASSERT_TRUE(home.key_file.unlock("p").ok());
    const bool is_new = *home.key_file.database_path() == "/home/v-1.db";
    EXPECT_TRUE(is_new || !done);
    (is_new ? got_new : kept_old) += 1;
    ASSERT_TRUE(home.key_file.remove_strays("rekey-disk").ok());
    std::unique_ptr<EncryptedVfs> vfs;
    auto db = home.open(vfs);
    ASSERT_TRUE(db.ok()) << db.error().en;
    EXPECT_EQ(clean_prefix(*db), 12);
    for (const auto& [path, content] : home.disk.copy("")) {
      EXPECT_TRUE(path.starts_with(*home.key_file.database_path())) << path << " was left";
    }
  });
  EXPECT_GT(broken, 40u);
  EXPECT_GT(kept_old, 20);
  EXPECT_GT(got_new, 3);
}

TEST_F(Rekey, StraysAreOnlyDeletedBesideTheDatabaseThatIsNamed) {
  Home home(nullptr);
  home.create(3);
  const auto old_files = home.files.copy();
  ASSERT_TRUE(home.key_file.rekey("p", "rekey-disk", kCheap).ok());
  // Somebody puts back a key file from before: the only database must not be taken for a stray.
  home.files.restore(old_files);
  ASSERT_TRUE(home.key_file.remove_strays("rekey-disk").ok());
  EXPECT_EQ(home.disk.copy("/home/v-1.db").count("/home/v-1.db"), 1u);
}

}  // namespace
}  // namespace mq::vault
