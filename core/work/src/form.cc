#include "form.h"

#include <algorithm>

#include "mq/base/text.h"
#include "needs.h"
#include "unit.h"

namespace mq::work {

namespace {

// Short names that people and scripts use beside the identifiers of DOMAIN.md.
constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
    {"type", "visit_type"},  {"village", "village_id"}, {"household", "household_id"},
    {"author", "author_id"}, {"org", "org_id"},         {"handler", "handler_id"},
    {"lead", "lead_id"},     {"head", "head_person_id"}};

bool carries(const model::Field& field, std::string_view name) {
  if (field.name == name || field.zh == name) return true;
  const auto& columns = field.rule.columns();
  return std::find(columns.begin(), columns.end(), name) != columns.end();
}

}  // namespace

const model::Field* field_named(const model::Entity& entity, std::string_view name) {
  if (const model::Field* field = entity.field(name)) return field;
  for (const auto& [alias, full] : kAliases) {
    if (alias == name) {
      if (const model::Field* field = entity.field(full)) return field;
    }
  }
  for (const std::string_view tail : {"_id", "_ids"}) {
    if (const model::Field* field = entity.field(cat(name, tail))) return field;
  }
  for (const model::Field& field : entity.fields) {
    if (carries(field, name)) return &field;
  }
  return nullptr;
}

const model::Field* input_field(const model::Schema& schema, const model::Entity& entity,
                                std::string_view name) {
  const model::Field* field = field_named(entity, name);
  const model::Entity* companion = companion_of(schema, entity);
  if (field != nullptr || companion == nullptr) return field;
  return field_named(*companion, name);
}

namespace {

// Those that issues are handed to, as a list to read.
Result<std::string> unit_names(const Workplace& place) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT name FROM \"org_unit\" WHERE deleted = 0 AND "
                                      "stream_id IS NULL ORDER BY order_no, id"));
  std::vector<std::string> names;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return join(names, "、");
    names.emplace_back(q.text(0));
  }
}

Error no_such_unit(std::string_view typed, const std::string& units, const Error& village) {
  return {Code::kNotFound,
          cat("没有叫 ", typed, " 的单位;已登记的单位:", units.empty() ? "无" : units,
              "(unit add 登记)。", village.zh),
          cat("no unit is called ", typed, "; there are: ", units.empty() ? "none" : units,
              " (unit add). ", village.en)};
}

}  // namespace

Result<RowId> resolve(const Workplace& place, std::string_view entity, std::string_view typed) {
  const Directory directory(place);
  if (entity == "Household") {
    MQ_TRY(const Household household, directory.household(typed));
    return household.id;
  }
  if (entity == "Cadre") {
    MQ_TRY(const Cadre cadre, directory.cadre(typed));
    return cadre.id;
  }
  if (entity == "OrgUnit") {
    auto village = directory.village(typed);
    if (village.ok()) return village->org_unit;
    MQ_TRY(const std::optional<RowId> named, unit_named(place, typed));
    if (named) return *named;
    auto unit = directory.row(*place.vault.schema().entity(entity), typed);
    if (unit.ok() || unit.error().code != Code::kNotFound) return unit;
    MQ_TRY(const std::string units, unit_names(place));
    return no_such_unit(typed, units, village.error());
  }
  const model::Entity* target = place.vault.schema().entity(entity);
  MQ_ASSERT(target != nullptr);
  return directory.row(*target, typed);
}

Error refused(const std::vector<model::Fault>& faults) {
  Error error{Code::kInvalidInput, "没有保存,共 ", "not saved, "};
  error.zh += cat(faults.size(), " 处要改:");
  error.en += cat(faults.size(), faults.size() == 1 ? " fault:" : " faults:");
  for (const model::Fault& fault : faults) {
    error.zh += cat("\n  ", fault.zh);
    error.en += cat("\n  ", fault.en);
  }
  return error;
}

std::optional<model::Fault> confidential(std::string_view category, std::string_view nature) {
  if (category != "廉政" && nature != "检举控告") return std::nullopt;
  return model::Fault{
      category == "廉政" ? "category" : "nature",
      "这类反映不能记在这里,一个字也没有保存:本系统的保密反映还没有开通。"
      "请反映人直接向县纪委监委(电话 12388)或信访部门当面、来信、来电反映;不要写进走访或日记。",
      "this matter may not be recorded here and nothing was kept: the confidential channel is not "
      "open yet. Please turn to the county discipline inspection (telephone 12388) directly."};
}

Form::Form(const model::Schema& schema, const model::Entity& entity)
    : entity_(&entity), companion_(companion_of(schema, entity)) {}

Result<Form> Form::read(const Workplace& place, const model::Entity& entity, const Inputs& inputs,
                        const std::vector<std::string_view>& extra, References references) {
  Form form(place.vault.schema(), entity);
  form.references_ = references;
  for (const Input& input : inputs) MQ_CHECK(form.take(place, input, extra));
  return form;
}

Status Form::take(const Workplace& place, const Input& input,
                  const std::vector<std::string_view>& extra) {
  if (std::find(extra.begin(), extra.end(), input.field) != extra.end()) {
    extra_[input.field] = input.text;
    return {};
  }
  const model::Field* field = field_named(*entity_, input.field);
  Values* values = &values_;
  if (field == nullptr && companion_ != nullptr) {
    field = field_named(*companion_, input.field);
    values = &private_values_;
  }
  if (field == nullptr || field->rule.system()) {
    fault(input.field, cat("没有 ", input.field, " 这一项"), cat("no field ", input.field));
    return {};
  }
  if (!trimmed(input.text).empty()) {
    MQ_TRY(const bool open, gate_open(place, *field));
    if (!open) {
      faults_.push_back(gate_fault(place.vault.schema(), *field));
      return {};
    }
  }
  if (trimmed(input.text).empty()) {
    (*values)[field->number].clear();
    return {};
  }
  std::vector<std::string> parts{input.text};
  if (field->repeated) parts = split(input.text, "、");
  std::vector<model::Value> read;
  for (const std::string& part : parts) {
    if (!trimmed(part).empty()) MQ_CHECK(take_value(place, *field, part, read));
  }
  std::vector<model::Value>& into = (*values)[field->number];
  if (!field->repeated) into.clear();  // said twice, the last counts
  into.insert(into.end(), read.begin(), read.end());
  if (into.empty()) values->erase(field->number);
  return {};
}

