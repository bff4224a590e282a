#include "side_by_side.h"

#include <algorithm>

#include "mq/base/text.h"
#include "output.h"

namespace mq::cli {

namespace {

constexpr std::size_t kNarrowest = 24;  // twelve Chinese characters
constexpr std::string_view kBetween = " │ ";
constexpr std::size_t kBetweenColumns = 3;

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  for (const std::string& paragraph : split(text, "\n")) {
    std::string line;
    std::size_t used = 0;
    for (std::string_view rest = paragraph; !rest.empty();) {
      const std::string_view one = first_characters(rest, 1);
      rest.remove_prefix(one.size());
      const std::size_t wide = display_width(one);
      if (used + wide > width) {
        lines.push_back(std::move(line));
        line.clear();
        used = 0;
      }
      line += one;
      used += wide;
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

std::vector<std::string> side_by_side(const std::vector<std::string>& texts, std::size_t width) {
  if (texts.empty()) return {};
  const std::size_t gaps = kBetweenColumns * (texts.size() - 1);
  const std::size_t each = width > gaps ? (width - gaps) / texts.size() : 0;
  std::vector<std::string> out;
  if (each < kNarrowest) {
    for (const std::string& text : texts) {
      for (std::string& line : wrapped(text, width)) out.push_back(std::move(line));
    }
    return out;
  }
  std::vector<std::vector<std::string>> columns;
  std::size_t tallest = 0;
  for (const std::string& text : texts) {
    columns.push_back(wrapped(text, each));
    tallest = std::max(tallest, columns.back().size());
  }
  for (std::size_t i = 0; i < tallest; ++i) {
    std::vector<std::string> parts;
    for (const auto& column : columns) {
      parts.push_back(padded(i < column.size() ? column[i] : std::string(), each));
    }
    out.push_back(join(parts, kBetween));
  }
  return out;
}

}  // namespace mq::cli
