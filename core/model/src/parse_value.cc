#include <algorithm>
#include <array>

#include "decimal.h"
#include "mq/base/date.h"
#include "mq/base/text.h"
#include "mq/model/calendar.h"
#include "mq/model/schema.h"
#include "mq/model/text_cleanup.h"

namespace mq::model {

namespace {

constexpr std::size_t kCharactersMax = 20'000;
constexpr int kFirstYear = 1900;

// What would be right, in both languages.
struct Wanted {
  std::string zh;
  std::string en;
};

// What was typed is repeated only where it cannot be personal.
bool may_repeat(const Field& field) {
  const bool plain = field.type != FieldType::kText && field.type != FieldType::kBytes;
  return plain && field.rule.privacy() == pb::PRIVACY_P1;
}

Error refuse(const Field& field, std::string_view text, const Wanted& wanted) {
  constexpr std::size_t kShown = 20;
  const std::string given =
      may_repeat(field) ? cat("“", first_characters(text, kShown), "”") : std::string();
  return Error{Code::kInvalidInput, cat("“", field.zh, "”填写的内容", given, "不能用:", wanted.zh),
               cat("Field ", field.name, ": the input ", given, given.empty() ? "" : " ",
                   "is refused: ", wanted.en)};
}

Result<Value> parse_bool(const Field& field, std::string_view text) {
  constexpr std::array<std::string_view, 8> kYes = {"是", "有", "true", "yes", "y", "1", "√", "对"};
  constexpr std::array<std::string_view, 8> kNo = {"否", "无", "false", "no", "n", "0", "×", "不"};
  std::string given = half_width(text);
  std::transform(given.begin(), given.end(), given.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (std::find(kYes.begin(), kYes.end(), given) != kYes.end()) return Value{std::int64_t{1}};
  if (std::find(kNo.begin(), kNo.end(), given) != kNo.end()) return Value{std::int64_t{0}};
  return refuse(field, text, {"请填“是”或“否”", "write 是 or 否 (yes or no)"});
}

Result<Value> parse_enum(const Field& field, std::string_view text) {
  const EnumValue* value = field.value_named(text);
  if (value == nullptr) value = field.value_named(half_width(text));
  if (value != nullptr) return Value{std::int64_t{value->number}};
  constexpr std::size_t kListed = 24;
  std::string zh;
  std::string en;
  for (std::size_t i = 0; i < field.values.size() && i < kListed; ++i) {
    zh += cat(i == 0 ? "" : "、", field.values[i].zh);
    en += cat(i == 0 ? "" : ", ", field.values[i].name);
  }
  const std::string_view more = field.values.size() > kListed ? " …" : "";
  return refuse(field, text, {cat("可填:", zh, more), cat("one of ", en, more)});
}

Result<Value> parse_date(const Field& field, std::string_view text) {
  const auto day = parse_day(text);
  if (!day) {
    return refuse(field, text,
                  {"不是日历上的一天,请写成 2026-03-05", "not a calendar day; write 2026-03-05"});
  }
  if (day->year() < kFirstYear) {
    return refuse(field, text, {"早于 1900 年,请核对", "before the year 1900"});
  }
  return Value{std::int64_t{day->days}};
}

Result<Value> parse_month_value(const Field& field, std::string_view text) {
  const auto month = parse_month(text);
  if (!month || *month < kFirstYear * 12) {
    return refuse(field, text, {"请写成 2026-03,不早于 1900 年", "write 2026-03, from 1900 on"});
  }
  return Value{std::int64_t{*month}};
}

Result<Value> parse_instant(const Field& field, std::string_view text) {
  const auto moment = parse_moment(text);
  const auto first = parse_moment(cat(kFirstYear, "-01-01"));
  if (!moment || *moment < *first) {
    return refuse(field, text, {"请写成 2026-03-05 14:07", "write 2026-03-05 14:07, from 1900 on"});
  }
  return Value{*moment};
}

std::string_view without_prefix(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) ? trimmed(text.substr(prefix.size())) : text;
}

std::string_view without_suffix(std::string_view text, std::string_view suffix) {
  const bool found = !suffix.empty() && text.ends_with(suffix);
  return found ? trimmed(text.substr(0, text.size() - suffix.size())) : text;
}

Error refuse_decimal(const Field& field, std::string_view text, DecimalFault fault) {
  switch (fault) {
    case DecimalFault::kNegative:
      return refuse(field, text, {"不能是负数", "it cannot be negative"});
    case DecimalFault::kTooFine:
      return refuse(field, text, {"小数位数太多", "it has too many decimals"});
    case DecimalFault::kTooLarge:
      return refuse(field, text, {"数字太大", "the number is too large"});
    default:
      return refuse(field, text,
                    {"请填数字,如 12 或 12.50", "write a number, such as 12 or 12.50"});
  }
}

// 12.50, ¥12.5, 1,234元, 776.1万元.
Result<Value> parse_money(const Field& field, std::string_view text) {
  constexpr int kPlaces = 2;
  constexpr int kPlacesOfTenThousand = 6;
  std::string_view digits = without_prefix(without_prefix(text, "¥"), "￥");
  digits = without_suffix(digits, "元");
  const std::string_view plain = without_suffix(digits, "万");
  const Decimal sum =
      parse_decimal(plain, plain.size() == digits.size() ? kPlaces : kPlacesOfTenThousand);
  if (sum.fault != DecimalFault::kNone) return refuse_decimal(field, text, sum.fault);
  return Value{sum.value};
}

Result<Value> parse_scaled(const Field& field, std::string_view text, int places) {
  constexpr std::int64_t kInt32Max = 2'147'483'647;
  Decimal number = parse_decimal(without_suffix(text, field.rule.unit()), places);
  const std::int64_t max = field.rule.max() != 0 ? field.rule.max() : kInt32Max;
  if (number.fault == DecimalFault::kNone && number.value > max) {
    number.fault = DecimalFault::kTooLarge;
  }
  if (number.fault != DecimalFault::kNone) return refuse_decimal(field, text, number.fault);
  return Value{number.value};
}

// A whole number; "3组" and "第3组" where the unit is 组.
Result<Value> parse_whole(const Field& field, std::string_view text) {
  const std::string_view inner = without_suffix(text, field.rule.unit());
  const bool has_unit = inner.size() != text.size();
  const Decimal number = parse_decimal(has_unit ? without_prefix(inner, "第") : inner, 0);
  const bool readable =
      number.fault == DecimalFault::kNone || number.fault == DecimalFault::kNegative;
  const std::int64_t min = field.rule.min();
  const std::int64_t max = field.rule.max();
  if (!readable) return refuse_decimal(field, text, number.fault);
  if (number.value < min || (max != 0 && number.value > max)) {
    const std::string zh =
        max != 0 ? cat("应在 ", min, " 到 ", max, " 之间") : cat("不能小于 ", min);
    const std::string en = max != 0 ? cat("it must be ", min, " to ", max) : cat("at least ", min);
    return refuse(field, text, {zh, en});
  }
  return Value{number.value};
}

Result<Value> parse_integer(const Field& field, std::string_view text) {
  const std::string folded = half_width(text);
  switch (field.rule.kind()) {
    case pb::KIND_DATE:
      return parse_date(field, folded);
    case pb::KIND_MONTH:
      return parse_month_value(field, folded);
    case pb::KIND_INSTANT:
      return parse_instant(field, folded);
    case pb::KIND_MONEY:
      return parse_money(field, folded);
    case pb::KIND_AREA:
      return parse_scaled(field, folded, 2);
    case pb::KIND_TENTHS:
      return parse_scaled(field, folded, 1);
    default:
      return parse_whole(field, folded);
  }
}

// Mobile, landline with area code, and the short numbers of a work group: digits, kept as digits.
Result<Value> parse_phone(const Field& field, std::string_view text) {
  constexpr std::size_t kMin = 3;
  constexpr std::size_t kMax = 20;
  std::string digits;
  bool other = false;
  for (const char c : half_width(text)) {
    const bool filler = c == ' ' || c == '-' || c == '(' || c == ')' || c == '+' || c == '\'';
    if (c >= '0' && c <= '9') digits += c;
    other = other || !(filler || (c >= '0' && c <= '9'));
  }
  if (digits.size() == 13 && digits.starts_with("861")) digits.erase(0, 2);
  if (other || digits.size() < kMin || digits.size() > kMax) {
    return refuse(field, text,
                  {"请填电话号码,只用数字(手机 11 位,座机加区号)",
                   "write a telephone number in digits (mobile, or landline with area code)"});
  }
  return Value{std::move(digits)};
}

// CR LF as LF.
std::string unified_lines(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    out += text[i] == '\r' ? '\n' : text[i];
  }
  return out;
}

Result<Value> parse_text(const Field& field, std::string_view text) {
  std::string out = unified_lines(text);
  if (has_controls(out)) {
    return refuse(field, text, {"含有不能显示的控制字符", "it has control characters"});
  }
  const std::size_t max =
      field.rule.characters_max() != 0 ? field.rule.characters_max() : kCharactersMax;
  if (count_characters(out) > max) {
    return refuse(field, text,
                  {cat("最多 ", max, " 字,现有 ", count_characters(out), " 字"),
                   cat("at most ", max, " characters, there are ", count_characters(out))});
  }
  return Value{std::move(out)};
}

Result<Value> parse_bytes(const Field& field, std::string_view text) {
  const auto bytes = from_hex(text);
  const auto kind = field.rule.kind();
  const bool is_id = kind == pb::KIND_REF || kind == pb::KIND_MEMBER || kind == pb::KIND_STREAM;
  const bool hidden = kind == pb::KIND_FINGERPRINT || kind == pb::KIND_SECRET;
  if (hidden) return refuse(field, text, {"此栏由程序填写", "the program fills this itself"});
  if (!bytes || bytes->empty() || (is_id && bytes->size() != RowId::kSize)) {
    return refuse(field, text, {"请填 32 位编号(0-9、a-f)", "write the id: 32 hexadecimal digits"});
  }
  return Value{*bytes};
}

// The indent of a first line belongs to a long text; elsewhere blanks at the ends are slips.
std::string_view entered(const Field& field, std::string_view text) {
  const std::string_view inner = trimmed(text);
  if (inner.empty() || field.rule.merge() != pb::MERGE_TEXT) return inner;
  const auto end = static_cast<std::size_t>(inner.data() + inner.size() - text.data());
  std::string_view kept = text.substr(0, end);
  if (kept.starts_with("\ufeff")) kept.remove_prefix(3);
  return kept;
}

std::vector<std::string> split_list(std::string_view text) {
  std::string unified;
  for (const std::uint32_t c : code_points(text)) {
    const bool separator =
        c == ',' || c == ';' || c == '\n' || c == 0xff0c || c == 0xff1b || c == 0x3001;
    append_utf8(unified, separator ? ',' : c);
  }
  return split(unified, ",");
}

}  // namespace

