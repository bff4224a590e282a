// Tending: what an admin's device does for the membership by itself, decided from its own log.
#include <algorithm>

#include "messages.h"
#include "mq/base/date.h"
#include "mq/sync/membership.h"
#include "rotate.h"

namespace mq::sync {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

// What is due, as the log stands; found again for each try, since another admin's device tends too.
struct Due {
  std::vector<InviteId> invites;                        // expired, and nobody came
  std::vector<wire::AnnouncedEnd> ends;                 // whose last day is over
  std::vector<std::pair<StreamId, std::uint32_t>> old;  // streams and their epochs, by the calendar
};

bool may_tend(const Member& member) {
  const wire::ControlState& state = member.control.state();
  const seal::Identity* me = member.keyring.identity();
  const wire::DeviceRecord* device = me != nullptr ? state.device(me->device) : nullptr;
  return device != nullptr && !device->span.until &&
         state.has_role(me->person, pb::ROLE_KIND_ADMIN, state.head_seq());
}

// Given again since, or ended already, it is not due any more.
bool still_due(const wire::ControlState& state, const wire::AnnouncedEnd& end) {
  for (const wire::RoleRecord* role : state.roles_of(end.person)) {
    const bool touched = end.streams.empty() || std::ranges::any_of(role->streams, [&](auto& id) {
                           return std::ranges::find(end.streams, id) != end.streams.end();
                         });
    if (role->kind == end.kind && !role->span.until && role->span.from < end.entry && touched) {
      return true;
    }
  }
  return false;
}

Due due_at(const wire::ControlState& state, const PersonId& me, WallTime now) {
  const auto today = static_cast<std::uint32_t>(Date::in_shanghai(now).days);
  Due due;
  for (const wire::InviteRecord& invite : state.invites()) {
    if (invite.live() && wire::invite_expired(invite, now)) due.invites.push_back(invite.id);
  }
  for (const wire::AnnouncedEnd& end : state.announced()) {
    if (end.last_day < today && end.person != me && still_due(state, end)) due.ends.push_back(end);
  }
  return due;
}

// Streams whose key is older than so many days, by the times their rotates state.
Result<std::vector<std::pair<StreamId, std::uint32_t>>> old_keys(const Member& member, WallTime now,
                                                                 std::uint32_t days) {
  std::vector<std::pair<StreamId, std::uint32_t>> out;
  if (days == 0) return out;
  const wire::ControlState& state = member.control.state();
  MQ_TRY(const std::vector<pb::ControlEntry> entries, member.control.entries(0));
  const PersonId& me = member.keyring.identity()->person;
  for (const wire::StreamRecord& stream : state.streams()) {
    if (stream.closed || stream.epochs.empty() || !state.may_read(me, stream.id, state.head_seq()))
      continue;
    const wire::EpochRecord& newest = stream.epochs.back();
    pb::ControlBody body;
    if (newest.from > entries.size() || !body.ParseFromString(entries[newest.from - 1].body()))
      continue;
    const std::int64_t age = now.ms - static_cast<std::int64_t>(body.time_ms());
    if (age >= std::int64_t{days} * kDayMs) out.emplace_back(stream.id, newest.epoch);
  }
  return out;
}

Status plan_due(Plan& plan, const Acts& acts, const Due& due, Tended& tended) {
  tended.invites = 0;
  for (const InviteId& id : due.invites) {
    const wire::InviteRecord* invite = plan.state().invite(id);
    if (invite == nullptr || !invite->live() || plan.bytes() > kAppendBytes) continue;
    pb::ControlBody body;
    body.mutable_revoke()->set_device(to_field(id.view()));
    MQ_CHECK(plan.add(std::move(body)));
    ++tended.invites;
  }
  const PersonId& me = acts.keyring.identity()->person;
  std::vector<StreamId> streams = missing_rotations(plan.state(), me);
  for (const auto& [stream, epoch] : due.old) {
    const bool listed = std::ranges::find(streams, stream) != streams.end();
    const bool same = plan.state().epoch_at(stream, plan.state().head_seq()) == epoch;
    if (!listed && same) streams.push_back(stream);
  }
  MQ_TRY(const std::size_t planned, plan_rotations(plan, acts, streams));
  tended.rotated += planned;
  return {};
}

// Appends until nothing of it is left.
Status tend_keys(const Member& member, const Due& due, Tended& tended) {
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_CHECK(begin_act(acts));
  for (;;) {
    Tended part;
    MQ_CHECK(append_plan(acts, [&](Plan& plan) -> Status {
      part = Tended();
      return plan_due(plan, acts, due, part);
    }));
    tended.invites += part.invites;
    tended.rotated += part.rotated;
    if (part.invites == 0 && part.rotated == 0) return {};
  }
}

}  // namespace

std::size_t keys_missing(const wire::ControlState& state, const seal::Keyring& keyring) {
  const seal::Identity* me = keyring.identity();
  const wire::DeviceRecord* device = me != nullptr ? state.device(me->device) : nullptr;
  if (device == nullptr || device->span.until) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(state.streams(), [&](const auto& stream) {
    return !stream.epochs.empty() && state.may_read(me->person, stream.id, state.head_seq()) &&
           keyring.key(stream.id, stream.epochs.back().epoch) == nullptr;
  }));
}

Result<Tended> tend_membership(const TendOptions& options, const Member& member) {
  Tended tended;
  if (!may_tend(member)) return tended;
  const WallTime now{member.vault.checkpoint().time_ms};
  const PersonId me = member.keyring.identity()->person;
  Due due = due_at(member.control.state(), me, now);
  for (const wire::AnnouncedEnd& end : due.ends) {
    const auto ended = end_right({end.person, end.kind, end.streams, 0, ""}, member);
    // Another admin's device was quicker.
    if (!ended.ok() && ended.error().code == Code::kConflict) continue;
    if (!ended.ok()) return ended.error();
    ++tended.rights;
    tended.rotated += ended->rotated;
  }
  MQ_TRY(due.old, old_keys(member, now, options.rotate_days));
  const bool nothing = due.invites.empty() && due.old.empty() &&
                       missing_rotations(member.control.state(), me).empty();
  if (nothing) return tended;
  MQ_CHECK(tend_keys(member, due, tended));
  return tended;
}

}  // namespace mq::sync
