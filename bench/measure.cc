#include "measure.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace {
std::atomic<std::uint64_t> sync_count{0};
}

// Stand before libc's for the whole process, so that SQLite's syncs are counted where they happen.
extern "C" {
int fdatasync(int fd) {
  ++sync_count;
  return static_cast<int>(syscall(SYS_fdatasync, fd));
}
int fsync(int fd) {
  ++sync_count;
  return static_cast<int>(syscall(SYS_fsync, fd));
}
}

namespace mq::bench {

double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double at = share * static_cast<double>(values.size() - 1);
  return values[static_cast<std::size_t>(std::lround(at))];
}

std::uint64_t syncs() { return sync_count; }

double memory_mib(const char* name) {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with(name)) return std::atof(line.c_str() + std::strlen(name) + 1) / 1024;
  }
  return 0;
}

std::uint64_t file_bytes(const std::string& path) {
  std::error_code none;
  const auto bytes = std::filesystem::file_size(path, none);
  return none ? 0 : bytes;
}

Folder::Folder(const std::string& below) {
  std::string pattern = below + "/minqing-bench-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) stop("no folder can be made under " + below);
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code none;
  std::filesystem::remove_all(path_, none);
}

std::string number(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

void print(const Figure& f) {
  std::printf("F\t%s\t%s\t%s\t%s\t%.6g\t%s\t%.6g\t%s\t%s\n", f.row.c_str(), f.what.c_str(),
              f.ours.c_str(), f.limit.c_str(), f.value, f.unit.c_str(), f.budget,
              f.at_least ? "at least" : "at most", f.note.c_str());
  std::fflush(stdout);
}

void print_fact(const std::string& row, const std::string& text) {
  std::printf("N\t%s\t%s\n", row.c_str(), text.c_str());
  std::fflush(stdout);
}

void progress(const std::string& text) {
  if (isatty(STDERR_FILENO) != 0) std::fprintf(stderr, "\r\033[K%s", text.c_str());
}

void stop(const std::string& why) {
  std::fprintf(stderr, "mq_bench: %s\n", why.c_str());
  std::exit(1);
}

}  // namespace mq::bench
