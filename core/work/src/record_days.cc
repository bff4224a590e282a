#include "record_days.h"

#include <algorithm>
#include <span>

#include "minqing/model/v1/commitment.pb.h"
#include "minqing/model/v1/dispute.pb.h"
#include "minqing/model/v1/issue.pb.h"
#include "mq/base/text.h"
#include "mq/work/believed_time.h"
#include "mq/work/issue.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using C = mpb::Commitment;
using D = mpb::Dispute;
using I = mpb::Issue;

namespace {

struct InOrder {
  std::uint32_t first, then;
};
constexpr InOrder kIssue[] = {
    {I::kRegisteredOnFieldNumber, I::kClosedOnFieldNumber},
    {I::kClosedOnFieldNumber, I::kCallbackOnFieldNumber},
};
constexpr InOrder kDispute[] = {
    {D::kFoundOnFieldNumber, D::kAcceptedOnFieldNumber},
    {D::kFoundOnFieldNumber, D::kEndedOnFieldNumber},
    {D::kAcceptedOnFieldNumber, D::kEndedOnFieldNumber},
    {D::kEndedOnFieldNumber, D::kPerformedOnFieldNumber},
    {D::kEndedOnFieldNumber, D::kCallbackOnFieldNumber},
};
constexpr InOrder kMoments[] = {
    {D::kGroupFailedAtFieldNumber, D::kReportedAtFieldNumber},
    {D::kReportedAtFieldNumber, D::kOnSiteAtFieldNumber},
    {D::kVillageFailedAtFieldNumber, D::kTownshipFailedAtFieldNumber},
};
constexpr InOrder kCommitment[] = {
    {C::kProposedOnFieldNumber, C::kPublishedOnFieldNumber},
    {C::kProposedOnFieldNumber, C::kReportedOnFieldNumber},
    {C::kProposedOnFieldNumber, C::kSettledOnFieldNumber},
};

constexpr int kDisputeEnds[] = {mpb::DISPUTE_STATE_HANDED_UP, mpb::DISPUTE_STATE_SETTLED,
                                mpb::DISPUTE_STATE_PERFORMED, mpb::DISPUTE_STATE_CALLED_BACK,
                                mpb::DISPUTE_STATE_FILED,     mpb::DISPUTE_STATE_LITIGATION};
constexpr int kCommitmentEnds[] = {mpb::COMMITMENT_STATE_FULFILLED,
                                   mpb::COMMITMENT_STATE_UNFULFILLED};

// One that was faulty before does not hinder an edit of something else.
void check_order(const model::Entity& entity, std::span<const InOrder> rules, const Form& whole,
                 Form& form) {
  for (const InOrder& rule : rules) {
    const bool touched = form.has(rule.first) || form.has(rule.then);
    const bool both =
        !model::is_empty(whole.value(rule.first)) && !model::is_empty(whole.value(rule.then));
    if (!touched || !both || whole.integer(rule.first) <= whole.integer(rule.then)) continue;
    const model::Field& first = *entity.field(rule.first);
    const model::Field& then = *entity.field(rule.then);
    const std::string was = model::format_value(first, whole.value(rule.first));
    const std::string is = model::format_value(then, whole.value(rule.then));
    form.fault(then.name,
               cat(then.zh, " ", is, " 早于", first.zh, " ", was, ",请核对(--", then.name, "、--",
                   first.name, ")"),
               cat(then.name, ": ", is, " is before ", first.name, " ", was));
  }
}

// A ledger counts by the day, a list by the state: they say the same.
void check_end(const model::Entity& entity, std::uint32_t number, bool ended, Form& form) {
  if (!form.has(number)) return;
  const model::Field& field = *entity.field(number);
  const bool empty = model::is_empty(form.value(number));
  if (ended && empty) {
    form.fault(field.name, cat(field.zh, ":这一步已经走过,不能清空;写错了请写对的日期"),
               cat(field.name, ": that step was taken, so its day stays; write the right one"));
  } else if (!ended && !empty) {
    form.fault(field.name, cat(field.zh, ":还没有走到这一步,走到时再写"),
               cat(field.name, ": that step was not taken yet; say the day when it is"));
  }
}

bool among(std::span<const int> states, std::int64_t state) {
  return std::ranges::find(states, state) != states.end();
}

}  // namespace

void default_day(const Workplace& place, const model::Entity& entity, std::uint32_t number,
                 Form& form) {
  if (form.has(number)) return;
  const model::Field& field = *entity.field(number);
  const BelievedTime time = believed_time(place);
  const Date day = Date::in_shanghai(time.start());
  form.set(number, std::int64_t{day.days});
  if (!time.doubtful) return;
  const std::string device = shanghai_minute(time.device);
  if (time.server) {
    form.flag(field.name,
              cat("本机时间 ", device, " 可能不对,", field.zh, "按服务器的时间写作 ", day.iso(),
                  ",请核对日期(--", field.name, ")"),
              cat(field.name, ": this device says ", device,
                  ", which may be wrong; the server's day was written: ", day.iso()));
  } else {
    form.fault(field.name,
               cat("本机时间 ", device, " 可能不对,请写明", field.zh, "(--", field.name, ")"),
               cat(field.name, ": this device says ", device, ", which may be wrong; say the day"));
  }
}

void check_issue_days(const model::Entity& entity, std::int64_t state, const Form& whole,
                      Form& form) {
  const std::uint32_t registered = I::kRegisteredOnFieldNumber;
  if (form.has(registered) && model::is_empty(form.value(registered))) {
    form.fault("registered_on", "登记日期:不能清空", "registered_on: may not be empty");
  }
  check_end(entity, I::kClosedOnFieldNumber, issue_ended(state), form);
  check_order(entity, kIssue, whole, form);
}

void check_dispute_days(const model::Entity& entity, std::int64_t state, const Form& whole,
                        Form& form) {
  check_end(entity, D::kAcceptedOnFieldNumber, state != mpb::DISPUTE_STATE_FOUND, form);
  check_end(entity, D::kEndedOnFieldNumber, among(kDisputeEnds, state), form);
  check_order(entity, kDispute, whole, form);
}

void check_dispute_moments(const model::Entity& entity, const Form& whole, Form& form) {
  check_order(entity, kMoments, whole, form);
}

void check_commitment_days(const model::Entity& entity, std::int64_t state, const Form& whole,
                           Form& form) {
  check_end(entity, C::kSettledOnFieldNumber, among(kCommitmentEnds, state), form);
  check_order(entity, kCommitment, whole, form);
}

}  // namespace mq::work
