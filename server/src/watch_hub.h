// WatchHub: tells the open Watch streams of a township that there is something new.
//
// A stream holds no thread: it writes when the counter moves and sleeps otherwise. Several moves
// while a write is under way become one notice.
#pragma once

#include <grpcpp/grpcpp.h>

#include <map>
#include <mutex>
#include <set>

#include "minqing/sync/v1/sync.pb.h"
#include "mq/base/ids.h"

namespace mq::server {

namespace pb = ::minqing::sync::v1;

class WatchHub {
 public:
  // A new stream, which first says where the counter stands. Deletes itself when it is done.
  grpc::ServerWriteReactor<pb::Notice>* open(const TownshipId& township, std::uint64_t counter);
  void announce(const TownshipId& township, std::uint64_t counter);
  // Ends all streams, and every later one at once.
  void close();

 private:
  class Watcher;
  void forget(Watcher* watcher);

  std::mutex mutex_;
  bool closed_ = false;
  std::map<TownshipId, std::uint64_t> newest_;  // announced since the start
  std::map<TownshipId, std::set<Watcher*>> watchers_;
};

// A stream that only ends, with this status.
grpc::ServerWriteReactor<pb::Notice>* refused_watch(const grpc::Status& status);

}  // namespace mq::server
