#include "mq/model/chinese_id.h"

#include <algorithm>

#include "mq/model/text_cleanup.h"

namespace mq::model {

namespace {

constexpr std::size_t kRegion = 6;
constexpr std::size_t kCurrent = 18;
constexpr std::size_t kLegacy = 15;
constexpr std::size_t kDisability = 20;

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int number(std::string_view digits) {
  int out = 0;
  for (const char c : digits) out = out * 10 + (c - '0');
  return out;
}

std::optional<Date> day(int year, std::string_view month_and_day) {
  return Date::of(year, number(month_and_day.substr(0, 2)), number(month_and_day.substr(2, 2)));
}

void read_current(std::string_view digits, ChineseId& out) {
  out.birth = day(number(digits.substr(6, 4)), digits.substr(10, 4));
  out.sex = (digits[16] - '0') % 2 == 1 ? 1 : 2;
  out.check_fits = check_character(digits.substr(0, 17)) == digits[17];
}

void read_legacy(std::string_view digits, ChineseId& out) {
  out.birth = day(1900 + number(digits.substr(6, 2)), digits.substr(8, 4));
  out.sex = (digits[14] - '0') % 2 == 1 ? 1 : 2;
}

}  // namespace

char check_character(std::string_view first17) {
  constexpr int kWeights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  if (first17.size() != 17 || !all_digits(first17)) return 0;
  int sum = 0;
  for (std::size_t i = 0; i < first17.size(); ++i) sum += kWeights[i] * (first17[i] - '0');
  return "10X98765432"[sum % 11];
}

std::string ChineseId::person_number() const {
  if (form == IdForm::kDisability) return number.substr(0, kCurrent);
  if (form != IdForm::kLegacy) return number;
  std::string out = number.substr(0, kRegion) + "19" + number.substr(kRegion);
  out += check_character(out);
  return out;
}

std::optional<ChineseId> read_chinese_id(std::string_view text) {
  ChineseId out;
  out.number = normal_number(text);
  const std::string_view digits = out.number;
  const bool current = digits.size() == kCurrent || digits.size() == kDisability;
  if (!current && digits.size() != kLegacy) return std::nullopt;
  const std::size_t plain = current ? kCurrent - 1 : kLegacy;
  if (!all_digits(digits.substr(0, plain))) return std::nullopt;
  if (current && !all_digits(digits.substr(17, 1)) && digits[17] != 'X') return std::nullopt;
  out.region = out.number.substr(0, kRegion);
  if (!current) {
    out.form = IdForm::kLegacy;
    read_legacy(digits, out);
    return out;
  }
  read_current(digits, out);
  if (digits.size() == kDisability) {
    out.form = IdForm::kDisability;
    out.disability_kind = digits[18];
    out.disability_grade = digits[19];
    if (!all_digits(digits.substr(18))) return std::nullopt;
  }
  return out;
}

}  // namespace mq::model
