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
// An instant among them stands for its day.
constexpr InOrder kIssueAsked[] = {
    {I::kRegisteredOnFieldNumber, I::kAcceptedAtFieldNumber},
    {I::kRegisteredOnFieldNumber, I::kPlannedUntilFieldNumber},
    {I::kAcceptedAtFieldNumber, I::kDueAtFieldNumber},
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
// A step may be written down first and its moment be the clock's: only asked.
constexpr InOrder kDisputeAsked[] = {
    {D::kFoundOnFieldNumber, D::kGroupFailedAtFieldNumber},
    {D::kAcceptedOnFieldNumber, D::kGroupFailedAtFieldNumber},
    {D::kOnSiteAtFieldNumber, D::kVillageFailedAtFieldNumber},
    {D::kGroupFailedAtFieldNumber, D::kEndedOnFieldNumber},
    {D::kReportedAtFieldNumber, D::kEndedOnFieldNumber},
    {D::kOnSiteAtFieldNumber, D::kEndedOnFieldNumber},
    {D::kVillageFailedAtFieldNumber, D::kEndedOnFieldNumber},
    {D::kTownshipFailedAtFieldNumber, D::kEndedOnFieldNumber},
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

std::int64_t day_in(const Form& whole, const model::Field& field) {
  const std::int64_t value = whole.integer(field.number);
  return field.rule.kind() == model::pb::KIND_INSTANT ? Date::in_shanghai({value}).days : value;
}

enum class Weight { kFault, kAsked };

// One that was faulty before does not hinder an edit of something else.
void check_order(const model::Entity& entity, std::span<const InOrder> rules, const Form& whole,
                 Weight weight, Form& form) {
  for (const InOrder& rule : rules) {
    const bool touched = form.has(rule.first) || form.has(rule.then);
    const bool both =
        !model::is_empty(whole.value(rule.first)) && !model::is_empty(whole.value(rule.then));
    if (!touched || !both) continue;
    const model::Field& first = *entity.field(rule.first);
    const model::Field& then = *entity.field(rule.then);
    const bool one_kind = first.rule.kind() == then.rule.kind();
    const bool in_order = one_kind ? whole.integer(rule.first) <= whole.integer(rule.then)
                                   : day_in(whole, first) <= day_in(whole, then);
    if (in_order) continue;
    const std::string was = model::format_value(first, whole.value(rule.first));
    const std::string is = model::format_value(then, whole.value(rule.then));
    const std::string zh = cat(then.zh, " ", is, " 早于", first.zh, " ", was, ",请核对(--",
                               then.name, "、--", first.name, ")");
    const std::string en = cat(then.name, ": ", is, " is before ", first.name, " ", was);
    if (weight == Weight::kFault) {
      form.fault(then.name, zh, en);
    } else {
      form.flag(then.name, zh, en);
    }
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

// A promise that hangs on the wall is explained, not put off; and is rated in its step.
void check_published(std::int64_t state, const Form& whole, Form& form) {
  const bool published = whole.integer(C::kStateFieldNumber) >= mpb::COMMITMENT_STATE_PUBLISHED;
  if (published && form.has(C::kDueFieldNumber)) {
    form.fault("due",
               "时限:承诺已经公示,不能改;完不成请说明(commitment settle 编号 --outcome 未兑现 "
               "--explanation 原因)",
               "due: the promise was published; say why it is not kept (commitment settle)");
  }
  if (state >= mpb::COMMITMENT_STATE_RATED) return;
  constexpr std::pair<std::uint32_t, std::string_view> kRatings[] = {
      {C::kRatingSelfFieldNumber, "rating_self"},
      {C::kRatingPeersFieldNumber, "rating_peers"},
      {C::kRatingLeaderFieldNumber, "rating_leader"},
      {C::kRatingPeopleFieldNumber, "rating_people"}};
  for (const auto& [field, name] : kRatings) {
    if (model::is_empty(form.value(field))) continue;
    form.fault(name, "评诺:还没有走到这一步;申报完成(commitment done)后用 commitment rate",
               cat(name, ": it is rated once it is reported done (commitment rate)"));
  }
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

WallTime moment_now(const Workplace& place, std::string_view field, Form& form) {
  const BelievedTime time = believed_time(place);
  if (time.doubtful) {
    const std::string device = shanghai_minute(time.device);
    const std::string server = time.server ? shanghai_minute(*time.server) : "";
    form.flag(field,
              cat("本机时间 ", device, " 可能不对",
                  time.server ? cat(",从服务器的时间 ", server, " 起算") : std::string(),
                  ";不对请写明时间(--", field, ")"),
              cat(field, ": this device says ", device, ", which may be wrong",
                  time.server ? cat("; it counts from the server's ", server) : std::string(),
                  "; say the time (--", field, ")"));
  }
  return time.minute();
}

void check_issue_days(const model::Entity& entity, std::int64_t state, const Form& whole,
                      Form& form) {
  if (form.has(I::kHopsFieldNumber)) {
    form.fault("hops", "流转:由每一步自己记,不能填写或改动", "hops: each move writes its own line");
  }
  if (state == mpb::ISSUE_STATE_REGISTERED && form.integer(I::kClosureFieldNumber) != 0) {
    form.fault("closure", "办结方式:刚登记的事项还没有办结,办完用 issue close",
               "closure: it is registered only; close it (issue close)");
  }
  const std::uint32_t registered = I::kRegisteredOnFieldNumber;
  if (form.has(registered) && model::is_empty(form.value(registered))) {
    form.fault("registered_on", "登记日期:不能清空", "registered_on: may not be empty");
  }
  check_end(entity, I::kClosedOnFieldNumber, issue_ended(state), form);
  check_order(entity, kIssue, whole, Weight::kFault, form);
  check_order(entity, kIssueAsked, whole, Weight::kAsked, form);
  const std::uint32_t extended = I::kExtendedUntilFieldNumber;
  const bool hidden = form.has(I::kDueAtFieldNumber) && !form.has(extended);
  if (!hidden || model::is_empty(whole.value(extended))) return;
  const std::string until = model::format_value(*entity.field(extended), whole.value(extended));
  form.flag("due_at",
            cat("截止时间:已延期至 ", until, ",仍按延期算;不再延期请清空(--extended_until \"\")"),
            cat("due_at: it is extended until ", until,
                ", which counts; to end that, empty it (--extended_until \"\")"));
}

void check_dispute_days(const model::Entity& entity, std::int64_t state, const Form& whole,
                        Form& form) {
  check_end(entity, D::kAcceptedOnFieldNumber, state != mpb::DISPUTE_STATE_FOUND, form);
  check_end(entity, D::kEndedOnFieldNumber, among(kDisputeEnds, state), form);
  check_order(entity, kDispute, whole, Weight::kFault, form);
  check_order(entity, kDisputeAsked, whole, Weight::kAsked, form);
}

void check_dispute_moments(const model::Entity& entity, const Form& whole, Form& form) {
  check_order(entity, kMoments, whole, Weight::kFault, form);
}

void check_commitment_days(const model::Entity& entity, std::int64_t state, const Form& whole,
                           Form& form) {
  check_end(entity, C::kSettledOnFieldNumber, among(kCommitmentEnds, state), form);
  check_order(entity, kCommitment, whole, Weight::kFault, form);
  check_published(state, whole, form);
}

}  // namespace mq::work
