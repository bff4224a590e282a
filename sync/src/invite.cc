// Inviting: person, invitation with the keys it may have, and a cadre's diary; of many people a
// part in one append.
//
// The secrets are stored before the append, so that calling again with the same people after a lost
// answer gives the same codes.
#include <algorithm>
#include <set>

#include "invites.h"
#include "messages.h"
#include "mq/base/date.h"
#include "mq/sync/membership.h"
#include "settings.h"

namespace mq::sync {
namespace {

constexpr int kInviteDays = 30;
// Of one append, which the server takes up to 1 MiB; one more person fits beyond the bytes.
constexpr std::size_t kPeopleMax = 100;
constexpr std::size_t kBytesMax = 900u << 10;

// Whether the code would still do what is asked. A used one stays used: a second device of the same
// person needs a new invitation; so does whoever let his expire, or is to have other rights.
bool still_good(const wire::InviteRecord& stands, const InviteOptions& options, WallTime now) {
  const std::set<StreamId> given(stands.streams.begin(), stands.streams.end());
  const std::set<StreamId> wanted(options.streams.begin(), options.streams.end());
  return stands.live() && !wire::invite_expired(stands, now) && stands.role == options.role &&
         given == wanted;
}

Result<wire::InviteSecret> secret_for(Acts& acts, const InviteOptions& options) {
  MQ_TRY(std::optional<wire::InviteSecret> kept, load_invite_secret(acts.vault, options.person));
  if (kept) {
    const wire::InviteRecord* stands = acts.control.state().invite(wire::derive_invite(*kept).id);
    if (stands == nullptr || still_good(*stands, options, acts.caller.server_time())) {
      return std::move(*kept);
    }
  }
  wire::InviteSecret fresh = wire::new_invite_secret(acts.random);
  MQ_CHECK(store_invite_secret(acts.vault, options.person, fresh));
  return fresh;
}

// All secrets in one commit.
Result<std::vector<Asked>> with_secrets(Acts& acts, const std::vector<InviteOptions>& people) {
  std::vector<Asked> asked;
  MQ_CHECK(acts.vault.together([&]() -> Status {
    for (const InviteOptions& options : people) {
      MQ_TRY(Asked one, asked_for(acts, options));
      asked.push_back(std::move(one));
    }
    return {};
  }));
  return asked;
}

wire::InviteRecord as_record(const InviteOptions& options, const wire::InviteKeys& keys) {
  wire::InviteRecord record;
  record.id = keys.id;
  record.person = options.person;
  record.role = options.role;
  record.streams = options.streams;
  return record;
}

// The newest key of every stream that the log's rule opens to this invitation.
Result<pb::KeyRecord> boxes_of_invite(const Plan& plan, const Acts& acts, const Asked& asked,
                                      const std::vector<StreamId>& rotated) {
  const wire::InviteKeys& keys = asked.keys;
  const wire::InviteRecord invite = as_record(*asked.options, keys);
  const BoxKey box_key = seal::BoxKeyPair::from_seed(keys.box_seed).public_key();
  pb::KeyRecord record;
  for (const wire::StreamRecord& stream : plan.state().streams()) {
    if (stream.epochs.empty() || !plan.state().may_read(invite, stream.id)) continue;
    if (std::ranges::find(rotated, stream.id) != rotated.end()) continue;
    const std::uint32_t epoch = stream.epochs.back().epoch;
    const Key32* key = acts.keyring.key(stream.id, epoch);
    if (key == nullptr) {
      return Error{
          Code::kNotAllowed, "这台设备缺少要交给新成员的钥匙。请在另一台管理员设备上邀请。",
          "this device lacks a key the invitation must carry; invite from another admin's"};
    }
    MQ_TRY(const Bytes sealed_key, seal::seal_box(box_key, key->view(), acts.random));
    pb::KeyRecord::Box& box = *record.add_boxes();
    box.set_recipient(to_field(keys.id.view()));
    box.set_stream(to_field(stream.id.view()));
    box.set_epoch(epoch);
    box.set_box(to_field(sealed_key));
  }
  return record;
}

bool has_diary(const wire::ControlState& state, const PersonId& person) {
  for (const wire::StreamRecord& stream : state.streams()) {
    if (stream.kind == pb::STREAM_KIND_DIARY && stream.owner == to_bytes(person.view()))
      return true;
  }
  return false;
}

Status plan_person(Plan& plan, const LabelKey& label, const InviteOptions& options,
                   Random& random) {
  if (plan.state().person(options.person) != nullptr) return {};
  return plan.add(person_body(label, options, random));
}

Status plan_diary(Plan& plan, const LabelKey& label, const InviteOptions& options,
                  const Clock& clock, Random& random) {
  if (options.role != pb::ROLE_KIND_CADRE || has_diary(plan.state(), options.person)) return {};
  pb::Stream diary;
  diary.set_stream(to_field(new_id<StreamId>(clock, random).view()));
  diary.set_kind(pb::STREAM_KIND_DIARY);
  diary.set_owner(to_field(options.person.view()));
  diary.set_sealed_label(sealed(label, options.name, random));
  Key32 key;
  random.fill(key.writable());
  return add_stream(plan, diary, key, random);
}

// From `begin` on, as many as one append takes; gives how many those are.
Result<std::size_t> append_part(Acts& acts, const std::vector<Asked>& asked, std::size_t begin,
                                const Clock& clock) {
  std::size_t taken = 0;
  const auto fill = [&](Plan& plan) -> Status {
    MQ_TRY(const LabelKey label, label_key(acts));
    const std::size_t most = std::min(asked.size() - begin, kPeopleMax);
    for (taken = 0; taken < most && plan.bytes() < kBytesMax; ++taken) {
      const Asked& one = asked[begin + taken];
      MQ_CHECK(plan_person(plan, label, *one.options, acts.random));
      MQ_CHECK(plan_invite(plan, acts, one));
      MQ_CHECK(plan_diary(plan, label, *one.options, clock, acts.random));
    }
    return {};
  };
  MQ_CHECK(append_plan(acts, fill));
  return taken;
}

}  // namespace

pb::ControlBody person_body(const LabelKey& label, const InviteOptions& options, Random& random) {
  pb::ControlBody body;
  body.mutable_person()->set_person(to_field(options.person.view()));
  body.mutable_person()->set_sealed_name(sealed(label, options.name, random));
  return body;
}

pb::ControlBody invite_body(const Asked& asked) {
  const wire::InviteKeys& keys = asked.keys;
  pb::ControlBody body;
  pb::Invite& invite = *body.mutable_invite();
  invite.set_invite(to_field(keys.id.view()));
  invite.set_person(to_field(asked.options->person.view()));
  invite.set_role(asked.options->role);
  for (const StreamId& stream : asked.options->streams) {
    invite.add_streams(to_field(stream.view()));
  }
  invite.set_last_day(asked.last_day);
  invite.set_sign_key(to_field(keys.sign.public_key().view()));
  invite.set_box_key(to_field(seal::BoxKeyPair::from_seed(keys.box_seed).public_key().view()));
  return body;
}

Result<Asked> asked_for(Acts& acts, const InviteOptions& options) {
  const auto today = static_cast<std::uint32_t>(Date::in_shanghai(acts.caller.server_time()).days);
  const std::uint32_t last_day = options.last_day != 0 ? options.last_day : today + kInviteDays;
  MQ_TRY(wire::InviteSecret secret, secret_for(acts, options));
  wire::InviteKeys keys = wire::derive_invite(secret);
  return Asked{&options, last_day, std::move(secret), std::move(keys)};
}

Status plan_invite(Plan& plan, const Acts& acts, const Asked& asked,
                   const std::vector<StreamId>& rotated) {
  if (plan.state().invite(asked.keys.id) != nullptr) return {};
  MQ_TRY(const pb::KeyRecord record, boxes_of_invite(plan, acts, asked, rotated));
  return plan.add_invite(invite_body(asked), asked.keys.mac,
                         record.boxes_size() > 0 ? &record : nullptr);
}

Result<std::vector<Invited>> invite_members(const std::vector<InviteOptions>& people,
                                            const Member& member) {
  Caller caller(member.transport, member.clock, member.random);
  Acts acts{member.vault, member.keyring, member.control, caller, member.random};
  MQ_CHECK(prepare(acts));
  MQ_TRY(const std::vector<Asked> asked, with_secrets(acts, people));
  for (std::size_t done = 0; done < asked.size();) {
    MQ_TRY(const std::size_t taken, append_part(acts, asked, done, member.clock));
    done += taken;
  }
  std::vector<Invited> out;
  const wire::ControlState& state = member.control.state();
  for (const Asked& one : asked) {
    const wire::InviteRecord* stands = state.invite(one.keys.id);
    MQ_ASSERT(stands != nullptr);
    out.push_back({one.options->person,
                   wire::format_invite_code(one.secret, state.server_address()), stands->last_day});
  }
  return out;
}

Result<std::string> invite_member(const InviteOptions& options, vault::Vault& vault,
                                  seal::Keyring& keyring, ControlStore& control,
                                  Transport& transport, const Clock& clock, Random& random) {
  MQ_TRY(const std::vector<Invited> invited,
         invite_members({options}, {vault, keyring, control, transport, clock, random}));
  return invited.front().code;
}

}  // namespace mq::sync
