// CallLog: one JSON line per call: time, method, code, ms, bytes. No device, person or address.
#pragma once

#include <cstdio>
#include <memory>
#include <mutex>
#include <string>

#include "mq/server/rpc_server.h"

namespace mq::server {

// Thread-safe.
class CallLog {
 public:
  // Empty path: standard error. Appends; a file that cannot be opened is an error.
  static Result<std::unique_ptr<CallLog>> open(const std::string& path, const Clock& clock);
  ~CallLog();

  void call(const CallRecord& record);
  // "started" and "stopped", with what is worth knowing of it.
  void event(std::string_view name);

 private:
  CallLog(std::FILE* file, const Clock& clock) : file_(file), clock_(clock) {}
  void line(const std::string& text);

  std::mutex mutex_;
  std::FILE* file_;
  const Clock& clock_;
};

}  // namespace mq::server
