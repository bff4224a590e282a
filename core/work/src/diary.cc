// 民情日记 (DOMAIN A9, F1): kept as 草稿 until it is submitted, by its author or by a colleague
// with how he agreed (代录代交); no length is asked for.
#include "checks.h"
#include "diary_place.h"
#include "minqing/model/v1/diary.pb.h"
#include "minqing/model/v1/visit.pb.h"
#include "mq/base/text.h"
#include "mq/work/month.h"
#include "record_parts.h"
#include "row_changes.h"

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

// A colleague's own village, not the typist's.
Status fill_for_another(const Workplace& place, const RowId& author, Form& form) {
  MQ_TRY(const std::vector<Cadre> cadres, Directory(place).cadres());
  for (const Cadre& cadre : cadres) {
    if (cadre.id != author || cadre.areas.empty()) continue;
    form.set_default(D::kOrgIdFieldNumber, to_bytes(cadre.areas.front().view()));
  }
  // its copy in the author's stream will be younger than what was typed
  form.set_default(D::kRecordedOnFieldNumber, std::int64_t{working_day(place).days});
  return {};
}

Status fill_diary(const Workplace& place, Form& form) {
  const Directory directory(place);
  MQ_TRY(const std::optional<Cadre> me, directory.me());
  const std::optional<RowId> author = id_of(form, D::kAuthorIdFieldNumber);
  if (author && (!me || *author != me->id)) MQ_CHECK(fill_for_another(place, *author, form));
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

// Words that go out in somebody's name are his: submitted by another, they say how he agreed.
std::optional<model::Fault> not_agreed(const vault::RowData& data,
                                       const std::optional<RowId>& submitter) {
  const std::optional<RowId> author = id_of(data, D::kAuthorIdFieldNumber);
  if (!author || author == submitter || data.cell(D::kAgreedFieldNumber) != nullptr) return {};
  return model::Fault{"agreed",
                      "本人同意方式:替同事提交,要写明他怎么同意的(diary amend 编号 --agreed "
                      "\"当面念给他听过\")",
                      "agreed: it is another's diary; say how he agreed to it (--agreed)"};
}

}  // namespace

void check_diary(const vault::RowData& data, Form& whole) {
  const vault::Cell* title = data.cell(D::kTitleFieldNumber);
  if (data.deleted && title != nullptr && title->value == model::Value(std::string(kCarriedHome))) {
    whole.fault("*", "这篇日记已转入本人的日记,这里不能再改;请本人改,或请内勤改",
                "the diary went to its author; he, or the desk, amends it");
    return;
  }
  if (number_of(data, D::kStatusFieldNumber) < mpb::DIARY_STATUS_SUBMITTED) return;
  const std::optional<RowId> author = id_of(whole, D::kAuthorIdFieldNumber);
  const std::optional<RowId> submitter = id_of(data, D::kSubmittedByFieldNumber);
  if (!author || !submitter || author == submitter) return;
  if (!whole.text(D::kAgreedFieldNumber).empty()) return;
  whole.fault("agreed", "本人同意方式:这篇是替同事提交的,要写明他怎么同意的(--agreed)",
              "agreed: it was submitted for its author; say how he agreed to it");
}

Result<Outcome> add_diary(const Workplace& place, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  const model::Entity& entity = *place.vault.schema().entity("Diary");
  MQ_TRY(Form form, Form::read(place, entity, inputs));
  MQ_CHECK(fill_diary(place, form));
  MQ_CHECK(fill_issues(place, form));
  form.require(model::pb::NEED_SAVE);
  MQ_TRY(const vault::StreamIx stream,
         stream_for_diary(place, id_of(form, D::kAuthorIdFieldNumber)));
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
  if (!data) return Error{Code::kNotFound, "没有找到这篇日记", "no such diary"};
  if (data->deleted) {
    return Error{Code::kInvalidInput,
                 "这篇日记已作废,没有提交;还要用它,先用 diary amend 改一项,它就重新计入",
                 "the diary was cancelled and is not submitted; amend it first to bring it back"};
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
  MQ_TRY(const std::optional<Cadre> me, Directory(place).me());
  const std::optional<RowId> submitter = me ? std::optional(me->id) : std::nullopt;
  if (auto fault = not_agreed(*data, submitter)) outcome.faults.push_back(*std::move(fault));
  if (!outcome.ok()) return outcome;
  vault::Draft draft{data->stream, {status_move(place, row, mpb::DIARY_STATUS_SUBMITTED)}};
  RowChanges changes(place, "Diary", row);
  changes.set(D::kSubmitAtFieldNumber, place.clock.wall().ms);
  if (submitter) changes.set_row(D::kSubmittedByFieldNumber, *submitter);
  changes.into(draft);
  MQ_CHECK(place.vault.commit({draft}, seen));
  return outcome;
}

}  // namespace mq::work
