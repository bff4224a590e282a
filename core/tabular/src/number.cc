#include "number.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "mq/base/date.h"
#include "mq/base/text.h"

namespace mq::tabular {

namespace {

constexpr std::size_t kNumberCharactersMax = 64;
constexpr std::int64_t kSecondsOfDay = 86'400;
constexpr double kSerialMax = 2'958'466.0;  // the day after 9999-12-31

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

bool has_number_form(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const std::size_t first = at;
  at = skip_digits(text, at);
  std::size_t digits = at - first;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = ++at;
    at = skip_digits(text, at);
    digits += at - fraction;
  }
  if (digits == 0) return false;
  if (at < text.size() && (text[at] == 'E' || text[at] == 'e')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t exponent = at;
    at = skip_digits(text, at);
    if (at == exponent) return false;
  }
  return at == text.size();
}

// value = 0.d1d2d3… × 10^point; the shortest digits that read back as the same double.
struct Decimal {
  std::string digits;
  int point = 0;
};

Decimal shortest_decimal(double value) {
  std::array<char, 40> text;
  // Every double has at least 15 digits of sense but the subnormal ones.
  const int fewest = value < std::numeric_limits<double>::min() ? 0 : 14;
  for (int precision = fewest; precision <= 16; ++precision) {
    std::snprintf(text.data(), text.size(), "%.*e", precision, value);
    if (std::strtod(text.data(), nullptr) == value) break;
  }
  Decimal out;
  const char* at = text.data();
  for (; *at != 'e'; ++at) {
    if (is_digit(*at)) out.digits += *at;
  }
  out.point = std::atoi(at + 1) + 1;
  while (out.digits.size() > 1 && out.digits.back() == '0') out.digits.pop_back();
  return out;
}

std::string two_digits(std::int64_t value) { return cat(value < 10 ? "0" : "", value); }

// "14:07", and ":30" only if there are seconds.
std::string clock_text(std::int64_t seconds) {
  std::string out = cat(two_digits(seconds / 3600), ":", two_digits(seconds / 60 % 60));
  if (seconds % 60 != 0) out += cat(":", two_digits(seconds % 60));
  return out;
}

// Excel counts a 1900-02-29 that never was as day 60, so days before it sit one higher.
std::optional<Date> date_of(std::int64_t day, bool epoch_1904) {
  if (epoch_1904) return Date{Date::of(1904, 1, 1)->days + static_cast<std::int32_t>(day)};
  if (day < 1 || day == 60) return std::nullopt;
  return Date{Date::of(1899, 12, day < 60 ? 31 : 30)->days + static_cast<std::int32_t>(day)};
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  if (text.size() > kNumberCharactersMax || !has_number_form(text)) return std::nullopt;
  // The form is checked, so all that strtod could still take from a locale is the decimal point.
  std::array<char, kNumberCharactersMax + 1> copy{};
  text.copy(copy.data(), text.size());
  const double value = std::strtod(copy.data(), nullptr);
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

std::string number_text(double value) {
  if (value == 0) return "0";
  const Decimal decimal = shortest_decimal(std::fabs(value));
  const int count = static_cast<int>(decimal.digits.size());
  std::string out = value < 0 ? "-" : "";
  if (decimal.point > 21 || decimal.point < -5) {
    out += decimal.digits.substr(0, 1);
    if (count > 1) out += cat(".", decimal.digits.substr(1));
    return out + cat(decimal.point > 0 ? "e+" : "e", decimal.point - 1);
  }
  if (decimal.point <= 0) {
    return out + "0." + std::string(static_cast<std::size_t>(-decimal.point), '0') + decimal.digits;
  }
  if (decimal.point >= count) {
    return out + decimal.digits + std::string(static_cast<std::size_t>(decimal.point - count), '0');
  }
  const auto whole = static_cast<std::size_t>(decimal.point);
  return out + decimal.digits.substr(0, whole) + "." + decimal.digits.substr(whole);
}

std::optional<std::string> date_text(double serial, DateKind kind, bool epoch_1904) {
  if (!(serial >= 0) || serial >= kSerialMax) return std::nullopt;
  const auto total = static_cast<std::int64_t>(std::llround(serial * kSecondsOfDay));
  const std::int64_t day = total / kSecondsOfDay;
  const std::int64_t seconds = total % kSecondsOfDay;
  if (kind == DateKind::kElapsed) return clock_text(total);
  if (kind == DateKind::kTime) return clock_text(seconds);
  if (kind == DateKind::kDateTime && day == 0) return clock_text(seconds);
  const auto date = date_of(day, epoch_1904);
  if (!date || date->year() > 9999) return std::nullopt;
  if (kind == DateKind::kDate || seconds == 0) return date->iso();
  return cat(date->iso(), " ", clock_text(seconds));
}

}  // namespace mq::tabular
