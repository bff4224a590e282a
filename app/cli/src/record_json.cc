#include "record_json.h"

#include <algorithm>

#include "mq/base/text.h"
#include "mq/work/entry.h"
#include "mq/work/reference.h"

namespace mq::cli {

namespace {

bool hidden(const model::Field& field) {
  const auto kind = field.rule.kind();
  if (field.name == "before") return true;  // for taking back a change of the roster, not to read
  return kind == model::pb::KIND_FINGERPRINT || kind == model::pb::KIND_SECRET;
}

Result<std::string> value_text(const work::Workplace& place, const model::Field& field,
                               const model::Value& value) {
  if (const auto* bytes = std::get_if<Bytes>(&value)) {
    const auto row = RowId::from(*bytes);
    if (field.rule.kind() == model::pb::KIND_REF && row) {
      return work::reference_text(place, field.rule.ref(), *row);
    }
    return to_hex(*bytes);
  }
  return model::format_value(field, value);
}

Result<Json> value_json(const work::Workplace& place, const model::Field& field,
                        const model::Value& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  const bool plain =
      field.rule.kind() == model::pb::KIND_DEFAULT || field.rule.kind() == model::pb::KIND_MONEY;
  if (number != nullptr && field.type == model::FieldType::kBool) return Json(*number != 0);
  if (number != nullptr && field.type == model::FieldType::kInteger && plain) return Json(*number);
  MQ_TRY(const std::string text, value_text(place, field, value));
  return Json(text);
}

// Two desks that note the same act of a unit write one line twice; it is one.
std::vector<model::Value> shown_values(const vault::Cell& cell) {
  std::vector<model::Value> out;
  for (const model::Value& value : cell.values) {
    if (std::find(out.begin(), out.end(), value) == out.end()) out.push_back(value);
  }
  return out;
}

}  // namespace

Result<std::string> cell_text(const work::Workplace& place, const model::Field& field,
                              const vault::Cell& cell) {
  if (!field.repeated) return value_text(place, field, cell.value);
  std::vector<std::string> parts;
  for (const model::Value& value : shown_values(cell)) {
    MQ_TRY(std::string part, value_text(place, field, value));
    parts.push_back(std::move(part));
  }
  return join(parts, "、");
}

namespace {

Status put_fields(const work::Workplace& place, const vault::RowData& data, Json& out) {
  const model::Entity* entity = place.vault.schema().entity(data.entity);
  for (const vault::Cell& cell : data.cells) {
    const model::Field* field = entity->field(cell.field);
    if (field == nullptr || hidden(*field)) continue;
    if (!field->repeated) {
      if (model::is_empty(cell.value)) continue;
      MQ_TRY(out[field->name], value_json(place, *field, cell.value));
      continue;
    }
    Json list = Json::array();
    for (const model::Value& value : shown_values(cell)) {
      MQ_TRY(Json one, value_json(place, *field, value));
      list.push_back(std::move(one));
    }
    out[field->name] = std::move(list);
  }
  return {};
}

Status put_lines(const work::Workplace& place, const vault::RowData& data,
                 std::vector<std::vector<std::string>>& out) {
  const model::Entity* entity = place.vault.schema().entity(data.entity);
  for (const vault::Cell& cell : data.cells) {
    const model::Field* field = entity->field(cell.field);
    if (field == nullptr || hidden(*field)) continue;
    MQ_TRY(std::string text, cell_text(place, *field, cell));
    if (!text.empty()) out.push_back({field->zh, std::move(text)});
  }
  return {};
}

}  // namespace

Result<Json> record_json(const work::Workplace& place, const vault::RowData& data) {
  Json out = Json::object();
  out["id"] = data.id.hex();
  MQ_CHECK(put_fields(place, data, out));
  out["cancelled"] = data.deleted;
  out["contested"] = data.contested;
  return out;
}

Result<Json> whole_record_json(const work::Workplace& place, const vault::RowData& data) {
  MQ_TRY(Json out, record_json(place, data));
  const model::Schema& schema = place.vault.schema();
  const model::Entity* companion = work::companion_of(schema, *schema.entity(data.entity));
  if (companion == nullptr) return out;
  MQ_TRY(const work::PrivateFacts facts, work::private_facts(place, data));
  if (facts.row && !facts.row->deleted) MQ_CHECK(put_fields(place, *facts.row, out));
  if (facts.row && facts.row->contested) out["contested"] = true;
  Json withheld = Json::array();
  for (const model::Field& field : companion->fields) {
    if (!facts.readable) withheld.push_back(field.name);
  }
  out["withheld"] = std::move(withheld);
  return out;
}

Result<std::vector<std::vector<std::string>>> record_lines(const work::Workplace& place,
                                                           const vault::RowData& data) {
  std::vector<std::vector<std::string>> out;
  MQ_CHECK(put_lines(place, data, out));
  const model::Schema& schema = place.vault.schema();
  MQ_TRY(const work::PrivateFacts facts, work::private_facts(place, data));
  if (facts.row && !facts.row->deleted) MQ_CHECK(put_lines(place, *facts.row, out));
  if (!facts.readable) {
    const model::Entity* companion = work::companion_of(schema, *schema.entity(data.entity));
    for (const model::Field& field : companion->fields) {
      out.push_back({field.zh, "(敏感项,本机没有密钥,看不到)"});
    }
  }
  if (data.deleted) out.push_back({"已作废", "是"});
  if (data.contested || (facts.row && facts.row->contested)) {
    out.push_back({"两种说法", "有;用 minqing conflicts 查看"});
  }
  return out;
}

}  // namespace mq::cli
