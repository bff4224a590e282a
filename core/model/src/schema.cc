#include "mq/model/schema.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <charconv>

#include "minqing/model/v1/calendar.pb.h"
#include "minqing/model/v1/commitment.pb.h"
#include "minqing/model/v1/deed.pb.h"
#include "minqing/model/v1/diary.pb.h"
#include "minqing/model/v1/dispute.pb.h"
#include "minqing/model/v1/form.pb.h"
#include "minqing/model/v1/handout.pb.h"
#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/issue.pb.h"
#include "minqing/model/v1/meeting.pb.h"
#include "minqing/model/v1/organisation.pb.h"
#include "minqing/model/v1/person.pb.h"
#include "minqing/model/v1/programme.pb.h"
#include "minqing/model/v1/reception.pb.h"
#include "minqing/model/v1/report.pb.h"
#include "minqing/model/v1/roster.pb.h"
#include "minqing/model/v1/visit.pb.h"
#include "mq/base/text.h"
#include "schema_rules.h"

namespace mq::model {

namespace {

namespace protobuf = ::google::protobuf;

// Of the schema in proto/minqing/model/v1; goes up when a field, value or entity is added.
constexpr std::uint32_t kSchemaVersion = 1;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string snake_case(std::string_view camel) {
  std::string out;
  for (const char c : camel) {
    if (c >= 'A' && c <= 'Z' && !out.empty()) out += '_';
    out += c;
  }
  return lower(out);
}

std::optional<FieldType> type_of(const protobuf::FieldDescriptor& field) {
  using Descriptor = protobuf::FieldDescriptor;
  switch (field.cpp_type()) {
    case Descriptor::CPPTYPE_INT32:
    case Descriptor::CPPTYPE_INT64:
    case Descriptor::CPPTYPE_UINT32:
      return FieldType::kInteger;
    case Descriptor::CPPTYPE_BOOL:
      return FieldType::kBool;
    case Descriptor::CPPTYPE_ENUM:
      return FieldType::kEnum;
    case Descriptor::CPPTYPE_STRING:
      return field.type() == Descriptor::TYPE_BYTES ? FieldType::kBytes : FieldType::kText;
    default:
      return std::nullopt;
  }
}

// A value without label (…_UNSPECIFIED) only stands for "nothing" and is no choice.
std::vector<EnumValue> read_values(const protobuf::EnumDescriptor& type) {
  const std::string prefix = snake_case(type.name()) + "_";
  std::vector<EnumValue> out;
  for (int i = 0; i < type.value_count(); ++i) {
    const auto& value = *type.value(i);
    const pb::ValueRule& rule = value.options().GetExtension(pb::value);
    if (rule.zh().empty()) continue;
    std::string name = lower(value.name());
    if (name.starts_with(prefix)) name.erase(0, prefix.size());
    out.push_back({value.number(), rule.zh(), std::move(name),
                   std::vector<std::string>(rule.also().begin(), rule.also().end())});
  }
  return out;
}

Result<Field> read_field(const protobuf::FieldDescriptor& from) {
  const auto type = type_of(from);
  if (!type) return schema_fault(from.full_name(), "此类型不能作记录字段", "type is not a cell's");
  if (!from.options().HasExtension(pb::rule)) {
    return schema_fault(from.full_name(), "没有字段规则", "field has no rule");
  }
  Field field;
  field.number = static_cast<std::uint32_t>(from.number());
  field.name = from.name();
  field.rule = from.options().GetExtension(pb::rule);
  field.zh = field.rule.zh();
  field.type = *type;
  field.repeated = from.is_repeated();
  if (from.enum_type() != nullptr) field.values = read_values(*from.enum_type());
  MQ_CHECK(check_field(from, field));
  return field;
}

Result<Entity> read_entity(const protobuf::Descriptor& from) {
  Entity entity;
  entity.rule = from.options().GetExtension(pb::entity);
  entity.number = entity.rule.number();
  entity.name = from.name();
  entity.table = snake_case(from.name());
  entity.command = entity.rule.command();
  entity.zh = entity.rule.zh();
  for (int i = 0; i < from.field_count(); ++i) {
    MQ_TRY(Field field, read_field(*from.field(i)));
    entity.fields.push_back(std::move(field));
  }
  std::sort(entity.fields.begin(), entity.fields.end(),
            [](const Field& a, const Field& b) { return a.number < b.number; });
  MQ_CHECK(check_entity(entity));
  return entity;
}

std::unique_ptr<Schema> make_current() {
  auto schema = Schema::from(
      kSchemaVersion, {pb::OrgUnit::descriptor()->file(), pb::Programme::descriptor()->file(),
                       pb::Household::descriptor()->file(), pb::Person::descriptor()->file(),
                       pb::Visit::descriptor()->file(), pb::Issue::descriptor()->file(),
                       pb::Diary::descriptor()->file(), pb::Meeting::descriptor()->file(),
                       pb::Reception::descriptor()->file(), pb::Deed::descriptor()->file(),
                       pb::Commitment::descriptor()->file(), pb::Dispute::descriptor()->file(),
                       pb::WorkYear::descriptor()->file(), pb::ReportSnapshot::descriptor()->file(),
                       pb::Handout::descriptor()->file(), pb::FormMapping::descriptor()->file(),
                       pb::RosterChange::descriptor()->file()});
  MQ_ASSERT(schema.ok());
  return std::move(schema).value();
}

}  // namespace

const EnumValue* Field::value_of(std::int64_t wanted) const {
  for (const EnumValue& value : values) {
    if (value.number == wanted) return &value;
  }
  return nullptr;
}

const EnumValue* Field::value_named(std::string_view text) const {
  for (const EnumValue& value : values) {
    if (value.zh == text) return &value;
  }
  const std::string identifier = lower(text);
  for (const EnumValue& value : values) {
    const bool other = std::find(value.also.begin(), value.also.end(), text) != value.also.end();
    if (other || value.name == identifier) return &value;
  }
  std::int32_t wanted = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, wanted);
  return !text.empty() && read.ec == std::errc() && read.ptr == end ? value_of(wanted) : nullptr;
}

