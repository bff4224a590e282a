#include "mq/base/worker.h"

namespace mq {
namespace {

class InlineWorker final : public Worker {
 public:
  std::uint64_t start(std::function<void()> job) override {
    job();
    return 0;
  }
  void finish(std::uint64_t) override {}
};

}  // namespace

Worker& inline_worker() {
  static InlineWorker worker;
  return worker;
}

}  // namespace mq
