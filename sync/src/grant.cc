// Handing keys out again, and to new admins and supervisors once both sides have compared.
#include <algorithm>

#include "messages.h"
#include "mq/sync/membership.h"
#include "rotate.h"

namespace mq::sync {
namespace {

struct Due {
  DeviceId device;
  StreamId stream;
};

bool rose(const wire::ControlState& state, const PersonId& person) {
  return state.has_role(person, pb::ROLE_KIND_ADMIN, state.head_seq()) ||
         state.has_role(person, pb::ROLE_KIND_SUPERVISOR, state.head_seq());
}

// The key of an admin's or supervisor's device is somebody's in the middle until both have read the
// same digits. The founder's came first, and no invitation lay between.
bool may_be_handed(const wire::ControlState& state, const wire::DeviceRecord& device) {
  const bool joined = device.invite.has_value() || device.appointed;
  if (!joined || !rose(state, device.person)) return true;
  return state.compare_digits(device.id) && state.proved(device, state.head_seq());
}

// What this device can hand to the person's devices, as the log would stand.
void add_due(const Acts& acts, const wire::ControlState& state, const wire::DeviceRecord& device,
             std::vector<Due>& out, Granted& granted) {
  ++granted.devices;
  for (const wire::StreamRecord& stream : state.streams()) {
    const bool reads = state.may_read(device.person, stream.id, state.head_seq());
    if (stream.epochs.empty() || !reads) continue;
    const bool held = acts.keyring.key(stream.id, stream.epochs.back().epoch) != nullptr;
    if (held) out.push_back({device.id, stream.id});
    ++(held ? granted.keys : granted.lacking);
  }
}

std::vector<Due> due_to(const Acts& acts, const wire::ControlState& state, const PersonId& person,
                        Granted& granted) {
  std::vector<Due> out;
  granted = Granted();
  for (const wire::DeviceRecord* device : state.devices_of(person)) {
    if (device->span.until || device->id == acts.keyring.identity()->device) continue;
    if (may_be_handed(state, *device)) {
      add_due(acts, state, *device, out, granted);
    } else {
      ++granted.uncompared;
    }
  }
  return out;
}

// Older keys lie wrapped in the newest epoch's entry.
Status plan_grant(Plan& plan, const Acts& acts, const Due& due) {
  const wire::ControlState& state = plan.state();
  const std::uint32_t epoch = state.epoch_at(due.stream, state.head_seq());
  const Key32* key = acts.keyring.key(due.stream, epoch);
  if (key == nullptr) return {};  // changed meanwhile by somebody whose box did not fit here
  const wire::DeviceRecord* device = state.device(due.device);
  if (device == nullptr || device->span.until) return {};
  MQ_TRY(KeyGrant grant,
         key_grant(due.stream, epoch, *key, {due.device.view(), device->box_key}, acts.random));
  return plan.add(std::move(grant.body), &grant.record);
}

Error unknown_person() {
  return {Code::kNotFound, "授权:成员登记里没有这个人", "granting: the log has no such person"};
}

bool has_all(const wire::ControlState& state, const GiveOptions& options) {
  for (const wire::RoleRecord* role : state.roles_of(options.person)) {
    const auto listed = [&](const StreamId& id) {
      return std::ranges::find(role->streams, id) != role->streams.end();
    };
    if (role->kind != options.kind || role->span.until) continue;
    if (std::ranges::all_of(options.streams, listed)) return true;
  }
  return false;
}

Status plan_right(Plan& plan, const Acts& acts, const GiveOptions& options, Granted& granted) {
  granted = Granted();
  if (plan.state().person(options.person) == nullptr) return unknown_person();
  if (has_all(plan.state(), options)) return {};
  pb::ControlBody body;
  pb::Role& role = *body.mutable_role();
  role.set_person(to_field(options.person.view()));
  role.set_kind(options.kind);
  for (const StreamId& stream : options.streams) role.add_streams(to_field(stream.view()));
  MQ_CHECK(plan.add(std::move(body)));
  for (const Due& due : due_to(acts, plan.state(), options.person, granted)) {
    MQ_CHECK(plan_grant(plan, acts, due));
  }
  return {};
}

// As many in one append as it takes.
Status hand_over(Acts& acts, std::vector<Due> left) {
  std::size_t planned = 0;
  const auto fill = [&](Plan& plan) -> Status {
    for (planned = 0; planned < left.size() && plan.bytes() < kAppendBytes; ++planned) {
      MQ_CHECK(plan_grant(plan, acts, left[planned]));
    }
    return {};
  };
  while (!left.empty()) {
    MQ_CHECK(append_plan(acts, fill));
    left.erase(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(planned));
  }
  return {};
}

Error unknown_device() {
  return {Code::kNotFound, "核对设备:成员登记里没有这台在用的设备;号码见 members --devices",
          "comparing: the log has no such live device; see members --devices"};
}

}  // namespace

Result<Granted> grant_keys(const PersonId& person, const Member& member) {
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_CHECK(begin_act(acts));
  if (acts.control.state().person(person) == nullptr) return unknown_person();
  Granted granted;
  MQ_CHECK(hand_over(acts, due_to(acts, acts.control.state(), person, granted)));
  return granted;
}

Result<Granted> confirm_device(const DeviceId& id, const Member& member) {
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_CHECK(begin_act(acts));
  const wire::ControlState& state = acts.control.state();
  const wire::DeviceRecord* device = state.device(id);
  if (device == nullptr || device->span.until || !state.compare_digits(id)) return unknown_device();
  Granted granted;
  std::vector<Due> due;
  add_due(acts, state, *device, due, granted);
  MQ_CHECK(hand_over(acts, std::move(due)));
  return granted;
}

Result<Granted> give_right(const GiveOptions& options, const Member& member) {
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_CHECK(begin_act(acts));
  Granted granted;
  MQ_CHECK(append_plan(acts, [&](Plan& plan) { return plan_right(plan, acts, options, granted); }));
  return granted;
}

Result<std::string> compare_device(const DeviceId& id, const Member& member) {
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_CHECK(begin_act(acts));
  MQ_CHECK(append_plan(acts, [&](Plan& plan) -> Status {
    const wire::DeviceRecord* device = plan.state().device(id);
    if (device == nullptr || device->span.until) return unknown_device();
    if (plan.state().compare_digits(id)) return {};
    std::array<std::uint8_t, 16> nonce{};
    acts.random.fill(nonce);
    pb::ControlBody body;
    body.mutable_compare()->set_device(to_field(id.view()));
    body.mutable_compare()->set_nonce(to_field(nonce));
    return plan.add(std::move(body));
  }));
  const auto digits = acts.control.state().compare_digits(id);
  MQ_ASSERT(digits.has_value());
  return *digits;
}

}  // namespace mq::sync
