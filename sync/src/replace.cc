// Replacing somebody's device: the old one is stopped and a new invitation stands, in one append.
#include <algorithm>
#include <set>

#include "endings.h"
#include "invites.h"
#include "messages.h"
#include "mq/sync/membership.h"
#include "rotate.h"

namespace mq::sync {
namespace {

// The roles whose rights an invitation may carry, from the strongest; the person keeps the others.
constexpr pb::RoleKind kStrongest[] = {pb::ROLE_KIND_ADMIN,      pb::ROLE_KIND_SUPERVISOR,
                                       pb::ROLE_KIND_DISCIPLINE, pb::ROLE_KIND_COUNTY_DESK,
                                       pb::ROLE_KIND_DESK,       pb::ROLE_KIND_CADRE,
                                       pb::ROLE_KIND_UNIT};

// The strongest role he has, with all streams that any such role lists.
Result<InviteOptions> present_right(const wire::ControlState& state, const PersonId& person) {
  InviteOptions options;
  options.person = person;
  for (const pb::RoleKind kind : kStrongest) {
    if (!state.has_role(person, kind, state.head_seq())) continue;
    options.role = kind;
    std::set<StreamId> streams;
    for (const wire::RoleRecord* role : state.roles_of(person)) {
      if (role->kind == kind && !role->span.until)
        streams.insert(role->streams.begin(), role->streams.end());
    }
    options.streams.assign(streams.begin(), streams.end());
    return options;
  }
  return Error{Code::kConflict, "换设备:此人已没有任何权限;要重新加入请用 invite",
               "replacing: the person has no right any more; use invite"};
}

Status check_person(const wire::ControlState& state, const PersonId& person) {
  if (state.person(person) != nullptr) return {};
  return Error{Code::kNotFound, "换设备:成员登记里没有这个人",
               "replacing: the log has no such person"};
}

// All of his that are in use, unless some are named.
std::vector<DeviceId> to_stop(const wire::ControlState& state, const ReplaceOptions& options) {
  std::vector<DeviceId> out;
  for (const wire::DeviceRecord* device : state.devices_of(options.person)) {
    const bool named = options.devices.empty() ||
                       std::ranges::find(options.devices, device->id) != options.devices.end();
    if (named && !device->span.until) out.push_back(device->id);
  }
  return out;
}

Status plan_replacement(Acts& acts, Plan& plan, const ReplaceOptions& options, const Asked& asked,
                        Replaced& done) {
  done.cutoff = Cutoff();
  done.stopped = to_stop(plan.state(), options);
  for (const DeviceId& device : done.stopped) {
    MQ_TRY(const Ending ending, device_ending(acts, {device, options.reason, std::nullopt}));
    MQ_CHECK(plan_ending(acts, plan, ending, done.cutoff));
  }
  const PersonId& me = acts.keyring.identity()->person;
  const std::vector<StreamId> missing = missing_rotations(plan.state(), me);
  MQ_CHECK(plan_invite(plan, acts, asked, missing));
  MQ_TRY(done.cutoff.rotated, plan_rotations(plan, acts, missing));
  return {};
}

}  // namespace

Result<Replaced> replace_person(const ReplaceOptions& options, const Member& member) {
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_CHECK(begin_act(acts));
  MQ_CHECK(check_person(acts.control.state(), options.person));
  MQ_TRY(InviteOptions right, present_right(acts.control.state(), options.person));
  right.last_day = options.last_day;
  MQ_TRY(const Asked asked, asked_for(acts, right));
  Replaced done;
  MQ_CHECK(append_plan(
      acts, [&](Plan& plan) { return plan_replacement(acts, plan, options, asked, done); }));
  change_other_keys(acts, done.cutoff);
  const wire::ControlState& state = acts.control.state();
  const wire::InviteRecord* stands = state.invite(asked.keys.id);
  MQ_ASSERT(stands != nullptr);
  done.code = wire::format_invite_code(asked.secret, state.server_address());
  done.last_day = stands->last_day;
  return done;
}

}  // namespace mq::sync
