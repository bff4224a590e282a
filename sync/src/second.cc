// The second signature: one admin proposes, by a file, what another admin or the county signs and
// appends. Whoever signs binds exactly these entries, at exactly this place in the log.
#include "append_file.h"
#include "invites.h"
#include "messages.h"
#include "mq/base/text.h"
#include "mq/seal/labels.h"
#include "mq/sync/membership.h"

namespace mq::sync {
namespace {

constexpr std::string_view kMagic = "mqpr1";
constexpr std::size_t kEntriesMax = 2;  // the person, the invitation

Error unreadable() {
  return {Code::kInvalidInput, "这不是完整的提案文件,没有签。请让对方重新发一份。",
          "this is no whole proposal; nothing was signed, ask for it again"};
}

Error stale() {
  return {Code::kConflict, "提案之后成员登记已有新变动,这份提案作废,没有签。请对方重新提议。",
          "the log has moved on since this was proposed; it is void and was not signed. Ask for a "
          "new proposal"};
}

struct Parsed {
  AppendFile append;
  pb::ControlBody first, invite;
};

Result<Parsed> parse(ByteView file) {
  MQ_TRY(AppendFile append, read_append_file(kMagic, file));
  Parsed out{std::move(append), {}, {}};
  const std::vector<pb::ControlEntry>& entries = out.append.entries;
  const bool read = entries.size() <= kEntriesMax &&
                    out.first.ParseFromString(entries.front().body()) &&
                    out.invite.ParseFromString(entries.back().body());
  if (!read || !out.invite.has_invite()) return unreadable();
  if (entries.size() > 1 && !out.first.has_person()) return unreadable();
  return out;
}

std::vector<pb::ControlEntry> draft(const Acts& acts, const Signer& signer,
                                    std::vector<pb::ControlBody> bodies, const Asked& asked) {
  wire::ControlDraft draft(acts.control.state(), signer.id, acts.caller.server_time(),
                           bodies.size(), random_id<GroupId>(acts.random));
  for (pb::ControlBody& body : bodies) {
    if (body.has_invite()) {
      const Hash mac = wire::invite_mac(asked.keys.mac, draft.prev(), asked.keys.id);
      body.mutable_invite()->set_mac(to_field(mac.view()));
    }
    draft.add(std::move(body), *signer.key);
  }
  return draft.take();
}

Result<Proposed> described(const Parsed& parsed, const wire::ControlState& state,
                           const seal::Keyring& keyring) {
  Proposed out;
  const pb::Invite& invite = parsed.invite.invite();
  MQ_TRY(out.person, from_field<PersonId>(invite.person()));
  MQ_TRY(const DeviceId author, from_field<DeviceId>(parsed.invite.author()));
  out.role = invite.role();
  out.last_day = invite.last_day();
  if (const wire::DeviceRecord* device = state.device(author)) out.by = device->person;
  const wire::PersonRecord* known = state.person(out.person);
  Bytes sealed_name = known != nullptr ? known->sealed_name : Bytes();
  if (parsed.first.has_person()) sealed_name = to_bytes(parsed.first.person().sealed_name());
  out.name = seal::label_or_nothing(state, keyring, sealed_name);
  return out;
}

// Appended already, by an earlier call whose answer was lost.
Result<bool> stands(const Parsed& parsed, const wire::ControlState& state) {
  MQ_TRY(const InviteId invite, from_field<InviteId>(parsed.invite.invite().invite()));
  return state.invite(invite) != nullptr;
}

}  // namespace

Result<Proposal> propose_invite(const InviteOptions& options, const Member& member) {
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_CHECK(begin_act(acts));
  MQ_TRY(const Signer signer, device_signer(acts.keyring));
  MQ_TRY(const LabelKey label, label_key(acts));
  MQ_TRY(const Asked asked, asked_for(acts, options));
  const wire::ControlState& state = acts.control.state();
  if (state.invite(asked.keys.id) != nullptr) {
    return Error{Code::kConflict, "给此人的邀请已经登记,不用再提议;收回用 revoke --invite",
                 "the invitation stands already; revoke --invite takes it back"};
  }
  std::vector<pb::ControlBody> bodies;
  if (state.person(options.person) == nullptr) {
    bodies.push_back(person_body(label, options, acts.random));
  }
  bodies.push_back(invite_body(asked));
  Proposal out;
  out.file = append_file(kMagic, state.head(), draft(acts, signer, std::move(bodies), asked));
  out.code = wire::format_invite_code(asked.secret, state.server_address());
  out.last_day = asked.last_day;
  return out;
}

Result<Proposed> read_proposal(ByteView file, const wire::ControlState& state,
                               const seal::Keyring& keyring) {
  MQ_TRY(const Parsed parsed, parse(file));
  return described(parsed, state, keyring);
}

Status sign_proposal(ByteView file, const wire::SigningKey* county_root, const Member& member) {
  MQ_TRY(Parsed parsed, parse(file));
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_CHECK(begin_act(acts));
  MQ_TRY(const Signer signer, device_signer(acts.keyring));
  const wire::ControlState& state = acts.control.state();
  MQ_TRY(const bool done, stands(parsed, state));
  if (done) return {};
  if (parsed.append.prev != state.head()) return stale();
  const bool own = parsed.invite.author() == to_field(signer.id);
  if (own && county_root == nullptr) {
    return Error{Code::kNotAllowed, "自己的提案不能自己签:请另一位管理员或县里签",
                 "nobody signs his own proposal; another admin or the county does"};
  }
  std::vector<pb::ControlEntry>& entries = parsed.append.entries;
  pb::ControlEntry& last = entries.back();
  wire::co_sign_control(last, county_root != nullptr ? *county_root : *signer.key);
  wire::ControlState trial = state;
  MQ_CHECK(trial.apply(entries, wire::Records::kRequired));
  if (!trial.pending().empty()) return unreadable();
  MQ_TRY(const pb::ControlAppendReply reply, caller.control_append(signer, state.head(), entries));
  if (!reply.appended()) return stale();
  return acts.control.append(entries, acts.keyring);
}

}  // namespace mq::sync
