#include "csv_reader.h"

#include <array>
#include <string>

#include "grid.h"
#include "mq/base/text.h"

namespace mq::tabular {

namespace {

constexpr std::size_t kSampleBytes = 64u << 10;
constexpr std::string_view kSeparators = ",\t;";

// Lines of the sample in which each separator stands outside quotes, and how often in all.
struct SeparatorCount {
  std::size_t lines = 0;
  std::size_t total = 0;
  std::size_t last_line = 0;
};

struct Sample {
  std::array<SeparatorCount, kSeparators.size()> separators;
  std::size_t lines = 0;
};

Sample count_separators(std::string_view text) {
  Sample sample;
  bool quoted = false;
  bool line_has_text = false;
  std::size_t line = 1;
  for (const char c : text.substr(0, kSampleBytes)) {
    if (c == '"') quoted = !quoted;
    const bool ends = !quoted && (c == '\n' || c == '\r');
    if (ends) {
      ++line;
      line_has_text = false;
      continue;
    }
    if (!line_has_text) ++sample.lines;
    line_has_text = true;
    std::size_t which = 0;
    while (which < kSeparators.size() && kSeparators[which] != c) ++which;
    if (quoted || which == kSeparators.size()) continue;
    SeparatorCount& count = sample.separators[which];
    ++count.total;
    count.lines += count.last_line != line;
    count.last_line = line;
  }
  return sample;
}

// Comma unless tab or semicolon stand in most lines and more often: prose in one column may hold
// a semicolon here and there.
char guess_separator(std::string_view text) {
  const Sample sample = count_separators(text);
  std::size_t best = 0;
  for (std::size_t i = 1; i < kSeparators.size(); ++i) {
    const SeparatorCount& count = sample.separators[i];
    const bool usual = count.lines * 2 > sample.lines;
    if (usual && count.total > sample.separators[best].total) best = i;
  }
  return kSeparators[best];
}

// ="0012" is how exporters keep Excel from dropping zeros: the text between the quotes is meant.
std::string_view unwrapped(std::string_view cell) {
  if (cell.size() < 3 || !cell.starts_with("=\"") || !cell.ends_with('"')) return cell;
  const std::string_view inner = cell.substr(2, cell.size() - 3);
  return inner.find('"') == std::string_view::npos ? inner : cell;
}

class CsvReader {
 public:
  CsvReader(std::string_view text, const Limits& limits)
      : text_(text), limits_(limits), grid_(limits) {}

  Result<std::vector<Row>> read() {
    separator_ = declared_separator();
    if (separator_ == '\0') separator_ = guess_separator(text_);
    while (at_ < text_.size()) MQ_CHECK(read_record());
    MQ_CHECK(grid_.end_row());
    return grid_.take();
  }

 private:
  // Excel's own first line "sep=;" is an order to the reader, not a row. '\0' if there is none.
  char declared_separator() {
    if (!text_.starts_with("sep=") || text_.size() < 5) return '\0';
    const char separator = text_[4];
    const bool alone = text_.size() == 5 || text_[5] == '\r' || text_[5] == '\n';
    if (!alone || kSeparators.find(separator) == std::string_view::npos) return '\0';
    at_ = 5;
    take_line_end();
    return separator;
  }

  Status read_record() {
    record_line_ = line_;
    MQ_CHECK(grid_.begin_row(line_));
    for (std::size_t column = 0;; ++column) {
      const bool quoted = at_ < text_.size() && text_[at_] == '"';
      MQ_CHECK(quoted ? read_quoted(column) : read_plain(column));
      if (at_ >= text_.size()) return {};
      if (text_[at_] != separator_) break;
      ++at_;
    }
    take_line_end();
    return {};
  }

  Status read_plain(std::size_t column) {
    const std::size_t from = at_;
    const auto ends = [&](char c) { return c == separator_ || c == '\r' || c == '\n'; };
    while (at_ < text_.size() && !ends(text_[at_])) ++at_;
    const std::string_view cell = text_.substr(from, at_ - from);
    return grid_.put(column, unwrapped(cell));
  }

  // From the opening quote to what follows the closing one.
  Status read_quoted(std::size_t column) {
    std::string cell;
    ++at_;
    for (;;) {
      const std::size_t quote = text_.find('"', at_);
      if (quote == std::string_view::npos) return unclosed_quote();
      const std::string_view part = text_.substr(at_, quote - at_);
      // Past the limit nothing more is gathered; put() then names the limit.
      if (cell.size() <= limits_.cell_bytes_max) {
        cell += part.substr(0, limits_.cell_bytes_max + 1 - cell.size());
      }
      count_lines(part);
      at_ = quote + 1;
      if (at_ >= text_.size() || text_[at_] != '"') break;
      if (cell.size() <= limits_.cell_bytes_max) cell += '"';
      ++at_;
    }
    MQ_CHECK(grid_.put(column, cell));
    const char next = at_ < text_.size() ? text_[at_] : '\n';
    if (next == separator_ || next == '\n' || next == '\r') return {};
    return Error{Code::kInvalidInput,
                 cat("第 ", record_line_, " 行 ", column_name(column),
                     " 列：右引号后面还有文字。格子里的引号要写成两个，请改正后再导入。"),
                 cat("Line ", record_line_, " column ", column_name(column),
                     ": text follows the closing quote. Double the quotes inside a cell.")};
  }

  Error unclosed_quote() const {
    return Error{Code::kInvalidInput,
                 cat("第 ", record_line_, " 行起的引号没有配对，请检查这一行是否缺了右引号。"),
                 cat("The quote opened in the record of line ", record_line_, " is never closed.")};
  }

  void count_lines(std::string_view part) {
    for (std::size_t i = 0; i < part.size(); ++i) {
      const bool crlf = part[i] == '\r' && i + 1 < part.size() && part[i + 1] == '\n';
      line_ += part[i] == '\n' || (part[i] == '\r' && !crlf);
    }
  }

  void take_line_end() {
    if (at_ >= text_.size()) return;
    at_ += text_.substr(at_).starts_with("\r\n") ? 2 : 1;
    ++line_;
  }

  std::string_view text_;
  const Limits& limits_;
  Grid grid_;
  char separator_ = ',';
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t record_line_ = 1;
};

}  // namespace

Result<std::vector<Row>> read_csv(std::string_view text, const Limits& limits) {
  return CsvReader(text, limits).read();
}

}  // namespace mq::tabular
