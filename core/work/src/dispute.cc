// 矛盾纠纷 (DOMAIN A12, F4): group, village, township, county, each with 四定 of its own.
#include "checks.h"
#include "minqing/model/v1/dispute.pb.h"
#include "mq/base/text.h"
#include "record_days.h"
#include "state_moves.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using D = mpb::Dispute;

namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;

// 依法导入 may happen at any time before an end (信访工作条例 Art. 28).
constexpr Move kMoves[] = {
    {"mediate", mpb::DISPUTE_STATE_FOUND, mpb::DISPUTE_STATE_GROUP},
    {"mediate", mpb::DISPUTE_STATE_REPORTED, mpb::DISPUTE_STATE_VILLAGE},
    {"mediate", mpb::DISPUTE_STATE_VILLAGE_FAILED, mpb::DISPUTE_STATE_TOWNSHIP},
    {"fail", mpb::DISPUTE_STATE_GROUP, mpb::DISPUTE_STATE_GROUP_FAILED},
    {"fail", mpb::DISPUTE_STATE_VILLAGE, mpb::DISPUTE_STATE_VILLAGE_FAILED},
    {"fail", mpb::DISPUTE_STATE_TOWNSHIP, mpb::DISPUTE_STATE_TOWNSHIP_FAILED},
    {"report", mpb::DISPUTE_STATE_GROUP_FAILED, mpb::DISPUTE_STATE_REPORTED},
    {"handup", mpb::DISPUTE_STATE_TOWNSHIP_FAILED, mpb::DISPUTE_STATE_HANDED_UP},
    {"settle", mpb::DISPUTE_STATE_GROUP, mpb::DISPUTE_STATE_SETTLED},
    {"settle", mpb::DISPUTE_STATE_VILLAGE, mpb::DISPUTE_STATE_SETTLED},
    {"settle", mpb::DISPUTE_STATE_TOWNSHIP, mpb::DISPUTE_STATE_SETTLED},
    {"litigate", mpb::DISPUTE_STATE_GROUP, mpb::DISPUTE_STATE_LITIGATION},
    {"litigate", mpb::DISPUTE_STATE_GROUP_FAILED, mpb::DISPUTE_STATE_LITIGATION},
    {"litigate", mpb::DISPUTE_STATE_REPORTED, mpb::DISPUTE_STATE_LITIGATION},
    {"litigate", mpb::DISPUTE_STATE_VILLAGE, mpb::DISPUTE_STATE_LITIGATION},
    {"litigate", mpb::DISPUTE_STATE_VILLAGE_FAILED, mpb::DISPUTE_STATE_LITIGATION},
    {"litigate", mpb::DISPUTE_STATE_TOWNSHIP, mpb::DISPUTE_STATE_LITIGATION},
    {"litigate", mpb::DISPUTE_STATE_TOWNSHIP_FAILED, mpb::DISPUTE_STATE_LITIGATION},
    {"perform", mpb::DISPUTE_STATE_SETTLED, mpb::DISPUTE_STATE_PERFORMED},
    {"callback", mpb::DISPUTE_STATE_PERFORMED, mpb::DISPUTE_STATE_CALLED_BACK},
    {"file", mpb::DISPUTE_STATE_CALLED_BACK, mpb::DISPUTE_STATE_FILED},
};

Machine machine(const Workplace& place) {
  return {*place.vault.schema().entity("Dispute"), D::kStateFieldNumber, kMoves};
}

// The clocks of a dispute: what starts one, what stops it, how long it may run.
struct Span {
  std::uint32_t start, end;
  std::int64_t most;
  std::string_view name, zh_late, en_late;
};
constexpr Span kHour = {D::kGroupFailedAtFieldNumber,
                        D::kReportedAtFieldNumber,
                        kHourMs,
                        "reported_at",
                        "报村离组调解未成已过 1 小时;电话报的请写通话时间(--reported_at)",
                        "reported more than an hour after the group failed; a call counts"};
