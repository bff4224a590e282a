#include "control.h"

#include <algorithm>

#include "mq/base/text.h"

namespace mq::server {
namespace {

constexpr std::size_t kReadBytesMax = 1u << 20;
// Bodies of requests: an append of the largest size and the framing around it.
constexpr std::size_t kBodyBytesMax = wire::kControlAppendBytesMax + 4096;

Error too_large() {
  return {Code::kInvalidInput, "一次追加超过 1 MiB,请分成几次",
          "one append exceeds 1 MiB; split it"};
}

pb::ControlAppendReply reply_of(const Log& log, bool appended) {
  pb::ControlAppendReply reply;
  reply.set_appended(appended);
  reply.set_head_seq(log.control.head_seq());
  reply.set_head(bytes_of(log.control.head().view()));
  return reply;
}

template <class Entries>
std::vector<pb::ControlEntry> list_of(const Entries& entries) {
  return {entries.begin(), entries.end()};
}

std::vector<Bytes> serialised(const std::vector<pb::ControlEntry>& entries) {
  std::vector<Bytes> out;
  for (const pb::ControlEntry& entry : entries) out.push_back(to_bytes(entry.SerializeAsString()));
  return out;
}

// The same append once more, after its answer was lost: all of it stands already.
bool stands(const Log& log, const std::vector<pb::ControlEntry>& entries) {
  for (const pb::ControlEntry& entry : entries) {
    pb::ControlBody body;
    if (!body.ParseFromString(entry.body()) || body.seq() == 0) return false;
    if (log.control.head_at(body.seq()) != wire::control_hash(view_of(entry.body()))) return false;
  }
  return !entries.empty();
}

// A part of a batch would stand in everybody's way if the rest never came.
Status check_whole(const Log& log) {
  if (log.control.pending().empty()) return {};
  return Error{Code::kInvalidInput, "这一次追加不完整(缺少同一批的后续各条)",
               "the append is not whole: entries of its batch are missing"};
}

// ---- founding

std::string folded_code(std::string_view code) {
  std::string out;
  for (const char c : code) {
    if (c == '-' || c == ' ') continue;
    out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

bool same_code(std::string_view given, std::string_view expected) {
  const std::string a = folded_code(given);
  const std::string b = folded_code(expected);
  if (b.empty() || a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i] ^ b[i]));
  }
  return difference == 0;
}

Status check_root(Core& core, const VerifyKey& root, std::string_view code) {
  const std::lock_guard lock(core.mutex);
  if (core.county_root) {
    if (*core.county_root == root) return {};
    return Error{Code::kNotAllowed, "这台服务器已属于另一个县,不能在上面再建",
                 "this server is bound to another county root"};
  }
  if (core.options.loopback || same_code(code, core.enrolment_code)) return {};
  return Error{Code::kNotAllowed, "登记码不对;它在服务器第一次启动时打印出来",
               "wrong enrolment code; the server printed it at its first start"};
}

// The founder's device makes the request; its key stands in the genesis.
Result<pb::ControlBody> genesis_of(const pb::FoundRequest& request) {
  pb::ControlBody body;
  if (request.entries().empty() || !body.ParseFromString(request.entries(0).body()) ||
      !body.has_genesis()) {
    return malformed("genesis");
  }
  return body;
}

Status bind_root(Core& core, const VerifyKey& root) {
  MQ_CHECK(core.store.set_setting("county_root", root.view()));
  MQ_CHECK(core.store.set_setting("enrolment_code", ByteView{}));
  const std::lock_guard lock(core.mutex);
  core.county_root = root;
  core.enrolment_code.clear();
  return {};
}

Result<std::shared_ptr<Log>> founded_log(const Core& core, const pb::SignedRequest& request,
                                         const std::vector<pb::ControlEntry>& entries) {
  auto log = std::make_shared<Log>();
  MQ_CHECK(log->control.apply(entries, wire::Records::kRequired));
  MQ_CHECK(check_whole(*log));
  if (log->control.server_key() != core.key.public_key()) {
    return Error{Code::kInvalidInput, "建镇登记里写的不是这台服务器的密钥",
                 "the genesis names the key of another server"};
  }
  if (bytes_of(log->control.township().view()) != request.township()) {
    return malformed("township");
  }
  return log;
}

// ---- invitations

Error used_invite() {
  return {Code::kNotAllowed, "这个邀请码已经被用过,不能再用。如果不是你用的,请马上告诉乡镇管理员",
          "this invitation has been used; if not by you, tell the township admin at once"};
}

// Members bring back what a restored server lost, long after its last day: as long as nobody has
// proved the loss to it, an admin's word stands for that, who could invite anyway.
bool brings_back(const Core& core, const Caller& caller) {
  return caller.is_admin() || (core.healed && caller.live());
}

Status check_claim(Core& core, const Caller& caller, const Log& log, const pb::ControlBody& body) {
  if (!body.has_device()) return {};
  const auto author = id_of<InviteId>(body.author());
  const wire::InviteRecord* invite = author ? log.control.invite(*author) : nullptr;
  // Of another author, or created by this very append: the log's rules decide.
  if (invite == nullptr) return {};
  if (invite->used_by) {
    MQ_CHECK(core.raise_alarm(*caller.township, invite->id));
    return used_invite();
  }
  if (brings_back(core, caller)) return {};
  return check_invite_open(core, *invite);
}

Status check_claims(Core& core, const Caller& caller, const Log& log,
                    const std::vector<pb::ControlEntry>& entries) {
  for (const pb::ControlEntry& entry : entries) {
    pb::ControlBody body;
    if (!body.ParseFromString(entry.body())) return malformed("entry");
    MQ_CHECK(check_claim(core, caller, log, body));
    if (caller.invite == nullptr) continue;
    if (!body.has_device() || body.author() != bytes_of(caller.invite->id.view())) {
      return Error{Code::kNotAllowed, "邀请码只能用来加入",
                   "an invitation can only be joined with"};
    }
  }
  return {};
}

// ---- append

// What recovery or the county root brings itself is one appointment under its own name.
Status check_authority(const Caller& caller, const pb::SignedRequest& request,
                       const std::vector<pb::ControlEntry>& entries) {
  if (!caller.authority) return {};
  pb::ControlBody body;
  const bool fits = entries.size() == 1 && body.ParseFromString(entries.front().body()) &&
                    body.has_appoint() && body.author() == request.device();
  if (fits) return {};
  return Error{Code::kNotAllowed, "恢复单和县根只能用来任命一台管理员设备",
               "recovery and the county root only appoint an admin's device"};
}

Result<pb::ControlAppendReply> write_down(Core& core, Township& township, const Log& log,
                                          std::shared_ptr<Log> next,
                                          const std::vector<pb::ControlEntry>& entries) {
  MQ_CHECK(check_whole(*next));
  MQ_CHECK(core.store.control_cas(township.id, log.control.head_seq(), serialised(entries)));
  pb::ControlAppendReply reply = reply_of(*next, true);
  {
    const std::lock_guard lock(township.mutex);
    township.log = std::move(next);
  }
  core.announce(township);
  return reply;
}

Result<pb::ControlAppendReply> append(Core& core, const Caller& caller,
                                      const std::vector<pb::ControlEntry>& entries,
                                      const std::string& expected_head) {
  Township& township = *caller.township;
  const std::lock_guard one_at_a_time(township.append_mutex);
  const std::shared_ptr<const Log> log = township.current();
  if (stands(*log, entries)) return reply_of(*log, true);
  MQ_CHECK(check_claims(core, caller, *log, entries));
  if (expected_head != bytes_of(log->control.head().view())) {
    return reply_of(*log, false);
  }
  auto next = std::make_shared<Log>(*log);
  // What is brought back after a loss may have had its key records deleted.
  const bool bring_back = core.healed && caller.live();
  MQ_CHECK(next->control.apply(
      entries, bring_back ? wire::Records::kMayBePruned : wire::Records::kRequired));
  return write_down(core, township, *log, std::move(next), entries);
}

// ---- a device that a restored server has forgotten

// What the log lacks of entries that begin somewhere in it; empty if they do not.
std::vector<pb::ControlEntry> lacking(const Log& log, const pb::ControlAppendRequest& request) {
  std::vector<pb::ControlEntry> out = list_of(request.entries());
  pb::ControlBody first;
  if (!first.ParseFromString(out.front().body()) || first.seq() == 0) return {};
  const std::uint32_t before = first.seq() - 1;
  if (before > log.control.head_seq()) return {};
  if (request.expected_head() != bytes_of(log.control.head_at(before).view())) return {};
  const std::size_t held = std::min<std::size_t>(log.control.head_seq() - before, out.size());
  if (held > 0 && !stands(log, {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(held)})) {
    return {};
  }
  out.erase(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(held));
  return out;
}

// Two devices under one invitation, and the log has the other.
Status check_second_claim(Core& core, Township& township, const Log& log,
                          const pb::ControlEntry& entry) {
  pb::ControlBody body;
  if (!body.ParseFromString(entry.body()) || !body.has_device()) return {};
  const auto author = id_of<InviteId>(body.author());
  const auto signature = id_of<Signature>(entry.signature());
  const wire::InviteRecord* invite = author ? log.control.invite(*author) : nullptr;
  if (invite == nullptr || !invite->used_by || !signature) return {};
  const Hash hash = wire::control_hash(view_of(entry.body()));
  if (!wire::verify(invite->sign_key, "mq/s2", hash.view(), *signature)) return {};
  MQ_CHECK(core.raise_alarm(township, invite->id));
  return used_invite();
}

// Only its own entry, signed by its invitation, makes it known; the last day holds for it as for
// whoever joins.
Status check_introduction(const Core& core, const pb::SignedRequest& request, const Log& next,
                          const std::vector<pb::ControlEntry>& entries) {
  const auto id = id_of<DeviceId>(request.device());
  const wire::DeviceRecord* device = id ? next.control.device(*id) : nullptr;
  if (device == nullptr) return unknown_caller();
  MQ_CHECK(check_signature(core, request, "ControlAppend", device->sign_key));
  for (const pb::ControlEntry& entry : entries) {
    pb::ControlBody body;
    if (!body.ParseFromString(entry.body()) || !body.has_device()) continue;
    const auto author = id_of<InviteId>(body.author());
    const wire::InviteRecord* invite = author ? next.control.invite(*author) : nullptr;
    if (invite != nullptr) MQ_CHECK(check_invite_open(core, *invite));
  }
  return {};
}

// The device brings its own entry and what this server lacks before it. That the entries follow our
// log and carry their authors' signatures is all that is believed of it.
Result<pb::ControlAppendReply> introduce(Core& core, Township& township,
                                         const pb::SignedRequest& request,
                                         const pb::ControlAppendRequest& append) {
  const std::lock_guard one_at_a_time(township.append_mutex);
  const std::shared_ptr<const Log> log = township.current();
  MQ_CHECK(check_second_claim(core, township, *log, *append.entries().rbegin()));
  const std::vector<pb::ControlEntry> entries = lacking(*log, append);
  if (entries.empty()) return unknown_caller();
  auto next = std::make_shared<Log>(*log);
  const auto records = core.healed ? wire::Records::kMayBePruned : wire::Records::kRequired;
  if (!next->control.apply(entries, records).ok()) return unknown_caller();
  MQ_CHECK(check_introduction(core, request, *next, entries));
  return write_down(core, township, *log, std::move(next), entries);
}

}  // namespace

