// ThreadWorker: the one thread that a device lends to core and sync.
//
// It starts with the first job, so that commands without long work have none. Destruction waits for
// what was started.
#pragma once

#include <memory>

#include "mq/base/worker.h"

namespace mq {

class ThreadWorker final : public Worker {
 public:
  ThreadWorker();
  ~ThreadWorker() override;
  ThreadWorker(const ThreadWorker&) = delete;
  ThreadWorker& operator=(const ThreadWorker&) = delete;

  // Both from one thread at a time.
  std::uint64_t start(std::function<void()> job) override;
  void finish(std::uint64_t job) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mq