Result<Value> parse_value(const Field& field, std::string_view text) {
  if (!is_utf8(text)) {
    return Error{Code::kInvalidInput, cat("“", field.zh, "”的文字编码不是 UTF-8"),
                 cat("Field ", field.name, ": the text is not UTF-8")};
  }
  const std::string_view inner = entered(field, text);
  if (inner.empty()) return Value{};
  switch (field.type) {
    case FieldType::kBool:
      return parse_bool(field, inner);
    case FieldType::kEnum:
      return parse_enum(field, inner);
    case FieldType::kInteger:
      return parse_integer(field, inner);
    case FieldType::kBytes:
      return parse_bytes(field, inner);
    case FieldType::kText:
      break;
  }
  return field.rule.kind() == pb::KIND_PHONE ? parse_phone(field, inner) : parse_text(field, inner);
}

Result<std::vector<Value>> parse_values(const Field& field, std::string_view text) {
  const bool free_text = field.type == FieldType::kText && field.rule.kind() != pb::KIND_PHONE;
  const bool one_label = field.type == FieldType::kEnum && field.value_named(trimmed(text));
  std::vector<std::string> parts = {std::string(text)};
  // 12,345 is one number.
  if (field.repeated && !free_text && !one_label) parts = split_list(text);
  std::vector<Value> out;
  for (const std::string& part : parts) {
    MQ_TRY(Value value, parse_value(field, part));
    const bool doubled = std::find(out.begin(), out.end(), value) != out.end();
    if (!is_empty(value) && !doubled) out.push_back(std::move(value));
  }
  return out;
}

}  // namespace mq::model
