// Amending what was recorded: the old words stay in the history.
#include <algorithm>

#include "checks.h"
#include "id_number.h"
#include "issue_handler.h"
#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/issue.pb.h"
#include "minqing/model/v1/person.pb.h"
#include "minqing/model/v1/programme.pb.h"
#include "minqing/model/v1/relation.pb.h"
#include "minqing/model/v1/visit.pb.h"
#include "mq/base/text.h"
#include "mq/work/issue.h"
#include "record_days.h"
#include "record_parts.h"
#include "rights.h"
#include "row_changes.h"
#include "visit_outcome.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

// Emptying a field that must be filled, or naming no change at all.
void check_inputs(const model::Entity& entity, const Inputs& inputs, Form& form) {
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

// A row stays in the stream in which it was written, so it cannot be amended into another village.
Status check_place(const Workplace& place, const model::Entity& entity, const vault::RowData& data,
                   Form& form) {
  if (entity.rule.scope() != model::pb::SCOPE_VILLAGE) return {};
  const Directory directory(place);
  const auto given = [&](std::string_view name) -> const Bytes* {
    const model::Field* field = entity.field(name);
    return field == nullptr ? nullptr : std::get_if<Bytes>(&form.value(field->number));
  };
  vault::StreamIx there = data.stream;
  std::string_view field = "village_id";
  if (const Bytes* village = given("village_id")) {
    MQ_TRY(const Village named, directory.village(to_hex(*village)));
    there = named.stream;
  }
  if (const Bytes* household = given("household_id");
      household != nullptr && there == data.stream) {
    MQ_TRY(const Household named, directory.household(to_hex(*household)));
    there = named.stream;
    field = "household_id";
  }
  if (there != data.stream) {
    form.fault(field, "这条记录在另一个村,不能改到别的村;登记错了请作废(cancel)后重新登记",
               cat(field, ": the record stands in another village; cancel it and record it anew"));
  }
  return {};
}

// The words of a relation that the list lacks go with it.
void forget_relation_text(const vault::RowData& data, Form& form) {
  using P = mpb::Person;
  const std::int64_t now = form.integer(P::kRelationFieldNumber);
  if (now == 0 || now == mpb::RELATION_OTHER || form.has(P::kRelationTextFieldNumber)) return;
  if (data.cell(P::kRelationTextFieldNumber) != nullptr) form.set(P::kRelationTextFieldNumber, {});
}

// An extension is made by its move.
Status check_deadline(const Workplace& place, Form& form) {
  using I = mpb::Issue;
  MQ_CHECK(need_desk_for_deadline(place, form));
  if (!model::is_empty(form.value(I::kExtendedUntilFieldNumber))) {
    form.fault("extended_until",
               "延期至:改期要写原因,请用 issue extend 编号 --extended_until 日期 --reason 原因;"
               "这里只能清空",
               "extended_until: extend it with issue extend, which notes the reason; here it is "
               "emptied only");
  }
  return {};
}

// Fields that a move writes, which nobody may write before it was made.
void check_moves(std::int64_t state, Form& form) {
  using I = mpb::Issue;
  constexpr mpb::IssueState kBefore[] = {mpb::ISSUE_STATE_REGISTERED, mpb::ISSUE_STATE_WAITING,
                                         mpb::ISSUE_STATE_RETURNED, mpb::ISSUE_STATE_ACCEPTED};
  const bool handed_out = std::ranges::find(kBefore, state) == std::end(kBefore);
  if (form.has(I::kToOrgFieldNumber) && handed_out) {
    form.fault("to_org", "办理机构:已经交办或办过,不在这里改;换单位由镇民情办交办(issue assign)",
               "to_org: it was handed out; the desk gives it to another unit (issue assign)");
  }
  const auto given = [&](std::uint32_t field) { return !model::is_empty(form.value(field)); };
  const bool open = !issue_ended(state) && state != mpb::ISSUE_STATE_REGISTERED;  // said there
  if (given(I::kClosureFieldNumber) && open) {
    form.fault("closure", "办结方式:事项还没有办结,请用 issue close",
               "closure: the issue is open; close it (issue close)");
  }
  if (state == mpb::ISSUE_STATE_CALLED_BACK || state == mpb::ISSUE_STATE_FINISHED) return;
  constexpr std::pair<std::uint32_t, std::string_view> kCalled[] = {
      {I::kCallbackFieldNumber, "callback"},
      {I::kCallbackByFieldNumber, "callback_by"},
      {I::kCallbackOnFieldNumber, "callback_on"},
      {I::kCallbackTextFieldNumber, "callback_text"}};
  for (const auto& [field, name] : kCalled) {
    if (!given(field)) continue;
    form.fault(name, "回访:还没有走到这一步,请用 issue callback",
               cat(name, ": it was not called back yet; use issue callback"));
  }
}

Status check_record(const Workplace& place, const model::Entity& entity, const vault::RowData& data,
                    Form& form) {
  if (entity.name == "Household") usual_number(form);
  Form whole = form.over(data);
  whole.faults().clear();
  const model::Field* stands = entity.field("state");
  const std::int64_t state = stands == nullptr ? 0 : number_of(data, stands->number);
  if (entity.name == "Visit") {
    check_visit(entity, whole);
    flag_unrecorded(entity, data, whole, form);
    if (!form.text(mpb::Visit::kDemandFieldNumber).empty()) {
      form.flag(
          "demand", "诉求已改;事项不会自动跟着变,请用 issue amend,或 issue add --visit_id",
          "the need was changed; its issue was not: use issue amend, or issue add --visit_id");
    }
  } else if (entity.name == "Handout") {
    form.fault("*", "交办件不能改;用 handout sign、object、progress、answer,说错了再写一条进展",
               "a hand-out is not amended; sign, object, progress or answer, and correct a slip by "
               "another progress");
  } else if (entity.name == "Diary") {
    check_diary(data, whole);
  } else if (entity.name == "Reception") {
    check_reception(entity, whole, form);
  } else if (entity.name == "Deed") {
    check_deed(whole);
  } else if (entity.name == "Commitment") {
    check_commitment(data, whole);
    check_commitment_days(entity, state, whole, form);
  } else if (entity.name == "Issue") {
    check_reserved(entity, whole);
    MQ_CHECK(check_deadline(place, form));
    check_moves(state, form);
    check_issue_days(entity, state, whole, form);
    MQ_CHECK(check_caller(place, data.id, whole, form));
  } else if (entity.name == "Dispute") {
    check_reserved(entity, whole);
    check_dispute_days(entity, state, whole, form);
    check_dispute_moments(entity, whole, form);
  } else if (entity.name == "Opinion") {
    check_opinion(entity, whole, form);
  } else if (entity.name == "Household") {
    if (form.has(mpb::Household::kHouseholdNoFieldNumber)) {
      MQ_CHECK(check_household_number(place, data.id, whole));
      form.set(mpb::Household::kLocalNoFieldNumber, std::int64_t{0});
    }
  } else if (entity.name == "Person") {
    forget_relation_text(data, form);
    MQ_CHECK(check_person(place, data.id, whole, form));
  } else if (entity.name == "Programme") {
    check_span(mpb::Programme::kFromFieldNumber, mpb::Programme::kToFieldNumber, whole);
  } else if (entity.name == "Pairing") {
    check_span(mpb::Pairing::kFromFieldNumber, mpb::Pairing::kToFieldNumber, whole);
  } else if (entity.name == "WorkYear") {
    check_work_year(whole);
  }
  form.faults().insert(form.faults().end(), whole.faults().begin(), whole.faults().end());
  return {};
}

// What a visit raised is registered on its day (DOMAIN (g)), unless a person gave it another; what
// was answered there ended on it too.
Status move_issues(const Workplace& place, const vault::RowData& visit, Form& form,
                   std::vector<vault::Draft>& drafts) {
  using I = mpb::Issue;
  const std::int64_t was = number_of(visit, mpb::Visit::kDateFieldNumber);
  const std::int64_t now = form.integer(mpb::Visit::kDateFieldNumber);
  const vault::Cell* raised = visit.cell(mpb::Visit::kIssueIdsFieldNumber);
  if (raised == nullptr || was == now) return {};
  for (const model::Value& each : raised->values) {
    const auto* bytes = std::get_if<Bytes>(&each);
    const auto row = bytes == nullptr ? std::nullopt : RowId::from(*bytes);
    if (!row) continue;
    MQ_TRY(const auto issue, place.vault.load(place.vault.schema().entity("Issue")->number, *row));
    if (!issue || issue->deleted || number_of(*issue, I::kRegisteredOnFieldNumber) != was) continue;
    const std::int64_t closed = number_of(*issue, I::kClosedOnFieldNumber);
    const bool answered = number_of(*issue, I::kStateFieldNumber) == mpb::ISSUE_STATE_ANSWERED;
    if (closed != 0 && closed < now && !answered) {
      const std::string day = Date{static_cast<std::int32_t>(closed)}.iso();
      form.fault(
          "date",
          cat("走访日期:由它登记的事项已在 ", day, " 办结,不能改到那以后;请先核对事项(issue show ",
              row->hex(), ")"),
          cat("date: an issue that it raised was closed on ", day, ": issue show ", row->hex()));
      continue;
    }
    RowChanges changes(place, "Issue", *row);
    changes.set(I::kRegisteredOnFieldNumber, now);
    if (answered && closed == was) changes.set(I::kClosedOnFieldNumber, now);
    vault::Draft& draft = drafts.emplace_back(vault::Draft{issue->stream, {}});
    changes.into(draft);
  }
  if (!drafts.empty()) {
    form.flag("date", "由这次走访登记的事项,登记日期跟着改了",
              "the issues that it raised are registered on that day now");
  }
  return {};
}

// An edit of a cancelled record makes it count again, so its reason goes and the person is told.
void bring_back(const model::Entity& entity, Form& form) {
  if (const model::Field* why = entity.field("cancel_reason")) form.set(why->number, {});
  form.flag("*", "这条原来已作废,改过以后重新计入;仍要作废请再用 cancel",
            "this was cancelled and counts again now; use cancel if it should not");
}

}  // namespace

