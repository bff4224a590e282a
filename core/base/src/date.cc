#include "mq/base/date.h"

#include <algorithm>
#include <cstdio>

namespace mq {

namespace {

struct Civil {
  int year, month, day;
};

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil and its inverse.
std::int32_t days_from_civil(Civil c) {
  const int y = c.month <= 2 ? c.year - 1 : c.year;
  const int era = (y >= 0 ? y : y - 399) / 400;
  const int yoe = y - era * 400;
  const int doy = (153 * (c.month + (c.month > 2 ? -3 : 9)) + 2) / 5 + c.day - 1;
  const int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + doe - 719468;
}

// Any 32-bit day: strangers' records hold days that no calendar has.
Civil civil_from_days(std::int32_t days) {
  const std::int64_t z = std::int64_t{days} + 719468;
  const int era = static_cast<int>((z >= 0 ? z : z - 146096) / 146097);
  const int doe = static_cast<int>(z - std::int64_t{era} * 146097);
  const int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const int mp = (5 * doy + 2) / 153;
  const int month = mp < 10 ? mp + 3 : mp - 9;
  return {yoe + era * 400 + (month <= 2 ? 1 : 0), month, doy - (153 * mp + 2) / 5 + 1};
}

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kShanghaiMs = 28'800'000;  // UTC+8

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

std::int64_t local_ms(WallTime time) {
  return std::min(time.ms, INT64_MAX - kShanghaiMs) + kShanghaiMs;
}

bool digits(std::string_view text, int& out) {
  out = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    out = out * 10 + (c - '0');
  }
  return true;
}

}  // namespace

std::optional<Date> Date::of(int year, int month, int day) {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31)
    return std::nullopt;
  const Date date{days_from_civil({year, month, day})};
  const Civil back = civil_from_days(date.days);
  if (back.month != month || back.day != day) return std::nullopt;
  return date;
}

std::optional<Date> Date::parse_iso(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  int year, month, day;
  if (!digits(text.substr(0, 4), year) || !digits(text.substr(5, 2), month) ||
      !digits(text.substr(8, 2), day)) {
    return std::nullopt;
  }
  return of(year, month, day);
}

Date Date::in_shanghai(WallTime time) {
  const std::int64_t day = floor_div(local_ms(time), kDayMs);
  return {static_cast<std::int32_t>(std::clamp<std::int64_t>(day, INT32_MIN, INT32_MAX))};
}

std::string Date::iso() const {
  const Civil c = civil_from_days(days);
  char out[16];
  std::snprintf(out, sizeof out, "%04d-%02d-%02d", c.year, c.month, c.day);
  return out;
}

int Date::year() const { return civil_from_days(days).year; }
int Date::month() const { return civil_from_days(days).month; }
int Date::day() const { return civil_from_days(days).day; }
int Date::weekday() const { return (days % 7 + 10) % 7 + 1; }

std::string shanghai_minute(WallTime time) {
  const std::int64_t minute = floor_div(local_ms(time), 60'000);
  const int of_day = static_cast<int>(minute - floor_div(minute, 1440) * 1440);
  char out[32];
  std::snprintf(out, sizeof out, "%s %02d:%02d", Date::in_shanghai(time).iso().c_str(), of_day / 60,
                of_day % 60);
  return out;
}

}  // namespace mq
