#include "tidy/tree.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "mq/base/text.h"

namespace mq::tidy {

namespace {

namespace fs = std::filesystem;

struct ClosePipe {
  void operator()(std::FILE* pipe) const { pclose(pipe); }
};

std::vector<std::string> named_by_git(const std::string& root) {
  const std::string command =
      cat("git -C '", root, "' ls-files -z --cached --others --exclude-standard 2>/dev/null");
  const std::unique_ptr<std::FILE, ClosePipe> pipe(popen(command.c_str(), "r"));
  if (pipe == nullptr) return {};
  std::string names;
  std::array<char, 4096> part;
  for (;;) {
    const std::size_t got = std::fread(part.data(), 1, part.size(), pipe.get());
    if (got == 0) break;
    names.append(part.data(), got);
  }
  std::vector<std::string> out = split(names, std::string_view("\0", 1));
  std::erase(out, "");
  return out;
}

std::vector<std::string> found_on_disk(const std::string& root) {
  std::vector<std::string> out;
  for (auto at = fs::recursive_directory_iterator(root); at != fs::end(at); ++at) {
    const std::string name = at->path().filename().string();
    const bool skipped = name == "build" || name == ".git" || name == "node_modules";
    if (at->is_directory() && skipped) at.disable_recursion_pending();
    if (at->is_regular_file()) out.push_back(fs::relative(at->path(), root).generic_string());
  }
  return out;
}

}  // namespace

Tree read_tree(const std::string& root) {
  std::vector<std::string> names = named_by_git(root);
  if (names.empty()) names = found_on_disk(root);
  std::sort(names.begin(), names.end());
  Tree out;
  for (const std::string& name : names) {
    std::ifstream in(root + "/" + name, std::ios::binary);
    if (!in) continue;  // deleted, and not yet committed so
    std::string text((std::istreambuf_iterator<char>(in)), {});
    if (text.find('\0') != std::string::npos) text.clear();
    out.push_back({name, std::move(text)});
  }
  return out;
}

}  // namespace mq::tidy
