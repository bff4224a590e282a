// HomeLock: one process at a time in one home; the kernel frees it when the process dies.
#pragma once

#include <string>

#include "mq/base/result.h"

namespace mq::cli {

class HomeLock {
 public:
  // Waits for another command to finish. kUnavailable after half a minute.
  static Result<HomeLock> take(const std::string& path);
  HomeLock(HomeLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  HomeLock& operator=(HomeLock&&) = delete;
  ~HomeLock();

 private:
  explicit HomeLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace mq::cli