Result<pb::ControlAppendReply> answer_found(Core& core, const pb::SignedRequest& request) {
  if (request.body().size() > kBodyBytesMax) return too_large();
  pb::FoundRequest found;
  if (!found.ParseFromString(request.body())) return malformed("found");
  MQ_TRY(const pb::ControlBody genesis, genesis_of(found));
  const pb::Device& device = genesis.genesis().device();
  const auto key = id_of<VerifyKey>(device.sign_key());
  const auto root = id_of<VerifyKey>(genesis.genesis().county_root());
  if (!key || !root || device.device() != request.device()) return malformed("genesis");
  MQ_CHECK(check_signature(core, request, "Found", *key));

  const std::lock_guard one_at_a_time(core.found_mutex);
  MQ_CHECK(check_root(core, *root, found.code()));
  const std::vector<pb::ControlEntry> entries = list_of(found.entries());
  MQ_TRY(const std::shared_ptr<Log> log, founded_log(core, request, entries));
  if (Township* standing = core.township(log->control.township())) {
    const std::shared_ptr<const Log> held = standing->current();
    if (stands(*held, entries)) return reply_of(*held, true);
    return Error{Code::kConflict, "这个乡镇已在服务器上", "this township exists on the server"};
  }
  MQ_CHECK(core.store.control_cas(log->control.township(), 0, serialised(entries)));
  MQ_CHECK(core.load(log->control.township()));
  MQ_CHECK(bind_root(core, *root));
  return reply_of(*log, true);
}

