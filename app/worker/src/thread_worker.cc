#include "mq/worker/thread_worker.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace mq {

// Both sides are woken only while they sleep: waking costs more than many a job.
struct ThreadWorker::State {
  std::mutex mutex;
  std::condition_variable more;  // jobs, or leaving
  std::condition_variable done;  // the job that finish() waits for
  std::deque<std::function<void()>> waiting;
  std::uint64_t started = 0;
  std::uint64_t finished = 0;
  std::uint64_t awaited = 0;  // 0: nobody waits
  bool idle = false;
  bool leaving = false;
  std::thread thread;

  void work() {
    std::unique_lock lock(mutex);
    for (;;) {
      idle = true;
      more.wait(lock, [this] { return leaving || !waiting.empty(); });
      idle = false;
      if (waiting.empty()) return;
      std::function<void()> job = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      job();
      job = nullptr;
      lock.lock();
      if (++finished == awaited) done.notify_one();
    }
  }
};

ThreadWorker::ThreadWorker() : state_(std::make_unique<State>()) {}

ThreadWorker::~ThreadWorker() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->leaving = true;
  }
  state_->more.notify_one();
  if (state_->thread.joinable()) state_->thread.join();
}

std::uint64_t ThreadWorker::start(std::function<void()> job) {
  const std::lock_guard lock(state_->mutex);
  state_->waiting.push_back(std::move(job));
  if (!state_->thread.joinable()) state_->thread = std::thread([this] { state_->work(); });
  if (state_->idle) state_->more.notify_one();
  return ++state_->started;
}

void ThreadWorker::finish(std::uint64_t job) {
  std::unique_lock lock(state_->mutex);
  if (state_->finished >= job) return;
  state_->awaited = job;
  state_->done.wait(lock, [&] { return state_->finished >= job; });
  state_->awaited = 0;
}

}  // namespace mq
