// Whether a stream's newest key is held by somebody who may not read any more.
//
// Answered from the log alone, so that any admin device finds and finishes a rotation that another
// left undone.
#include <algorithm>
#include <set>

#include "mq/wire/control.h"

namespace mq::wire {

namespace {

using Seqs = std::set<std::uint32_t>;

bool has_recovery(pb::StreamKind kind) {
  return kind != pb::STREAM_KIND_CHECK && kind != pb::STREAM_KIND_DROP;
}

// A recovery key that another replaced after `since`.
bool recovery_changed(const std::vector<RecoveryRecord>& all, std::uint32_t since) {
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (all[i].from > since && all[i - 1].box_key != all.back().box_key) return true;
  }
  return false;
}

// Whether a side that a heal made void since then might hand the stream's keys to somebody who is
// no recipient here: by a role, a device or an invitation that this log does not have.
bool void_side_had_others(const ControlState& log, const StreamId& stream, std::uint32_t since) {
  std::set<Bytes> here;
  for (const auto& [name, key] : log.recipients(stream)) here.insert(name);
  const auto is_other = [&](const Bytes& name) {
    const auto id = InviteId::from(name);
    const InviteRecord* invite = id ? log.invite(*id) : nullptr;
    return !here.contains(name) && (invite == nullptr || !invite->used_by);
  };
  for (const VoidLine& line : log.void_lines()) {
    if (line.entry <= since || line.state->stream(stream) == nullptr) continue;
    for (std::uint32_t seq = line.fork_seq + 1; seq <= line.state->head_seq(); ++seq) {
      for (const auto& [name, key] : line.state->recipients(stream, seq)) {
        if (is_other(name)) return true;
      }
    }
  }
  return false;
}

}  // namespace

// Where the person's rights may have changed; for whoever was invited, a risen person ends it too.
Seqs ControlState::changes(const PersonId& person, bool invited) const {
  Seqs out;
  for (const RoleRecord* role : roles_of(person)) {
    if (role->span.until) out.insert(*role->span.until);
    if (invited) out.insert(role->span.from);
  }
  return out;
}

bool ControlState::rotation_missing(const StreamId& stream_id) const {
  const StreamRecord* s = stream(stream_id);
  if (s == nullptr || s->epochs.empty()) return false;
  const std::uint32_t since = s->epochs.back().from;
  const auto lost = [&](Seqs seqs, std::optional<std::uint32_t> ended, const auto& reads) {
    if (ended) seqs.insert(*ended);
    return !reads(head_seq_) && std::any_of(seqs.upper_bound(since), seqs.end(),
                                            [&](std::uint32_t seq) { return reads(seq - 1); });
  };
  for (const DeviceRecord& d : devices_) {
    const auto reads = [&](std::uint32_t seq) {
      return d.span.holds_at(seq) && person_reads(d.person, *s, seq);
    };
    if (lost(changes(d.person, false), d.span.until, reads)) return true;
  }
  for (const InviteRecord& i : invites_) {
    if (i.used_by) continue;  // it counts as its device
    const auto reads = [&](std::uint32_t seq) {
      return invite_live(i, seq) && invite_reads(i, *s, seq);
    };
    if (lost(changes(i.person, true), i.ended, reads)) return true;
  }
  if (void_side_had_others(*this, stream_id, since)) return true;
  return has_recovery(s->kind) && recovery_changed(recoveries_, since);
}

}  // namespace mq::wire