OpKind Field::op_kind() const {
  switch (rule.merge()) {
    case pb::MERGE_TEXT:
      return OpKind::kText;
    case pb::MERGE_SET:
      return OpKind::kAdd;
    case pb::MERGE_APPEND:
      return OpKind::kAppend;
    case pb::MERGE_STEP:
      return OpKind::kStep;
    default:
      return OpKind::kRegister;
  }
}

const Field* Entity::field(std::uint32_t wanted) const {
  const auto at = std::lower_bound(fields.begin(), fields.end(), wanted,
                                   [](const Field& f, std::uint32_t n) { return f.number < n; });
  return at != fields.end() && at->number == wanted ? &*at : nullptr;
}

const Field* Entity::field(std::string_view wanted) const {
  for (const Field& field : fields) {
    if (field.name == wanted) return &field;
  }
  return nullptr;
}

const Schema& Schema::current() {
  static const std::unique_ptr<Schema> schema = make_current();
  return *schema;
}

Result<std::unique_ptr<Schema>> Schema::from(
    std::uint32_t version, const std::vector<const protobuf::FileDescriptor*>& files) {
  auto schema = std::make_unique<Schema>();
  schema->version_ = version;
  for (const protobuf::FileDescriptor* file : files) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      const protobuf::Descriptor& message = *file->message_type(i);
      if (!message.options().HasExtension(pb::entity)) continue;
      MQ_TRY(Entity entity, read_entity(message));
      schema->entities_.push_back(std::move(entity));
    }
  }
  std::sort(schema->entities_.begin(), schema->entities_.end(),
            [](const Entity& a, const Entity& b) { return a.number < b.number; });
  MQ_CHECK(check_schema(schema->entities_));
  return schema;
}

const Entity* Schema::entity(std::uint32_t wanted) const {
  const auto at = std::lower_bound(entities_.begin(), entities_.end(), wanted,
                                   [](const Entity& e, std::uint32_t n) { return e.number < n; });
  return at != entities_.end() && at->number == wanted ? &*at : nullptr;
}

const Entity* Schema::entity(std::string_view wanted) const {
  if (wanted.empty()) return nullptr;
  for (const Entity& entity : entities_) {
    if (entity.name == wanted || entity.table == wanted || entity.command == wanted) {
      return &entity;
    }
  }
  return nullptr;
}

}  // namespace mq::model
