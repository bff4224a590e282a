#include "home_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

#include "mq/base/text.h"

namespace mq::cli {

namespace {
constexpr int kTries = 300;
constexpr std::chrono::milliseconds kPause{100};
}  // namespace

Result<HomeLock> HomeLock::take(const std::string& path) {
  // A read-only home can still be read: the lock is then taken on what is there.
  int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const std::string why = std::generic_category().message(errno);
    return Error{Code::kInternal, cat("写不了文件夹(", why, "):", path),
                 cat("cannot write to the home (", why, "): ", path)};
  }
  HomeLock lock(fd);
  for (int i = 0; i < kTries; ++i) {
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
    std::this_thread::sleep_for(kPause);
  }
  return Error{Code::kUnavailable, "另一个 minqing 正在用这个文件夹,请等它结束再试",
               "another minqing is using this home; try again when it has finished"};
}

HomeLock::~HomeLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace mq::cli
