// 院坝会 (DOMAIN A14): a meeting, and its opinions one by one; one that is referred becomes an
// Issue.
#include "checks.h"
#include "issue_making.h"
#include "minqing/model/v1/issue.pb.h"
#include "minqing/model/v1/meeting.pb.h"
#include "mq/base/text.h"
#include "record_parts.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using M = mpb::Meeting;
using O = mpb::Opinion;

Result<Outcome> add_meeting(const Workplace& place, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  const model::Entity& entity = *place.vault.schema().entity("Meeting");
  MQ_TRY(Form form, Form::read(place, entity, inputs));
  MQ_TRY(const std::optional<Village> village,
         village_for(place, {M::kVillageIdFieldNumber}, form));
  MQ_CHECK(default_recorder(place, M::kRecordedByFieldNumber, form));
  form.require(model::pb::NEED_SAVE);
  const RowId row = new_id<RowId>(place.clock, place.random);
  return store_form(place, form, {village.value_or(Village{}).stream, row, seen, {}});
}

namespace {

// What of the meeting and the opinion goes into its issue.
Result<IssueFacts> issue_facts(const Workplace& place, const vault::RowData& meeting,
                               const Form& form) {
  IssueFacts facts;
  facts.row = new_id<RowId>(place.clock, place.random);
  facts.source = mpb::ISSUE_SOURCE_MEETING;
  facts.village = id_of(meeting, M::kVillageIdFieldNumber).value_or(RowId{});
  facts.registered = Date{static_cast<std::int32_t>(number_of(meeting, M::kDateFieldNumber))};
  facts.recorded_by = id_of(form, O::kRecordedByFieldNumber);
  facts.reporter = form.text(O::kByFieldNumber);
  facts.text = form.text(O::kTextFieldNumber);
  facts.category = form.integer(O::kCategoryFieldNumber);
  facts.nature = form.integer(O::kNatureFieldNumber);
  MQ_TRY(const std::optional<Village> village, Directory(place).village_of_stream(meeting.stream));
  if (village) facts.region_code = village->region_code;
  return facts;
}

void fill_referred(Form& form) {
  if (!form.has(O::kCategoryFieldNumber)) {
    form.flag("category", "转办的意见没有写类别,暂记为 生产生活;可用 issue amend 改",
              "referred without a category; kept as 生产生活, amend the issue to change it");
  }
  form.set_default(O::kCategoryFieldNumber, std::int64_t{mpb::ISSUE_CATEGORY_LIVELIHOOD});
  form.set_default(O::kNatureFieldNumber, std::int64_t{mpb::ISSUE_NATURE_SUGGESTION});
}

}  // namespace

Result<Outcome> add_opinion(const Workplace& place, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  const model::Schema& schema = place.vault.schema();
  const model::Entity& entity = *schema.entity("Opinion");
  MQ_TRY(Form form, Form::read(place, entity, inputs));
  check_reserved(entity, form);
  MQ_CHECK(default_recorder(place, O::kRecordedByFieldNumber, form));
  form.require(model::pb::NEED_SAVE);
  Storing storing{0, new_id<RowId>(place.clock, place.random), seen, {}};
  const std::optional<RowId> meeting = id_of(form, O::kMeetingIdFieldNumber);
  if (!meeting || !form.faults().empty()) return store_form(place, form, std::move(storing));
  MQ_TRY(const vault::RowData data, standing_row(place, *schema.entity("Meeting"), *meeting));
  storing.stream = data.stream;
  if (form.integer(O::kHandlingFieldNumber) != mpb::OPINION_HANDLING_REFERRED) {
    return store_form(place, form, std::move(storing));
  }
  fill_referred(form);
  MQ_TRY(const IssueFacts facts, issue_facts(place, data, form));
  form.set_row(O::kIssueIdFieldNumber, facts.row);
  storing.more = begin_issue(place, facts);
  MQ_TRY(Outcome outcome, store_form(place, form, std::move(storing)));
  outcome.also.emplace_back("issue", facts.row);
  return outcome;
}

void check_opinion(const model::Entity& entity, Form& whole, Form& form) {
  check_reserved(entity, whole);
  const bool referred = form.integer(O::kHandlingFieldNumber) == mpb::OPINION_HANDLING_REFERRED;
  if (referred && !whole.has(O::kIssueIdFieldNumber)) {
    form.flag("handling", "改成了转办,但还没有事项;请用 issue add --source 院坝会 登记",
              "it is referred now and has no issue yet: issue add --source 院坝会");
  }
}

}  // namespace mq::work
