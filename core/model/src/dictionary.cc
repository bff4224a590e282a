#include "mq/model/dictionary.h"

#include "mq/base/text.h"

namespace mq::model {

namespace {

std::string without_prefix(std::string name, std::size_t prefix) {
  name.erase(0, prefix);
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

std::string need_name(pb::Need need) {
  return need == pb::NEED_SAVE ? "save" : need == pb::NEED_SUBMIT ? "submit" : "";
}

std::string privacy_name(pb::Privacy privacy) {
  return privacy == pb::PRIVACY_P3 ? "P3" : privacy == pb::PRIVACY_P2 ? "P2" : "P1";
}

std::string bounds_of(const Field& field) {
  if (field.rule.characters_max() != 0) return cat("≤ ", field.rule.characters_max());
  if (field.rule.max() != 0) return cat(field.rule.min(), "–", field.rule.max());
  return field.rule.min() != 0 ? cat("≥ ", field.rule.min()) : std::string();
}

std::string values_of(const Field& field) {
  std::vector<std::string> out;
  for (const EnumValue& value : field.values) {
    out.push_back(cat(value.number, " ", value.zh, " (", value.name, ")"));
  }
  return join(out, "; ");
}

std::string columns_of(const Field& field) {
  std::vector<std::string> out = {field.zh};
  out.insert(out.end(), field.rule.columns().begin(), field.rule.columns().end());
  return join(out, ", ");
}

std::string base_type(FieldType type) {
  switch (type) {
    case FieldType::kInteger:
      return "integer";
    case FieldType::kBool:
      return "yes/no";
    case FieldType::kEnum:
      return "choice";
    case FieldType::kText:
      return "text";
    case FieldType::kBytes:
      return "bytes";
  }
  return "";
}

DictionaryRow row_of(const Entity& entity, const Field& field) {
  DictionaryRow row;
  row.entity_number = entity.number;
  row.entity = entity.name;
  row.entity_zh = entity.zh;
  row.scope = scope_name(entity.rule.scope());
  row.field = field.number;
  row.name = field.name;
  row.zh = field.zh;
  row.en = field.rule.en();
  row.type = type_name(field);
  row.unit = field.rule.unit();
  row.need = need_name(field.rule.need());
  row.merge = merge_name(field.rule.merge());
  row.privacy = privacy_name(field.rule.privacy());
  row.bounds = bounds_of(field);
  row.values = values_of(field);
  row.columns = columns_of(field);
  row.search = field.rule.search();
  row.system = field.rule.system();
  row.gate = field.rule.gate();
  return row;
}

}  // namespace

std::string scope_name(pb::Scope scope) {
  return without_prefix(pb::Scope_Name(scope), std::string_view("SCOPE_").size());
}

std::string merge_name(pb::Merge merge) {
  return without_prefix(pb::Merge_Name(merge), std::string_view("MERGE_").size());
}

std::string type_name(const Field& field) {
  const pb::Kind kind = field.rule.kind();
  std::string out = kind == pb::KIND_DEFAULT
                        ? base_type(field.type)
                        : without_prefix(pb::Kind_Name(kind), std::string_view("KIND_").size());
  if (kind == pb::KIND_REF) out = cat("→", field.rule.ref());
  return field.repeated ? out + "[]" : out;
}

std::vector<DictionaryRow> dictionary(const Schema& schema) {
  std::vector<DictionaryRow> out;
  for (const Entity& entity : schema.entities()) {
    for (const Field& field : entity.fields) out.push_back(row_of(entity, field));
  }
  return out;
}

}  // namespace mq::model
