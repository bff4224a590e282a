// Calendar days as people say them, in Asia/Shanghai (UTC+8, no summer time since 1991).
//
// A Date is what the person says; it is never compared with a device clock.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mq/base/clock.h"

namespace mq {

// Days since 1970-01-01 in the proleptic Gregorian calendar.
struct Date {
  std::int32_t days = 0;
  auto operator<=>(const Date&) const = default;

  static std::optional<Date> of(int year, int month, int day);
  // "2026-03-05", and nothing else. Looser forms are the importer's business.
  static std::optional<Date> parse_iso(std::string_view text);
  static Date in_shanghai(WallTime time);

  std::string iso() const;
  int year() const;
  int month() const;
  int day() const;
  // 1 Monday … 7 Sunday (ISO 8601).
  int weekday() const;
};

// "2026-03-05 14:07" in Asia/Shanghai, for people.
std::string shanghai_minute(WallTime time);

}  // namespace mq