constexpr Span kDay = {D::kReportedAtFieldNumber,
                       D::kOnSiteAtFieldNumber,
                       kDayMs,
                       "on_site_at",
                       "村工作组上门离报村已过 1 天;实际上门时间可写 --on_site_at",
                       "on the spot more than a day after it was reported"};

std::uint32_t failure_field(int to) {
  if (to == mpb::DISPUTE_STATE_GROUP_FAILED) return D::kGroupFailedAtFieldNumber;
  return to == mpb::DISPUTE_STATE_VILLAGE_FAILED ? D::kVillageFailedAtFieldNumber
                                                 : D::kTownshipFailedAtFieldNumber;
}

struct Step {
  const Workplace& place;
  const Machine& states;
  const Move& move;
  const vault::RowData& data;
  std::int64_t now(std::string_view field, Form& form) const {
    return moment_now(place, field, form).ms;
  }
  void today(std::uint32_t field, Form& form) const {
    default_day(place, states.entity, field, form);
  }
};

// Without a typed time that of now stands in; it may be wrong, so it never refuses a step.
void stop_clock(const Span& span, const Step& step, Form& form) {
  const bool typed = form.has(span.end);
  if (!typed) form.set(span.end, step.now(span.name, form));
  const std::int64_t took = form.integer(span.end) - number_of(step.data, span.start);
  if (took < 0 && typed) {
    form.fault(span.name, "时间:早于上一步所记的时间,请核对", "earlier than the step before it");
  } else if (took < 0) {
    form.flag(span.name, cat("本机时间可能不对,早于上一步;请写明时间(--", span.name, ")"),
              "the clock of this device says earlier than the step before; say the time");
  } else if (took > span.most) {
    form.flag(span.name, span.zh_late, span.en_late);
  }
}

void mediate(const Step& step, Form& form) {
  ask_for(step.states.entity,
          {D::kLeadIdFieldNumber, D::kMeasureFieldNumber, D::kDueFieldNumber, D::kDutyFieldNumber},
          form);
  if (step.move.to == mpb::DISPUTE_STATE_GROUP) {
    step.today(D::kAcceptedOnFieldNumber, form);
  } else if (step.move.to == mpb::DISPUTE_STATE_VILLAGE) {
    form.set(D::kLevelFieldNumber, std::int64_t{mpb::DISPUTE_LEVEL_VILLAGE});
    stop_clock(kDay, step, form);
  } else {
    form.set(D::kLevelFieldNumber, std::int64_t{mpb::DISPUTE_LEVEL_TOWNSHIP});
  }
}

// The one typed time belongs to the level that failed.
void fail(const Step& step, Form& form) {
  model::Value at;
  if (const std::string typed = form.extra("failed_at"); typed.empty()) {
    at = step.now("failed_at", form);
  } else {
    const model::Field& field = *step.states.entity.field(failure_field(step.move.to));
    auto parsed = model::parse_value(field, typed);
    if (parsed.ok()) {
      at = *std::move(parsed);
    } else {
      form.fault("failed_at", parsed.error().zh, parsed.error().en);
    }
  }
  form.set(failure_field(step.move.to), std::move(at));
}

void end(const Step& step, mpb::DisputeOutcome outcome, Form& form) {
  form.set(D::kOutcomeFieldNumber, std::int64_t{outcome});
  step.today(D::kEndedOnFieldNumber, form);
}

// By somebody other than who led the mediation, as of an issue (DOMAIN F2).
void call_back(const Step& step, Form& form) {
  ask_for(step.states.entity, {D::kCallbackFieldNumber}, form);
  step.today(D::kCallbackOnFieldNumber, form);
  const auto caller = id_of(form, D::kCallbackByFieldNumber);
  if (caller && caller == id_of(step.data, D::kLeadIdFieldNumber)) {
    form.fault("callback_by", "回访人:要由主持调解以外的人回访(--callback_by)",
               "callback_by: somebody other than the mediator calls back");
  }
}

