#include "decimal.h"
#include "mq/base/clock.h"
#include "mq/base/date.h"
#include "mq/base/text.h"
#include "mq/model/calendar.h"
#include "mq/model/schema.h"

namespace mq::model {

namespace {

std::string format_enum(const Field& field, std::int64_t number) {
  const EnumValue* const value = field.value_of(number);
  return value != nullptr ? value->zh : cat("较新(", number, ")");
}

std::string format_number(const Field& field, std::int64_t number) {
  if (field.type == FieldType::kBool) return number != 0 ? "是" : "否";
  if (field.type == FieldType::kEnum) return format_enum(field, number);
  switch (field.rule.kind()) {
    case pb::KIND_DATE:
      return Date{static_cast<std::int32_t>(number)}.iso();
    case pb::KIND_INSTANT:
      return shanghai_minute(WallTime{number});
    case pb::KIND_MONTH:
      return format_month(number);
    case pb::KIND_MONEY:
    case pb::KIND_AREA:
      return format_decimal(number, 2);
    case pb::KIND_TENTHS:
      return format_decimal(number, 1);
    default:
      return cat(number);
  }
}

bool is_shown(const Field& field) {
  return field.rule.kind() != pb::KIND_FINGERPRINT && field.rule.kind() != pb::KIND_SECRET;
}

}  // namespace

std::string format_value(const Field& field, const Value& value) {
  if (const auto* const number = std::get_if<std::int64_t>(&value)) {
    return format_number(field, *number);
  }
  if (const auto* const text = std::get_if<std::string>(&value)) return *text;
  const auto* const bytes = std::get_if<Bytes>(&value);
  return bytes != nullptr && is_shown(field) ? to_hex(*bytes) : std::string();
}

}  // namespace mq::model
