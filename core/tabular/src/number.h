// The numbers of a worksheet as text: plain numbers, and serial days as dates and times.
//
// Nothing here depends on the locale, on from_chars(double) or on to_chars(double), which some C++
// libraries lack.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mq::tabular {

// The digits of text as a double: [-]digits[.digits][E[±]digits] and nothing else.
std::optional<double> parse_number(std::string_view text);

// The fewest digits that name this double; no exponent from 1e-6 up to below 1e21.
std::string number_text(double value);

enum class DateKind { kNone, kDate, kDateTime, kTime, kElapsed };

// A serial day count as a date, "2026-03-05 14:07[:30]" or a time of day; kElapsed counts hours on
// beyond 24. Nothing if no calendar has such a day (below 0, beyond 9999, or the 1900-02-29 that
// only Excel knows).
std::optional<std::string> date_text(double serial, DateKind kind, bool epoch_1904);

}  // namespace mq::tabular
