// 民情事项 (DOMAIN A10): how one is registered.
#include "issue_making.h"
#include "minqing/model/v1/issue.pb.h"
#include "minqing/model/v1/visit.pb.h"
#include "mq/base/text.h"
#include "record_days.h"
#include "record_parts.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using I = mpb::Issue;

namespace {

// What the visit that raised the issue knows already: household, village and day.
Status fill_from_visit(const Workplace& place, Form& form) {
  const std::optional<RowId> visit = id_of(form, I::kVisitIdFieldNumber);
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
  const std::optional<RowId> visit = id_of(form, I::kVisitIdFieldNumber);
  if (!visit) return std::nullopt;
  vault::Change link;
  link.kind = vault::Change::Kind::kAdd;
  link.entity = place.vault.schema().entity("Visit")->number;
  link.row = *visit;
  link.field = mpb::Visit::kIssueIdsFieldNumber;
  link.value = to_bytes(issue.view());
  return link;
}

Status fill_issue(const Workplace& place, Form& form, const Village& village, const RowId& row) {
  form.set_default(I::kFromOrgFieldNumber, to_bytes(village.org_unit.view()));
  MQ_CHECK(default_recorder(place, I::kRecordedByFieldNumber, form));
  form.set_default(I::kSourceFieldNumber, std::int64_t{mpb::ISSUE_SOURCE_VISIT});
  form.set_default(I::kNatureFieldNumber, std::int64_t{mpb::ISSUE_NATURE_HELP});
  const model::Entity& entity = *place.vault.schema().entity("Issue");
  default_day(place, entity, I::kRegisteredOnFieldNumber, form);
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

Result<Outcome> add_issue(const Workplace& place, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  const model::Entity& entity = *place.vault.schema().entity("Issue");
  MQ_TRY(Form form, Form::read(place, entity, inputs));
  check_reserved(entity, form);
  MQ_CHECK(fill_from_visit(place, form));
  const RowId row = new_id<RowId>(place.clock, place.random);
  MQ_TRY(const std::optional<Village> village,
         village_for(place, {I::kVillageIdFieldNumber, I::kHouseholdIdFieldNumber}, form));
  // Without a village nothing is stored, and the person hears of that alone.
  MQ_CHECK(fill_issue(place, form, village.value_or(Village{}), row));
  form.require(model::pb::NEED_SAVE);
  check_issue_days(entity, mpb::ISSUE_STATE_REGISTERED, form, form);
  Storing storing{village.value_or(Village{}).stream,
                  row,
                  seen,
                  {issue_move(place, row, mpb::ISSUE_STATE_REGISTERED, "")}};
  if (auto link = link_from_visit(place, form, row)) storing.more.push_back(*std::move(link));
  return store_form(place, form, std::move(storing));
}

}  // namespace mq::work
