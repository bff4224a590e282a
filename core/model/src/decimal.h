// Decimal numbers as people write them, as whole numbers of the smallest unit; never floating
// point.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mq::model {

enum class DecimalFault { kNone, kMalformed, kNegative, kTooFine, kTooLarge };

struct Decimal {
  std::int64_t value = 0;
  DecimalFault fault = DecimalFault::kNone;
};

// "1,234.5" with two places is 123450. Refuses signs other than "-" and more than `places` decimals
// that are not zero.
Decimal parse_decimal(std::string_view text, int places);

// 123450 with two places is "1234.50".
std::string format_decimal(std::int64_t value, int places);

}  // namespace mq::model