Result<bool> Form::gate_open(const Workplace& place, const model::Field& field) {
  if (field.rule.gate().empty()) return true;
  if (!needs_) {
    MQ_TRY(needs_, needs_named(place));
  }
  return needs_->contains(field.rule.gate());
}

Status Form::take_value(const Workplace& place, const model::Field& field, std::string_view text,
                        std::vector<model::Value>& into) {
  if (field.rule.kind() != model::pb::KIND_REF) {
    auto parsed = model::parse_value(field, text);
    if (parsed.ok()) {
      into.push_back(*std::move(parsed));
    } else {
      fault(field.name, parsed.error().zh, parsed.error().en);
    }
    return {};
  }
  const bool as_typed = references_ == References::kAsTyped;
  auto row = as_typed ? Result<RowId>(RowId{}) : resolve(place, field.rule.ref(), text);
  if (row.ok()) {
    into.emplace_back(to_bytes(row->view()));
    return {};
  }
  const Error& error = row.error();
  if (error.code != Code::kNotFound && error.code != Code::kInvalidInput) return error;
  fault(field.name, cat(field.zh, ":", error.zh), cat(field.name, ": ", error.en));
  return {};
}

const std::vector<model::Value>& Form::values(std::uint32_t field) const {
  static const std::vector<model::Value> kNone;
  const auto found = values_.find(field);
  return found == values_.end() ? kNone : found->second;
}

const model::Value& Form::value(std::uint32_t field) const {
  static const model::Value kNothing;
  const std::vector<model::Value>& all = values(field);
  return all.empty() ? kNothing : all.front();
}

std::int64_t Form::integer(std::uint32_t field) const {
  const auto* number = std::get_if<std::int64_t>(&value(field));
  return number == nullptr ? 0 : *number;
}

std::string Form::text(std::uint32_t field) const {
  const auto* text = std::get_if<std::string>(&value(field));
  return text == nullptr ? std::string() : *text;
}

std::string Form::extra(std::string_view name) const {
  const auto found = extra_.find(name);
  return found == extra_.end() ? std::string() : found->second;
}

void Form::set_default(std::uint32_t field, model::Value value) {
  if (!has(field)) set(field, std::move(value));
}

void Form::fault(std::string_view field, std::string_view zh, std::string_view en) {
  faults_.push_back({std::string(field), std::string(zh), std::string(en)});
}

void Form::flag(std::string_view field, std::string_view zh, std::string_view en) {
  flags_.push_back({std::string(field), std::string(zh), std::string(en)});
}

void Form::require(model::pb::Need need) {
  for (const model::Field& field : entity_->fields) {
    const bool asked = field.rule.need() != model::pb::NEED_NEVER && field.rule.need() <= need;
    const auto found = values_.find(field.number);
    const bool given = found != values_.end() && !found->second.empty();
    const bool faulty = std::any_of(faults_.begin(), faults_.end(),
                                    [&](const model::Fault& f) { return f.field == field.name; });
    if (asked && !given && !faulty && !field.rule.system()) {
      fault(field.name, cat(field.zh, ":必须填写(--", field.name, ")"),
            cat(field.name, ": required (--", field.name, ")"));
    }
  }
}

namespace {

std::vector<vault::Change> changes_of(
    const model::Entity& entity, const RowId& row,
    const std::map<std::uint32_t, std::vector<model::Value>>& values_of) {
  std::vector<vault::Change> out;
  for (const auto& [number, values] : values_of) {
    vault::Change change;
    change.entity = entity.number;
    change.row = row;
    change.field = number;
    if (entity.field(number)->repeated) {
      change.values = values;
    } else if (!values.empty()) {
      change.value = values.front();
    }
    out.push_back(std::move(change));
  }
  return out;
}

}  // namespace

std::vector<vault::Change> Form::changes(const RowId& row) const {
  return changes_of(*entity_, row, values_);
}

Result<std::vector<vault::Draft>> Form::drafts(const Workplace& place, vault::StreamIx stream,
                                               const RowId& row) const {
  std::vector<vault::Draft> out;
  if (!values_.empty()) out.push_back({stream, changes(row)});
  if (private_values_.empty()) return out;
  MQ_TRY(const vault::StreamIx guarded, Directory(place).private_stream(stream));
  out.push_back({guarded, changes_of(*companion_, row, private_values_)});
  return out;
}

std::optional<model::Value> Form::private_value(std::uint32_t field) const {
  const auto found = private_values_.find(field);
  if (found == private_values_.end() || found->second.empty()) return std::nullopt;
  return found->second.front();
}

Form Form::over(const vault::RowData& data) const {
  Form whole = *this;
  for (const vault::Cell& cell : data.cells) {
    if (whole.has(cell.field)) continue;
    const model::Field* field = entity_->field(cell.field);
    if (field == nullptr) continue;
    whole.values_[cell.field] =
        field->repeated ? cell.values : std::vector<model::Value>{cell.value};
  }
  return whole;
}

}  // namespace mq::work
