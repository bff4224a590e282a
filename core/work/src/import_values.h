// Days and telephones as offices write them into one cell.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mq/base/date.h"

namespace mq::work {

// The day of "2026-03-05 星期四" and "2026/3/5 09:30": what stands behind it says no other day.
// Nothing: no day, or a weekday that is not its own.
std::optional<Date> day_in(std::string_view cell);

// Several in one cell, each in digits: area codes without hyphens, no +86. What is no telephone
// stays as it stands.
std::vector<std::string> phones_in(std::string_view cell);

}  // namespace mq::work
