// Measuring: time, medians, syncs and memory of this process, and the lines that bench/run reads.
//
// Every figure is printed as one line of tab-separated fields; progress goes to a terminal only.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "mq/base/result.h"

namespace mq::bench {

class Watch {
 public:
  double ms() const {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_)
        .count();
  }
  double seconds() const { return ms() / 1000; }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Sorts a copy; share 0.5 is the median.
double quantile(std::vector<double> values, double share);
inline double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

// fsync and fdatasync calls of this process since it began, SQLite's included.
std::uint64_t syncs();
// In MiB, from /proc/self/status: "VmRSS", "VmHWM".
double memory_mib(const char* name);
std::uint64_t file_bytes(const std::string& path);

// A folder of its own on the disk of `below`, gone with it.
class Folder {
 public:
  explicit Folder(const std::string& below);
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// One line of the table. `value` is what the budget speaks of: a ratio, bytes or milliseconds.
struct Figure {
  std::string row;    // "1", as in the table of budgets
  std::string what;   // with N
  std::string ours;   // with its unit
  std::string limit;  // the raw limit beside it, with its unit
  double value = 0;
  std::string unit;  // "×", "B", "ms", "MiB"
  double budget = 0;
  bool at_least = false;  // else at most
  std::string note;
};
void print(const Figure& figure);
// A fact worth a line that has no budget.
void print_fact(const std::string& row, const std::string& text);
void progress(const std::string& text);

std::string number(double value, int decimals);

[[noreturn]] void stop(const std::string& why);
template <class T>
T must(Result<T> result) {
  if (!result.ok()) stop(result.error().en);
  return std::move(result).value();
}
inline void must(const Status& status) {
  if (!status.ok()) stop(status.error().en);
}

}  // namespace mq::bench