Result<pb::ControlReadReply> answer_control_read(Core& core, const pb::SignedRequest& request) {
  MQ_TRY(const Caller caller, authenticate(core, request, "ControlRead"));
  pb::ControlReadRequest read;
  if (!read.ParseFromString(request.body())) return malformed("control read");
  if (caller.invite != nullptr && caller.invite->used_by) {
    // Its own device asks with its own key; this is somebody else with the same code.
    MQ_CHECK(core.raise_alarm(*caller.township, caller.invite->id));
    return used_invite();
  }
  MQ_TRY(const std::vector<Bytes> stored,
         core.store.control_read(caller.township->id, read.after_seq()));
  pb::ControlReadReply reply;
  const wire::ControlState& control = caller.log->control;
  reply.set_head_seq(control.head_seq());
  reply.set_head(bytes_of(control.head().view()));
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < stored.size() && bytes < kReadBytesMax; ++i) {
    // An entry appended since this request began is the next request's.
    if (read.after_seq() + i >= control.head_seq()) break;
    if (!reply.add_entries()->ParseFromArray(stored[i].data(),
                                             static_cast<int>(stored[i].size()))) {
      return Error{Code::kCorrupt, "服务器里的控制日志已损坏", "the stored control log is damaged"};
    }
    bytes += stored[i].size();
  }
  return reply;
}

Result<pb::ControlAppendReply> answer_control_append(Core& core, const pb::SignedRequest& request) {
  if (request.body().size() > kBodyBytesMax) return too_large();
  pb::ControlAppendRequest parsed;
  if (Township* forgetful = township_without(core, request)) {
    if (!parsed.ParseFromString(request.body()) || parsed.entries().empty())
      return unknown_caller();
    return introduce(core, *forgetful, request, parsed);
  }
  MQ_TRY(const Caller caller, authenticate(core, request, "ControlAppend"));
  if (!parsed.ParseFromString(request.body()) || parsed.entries().empty()) {
    return malformed("control append");
  }
  if (caller.device != nullptr && !caller.live()) {
    return Error{Code::kNotAllowed, "这台设备已停用,不能改动成员登记;本机的记录都在",
                 "this device was revoked and may not append; its records are kept"};
  }
  const std::vector<pb::ControlEntry> entries = list_of(parsed.entries());
  MQ_CHECK(check_authority(caller, request, entries));
  return append(core, caller, entries, parsed.expected_head());
}

}  // namespace mq::server
