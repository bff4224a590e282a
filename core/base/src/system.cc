#include "mq/base/system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>

#include "mq/base/text.h"

namespace mq {

WallTime SystemClock::wall() const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

MonotonicTime SystemClock::monotonic() const {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

void SystemRandom::fill(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    MQ_ASSERT(got > 0);
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

namespace {

Error file_error(const char* zh_verb, const char* en_verb, const std::string& path) {
  const int number = errno;
  const Code code = number == ENOENT                                         ? Code::kNotFound
                    : number == ENOSPC || number == EDQUOT                   ? Code::kExhausted
                    : number == EACCES || number == EPERM || number == EROFS ? Code::kNotAllowed
                                                                             : Code::kInternal;
  const std::string why = std::generic_category().message(number);
  return {code, cat(zh_verb, " ", path, ":", why), cat(en_verb, " ", path, ": ", why)};
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool write_all(int fd, ByteView content) {
  while (!content.empty()) {
    const ssize_t put = ::write(fd, content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    content = content.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

}  // namespace

Result<Bytes> DiskFileSystem::read(const std::string& path, std::size_t bytes_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return file_error("打不开文件", "cannot open", path);
  Bytes out;
  std::uint8_t chunk[65536];
  for (;;) {
    const ssize_t got = ::read(file.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error("读不了文件", "cannot read", path);
    if (got == 0) return out;
    if (out.size() + static_cast<std::size_t>(got) > bytes_max) {
      return Error{Code::kExhausted, cat("文件太大(上限 ", bytes_max, " 字节):", path),
                   cat("file larger than ", bytes_max, " bytes: ", path)};
    }
    out.insert(out.end(), chunk, chunk + got);
  }
}

Status DiskFileSystem::replace(const std::string& path, ByteView content) {
  const std::string temporary = path + ".new";
  {
    const Descriptor file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (file.get() < 0) return file_error("写不了文件", "cannot write", path);
    if (!write_all(file.get(), content) || ::fsync(file.get()) != 0) {
      const Error error = file_error("写不了文件", "cannot write", path);
      ::unlink(temporary.c_str());
      return error;
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const Error error = file_error("替换不了文件", "cannot replace", path);
    ::unlink(temporary.c_str());
    return error;
  }
  const Descriptor folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) {
    return file_error("文件夹没有落盘", "cannot sync folder of", path);
  }
  return {};
}

Status DiskFileSystem::make_folder(const std::string& path) {
  if (path.empty() || exists(path)) return {};
  if (const std::string parent = folder_of(path); parent != path && parent != ".") {
    MQ_CHECK(make_folder(parent));
  }
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return file_error("建不了文件夹", "cannot create folder", path);
  }
  return {};
}

Status DiskFileSystem::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return file_error("删不了文件", "cannot remove", path);
  }
  return {};
}

bool DiskFileSystem::exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Result<std::vector<std::string>> DiskFileSystem::list(const std::string& folder) {
  DIR* open = ::opendir(folder.c_str());
  if (open == nullptr) return file_error("列不出文件夹", "cannot list", folder);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(open)) {  // NOLINT(concurrency-mt-unsafe): own DIR
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  ::closedir(open);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace mq
