#include "mq/model/value.h"

#include <limits>

#include "mq/base/text.h"
#include "mq/model/schema.h"

namespace mq::model {

namespace {

bool is_number(FieldType type) {
  return type == FieldType::kInteger || type == FieldType::kBool || type == FieldType::kEnum;
}

bool holds_id(pb::Kind kind) {
  return kind == pb::KIND_REF || kind == pb::KIND_MEMBER || kind == pb::KIND_STREAM;
}

Error malformed(const Field& field) {
  return Error{Code::kInvalidInput, cat("无法读取“", field.zh, "”的内容:字节不合此栏的格式"),
               cat("Cannot read a value of field ", field.name, ": its bytes do not fit")};
}

// An enum number that this version does not know is kept; a bool has only two values.
bool number_fits(const Field& field, std::int64_t number) {
  if (field.type == FieldType::kBool) return number == 0 || number == 1;
  if (field.type != FieldType::kEnum) return true;
  return number >= std::numeric_limits<std::int32_t>::min() &&
         number <= std::numeric_limits<std::int32_t>::max();
}

}  // namespace

Bytes encode_value(const Field& field, const Value& value) {
  if (is_empty(value)) return {};
  if (is_number(field.type)) {
    const auto* const number = std::get_if<std::int64_t>(&value);
    MQ_ASSERT(number != nullptr);
    ByteWriter out;
    out.zigzag(*number);
    return out.take();
  }
  if (field.type == FieldType::kText) {
    const auto* const text = std::get_if<std::string>(&value);
    MQ_ASSERT(text != nullptr);
    return to_bytes(*text);
  }
  const auto* const bytes = std::get_if<Bytes>(&value);
  MQ_ASSERT(bytes != nullptr);
  return *bytes;
}

Result<Value> decode_value(const Field& field, ByteView bytes) {
  if (bytes.empty()) return Value{};
  if (is_number(field.type)) {
    ByteReader in(bytes);
    const std::int64_t number = in.zigzag();
    if (!in.done() || !number_fits(field, number)) return malformed(field);
    return Value{number};
  }
  if (field.type == FieldType::kText) {
    if (!is_utf8(text_of(bytes))) return malformed(field);
    return Value{to_string(bytes)};
  }
  if (holds_id(field.rule.kind()) && bytes.size() != RowId::kSize) return malformed(field);
  return Value{to_bytes(bytes)};
}

}  // namespace mq::model
