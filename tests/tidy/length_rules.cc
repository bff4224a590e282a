#include "mq/base/text.h"
#include "tidy/rules.h"
#include "tidy/text.h"

namespace mq::tidy {

namespace {

constexpr std::size_t kFileLinesMax = 500;
constexpr std::size_t kFunctionLinesMax = 60;
constexpr std::size_t kColumnsMax = 100;

// Macros may hold half a pair of braces.
std::string without_macros(std::string code) {
  bool macro = false;
  for (std::size_t at = 0; at < code.size();) {
    const std::size_t end = std::min(code.find('\n', at), code.size());
    const std::size_t first = code.find_first_not_of(' ', at);
    macro = macro || (first < end && code[first] == '#');
    const bool goes_on = end > at && code[end - 1] == '\\';
    if (macro) code.replace(at, end - at, end - at, ' ');
    macro = macro && goes_on;
    at = end + 1;
  }
  return code;
}

std::string_view without_template(std::string_view head) {
  head = trimmed(head);
  while (head.starts_with("template")) {
    std::size_t at = head.find('<');
    int depth = 0;
    for (; at < head.size(); ++at) {
      depth += head[at] == '<' ? 1 : head[at] == '>' ? -1 : 0;
      if (depth == 0) break;
    }
    if (at >= head.size()) return head;
    head = trimmed(head.substr(at + 1));
  }
  return head;
}

enum class Block { kScope, kData, kFunction };

Block block_of(std::string_view head) {
  head = without_template(head);
  for (const std::string_view word : {"namespace", "inline namespace", "class", "struct", "union",
                                      "enum", "typedef struct", "extern"}) {
    const bool scope = head.starts_with(word) && find_word(head, word) == 0;
    if (scope && (word != "extern" || head.find('(') == std::string_view::npos)) {
      return Block::kScope;
    }
  }
  const bool data = head.ends_with('=') || head.ends_with("return") ||
                    (!head.empty() && !head.starts_with(',') && !head.ends_with("try") &&
                     head.find('(') == std::string_view::npos);
  return data ? Block::kData : Block::kFunction;
}

struct Open {
  Block block;
  std::size_t at;
};

// Lines that hold nothing but the inside of a literal: a text to say, not a step to follow.
std::size_t lines_of_text(const Scan& scan, std::size_t begin, std::size_t end) {
  const auto code = lines_of(std::string_view(scan.code).substr(begin, end - begin));
  const auto all = lines_of(std::string_view(scan.uncommented).substr(begin, end - begin));
  std::size_t count = 0;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const bool no_code = code[i].find_first_not_of(" \"") == std::string::npos;
    count += no_code && !trimmed(all[i]).empty();
  }
  return count;
}

}  // namespace

Complaints file_length(const File& file) {
  const std::size_t count = lines_of(file.text).size();
  if (!is_cpp(file.path) || count <= kFileLinesMax) return {};
  return {complaint(file, count, cat("a file has at most ", kFileLinesMax, " lines; split it"))};
}

Complaints line_length(const File& file) {
  if (!is_cpp(file.path) && !is_cmake(file.path) && !file.path.ends_with(".proto")) return {};
  const auto raw = lines_of(is_cpp(file.path) ? scan_cpp(file.text).raw : "");
  const auto lines = lines_of(file.text);
  Complaints out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool in_raw_string = i < raw.size() && !trimmed(raw[i]).empty();
    const bool cannot_break = lines[i].starts_with("#include");
    const std::size_t columns = display_columns(lines[i]);
    if (columns <= kColumnsMax || in_raw_string || cannot_break) continue;
    out.push_back(complaint(file, i + 1, cat(columns, " columns; break it at ", kColumnsMax)));
  }
  return out;
}

Complaints function_length(const File& file) {
  if (!is_cpp(file.path)) return {};
  const Scan scan = scan_cpp(file.text);
  const std::string code = without_macros(scan.code);
  Complaints out;
  std::vector<Open> open;
  std::size_t inside = 0;  // open blocks that are no scopes
  std::size_t head = 0;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code[i] == ';') head = i + 1;
    if (code[i] == '{') {
      open.push_back({block_of(std::string_view(code).substr(head, i - head)), i});
      inside += open.back().block != Block::kScope;
      head = i + 1;
    }
    if (code[i] != '}' || open.empty()) continue;
    const Open closed = open.back();
    open.pop_back();
    inside -= closed.block != Block::kScope;
    head = i + 1;
    const std::size_t first = line_at(code, closed.at);
    std::size_t lines = line_at(code, i) - first + 1;
    if (closed.block != Block::kFunction || inside > 0 || lines <= kFunctionLinesMax) continue;
    lines -= lines_of_text(scan, closed.at, i);
    if (lines <= kFunctionLinesMax) continue;
    out.push_back(complaint(file, first,
                            cat("a function of ", lines, " lines; at most ", kFunctionLinesMax)));
  }
  return out;
}

}  // namespace mq::tidy
