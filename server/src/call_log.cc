#include "call_log.h"

#include "mq/base/text.h"

namespace mq::server {

Result<std::unique_ptr<CallLog>> CallLog::open(const std::string& path, const Clock& clock) {
  std::FILE* file = stderr;
  if (!path.empty()) file = std::fopen(path.c_str(), "ae");
  if (file == nullptr) {
    return Error{Code::kNotAllowed, cat("无法写日志文件 ", path), cat("cannot write log ", path)};
  }
  return std::unique_ptr<CallLog>(new CallLog(file, clock));
}

CallLog::~CallLog() {
  if (file_ != stderr) std::fclose(file_);
}

void CallLog::call(const CallRecord& record) {
  line(cat("{\"time\":", clock_.wall().ms, ",\"method\":\"", record.method, "\",\"code\":\"",
           record.code, "\",\"ms\":", record.ms, ",\"bytes_in\":", record.bytes_in,
           ",\"bytes_out\":", record.bytes_out, "}\n"));
}

void CallLog::event(std::string_view name) {
  line(cat("{\"time\":", clock_.wall().ms, ",\"event\":\"", name, "\"}\n"));
}

// A log that cannot be written must not stop the service; the operator sees the full disk anyway.
void CallLog::line(const std::string& text) {
  const std::lock_guard lock(mutex_);
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), file_));
  static_cast<void>(std::fflush(file_));
}

}  // namespace mq::server
