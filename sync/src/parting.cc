#include "parting.h"

#include <algorithm>

#include "messages.h"
#include "mq/base/text.h"

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

// Whether the server's entries from `since` on really are another end of this log, signed by those
// who may: anybody can send nonsense.
Status check_other_side(Acts& acts, const std::vector<pb::ControlEntry>& theirs,
                        std::uint32_t since) {
  MQ_TRY(std::vector<pb::ControlEntry> common, acts.control.entries(0));
  common.resize(since - 1);
  wire::ControlState state;
  const bool fits = (common.empty() || state.apply(common).ok()) && state.apply(theirs).ok();
  if (!fits) return unverified();
  return {};
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
    if (!follows) return Difference{Where::kFurtherBack, 0};
    if (ours.head_at(seq) == wire::control_hash(view_of(theirs[i].body()))) continue;
    theirs.erase(theirs.begin(), theirs.begin() + static_cast<std::ptrdiff_t>(i));
    MQ_CHECK(check_other_side(acts, theirs, seq));
    return Difference{Where::kAt, seq};
  }
  return Difference{Where::kNowhere, 0};
}

Error not_parted() {
  return {Code::kUnavailable, "服务器的回话前后不一致,这次没有进展。本机的记录都在,稍后会再试。",
          "the server contradicts itself; nothing is lost, it is tried again later"};
}

Error say_parted(Acts& acts, const Signer& signer, const ServerLog& server) {
  for (std::uint32_t reach = 1;; reach *= 2) {
    const auto found = first_difference(acts, signer, server, reach);
    if (!found.ok()) return found.error();
    if (found->where == Difference::Where::kNowhere) return not_parted();
    if (found->where == Difference::Where::kAt) return parted(acts, server, found->since);
  }
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
              "在乡镇管理员处理之前暂不送出。请把这句话报给管理员;minqing doctor "
              "列出只在本机的登记。"),
          cat("the control log differs from the server's from entry ", since, " on (here up to ",
              ours, ", there up to ", server.seq,
              "): the server was restored from an older backup and appended to. Everything is "
              "kept here and recording goes on; nothing is sent until an admin decides. Tell the "
              "admin; minqing doctor lists the entries that are only here")};
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
