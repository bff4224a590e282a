// Who may read and write which stream (PROTOCOL section 1), as questions to a ControlState.
#include <algorithm>

#include "mq/wire/control.h"

namespace mq::wire {

namespace {

// One role of one person, or the role that an invitation will give.
struct Right {
  pb::RoleKind kind;
  const std::vector<StreamId>& streams;
  const PersonId& person;
};

bool lists(const Right& right, const StreamRecord& stream) {
  return std::find(right.streams.begin(), right.streams.end(), stream.id) != right.streams.end();
}

bool keeps_records(pb::RoleKind kind) {
  return kind == pb::ROLE_KIND_ADMIN || kind == pb::ROLE_KIND_DESK;
}

// A check stream has one audience: whoever is listed, and of the township nobody unless listed.
bool may_be_listed_for_check(pb::RoleKind kind) {
  return kind == pb::ROLE_KIND_SUPERVISOR || kind == pb::ROLE_KIND_COUNTY_DESK ||
         keeps_records(kind);
}

bool reads(const Right& right, const StreamRecord& stream) {
  const bool cadre = right.kind == pb::ROLE_KIND_CADRE;
  switch (stream.kind) {
    case pb::STREAM_KIND_TOWNSHIP:
      return keeps_records(right.kind) || cadre;
    case pb::STREAM_KIND_VILLAGE:
    case pb::STREAM_KIND_PRIVATE:
      return keeps_records(right.kind) || (cadre && lists(right, stream));
    case pb::STREAM_KIND_DIARY:
      return keeps_records(right.kind) ||
             (cadre && std::ranges::equal(stream.owner, right.person.data));
    case pb::STREAM_KIND_HANDOUT:
      return keeps_records(right.kind) ||
             (right.kind == pb::ROLE_KIND_UNIT && lists(right, stream));
    case pb::STREAM_KIND_COUNTY:
      return keeps_records(right.kind) || right.kind == pb::ROLE_KIND_COUNTY_DESK;
    case pb::STREAM_KIND_CHECK:
      return may_be_listed_for_check(right.kind) && lists(right, stream);
    case pb::STREAM_KIND_DROP:
      return right.kind == pb::ROLE_KIND_DISCIPLINE;
    default:
      return false;
  }
}

bool writes(const Right& right, const StreamRecord& stream) {
  if (stream.kind == pb::STREAM_KIND_TOWNSHIP) return keeps_records(right.kind);
  if (stream.kind == pb::STREAM_KIND_DROP) return true;
  return reads(right, stream);
}

}  // namespace

bool ControlState::has_role(const PersonId& person, pb::RoleKind kind, std::uint32_t seq) const {
  const auto at = roles_of_.find(person);
  if (at == roles_of_.end()) return false;
  return std::any_of(at->second.begin(), at->second.end(), [&](Index i) {
    return roles_[i].kind == kind && roles_[i].span.holds_at(seq);
  });
}

bool ControlState::may_read(const PersonId& person, const StreamId& stream_id,
                            std::uint32_t seq) const {
  const StreamRecord* s = stream(stream_id);
  return s != nullptr && s->ordinal <= seq && person_reads(person, *s, seq);
}

bool ControlState::person_reads(const PersonId& person, const StreamRecord& stream,
                                std::uint32_t seq) const {
  const auto at = roles_of_.find(person);
  if (at == roles_of_.end()) return false;
  return std::any_of(at->second.begin(), at->second.end(), [&](Index i) {
    const RoleRecord& role = roles_[i];
    return role.span.holds_at(seq) && reads({role.kind, role.streams, person}, stream);
  });
}

bool ControlState::may_write(const DeviceId& device_id, const StreamId& stream_id,
                             std::uint32_t seq) const {
  const DeviceRecord* d = device(device_id);
  const StreamRecord* s = stream(stream_id);
  if (d == nullptr || s == nullptr || s->ordinal > seq) return false;
  return !(s->closed && seq >= *s->closed) && had_right(*d, *s, seq);
}

// Whatever the stream's own state: a stream that closes takes nobody's right.
bool ControlState::had_right(const DeviceRecord& device, const StreamRecord& stream,
                             std::uint32_t seq) const {
  const auto at = roles_of_.find(device.person);
  if (!device.span.holds_at(seq) || at == roles_of_.end()) return false;
  return std::any_of(at->second.begin(), at->second.end(), [&](Index i) {
    const RoleRecord& role = roles_[i];
    return role.span.holds_at(seq) && writes({role.kind, role.streams, device.person}, stream);
  });
}

bool ControlState::announced_over(const DeviceId& device_id, const StreamId& stream_id,
                                  std::uint32_t day) const {
  const DeviceRecord* d = device(device_id);
  const StreamRecord* s = stream(stream_id);
  if (announced_.empty() || d == nullptr || s == nullptr) return false;
  const auto over = [&](const RoleRecord& role) {
    return std::any_of(announced_.begin(), announced_.end(), [&](const AnnouncedEnd& end) {
      const bool named = end.streams.empty() || std::ranges::count(end.streams, stream_id) > 0;
      return end.person == d->person && end.kind == role.kind && named && end.last_day < day &&
             end.entry > role.span.from;
    });
  };
  bool any = false;
  for (const RoleRecord* role : roles_of(d->person)) {
    const Right right{role->kind, role->streams, d->person};
    if (!role->span.holds_at(head_seq_) || !writes(right, *s)) continue;
    if (!over(*role)) return false;
    any = true;
  }
  return any;
}

std::vector<const DeviceRecord*> ControlState::admin_devices(std::uint32_t seq) const {
  std::vector<const DeviceRecord*> out;
  for (const DeviceRecord& d : devices_) {
    if (d.span.holds_at(seq) && has_role(d.person, pb::ROLE_KIND_ADMIN, seq)) out.push_back(&d);
  }
  return out;
}

bool ControlState::invite_live(const InviteRecord& invite, std::uint32_t seq) const {
  if (invite.seq > seq || (invite.ended && *invite.ended <= seq)) return false;
  return !invite.used_by || device(*invite.used_by)->span.from > seq;
}

bool ControlState::invite_reads(const InviteRecord& invite, const StreamRecord& stream,
                                std::uint32_t seq) const {
  if (needs_two(invite.person, invite.role, seq)) return false;
  return reads({invite.role, invite.streams, invite.person}, stream) ||
         person_reads(invite.person, stream, seq);
}

bool ControlState::may_read(const InviteRecord& invite, const StreamId& stream_id) const {
  const StreamRecord* s = stream(stream_id);
  return s != nullptr && invite.live() && invite_reads(invite, *s, head_seq_);
}

// Whoever joins as this person becomes, or already is, an admin or supervisor: a device under the
// name of a second admin would make the second signature worthless.
bool ControlState::needs_two(const PersonId& person, pb::RoleKind kind, std::uint32_t seq) const {
  return kind == pb::ROLE_KIND_ADMIN || kind == pb::ROLE_KIND_SUPERVISOR ||
         has_role(person, pb::ROLE_KIND_ADMIN, seq) ||
         has_role(person, pb::ROLE_KIND_SUPERVISOR, seq);
}

std::uint32_t ControlState::epoch_at(const StreamId& stream_id, std::uint32_t seq) const {
  const StreamRecord* s = stream(stream_id);
  std::uint32_t newest = 0;
  if (s == nullptr) return newest;
  for (const EpochRecord& epoch : s->epochs) {
    if (epoch.from <= seq) newest = epoch.epoch;
  }
  return newest;
}

// Digits are drawn before anybody has read them out: alone they prove nothing.
bool ControlState::proved(const DeviceRecord& device, std::uint32_t seq) const {
  const InviteRecord* by = device.invite ? invite(*device.invite) : nullptr;
  if (by == nullptr || !needs_two(by->person, by->role, device.span.from - 1)) return true;
  const bool open = opened_ != 0 && opened_ <= seq;
  return std::any_of(compares_.begin(), compares_.end(), [&](const CompareRecord& each) {
    const std::uint32_t since = open ? each.granted : each.entry;
    return each.device == device.id && since != 0 && since <= seq;
  });
}

template <class Visit>
void ControlState::each_recipient(const StreamRecord& stream, std::uint32_t seq,
                                  Visit visit) const {
  for (const DeviceRecord& d : devices_) {
    const bool reads = d.span.holds_at(seq) && person_reads(d.person, stream, seq);
    if (reads && proved(d, seq)) visit(d.id.view(), d.box_key);
  }
  for (const InviteRecord& i : invites_) {
    if (invite_live(i, seq) && invite_reads(i, stream, seq)) visit(i.id.view(), i.box_key);
  }
  if (stream.kind == pb::STREAM_KIND_CHECK || stream.kind == pb::STREAM_KIND_DROP) return;
  const RecoveryRecord* recovery = nullptr;
  for (const RecoveryRecord& each : recoveries_) {
    if (each.from <= seq) recovery = &each;
  }
  if (recovery != nullptr) visit(recovery_recipient(recovery->box_key), recovery->box_key);
}

std::size_t ControlState::recipient_count(const StreamRecord& stream) const {
  std::size_t count = 0;
  each_recipient(stream, head_seq_, [&](ByteView, const BoxKey&) { ++count; });
  return count;
}

std::vector<std::pair<Bytes, BoxKey>> ControlState::recipients(const StreamId& stream_id) const {
  return recipients(stream_id, head_seq_);
}

std::vector<std::pair<Bytes, BoxKey>> ControlState::recipients(const StreamId& stream_id,
                                                               std::uint32_t seq) const {
  std::vector<std::pair<Bytes, BoxKey>> out;
  const StreamRecord* s = stream(stream_id);
  if (s == nullptr || s->ordinal > seq) return out;
  each_recipient(*s, seq,
                 [&](ByteView id, const BoxKey& key) { out.emplace_back(to_bytes(id), key); });
  return out;
}

namespace {

void take_ordered(const ControlState& state, const pb::ControlBody& body,
                  const pb::KeyRecord& record, ByteView recipient, std::vector<StreamBox>& out) {
  const auto stream = StreamId::from(view_of(body.rotate().stream()));
  if (!stream || body.seq() == 0) return;
  const auto names = state.recipients(*stream, body.seq() - 1);
  if (names.size() != static_cast<std::size_t>(record.ordered_size())) return;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!std::ranges::equal(names[i].first, recipient)) continue;
    out.push_back({*stream, body.rotate().epoch(), to_bytes(record.ordered(static_cast<int>(i)))});
  }
}

}  // namespace

std::vector<StreamBox> boxes_for_recipient(const ControlState& state, const pb::ControlEntry& entry,
                                           ByteView recipient) {
  std::vector<StreamBox> out;
  pb::ControlBody body;
  pb::KeyRecord record;
  if (!body.ParseFromString(entry.body()) || !record.ParseFromString(entry.key_record())) {
    return out;
  }
  if (state.head_at(body.seq()) != control_hash(view_of(entry.body()))) return out;
  if (key_record_hash(view_of(entry.key_record())) !=
      Hash::from(view_of(body.key_record_hash())).value_or(Hash{})) {
    return out;
  }
  for (const pb::KeyRecord::Box& box : record.boxes()) {
    const auto stream = StreamId::from(view_of(box.stream()));
    if (!stream || !std::ranges::equal(view_of(box.recipient()), recipient)) continue;
    out.push_back({*stream, box.epoch(), to_bytes(box.box())});
  }
  if (record.ordered_size() > 0) take_ordered(state, body, record, recipient, out);
  return out;
}

}  // namespace mq::wire
