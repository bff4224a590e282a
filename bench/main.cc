// mq_bench: measures the rows of the table of budgets; see README of bench/run.
//
//   mq_bench [--tiny] [--rows save,apply] --samples DIR --folder DIR
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "mq/base/text.h"
#include "rows.h"

namespace {

struct Row {
  const char* name;
  void (*measure)(mq::bench::Bench&);
};
// The import before all that fills the memory: on a device it has a process of its own.
constexpr Row kRows[] = {
    {"import", mq::bench::row_import},   {"save", mq::bench::row_save},
    {"wire", mq::bench::row_wire},       {"idle", mq::bench::row_idle},
    {"apply", mq::bench::row_apply},     {"device", mq::bench::row_new_device},
    {"size", mq::bench::row_size},       {"sealing", mq::bench::row_sealing},
    {"search", mq::bench::row_search},   {"ledger", mq::bench::row_ledger},
    {"control", mq::bench::row_control}, {"server", mq::bench::row_server},
    {"fill", mq::bench::row_fill},
};

mq::bench::Sizes tiny_sizes() {
  mq::bench::Sizes sizes;
  sizes.tiny = true;
  sizes.visits = 200;
  sizes.held = 400;
  sizes.little = 100;
  sizes.million = 2'000;
  sizes.saves = 40;
  sizes.clients = 2;
  sizes.calls = 3;
  sizes.repeats = 1;
  return sizes;
}

bool wanted(const std::string& list, const char* name) {
  if (list.empty()) return true;
  for (const std::string& one : mq::split(list, ",")) {
    if (one == name) return true;
  }
  return false;
}

}  // namespace

int main(int count, char** arguments) {
  mq::bench::Bench bench;
  std::string rows, below = ".";
  for (int i = 1; i < count; ++i) {
    const std::string flag = arguments[i];
    const std::string value = i + 1 < count ? arguments[i + 1] : "";
    if (flag == "--tiny") {
      bench.sizes = tiny_sizes();
      continue;
    }
    ++i;
    if (flag == "--rows") rows = value;
    if (flag == "--samples") bench.samples = value;
    if (flag == "--folder") below = value;
    if (flag == "--resident") {
      mq::bench::resident(value);
      return 0;
    }
  }
  const mq::bench::Folder folder(below);
  bench.folder = folder.path();
  for (const Row& row : kRows) {
    if (!wanted(rows, row.name)) continue;
    mq::bench::progress(row.name);
    sync();  // no row waits for what the one before still has to write
    row.measure(bench);
  }
  mq::bench::progress("");
  return 0;
}
