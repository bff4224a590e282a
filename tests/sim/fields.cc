#include "fields.h"

#include "mq/base/text.h"
#include "mq/model/schema.h"
#include "mq/model/step.h"

namespace mq::sim {
namespace {

const model::Entity& entity_named(std::string_view name) {
  const model::Entity* entity = model::Schema::current().entity(name);
  MQ_ASSERT(entity != nullptr);
  return *entity;
}

struct Names {
  std::string_view entity, first, second, text, set, step;
};

Fields fields_named(const Names& names) {
  const model::Entity& entity = entity_named(names.entity);
  const auto number = [&](std::string_view name) -> std::uint32_t {
    if (name.empty()) return 0;
    const model::Field* field = entity.field(name);
    MQ_ASSERT(field != nullptr);
    return field->number;
  };
  return {entity.number,      number(names.first), number(names.second),
          number(names.text), number(names.set),   number(names.step)};
}

model::FieldType type_of(const CellName& cell) {
  return model::Schema::current().entity(cell.entity)->field(cell.field)->type;
}

}  // namespace

const Fields& visit_fields() {
  static const Fields fields =
      fields_named({"Visit", "theme", "place_note", "text", "issue_ids", ""});
  return fields;
}

const Fields& diary_fields() {
  static const Fields fields = fields_named({"Diary", "title", "reason", "body", "issue_ids", ""});
  return fields;
}

const Fields& issue_fields() {
  static const Fields fields = fields_named({"Issue", "title", "reporter", "text", "", "state"});
  return fields;
}

const Fields& private_fields() {
  static const Fields fields =
      fields_named({"HouseholdPrivate", "inc_wage", "inc_biz", "hardship", "causes", ""});
  return fields;
}

const Fields& fields_of(std::uint32_t entity) {
  for (const Fields* each :
       {&visit_fields(), &diary_fields(), &issue_fields(), &private_fields()}) {
    if (each->entity == entity) return *each;
  }
  MQ_ASSERT(false);
  return visit_fields();
}

std::vector<std::uint32_t> plain_fields(std::uint32_t entity) {
  const Fields& f = fields_of(entity);
  std::vector<std::uint32_t> out = {f.first, f.second, f.text};
  if (f.set != 0) out.push_back(f.set);
  return out;
}

bool is_set(const CellName& cell) { return cell.field == fields_of(cell.entity).set; }

model::Value unique_value(const CellName& cell, std::uint64_t number, std::uint64_t seed) {
  switch (type_of(cell)) {
    case model::FieldType::kText:
      return cat("入户走访所见 ", seed, "-", number, " 句");
    case model::FieldType::kBytes: {
      RowId id;
      for (std::size_t i = 0; i < 8; ++i) {
        id.data[i] = static_cast<std::uint8_t>(number >> (8 * i));
        id.data[8 + i] = static_cast<std::uint8_t>(seed >> (8 * i));
      }
      return to_bytes(id.view());
    }
    default:  // beyond every number that this version has a name for
      return static_cast<std::int64_t>(1'000 + number);
  }
}

std::string word_of(const model::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* bytes = std::get_if<Bytes>(&value)) return to_hex(*bytes);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return cat("#", *number);
  return {};
}

std::string word_of(const model::Op& op) {
  if (op.kind == model::OpKind::kStep) {
    const auto step = model::decode_step(op.value);
    return step.ok() ? word_of(model::Value(static_cast<std::int64_t>(step->to))) : std::string();
  }
  const bool plain = op.kind == model::OpKind::kAdd || op.kind == model::OpKind::kRegister ||
                     op.kind == model::OpKind::kText;
  const model::Entity* entity = model::Schema::current().entity(op.entity);
  if (!plain || entity == nullptr || entity->field(op.field) == nullptr) return {};
  const auto value = model::decode_value(*entity->field(op.field), op.value);
  return value.ok() ? word_of(*value) : std::string();
}

}  // namespace mq::sim
