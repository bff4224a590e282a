// 民情事项 (DOMAIN A10): how one is registered.
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

std::string label(const model::Entity& entity, std::uint32_t field, std::int64_t number) {
  return model::format_value(*entity.field(field), number);
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

}  // namespace mq::work
