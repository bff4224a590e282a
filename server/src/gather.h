// Gather: joins the calls of many threads into one piece of work, without a thread of its own.
//
// The first to come leads: it takes everything that waits, does it all and wakes the others.
// What comes meanwhile waits for the next leader. Under no load it costs one uncontended lock.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace mq::server {

template <class Item>
class Gather {
 public:
  // Blocks until `lead` has been called, here or in another thread, with this item among others.
  void run(Item& item, const std::function<void(const std::vector<Item*>&)>& lead) {
    std::unique_lock lock(mutex_);
    const std::shared_ptr<Round> round = next_;
    round->items.push_back(&item);
    round->changed.wait(lock, [&] { return round->done || !leading_; });
    if (round->done) return;
    leading_ = true;
    next_ = std::make_shared<Round>();
    lock.unlock();
    lead(round->items);
    lock.lock();
    leading_ = false;
    round->done = true;
    const std::shared_ptr<Round> waiting = next_;
    lock.unlock();
    round->changed.notify_all();
    waiting->changed.notify_one();  // it leads, unless somebody came and leads already
  }

 private:
  // Those who are served together. Each round wakes on its own: a crowd that is woken only to wait
  // on costs more than the work.
  struct Round {
    std::condition_variable changed;
    std::vector<Item*> items;
    bool done = false;
  };
  std::mutex mutex_;
  std::shared_ptr<Round> next_ = std::make_shared<Round>();
  bool leading_ = false;
};

}  // namespace mq::server
