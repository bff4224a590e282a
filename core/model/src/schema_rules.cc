#include "schema_rules.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <set>

#include "mq/base/text.h"

namespace mq::model {

namespace {

using Descriptor = google::protobuf::FieldDescriptor;

constexpr std::string_view kVaultColumns[] = {"rid", "stream", "id", "deleted", "meta"};

bool kind_fits(const Descriptor& field, pb::Kind kind) {
  switch (kind) {
    case pb::KIND_DEFAULT:
      return true;
    case pb::KIND_REF:
    case pb::KIND_FINGERPRINT:
    case pb::KIND_MEMBER:
    case pb::KIND_SECRET:
    case pb::KIND_STREAM:
      return field.type() == Descriptor::TYPE_BYTES;
    case pb::KIND_INSTANT:
    case pb::KIND_MONEY:
      return field.type() == Descriptor::TYPE_INT64;
    case pb::KIND_DATE:
    case pb::KIND_AREA:
    case pb::KIND_MONTH:
    case pb::KIND_TENTHS:
      return field.type() == Descriptor::TYPE_INT32;
    case pb::KIND_PHONE:
      return field.type() == Descriptor::TYPE_STRING;
    default:
      return false;
  }
}

bool merge_fits(const Field& field) {
  switch (field.rule.merge()) {
    case pb::MERGE_SET:
    case pb::MERGE_APPEND:
      return field.repeated;
    case pb::MERGE_TEXT:
      return !field.repeated && field.type == FieldType::kText;
    case pb::MERGE_STEP:
      return !field.repeated && field.type == FieldType::kEnum;
    default:
      return !field.repeated;
  }
}

bool holds_ids(const Field& field) {
  const auto kind = field.rule.kind();
  return kind == pb::KIND_REF || kind == pb::KIND_MEMBER || kind == pb::KIND_STREAM;
}

Status check_refs(const Entity& entity, const std::set<std::string>& names) {
  for (const Field& field : entity.fields) {
    if (field.rule.kind() == pb::KIND_REF && !names.contains(field.rule.ref())) {
      return schema_fault(cat(entity.name, ".", field.name), "指向不存在的记录类型",
                          "ref names no entity");
    }
  }
  const std::string& whole = entity.rule.companion_of();
  if (!whole.empty() && !names.contains(whole)) {
    return schema_fault(entity.name, "companion_of 指向不存在的记录类型",
                        "companion_of names no entity");
  }
  return {};
}

}  // namespace

Error schema_fault(std::string_view place, std::string_view zh, std::string_view en) {
  return Error{Code::kInvalidInput, cat("数据定义有误:", place, ":", zh),
               cat("The schema is wrong: ", place, ": ", en)};
}

Status check_field(const Descriptor& descriptor, const Field& field) {
  const std::string& place = descriptor.full_name();
  if (field.rule.zh().empty() || field.rule.en().empty()) {
    return schema_fault(place, "缺中文或英文名", "a label is missing");
  }
  if (!kind_fits(descriptor, field.rule.kind())) {
    return schema_fault(place, "kind 与类型不符", "kind does not fit the type");
  }
  if (!merge_fits(field)) {
    return schema_fault(place, "合并规则与类型不符", "merge rule does not fit the type");
  }
  if ((field.rule.kind() == pb::KIND_REF) == field.rule.ref().empty()) {
    return schema_fault(place, "KIND_REF 与 ref 须同时出现", "KIND_REF and ref go together");
  }
  // A packed list of bytes has no lengths of its own.
  if (field.repeated && field.type == FieldType::kBytes && !holds_ids(field)) {
    return schema_fault(place, "重复的字节字段只能是编号", "a repeated bytes field must hold ids");
  }
  if (field.type == FieldType::kEnum && field.values.empty()) {
    return schema_fault(place, "没有可选值", "the enum has no labelled value");
  }
  return {};
}

Status check_entity(const Entity& entity) {
  if (entity.number == 0) return schema_fault(entity.name, "没有编号", "number is missing");
  if (entity.zh.empty() || entity.rule.en().empty()) {
    return schema_fault(entity.name, "缺中文或英文名", "a label is missing");
  }
  if (entity.rule.scope() == pb::SCOPE_UNSPECIFIED) {
    return schema_fault(entity.name, "没有范围", "scope is missing");
  }
  for (const Field& field : entity.fields) {
    if (std::find(std::begin(kVaultColumns), std::end(kVaultColumns), field.name) !=
        std::end(kVaultColumns)) {
      return schema_fault(cat(entity.name, ".", field.name), "此名已由本机库占用",
                          "the vault uses this column name itself");
    }
  }
  for (const std::string& key : entity.rule.natural_key()) {
    if (entity.field(key) == nullptr) {
      return schema_fault(cat(entity.name, ".", key), "natural_key 没有此字段",
                          "natural_key names no field");
    }
  }
  return {};
}

Status check_schema(const std::vector<Entity>& entities) {
  std::set<std::string> names;
  std::set<std::string> words;
  std::uint32_t last = 0;
  for (const Entity& entity : entities) {
    if (entity.number == last) {
      return schema_fault(entity.name, "编号重复", "number is used twice");
    }
    last = entity.number;
    const bool fresh = names.insert(entity.name).second && words.insert(entity.table).second;
    const bool own_command = entity.command.empty() || entity.command == entity.table ||
                             words.insert(entity.command).second;
    if (!fresh || !own_command) return schema_fault(entity.name, "名称重复", "name is used twice");
  }
  for (const Entity& entity : entities) MQ_CHECK(check_refs(entity, names));
  return {};
}

}  // namespace mq::model
