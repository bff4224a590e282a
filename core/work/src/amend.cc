// Amending and cancelling what was recorded: the old words stay in the history.
#include "form.h"
#include "minqing/model/v1/issue.pb.h"
#include "mq/base/text.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

Result<vault::RowData> loaded(const Workplace& place, const model::Entity& entity,
                              const RowId& row) {
  MQ_TRY(const std::optional<vault::RowData> data, place.vault.load(entity.number, row));
  if (!data) {
    return Error{Code::kNotFound, cat("没有找到这条", entity.zh), cat("no such ", entity.name)};
  }
  return *data;
}

// Emptying a field that must be filled, or naming no change at all.
void check_amend(const model::Entity& entity, const Inputs& inputs, Form& form) {
  for (const Input& input : inputs) {
    const model::Field* field = field_named(entity, input.field);
    const bool needed = field != nullptr && field->rule.need() == model::pb::NEED_SAVE;
    if (needed && trimmed(input.text).empty()) {
      form.fault(field->name, cat(field->zh, ":不能清空"), cat(field->name, ": may not be empty"));
    }
  }
  if (inputs.empty()) {
    form.fault("*", "没有写要改哪一项,例如 --text 新内容", "say what to change, e.g. --text …");
  }
}

}  // namespace

Result<Outcome> amend(const Workplace& place, const model::Entity& entity, const RowId& row,
                      const Inputs& inputs, vault::View seen) {
  MQ_TRY(const vault::RowData data, loaded(place, entity, row));
  MQ_TRY(Form form, Form::read(place, entity, inputs));
  check_amend(entity, inputs, form);
  if (entity.name == "Issue") {
    const auto label = [&](std::uint32_t field) {
      return model::format_value(*entity.field(field), form.integer(field));
    };
    if (auto fault = confidential(label(mpb::Issue::kCategoryFieldNumber),
                                  label(mpb::Issue::kNatureFieldNumber))) {
      form.faults().push_back(*fault);
    }
  }
  Outcome outcome{form.faults(), form.flags(), row, {}};
  if (!outcome.ok()) return outcome;
  MQ_CHECK(place.vault.commit({{data.stream, form.changes(row)}}, seen));
  return outcome;
}

Result<Outcome> cancel(const Workplace& place, const model::Entity& entity, const RowId& row,
                       std::string_view reason, vault::View seen) {
  MQ_TRY(const vault::RowData data, loaded(place, entity, row));
  Outcome outcome;
  outcome.row = row;
  const model::Field* why = entity.field("cancel_reason");
  if (why == nullptr) {
    outcome.faults.push_back(
        {"*", cat(entity.zh, " 不能作废"), cat(entity.name, " cannot be cancelled")});
  } else if (trimmed(reason).empty()) {
    outcome.faults.push_back({"cancel_reason", "请写明作废原因(--reason)", "say why (--reason)"});
  } else if (data.deleted) {
    outcome.faults.push_back({"*", "这条已经作废了", "already cancelled"});
  }
  if (!outcome.ok()) return outcome;
  vault::Change note;
  note.entity = entity.number;
  note.row = row;
  note.field = why->number;
  note.value = std::string(trimmed(reason));
  vault::Change gone;
  gone.kind = vault::Change::Kind::kDelete;
  gone.entity = entity.number;
  gone.row = row;
  MQ_CHECK(place.vault.commit({{data.stream, {note, gone}}}, seen));
  return outcome;
}

}  // namespace mq::work
