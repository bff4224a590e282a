// The rules of entries about people, their devices, roles and invitations.
#include <algorithm>
#include <set>

#include "address.h"
#include "control_rules.h"

namespace mq::wire {

namespace {

bool known_kind(pb::RoleKind kind) {
  return kind > pb::ROLE_KIND_UNSPECIFIED && kind <= pb::ROLE_KIND_DISCIPLINE;
}

Error malformed(const ControlStep& step, std::string_view zh, std::string_view en) {
  return control_fault(Code::kInvalidInput, step, zh, en);
}
Error bad_field(const ControlStep& step) {
  return malformed(step, "有字段缺失或长度不对", "a field is missing or has a wrong length");
}
Error unknown_person(const ControlStep& step) {
  return malformed(step, "此人不在名册中", "its person is not in the log");
}

}  // namespace

std::vector<StreamId> stream_ids(const google::protobuf::RepeatedPtrField<std::string>& fields) {
  std::vector<StreamId> out;
  for (const std::string& field : fields) {
    if (const auto id = StreamId::from(view_of(field))) out.push_back(*id);
  }
  return out;
}

Status ControlRules::payload(const ControlStep& step) {
  switch (step.body.payload_case()) {
    case pb::ControlBody::kGenesis:
      return genesis(step);
    case pb::ControlBody::kPerson:
      return person(step);
    case pb::ControlBody::kDevice:
      return device(step);
    case pb::ControlBody::kRole:
      return role(step);
    case pb::ControlBody::kStream:
      return stream(step);
    case pb::ControlBody::kClose:
      return close(step);
    case pb::ControlBody::kInvite:
      return invite(step);
    case pb::ControlBody::kGrant:
      return grant(step);
    case pb::ControlBody::kRotate:
      return rotate(step);
    case pb::ControlBody::kRevoke:
      return revoke(step);
    case pb::ControlBody::kEndOfRight:
      return end_of_right(step);
    case pb::ControlBody::kServerKey:
      return server_key(step);
    case pb::ControlBody::kLowestSuite:
      return lowest_suite(step);
    case pb::ControlBody::kOpen:
      return open(step);
    case pb::ControlBody::kAdmit:
      return admit(step);
    case pb::ControlBody::kRecovery:
      return recovery(step);
    case pb::ControlBody::kAppoint:
      return appoint(step);
    case pb::ControlBody::kCompare:
      return compare(step);
    case pb::ControlBody::kHeal:
      return heal(step);
    default:
      return carried(step);
  }
}

Status ControlRules::genesis(const ControlStep& step) {
  const pb::Genesis& g = step.body.genesis();
  const auto township = id_of<TownshipId>(step.body.township());
  const auto root = id_of<VerifyKey>(g.county_root());
  const auto server = id_of<VerifyKey>(g.server_key());
  const auto founder = id_of<PersonId>(g.founder());
  const auto device = id_of<DeviceId>(g.device().device());
  const auto sign_key = id_of<VerifyKey>(g.device().sign_key());
  const auto box_key = id_of<BoxKey>(g.device().box_key());
  const bool complete = township && root && server && founder && device && sign_key && box_key;
  const bool fits = complete && g.device().person() == g.founder() && g.device().invite().empty() &&
                    is_address(g.server_address()) && !step.names_record;
  if (!fits) return bad_field(step);

  set(&ControlState::township_, *township);
  set(&ControlState::county_root_, *root);
  set(&ControlState::practice_, g.practice());
  add_server_key({step.seq, *server, g.server_address()});
  add_person({*founder, {}, step.seq, step.seq});
  add_device({*device, *founder, *sign_key, *box_key, std::nullopt, {step.seq, std::nullopt}});
  add_role({*founder, pb::ROLE_KIND_ADMIN, {}, {step.seq, std::nullopt}});
  add_role({*founder, pb::ROLE_KIND_DESK, {}, {step.seq, std::nullopt}});
  return {};
}

Status ControlRules::person(const ControlStep& step) {
  const pb::Person& p = step.body.person();
  const auto id = id_of<PersonId>(p.person());
  const bool fits = id && p.sealed_name().size() <= kSealedBytesMax && !step.names_record;
  if (!fits) return bad_field(step);
  const PersonRecord* known = state_.person(*id);
  if (known != nullptr && (!known->sealed_name.empty() || p.sealed_name().empty())) {
    return control_fault(Code::kConflict, step, "此人已在名册中", "its person is in the log");
  }
  add_person({*id, to_bytes(p.sealed_name()), step.seq, step.seq});
  return {};
}

Status ControlRules::device(const ControlStep& step) {
  const pb::Device& d = step.body.device();
  const InviteRecord& invite = *step.by_invite;
  const auto id = id_of<DeviceId>(d.device());
  const auto person = id_of<PersonId>(d.person());
  const auto sign_key = id_of<VerifyKey>(d.sign_key());
  const auto box_key = id_of<BoxKey>(d.box_key());
  const bool complete = id && person && sign_key && box_key && !step.names_record;
  if (!complete || d.invite() != step.body.author()) return bad_field(step);
  if (invite.used_by) {
    return control_fault(Code::kConflict, step, "邀请已被使用过", "its invitation has been used");
  }
  if (invite.ended) {
    return control_fault(Code::kNotAllowed, step, "邀请已被收回", "its invitation was taken back");
  }
  if (*person != invite.person) {
    return control_fault(Code::kNotAllowed, step, "邀请是给另一个人的",
                         "its invitation is for another person");
  }
  // The person rose after a plain invitation was written: its holder must not rise with him.
  if (state_.needs_two(*person, invite.role, state_.head_seq_) &&
      !state_.needs_two(*person, invite.role, invite.seq)) {
    return control_fault(Code::kNotAllowed, step, "邀请发出后此人权限有变,须重新邀请",
                         "the person's rights grew after the invitation; a new one is needed");
  }
  if (state_.device(*id) != nullptr || state_.invite(InviteId{id->data}) != nullptr) {
    return control_fault(Code::kConflict, step, "设备编号已存在", "its device id exists");
  }
  const InviteRecord used = invite;
  use_invite(state_.invite_at_.at(used.id), *id);
  add_device({*id, *person, *sign_key, *box_key, used.id, {step.seq, std::nullopt}});
  add_role({*person, used.role, used.streams, {step.seq, std::nullopt}});
  return {};
}

Status ControlRules::check_listed(
    const ControlStep& step, pb::RoleKind kind,
    const google::protobuf::RepeatedPtrField<std::string>& streams) const {
  if (kind == pb::ROLE_KIND_UNSPECIFIED) return malformed(step, "缺少角色", "it names no role");
  if (!known_kind(kind)) {
    return control_fault(Code::kUnsupported, step, "角色比本程序新",
                         "its role is newer than this program");
  }
  std::set<StreamId> seen;
  for (const std::string& field : streams) {
    const auto id = StreamId::from(view_of(field));
    if (!id || state_.stream(*id) == nullptr || !seen.insert(*id).second) {
      return malformed(step, "所列数据流不存在或重复", "a stream it lists is unknown or repeated");
    }
  }
  return {};
}

Status ControlRules::role(const ControlStep& step) {
  const pb::Role& r = step.body.role();
  const auto person = id_of<PersonId>(r.person());
  if (!person || step.names_record) return bad_field(step);
  if (state_.person(*person) == nullptr) return unknown_person(step);
  MQ_CHECK(check_listed(step, r.kind(), r.streams()));
  add_role({*person, r.kind(), stream_ids(r.streams()), {step.seq, std::nullopt}});
  return {};
}

Status ControlRules::invite(const ControlStep& step) {
  const pb::Invite& i = step.body.invite();
  const auto id = id_of<InviteId>(i.invite());
  const auto person = id_of<PersonId>(i.person());
  const auto sign_key = id_of<VerifyKey>(i.sign_key());
  const auto box_key = id_of<BoxKey>(i.box_key());
  const auto mac = id_of<Hash>(i.mac());
  if (!id || !person || !sign_key || !box_key || !mac || i.last_day() == 0) return bad_field(step);
  if (state_.person(*person) == nullptr) return unknown_person(step);
  MQ_CHECK(check_listed(step, i.role(), i.streams()));
  if (state_.invite(*id) != nullptr || state_.device(DeviceId{id->data}) != nullptr) {
    return control_fault(Code::kConflict, step, "邀请编号已存在", "its invitation id exists");
  }
  InviteRecord record;
  record.id = *id;
  record.person = *person;
  record.role = i.role();
  record.streams = stream_ids(i.streams());
  record.last_day = i.last_day();
  record.sign_key = *sign_key;
  record.box_key = *box_key;
  record.mac = *mac;
  record.prev = state_.head_;
  record.seq = step.seq;
  MQ_CHECK(check_invite_record(step, record));
  add_invite(std::move(record));
  return {};
}

// Boxes to the invitation alone, of current epochs that its role will read; none for those who are
// granted keys only after both sides compared.
Status ControlRules::check_invite_record(const ControlStep& step,
                                         const InviteRecord& invite) const {
  if (!step.names_record) return {};
  if (state_.needs_two(invite.person, invite.role, state_.head_seq_)) {
    return malformed(step, "管理员和督查的邀请不得带密钥",
                     "an invitation of an administrator or supervisor carries no keys");
  }
  if (!step.record) return {};
  if (step.record->ordered_size() > 0) return bad_field(step);
  std::set<StreamId> seen;
  for (const pb::KeyRecord::Box& box : step.record->boxes()) {
    const auto stream = StreamId::from(view_of(box.stream()));
    const bool fits = stream && InviteId::from(view_of(box.recipient())) == invite.id &&
                      box.box().size() == kBoxBytes && box.epoch() >= 1 &&
                      box.epoch() == state_.epoch_at(*stream, state_.head_seq_) &&
                      state_.may_read(invite, *stream) && seen.insert(*stream).second;
    if (!fits) {
      return malformed(step, "密钥记录含有不该给此邀请的密钥",
                       "its key record has a box that this invitation may not have");
    }
  }
  return {};
}

}  // namespace mq::wire
