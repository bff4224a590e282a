// Schema: the entities and fields of proto/minqing/model, read from the descriptors by reflection.
//
// Tables, validation, change encoding, flags, import columns and the data dictionary come from
// here; nobody lists fields by hand. A Schema is immutable and may be shared by threads. It can be
// built from any descriptor pool, so that tests add a field or an entity in a newer version.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "minqing/model/v1/options.pb.h"
#include "mq/base/result.h"
#include "mq/model/op.h"
#include "mq/model/value.h"

namespace google::protobuf {
class FileDescriptor;
}

namespace mq::model {

namespace pb = ::minqing::model::v1;

enum class FieldType { kInteger, kBool, kEnum, kText, kBytes };

struct EnumValue {
  std::int32_t number = 0;
  std::string zh;                 // what people read and type
  std::string name;               // identifier in the .proto, lower case without prefix
  std::vector<std::string> also;  // other spellings taken at entry and import
};

struct Field {
  std::uint32_t number = 0;
  std::string name;  // flag, JSON key and column name: "visited_by"
  std::string zh;
  FieldType type = FieldType::kText;
  bool repeated = false;
  pb::FieldRule rule;
  std::vector<EnumValue> values;  // kEnum

  const EnumValue* value_of(std::int64_t number) const;
  // By Chinese label, identifier or number text.
  const EnumValue* value_named(std::string_view text) const;
  OpKind op_kind() const;  // what writing it emits (kAdd for repeated)
};

struct Entity {
  std::uint32_t number = 0;
  std::string name;     // "Visit"
  std::string table;    // "visit"
  std::string command;  // may be empty
  std::string zh;
  pb::EntityRule rule;
  std::vector<Field> fields;  // by number

  const Field* field(std::uint32_t number) const;
  const Field* field(std::string_view name) const;
};

class Schema {
 public:
  // The product's own schema, minqing.model.v1.
  static const Schema& current();
  // From any file whose messages carry the entity option; kInvalidInput names the first mistake.
  static Result<std::unique_ptr<Schema>> from(
      std::uint32_t version, const std::vector<const google::protobuf::FileDescriptor*>& files);

  std::uint32_t version() const { return version_; }
  const std::vector<Entity>& entities() const { return entities_; }
  const Entity* entity(std::uint32_t number) const;
  const Entity* entity(std::string_view name) const;  // message name, table or command

 private:
  std::uint32_t version_ = 1;
  std::vector<Entity> entities_;
};

// The op value of a field's content (PROTOCOL section 1): integers zigzag varint, text UTF-8, bytes
// raw; nothing is the empty string. decode gives kInvalidInput for bytes that encode cannot have
// made.
Bytes encode_value(const Field& field, const Value& value);
Result<Value> decode_value(const Field& field, ByteView bytes);

// What a person typed, made a value: dates "2026-03-05", money "12.50" 元, areas "1.5" 亩, yes/no
// 是/否, enum labels, ids as hex. Checks bounds, lengths and lists of DOMAIN (g). kInvalidInput
// says which field, what was given and what would be right.
Result<Value> parse_value(const Field& field, std::string_view text);
// The same for a repeated field: one value, or several separated by commas, 、 or ;. A free text is
// always one value. Doubles are taken once.
Result<std::vector<Value>> parse_values(const Field& field, std::string_view text);
// For people: labels, 元 with two decimals, ISO dates. Empty for nothing.
std::string format_value(const Field& field, const Value& value);

// One fault of an entry; column is the field's Chinese label.
struct Fault {
  std::string field;
  std::string zh;
  std::string en;
};

}  // namespace mq::model
