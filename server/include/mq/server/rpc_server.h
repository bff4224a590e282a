// RpcServer: the service over gRPC and TLS, and nothing more than that.
//
// Calls run on gRPC's own threads, of which there is a limit; a watcher holds none. What it reports
// of a call is method, outcome, time and size: no device, no person, no address. Presence on the
// notice stream is not reported at all.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "mq/base/clock.h"
#include "mq/server/service.h"
#include "mq/server/tls_identity.h"

namespace mq::server {

struct CallRecord {
  std::string method;
  std::string code;  // "ok", or the name of the mq code
  std::int64_t ms = 0;
  std::size_t bytes_in = 0, bytes_out = 0;
};
// Called from many threads.
using CallSink = std::function<void(const CallRecord&)>;

class RpcServer {
 public:
  // listen: host:port; port 0 takes a free one. Borrows service and clock. Sets the service's
  // certificate hash and listener. kUnavailable: the address cannot be listened on.
  static Result<std::unique_ptr<RpcServer>> start(Service& service, const Clock& clock,
                                                  const TlsIdentity& identity,
                                                  const std::string& listen, CallSink sink);
  // Stops if that has not been done.
  ~RpcServer();

  // host:port that it listens on.
  const std::string& address() const;
  // Lets calls under way finish, within a few seconds.
  void stop();

 private:
  struct State;
  explicit RpcServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// 127.0.0.0/8, ::1 or localhost.
bool is_loopback(const std::string& listen);

}  // namespace mq::server
