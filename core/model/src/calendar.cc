#include "mq/model/calendar.h"

#include <array>
#include <vector>

#include "mq/base/text.h"
#include "mq/model/text_cleanup.h"

namespace mq::model {

namespace {

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kDayMs = kMinuteMs * 60 * 24;
constexpr std::int64_t kShanghaiMs = kMinuteMs * 60 * 8;
constexpr int kSpreadsheetEpoch = 25'569;  // its number of 1970-01-01

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<int> number(std::string_view digits) {
  if (digits.empty() || digits.size() > 5) return std::nullopt;
  int out = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    out = out * 10 + (c - '0');
  }
  return out;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
}

// "2026年3月5日" and "2026/3/5" as "2026-3-5". A separator is one of a kind: 2026-3/5 is a slip.
std::string with_hyphens(std::string text) {
  if (text.find("年") != std::string::npos) {
    if (text.ends_with("日") || text.ends_with("号")) text.resize(text.size() - 3);
    if (text.ends_with("月")) text.resize(text.size() - 3);
    replace_all(text, "年", "-");
    replace_all(text, "月", "-");
    return text;
  }
  for (const char separator : {'/', '.'}) {
    if (text.find('-') != std::string::npos) break;
    for (char& c : text) {
      if (c == separator) c = '-';
    }
  }
  return text;
}

// The numbers of "2026-3-5" or "20260305"; the year has four digits.
std::optional<std::vector<int>> parts_of(const std::string& text, std::size_t count) {
  std::vector<std::string> parts = split(text, "-");
  const std::size_t compact = count == 3 ? 8 : 6;
  if (parts.size() == 1 && text.size() == compact) {
    parts = {text.substr(0, 4), text.substr(4, 2)};
    if (count == 3) parts.push_back(text.substr(6, 2));
  }
  if (parts.size() != count || parts[0].size() != 4) return std::nullopt;
  std::vector<int> out;
  for (const std::string& part : parts) {
    const auto value = number(trimmed(part));
    if (!value || (!out.empty() && part.size() > 2)) return std::nullopt;
    out.push_back(*value);
  }
  return out;
}

struct DayAndTime {
  std::string day;
  std::string time;  // empty: none
};

DayAndTime split_time(std::string_view text) {
  std::string folded = half_width(text);
  const std::string_view whole = trimmed(folded);
  const std::size_t colon = whole.find(':');
  if (colon == std::string_view::npos) return {std::string(whole), {}};
  const std::size_t gap = whole.find_last_of(" T", colon);
  if (gap == std::string_view::npos) return {std::string(whole), {}};
  return {std::string(trimmed(whole.substr(0, gap))), std::string(whole.substr(gap + 1))};
}

std::optional<Date> plain_day(const std::string& text) {
  const auto parts = parts_of(with_hyphens(text), 3);
  return parts ? Date::of((*parts)[0], (*parts)[1], (*parts)[2]) : std::nullopt;
}

// Minutes of "14:07" or "14:07:30"; the seconds are read and dropped.
std::optional<int> minutes_of(const std::string& time) {
  const std::vector<std::string> parts = split(time, ":");
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  std::array<int, 3> value{};
  constexpr std::array<int, 3> kMax = {23, 59, 59};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto read = number(parts[i]);
    if (!read || *read > kMax[i] || parts[i].size() > 2) return std::nullopt;
    value[i] = *read;
  }
  return value[0] * 60 + value[1];
}

bool is_midnight(const std::string& time) {
  return time.find_first_not_of("0:") == std::string::npos && minutes_of(time) == 0;
}

}  // namespace

std::optional<Date> parse_day(std::string_view text) {
  const DayAndTime given = split_time(text);
  if (!given.time.empty() && !is_midnight(given.time)) return std::nullopt;
  return plain_day(given.day);
}

std::optional<Date> parse_spreadsheet_day(std::string_view text) {
  const std::string folded = half_width(text);
  std::string_view digits = trimmed(folded);
  if (digits.ends_with(".0")) digits.remove_suffix(2);
  const auto value = number(digits);
  if (!value || digits.size() != 5 || digits[0] == '0') return std::nullopt;
  return Date{*value - kSpreadsheetEpoch};
}

std::optional<std::int32_t> parse_month(std::string_view text) {
  const std::string folded = half_width(text);
  const auto parts = parts_of(with_hyphens(std::string(trimmed(folded))), 2);
  if (!parts || (*parts)[1] < 1 || (*parts)[1] > 12) return std::nullopt;
  return (*parts)[0] * 12 + (*parts)[1] - 1;
}

std::string format_month(std::int64_t months) {
  const std::int64_t month = months % 12 + 1;
  return cat(months / 12, month < 10 ? "-0" : "-", month);
}

std::optional<std::int64_t> parse_moment(std::string_view text) {
  const DayAndTime given = split_time(text);
  const auto day = plain_day(given.day);
  const auto minutes = given.time.empty() ? 0 : minutes_of(given.time);
  if (!day || !minutes) return std::nullopt;
  return day->days * kDayMs + *minutes * kMinuteMs - kShanghaiMs;
}

}  // namespace mq::model
