// Joining: one contact turns a code into a device with its role and its keys.
//
// Identity is stored before the append. Called again with the same code on the same device, after a
// kill or a lost answer, it goes on where it stood; the log is believed only with the code's MAC.

#include "acts.h"
#include "messages.h"
#include "mq/base/text.h"
#include "mq/wire/invitation.h"
#include "settings.h"
#include "whole_log.h"

namespace mq::sync {
namespace {

constexpr int kRacesMax = 8;

Error not_valid(std::string_view zh, std::string_view en) {
  return {Code::kNotAllowed, cat("不能用这个邀请码加入:", zh),
          cat("cannot join with this code: ", en)};
}

// Once per home; the same code goes on with the same identity.
Status draw_identity(Acts& acts, const wire::InviteKeys& keys, const TownshipId& township,
                     const PersonId& person, const Clock& clock) {
  MQ_TRY(const std::optional<UsedInvite> used, load_used_invite(acts.vault));
  if (used && used->invite != keys.id) {
    return not_valid("这台设备已用另一个码开始加入。请换一个空文件夹。",
                     "this home began to join with another code; use an empty one");
  }
  if (!used) MQ_CHECK(store_used_invite(acts.vault, keys.id, keys.box_seed));
  if (acts.keyring.identity() != nullptr) return acts.vault.set_actor(person);
  if (!acts.vault.device()) {
    MQ_CHECK(acts.vault.set_device(new_id<DeviceId>(clock, acts.random), acts.random.u32()));
  }
  MQ_CHECK(acts.keyring.set_identity({township, *acts.vault.device(), person,
                                      wire::SigningKey::generate(acts.random),
                                      seal::BoxKeyPair::generate(acts.random)}));
  return acts.vault.set_actor(person);
}

// The whole log, verified from its genesis, and that it is the one which the code speaks of.
Status check_log(const wire::ControlState& state, const wire::InviteKeys& keys,
                 const TownshipId& township, const VerifyKey& server) {
  const wire::InviteRecord* invite = state.invite(keys.id);
  if (state.township() != township || invite == nullptr) {
    return not_valid("服务器给出的成员登记里没有它。", "the log shown does not contain it");
  }
  if (invite->sign_key != keys.sign.public_key() || !wire::verify_invite_mac(keys, *invite)) {
    return not_valid("服务器给出的成员登记与它不符。请核对服务器地址。",
                     "the log shown does not fit it; check the server address");
  }
  if (state.server_key() != server) {
    return Error{Code::kUnauthenticated, "这不是成员登记里写的那台服务器,没有送出任何东西。",
                 "this is not the server that the log names; nothing was sent"};
  }
  return {};
}

Result<std::vector<pb::ControlEntry>> device_entry(const Acts& acts, const wire::InviteKeys& keys,
                                                   const wire::ControlState& state) {
  const seal::Identity& me = *acts.keyring.identity();
  pb::ControlBody body;
  pb::Device& device = *body.mutable_device();
  device.set_device(to_field(me.device.view()));
  device.set_person(to_field(me.person.view()));
  device.set_sign_key(to_field(me.sign.public_key().view()));
  device.set_box_key(to_field(me.box.public_key().view()));
  device.set_invite(to_field(keys.id.view()));
  Plan plan(state, {to_bytes(keys.id.view()), &keys.sign, &me.sign}, acts.caller.server_time(),
            acts.random);
  MQ_CHECK(plan.add(std::move(body)));
  return plan.entries();
}

// After a lost answer the invitation is used, by us: then the log is read as this device.
Result<WholeLog> read_as_device_or_invite(Acts& acts, const Signer& as_invite) {
  if (acts.keyring.identity() != nullptr) {
    MQ_TRY(const Signer as_device, device_signer(acts.keyring));
    auto log = read_whole_log(acts.caller, as_device);
    if (log.ok() || log.error().code == Code::kUnavailable) return log;
  }
  return read_whole_log(acts.caller, as_invite);
}

// Appends the device entry, or finds that it stands. Gives the log with it.
Result<WholeLog> claim(Acts& acts, const wire::InviteKeys& keys, const TownshipId& township,
                       const Clock& clock) {
  const Signer as_invite{township, keys.id.view(), &keys.sign};
  for (int race = 0; race < kRacesMax; ++race) {
    MQ_TRY(WholeLog log, read_as_device_or_invite(acts, as_invite));
    MQ_CHECK(check_log(log.state, keys, township, acts.caller.server_key()));
    const wire::InviteRecord& invite = *log.state.invite(keys.id);
    if (invite.used_by && invite.used_by != acts.vault.device()) {
      return not_valid("它已被用过。如果不是你用的,请马上告诉管理员。",
                       "it has been used; if not by you, tell the admin at once");
    }
    MQ_CHECK(draw_identity(acts, keys, township, invite.person, clock));
    if (invite.used_by) return log;
    MQ_TRY(const auto entries, device_entry(acts, keys, log.state));
    MQ_TRY(const pb::ControlAppendReply reply,
           acts.caller.control_append(as_invite, log.state.head(), entries));
    if (!reply.appended()) continue;
    log.entries.insert(log.entries.end(), entries.begin(), entries.end());
    return log;
  }
  return Error{Code::kUnavailable, "成员登记正被别人频繁改动,这次没有加入。请稍后再试。",
               "others keep appending to the control log; try again"};
}

// It has joined; whether the server still knows that is worth the contact that was asked for.
Status join_again(vault::Vault& vault, seal::Keyring& keyring, ControlStore& control,
                  Transport& transport, const Clock& clock, Random& random) {
  transport.expect_server(control.state().server_key());
  Caller caller(transport, clock, random);
  Acts acts{vault, keyring, control, caller, random};
  MQ_CHECK(prepare(acts));
  return control.complete_keys(keyring);
}

}  // namespace

Status join_township(std::string_view code, vault::Vault& vault, seal::Keyring& keyring,
                     ControlStore& control, Transport& transport, const Clock& clock,
                     Random& random) {
  MQ_TRY(const wire::InviteCode parsed, wire::parse_invite_code(code));
  const wire::InviteKeys keys = wire::derive_invite(parsed.secret);
  if (const wire::InviteRecord* mine = control.state().invite(keys.id);
      mine != nullptr && vault.device() && mine->used_by == vault.device()) {
    return join_again(vault, keyring, control, transport, clock, random);
  }
  if (control.state().head_seq() > 0) {
    return Error{Code::kConflict, "这里已经属于一个乡镇。请换一个空文件夹再加入。",
                 "this home belongs to a township already; join from an empty one"};
  }
  transport.expect_server(VerifyKey{});
  Caller caller(transport, clock, random);
  MQ_CHECK(caller.meet(nullptr));
  Acts acts{vault, keyring, control, caller, random};
  const auto township = caller.find_invite(keys.id);
  if (!township.ok() && township.error().code == Code::kNotFound) {
    return not_valid("服务器上没有它。请核对号码和服务器地址。",
                     "the server does not know it; check the code and the address");
  }
  if (!township.ok()) return township.error();
  MQ_TRY(const WholeLog log, claim(acts, keys, *township, clock));
  MQ_CHECK(control.append(log.entries, keyring));
  transport.expect_server(control.state().server_key());
  return {};
}

}  // namespace mq::sync
