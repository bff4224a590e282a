#include "mq/sync/leaving.h"

#include <algorithm>
#include <set>

#include "mq/base/date.h"
#include "mq/base/text.h"

namespace mq::sync {
namespace {

constexpr auto kCadre = pb::ROLE_KIND_CADRE;

bool lists(const std::vector<StreamId>& streams, const StreamId& id) {
  return std::ranges::find(streams, id) != streams.end();
}
bool touches(const std::vector<StreamId>& streams, const std::vector<StreamId>& others) {
  return std::ranges::any_of(streams, [&](const StreamId& id) { return lists(others, id); });
}
bool within(const std::vector<StreamId>& streams, const std::vector<StreamId>& others) {
  return std::ranges::all_of(streams, [&](const StreamId& id) { return lists(others, id); });
}

// What of them he has or had, so that a second call means the same.
std::vector<StreamId> to_pass(const wire::ControlState& state, const PassOptions& options) {
  std::vector<StreamId> out;
  if (!options.from) return options.streams;
  for (const StreamId& id : options.streams) {
    for (const wire::RoleRecord* role : state.roles_of(*options.from)) {
      if (role->kind != kCadre || !lists(role->streams, id) || lists(out, id)) continue;
      out.push_back(id);
    }
  }
  return out.empty() ? options.streams : out;
}

bool invited_to(const wire::ControlState& state, const PersonId& person,
                const std::vector<StreamId>& streams) {
  return std::ranges::any_of(state.invites(), [&](const wire::InviteRecord& invite) {
    return invite.person == person && invite.live() && invite.role == kCadre &&
           within(streams, invite.streams);
  });
}

Status give(const PersonId& to, const std::vector<StreamId>& streams, const Member& member,
            Passed& passed) {
  const wire::ControlState& state = member.control.state();
  if (state.person(to) == nullptr) return {};
  passed.given = true;
  if (invited_to(state, to, streams)) return {};
  MQ_TRY(passed.granted, give_right({to, kCadre, streams}, member));
  return {};
}

void join(Cutoff& all, const Cutoff& more) {
  all.chains += more.chains;
  all.streams += more.streams;
  all.envelopes += more.envelopes;
  all.rotated += more.rotated;
  all.left = more.left;
}

// Whether the end of these streams would leave a role that lists nothing, which the log drops.
bool would_lose_all(const wire::ControlState& state, const PersonId& person,
                    const std::vector<StreamId>& gone) {
  bool touched = false;
  for (const wire::RoleRecord* role : state.roles_of(person)) {
    if (role->kind != kCadre || role->span.until) continue;
    if (!touches(role->streams, gone) || !within(role->streams, gone)) return false;
    touched = true;
  }
  return touched;
}

// A role of the township's own stream is what keeps him a cadre without a village.
Status stay_cadre(const PersonId& person, const Member& member) {
  for (const wire::StreamRecord& stream : member.control.state().streams()) {
    if (stream.kind != pb::STREAM_KIND_TOWNSHIP) continue;
    MQ_CHECK(give_right({person, kCadre, {stream.id}}, member));
    return {};
  }
  return {};
}

// Unused invitations of the person; `streams` empty: whatever they are for.
Status take_back(const PersonId& person, const std::vector<StreamId>& streams, const Member& member,
                 std::size_t& count, Cutoff& ended) {
  std::vector<InviteId> open;
  for (const wire::InviteRecord& invite : member.control.state().invites()) {
    const bool concerned = streams.empty() || touches(invite.streams, streams);
    if (invite.person == person && invite.live() && concerned) open.push_back(invite.id);
  }
  for (const InviteId& id : open) {
    const auto done = take_back_invite(id, member);
    if (!done.ok() && done.error().code == Code::kConflict) continue;  // used meanwhile
    if (!done.ok()) return done.error();
    ++count;
    join(ended, *done);
  }
  return {};
}

// True if there was something to end; another admin may have been quicker.
Result<bool> end(const EndOptions& options, const Member& member, Cutoff& ended) {
  const auto done = end_right(options, member);
  if (!done.ok() && done.error().code == Code::kConflict) {
    const wire::ControlState& state = member.control.state();
    const auto& roles = state.roles_of(options.person);
    const bool gone = std::ranges::none_of(roles, [&](const wire::RoleRecord* role) {
      const bool concerned = options.streams.empty() || touches(role->streams, options.streams);
      return role->kind == options.kind && !role->span.until && concerned;
    });
    if (gone) return false;
  }
  if (!done.ok()) return done.error();
  join(ended, *done);
  return true;
}

bool may_still(const wire::ControlState& state, const PersonId& person,
               const std::vector<StreamId>& streams) {
  return std::ranges::any_of(state.roles_of(person), [&](const wire::RoleRecord* role) {
    return role->kind == kCadre && !role->span.until && touches(role->streams, streams);
  });
}

std::vector<pb::RoleKind> live_kinds(const wire::ControlState& state, const PersonId& person) {
  std::vector<pb::RoleKind> out;
  for (const wire::RoleRecord* role : state.roles_of(person)) {
    if (!role->span.until && std::ranges::find(out, role->kind) == out.end()) {
      out.push_back(role->kind);
    }
  }
  // The keys of what he administers go last, while the others still say what to change.
  std::stable_partition(out.begin(), out.end(),
                        [](pb::RoleKind k) { return k != pb::ROLE_KIND_ADMIN; });
  return out;
}

bool stands(const wire::ControlState& state, const wire::AnnouncedEnd& end) {
  return std::ranges::any_of(state.roles_of(end.person), [&](const wire::RoleRecord* role) {
    return role->kind == end.kind && !role->span.until && role->span.from < end.entry;
  });
}

Error earlier_day(std::uint32_t day) {
  const std::string iso = Date{static_cast<std::int32_t>(day)}.iso();
  return {Code::kConflict,
          cat("离岗:已经登记到 ", iso, " 为止,不能再改晚;到期后如要继续,请重新邀请"),
          cat("leaving: announced for ", iso, " already, which cannot be put off; invite again")};
}

Status announce(const LeaveOptions& options, const Member& member, Left& left) {
  left.announced = true;
  for (const pb::RoleKind kind : live_kinds(member.control.state(), options.person)) {
    const wire::ControlState& state = member.control.state();
    const auto known = std::ranges::find_if(state.announced(), [&](const wire::AnnouncedEnd& end) {
      return end.person == options.person && end.kind == kind && end.streams.empty() &&
             end.last_day <= options.last_day && stands(state, end);
    });
    if (known != state.announced().end()) {
      if (known->last_day < options.last_day) return earlier_day(known->last_day);
      continue;
    }
    MQ_CHECK(end_right({options.person, kind, {}, options.last_day, options.reason}, member));
    ++left.rights;
  }
  return {};
}

}  // namespace

Result<Passed> pass_right(const PassOptions& options, const Member& member) {
  Passed passed;
  const std::vector<StreamId> streams = to_pass(member.control.state(), options);
  if (options.to) MQ_CHECK(give(*options.to, streams, member, passed));
  if (!options.from) return passed;
  MQ_CHECK(take_back(*options.from, streams, member, passed.invites, passed.ended));
  const wire::ControlState& state = member.control.state();
  if (!may_still(state, *options.from, streams)) return passed;
  if (would_lose_all(state, *options.from, streams)) MQ_CHECK(stay_cadre(*options.from, member));
  EndOptions ending;
  ending.person = *options.from;
  ending.kind = kCadre;
  ending.streams = streams;
  ending.reason = options.reason;
  MQ_CHECK(end(ending, member, passed.ended));
  return passed;
}

Result<Left> leave_service(const LeaveOptions& options, const Member& member) {
  Left left;
  const wire::ControlState& state = member.control.state();
  if (state.person(options.person) == nullptr) {
    return Error{Code::kNotFound, "离岗:成员登记里没有这个人",
                 "leaving: the log has no such person"};
  }
  const Date today = Date::in_shanghai(WallTime{member.vault.checkpoint().time_ms});
  if (static_cast<std::int64_t>(options.last_day) >= today.days) {
    MQ_CHECK(announce(options, member, left));
    return left;
  }
  MQ_CHECK(take_back(options.person, {}, member, left.invites, left.ended));
  for (const pb::RoleKind kind : live_kinds(member.control.state(), options.person)) {
    EndOptions ending;
    ending.person = options.person;
    ending.kind = kind;
    ending.reason = options.reason;
    MQ_TRY(const bool ended, end(ending, member, left.ended));
    left.rights += ended ? 1 : 0;
  }
  return left;
}

std::optional<std::uint32_t> announced_last_day(const wire::ControlState& state,
                                                const PersonId& person) {
  std::optional<std::uint32_t> out;
  for (const wire::AnnouncedEnd& end : state.announced()) {
    if (!(end.person == person) || !end.streams.empty() || !stands(state, end)) continue;
    out = out ? std::min(*out, end.last_day) : end.last_day;
  }
  return out;
}

}  // namespace mq::sync
