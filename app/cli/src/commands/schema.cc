// schema: the data dictionary, out of the same descriptors that make the tables.
#include "mq/model/schema.h"

#include "../command_words.h"
#include "all.h"
#include "mq/base/text.h"

namespace mq::cli {

namespace {

constexpr const char* kTypes[] = {"integer", "bool", "enum", "text", "bytes"};

Json field_json(const model::Field& field) {
  Json values = Json::array();
  for (const model::EnumValue& value : field.values) {
    if (!value.zh.empty()) values.push_back(value.zh);
  }
  Json columns = Json::array();
  for (const std::string& column : field.rule.columns()) columns.push_back(column);
  return {{"number", field.number},
          {"name", field.name},
          {"zh", field.zh},
          {"en", field.rule.en()},
          {"type", kTypes[static_cast<int>(field.type)]},
          {"kind", model::pb::Kind_Name(field.rule.kind())},
          {"repeated", field.repeated},
          {"unit", field.rule.unit()},
          {"need", model::pb::Need_Name(field.rule.need())},
          {"merge", model::pb::Merge_Name(field.rule.merge())},
          {"privacy", model::pb::Privacy_Name(field.rule.privacy())},
          {"search", field.rule.search()},
          {"ref", field.rule.ref()},
          {"gate", field.rule.gate()},
          {"values", std::move(values)},
          {"columns", std::move(columns)}};
}

// The need that a programme must name before the field is taken, as people write it.
std::string gate_text(const model::Field& field) {
  const model::Field* needs = model::Schema::current().entity("Programme")->field("needs");
  const model::EnumValue* need = needs->value_named(field.rule.gate());
  return need == nullptr ? field.rule.gate() : need->zh;
}

void print(Call& call, const model::Entity& entity) {
  call.out.text(cat("\n", entity.zh, " ", entity.name, " (", entity.number, ")"));
  std::vector<std::vector<std::string>> lines;
  for (const model::Field& field : entity.fields) {
    std::string values;
    for (const model::EnumValue& value : field.values) {
      if (!value.zh.empty()) values += cat(values.empty() ? "" : "、", value.zh);
    }
    lines.push_back({cat(field.number), field.name, field.zh,
                     cat(kTypes[static_cast<int>(field.type)], field.repeated ? "[]" : ""),
                     need_mark(field), field.rule.unit(), gate_text(field),
                     values.empty() ? field.rule.ref() : values});
  }
  call.out.table({"号", "标识", "名称", "类型", "必填", "单位", "须活动写明", "取值"}, lines);
  explain_marks(call.out);
}

bool names(const model::Entity& entity, std::string_view wanted) {
  return wanted.empty() || wanted == entity.name || wanted == entity.command ||
         wanted == entity.table || wanted == entity.zh;
}

// An entity with the P3 facts beside it: their fields are flags of the same commands.
bool belongs(const model::Schema& schema, const model::Entity& entity, std::string_view wanted) {
  const model::Entity* whole = schema.entity(entity.rule.companion_of());
  return names(entity, wanted) || (whole != nullptr && names(*whole, wanted));
}

}  // namespace

Status run_schema(Call& call) {
  MQ_CHECK(only_flags(call, {}));
  const model::Schema& schema = model::Schema::current();
  const std::string wanted = call.args.word(1);
  Json list = Json::array();
  for (const model::Entity& entity : schema.entities()) {
    if (!belongs(schema, entity, wanted)) continue;
    Json fields = Json::array();
    for (const model::Field& field : entity.fields) fields.push_back(field_json(field));
    list.push_back({{"number", entity.number},
                    {"name", entity.name},
                    {"table", entity.table},
                    {"zh", entity.zh},
                    {"command", entity.command},
                    {"scope", model::pb::Scope_Name(entity.rule.scope())},
                    {"companion_of", entity.rule.companion_of()},
                    {"fields", std::move(fields)}});
    print(call, entity);
  }
  if (list.empty()) {
    return Error{Code::kNotFound, cat("没有这个实体:", wanted), cat("no such entity: ", wanted)};
  }
  call.out.object() = {{"version", schema.version()}, {"entities", std::move(list)}};
  return {};
}

}  // namespace mq::cli
