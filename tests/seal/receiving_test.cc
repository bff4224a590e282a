// Receiving several at once, with any worker, is receiving them one by one.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

#include "mq/worker/thread_worker.h"
#include "seal/home.h"

namespace mq::testing {
namespace {

using Received = seal::Sealer::Received;

constexpr auto kVillage = pb::STREAM_KIND_VILLAGE;
constexpr auto kCadre = pb::ROLE_KIND_CADRE;

// Does nothing before it must: the other end of what a thread may do.
class LateWorker final : public Worker {
 public:
  std::uint64_t start(std::function<void()> job) override {
    waiting_.push_back(std::move(job));
    return waiting_.size();
  }
  void finish(std::uint64_t job) override {
    for (; done_ < job; ++done_) waiting_[done_]();
  }
  bool idle() const { return done_ == waiting_.size(); }

 private:
  std::vector<std::function<void()>> waiting_;
  std::size_t done_ = 0;
};

class ReceivingTest : public ::testing::Test {
 protected:
  SealTown town;
  StreamId village = town.add_stream(kVillage);
  Home wang{town, kCadre, {village}, 21};
  Home zhao{town, kCadre, {village}, 22};
  Home li{town, kCadre, {village}, 23};
  Home qian{town, kCadre, {village}, 24};
  vault::StreamIx wangs = 0, zhaos = 0, lis = 0, qians = 0;

  void SetUp() override {
    town.rotate(village);
    wangs = wang.learn(village);
    zhaos = zhao.learn(village);
    lis = li.learn(village);
    qians = qian.learn(village);
  }

  // Two authors who answer each other, 20 envelopes each, in the order of a server.
  std::vector<wire::Envelope> conversation() {
    std::vector<wire::Envelope> all;
    for (int i = 0; i < 20; ++i) {
      wang.record(wangs, "上午走访,情况正常。");
      for (auto& envelope : wang.seal_all(wangs)) {
        EXPECT_EQ(zhao.receive(envelope), Received::kMerged);
        all.push_back(std::move(envelope));
      }
      zhao.record(zhaos, "下午回访,已解决。");
      for (auto& envelope : zhao.seal_all(zhaos)) {
        EXPECT_EQ(wang.receive(envelope), Received::kMerged);
        all.push_back(std::move(envelope));
      }
    }
    return all;
  }

  std::vector<Received> one_by_one(Home& home, const std::vector<wire::Envelope>& all) {
    std::vector<Received> out;
    for (const wire::Envelope& envelope : all) out.push_back(home.receive(envelope));
    return out;
  }

  std::vector<Received> at_once(Home& home, const std::vector<wire::Envelope>& all,
                                Worker& worker) {
    seal::Sealer sealer(*home.vault, *home.keyring, *home.token, home.random, worker);
    std::vector<const wire::Envelope*> views;
    for (const wire::Envelope& envelope : all) views.push_back(&envelope);
    std::vector<Received> out;
    const Status done =
        sealer.receive_all(views, town.town.state, [&](std::size_t i, Received received) -> Status {
          EXPECT_EQ(i, out.size());
          out.push_back(received);
          return {};
        });
    EXPECT_TRUE(done.ok()) << (done.ok() ? "" : done.error().en);
    return out;
  }

  void expect_same(std::vector<wire::Envelope> all, Worker& worker) {
    EXPECT_EQ(one_by_one(li, all), at_once(qian, all, worker));
    EXPECT_EQ(li.state_hash(lis), qian.state_hash(qians));
    EXPECT_EQ(li.visits(), qian.visits());
  }
};

TEST_F(ReceivingTest, ALateWorkerGivesTheSame) {
  LateWorker worker;
  expect_same(conversation(), worker);
  EXPECT_EQ(qian.visits(), 40u);
}

TEST_F(ReceivingTest, AThreadGivesTheSame) {
  ThreadWorker worker;
  expect_same(conversation(), worker);
  EXPECT_EQ(qian.visits(), 40u);
}

TEST_F(ReceivingTest, WhatDoesNotMergeStopsItsChainAlone) {
  LateWorker worker;
  auto all = conversation();
  all[6].ct[40] ^= 1;  // one of wang's: what follows it waits
  expect_same(all, worker);
  EXPECT_EQ(qian.visits(), 23u);
}

TEST_F(ReceivingTest, OutOfOrderAndTwiceIsTheSame) {
  LateWorker worker;
  auto all = conversation();
  std::swap(all[4], all[6]);
  all.push_back(all[9]);
  expect_same(all, worker);
}

TEST_F(ReceivingTest, GoesOnFromWhatTheVaultHolds) {
  LateWorker worker;
  const auto all = conversation();
  const std::vector<wire::Envelope> first(all.begin(), all.begin() + 13);
  const std::vector<wire::Envelope> rest(all.begin() + 13, all.end());
  expect_same(first, worker);
  expect_same(rest, worker);
  EXPECT_EQ(qian.visits(), 40u);
}

TEST_F(ReceivingTest, AnErrorOfTheCallerEndsItAndLeavesNoJobBehind) {
  LateWorker worker;
  const auto all = conversation();
  seal::Sealer sealer(*qian.vault, *qian.keyring, *qian.token, qian.random, worker);
  std::vector<const wire::Envelope*> views;
  for (const wire::Envelope& envelope : all) views.push_back(&envelope);
  const Status done =
      sealer.receive_all(views, town.town.state, [](std::size_t i, Received) -> Status {
        if (i < 5) return {};
        return Error{Code::kExhausted, "满", "full"};
      });
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, Code::kExhausted);
  EXPECT_TRUE(worker.idle());
  EXPECT_EQ(qian.visits(), 6u);
}

}  // namespace
}  // namespace mq::testing
