#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "mq/base/system.h"
#include "mq/base/text.h"

namespace mq {
namespace {

// The real disk, in a folder that goes with the test.
class Disk : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "mq-disk-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    root_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  std::string at(const std::string& name) const { return root_ + "/" + name; }
  std::string content(const std::string& name) {
    const auto bytes = disk_.read(at(name), 1 << 20);
    return bytes.ok() ? to_string(*bytes) : bytes.error().en;
  }
  static unsigned mode(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777u : 0u;
  }

  std::string root_;
  DiskFileSystem disk_;
};

TEST_F(Disk, GivesBackWhatWasWritten) {
  const Bytes all = [] {
    Bytes out(200'000);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(i * 7);
    return out;
  }();
  ASSERT_TRUE(disk_.replace(at("钥匙"), all).ok());
  const auto back = disk_.read(at("钥匙"), all.size());
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(*back, all);
  ASSERT_TRUE(disk_.replace(at("钥匙"), {}).ok());
  EXPECT_EQ(content("钥匙"), "");
}

TEST_F(Disk, ReplacesWholeAndLeavesNothingElse) {
  ASSERT_TRUE(disk_.replace(at("key"), view_of("a long old content")).ok());
  ASSERT_TRUE(disk_.replace(at("key"), view_of("new")).ok());
  EXPECT_EQ(content("key"), "new");
  const auto names = disk_.list(root_);
  ASSERT_TRUE(names.ok());
  EXPECT_EQ(*names, std::vector<std::string>{"key"});
}

TEST_F(Disk, AReaderOfTheOldContentKeepsIt) {
  ASSERT_TRUE(disk_.replace(at("key"), view_of("old")).ok());
  std::FILE* reader = std::fopen(at("key").c_str(), "r");
  ASSERT_NE(reader, nullptr);
  ASSERT_TRUE(disk_.replace(at("key"), view_of("new")).ok());
  std::array<char, 8> seen{};
  EXPECT_EQ(std::fread(seen.data(), 1, 8, reader), 3u);
  std::fclose(reader);
  EXPECT_EQ(std::string(seen.data()), "old") << "written in place, a cut would leave half of both";
}

// A file size limit stands in for the full disk: the write fails in the middle.
TEST_F(Disk, AFailedReplaceLeavesTheOldContent) {
  ASSERT_TRUE(disk_.replace(at("key"), view_of("old")).ok());
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1'000, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const Status status = disk_.replace(at("key"), Bytes(5'000, 1));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);

  EXPECT_FALSE(status.ok());
  EXPECT_EQ(content("key"), "old");
  EXPECT_EQ(disk_.list(root_)->size(), 1u) << "no half file stays behind";
}

TEST_F(Disk, AFolderInTheWayIsAnErrorAndStays) {
  ASSERT_TRUE(disk_.make_folder(at("key/inside")).ok());
  EXPECT_FALSE(disk_.replace(at("key"), view_of("x")).ok());
  EXPECT_TRUE(disk_.exists(at("key/inside")));
  EXPECT_EQ(disk_.list(root_)->size(), 1u) << "what could not be put in place is taken away";
}

TEST_F(Disk, NobodyElseMayReadWhatItMakes) {
  const mode_t before = umask(0);
  EXPECT_TRUE(disk_.make_folder(at("a/b")).ok());
  EXPECT_TRUE(disk_.replace(at("a/b/key"), view_of("x")).ok());
  umask(before);
  EXPECT_EQ(mode(at("a")), 0700u);
  EXPECT_EQ(mode(at("a/b")), 0700u);
  EXPECT_EQ(mode(at("a/b/key")), 0600u);
}

TEST_F(Disk, AFileThatOthersCouldReadIsReplacedByOneTheyCannot) {
  ASSERT_TRUE(disk_.replace(at("key"), view_of("old")).ok());
  ASSERT_EQ(chmod(at("key").c_str(), 0644), 0);
  ASSERT_TRUE(disk_.replace(at("key"), view_of("new")).ok());
  EXPECT_EQ(mode(at("key")), 0600u);
}

TEST_F(Disk, ReadingIsBounded) {
  ASSERT_TRUE(disk_.replace(at("key"), Bytes(100'000, 1)).ok());
  EXPECT_TRUE(disk_.read(at("key"), 100'000).ok());
  const auto refused = disk_.read(at("key"), 99'999);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kExhausted);
  EXPECT_FALSE(disk_.read("/dev/zero", 1'000'000).ok()) << "even without an end";
}

TEST_F(Disk, WhatIsMissingIsNotFoundAndNamed) {
  const auto missing = disk_.read(at("key"), 10);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, Code::kNotFound);
  EXPECT_NE(missing.error().zh.find(at("key")), std::string::npos);
  EXPECT_EQ(disk_.list(at("none")).error().code, Code::kNotFound);
  EXPECT_EQ(disk_.replace(at("none/key"), view_of("x")).error().code, Code::kNotFound);
  EXPECT_FALSE(disk_.exists(at("key")));
}

TEST_F(Disk, MakingAndRemovingTwiceIsNoError) {
  EXPECT_TRUE(disk_.make_folder(at("a/b/c")).ok());
  EXPECT_TRUE(disk_.make_folder(at("a/b/c")).ok());
  ASSERT_TRUE(disk_.replace(at("a/key"), view_of("x")).ok());
  EXPECT_TRUE(disk_.remove(at("a/key")).ok());
  EXPECT_TRUE(disk_.remove(at("a/key")).ok());
  EXPECT_FALSE(disk_.exists(at("a/key")));
}

TEST_F(Disk, ListsSorted) {
  for (const char* name : {"b", "a", "10", "户"}) {
    ASSERT_TRUE(disk_.replace(at(name), view_of("x")).ok());
  }
  EXPECT_EQ(*disk_.list(root_), (std::vector<std::string>{"10", "a", "b", "户"}));
}

TEST(SystemRandom, FillsEverythingAndDoesNotRepeat) {
  SystemRandom random;
  std::array<std::uint8_t, 300> first{}, second{};
  random.fill(first);
  random.fill(second);
  EXPECT_NE(first, second);
  EXPECT_TRUE(std::any_of(first.end() - 32, first.end(), [](auto byte) { return byte != 0; }));
  random.fill({});
}

}  // namespace
}  // namespace mq
