// Worker: somebody who may do pure work while the caller goes on.
//
// Core and sync own no threads; who runs them may lend one. A job touches nothing that its caller
// changes before finish(), and fails by what it leaves behind, never by an exception.
#pragma once

#include <cstdint>
#include <functional>

namespace mq {

class Worker {
 public:
  virtual ~Worker() = default;
  // Runs the job now or later; jobs run one at a time, in the order in which they were started.
  // Gives its number.
  virtual std::uint64_t start(std::function<void()> job) = 0;
  // Returns once this job, and so all before it, has ended.
  virtual void finish(std::uint64_t job) = 0;
};

// Does each job at once, on the caller's own time; shared, without state.
Worker& inline_worker();

}  // namespace mq
