#include "mq/worker/thread_worker.h"

#include <gtest/gtest.h>

#include <vector>

namespace mq {
namespace {

TEST(ThreadWorker, RunsJobsInTheirOrderAndFinishWaitsForAllBefore) {
  ThreadWorker worker;
  std::vector<int> done;
  std::uint64_t last = 0;
  for (int i = 0; i < 1000; ++i) last = worker.start([&done, i] { done.push_back(i); });
  worker.finish(last);
  ASSERT_EQ(done.size(), 1000u);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(done[static_cast<std::size_t>(i)], i);
}

TEST(ThreadWorker, TakesJobsAgainAfterItWasIdle) {
  ThreadWorker worker;
  int sum = 0;
  for (int i = 1; i <= 100; ++i) {
    const std::uint64_t job = worker.start([&sum, i] { sum += i; });
    worker.finish(job);
    ASSERT_EQ(sum, i * (i + 1) / 2);
  }
}

TEST(ThreadWorker, DestructionWaitsForWhatWasStarted) {
  int done = 0;
  {
    ThreadWorker worker;
    for (int i = 0; i < 100; ++i) worker.start([&done] { ++done; });
  }
  EXPECT_EQ(done, 100);
}

TEST(ThreadWorker, WithoutAJobThereIsNothingToWaitFor) { const ThreadWorker worker; }

TEST(InlineWorker, HasDoneTheJobWhenStartReturns) {
  int done = 0;
  const std::uint64_t job = inline_worker().start([&done] { ++done; });
  EXPECT_EQ(done, 1);
  inline_worker().finish(job);
}

}  // namespace
}  // namespace mq
