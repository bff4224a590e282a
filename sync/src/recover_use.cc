// Using the recovery kit: an empty home becomes an admin's device.
//
// Two acts. The kit appoints this device, in one append that stands or does not; from then on it
// acts as any admin's device and stops the others. Only the first needs the kit's power, and a kill
// between them leaves an admin who can finish.
#include <algorithm>
#include <array>

#include "acts.h"
#include "messages.h"
#include "mq/base/text.h"
#include "mq/seal/labels.h"
#include "mq/sync/recovery.h"
#include "mq/wire/control_draft.h"
#include "whole_log.h"

namespace mq::sync {
namespace {

constexpr int kRacesMax = 8;
constexpr std::string_view kRecovering = "sync.recovering";  // the township, until it is done

Error not_the_kit() {
  return {Code::kInvalidInput,
          "这两张恢复单不是现在有效的那一套(多半是换掉的旧单)。请找最近一次做的三张中的两张",
          "these sheets are not the recovery kit in force, perhaps one that was replaced; find two "
          "of the three that were made last"};
}

Error unknown_kit() {
  return {
      Code::kNotAllowed,
      "服务器不认识这套恢复单:多半已被换掉。请找最近一次做的三张中的两张;"
      "服务器若是从旧备份恢复的,请先让一台还在用的设备 sync",
      "the server knows no such recovery kit: it was probably replaced; find two sheets of the "
      "newest. If the server was restored from an older copy, let a member's device sync first"};
}

// An empty home, or one in which this very act broke off.
Status check_home(const Acts& acts, const TownshipId& township) {
  MQ_TRY(const std::optional<Bytes> begun, acts.vault.setting(kRecovering));
  const bool empty = acts.control.state().head_seq() == 0 && acts.keyring.identity() == nullptr;
  const bool goes_on = begun && std::ranges::equal(*begun, township.view());
  if (goes_on || (empty && (!begun || begun->empty()))) return {};
  return Error{Code::kConflict, "这个文件夹已经属于一个乡镇,没有改动。请换一个空文件夹。",
               "this home belongs to a township already; use an empty one"};
}

// The log is believed only if it begins as the sheets say: its public parts could be copied.
Status check_log(const RecoverOptions& options, const wire::ControlState& state,
                 const VerifyKey& server) {
  for (const seal::Sheet& sheet : *options.sheets) {
    if (seal::is_of(sheet, state.township(), state.head_at(1))) continue;
    return Error{Code::kNotAllowed,
                 "服务器给出的成员登记不是恢复单上写的那个乡镇的。请核对服务器地址。",
                 "the log shown is not of the township that the sheets name; check the address"};
  }
  const wire::RecoveryRecord* kit = state.recovery();
  const bool in_force = kit != nullptr && kit->box_key == options.seed->box().public_key() &&
                        kit->sign_key == options.seed->sign().public_key();
  if (!in_force) return not_the_kit();
  for (const seal::Sheet& sheet : *options.sheets) {
    if (seal::check_hash(sheet) != kit->sheet_checks[sheet.number - 1u]) return not_the_kit();
  }
  if (state.server_key() == server) return {};
  return Error{Code::kUnauthenticated, "这不是成员登记里写的那台服务器,没有送出任何东西。",
               "this is not the server that the log names; nothing was sent"};
}

// From the end: a new key opens the one before it, and so on back.
Status take_keys(const seal::RecoverySeed& seed, const WholeLog& log, seal::Keyring& keyring) {
  const seal::BoxKeyPair box = seed.box();
  const auto name = InviteId::from(wire::recovery_recipient(box.public_key()));
  MQ_ASSERT(name.has_value());
  for (auto entry = log.entries.rbegin(); entry != log.entries.rend(); ++entry) {
    if (entry->key_record().empty()) continue;
    MQ_CHECK(keyring.take_boxes(log.state, *entry, &box, &*name));
  }
  return {};
}

// The member of that name, if there is exactly one.
std::optional<PersonId> member_named(const wire::ControlState& state, const seal::Keyring& keyring,
                                     const std::string& name) {
  std::optional<PersonId> found;
  for (const wire::PersonRecord& person : state.persons()) {
    if (seal::label_or_nothing(state, keyring, person.sealed_name) != name) continue;
    if (found) return std::nullopt;
    found = person.id;
  }
  return found;
}

// Two commits: a kill between them leaves a device id, which the next call goes on with.
Status draw_identity(Acts& acts, const WholeLog& log, const std::string& name, const Clock& clock) {
  if (acts.keyring.identity() != nullptr) {
    return acts.vault.set_actor(acts.keyring.identity()->person);
  }
  const auto known = member_named(log.state, acts.keyring, name);
  const PersonId person = known ? *known : new_id<PersonId>(clock, acts.random);
  if (!acts.vault.device()) {
    MQ_CHECK(acts.vault.set_device(new_id<DeviceId>(clock, acts.random), acts.random.u32()));
  }
  MQ_CHECK(acts.keyring.set_identity({log.state.township(), *acts.vault.device(), person,
                                      wire::SigningKey::generate(acts.random),
                                      seal::BoxKeyPair::generate(acts.random)}));
  return acts.vault.set_actor(person);
}

Result<std::vector<pb::ControlEntry>> appointment(const Acts& acts, const RecoverOptions& options,
                                                  const wire::ControlState& state) {
  const seal::Identity& me = *acts.keyring.identity();
  pb::ControlBody body;
  pb::Device& device = *body.mutable_appoint()->mutable_device();
  device.set_device(to_field(me.device.view()));
  device.set_person(to_field(me.person.view()));
  device.set_sign_key(to_field(me.sign.public_key().view()));
  device.set_box_key(to_field(me.box.public_key().view()));
  if (state.person(me.person) == nullptr) {
    MQ_TRY(const LabelKey label, label_key(state, acts.keyring));
    body.mutable_appoint()->set_sealed_name(sealed(label, options.name, acts.random));
  }
  const wire::SigningKey sign = options.seed->sign();
  const Bytes name = wire::recovery_recipient(options.seed->box().public_key());
  wire::ControlDraft draft(state, name, acts.caller.server_time());
  draft.add(std::move(body), sign, nullptr, {&me.sign});
  std::vector<pb::ControlEntry> entries = draft.take();
  wire::ControlState after = state;
  MQ_CHECK(after.apply(entries));
  return entries;
}

Result<WholeLog> read_as_kit(Acts& acts, const Signer& kit) {
  auto log = read_whole_log(acts.caller, kit);
  if (!log.ok() && log.error().code == Code::kUnauthenticated) return unknown_kit();
  return log;
}

// Appoints this device, or finds that it stands. Gives the log with it.
Result<WholeLog> appoint(Acts& acts, const RecoverOptions& options, const TownshipId& township,
                         const Clock& clock) {
  const wire::SigningKey sign = options.seed->sign();
  const Bytes name = wire::recovery_recipient(options.seed->box().public_key());
  const Signer kit{township, name, &sign};
  for (int race = 0; race < kRacesMax; ++race) {
    MQ_TRY(WholeLog log, read_as_kit(acts, kit));
    MQ_CHECK(check_log(options, log.state, acts.caller.server_key()));
    MQ_CHECK(acts.vault.set_setting(kRecovering, township.view()));
    MQ_CHECK(take_keys(*options.seed, log, acts.keyring));
    MQ_CHECK(draw_identity(acts, log, options.name, clock));
    if (log.state.device(acts.keyring.identity()->device) != nullptr) return log;
    MQ_TRY(const auto entries, appointment(acts, options, log.state));
    MQ_TRY(const pb::ControlAppendReply reply,
           acts.caller.control_append(kit, log.state.head(), entries));
    if (!reply.appended()) continue;
    log.entries.insert(log.entries.end(), entries.begin(), entries.end());
    return log;
  }
  return Error{Code::kUnavailable, "成员登记正被别人频繁改动,这次没有办成。请再办一次。",
               "others keep appending to the control log; do it again"};
}

// Already stored by a call that broke off later: the log only grows.
Status store_log(Acts& acts, const WholeLog& log) {
  const std::uint32_t held = acts.control.held();
  if (held >= log.entries.size()) return {};
  return acts.control.append({log.entries.begin() + held, log.entries.end()}, acts.keyring);
}

Status stop_admins(const Member& member, Recovered& done) {
  const wire::ControlState& state = member.control.state();
  std::vector<DeviceId> others;
  for (const wire::DeviceRecord* device : state.admin_devices(state.head_seq())) {
    if (device->id != member.keyring.identity()->device) others.push_back(device->id);
  }
  for (const DeviceId& device : others) {
    MQ_TRY(const Cutoff cut, revoke_device({device, "恢复单", std::nullopt}, member));
    done.stopped.push_back(device);
    done.left = cut.left;
  }
  return {};
}

}  // namespace

Result<Recovered> recover_township(const RecoverOptions& options, const Member& member) {
  const TownshipId township = options.sheets->front().township;
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_CHECK(check_home(acts, township));
  member.transport.expect_server(VerifyKey{});
  MQ_CHECK(caller.meet(nullptr));
  MQ_TRY(const WholeLog log, appoint(acts, options, township, member.clock));
  MQ_CHECK(store_log(acts, log));
  const wire::ControlState& state = member.control.state();
  member.transport.expect_server(state.server_key());
  Recovered done;
  const seal::Identity& me = *member.keyring.identity();
  done.known = state.person(me.person)->seq < state.device(me.device)->span.from;
  if (!options.keep_admins) MQ_CHECK(stop_admins(member, done));
  MQ_CHECK(member.vault.set_setting(kRecovering, ByteView{}));
  return done;
}

}  // namespace mq::sync
