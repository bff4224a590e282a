#include "xlsx_styles.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string>

#include "mq/base/text.h"
#include "xml_stream.h"

namespace mq::tabular {

namespace {

constexpr std::size_t kFormatsMax = 100'000;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

// Reads one section of a number format, letter by letter, and notes what it would show.
class FormatCode {
 public:
  explicit FormatCode(std::string_view code) : code_(lowered(code)) {}

  DateKind kind() {
    while (at_ < code_.size() && code_[at_] != ';') step();
    const bool time = hour_ || second_ || elapsed_;
    const bool date = year_ || day_ || (month_or_minute_ && !time);
    if (date) return time ? DateKind::kDateTime : DateKind::kDate;
    if (elapsed_) return DateKind::kElapsed;
    return time ? DateKind::kTime : DateKind::kNone;
  }
  // Of a date, after kind().
  bool of_month() const { return year_ && month_or_minute_ && !day_; }

 private:
  bool take(std::string_view word) {
    if (!std::string_view(code_).substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  void step() {
    if (take("general") || take("e+") || take("e-")) return;
    if (take("am/pm") || take("a/p")) {
      hour_ = true;
      return;
    }
    if (take("aaa")) {
      day_ = true;
      return;
    }
    const char c = code_[at_];
    if (c == '"') {
      at_ = std::min(code_.find('"', at_ + 1), code_.size() - 1) + 1;
    } else if (c == '\\' || c == '_' || c == '*') {
      at_ += 2;
    } else if (c == '[') {
      bracket();
    } else {
      letter(c);
      ++at_;
    }
  }

  // [h], [mm], [s] count on beyond a day; colours, conditions and locales show nothing.
  void bracket() {
    const std::size_t end = std::min(code_.find(']', at_), code_.size() - 1);
    const std::string_view inner = std::string_view(code_).substr(at_ + 1, end - at_ - 1);
    const bool unit = inner.starts_with('h') || inner.starts_with('m') || inner.starts_with('s');
    if (unit && inner.find_first_not_of(inner[0]) == std::string_view::npos) elapsed_ = true;
    at_ = end + 1;
  }

  void letter(char c) {
    year_ = year_ || c == 'y' || c == 'e' || c == 'b';
    month_or_minute_ = month_or_minute_ || c == 'm';
    day_ = day_ || c == 'd';
    hour_ = hour_ || c == 'h';
    second_ = second_ || c == 's';
  }

  std::string code_;
  std::size_t at_ = 0;
  bool year_ = false;
  bool month_or_minute_ = false;
  bool day_ = false;
  bool hour_ = false;
  bool second_ = false;
  bool elapsed_ = false;
};

// An id or index; what is no number is none that exists.
std::size_t number_of(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? value : static_cast<std::size_t>(-1);
}

}  // namespace

DateKind kind_of_format_code(std::string_view code) { return FormatCode(code).kind(); }

bool is_month_format_code(std::string_view code) {
  FormatCode format(code);
  return format.kind() == DateKind::kDate && format.of_month();
}

DateKind kind_of_builtin_format(std::size_t id) {
  if (id >= 14 && id <= 17) return DateKind::kDate;
  if (id >= 18 && id <= 21) return DateKind::kTime;
  if (id == 22) return DateKind::kDateTime;
  if (id == 45 || id == 47) return DateKind::kTime;
  if (id == 46) return DateKind::kElapsed;
  // Times in Chinese, dates in Japanese: shown by what the number holds.
  if ((id >= 32 && id <= 35) || id == 55 || id == 56) return DateKind::kDateTime;
  if ((id >= 27 && id <= 36) || (id >= 50 && id <= 58)) return DateKind::kDate;
  return DateKind::kNone;
}

namespace {

// mmm-yy, and yyyy"年"m"月" in the Chinese edition.
bool is_builtin_month(std::size_t id) {
  constexpr std::array<std::size_t, 6> kMonths{17, 27, 36, 50, 52, 57};
  return std::ranges::find(kMonths, id) != kMonths.end();
}

struct OwnFormat {
  DateKind kind = DateKind::kNone;
  bool of_month = false;
};

}  // namespace

Result<Styles> Styles::read(std::string_view xml) {
  std::map<std::size_t, OwnFormat> own;
  std::vector<std::size_t> format_ids;
  const auto note = [&](std::size_t which, const pugi::xml_node& node) -> Status {
    const std::size_t id = number_of(attribute(node, "numFmtId"));
    if (which == 0) {
      const std::string_view code = attribute(node, "formatCode");
      own[id] = {kind_of_format_code(code), is_month_format_code(code)};
    }
    if (which == 1) format_ids.push_back(id);
    if (own.size() <= kFormatsMax && format_ids.size() <= kFormatsMax) return {};
    return Error{Code::kExhausted, cat("表格里的单元格样式超过上限 ", kFormatsMax, " 种。"),
                 cat("The workbook exceeds the limit of ", kFormatsMax, " cell formats.")};
  };
  const std::vector<Wanted> wanted = {{{"styleSheet", "numFmts", "numFmt"}, Extent::kTag},
                                      {{"styleSheet", "cellXfs", "xf"}, Extent::kTag}};
  MQ_CHECK(each_element(xml, "styles", wanted, note));
  Styles styles;
  for (const std::size_t id : format_ids) {
    const auto found = own.find(id);
    const bool builtin = found == own.end();
    styles.kinds_.push_back(builtin ? kind_of_builtin_format(id) : found->second.kind);
    styles.months_.push_back(builtin ? is_builtin_month(id) : found->second.of_month);
  }
  return styles;
}

}  // namespace mq::tabular
