#include <algorithm>
#include <array>

#include "mq/base/text.h"
#include "tidy/rules.h"
#include "tidy/text.h"

namespace mq::tidy {

bool is_cpp(std::string_view path) { return path.ends_with(".cc") || path.ends_with(".h"); }

bool is_cmake(std::string_view path) {
  return path.ends_with("CMakeLists.txt") || path.ends_with(".cmake");
}

bool is_under(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && path.substr(folder.size()).starts_with('/');
}

bool is_product_code(std::string_view path) {
  return is_under(path, "core") || is_under(path, "sync") || is_under(path, "server") ||
         is_under(path, "app");
}

std::string complaint(const File& file, std::size_t line, std::string_view what) {
  return cat(file.path, ":", line, ": ", what);
}

namespace {

constexpr std::size_t kHeaderCommentLinesMax = 12;

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

Complaints header_comment(const File& file) {
  if (!file.path.ends_with(".h")) return {};
  const auto lines = lines_of(file.text);
  std::size_t count = 0;
  while (count < lines.size() && lines[count].starts_with("//")) ++count;
  if (count == 0) {
    return {complaint(file, 1, "a header begins with what it is, promises and never does")};
  }
  Complaints out;
  if (count > kHeaderCommentLinesMax) {
    out.push_back(complaint(
        file, count, cat("the first comment has at most ", kHeaderCommentLinesMax, " lines")));
  }
  if (count == lines.size() || lines[count] != "#pragma once") {
    out.push_back(complaint(file, count + 1, "after its first comment comes #pragma once"));
  }
  return out;
}

Complaints folder_sentence(const File& file) {
  if (!file.path.ends_with("CMakeLists.txt")) return {};
  const std::string first = lines_of(file.text)[0];
  if (first.starts_with("# ") && first.find(' ', 2) != std::string::npos) return {};
  return {complaint(file, 1, "the first line is a sentence: what is this folder for?")};
}

Complaints file_name(const File& file) {
  for (const std::string_view end : {".cpp", ".cxx", ".hpp", ".hh"}) {
    if (file.path.ends_with(end)) return {complaint(file, 1, "C++ files end in .cc or .h")};
  }
  if (!is_cpp(file.path)) return {};
  const std::string_view name = name_of(file.path);
  const std::string_view stem = name.substr(0, name.find('.'));
  const bool snake = std::all_of(stem.begin(), stem.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (snake) return {};
  return {complaint(file, 1, "file names are snake_case")};
}

Complaints build_product(const File& file) {
  constexpr std::array<std::string_view, 19> kProducts = {
      ".o",  ".a",   ".so",   ".pyc", ".pb.h", ".pb.cc", ".gcda", ".gcno", ".profraw", ".exe",
      ".db", ".png", ".xlsx", ".pdf", ".zip",  ".log",   ".jpg",  ".orig", ".rej"};
  constexpr std::array<std::string_view, 3> kNames = {"CMakeCache.txt", "compile_commands.json",
                                                      "build.ninja"};
  // A workbook as the offices send it is a sample; figures stand with the words they explain.
  const bool named = (is_under(file.path, "samples") && file.path.ends_with(".xlsx")) ||
                     is_under(file.path, "tests/vectors") ||
                     is_under(file.path, "tests/fuzz/corpus");
  const std::string_view name = name_of(file.path);
  const bool product = std::any_of(kProducts.begin(), kProducts.end(),
                                   [&](std::string_view end) { return name.ends_with(end); }) ||
                       std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
                       is_under(file.path, "build");
  if (!product || named) return {};
  return {complaint(file, 1, "made, not written: build it, do not keep it")};
}

Complaints machine_path(const File& file) {
  Complaints out;
  const std::string& text = file.text;
  for (const std::string_view name : {"work", "root", "Users"}) {
    const std::string root = cat("/", name, "/");
    for (std::size_t at = text.find(root); at != std::string::npos; at = text.find(root, at + 1)) {
      const bool below =
          at > 0 && (is_word_character(text[at - 1]) ||
                     std::string_view(".}-)]>*").find(text[at - 1]) != std::string_view::npos);
      if (below) continue;  // core/…, mq/…, ${PROJECT_SOURCE_DIR}/…
      out.push_back(complaint(file, line_at(text, at), cat(root, "… exists on one machine only")));
    }
  }
  const std::string sibling = std::string("..") + "/shared";
  if (const std::size_t at = text.find(sibling); at != std::string::npos) {
    out.push_back(complaint(file, line_at(text, at), "outside of this tree"));
  }
  return out;
}

}  // namespace mq::tidy
