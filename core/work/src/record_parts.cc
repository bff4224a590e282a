#include "record_parts.h"

#include "mq/base/text.h"
#include "mq/work/villages.h"

namespace mq::work {

Result<std::optional<Village>> village_for(const Workplace& place, const PlaceFields& fields,
                                           Form& form) {
  const Directory directory(place);
  std::optional<Village> chosen;
  const auto household = fields.household == 0 ? std::nullopt : id_of(form, fields.household);
  if (household) {
    MQ_TRY(const Household found, directory.household(household->hex()));
    MQ_TRY(chosen, directory.village_of_stream(found.stream));
  } else {
    MQ_TRY(const std::vector<Village> villages, directory.villages());
    const std::optional<RowId> named = id_of(form, fields.village);
    for (const Village& village : villages) {
      if (named ? village.org_unit == *named : villages.size() == 1) chosen = village;
    }
  }
  if (chosen && !household) {
    MQ_TRY(auto ended, ended_village(place, *chosen));
    if (ended) {
      form.faults().push_back(*std::move(ended));
      return std::optional<Village>();
    }
  }
  if (chosen) {
    form.set_row(fields.village, chosen->org_unit);
  } else {
    form.fault("village_id", "村:请写明在哪个村(--village)", "village_id: say which village");
  }
  return chosen;
}

Status default_recorder(const Workplace& place, std::uint32_t field, Form& form) {
  MQ_TRY(const std::optional<Cadre> me, Directory(place).me());
  if (me) form.set_default(field, to_bytes(me->id.view()));
  return {};
}

void check_reserved(const model::Entity& entity, Form& form) {
  const auto label = [&](std::string_view name) {
    const model::Field* field = entity.field(name);
    return field == nullptr ? std::string()
                            : model::format_value(*field, form.integer(field->number));
  };
  if (auto fault = confidential(label("category"), label("nature"))) {
    form.faults().push_back(*std::move(fault));
  }
}

Result<vault::RowData> standing_row(const Workplace& place, const model::Entity& entity,
                                    const RowId& row) {
  MQ_TRY(std::optional<vault::RowData> data, place.vault.load(entity.number, row));
  if (data && !data->deleted) return *std::move(data);
  return Error{Code::kNotFound, cat("没有找到这条", entity.zh, ",或者它已经作废"),
               cat("no such ", entity.name, ", or it was cancelled")};
}

std::int64_t number_of(const vault::RowData& data, std::uint32_t field) {
  const vault::Cell* cell = data.cell(field);
  const auto* number = cell == nullptr ? nullptr : std::get_if<std::int64_t>(&cell->value);
  return number == nullptr ? 0 : *number;
}

std::optional<RowId> id_of(const vault::RowData& data, std::uint32_t field) {
  const vault::Cell* cell = data.cell(field);
  const auto* bytes = cell == nullptr ? nullptr : std::get_if<Bytes>(&cell->value);
  return bytes == nullptr ? std::nullopt : RowId::from(*bytes);
}

std::optional<RowId> id_of(const Form& form, std::uint32_t field) {
  const auto* bytes = std::get_if<Bytes>(&form.value(field));
  return bytes == nullptr ? std::nullopt : RowId::from(*bytes);
}

Result<Outcome> store_form(const Workplace& place, Form& form, Storing storing) {
  Outcome outcome{form.faults(), form.flags(), storing.row, {}};
  if (!outcome.ok()) return outcome;
  vault::Draft draft{storing.stream, form.changes(storing.row)};
  for (vault::Change& change : storing.more) draft.changes.push_back(std::move(change));
  MQ_CHECK(place.vault.commit({draft}, storing.seen));
  return outcome;
}

}  // namespace mq::work
