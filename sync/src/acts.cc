#include "acts.h"

#include "messages.h"
#include "mq/base/text.h"
#include "mq/seal/box.h"
#include "parting.h"
#include "settings.h"

namespace mq::sync {
namespace {

constexpr int kRacesMax = 8;
constexpr int kTurnsMax = 64;

Error busy() {
  return {Code::kUnavailable, "成员登记正被别人频繁改动,这次没有登记上。请稍后再试。",
          "others keep appending to the control log; nothing was appended, try again"};
}

// After an append, whether it was taken or not.
Result<ServerLog> log_after(const Acts& acts, const pb::ControlAppendReply& reply) {
  const wire::ControlState& ours = acts.control.state();
  MQ_TRY(const Hash head, from_field<Hash>(reply.head()));
  const bool ahead = reply.head_seq() > ours.head_seq();
  return ServerLog{reply.head_seq(), head, !ahead && ours.head_at(reply.head_seq()) != head};
}

// What an entry after all that we hold has to follow.
Hash last_held(const wire::ControlState& state) {
  if (state.pending().empty()) return state.head();
  return wire::control_hash(view_of(state.pending().back().body()));
}

// The seq of this device's own entry; 0 if the log has none.
std::uint32_t own_seq(const Acts& acts) {
  const seal::Identity* me = acts.keyring.identity();
  const wire::DeviceRecord* device =
      me != nullptr ? acts.control.state().device(me->device) : nullptr;
  return device != nullptr ? device->span.from : 0;
}

Status check_live(const Acts& acts) {
  const seal::Identity* me = acts.keyring.identity();
  const wire::DeviceRecord* device =
      me != nullptr ? acts.control.state().device(me->device) : nullptr;
  if (device == nullptr || !device->span.until) return {};
  return Error{Code::kNotAllowed, "这台设备已被停用,不能再办理;请联系另一位管理员。记录都在本机。",
               "this device was stopped and may change nothing; ask another admin. Its records are "
               "kept"};
}

}  // namespace

Result<Signer> device_signer(const seal::Keyring& keyring) {
  const seal::Identity* me = keyring.identity();
  if (me == nullptr) {
    return Error{Code::kNotAllowed, "这台设备还没有加入乡镇。请先用邀请码 join。",
                 "this device has not joined a township; join with a code first"};
  }
  return Signer{me->township, me->device.view(), &me->sign};
}

Result<ServerLog> read_control(Acts& acts, const Signer& signer) {
  const wire::ControlState& state = acts.control.state();
  MQ_TRY(const pb::ControlReadReply reply, acts.caller.control_read(signer, acts.control.held()));
  MQ_TRY(const Hash head, from_field<Hash>(reply.head()));
  if (reply.entries_size() == 0) {
    if (reply.head_seq() <= state.head_seq()) {
      return ServerLog{reply.head_seq(), head, state.head_at(reply.head_seq()) != head};
    }
    return Error{Code::kUnavailable, "服务器没有给全成员登记。请稍后再试。",
                 "the server did not give the whole log; try again later"};
  }
  pb::ControlBody first;
  const bool follows = first.ParseFromString(reply.entries(0).body()) &&
                       Hash::from(view_of(first.prev())) == last_held(state);
  if (!follows) return ServerLog{reply.head_seq(), head, true};
  const std::vector<pb::ControlEntry> entries(reply.entries().begin(), reply.entries().end());
  MQ_CHECK(acts.control.append(entries, acts.keyring));
  return ServerLog{reply.head_seq(), head, false};
}

Result<ServerLog> bring_back_control(Acts& acts, const Signer& signer, std::uint32_t server_seq) {
  MQ_TRY(const std::vector<pb::ControlEntry> lost, acts.control.entries(server_seq));
  std::vector<pb::ControlEntry> batch;
  for (const pb::ControlEntry& entry : lost) {
    batch.push_back(entry);
    pb::ControlBody body;
    if (!body.ParseFromString(entry.body()) || body.batch_left() == 0) break;
  }
  const Hash head = acts.control.state().head_at(server_seq);
  MQ_TRY(const pb::ControlAppendReply reply, acts.caller.control_append(signer, head, batch));
  return log_after(acts, reply);
}

bool reaches_further(const Acts& acts, std::uint32_t reach) { return reach < own_seq(acts); }

Result<ServerLog> introduce(Acts& acts, const Signer& signer, std::uint32_t reach) {
  const std::uint32_t own = own_seq(acts);
  const std::uint32_t after = own > reach ? own - reach : 0;
  MQ_TRY(std::vector<pb::ControlEntry> entries, acts.control.entries(after));
  if (entries.size() > own - after) entries.resize(own - after);
  const Hash head = acts.control.state().head_at(after);
  MQ_TRY(const pb::ControlAppendReply reply, acts.caller.control_append(signer, head, entries));
  return log_after(acts, reply);
}

Error still_unknown(vault::Vault& vault, const Error& refusal) {
  const Status noted = note_unknown(vault);
  if (!noted.ok()) return noted.error();
  return {Code::kUnauthenticated,
          cat(refusal.zh,
              "。记录都在本机,安全。如果服务器是从较旧的备份恢复的,请让乡镇管理员的设备先同步一次,"
              "再从这台设备同步;仍不行,请管理员核实这台设备。"),
          cat(refusal.en,
              "; everything is kept here. If the server was restored from an older backup, let an "
              "admin's device sync first, then sync this one; else ask the admin to look into it")};
}

Result<ServerLog> known_and_read(Acts& acts, const Signer& signer) {
  auto read = read_control(acts, signer);
  for (std::uint32_t reach = 1; !read.ok(); reach *= 2) {
    if (read.error().code != Code::kUnauthenticated || own_seq(acts) == 0) return read;
    read = introduce(acts, signer, reach);
    if (!read.ok() && read.error().code == Code::kUnauthenticated && !reaches_further(acts, reach))
      return still_unknown(acts.vault, read.error());
  }
  return read;
}

Status prepare(Acts& acts) {
  MQ_TRY(const Signer signer, device_signer(acts.keyring));
  if (!acts.caller.met()) MQ_CHECK(acts.caller.meet(&acts.control.state().server_key()));
  for (int turn = 0; turn < kTurnsMax; ++turn) {
    MQ_TRY(ServerLog server, known_and_read(acts, signer));
    while (!server.parted && server.seq < acts.control.state().head_seq()) {
      MQ_TRY(const ServerLog next, bring_back_control(acts, signer, server.seq));
      if (!next.parted && next.seq <= server.seq) break;
      server = next;
    }
    if (server.parted) return say_parted(acts, signer, server);
    if (server.seq != acts.control.state().head_seq()) continue;
    MQ_CHECK(clear_unknown(acts.vault));
    return forget_parting(acts.vault);
  }
  return busy();
}

Status begin_act(Acts& acts) {
  const Status ready = prepare(acts);
  if (!ready.ok() && ready.error().code == Code::kUnavailable) {
    return Error{Code::kUnavailable, "没有联系上服务器,什么也没有改动;请有信号时再办。",
                 "the server was not reached and nothing was changed; do it again with a signal"};
  }
  MQ_CHECK(ready);
  MQ_CHECK(check_live(acts));
  const wire::ControlState& state = acts.control.state();
  const PersonId& me = acts.keyring.identity()->person;
  if (state.has_role(me, pb::ROLE_KIND_ADMIN, state.head_seq())) return {};
  return Error{Code::kNotAllowed, "只有乡镇管理员的设备能办理成员的事;什么也没有改动。",
               "only a township admin's device may change the membership; nothing was changed"};
}

Status append_plan(Acts& acts, const std::function<Status(Plan&)>& make_plan) {
  MQ_TRY(const Signer signer, device_signer(acts.keyring));
  for (int race = 0; race < kRacesMax; ++race) {
    MQ_CHECK(prepare(acts));
    MQ_CHECK(check_live(acts));
    const Author author{to_bytes(signer.id), signer.key, nullptr};
    Plan plan(acts.control.state(), author, acts.caller.server_time(), acts.random);
    MQ_CHECK(make_plan(plan));
    if (plan.empty()) return {};
    const std::vector<pb::ControlEntry> entries = plan.entries();
    MQ_TRY(const pb::ControlAppendReply reply,
           acts.caller.control_append(signer, acts.control.state().head(), entries));
    if (reply.appended()) return acts.control.append(entries, acts.keyring);
  }
  return busy();
}

Result<LabelKey> label_key(const Acts& acts) {
  return label_key(acts.control.state(), acts.keyring);
}

Result<LabelKey> label_key(const wire::ControlState& state, const seal::Keyring& keyring) {
  for (const wire::StreamRecord& stream : state.streams()) {
    if (stream.kind != pb::STREAM_KIND_TOWNSHIP) continue;
    const std::uint32_t epoch = keyring.newest_epoch(stream.id);
    const Key32* key = keyring.key(stream.id, epoch);
    if (key != nullptr) return LabelKey{stream.id, epoch, key};
  }
  return Error{Code::kNotAllowed, "这台设备没有乡镇的钥匙,不能登记成员和村。请在管理员的设备上做。",
               "this device has no township key; do this on an admin's device"};
}

std::string sealed(const LabelKey& key, std::string_view text, Random& random) {
  return to_field(seal::seal_label(*key.key, key.stream, key.epoch, text, random));
}

}  // namespace mq::sync
