#include "watch_hub.h"

#include <algorithm>

namespace mq::server {

// gRPC calls On… from its threads; the hub calls move() and end(). One write at a time, and the end
// only when none is under way.
class WatchHub::Watcher final : public grpc::ServerWriteReactor<pb::Notice> {
 public:
  Watcher(WatchHub& hub, const TownshipId& watched, std::uint64_t counter)
      : township(watched), hub_(hub), newest_(counter) {}

  void start() {
    const std::lock_guard lock(mutex_);
    write_next();
  }

  void move(std::uint64_t counter) {
    const std::lock_guard lock(mutex_);
    newest_ = std::max(newest_, counter);
    if (!writing_ && !ending_) write_next();
  }

  void end() {
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    ending_ = true;
    if (!writing_) Finish(grpc::Status::OK);
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (ending_ || !ok) {
      ending_ = true;
      Finish(grpc::Status::OK);
    } else if (newest_ != notice_.count()) {
      write_next();
    }
  }

  void OnCancel() override { end(); }

  void OnDone() override {
    hub_.forget(this);
    delete this;
  }

  const TownshipId township;

 private:
  void write_next() {
    writing_ = true;
    notice_.set_count(newest_);
    StartWrite(&notice_);
  }

  WatchHub& hub_;
  std::mutex mutex_;
  pb::Notice notice_;
  std::uint64_t newest_;
  bool writing_ = false;
  bool ending_ = false;
};

grpc::ServerWriteReactor<pb::Notice>* WatchHub::open(const TownshipId& township,
                                                     std::uint64_t counter) {
  const std::lock_guard lock(mutex_);
  // The counter may have moved since the caller read it.
  const auto announced = newest_.find(township);
  if (announced != newest_.end()) counter = std::max(counter, announced->second);
  auto* watcher = new Watcher(*this, township, counter);  // OnDone deletes it
  watchers_[township].insert(watcher);
  watcher->start();
  if (closed_) watcher->end();
  return watcher;
}

void WatchHub::announce(const TownshipId& township, std::uint64_t counter) {
  const std::lock_guard lock(mutex_);
  std::uint64_t& newest = newest_[township];
  newest = std::max(newest, counter);
  const auto found = watchers_.find(township);
  if (found == watchers_.end()) return;
  for (Watcher* watcher : found->second) watcher->move(counter);
}

void WatchHub::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (const auto& [township, watchers] : watchers_) {
    for (Watcher* watcher : watchers) watcher->end();
  }
}

void WatchHub::forget(Watcher* watcher) {
  const std::lock_guard lock(mutex_);
  std::set<Watcher*>& all = watchers_[watcher->township];
  all.erase(watcher);
  if (all.empty()) watchers_.erase(watcher->township);
}

grpc::ServerWriteReactor<pb::Notice>* refused_watch(const grpc::Status& status) {
  class Refused final : public grpc::ServerWriteReactor<pb::Notice> {
   public:
    explicit Refused(const grpc::Status& why) { Finish(why); }
    void OnDone() override { delete this; }
  };
  return new Refused(status);
}

}  // namespace mq::server
