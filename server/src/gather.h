// Gather: joins the calls of many threads into one piece of work, without a thread of its own.
//
// The first to come leads: it takes everything that waits, does it all and wakes the others.
// What comes meanwhile waits for the next leader. Under no load it costs one uncontended lock.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace mq::server {

template <class Item>
class Gather {
 public:
  // Blocks until `lead` has been called, here or in another thread, with this item among others.
  void run(Item& item, const std::function<void(const std::vector<Item*>&)>& lead) {
    Waiting self{&item, false};
    std::unique_lock lock(mutex_);
    waiting_.push_back(&self);
    changed_.wait(lock, [&] { return self.done || !leading_; });
    if (self.done) return;
    leading_ = true;
    const std::vector<Waiting*> taken = std::exchange(waiting_, {});
    lock.unlock();
    std::vector<Item*> items;
    items.reserve(taken.size());
    for (const Waiting* waiting : taken) items.push_back(waiting->item);
    lead(items);
    lock.lock();
    leading_ = false;
    for (Waiting* waiting : taken) waiting->done = true;
    lock.unlock();
    changed_.notify_all();
  }

 private:
  struct Waiting {
    Item* item;
    bool done;
  };
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Waiting*> waiting_;
  bool leading_ = false;
};

}  // namespace mq::server