Result<Outcome> amend(const Workplace& place, const model::Entity& entity, const RowId& row,
                      const Inputs& inputs, vault::View seen) {
  MQ_TRY(const vault::RowData data, row_to_change(place, entity, row));
  const auto kept =
      entity.name == "Person" ? with_relation_text(entity, inputs) : std::optional<Inputs>();
  MQ_TRY(Form form, Form::read(place, entity, kept.value_or(inputs)));
  if (kept) flag_relation_text(form);
  check_inputs(entity, inputs, form);
  MQ_CHECK(check_place(place, entity, data, form));
  MQ_CHECK(check_record(place, entity, data, form));
  if (data.deleted) bring_back(entity, form);
  std::vector<vault::Draft> moved;
  if (entity.name == "Visit" && form.has(mpb::Visit::kDateFieldNumber)) {
    MQ_CHECK(move_issues(place, data, form, moved));
  }
  Outcome outcome{form.faults(), form.flags(), row, {}};
  if (!outcome.ok()) return outcome;
  MQ_TRY(std::vector<vault::Draft> drafts, form.drafts(place, data.stream, row));
  for (vault::Draft& draft : moved) {
    const auto there = std::ranges::find(drafts, draft.stream, &vault::Draft::stream);
    if (there == drafts.end()) {
      drafts.push_back(std::move(draft));
    } else {
      std::ranges::move(draft.changes, std::back_inserter(there->changes));
    }
  }
  MQ_CHECK(place.vault.commit(drafts, seen));
  return outcome;
}

}  // namespace mq::work
