#include "decimal.h"

#include "mq/base/text.h"

namespace mq::model {

namespace {

// 10^15: more than any sum of money in 分 that a county handles, far from overflow.
constexpr std::int64_t kMax = 1'000'000'000'000'000;

bool all_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "1,234,567" without its commas; commas elsewhere are a slip.
bool strip_groups(std::string_view text, std::string& out) {
  const std::vector<std::string> groups = split(text, ",");
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::size_t size = groups[i].size();
    const bool fits = i == 0 ? size >= 1 && (groups.size() == 1 || size <= 3) : size == 3;
    if (!fits || !all_digits(groups[i])) return false;
    out += groups[i];
  }
  return true;
}

bool append_digits(std::string_view digits, std::int64_t& value) {
  for (const char c : digits) {
    value = value * 10 + (c - '0');
    if (value > kMax) return false;
  }
  return true;
}

}  // namespace

Decimal parse_decimal(std::string_view text, int places) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  std::string whole;
  std::string decimals(point == std::string_view::npos ? "" : text.substr(point + 1));
  const bool well_formed = strip_groups(text.substr(0, point), whole) && all_digits(decimals) &&
                           (point == std::string_view::npos || !decimals.empty());
  if (!well_formed) return {0, DecimalFault::kMalformed};
  while (!decimals.empty() && decimals.back() == '0') decimals.pop_back();
  const auto wanted = static_cast<std::size_t>(places);
  if (decimals.size() > wanted) return {0, DecimalFault::kTooFine};
  decimals.resize(wanted, '0');
  std::int64_t value = 0;
  if (!append_digits(whole, value) || !append_digits(decimals, value)) {
    return {0, DecimalFault::kTooLarge};
  }
  if (negative && value != 0) return {-value, DecimalFault::kNegative};
  return {value, DecimalFault::kNone};
}

std::string format_decimal(std::int64_t value, int places) {
  const bool negative = value < 0;
  const std::uint64_t magnitude =
      negative ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
  std::string digits = cat(magnitude);
  const auto wanted = static_cast<std::size_t>(places);
  if (digits.size() <= wanted) digits.insert(0, wanted + 1 - digits.size(), '0');
  if (wanted > 0) digits.insert(digits.size() - wanted, ".");
  return negative ? "-" + digits : digits;
}

}  // namespace mq::model