void complete(const Step& step, Form& form) {
  const model::Entity& entity = step.states.entity;
  if (step.move.verb == "mediate") return mediate(step, form);
  if (step.move.verb == "fail") return fail(step, form);
  switch (step.move.to) {
    case mpb::DISPUTE_STATE_REPORTED:
      stop_clock(kHour, step, form);
      break;
    case mpb::DISPUTE_STATE_HANDED_UP:
      form.set(D::kLevelFieldNumber, std::int64_t{mpb::DISPUTE_LEVEL_COUNTY});
      end(step, mpb::DISPUTE_OUTCOME_HANDED_UP, form);
      break;
    case mpb::DISPUTE_STATE_LITIGATION:
      end(step, mpb::DISPUTE_OUTCOME_LITIGATION, form);
      break;
    case mpb::DISPUTE_STATE_SETTLED:
      ask_for(entity, {D::kAgreementFieldNumber}, form);
      end(step, mpb::DISPUTE_OUTCOME_SETTLED, form);
      break;
    case mpb::DISPUTE_STATE_PERFORMED:
      step.today(D::kPerformedOnFieldNumber, form);
      break;
    case mpb::DISPUTE_STATE_CALLED_BACK:
      call_back(step, form);
      break;
    default:
      break;
  }
}

}  // namespace

std::span<const Move> dispute_moves() { return kMoves; }

Result<Outcome> add_dispute(const Workplace& place, const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  const Machine states = machine(place);
  MQ_TRY(Form form, Form::read(place, states.entity, inputs));
  check_reserved(states.entity, form);
  MQ_TRY(const std::optional<Village> village,
         village_for(place, {D::kVillageIdFieldNumber}, form));
  MQ_CHECK(default_recorder(place, D::kRecordedByFieldNumber, form));
  form.set(D::kLevelFieldNumber, std::int64_t{mpb::DISPUTE_LEVEL_GROUP});
  form.set_default(D::kFoundByFieldNumber, std::int64_t{mpb::DISPUTE_SEARCH_DAILY});
  const auto parties = static_cast<std::int64_t>(form.values(D::kPartiesFieldNumber).size());
  if (parties > 0) form.set_default(D::kPeopleFieldNumber, parties);
  form.require(model::pb::NEED_SAVE);
  check_dispute_days(states.entity, mpb::DISPUTE_STATE_FOUND, form, form);
  const RowId row = new_id<RowId>(place.clock, place.random);
  return store_form(place, form,
                    {village.value_or(Village{}).stream,
                     row,
                     seen,
                     {state_step(states, row, mpb::DISPUTE_STATE_FOUND, "")}});
}

Result<Outcome> move_dispute(const Workplace& place, std::string_view verb, const RowId& row,
                             const Inputs& inputs) {
  const vault::View seen = place.vault.view();
  const Machine states = machine(place);
  MQ_TRY(const vault::RowData data, standing_row(place, states.entity, row));
  MQ_TRY(Form form, Form::read(place, states.entity, inputs, {"failed_at", "reason"}));
  check_reserved(states.entity, form);
  const std::int64_t from = number_of(data, D::kStateFieldNumber);
  const Move* move = move_of(states, verb, from);
  Storing storing{data.stream, row, seen, {}};
  if (move == nullptr) {
    form.faults().push_back(no_such_move(states, verb, from));
    return store_form(place, form, std::move(storing));
  }
  if (move->to == mpb::DISPUTE_STATE_CALLED_BACK) {
    MQ_CHECK(default_recorder(place, D::kCallbackByFieldNumber, form));
  }
  complete({place, states, *move, data}, form);
  check_dispute_days(states.entity, move->to, form.over(data), form);
  storing.more.push_back(state_step(states, row, move->to, form.extra("reason")));
  return store_form(place, form, std::move(storing));
}

}  // namespace mq::work
