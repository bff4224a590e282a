// The rules of entries that end something: devices, invitations, rights.
#include <algorithm>

#include "control_rules.h"

namespace mq::wire {

namespace {

Error malformed(const ControlStep& step, std::string_view zh, std::string_view en) {
  return control_fault(Code::kInvalidInput, step, zh, en);
}
Error bad_field(const ControlStep& step) {
  return malformed(step, "有字段缺失或长度不对", "a field is missing or has a wrong length");
}

}  // namespace

Status ControlRules::check_cuts(const ControlStep& step,
                                const google::protobuf::RepeatedPtrField<pb::Cut>& cuts,
                                const PersonId& person,
                                const std::optional<DeviceId>& device) const {
  for (const pb::Cut& cut : cuts) {
    const auto stream = StreamId::from(view_of(cut.stream()));
    const auto id = DeviceId::from(view_of(cut.device()));
    const DeviceRecord* of = id ? state_.device(*id) : nullptr;
    const bool hash_fits =
        cut.seq() == 0 ? cut.hash().empty() : id_of<Hash>(cut.hash()).has_value();
    const bool fits = stream && state_.stream(*stream) != nullptr && of != nullptr && hash_fits &&
                      of->person == person && (!device || *device == *id);
    if (!fits) return malformed(step, "截止点不完整或不属于此人", "a cut does not fit");
  }
  return {};
}

Status ControlRules::revoke(const ControlStep& step) {
  const pb::Revoke& r = step.body.revoke();
  const auto id = id_of<DeviceId>(r.device());
  if (!id || r.sealed_reason().size() > kSealedBytesMax || step.names_record) {
    return bad_field(step);
  }
  const auto invite = state_.invite_at_.find(InviteId{id->data});
  if (invite != state_.invite_at_.end()) {
    if (!r.cuts().empty()) return malformed(step, "邀请没有截止点", "an invitation has no cuts");
    if (!state_.invites_[invite->second].live()) {
      return control_fault(Code::kConflict, step, "邀请已被使用或收回",
                           "the invitation was used or taken back");
    }
    end_invite(invite->second, step.seq);
    return {};
  }
  const DeviceRecord* device = state_.device(*id);
  if (device == nullptr) return malformed(step, "设备不在名册中", "the device is not in the log");
  if (device->span.until) {
    return control_fault(Code::kConflict, step, "设备已停用", "the device has ended");
  }
  MQ_CHECK(check_cuts(step, r.cuts(), device->person, *id));
  MQ_CHECK(check_last_admin(step, [&](const DeviceRecord& each) { return each.id == *id; }));
  end_device(state_.device_at_.at(*id), step.seq);
  add_cuts(step, r.cuts());
  return {};
}

// A township that is open keeps somebody who can append; `goes` says which devices end.
Status ControlRules::check_last_admin(const ControlStep& step,
                                      const std::function<bool(const DeviceRecord&)>& goes) const {
  if (state_.setup()) return {};
  for (const DeviceRecord* device : state_.admin_devices(state_.head_seq_)) {
    if (!goes(*device)) return {};
  }
  return control_fault(Code::kNotAllowed, step, "这是最后一台管理员设备",
                       "no administrator's device would be left");
}

// The roles that an end of right names, by their places.
std::vector<ControlRules::Index> ControlRules::roles_ended(
    const PersonId& person, pb::RoleKind kind, const std::vector<StreamId>& gone) const {
  std::vector<Index> out;
  const auto held = state_.roles_of_.find(person);
  if (held == state_.roles_of_.end()) return out;
  for (const Index i : held->second) {
    const RoleRecord& role = state_.roles_[i];
    if (role.kind != kind || role.span.until) continue;
    const bool touched =
        gone.empty() || std::any_of(role.streams.begin(), role.streams.end(), [&](const auto& id) {
          return std::find(gone.begin(), gone.end(), id) != gone.end();
        });
    if (touched) out.push_back(i);
  }
  return out;
}

// Ends every role of that kind, or takes the listed streams out of it.
Status ControlRules::end_of_right(const ControlStep& step) {
  const pb::EndOfRight& e = step.body.end_of_right();
  const auto person = id_of<PersonId>(e.person());
  if (!person || e.sealed_reason().size() > kSealedBytesMax || step.names_record) {
    return bad_field(step);
  }
  MQ_CHECK(check_listed(step, e.kind(), e.streams()));
  MQ_CHECK(check_cuts(step, e.cuts(), *person, std::nullopt));
  const std::vector<StreamId> gone = stream_ids(e.streams());
  const std::vector<Index> ended = roles_ended(*person, e.kind(), gone);
  if (ended.empty()) {
    return control_fault(Code::kConflict, step, "此人没有这项权限", "the person has no such right");
  }
  if (e.last_day() != 0) {
    if (!e.cuts().empty()) return malformed(step, "预告没有截止点", "an announcement has no cuts");
    add_announced({step.seq, *person, e.kind(), gone, e.last_day()});
    return {};
  }
  if (e.kind() == pb::ROLE_KIND_ADMIN) {
    MQ_CHECK(check_last_admin(step, [&](const DeviceRecord& d) { return d.person == *person; }));
  }
  end_roles(step, ended, gone);
  add_cuts(step, e.cuts());
  return {};
}

void ControlRules::end_roles(const ControlStep& step, const std::vector<Index>& ended,
                             const std::vector<StreamId>& gone) {
  for (const Index i : ended) {
    RoleRecord rest = state_.roles_[i];
    end_role(i, step.seq);
    std::erase_if(rest.streams, [&](const StreamId& id) {
      return std::find(gone.begin(), gone.end(), id) != gone.end();
    });
    if (gone.empty() || rest.streams.empty()) continue;
    rest.span = {step.seq, std::nullopt};
    add_role(std::move(rest));
  }
}

}  // namespace mq::wire
