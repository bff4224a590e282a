// The heal entry: a server was restored from an older copy and appended to, so that the log has two
// sides. This log is the first; the entry names the second and makes it void.
//
// The second side is folded as its members folded it, from the last entry that both have: one that
// does not verify is refused whole. What it revoked holds from here on; everything else of it is
// gone, but its heads stay known, because envelopes name them (PROTOCOL section 5).
#include <algorithm>
#include <set>

#include "control_rules.h"

namespace mq::wire {

namespace {

// nonce 24 ‖ key 32 ‖ tag 16, core/seal/FORMAT.md
constexpr std::size_t kVoidKeyBytes = 72;

Error malformed(const ControlStep& step, std::string_view zh, std::string_view en) {
  return control_fault(Code::kInvalidInput, step, zh, en);
}

bool heal_fits(const pb::Heal& h) {
  const bool keys = std::all_of(h.keys().begin(), h.keys().end(), [](const pb::VoidKey& key) {
    return id_of<StreamId>(key.stream()) && key.epoch() > 0 && id_of<Hash>(key.commitment()) &&
           key.wrapped().size() == kVoidKeyBytes;
  });
  const bool bare = std::all_of(h.second().begin(), h.second().end(), [](const auto& entry) {
    return !entry.body().empty() && entry.key_record().empty();
  });
  return id_of<Hash>(h.first_head()) && id_of<Hash>(h.second_head()) && h.fork_seq() > 0 && keys &&
         bare;
}

// The head that the second side's entries follow, or with none the one it ended with.
std::optional<Hash> goes_on_from(const pb::Heal& heal) {
  if (heal.second().empty()) return Hash::from(view_of(heal.second_head()));
  pb::ControlBody first;
  if (!first.ParseFromString(heal.second(0).body())) return std::nullopt;
  return Hash::from(view_of(first.prev()));
}

const EpochRecord* epoch_of(const ControlState& state, const StreamId& stream,
                            std::uint32_t epoch) {
  const StreamRecord* record = state.stream(stream);
  if (record == nullptr) return nullptr;
  const auto at = std::find_if(record->epochs.begin(), record->epochs.end(),
                               [&](const EpochRecord& each) { return each.epoch == epoch; });
  return at == record->epochs.end() ? nullptr : &*at;
}

}  // namespace

Status ControlRules::heal(const ControlStep& step) {
  const pb::Heal& h = step.body.heal();
  if (!heal_fits(h) || step.names_record) {
    return malformed(step, "有字段缺失或长度不对", "a field is missing or has a wrong length");
  }
  if (Hash::from(view_of(h.first_head())) != state_.head_) {
    return malformed(step, "所写的登记末端不是当前的末端", "its first head is not this log's head");
  }
  MQ_TRY(VoidLine line, void_line(step));
  MQ_TRY(std::vector<VoidKeyRecord> keys, void_keys(step, line));
  hold_endings(step, h.second());
  add_void_line(std::move(line));
  for (VoidKeyRecord& key : keys) add_void_key(std::move(key));
  return {};
}

// From an entry of this log, or on from where a side that is void already was known to.
Result<VoidLine> ControlRules::void_line(const ControlStep& step) const {
  const pb::Heal& h = step.body.heal();
  const auto from = goes_on_from(h);
  const auto place = from ? state_.place_of(h.fork_seq(), *from) : std::nullopt;
  const bool both_went_on = place && (place->is_void || h.fork_seq() < state_.head_seq_);
  if (!both_went_on || (h.second().empty() && (!place->is_void || h.keys().empty()))) {
    return malformed(step, "另一边的登记接不上", "the second side does not part from this log");
  }
  if (depth_ >= kHealDepthMax) {
    return control_fault(Code::kExhausted, step, "合拢套合拢太多层", "it nests too many sides");
  }
  ControlState second = place->log->at(h.fork_seq());
  const Status folded = second.apply_nested({h.second().begin(), h.second().end()},
                                            Records::kMayBePruned, depth_ + 1);
  const bool whole = folded.ok() && second.pending().empty() &&
                     Hash::from(view_of(h.second_head())) == second.head();
  if (!whole) {
    return malformed(step, "另一边的登记没有通过核对", "its second side does not verify");
  }
  if (!h.second().empty() && second.head_at(h.fork_seq() + 1) == state_.head_at(h.fork_seq() + 1)) {
    return malformed(step, "所写的分叉处不对", "the sides do not part where it says");
  }
  VoidLine line;
  line.entry = step.seq;
  line.fork_seq = place->known;
  line.state = std::make_shared<const ControlState>(std::move(second));
  return line;
}

Result<std::vector<VoidKeyRecord>> ControlRules::void_keys(const ControlStep& step,
                                                           const VoidLine& line) const {
  std::vector<VoidKeyRecord> out;
  std::set<Hash> seen;
  for (const pb::VoidKey& key : step.body.heal().keys()) {
    VoidKeyRecord record;
    record.entry = step.seq;
    record.stream = StreamId::from(view_of(key.stream())).value_or(StreamId{});
    record.epoch = key.epoch();
    record.under = state_.epoch_at(record.stream, state_.head_seq_);
    record.commitment = Hash::from(view_of(key.commitment())).value_or(Hash{});
    record.wrapped = to_bytes(key.wrapped());
    const EpochRecord* epoch = epoch_of(*line.state, record.stream, record.epoch);
    const bool fits = record.under != 0 && epoch != nullptr && epoch->from > line.fork_seq &&
                      epoch->commitment == record.commitment &&
                      seen.insert(record.commitment).second;
    if (!fits) return malformed(step, "作废的密钥与另一边不符", "a void key is not of that side");
    out.push_back(std::move(record));
  }
  return out;
}

// Revocations and ends of rights, also of sides that the second one had made void in its turn.
void ControlRules::hold_endings(
    const ControlStep& step, const google::protobuf::RepeatedPtrField<pb::ControlEntry>& entries) {
  for (const pb::ControlEntry& entry : entries) {
    pb::ControlBody body;
    if (!body.ParseFromString(entry.body())) continue;
    if (body.has_heal()) hold_endings(step, body.heal().second());
    if (body.has_revoke()) hold_revoke(step, body.revoke());
    const bool ends = body.has_end_of_right() && body.end_of_right().last_day() == 0;
    if (ends) hold_end_of_right(step, body.end_of_right());
  }
}

// What the first side has ended as well is cut by both. The last admin's device stays, as ever: the
// revocation is then to be done again, by somebody who is left.
void ControlRules::hold_revoke(const ControlStep& step, const pb::Revoke& revoke) {
  const DeviceId id = DeviceId::from(view_of(revoke.device())).value_or(DeviceId{});
  const auto invite = state_.invite_at_.find(InviteId{id.data});
  if (invite != state_.invite_at_.end()) {
    if (state_.invites_[invite->second].live()) end_invite(invite->second, step.seq);
    return;
  }
  const DeviceRecord* device = state_.device(id);
  if (device == nullptr) return;  // it came by the second side alone
  const auto goes = [&](const DeviceRecord& each) { return each.id == id; };
  if (!device->span.until && !check_last_admin(step, goes).ok()) return;
  if (!device->span.until) end_device(state_.device_at_.at(id), step.seq);
  hold_cuts(step, revoke.cuts());
}

void ControlRules::hold_end_of_right(const ControlStep& step, const pb::EndOfRight& end) {
  const PersonId person = PersonId::from(view_of(end.person())).value_or(PersonId{});
  std::vector<StreamId> gone = stream_ids(end.streams());
  std::erase_if(gone, [&](const StreamId& id) { return state_.stream(id) == nullptr; });
  if (gone.empty() && !end.streams().empty()) return;  // of streams that are gone themselves
  const auto goes = [&](const DeviceRecord& each) { return each.person == person; };
  if (end.kind() == pb::ROLE_KIND_ADMIN && !check_last_admin(step, goes).ok()) return;
  end_roles(step, roles_ended(person, end.kind(), gone), gone);
  hold_cuts(step, end.cuts());
}

void ControlRules::hold_cuts(const ControlStep& step,
                             const google::protobuf::RepeatedPtrField<pb::Cut>& cuts) {
  google::protobuf::RepeatedPtrField<pb::Cut> known;
  for (const pb::Cut& cut : cuts) {
    const auto stream = StreamId::from(view_of(cut.stream()));
    const auto device = DeviceId::from(view_of(cut.device()));
    const bool both =
        stream && device && state_.stream(*stream) != nullptr && state_.device(*device) != nullptr;
    if (both) *known.Add() = cut;
  }
  add_cuts(step, known);
}

}  // namespace mq::wire
