#include "control_rules.h"
#include "mq/base/text.h"
#include "mq/wire/control.h"

namespace mq::wire {

namespace {

template <class Id, class Record>
const Record* find(const std::map<Id, std::size_t>& places, const std::vector<Record>& records,
                   const Id& id) {
  const auto at = places.find(id);
  return at == places.end() ? nullptr : &records[at->second];
}

template <class Record>
std::vector<const Record*> all_of(const std::map<PersonId, std::vector<std::size_t>>& places,
                                  const std::vector<Record>& records, const PersonId& id) {
  std::vector<const Record*> out;
  const auto at = places.find(id);
  if (at == places.end()) return out;
  for (const std::size_t place : at->second) out.push_back(&records[place]);
  return out;
}

}  // namespace

// Entries are applied one after the other with a note of how to undo each; what is not whole at the
// end, or everything after a fault, is undone. Nothing is copied, so a long log costs no more than
// its entries.
Status ControlState::apply(const std::vector<pb::ControlEntry>& entries, Records records) {
  return apply_nested(entries, records, 0);
}

Status ControlState::apply_nested(const std::vector<pb::ControlEntry>& entries, Records records,
                                  int depth) {
  const std::size_t waiting = pending_.size();
  const std::size_t total = waiting + entries.size();
  const auto entry_at = [&](std::size_t i) -> const pb::ControlEntry& {
    return i < waiting ? pending_[i] : entries[i - waiting];
  };
  ControlRules rules(*this, records, depth);
  std::size_t whole = 0;
  std::size_t whole_mark = 0;
  for (std::size_t i = 0; i < total; ++i) {
    Status added = rules.add(entry_at(i), i < waiting);
    if (!added.ok()) {
      rules.undo_to(0);
      return added;
    }
    if (rules.in_batch()) continue;
    whole = i + 1;
    whole_mark = rules.mark();
  }
  rules.undo_to(whole_mark);
  std::vector<pb::ControlEntry> rest;
  for (std::size_t i = whole; i < total; ++i) rest.push_back(entry_at(i));
  pending_ = std::move(rest);
  return {};
}

Status ControlState::note_refused_claim(const InviteId& id) {
  const auto at = invite_at_.find(id);
  if (at == invite_at_.end()) {
    return Error{
        Code::kNotFound, cat("记录重复领用失败:没有邀请 ", id.hex(), "。请先同步。"),
        cat("cannot note a refused claim: there is no invitation ", id.hex(), "; sync first")};
  }
  ++invites_[at->second].refused_claims;
  return {};
}

Hash ControlState::head_at(std::uint32_t seq) const {
  return seq >= 1 && seq <= heads_.size() ? heads_[seq - 1] : Hash{};
}

std::optional<HeadPlace> ControlState::place_of(std::uint32_t control_seq,
                                                const Hash& control_head) const {
  if (control_seq == 0 || control_head.is_zero()) return std::nullopt;
  if (head_at(control_seq) == control_head) return HeadPlace{this, control_seq, false};
  const auto at = void_heads_.find(control_head);
  if (at == void_heads_.end()) return std::nullopt;
  const VoidLine& line = void_lines_[at->second];
  if (line.state->head_at(control_seq) != control_head) return std::nullopt;
  return HeadPlace{line.state.get(), line.fork_seq, true};
}

const DeviceRecord* ControlState::device(const DeviceId& id) const {
  return find(device_at_, devices_, id);
}
const StreamRecord* ControlState::stream(const StreamId& id) const {
  return find(stream_at_, streams_, id);
}
const StreamRecord* ControlState::stream_by_ordinal(std::uint32_t ordinal) const {
  return find(ordinal_at_, streams_, ordinal);
}
const InviteRecord* ControlState::invite(const InviteId& id) const {
  return find(invite_at_, invites_, id);
}
const PersonRecord* ControlState::person(const PersonId& id) const {
  return find(person_at_, persons_, id);
}
std::vector<const DeviceRecord*> ControlState::devices_of(const PersonId& id) const {
  return all_of(devices_of_, devices_, id);
}
std::vector<const RoleRecord*> ControlState::roles_of(const PersonId& id) const {
  return all_of(roles_of_, roles_, id);
}

bool invite_expired(const InviteRecord& invite, WallTime now) {
  return static_cast<std::int64_t>(Date::in_shanghai(now).days) >
         static_cast<std::int64_t>(invite.last_day);
}

bool verify_invite_mac(const InviteKeys& keys, const InviteRecord& invite) {
  return keys.id == invite.id && invite_mac(keys.mac, invite.prev, invite.id) == invite.mac;
}

Bytes recovery_recipient(const BoxKey& box_key) {
  const Hash full = hash("mq/rv1", {box_key.view()});
  return to_bytes(full.view().first(16));
}

}  // namespace mq::wire
