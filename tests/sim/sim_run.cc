// sim_run --seeds A..B [--steps N] [--long]: runs the simulator; prints every failing seed with its
// trace. --file F runs the seeds listed in F, one a line, those with "still" after the number as
// with --still: nobody's right or device ends. --long: ten times the steps.
#include <charconv>
#include <cstdio>
#include <fstream>
#include <string_view>

#include "simulation.h"

namespace {

struct Seed {
  std::uint64_t number = 0;
  bool still = false;
};

struct Arguments {
  std::vector<Seed> seeds;
  bool still = false;
  int steps = 120;
  bool trace = false;
};

bool to_number(std::string_view text, std::uint64_t& out) {
  const auto end = std::from_chars(text.data(), text.data() + text.size(), out);
  return end.ec == std::errc() && end.ptr == text.data() + text.size();
}

bool add_range(std::string_view text, Arguments& out, bool still = false) {
  const std::size_t dots = text.find("..");
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  if (!to_number(text.substr(0, dots), from)) return false;
  to = from;
  if (dots != std::string_view::npos && !to_number(text.substr(dots + 2), to)) return false;
  for (std::uint64_t seed = from; seed <= to; ++seed) out.seeds.push_back({seed, still});
  return true;
}

bool add_file(const char* path, Arguments& out) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t blank = line.find(' ');
    const bool still = blank != std::string::npos && line.compare(blank, 7, " still ") == 0;
    if (!add_range(line.substr(0, blank), out, still)) return false;
  }
  return file.eof();
}

bool parse(int count, char** words, Arguments& out) {
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    std::uint64_t steps = 0;
    if (word == "--long") {
      out.steps *= 10;
    } else if (word == "--trace") {
      out.trace = true;
    } else if (word == "--still") {
      out.still = true;
    } else if (i + 1 == count) {
      return false;
    } else if (word == "--seeds" && add_range(words[i + 1], out)) {
      ++i;
    } else if (word == "--file" && add_file(words[i + 1], out)) {
      ++i;
    } else if (word == "--steps" && to_number(words[i + 1], steps)) {
      out.steps = static_cast<int>(steps);
      ++i;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments;
  if (!parse(count, words, arguments) || arguments.seeds.empty()) {
    std::fprintf(stderr,
                 "usage: sim_run (--seeds A..B | --file F) [--steps N] [--long] [--still] "
                 "[--trace]\n");
    return 2;
  }
  int failed = 0;
  std::uint64_t writes = 0, steps = 0, kills = 0, restores = 0;
  std::uint64_t endings = 0, late = 0, decided = 0, carried = 0, healed = 0;
  for (const Seed& seed : arguments.seeds) {
    mq::sim::SimOptions options;
    options.seed = seed.number;
    options.steps = arguments.steps;
    options.membership = !seed.still && !arguments.still;
    mq::sim::Simulation simulation(options);
    const mq::sim::SimResult result = simulation.run();
    writes += result.writes;
    steps += result.exchanges;
    kills += result.kills;
    restores += result.restores;
    endings += result.endings;
    late += result.late;
    decided += result.decided;
    carried += result.carried;
    healed += result.healed;
    if (result.faults.empty() && !arguments.trace) continue;
    for (const std::string& line : result.trace) std::printf("  %s\n", line.c_str());
    if (result.faults.empty()) continue;
    ++failed;
    std::printf("seed %llu failed: %s\n", static_cast<unsigned long long>(seed.number),
                result.faults.front().c_str());
    std::fflush(stdout);
  }
  std::printf("%zu seeds, %d failed; %llu saves, %llu engine steps, %llu kills, %llu restores; ",
              arguments.seeds.size(), failed, static_cast<unsigned long long>(writes),
              static_cast<unsigned long long>(steps), static_cast<unsigned long long>(kills),
              static_cast<unsigned long long>(restores));
  std::printf(
      "%llu rights ended, %llu envelopes late, %llu decided, %llu bundles, %llu logs healed\n",
      static_cast<unsigned long long>(endings), static_cast<unsigned long long>(late),
      static_cast<unsigned long long>(decided), static_cast<unsigned long long>(carried),
      static_cast<unsigned long long>(healed));
  return failed == 0 ? 0 : 1;
}
