// A visit (DOMAIN A8): who went, to whom, what came of it; a need raised becomes an Issue.
#include <algorithm>

#include "checks.h"
#include "issue_making.h"
#include "minqing/model/v1/household.pb.h"
#include "minqing/model/v1/visit.pb.h"
#include "mq/base/text.h"
#include "mq/work/villages.h"
#include "visit_outcome.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using V = mpb::Visit;

namespace {

// Defaults that a person would not want to type: himself, a household, at its door.
Status fill_visit(const Workplace& place, Form& form) {
  MQ_TRY(const std::optional<Cadre> me, Directory(place).me());
  if (me) {
    form.set_default(V::kVisitedByFieldNumber, to_bytes(me->id.view()));
    form.set_default(V::kRecordedByFieldNumber, to_bytes(me->id.view()));
  }
  form.set_default(V::kTargetKindFieldNumber, std::int64_t{mpb::TARGET_KIND_HOUSEHOLD});
  form.set_default(V::kMethodFieldNumber, std::int64_t{mpb::METHOD_HOME});
  form.set_default(V::kVisitTypeFieldNumber, std::int64_t{mpb::VISIT_TYPE_REGULAR});
  return {};
}

// 见到… at a household that has moved out or is struck off: kept, and worth a look.
void flag_status(const Household& household, Form& form) {
  const std::int64_t outcome = form.integer(V::kOutcomeFieldNumber);
  if (somebody_met(outcome) && (household.status == mpb::HOUSEHOLD_STATUS_MOVED_OUT ||
                                household.status == mpb::HOUSEHOLD_STATUS_CANCELLED)) {
    form.flag("outcome", "见到了人,但这一户登记为迁出或注销,请核对",
              "somebody was met, but the household is recorded as moved out or struck off");
  }
}

// The stream of the visit: its household's village, else the village named.
Result<vault::StreamIx> visit_stream(const Workplace& place, Form& form) {
  const Directory directory(place);
  if (const auto* id = std::get_if<Bytes>(&form.value(V::kHouseholdIdFieldNumber))) {
    MQ_TRY(const Household household, directory.household(to_hex(*id)));
    flag_status(household, form);
    MQ_TRY(const std::optional<Village> village, directory.village_of_stream(household.stream));
    if (village) form.set_row(V::kVillageIdFieldNumber, village->org_unit);
    return household.stream;
  }
  // A household that was asked for and is not there is one fault, not two.
  if (form.integer(V::kTargetKindFieldNumber) == mpb::TARGET_KIND_HOUSEHOLD) {
    return vault::StreamIx{0};
  }
  MQ_TRY(const std::vector<Village> villages, directory.villages());
  for (const Village& village : villages) {
    const auto* named = std::get_if<Bytes>(&form.value(V::kVillageIdFieldNumber));
    const bool chosen = named != nullptr && std::ranges::equal(*named, village.org_unit.data);
    if (!chosen && (named != nullptr || villages.size() != 1)) continue;
    form.set_row(V::kVillageIdFieldNumber, village.org_unit);
    MQ_TRY(auto ended, ended_village(place, village));
    if (ended) form.faults().push_back(*std::move(ended));
    return village.stream;
  }
  form.fault("village_id", "村:请写明在哪个村(--village)", "village_id: say which village");
  return vault::StreamIx{0};
}

}  // namespace

void check_visit(const model::Entity& entity, Form& form) {
  check_unrecorded(entity, form);
  const std::int64_t outcome = form.integer(V::kOutcomeFieldNumber);
  const bool to_household = form.integer(V::kTargetKindFieldNumber) == mpb::TARGET_KIND_HOUSEHOLD;
  const bool household_fault =
      std::any_of(form.faults().begin(), form.faults().end(),
                  [](const model::Fault& f) { return f.field == "household_id"; });
  const bool named = !model::is_empty(form.value(V::kHouseholdIdFieldNumber));
  if (to_household && !named && !household_fault) {
    form.fault("household_id",
               "户编号:走访对象是户,必须填写(--household_id);路上发现的新户先用 household add 登记",
               "household_id: required for a visit to a household; a new one: household add");
  }
  const bool both = !model::is_empty(form.value(V::kRecordedOnFieldNumber)) &&
                    !model::is_empty(form.value(V::kDateFieldNumber));
  if (both && form.integer(V::kDateFieldNumber) > form.integer(V::kRecordedOnFieldNumber)) {
    form.fault("date", "走访日期:晚于记录日期,请核对", "date: later than recorded_on");
  }
  if (form.integer(V::kGiftMoneyFieldNumber) > 0 &&
      form.integer(V::kAckFieldNumber) == mpb::ACKNOWLEDGEMENT_UNSPECIFIED) {
    form.fault("ack", "群众确认:送了慰问金,请选 本人签字、代签 或 口头(--ack)",
               "ack: money was given, say how it was acknowledged");
  }
  if (form.integer(V::kAckFieldNumber) == mpb::ACKNOWLEDGEMENT_SIGNED_FOR &&
      (form.text(V::kAckByFieldNumber).empty() || form.text(V::kAckWhyFieldNumber).empty())) {
    form.fault("ack_by", "代签:请写明代签人和原因(--ack_by、--ack_why)",
               "ack_by, ack_why: say who signed for whom and why");
  }
  if (outcome == mpb::OUTCOME_NO_SUCH_HOUSEHOLD && named) {
    form.flag("outcome", "结果是查无此户,但这一户在名册里,请核对",
              "outcome says no such household, but it is in the roster");
  }
}

Result<Outcome> add_visit(const Workplace& place, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  const model::Entity& entity = *place.vault.schema().entity("Visit");
  MQ_TRY(Form form, Form::read(place, entity, inputs, kVisitExtras));
  const std::string category = form.extra("category") + form.extra("类别");
  const std::string nature = form.extra("nature") + form.extra("性质");
  if (auto fault = confidential_as_typed(place.vault.schema(), category, nature)) {
    form.faults().push_back(*fault);
  }
  MQ_CHECK(fill_visit(place, form));
  check_visit(entity, form);
  form.require(model::pb::NEED_SAVE);
  MQ_TRY(const vault::StreamIx stream, visit_stream(place, form));

  Outcome outcome;
  outcome.row = new_id<RowId>(place.clock, place.random);
  vault::Draft draft{stream, {}};
  if (const std::string demand = form.text(V::kDemandFieldNumber); !demand.empty()) {
    MQ_TRY(const IssueSeed seed, seed_from_visit(place, outcome.row, form, category, nature));
    form.faults().insert(form.faults().end(), seed.faults.begin(), seed.faults.end());
    form.set_row(V::kIssueIdsFieldNumber, seed.row);
    draft.changes = seed.changes;
    outcome.also.emplace_back("issue", seed.row);
    if (category.empty()) {
      form.flag("category", "诉求没有写类别,暂记为 生产生活;可用 issue amend 改",
                "the need has no category; kept as 生产生活, amend the issue to change it");
    }
  }
  outcome.faults = form.faults();
  outcome.flags = form.flags();
  if (!outcome.ok()) return outcome;
  const std::vector<vault::Change> changes = form.changes(outcome.row);
  draft.changes.insert(draft.changes.begin(), changes.begin(), changes.end());
  MQ_CHECK(place.vault.commit({draft}, seen));
  return outcome;
}

}  // namespace mq::work
