// The heal entry: written on an admin's device of the second side, from the log as the server has
// it. The entry comes first and our own log follows it, as every other device's does: a kill in
// between leaves a parted log that is healed on the server, and the next contact follows.
#include <algorithm>
#include <map>

#include "late_box.h"
#include "messages.h"
#include "mq/base/text.h"
#include "mq/seal/box.h"
#include "mq/sync/healing.h"
#include "mq/sync/late.h"
#include "parting.h"
#include "rotate.h"

namespace mq::sync {
namespace {

constexpr int kTurnsMax = 64;
constexpr std::size_t kSecondBytes = 700u << 10;  // of one entry; its keys and framing come besides

using Presents = std::map<StreamId, seal::EpochKey>;

Error not_admin_there() {
  return {Code::kNotAllowed,
          "在服务器那一边,这台设备不是在用的管理员设备,不能合拢。请用另一台有这些登记的管理员设备"
          "运行 doctor heal。什么也没有改动。",
          "on the server's side this is no live admin's device and cannot heal; run doctor heal on "
          "another admin's device that has these entries. Nothing was changed"};
}

Error no_end() {
  return {Code::kUnavailable, "成员登记正被别人频繁改动,这次没有合拢。请稍后再运行 doctor heal。",
          "others keep appending to the log; it was not healed, run doctor heal again"};
}

Status check_may(const wire::ControlState& first, const DeviceId& me) {
  if (is_admin(first, me)) return {};
  return not_admin_there();
}

// The newest keys of the first side, of streams that this device reads there: those from before the
// sides parted it holds, the others lie in boxes that are not taken yet.
Result<Presents> present_keys(const Acts& acts, const wire::ControlState& first,
                              const OtherSide& other) {
  const seal::Identity& me = *acts.keyring.identity();
  Presents out;
  const auto keep = [&](const StreamId& stream, const wire::EpochRecord& epoch, const Key32& key) {
    if (seal::commitment(key, stream, epoch.epoch) != epoch.commitment) return;
    out.insert_or_assign(stream, seal::EpochKey{epoch.epoch, key.clone()});
  };
  for (const wire::StreamRecord& stream : first.streams()) {
    if (stream.epochs.empty()) continue;
    const wire::EpochRecord& newest = stream.epochs.back();
    const Key32* held = acts.keyring.key(stream.id, newest.epoch);
    if (held != nullptr) keep(stream.id, newest, *held);
  }
  for (const pb::ControlEntry& entry : other.entries) {
    for (const wire::StreamBox& box : wire::boxes_for_recipient(first, entry, me.device.view())) {
      const wire::StreamRecord* stream = first.stream(box.stream);
      if (stream == nullptr || stream->epochs.empty()) continue;
      auto text = seal::open_box(me.box, box.box);
      if (!text.ok() || text->size() != Key32::kSize) continue;
      const Key32 key(std::span<const std::uint8_t, 32>(text->data(), 32));
      wipe(*text);
      if (box.epoch == stream->epochs.back().epoch) keep(box.stream, stream->epochs.back(), key);
    }
  }
  return out;
}

// A piece of our side that the first does not know yet: whole appends, as many as fit.
struct Piece {
  std::uint32_t fork_seq = 0;
  std::uint32_t until = 0;  // its last entry
  std::vector<pb::ControlEntry> entries;
};
Result<Piece> next_piece(Acts& acts, const wire::ControlState& first, const OtherSide& other) {
  const wire::ControlState& ours = acts.control.state();
  Piece out;
  out.fork_seq = other.since - 1;
  for (std::uint32_t seq = other.since; seq <= ours.head_seq(); ++seq) {
    if (first.place_of(seq, ours.head_at(seq))) out.fork_seq = seq;
  }
  MQ_TRY(const std::vector<pb::ControlEntry> all, acts.control.entries(out.fork_seq));
  std::size_t bytes = 0;
  std::size_t whole = 0;
  for (const pb::ControlEntry& entry : all) {
    bytes += entry.body().size();
    if (bytes > kSecondBytes && whole > 0) break;
    pb::ControlEntry bare = entry;
    bare.clear_key_record();
    out.entries.push_back(std::move(bare));
    pb::ControlBody body;
    if (body.ParseFromString(entry.body()) && body.batch_left() == 0) whole = out.entries.size();
    if (out.fork_seq + out.entries.size() == ours.head_seq())
      break;  // what is pending never counted
  }
  out.entries.resize(whole);
  out.until = out.fork_seq + static_cast<std::uint32_t>(whole);
  return out;
}

void add_void_key(pb::Heal& heal, const Acts& acts, const StreamId& stream,
                  const wire::EpochRecord& epoch, const Key32& key, const Presents& presents) {
  const auto present = presents.find(stream);
  if (present == presents.end()) return;
  pb::VoidKey& out = *heal.add_keys();
  out.set_stream(to_field(stream.view()));
  out.set_epoch(epoch.epoch);
  out.set_commitment(to_field(epoch.commitment.view()));
  out.set_wrapped(to_field(seal::wrap_void(present->second.key, stream, present->second.epoch,
                                           epoch.commitment, key, acts.random)));
}

// What our side sealed under since, for those who read the streams on the first.
void add_void_keys(pb::Heal& heal, const Acts& acts, const Piece& piece, const Presents& presents) {
  for (const wire::StreamRecord& stream : acts.control.state().streams()) {
    for (const wire::EpochRecord& epoch : stream.epochs) {
      if (epoch.from <= piece.fork_seq || epoch.from > piece.until) continue;
      const Key32* key = acts.keyring.key(stream.id, epoch.epoch);
      if (key != nullptr) add_void_key(heal, acts, stream.id, epoch, *key, presents);
    }
  }
}

// Appends to the log as the server has it; a lost race is seen at the next reading.
Status append_heal(Acts& acts, const Signer& signer, const wire::ControlState& first,
                   pb::ControlBody body) {
  body.mutable_heal()->set_first_head(to_field(first.head().view()));
  wire::ControlDraft draft(first, signer.id, acts.caller.server_time(), 1);
  draft.add(std::move(body), *signer.key);
  const std::vector<pb::ControlEntry> entries = draft.take();
  wire::ControlState trial = first;
  MQ_CHECK(trial.apply(entries));
  const auto reply = acts.caller.control_append(signer, first.head(), entries);
  return reply.ok() ? Status() : Status(reply.error());
}

Status append_piece(Acts& acts, const Signer& signer, const OtherSide& other) {
  MQ_TRY(const wire::ControlState first, state_of(acts, other));
  MQ_CHECK(check_may(first, acts.keyring.identity()->device));
  MQ_TRY(const Presents presents, present_keys(acts, first, other));
  MQ_TRY(const Piece piece, next_piece(acts, first, other));
  if (piece.entries.empty()) return not_parted();
  pb::ControlBody body;
  pb::Heal& heal = *body.mutable_heal();
  heal.set_fork_seq(piece.fork_seq);
  heal.set_second_head(to_field(acts.control.state().head_at(piece.until).view()));
  for (const pb::ControlEntry& entry : piece.entries) *heal.add_second() = entry;
  add_void_keys(heal, acts, piece, presents);
  return append_heal(acts, signer, first, std::move(body));
}

// Until the server's log has made the whole of ours void, and ours has followed it.
Result<bool> make_one(Acts& acts, const Signer& signer) {
  for (int turn = 0; turn < kTurnsMax; ++turn) {
    MQ_TRY(const ServerLog server, known_and_read(acts, signer));
    if (!server.parted) return turn > 0;
    MQ_TRY(const OtherSide other, other_side(acts, signer, server));
    MQ_TRY(const bool followed, follow_heal(acts, other));
    if (followed) return true;
    MQ_CHECK(append_piece(acts, signer, other));
  }
  return no_end();
}

// A stream that only the void side had could hand its key to nobody until it was opened again.
const wire::VoidLine* unpublished(const Acts& acts, const wire::ControlState& state,
                                  pb::Heal& heal) {
  Presents presents;
  for (const wire::StreamRecord& stream : state.streams()) {
    if (stream.epochs.empty()) continue;
    const std::uint32_t newest = stream.epochs.back().epoch;
    const Key32* key = acts.keyring.key(stream.id, newest);
    if (key != nullptr) presents.insert_or_assign(stream.id, seal::EpochKey{newest, key->clone()});
  }
  const auto published = [&](const wire::EpochRecord& epoch) {
    return std::ranges::any_of(state.void_keys(), [&](const wire::VoidKeyRecord& each) {
      return each.commitment == epoch.commitment;
    });
  };
  for (const wire::VoidLine& line : state.void_lines()) {
    for (const wire::StreamRecord& stream : line.state->streams()) {
      for (const wire::EpochRecord& epoch : stream.epochs) {
        if (epoch.from <= line.fork_seq || published(epoch)) continue;
        const Key32* key = acts.keyring.void_key(stream.id, epoch.commitment);
        if (key != nullptr) add_void_key(heal, acts, stream.id, epoch, *key, presents);
      }
    }
    if (!heal.keys().empty()) return &line;
  }
  return nullptr;
}

Status publish_keys(Acts& acts) {
  for (std::size_t round = 0; round <= acts.control.state().void_lines().size(); ++round) {
    bool any = false;
    MQ_CHECK(append_plan(acts, [&](Plan& plan) -> Status {
      pb::ControlBody body;
      const wire::VoidLine* line = unpublished(acts, plan.state(), *body.mutable_heal());
      any = line != nullptr;
      if (!any) return {};
      body.mutable_heal()->set_first_head(to_field(plan.state().head().view()));
      body.mutable_heal()->set_second_head(to_field(line->state->head().view()));
      body.mutable_heal()->set_fork_seq(line->state->head_seq());
      return plan.add(std::move(body));
    }));
    if (!any) return {};
  }
  return {};
}

// Members who may do less than they might before the entry.
std::size_t ended_by_heals(const wire::ControlState& log) {
  const auto by_heal = [&](const std::optional<std::uint32_t>& until) {
    return until && std::ranges::any_of(log.void_lines(), [&](const wire::VoidLine& line) {
             return line.entry == *until;
           });
  };
  std::size_t out = 0;
  for (const wire::DeviceRecord& device : log.devices()) out += by_heal(device.span.until) ? 1 : 0;
  for (const wire::RoleRecord& role : log.roles()) out += by_heal(role.span.until) ? 1 : 0;
  return out;
}

}  // namespace

Result<Healed> heal_log(const Member& member, seal::Sealer& sealer) {
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_TRY(const Signer signer, device_signer(acts.keyring));
  MQ_CHECK(caller.meet(&acts.control.state().server_key()));
  Healed out;
  MQ_TRY(out.parted, make_one(acts, signer));
  MQ_CHECK(prepare(acts));
  MQ_CHECK(acts.control.complete_keys(acts.keyring));
  MQ_CHECK(renew_if_rewound(acts.vault, acts.control, sealer));
  MQ_CHECK(rule_by_log(acts.vault, acts.control, sealer));
  if (is_admin(acts.control.state(), acts.keyring.identity()->device)) {
    MQ_CHECK(publish_keys(acts));
    MQ_TRY(out.rotated, rotate_missing(acts));
  }
  out.held = ended_by_heals(acts.control.state());
  MQ_TRY(out.again, void_entries(acts.keyring, acts.control));
  return out;
}

}  // namespace mq::sync
