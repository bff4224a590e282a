#include "mq/base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace mq {
namespace {

const Error kFull{Code::kExhausted, "磁盘已满", "the disk is full"};

Status failing() { return kFull; }
Status fine() { return {}; }
Result<int> number(bool ok) {
  if (!ok) return kFull;
  return 7;
}

TEST(Result, HoldsAValueOrAnError) {
  const Result<int> good = number(true);
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(*good, 7);
  const Result<int> bad = number(false);
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Code::kExhausted);
  EXPECT_EQ(bad.error().zh, "磁盘已满");
}

TEST(Result, TryGivesTheValueOrReturnsTheError) {
  const auto doubled = [](bool ok) -> Result<int> {
    MQ_TRY(const int n, number(ok));
    return n * 2;
  };
  EXPECT_EQ(*doubled(true), 14);
  EXPECT_EQ(doubled(false).error().en, "the disk is full");
}

TEST(Result, TryMovesWhatCannotBeCopied) {
  const auto make = [](int n) -> Result<std::unique_ptr<int>> { return std::make_unique<int>(n); };
  const auto take = [&]() -> Result<int> {
    MQ_TRY(const std::unique_ptr<int> owned, make(3));
    return *owned;
  };
  EXPECT_EQ(*take(), 3);
}

// A check inside a lambda inside a check: each has a variable of its own, or -Wshadow stops us.
TEST(Result, ChecksNest) {
  int steps = 0;
  const auto run = [&](bool inner_fails) -> Status {
    MQ_CHECK([&]() -> Status {
      MQ_CHECK([&]() -> Status {
        MQ_CHECK(inner_fails ? failing() : fine());
        ++steps;
        return {};
      }());
      ++steps;
      return {};
    }());
    ++steps;
    return {};
  };
  EXPECT_TRUE(run(false).ok());
  EXPECT_EQ(steps, 3);
  EXPECT_EQ(run(true).error().code, Code::kExhausted);
  EXPECT_EQ(steps, 3) << "nothing runs after the failed check";
}

TEST(Result, TriesNestInOneFunction) {
  const auto sum = [](bool last) -> Result<int> {
    MQ_TRY(const int a, [&]() -> Result<int> {
      MQ_TRY(const int b, number(true));
      MQ_TRY(const int c, number(last));
      return b + c;
    }());
    return a + 1;
  };
  EXPECT_EQ(*sum(true), 15);
  EXPECT_FALSE(sum(false).ok());
}

TEST(Result, CheckIsOneStatementOfAnIf) {
  const auto run = [](bool ask) -> Status {
    if (ask)
      MQ_CHECK(failing());
    else
      MQ_CHECK(fine());
    return {};
  };
  EXPECT_FALSE(run(true).ok());
  EXPECT_TRUE(run(false).ok());
}

TEST(ResultDeathTest, TheMissingHalfEndsTheProgram) {
  const Result<int> good = number(true);
  Result<int> bad = number(false);
  EXPECT_DEATH(static_cast<void>(good.error()), "");
  EXPECT_DEATH(static_cast<void>(bad.value()), "");
  EXPECT_DEATH(MQ_ASSERT(1 + 1 == 3), "broken assumption: 1 \\+ 1 == 3");
}

}  // namespace
}  // namespace mq
