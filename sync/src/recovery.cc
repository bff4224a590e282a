// Making and drilling the recovery kit.
#include "mq/sync/recovery.h"

#include <algorithm>
#include <set>

#include "acts.h"
#include "messages.h"
#include "mq/base/text.h"
#include "mq/seal/box.h"
#include "rotate.h"

namespace mq::sync {
namespace {

// Recovery is no recipient of a spot check; a drop's stream has no keys.
bool for_recovery(const wire::StreamRecord& stream) {
  return !stream.epochs.empty() && stream.kind != pb::STREAM_KIND_CHECK;
}

Status plan_recovery(Plan& plan, const KitOptions& options) {
  pb::ControlBody body;
  pb::Recovery& recovery = *body.mutable_recovery();
  recovery.set_box_key(to_field(options.seed->box().public_key().view()));
  recovery.set_sign_key(to_field(options.seed->sign().public_key().view()));
  for (const Hash& check : options.checks) recovery.add_sheet_checks(to_field(check.view()));
  const bool open = !plan.state().setup();
  return plan.add(std::move(body), nullptr, open ? options.second : nullptr);
}

// The newest key; older ones travel under it.
Status plan_grant(Plan& plan, const Acts& acts, const StreamId& stream, const BoxKey& recovery) {
  const std::uint32_t epoch = plan.state().epoch_at(stream, plan.state().head_seq());
  const Key32* key = acts.keyring.key(stream, epoch);
  if (key == nullptr) {
    return Error{Code::kNotAllowed,
                 "这台设备缺少要交给恢复单的钥匙。请先同步;仍缺,请在另一台管理员设备上办理",
                 "this device lacks a key that the kit must have; sync, or use another admin's"};
  }
  const Bytes name = wire::recovery_recipient(recovery);
  MQ_TRY(KeyGrant grant, key_grant(stream, epoch, *key, {name, recovery}, acts.random));
  return plan.add(std::move(grant.body), &grant.record);
}

// As many as one append takes; returns how many.
Result<std::size_t> plan_grants(Plan& plan, const Acts& acts, const std::vector<StreamId>& streams,
                                const BoxKey& recovery) {
  std::size_t planned = 0;
  while (planned < streams.size() && plan.bytes() < kAppendBytes) {
    MQ_CHECK(plan_grant(plan, acts, streams[planned], recovery));
    ++planned;
  }
  return planned;
}

std::vector<StreamId> streams_to_grant(const wire::ControlState& state) {
  std::vector<StreamId> out;
  for (const wire::StreamRecord& stream : state.streams()) {
    if (for_recovery(stream)) out.push_back(stream.id);
  }
  return out;
}

Status grant_rest(Acts& acts, std::vector<StreamId> left, const BoxKey& recovery) {
  while (!left.empty()) {
    std::size_t planned = 0;
    MQ_CHECK(append_plan(acts, [&](Plan& plan) -> Status {
      MQ_TRY(planned, plan_grants(plan, acts, left, recovery));
      return {};
    }));
    left.erase(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(planned));
  }
  return {};
}

// Streams left without the kit's box by the first append; none of them if it replaces another,
// whose changed keys rotate_missing finds by itself.
Result<std::vector<StreamId>> append_kit(Acts& acts, const KitOptions& options) {
  const BoxKey box_key = options.seed->box().public_key();
  std::vector<StreamId> left;
  const auto fill = [&](Plan& plan) -> Status {
    MQ_CHECK(may_make_recovery(options, plan.state(), acts.keyring.identity()->person));
    MQ_CHECK(plan_recovery(plan, options));
    if (options.replace) {
      const PersonId& me = acts.keyring.identity()->person;
      MQ_CHECK(plan_rotations(plan, acts, missing_rotations(plan.state(), me)));
      return {};
    }
    left = streams_to_grant(plan.state());
    MQ_TRY(const std::size_t planned, plan_grants(plan, acts, left, box_key));
    left.erase(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(planned));
    return {};
  };
  MQ_CHECK(append_plan(acts, fill));
  return left;
}

Error not_in_force() {
  return {Code::kInvalidInput,
          "演练没有通过:这两张不是现在有效的那一套(多半是换掉的旧单)。请找最近一次做的三张",
          "the drill failed: these sheets are not the kit in force, perhaps one that was replaced; "
          "look for the three that were made last"};
}

Status check_sheets(const wire::ControlState& state, const seal::RecoverySeed& seed,
                    const std::vector<seal::Sheet>& sheets) {
  const wire::RecoveryRecord* kit = state.recovery();
  for (const seal::Sheet& sheet : sheets) {
    if (seal::is_of(sheet, state.township(), state.head_at(1))) continue;
    return Error{Code::kInvalidInput, "演练没有通过:这是别的乡镇的恢复单",
                 "the drill failed: a sheet is of another township"};
  }
  if (kit == nullptr) {
    return Error{Code::kNotFound, "本乡镇还没有恢复单;请先 recover make",
                 "the township has no recovery kit; make one first"};
  }
  const bool same =
      seed.box().public_key() == kit->box_key && seed.sign().public_key() == kit->sign_key;
  if (!same) return not_in_force();
  for (const seal::Sheet& sheet : sheets) {
    if (seal::check_hash(sheet) != kit->sheet_checks[sheet.number - 1u]) return not_in_force();
  }
  return {};
}

// Streams of whose newest key this entry holds the kit's box.
void note_opened(const wire::ControlState& state, const pb::ControlEntry& entry,
                 const seal::BoxKeyPair& box, std::set<StreamId>& opened) {
  const Bytes name = wire::recovery_recipient(box.public_key());
  for (const wire::StreamBox& one : wire::boxes_for_recipient(state, entry, name)) {
    const wire::StreamRecord* stream = state.stream(one.stream);
    if (stream == nullptr || stream->epochs.empty()) continue;
    const wire::EpochRecord& newest = stream->epochs.back();
    auto key = seal::open_box(box, one.box);
    if (one.epoch != newest.epoch || !key.ok() || key->size() != Key32::kSize) continue;
    const Key32 opened_key(ByteView(*key).first<Key32::kSize>());
    wipe(*key);
    if (seal::commitment(opened_key, one.stream, one.epoch) == newest.commitment) {
      opened.insert(one.stream);
    }
  }
}

Status check_second(const KitOptions& options, const wire::ControlState& state) {
  if (state.setup()) return {};
  if (options.second == nullptr) {
    return Error{Code::kNotAllowed,
                 "换恢复单:乡镇已正式启用,还要一个签名:旧单任意两张(--sheet 两次),"
                 "或县根密钥(--root)",
                 "replacing the recovery kit: the township is open, so two old sheets (--sheet "
                 "twice) or the county root (--root) must sign as well"};
  }
  const VerifyKey key = options.second->public_key();
  if (key == state.county_root() || key == state.recovery()->sign_key) return {};
  return Error{Code::kInvalidInput,
               "换恢复单:给的旧单或县根密钥不是本乡镇现在有效的,什么也没有改动",
               "replacing the recovery kit: the sheets or the county root given are not this "
               "township's present ones; nothing was changed"};
}

}  // namespace

Status may_make_recovery(const KitOptions& options, const wire::ControlState& state,
                         const PersonId& person) {
  const bool stands = state.recovery() != nullptr;
  if (!state.has_role(person, pb::ROLE_KIND_ADMIN, state.head_seq())) {
    return Error{Code::kNotAllowed, "恢复单由乡镇管理员制作;什么也没有改动",
                 "only a township admin makes the recovery kit; nothing was changed"};
  }
  if (stands && !options.replace) {
    return Error{Code::kConflict,
                 "做恢复单:本乡镇已有一套。保管人变动或单子丢失时,用 recover make --replace 换一套",
                 "making a recovery kit: the township has one; use --replace to make another"};
  }
  if (!stands && options.replace) {
    return Error{Code::kConflict, "换恢复单:本乡镇还没有恢复单;请不带 --replace 再办",
                 "replacing the recovery kit: there is none; leave --replace away"};
  }
  return check_second(options, state);
}

Result<std::size_t> make_recovery(const KitOptions& options, const Member& member) {
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_CHECK(begin_act(acts));
  MQ_TRY(std::vector<StreamId> left, append_kit(acts, options));
  MQ_CHECK(grant_rest(acts, std::move(left), options.seed->box().public_key()));
  if (options.replace) MQ_CHECK(rotate_missing(acts));
  return streams_to_grant(acts.control.state()).size();
}

Result<Drilled> drill_recovery(const seal::RecoverySeed& seed,
                               const std::vector<seal::Sheet>& sheets, ControlStore& control) {
  const wire::ControlState& state = control.state();
  MQ_CHECK(check_sheets(state, seed, sheets));
  MQ_TRY(const std::vector<pb::ControlEntry> entries, control.entries(0));
  const seal::BoxKeyPair box = seed.box();
  std::set<StreamId> opened;
  for (const pb::ControlEntry& entry : entries) note_opened(state, entry, box, opened);
  Drilled drilled;
  for (const StreamId& stream : streams_to_grant(state)) {
    ++(opened.contains(stream) ? drilled.streams : drilled.closed);
  }
  return drilled;
}

}  // namespace mq::sync
