// Days, months and moments as people write them, made exact. Nothing here asks for today's date.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mq/base/date.h"

namespace mq::model {

// 2026-03-05, 2026-3-5, 2026年3月5日, 2026/3/5, 2026.3.5, 20260305; full-width digits; a time of
// midnight behind it, as spreadsheets write it, is dropped. Nothing if it is no calendar day.
std::optional<Date> parse_day(std::string_view text);

// The five-digit day number of a spreadsheet (35334 is 1996-09-26). Only importers guess this.
std::optional<Date> parse_spreadsheet_day(std::string_view text);

// 2026-03, 2026年3月, 2026/3, 202603: months since year 0.
std::optional<std::int32_t> parse_month(std::string_view text);
std::string format_month(std::int64_t months);

// "2026-03-05 14:07" in Asia/Shanghai, or a day alone (its midnight): UTC ms.
std::optional<std::int64_t> parse_moment(std::string_view text);

}  // namespace mq::model
