#include "issue_handler.h"

#include <algorithm>

#include "minqing/model/v1/issue.pb.h"
#include "mq/base/text.h"
#include "mq/work/directory.h"
#include "record_parts.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

// Of moves made apart from each other only those that the merge let count.
Result<std::optional<DeviceId>> closed_at(const Workplace& place, const RowId& issue) {
  MQ_TRY(const std::vector<vault::Claim> moves,
         place.vault.claims(place.vault.schema().entity("Issue")->number, issue,
                            mpb::Issue::kStateFieldNumber));
  const vault::Claim* last = nullptr;
  for (const vault::Claim& move : moves) {
    const auto* to = std::get_if<std::int64_t>(&move.value);
    if (!move.shown || to == nullptr || *to != mpb::ISSUE_STATE_CLOSED) continue;
    if (last == nullptr || last->hlc < move.hlc) last = &move;
  }
  return last == nullptr ? std::optional<DeviceId>() : last->device;
}

}  // namespace

Result<std::optional<RowId>> handled_by(const Workplace& place, const RowId& issue,
                                        const Handling& says) {
  if (says.handler || says.unit) return says.handler;
  MQ_TRY(const std::optional<DeviceId> at, closed_at(place, issue));
  const wire::DeviceRecord* device = at ? place.control.device(*at) : nullptr;
  if (device == nullptr) return std::optional<RowId>();
  MQ_TRY(const std::vector<Cadre> cadres, Directory(place).cadres());
  const auto closer = std::ranges::find(cadres, std::optional(device->person), &Cadre::member);
  return closer == cadres.end() ? std::optional<RowId>() : std::optional(closer->id);
}

Status check_caller(const Workplace& place, const RowId& issue, const Form& whole, Form& form) {
  using I = mpb::Issue;
  auto caller = id_of(form, I::kCallbackByFieldNumber);
  if (!caller && form.has(I::kHandlerIdFieldNumber)) {
    caller = id_of(whole, I::kCallbackByFieldNumber);
  }
  if (!caller) return {};
  const Handling says{id_of(whole, I::kHandlerIdFieldNumber), id_of(whole, I::kToOrgFieldNumber)};
  MQ_TRY(const std::optional<RowId> handler, handled_by(place, issue, says));
  if (caller != handler) return {};
  form.fault(
      "callback_by",
      cat("回访人:要由承办人以外的人回访(--callback_by)",
          says.handler ? "" : ";没有写承办人的,办结的人就是;是别人办的,请先改(--handler_id)"),
      cat("callback_by: somebody other than the handler calls back",
          says.handler ? "" : "; nobody is named, so it is whoever closed it (--handler_id)"));
  return {};
}

Status need_desk_for_deadline(const Workplace& place, const Form& form) {
  using I = mpb::Issue;
  const bool typed = form.has(I::kAcceptedAtFieldNumber) || form.has(I::kDueAtFieldNumber) ||
                     form.has(I::kExtendedUntilFieldNumber);
  if (!typed || place.is_desk()) return {};
  return Error{Code::kNotAllowed,
               "受理时间、截止时间和延期由乡镇管理员或内勤更正,您的角色不能改;受理时写错了请告诉"
               "他们,要延期请他们用 issue extend",
               "the township's desk corrects when an issue was accepted and is due (issue "
               "accept), and extends it (issue extend)"};
}

}  // namespace mq::work
