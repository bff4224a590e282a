#include "parting.h"

#include <algorithm>

#include "messages.h"
#include "mq/base/text.h"
#include "settings.h"

namespace mq::sync {
namespace {

constexpr std::string_view kParting = "sync.parting";

std::uint32_t shorter(const Acts& acts, const ServerLog& server) {
  return std::min(acts.control.state().head_seq(), server.seq);
}

Error unverified() {
  return {Code::kCorrupt,
          "服务器给出的成员登记没有通过核对,没有采用。请稍后再试;仍不行请告诉管理员。",
          "the server's control log does not verify; nothing of it was taken, try again later"};
}

struct Name {
  std::string_view zh, en;
};
Name name_of(const pb::ControlBody& body) {
  switch (body.payload_case()) {
    case pb::ControlBody::kPerson:
      return {"成员", "person"};
    case pb::ControlBody::kDevice:
      return {"设备加入", "device"};
    case pb::ControlBody::kRole:
      return {"职责", "role"};
    case pb::ControlBody::kStream:
      return {"新开数据流", "stream"};
    case pb::ControlBody::kInvite:
      return {"邀请", "invitation"};
    case pb::ControlBody::kRotate:
      return {"换钥", "rotation"};
    case pb::ControlBody::kRevoke:
      return {"停用", "revocation"};
    case pb::ControlBody::kEndOfRight:
      return {"职责结束", "end of a right"};
    default:
      return {"其他登记", "other entry"};
  }
}

}  // namespace

Result<Difference> first_difference(Acts& acts, const Signer& signer, const ServerLog& server,
                                    std::uint32_t reach) {
  using Where = Difference::Where;
  const wire::ControlState& ours = acts.control.state();
  const std::uint32_t end = shorter(acts, server);
  const std::uint32_t after = end > reach ? end - reach : 0;
  MQ_TRY(const pb::ControlReadReply reply, acts.caller.control_read(signer, after));
  std::vector<pb::ControlEntry> theirs(reply.entries().begin(), reply.entries().end());
  for (std::size_t i = 0; i < theirs.size(); ++i) {
    const std::uint32_t seq = after + static_cast<std::uint32_t>(i) + 1;
    pb::ControlBody body;
    if (!body.ParseFromString(theirs[i].body())) return unverified();
    const bool follows = Hash::from(view_of(body.prev())) == ours.head_at(seq - 1);
    if (!follows && after == 0) return unverified();
    if (!follows) return Difference{Where::kFurtherBack, 0, {}};
    if (ours.head_at(seq) == wire::control_hash(view_of(theirs[i].body()))) continue;
    theirs.erase(theirs.begin(), theirs.begin() + static_cast<std::ptrdiff_t>(i));
    // Another end of this log, signed by those who may: anybody can send nonsense.
    const auto verified = state_of(acts, {seq, theirs});
    if (!verified.ok()) return verified.error();
    return Difference{Where::kAt, seq, std::move(theirs)};
  }
  return Difference{Where::kNowhere, 0, {}};
}

Result<wire::ControlState> state_of(Acts& acts, const OtherSide& other) {
  MQ_TRY(std::vector<pb::ControlEntry> common, acts.control.entries(0));
  common.resize(other.since - 1);
  wire::ControlState state;
  const bool fits = (common.empty() || state.apply(common).ok()) && state.apply(other.entries).ok();
  if (!fits) return unverified();
  return state;
}

Status read_on(Acts& acts, const Signer& signer, OtherSide& other) {
  const auto have = other.since - 1 + static_cast<std::uint32_t>(other.entries.size());
  MQ_TRY(const pb::ControlReadReply reply, acts.caller.control_read(signer, have));
  if (reply.entries().empty()) return not_parted();
  other.entries.insert(other.entries.end(), reply.entries().begin(), reply.entries().end());
  return {};
}

Result<OtherSide> other_side(Acts& acts, const Signer& signer, const ServerLog& server) {
  for (std::uint32_t reach = 1;; reach *= 2) {
    MQ_TRY(Difference found, first_difference(acts, signer, server, reach));
    if (found.where == Difference::Where::kNowhere) return not_parted();
    if (found.where != Difference::Where::kAt) continue;
    OtherSide other{found.since, std::move(found.theirs)};
    while (!other.whole(server)) MQ_CHECK(read_on(acts, signer, other));
    return other;
  }
}

Result<bool> follow_heal(Acts& acts, const OtherSide& other) {
  MQ_TRY(const wire::ControlState theirs, state_of(acts, other));
  const wire::ControlState& ours = acts.control.state();
  const auto place = theirs.place_of(ours.head_seq(), ours.head());
  if (!place || !place->is_void || !theirs.pending().empty()) return false;
  MQ_CHECK(acts.control.rewind(other.since - 1, other.entries, acts.keyring));
  MQ_CHECK(forget_parting(acts.vault));
  return true;
}

// Heads that an incarnation has named never fall back along its chains.
Status renew_if_rewound(vault::Vault& vault, const ControlStore& control, seal::Sealer& sealer) {
  MQ_TRY(const bool rewound, load_rewound(vault));
  if (!rewound) return {};
  MQ_CHECK(sealer.start_incarnation());
  MQ_CHECK(store_incarnation_since(vault, control.state().head_seq()));
  return clear_rewound(vault);
}

Error not_parted() {
  return {Code::kUnavailable, "服务器的回话前后不一致,这次没有进展。本机的记录都在,稍后会再试。",
          "the server contradicts itself; nothing is lost, it is tried again later"};
}

Error say_parted(Acts& acts, const Signer& signer, const ServerLog& server) {
  const auto other = other_side(acts, signer, server);
  return other.ok() ? parted(acts, server, other->since) : other.error();
}

Error parted(Acts& acts, const ServerLog& server, std::uint32_t since) {
  const std::uint32_t ours = acts.control.state().head_seq();
  ByteWriter bytes;
  bytes.integer(since);
  bytes.integer(server.seq);
  bytes.raw(server.head.view());
  const Status kept = acts.vault.set_setting(kParting, bytes.bytes());
  if (!kept.ok()) return kept.error();
  return {Code::kCorrupt,
          cat("成员登记从第 ", since, " 条起与服务器不一致(本机到第 ", ours, " 条,服务器到第 ",
              server.seq,
              " 条):服务器从较旧的备份恢复后,又有人登记过。记录都在本机,安全,可以照常记;"
              "在乡镇管理员合拢之前暂不送出。请把这句话报给管理员:在有这些登记的管理员设备上运行 "
              "minqing doctor heal,各台设备再 sync 一次;minqing doctor 列出只在本机的登记。"),
          cat("the control log differs from the server's from entry ", since, " on (here up to ",
              ours, ", there up to ", server.seq,
              "): the server was restored from an older backup and appended to. Everything is "
              "kept here and recording goes on; nothing is sent until an admin heals it. Tell him: "
              "minqing doctor heal on an admin's device that has these entries, then every device "
              "syncs; minqing doctor lists the entries that are only here")};
}

Status forget_parting(vault::Vault& vault) {
  MQ_TRY(const std::optional<Bytes> bytes, vault.setting(kParting));
  if (!bytes || bytes->empty()) return {};
  return vault.set_setting(kParting, ByteView{});
}

Result<std::optional<Parting>> parting(vault::Vault& vault, ControlStore& control) {
  MQ_TRY(const std::optional<Bytes> bytes, vault.setting(kParting));
  if (!bytes || bytes->empty()) return std::optional<Parting>();
  ByteReader reader(*bytes);
  Parting out;
  out.since = reader.integer<std::uint32_t>();
  out.servers = reader.integer<std::uint32_t>();
  out.ours = control.state().head_seq();
  if (reader.failed() || out.since == 0) {
    return Error{Code::kCorrupt, "本机保存的登记分叉记号已损坏。请再同步一次。",
                 "the note of the parted log is damaged; sync once more"};
  }
  MQ_TRY(const std::vector<pb::ControlEntry> entries, control.entries(out.since - 1));
  std::uint32_t seq = out.since;
  for (const pb::ControlEntry& entry : entries) {
    pb::ControlBody body;
    if (!body.ParseFromString(entry.body())) continue;
    const Name name = name_of(body);
    out.only_here.push_back({seq++, std::string(name.zh), std::string(name.en)});
  }
  return std::optional<Parting>(std::move(out));
}

}  // namespace mq::sync
