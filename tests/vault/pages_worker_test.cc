// Long transactions, whose pages the caller and the lent thread seal at the same time.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "mq/vault/aead.h"
#include "mq/worker/thread_worker.h"
#include "pages_support.h"

namespace mq::vault {
namespace {

using mq::testing::install_pages;
using mq::testing::key_of;
using mq::testing::open_pages;
using mq::testing::SimRandom;
using mq::testing::text_of_query;

class PagesWorkerTest : public ::testing::Test {
 protected:
  PagesWorkerTest() {
    char pattern[] = "/tmp/mq-pages-XXXXXX";
    folder_ = mkdtemp(pattern);
  }
  ~PagesWorkerTest() override { std::filesystem::remove_all(folder_); }
  std::string path() const { return folder_ + "/v.db"; }

  // Nonces of the frames that stand in the log, in their order.
  std::vector<std::string> nonces() const {
    constexpr std::size_t kHeader = 32, kFrame = 24 + 4096;
    std::ifstream file(path() + "-wal", std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    std::vector<std::string> out;
    for (std::size_t at = kHeader; at + kFrame <= bytes.size(); at += kFrame) {
      out.push_back(bytes.substr(at + kFrame - EncryptedVfs::kReserveBytes, kNonceBytes));
    }
    return out;
  }

  SimRandom random{7};
  std::string folder_;
};

TEST_F(PagesWorkerTest, WhatTwoThreadsSealedOpensAndNoNonceComesTwice) {
  constexpr int kRows = 2'000;
  const std::string fill(900, 'x');
  {
    ThreadWorker worker;
    auto vfs = EncryptedVfs::install("two", "", key_of(1), random, worker);
    ASSERT_TRUE(vfs.ok());
    auto db = open_pages(path(), "two");
    ASSERT_TRUE(db.ok()) << db.error().en;
    ASSERT_TRUE(db->execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b)").ok());
    for (int round = 0; round < 3; ++round) {
      auto transaction = sqlite::Transaction::begin(*db);
      ASSERT_TRUE(transaction.ok());
      for (int i = 0; i < kRows; ++i) {
        const std::string text = cat(round, " ", i, fill);
        ASSERT_TRUE(db->run("INSERT INTO t VALUES(?1, ?2)", round * kRows + i, text).ok());
      }
      ASSERT_TRUE(transaction->commit().ok());
    }
    const std::vector<std::string> drawn = nonces();
    EXPECT_GT(drawn.size(), 1'400u) << "many batches for both";
    EXPECT_EQ(std::set<std::string>(drawn.begin(), drawn.end()).size(), drawn.size());
  }
  const auto vfs = install_pages("one", "", key_of(1), random);
  auto db = open_pages(path(), "one", false);
  ASSERT_TRUE(db.ok()) << db.error().en;
  EXPECT_EQ(text_of_query(*db, "PRAGMA integrity_check"), "ok");
  auto q = db->query("SELECT a, b FROM t ORDER BY a");
  ASSERT_TRUE(q.ok());
  for (int k = 0; k < 3 * kRows; ++k) {
    ASSERT_TRUE(q->step().value());
    ASSERT_EQ(q->text(1), cat(k / kRows, " ", k % kRows, fill));
  }
}

}  // namespace
}  // namespace mq::vault
