// Two readers of a stream hand its key to an appointed device, when no admin is left to do it.
#include <algorithm>

#include "acts.h"
#include "append_file.h"
#include "mq/sync/rejoin.h"
#include "mq/wire/control_draft.h"

namespace mq::sync {
namespace {

constexpr std::string_view kGrantMagic = "mqgr1";

Result<const wire::DeviceRecord*> appointed_device(const wire::ControlState& state,
                                                   const DeviceId& id) {
  const wire::DeviceRecord* device = state.device(id);
  if (device != nullptr && device->appointed && !device->span.until) return device;
  return Error{Code::kNotFound, "授钥匙:成员登记里没有这台由县里或恢复单任命的设备",
               "handing over keys: the log has no such appointed device"};
}

// Every stream that all three read, and whose key is held here.
Result<std::vector<KeyGrant>> grants_for(const Acts& acts, const wire::DeviceRecord& device,
                                         const PersonId& second) {
  const wire::ControlState& state = acts.control.state();
  const PersonId& me = acts.keyring.identity()->person;
  std::vector<KeyGrant> out;
  for (const wire::StreamRecord& stream : state.streams()) {
    const auto reads = [&](const PersonId& person) {
      return state.may_read(person, stream.id, state.head_seq());
    };
    if (stream.epochs.empty() || !reads(me) || !reads(second) || !reads(device.person)) continue;
    const std::uint32_t epoch = stream.epochs.back().epoch;
    const Key32* key = acts.keyring.key(stream.id, epoch);
    if (key == nullptr) continue;
    MQ_TRY(KeyGrant grant,
           key_grant(stream.id, epoch, *key, {device.id.view(), device.box_key}, acts.random));
    out.push_back(std::move(grant));
  }
  return out;
}

// Only grants to an appointed device are worth a signature, whatever else a file asks for.
bool is_grant_to_appointed(const wire::ControlState& state, const pb::ControlEntry& entry) {
  pb::ControlBody body;
  if (!body.ParseFromString(entry.body()) || !body.has_grant()) return false;
  const auto recipient = DeviceId::from(view_of(body.grant().recipient()));
  return recipient && appointed_device(state, *recipient).ok();
}

// Appended already, and the answer was lost.
bool stands(const wire::ControlState& state, const AppendFile& file) {
  pb::ControlBody last;
  return last.ParseFromString(file.entries.back().body()) && last.seq() > 0 &&
         state.head_at(last.seq()) == wire::control_hash(view_of(file.entries.back().body()));
}

Error not_proposed() {
  return {Code::kInvalidInput,
          "这份授钥匙的文件不是给你签的:里面有你看不到的数据流,或提议人就是你自己。"
          "请对方用 --with 写上你的姓名重新做一份。",
          "this proposal is not for you to sign: it has streams that you do not read, or is your "
          "own; have it made again with your name"};
}

}  // namespace

Result<Bytes> propose_grants(const DeviceId& appointed, const PersonId& second,
                             const Member& member) {
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_CHECK(prepare(acts));
  const wire::ControlState& state = member.control.state();
  const seal::Identity& me = *member.keyring.identity();
  if (second == me.person) return not_proposed();
  MQ_TRY(const wire::DeviceRecord* device, appointed_device(state, appointed));
  MQ_TRY(std::vector<KeyGrant> grants, grants_for(acts, *device, second));
  if (grants.empty()) {
    return Error{Code::kNotFound, "授钥匙:没有你们两人都能看的数据流,没有可交的钥匙",
                 "handing over keys: there is no stream that both of you read"};
  }
  wire::ControlDraft draft(state, me.device.view(), caller.server_time(), grants.size(),
                           random_id<GroupId>(member.random));
  for (KeyGrant& grant : grants) draft.add(std::move(grant.body), me.sign, &grant.record);
  return append_file(kGrantMagic, state.head(), draft.take());
}

Result<std::size_t> second_grants(ByteView proposal, const Member& member) {
  MQ_TRY(AppendFile file, read_append_file(kGrantMagic, proposal));
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_CHECK(prepare(acts));
  const wire::ControlState& state = member.control.state();
  if (stands(state, file)) return file.entries.size();
  if (file.prev != state.head()) return stale_file();
  for (pb::ControlEntry& entry : file.entries) {
    if (!is_grant_to_appointed(state, entry)) return not_proposed();
    entry.clear_co_signatures();
    wire::co_sign_control(entry, member.keyring.identity()->sign);
  }
  wire::ControlState after = state;
  if (!after.apply(file.entries).ok()) return not_proposed();
  MQ_TRY(const Signer signer, device_signer(member.keyring));
  MQ_TRY(const pb::ControlAppendReply reply,
         caller.control_append(signer, file.prev, file.entries));
  if (!reply.appended()) return stale_file();
  MQ_CHECK(member.control.append(file.entries, member.keyring));
  return file.entries.size();
}

}  // namespace mq::sync
