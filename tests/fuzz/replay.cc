// Runs one fuzz entry without libFuzzer: over its seeds, over every file of its corpus, and over
// mutations of them that a fixed seed decides. With --write it only writes the seeds to a folder,
// as a start for libFuzzer. An input that ends the program is kept as PROGRAM.input.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "fuzz/mutate.h"
#include "fuzz/seeds.h"
#include "mq/base/result.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
// There in a build with sanitizers.
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace {

namespace fs = std::filesystem;
constexpr std::size_t kInputBytesMax = 1u << 20;

struct Plan {
  std::uint64_t mutations = 2'000;
  std::uint64_t seed = 1;
  std::string write;
  std::vector<std::string> folders;
};

Plan plan_of(int count, char** arguments) {
  Plan plan;
  for (int i = 1; i < count; ++i) {
    const std::string name = arguments[i];
    const bool has_value = i + 1 < count;
    if (name == "--mutations" && has_value) {
      plan.mutations = std::strtoull(arguments[++i], nullptr, 10);
    } else if (name == "--seed" && has_value) {
      plan.seed = std::strtoull(arguments[++i], nullptr, 10);
    } else if (name == "--write" && has_value) {
      plan.write = arguments[++i];
    } else {
      plan.folders.push_back(name);
    }
  }
  return plan;
}

mq::Bytes read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  MQ_ASSERT(in.good());
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const fs::path& path, const mq::Bytes& content) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(content.data()),
            static_cast<std::streamsize>(content.size()));
  MQ_ASSERT(out.good());
}

// Sorted, so that a seed means the same on every disk.
void add_corpus(const std::string& folder, std::vector<mq::Bytes>& inputs) {
  if (!fs::exists(folder)) return;
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file()) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const fs::path& path : paths) inputs.push_back(read_file(path));
}

// The input at work, for keep_input() alone.
struct Current {
  std::string file;
  const mq::Bytes* input = nullptr;
} current;

// Called when the program dies: only calls that are allowed then.
void keep_input() {
  if (current.input == nullptr) return;
  const int fd = ::open(current.file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return;
  const bool whole = ::write(fd, current.input->data(), current.input->size()) ==
                     static_cast<ssize_t>(current.input->size());
  ::close(fd);
  for (const std::string_view text :
       {std::string_view("the input that ended this program stands in "),
        std::string_view(current.file), std::string_view(whole ? "\n" : ", cut\n")}) {
    if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
  }
}

void die(int signal) {
  keep_input();
  ::_exit(128 + signal);
}

void keep_what_kills(const std::string& program) {
  current.file = program + ".input";
  std::signal(SIGABRT, die);
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(keep_input);
    return;
  }
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) std::signal(signal, die);
}

void run(const mq::Bytes& input) {
  current.input = &input;
  LLVMFuzzerTestOneInput(input.data(), input.size());
  current.input = nullptr;
}

}  // namespace

int main(int count, char** arguments) {
  const Plan plan = plan_of(count, arguments);
  std::vector<mq::Bytes> inputs = mq::fuzz::seeds();
  MQ_ASSERT(!inputs.empty());
  if (!plan.write.empty()) {
    fs::create_directories(plan.write);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      write_file(plan.write + "/seed-" + std::to_string(i), inputs[i]);
    }
    return 0;
  }
  for (const std::string& folder : plan.folders) add_corpus(folder, inputs);

  keep_what_kills(arguments[0]);
  run({});
  for (const mq::Bytes& input : inputs) run(input);
  mq::testing::SimRandom random(plan.seed);
  for (std::uint64_t i = 0; i < plan.mutations; ++i) {
    run(mq::fuzz::mutated(inputs, random, kInputBytesMax));
  }
  std::printf("%zu inputs, %llu mutations\n", inputs.size(),
              static_cast<unsigned long long>(plan.mutations));
  return 0;
}
