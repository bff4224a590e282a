// Ending what somebody was given: a device, an invitation, a right. One append ends it and changes
// the keys; what does not fit follows, here or at any other admin's next contact.
#include "mq/sync/membership.h"

#include <algorithm>
#include <set>

#include "endings.h"
#include "messages.h"
#include "mq/base/text.h"
#include "rotate.h"

namespace mq::sync {
namespace {

constexpr std::size_t kReasonBytesMax = 1024;

Status check_device(const Acts& acts, const RevokeOptions& options) {
  const wire::DeviceRecord* device = acts.control.state().device(options.device);
  if (device == nullptr) {
    return Error{Code::kNotFound, "停用设备:成员登记里没有这台设备;号码见 members --devices",
                 "revoking: the log has no such device; see members --devices"};
  }
  if (device->id == acts.keyring.identity()->device) {
    return Error{Code::kNotAllowed, "不能停用正在用的这台设备:请在另一台管理员设备上办理",
                 "this device cannot stop itself; do it on another admin's device"};
  }
  if (device->span.until) {
    return Error{Code::kConflict, "这台设备已停用,不用再办", "this device was stopped already"};
  }
  if (options.since && options.reason.empty()) {
    return Error{Code::kInvalidInput, "停用设备:把截止时间提前,要写明原因(--reason)",
                 "revoking: an earlier cut needs a reason"};
  }
  if (options.reason.size() > kReasonBytesMax) {
    return Error{Code::kInvalidInput, "停用设备:原因太长", "revoking: the reason is too long"};
  }
  return {};
}

Result<std::string> sealed_reason(const Acts& acts, const std::string& reason) {
  if (reason.empty()) return std::string();
  MQ_TRY(const LabelKey label, label_key(acts));
  return sealed(label, reason, acts.random);
}

void count(const std::vector<pb::Cut>& cuts, Cutoff& done) {
  std::set<std::string> streams;
  for (const pb::Cut& cut : cuts) {
    streams.insert(cut.stream());
    done.envelopes += cut.seq();
  }
  done.chains += cuts.size();
  done.streams += streams.size();
}

std::size_t still_missing(const wire::ControlState& state) {
  return static_cast<std::size_t>(std::ranges::count_if(
      state.streams(), [&](const auto& stream) { return state.rotation_missing(stream.id); }));
}

Result<Cutoff> end(Acts& acts, const std::function<Result<Ending>()>& make) {
  Cutoff done;
  const PersonId me = acts.keyring.identity()->person;
  MQ_CHECK(append_plan(acts, [&](Plan& plan) -> Status {
    done = Cutoff();
    MQ_TRY(const Ending ending, make());
    MQ_CHECK(plan_ending(acts, plan, ending, done));
    MQ_TRY(done.rotated, plan_rotations(plan, acts, missing_rotations(plan.state(), me)));
    return {};
  }));
  change_other_keys(acts, done);
  return done;
}

Result<Ending> invite_ending(const Acts& acts, const InviteId& id) {
  const wire::InviteRecord* invite = acts.control.state().invite(id);
  if (invite == nullptr) {
    return Error{Code::kNotFound, "收回邀请:成员登记里没有这个邀请",
                 "taking an invitation back: the log has none such"};
  }
  if (!invite->live()) {
    return Error{Code::kConflict, "收回邀请:它已被用过或已收回;要停用设备请写设备号码",
                 "taking an invitation back: it was used, or taken back already"};
  }
  Ending ending;
  ending.body.mutable_revoke()->set_device(to_field(id.view()));
  return ending;
}

Status check_end(const Acts& acts, const EndOptions& options) {
  const wire::ControlState& state = acts.control.state();
  if (state.person(options.person) == nullptr) {
    return Error{Code::kNotFound, "结束权限:成员登记里没有这个人",
                 "ending a right: the log has no such person"};
  }
  if (options.person == acts.keyring.identity()->person) {
    return Error{Code::kNotAllowed, "不能结束自己的权限:请另一位管理员办理",
                 "nobody ends his own right; ask another admin"};
  }
  if (!state.has_role(options.person, options.kind, state.head_seq())) {
    return Error{Code::kConflict, "结束权限:此人没有这项权限,不用再办",
                 "ending a right: the person has none such"};
  }
  return {};
}

Result<Ending> right_ending(const Acts& acts, const EndOptions& options) {
  MQ_CHECK(check_end(acts, options));
  Ending ending;
  pb::EndOfRight& end = *ending.body.mutable_end_of_right();
  end.set_person(to_field(options.person.view()));
  end.set_kind(options.kind);
  for (const StreamId& stream : options.streams) end.add_streams(to_field(stream.view()));
  MQ_TRY(*end.mutable_sealed_reason(), sealed_reason(acts, options.reason));
  end.set_last_day(options.last_day);
  if (options.last_day != 0) return ending;
  for (const wire::DeviceRecord* device : acts.control.state().devices_of(options.person)) {
    ending.devices.push_back(device->id);
  }
  return ending;
}

}  // namespace

Result<Ending> device_ending(const Acts& acts, const RevokeOptions& options) {
  MQ_CHECK(check_device(acts, options));
  Ending ending;
  pb::Revoke& revoke = *ending.body.mutable_revoke();
  revoke.set_device(to_field(options.device.view()));
  MQ_TRY(*revoke.mutable_sealed_reason(), sealed_reason(acts, options.reason));
  ending.devices = {options.device};
  ending.since = options.since;
  return ending;
}

Status plan_ending(Acts& acts, Plan& plan, const Ending& ending, Cutoff& done) {
  pb::ControlBody body = ending.body;
  if (!ending.devices.empty()) {
    MQ_TRY(const std::vector<pb::Cut> cuts, cuts_for(acts, plan, ending));
    count(cuts, done);
    auto* field = body.has_revoke() ? body.mutable_revoke()->mutable_cuts()
                                    : body.mutable_end_of_right()->mutable_cuts();
    field->Assign(cuts.begin(), cuts.end());
  }
  return plan.add(std::move(body));
}

void change_other_keys(Acts& acts, Cutoff& done) {
  const auto rest = rotate_missing(acts);
  done.rotated += rest.ok() ? *rest : 0;
  done.left = still_missing(acts.control.state());
}

Result<Cutoff> revoke_device(const RevokeOptions& options, const Member& member) {
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_CHECK(begin_act(acts));
  return end(acts, [&] { return device_ending(acts, options); });
}

Result<Cutoff> take_back_invite(const InviteId& invite, const Member& member) {
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_CHECK(begin_act(acts));
  return end(acts, [&] { return invite_ending(acts, invite); });
}

Result<Cutoff> end_right(const EndOptions& options, const Member& member) {
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_CHECK(begin_act(acts));
  return end(acts, [&] { return right_ending(acts, options); });
}

}  // namespace mq::sync
