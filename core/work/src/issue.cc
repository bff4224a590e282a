// 民情事项 (DOMAIN A10, F2): registered, accepted with a deadline, closed with how and why.
#include <algorithm>

#include "checks.h"
#include "issue_making.h"
#include "minqing/model/v1/issue.pb.h"
#include "minqing/model/v1/visit.pb.h"
#include "mq/base/text.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using I = mpb::Issue;

namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kShanghaiMs = 8 * 3'600'000;

std::string label(const model::Entity& entity, std::uint32_t field, std::int64_t number) {
  return model::format_value(*entity.field(field), number);
}

Result<vault::RowData> loaded(const Workplace& place, const RowId& row) {
  MQ_TRY(const std::optional<vault::RowData> data,
         place.vault.load(place.vault.schema().entity("Issue")->number, row));
  if (!data || data->deleted) {
    return Error{Code::kNotFound, "没有找到这件事项", "no such issue"};
  }
  return *data;
}

std::int64_t number_in(const vault::RowData& data, std::uint32_t field) {
  const vault::Cell* cell = data.cell(field);
  const auto* number = cell == nullptr ? nullptr : std::get_if<std::int64_t>(&cell->value);
  return number == nullptr ? 0 : *number;
}

std::optional<RowId> id_in(const Form& form, std::uint32_t field) {
  const auto* bytes = std::get_if<Bytes>(&form.value(field));
  return bytes == nullptr ? std::nullopt : RowId::from(*bytes);
}

// What the visit that raised the issue knows already: household, village and day.
Status fill_from_visit(const Workplace& place, Form& form) {
  const std::optional<RowId> visit = id_in(form, I::kVisitIdFieldNumber);
  if (!visit) return {};
  MQ_TRY(const std::optional<vault::RowData> data,
         place.vault.load(place.vault.schema().entity("Visit")->number, *visit));
  for (const auto& [to, from] :
       {std::pair{I::kHouseholdIdFieldNumber, mpb::Visit::kHouseholdIdFieldNumber},
        std::pair{I::kVillageIdFieldNumber, mpb::Visit::kVillageIdFieldNumber},
        std::pair{I::kRegisteredOnFieldNumber, mpb::Visit::kDateFieldNumber}}) {
    const auto field = static_cast<std::uint32_t>(from);
    const vault::Cell* cell = data ? data->cell(field) : nullptr;
    if (cell != nullptr) form.set_default(static_cast<std::uint32_t>(to), cell->value);
  }
  return {};
}

// The visit names its issues too, which the ledgers count by.
std::optional<vault::Change> link_from_visit(const Workplace& place, const Form& form,
                                             const RowId& issue) {
  const std::optional<RowId> visit = id_in(form, I::kVisitIdFieldNumber);
  if (!visit) return std::nullopt;
  vault::Change link;
  link.kind = vault::Change::Kind::kAdd;
  link.entity = place.vault.schema().entity("Visit")->number;
  link.row = *visit;
  link.field = mpb::Visit::kIssueIdsFieldNumber;
  link.value = to_bytes(issue.view());
  return link;
}

// Village of the issue: that of its household, the one named, or the only one here.
Result<std::optional<Village>> place_of(const Workplace& place, Form& form) {
  const Directory directory(place);
  if (const auto household = id_in(form, I::kHouseholdIdFieldNumber)) {
    MQ_TRY(const Household found, directory.household(household->hex()));
    return directory.village_of_stream(found.stream);
  }
  MQ_TRY(const std::vector<Village> villages, directory.villages());
  const std::optional<RowId> named = id_in(form, I::kVillageIdFieldNumber);
  for (const Village& village : villages) {
    if (named ? village.org_unit == *named : villages.size() == 1) return std::optional(village);
  }
  form.fault("village_id", "村:请写明在哪个村(--village)", "village_id: say which village");
  return std::optional<Village>();
}

Status fill_issue(const Workplace& place, Form& form, const Village& village, const RowId& row) {
  MQ_TRY(const std::optional<Cadre> me, Directory(place).me());
  form.set_row(I::kVillageIdFieldNumber, village.org_unit);
  form.set_default(I::kFromOrgFieldNumber, to_bytes(village.org_unit.view()));
  if (me) form.set_default(I::kRecordedByFieldNumber, to_bytes(me->id.view()));
  form.set_default(I::kSourceFieldNumber, std::int64_t{mpb::ISSUE_SOURCE_VISIT});
  form.set_default(I::kNatureFieldNumber, std::int64_t{mpb::ISSUE_NATURE_HELP});
  const Date today = Date::in_shanghai(place.clock.wall());
  form.set_default(I::kRegisteredOnFieldNumber, std::int64_t{today.days});
  const Date registered{static_cast<std::int32_t>(form.integer(I::kRegisteredOnFieldNumber))};
  const std::string id = row.hex();
  form.set_default(I::kNoFieldNumber,
                   cat(village.region_code, registered.year(), std::string_view(id).substr(26)));
  const std::string title(first_characters(form.text(I::kTextFieldNumber), 20));
  if (!title.empty()) form.set_default(I::kTitleFieldNumber, title);
  const std::string title_given = form.text(I::kTitleFieldNumber);
  if (!title_given.empty()) form.set_default(I::kTextFieldNumber, title_given);
  return {};
}

}  // namespace

