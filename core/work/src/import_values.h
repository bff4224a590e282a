// Days and telephones as offices write them into one cell.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mq/base/date.h"

namespace mq::work {

// The day of "2026-03-05 星期四" and "2026/3/5 09:30": what stands behind it says no other day.
// Long dashes and Chinese points part it as others do. Nothing: no day, or a weekday that is not
// its own.
std::optional<Date> day_in(std::string_view cell);

// The month of "1965-03" and "1965年3月", with the dashes and points of a day.
std::optional<std::int32_t> month_in(std::string_view cell);

// 1 of "1", "1组", "一组", "第一组" and "1社"; up to 255 in digits, up to 99 in characters.
std::optional<int> group_in(std::string_view cell);

// Several in one cell, each in digits: area codes without hyphens, no +86. What is no telephone
// stays as it stands.
std::vector<std::string> phones_in(std::string_view cell);

}  // namespace mq::work
