#include "tidy/text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "mq/base/text.h"

namespace mq::tidy {

namespace {

enum class Kind { kCode, kComment, kLiteral, kRaw };

// Walks over C++ and says for each byte what it belongs to.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text), kinds_(text.size(), Kind::kCode) {}

  std::vector<Kind> run() {
    while (at_ < text_.size()) step();
    return std::move(kinds_);
  }

 private:
  bool starts(std::string_view with) const { return text_.substr(at_).starts_with(with); }

  void step() {
    if (starts("//")) return mark(line_end(), Kind::kComment);
    if (starts("/*")) return mark(after("*/", at_ + 2), Kind::kComment);
    if (text_[at_] == '"') return is_raw() ? raw() : quoted('"');
    if (text_[at_] == '\'' && !is_separator()) return quoted('\'');
    ++at_;
  }
  void mark(std::size_t end, Kind kind) {
    const auto first = kinds_.begin() + static_cast<std::ptrdiff_t>(at_);
    std::fill(first, kinds_.begin() + static_cast<std::ptrdiff_t>(end), kind);
    at_ = end;
  }
  std::size_t line_end() const { return std::min(text_.find('\n', at_), text_.size()); }
  std::size_t after(std::string_view what, std::size_t from) const {
    const std::size_t found = text_.find(what, from);
    return found == std::string_view::npos ? text_.size() : found + what.size();
  }
  // 86'400 is a number, 'a' is a character.
  bool is_separator() const { return at_ > 0 && is_word_character(text_[at_ - 1]); }
  bool is_raw() const {
    if (at_ == 0 || text_[at_ - 1] != 'R') return false;
    return at_ == 1 || !is_word_character(text_[at_ - 2]) || text_[at_ - 2] == '8';
  }
  void raw() {
    const std::size_t open = text_.find('(', at_);
    if (open == std::string_view::npos) return mark(text_.size(), Kind::kRaw);
    const std::string close = ")" + std::string(text_.substr(at_ + 1, open - at_ - 1)) + "\"";
    mark(after(close, open), Kind::kRaw);
  }
  void quoted(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') {
      end += text_[end] == '\\' ? 2 : 1;
    }
    ++at_;
    mark(std::min(end, text_.size()), Kind::kLiteral);
    if (at_ < text_.size() && text_[at_] == quote) ++at_;
  }

  std::string_view text_;
  std::vector<Kind> kinds_;
  std::size_t at_ = 0;
};

bool is_wide(std::uint32_t point) {
  using Range = std::pair<std::uint32_t, std::uint32_t>;
  constexpr std::array<Range, 8> kWide{{{0x1100, 0x115f},
                                        {0x2e80, 0x303e},
                                        {0x3041, 0xa4cf},
                                        {0xac00, 0xd7a3},
                                        {0xf900, 0xfaff},
                                        {0xfe30, 0xfe6f},
                                        {0xff00, 0xff60},
                                        {0x20000, 0x3fffd}}};
  return std::any_of(kWide.begin(), kWide.end(), [&](const Range& range) {
    return point >= range.first && point <= range.second;
  });
}

}  // namespace

Scan scan_cpp(std::string_view text) {
  const std::vector<Kind> kinds = Scanner(text).run();
  Scan out{std::string(text), std::string(text), std::string(text)};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') continue;
    if (kinds[i] != Kind::kCode) out.code[i] = ' ';
    if (kinds[i] == Kind::kComment) out.uncommented[i] = ' ';
    if (kinds[i] != Kind::kRaw) out.raw[i] = ' ';
  }
  return out;
}

std::string without_hash_comments(std::string_view text) {
  std::string out(text);
  bool comment = false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i] == '\n') {
      comment = false;
    } else if (comment || (out[i] == '#' && (i == 0 || out[i - 1] == ' ' || out[i - 1] == '\n'))) {
      comment = true;
      out[i] = ' ';
    }
  }
  return out;
}

std::vector<std::string> lines_of(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return split(text, "\n");
}

std::size_t line_at(std::string_view text, std::size_t offset) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
  return 1 + static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
}

std::size_t display_columns(std::string_view line) {
  std::size_t columns = 0;
  for (const std::uint32_t point : code_points(line)) columns += is_wide(point) ? 2 : 1;
  return columns;
}

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::size_t find_word(std::string_view text, std::string_view word, std::size_t from) {
  for (std::size_t at = text.find(word, from); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || !is_word_character(text[at - 1]);
    const bool open_end = !is_word_character(word.back()) || word.back() == '_';
    const bool ends = open_end || end == text.size() || !is_word_character(text[end]);
    if (begins && ends) return at;
  }
  return std::string_view::npos;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace mq::tidy