void check_confidential(const model::Entity& issue, Form& form) {
  if (auto fault =
          confidential(label(issue, I::kCategoryFieldNumber, form.integer(I::kCategoryFieldNumber)),
                       label(issue, I::kNatureFieldNumber, form.integer(I::kNatureFieldNumber)))) {
    form.faults().push_back(*fault);
  }
}

Result<Outcome> add_issue(const Workplace& place, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  const model::Entity& entity = *place.vault.schema().entity("Issue");
  MQ_TRY(Form form, Form::read(place, entity, inputs));
  check_confidential(entity, form);
  MQ_CHECK(fill_from_visit(place, form));
  const RowId row = new_id<RowId>(place.clock, place.random);
  MQ_TRY(const std::optional<Village> village, place_of(place, form));
  // Without a village nothing is stored, and the person hears of that alone.
  MQ_CHECK(fill_issue(place, form, village.value_or(Village{}), row));
  form.require(model::pb::NEED_SAVE);
  Outcome outcome{form.faults(), form.flags(), row, {}};
  if (!outcome.ok()) return outcome;
  vault::Draft draft{village->stream, form.changes(row)};
  draft.changes.push_back(issue_move(place, row, mpb::ISSUE_STATE_REGISTERED, ""));
  if (auto link = link_from_visit(place, form, row)) draft.changes.push_back(*std::move(link));
  MQ_CHECK(place.vault.commit({draft}, seen));
  return outcome;
}

namespace {

// One move with the fields that belong to it; `fill` completes and checks the form.
template <class Fill>
Result<Outcome> move_issue(const Workplace& place, const RowId& row, const Inputs& inputs,
                           std::int64_t to, Fill fill) {
  const vault::View seen = place.vault.view();
  const model::Entity& entity = *place.vault.schema().entity("Issue");
  MQ_TRY(const vault::RowData data, loaded(place, row));
  MQ_TRY(Form form, Form::read(place, entity, inputs, {"reason"}));
  const std::int64_t from = number_in(data, I::kStateFieldNumber);
  if (!legal_issue_move(from, to)) {
    const std::string now = label(entity, I::kStateFieldNumber, from);
    const std::string then = label(entity, I::kStateFieldNumber, to);
    form.fault("state", cat("事项现在是 ", now, ",不能改为 ", then),
               cat("the issue is ", now, " and cannot become ", then));
  }
  fill(form);
  Outcome outcome{form.faults(), form.flags(), row, {}};
  if (!outcome.ok()) return outcome;
  vault::Draft draft{data.stream, form.changes(row)};
  draft.changes.push_back(issue_move(place, row, to, form.extra("reason")));
  MQ_CHECK(place.vault.commit({draft}, seen));
  return outcome;
}

// Unless told otherwise: 信访 nature 60 days, help and questions 3, all else 13 (DOMAIN F2), in
// calendar days; the table of working days comes with the deadlines of a later issue.
std::int64_t default_days(std::int64_t nature) {
  if (nature == mpb::ISSUE_NATURE_APPEAL) return 60;
  return nature == mpb::ISSUE_NATURE_SUGGESTION ? 13 : 3;
}

}  // namespace

Result<Outcome> accept_issue(const Workplace& place, const RowId& row, const Inputs& inputs) {
  MQ_TRY(const vault::RowData data, loaded(place, row));
  const std::int64_t nature = number_in(data, I::kNatureFieldNumber);
  return move_issue(place, row, inputs, mpb::ISSUE_STATE_ACCEPTED, [&](Form& form) {
    form.set_default(I::kAcceptedAtFieldNumber, place.clock.wall().ms);
    form.set_default(I::kDueUnitFieldNumber, std::int64_t{mpb::DUE_UNIT_DAYS});
    const std::int64_t start = form.integer(I::kAcceptedAtFieldNumber) + kShanghaiMs;
    const std::int64_t last_day = start / kDayMs + default_days(nature);
    form.set_default(I::kDueAtFieldNumber, (last_day + 1) * kDayMs - kShanghaiMs - 1);
  });
}

Result<Outcome> close_issue(const Workplace& place, const RowId& row, const Inputs& inputs) {
  return move_issue(place, row, inputs, mpb::ISSUE_STATE_CLOSED, [&](Form& form) {
    if (!form.has(I::kClosureFieldNumber)) {
      form.fault("closure", "办结方式:必须填写(--closure),如 已解决、解释说明、列入计划、汇总上报",
                 "closure: required, e.g. 已解决, 解释说明, 列入计划, 汇总上报");
    }
    if (!form.has(I::kResultFieldNumber)) {
      form.fault("result", "办理情况:必须填写(--result)", "result: required");
    }
    if (form.integer(I::kClosureFieldNumber) == mpb::CLOSURE_PLANNED &&
        !form.has(I::kPlannedUntilFieldNumber)) {
      form.fault("planned_until", "列入计划要写明期限(--planned_until)",
                 "planned_until: a plan names its date");
    }
    const Date today = Date::in_shanghai(place.clock.wall());
    form.set_default(I::kClosedOnFieldNumber, std::int64_t{today.days});
  });
}

}  // namespace mq::work
