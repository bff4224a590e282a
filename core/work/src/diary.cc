// 民情日记 (DOMAIN A9, F1): kept as 草稿 until its author submits it; no length is asked for.
#include "form.h"
#include "minqing/model/v1/diary.pb.h"
#include "minqing/model/v1/visit.pb.h"
#include "mq/base/text.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using D = mpb::Diary;

namespace {

vault::Change status_move(const Workplace& place, const RowId& row, std::int64_t to) {
  vault::Change change;
  change.kind = vault::Change::Kind::kStep;
  change.entity = place.vault.schema().entity("Diary")->number;
  change.row = row;
  change.field = D::kStatusFieldNumber;
  change.value = to;
  return change;
}

Status fill_diary(const Workplace& place, Form& form) {
  const Directory directory(place);
  MQ_TRY(const std::optional<Cadre> me, directory.me());
  if (me) {
    form.set_default(D::kAuthorIdFieldNumber, to_bytes(me->id.view()));
    form.set_default(D::kRecordedByFieldNumber, to_bytes(me->id.view()));
    if (!me->areas.empty()) {
      form.set_default(D::kOrgIdFieldNumber, to_bytes(me->areas.front().view()));
    }
  }
  MQ_TRY(const std::vector<Village> villages, directory.villages());
  if (!villages.empty()) {
    form.set_default(D::kOrgIdFieldNumber, to_bytes(villages.front().org_unit.view()));
  }
  return {};
}

// Issues of the visits that the diary covers are its issues, unless it names its own.
Status fill_issues(const Workplace& place, Form& form) {
  if (form.has(D::kIssueIdsFieldNumber)) return {};
  const model::Entity& visit = *place.vault.schema().entity("Visit");
  std::vector<model::Value> issues;
  for (const model::Value& value : form.values(D::kVisitIdsFieldNumber)) {
    const auto* bytes = std::get_if<Bytes>(&value);
    const auto row = bytes == nullptr ? std::nullopt : RowId::from(*bytes);
    if (!row) continue;
    MQ_TRY(const std::optional<vault::RowData> data, place.vault.load(visit.number, *row));
    const vault::Cell* cell = data ? data->cell(mpb::Visit::kIssueIdsFieldNumber) : nullptr;
    if (cell != nullptr) issues.insert(issues.end(), cell->values.begin(), cell->values.end());
  }
  if (!issues.empty()) form.set_values(D::kIssueIdsFieldNumber, std::move(issues));
  return {};
}

}  // namespace

Result<Outcome> add_diary(const Workplace& place, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  const model::Entity& entity = *place.vault.schema().entity("Diary");
  MQ_TRY(Form form, Form::read(place, entity, inputs));
  MQ_CHECK(fill_diary(place, form));
  MQ_CHECK(fill_issues(place, form));
  form.require(model::pb::NEED_SAVE);
  MQ_TRY(const vault::StreamIx stream, Directory(place).diary_stream());
  Outcome outcome{form.faults(), form.flags(), new_id<RowId>(place.clock, place.random), {}};
  if (!outcome.ok()) return outcome;
  vault::Draft draft{stream, form.changes(outcome.row)};
  draft.changes.push_back(status_move(place, outcome.row, mpb::DIARY_STATUS_DRAFT));
  MQ_CHECK(place.vault.commit({draft}, seen));
  return outcome;
}

Result<Outcome> submit_diary(const Workplace& place, const RowId& row) {
  const vault::View seen = place.vault.view();
  const model::Entity& entity = *place.vault.schema().entity("Diary");
  MQ_TRY(const std::optional<vault::RowData> data, place.vault.load(entity.number, row));
  if (!data || data->deleted) {
    return Error{Code::kNotFound, "没有找到这篇日记", "no such diary"};
  }
  Outcome outcome;
  outcome.row = row;
  for (const model::Field& field : entity.fields) {
    const bool asked = field.rule.need() != model::pb::NEED_NEVER && !field.rule.system();
    const vault::Cell* cell = data->cell(field.number);
    if (asked && (cell == nullptr || model::is_empty(cell->value))) {
      outcome.faults.push_back({field.name,
                                cat(field.zh, ":提交前必须填写(diary amend --", field.name, ")"),
                                cat(field.name, ": required before submitting")});
    }
  }
  const vault::Cell* status = data->cell(D::kStatusFieldNumber);
  const auto* now = status == nullptr ? nullptr : std::get_if<std::int64_t>(&status->value);
  if (now != nullptr && *now != mpb::DIARY_STATUS_DRAFT) {
    outcome.faults.push_back({"status", "这篇日记已经提交过了;要改内容请用 diary amend",
                              "already submitted; use diary amend to correct it"});
  }
  if (!outcome.ok()) return outcome;
  vault::Change when;
  when.entity = entity.number;
  when.row = row;
  when.field = D::kSubmitAtFieldNumber;
  when.value = place.clock.wall().ms;
  MQ_CHECK(place.vault.commit(
      {{data->stream, {status_move(place, row, mpb::DIARY_STATUS_SUBMITTED), when}}}, seen));
  return outcome;
}

}  // namespace mq::work
