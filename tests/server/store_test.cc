#include <atomic>
#include <filesystem>
#include <thread>

#include "mq/server/sqlite_store.h"
#include "mq/sqlite/database.h"
#include "store_conformance.h"
#include "support/faulty_store.h"

namespace mq::testing {
namespace {

// A folder of its own, gone with the test.
struct SqliteMaker {
  SqliteMaker() {
    std::string name = std::filesystem::temp_directory_path() / "mq-store-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) std::abort();
    folder = name;
  }
  ~SqliteMaker() { std::filesystem::remove_all(folder); }
  Result<sqlite::Database> open_raw() const {
    sqlite::OpenOptions options;
    options.path = path();
    return sqlite::Database::open(options);
  }
  std::string path() const { return folder + "/minqing.db"; }
  std::unique_ptr<server::Store> make() const { return server::SqliteStore::open(path()).value(); }
  std::string folder;
};

struct MemoryMaker {
  std::unique_ptr<server::Store> make() const { return std::make_unique<MemoryStore>(); }
};

using Makers = ::testing::Types<SqliteMaker, MemoryMaker>;
INSTANTIATE_TYPED_TEST_SUITE_P(Each, StoreConformance, Makers);

TEST(SqliteStore, WhatWasStoredIsThereAfterOpeningAgain) {
  const SqliteMaker maker;
  Author author(1);
  StreamHead head;
  {
    const auto store = maker.make();
    head = *store->stream_head(author.township, author.stream);
    const AppendRun run = run_of(author, head, {author.next(), author.next()});
    ASSERT_TRUE(store->append_cas({run}).ok());
    head = run.head;
  }
  EXPECT_EQ(*maker.make()->stream_head(author.township, author.stream), head);
}

TEST(SqliteStore, AFileOfANewerVersionIsNotOpened) {
  const SqliteMaker maker;
  {
    auto database = maker.open_raw();
    ASSERT_TRUE(database->execute("PRAGMA user_version = 2").ok());
  }
  EXPECT_EQ(server::SqliteStore::open(maker.path()).error().code, Code::kUnsupported);
}

TEST(SqliteStore, ABackupTakenWhileOpenHoldsEverything) {
  const SqliteMaker maker;
  Author author(1);
  const auto store = maker.make();
  const StreamHead empty = *store->stream_head(author.township, author.stream);
  const AppendRun run = run_of(author, empty, {author.next()});
  ASSERT_TRUE(store->append_cas({run}).ok());
  ASSERT_TRUE(store->backup_to(maker.folder + "/copy.db").ok());
  const auto copy = server::SqliteStore::open(maker.folder + "/copy.db", false);
  ASSERT_TRUE(copy.ok());
  EXPECT_EQ(*(*copy)->stream_head(author.township, author.stream), run.head);
  EXPECT_TRUE((*copy)->check()->empty());
}

TEST(SqliteStore, CheckNamesAnEnvelopeThatWasAltered) {
  const SqliteMaker maker;
  Author author(1);
  const auto store = maker.make();
  const StreamHead empty = *store->stream_head(author.township, author.stream);
  ASSERT_TRUE(store->append_cas({run_of(author, empty, {author.next(), author.next()})}).ok());
  ASSERT_TRUE(store->control_cas(author.township, 0, {founding_entry()}).ok());
  ASSERT_TRUE(store->check()->empty());
  {
    auto database = maker.open_raw();
    ASSERT_TRUE(database->execute("UPDATE envelope SET time_ms = time_ms + 1 WHERE idx = 1").ok());
  }
  EXPECT_FALSE(store->check()->empty());
}

// So that the writer finds little left to copy when its log is full.
TEST(SqliteStore, TidyMovesTheLogIntoTheDatabase) {
  const SqliteMaker maker;
  const auto store = maker.make();
  Author author(1);
  const auto append = [&](int envelopes) {
    std::vector<wire::Envelope> all;
    for (int i = 0; i < envelopes; ++i) all.push_back(author.next(1, 60'000));
    const StreamHead head = *store->stream_head(author.township, author.stream);
    ASSERT_TRUE(store->append_cas({run_of(author, head, all)}).ok());
  };
  append(10);
  store->tidy();
  EXPECT_LT(std::filesystem::file_size(maker.path()), 100'000u) << "not for a few";
  append(70);
  EXPECT_LT(std::filesystem::file_size(maker.path()), 100'000u);
  store->tidy();
  EXPECT_GT(std::filesystem::file_size(maker.path()), 4'800'000u);
  append(1);
  EXPECT_EQ(store->stream_head(author.township, author.stream)->index, 81u);
  EXPECT_TRUE(store->check()->empty());
}

// Threads that append at once share commits; each stream must still come out whole.
TEST(SqliteStore, ManyThreadsAppendWithoutLosingOrMixingAnything) {
  const SqliteMaker maker;
  const auto store = maker.make();
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (std::uint8_t n = 1; n <= 8; ++n) {
    threads.emplace_back([&store, &failures, n] {
      Author author(n);
      author.stream.data.fill(n);
      for (int i = 0; i < 20; ++i) {
        const StreamHead head = *store->stream_head(author.township, author.stream);
        if (!store->append_cas({run_of(author, head, {author.next()})}).ok()) ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  for (std::uint8_t n = 1; n <= 8; ++n) {
    Author author(n);
    author.stream.data.fill(n);
    EXPECT_EQ(store->stream_head(author.township, author.stream)->index, 20u);
  }
  EXPECT_TRUE(store->check()->empty());
}

TEST(FaultyStore, AFaultAfterTheEffectLeavesItStored) {
  MemoryStore memory;
  Faults faults(Faults::Mode::kOnce, 2);
  FaultyStore store(memory, faults);
  EXPECT_EQ(store.set_setting("key", Bytes{1}).error().code, Code::kUnavailable);
  EXPECT_EQ(memory.setting("key")->value(), Bytes{1});
}

}  // namespace
}  // namespace mq::testing
