// ControlRules: checks one entry after the other against a ControlState and applies it.
//
// Every change is noted with its undoing, so that a fault or an incomplete batch costs only what it
// changed. Within add() all checks come before the first change.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mq/wire/control.h"

namespace mq::wire {

// How many sides within sides a heal entry may name: a side that healed another is one more.
inline constexpr int kHealDepthMax = 4;

// One entry taken apart.
struct ControlStep {
  const pb::ControlEntry& entry;
  pb::ControlBody body;
  Hash hash;
  std::uint32_t seq = 0;
  std::optional<pb::KeyRecord> record;      // what the entry brought
  bool names_record = false;                // the body names one, brought or pruned
  const DeviceRecord* author = nullptr;     // none at genesis, for a device and an appoint entry
  const InviteRecord* by_invite = nullptr;  // a device entry
};

class ControlRules {
 public:
  ControlRules(ControlState& state, Records records, int depth = 0)
      : state_(state), records_(records), depth_(depth) {}

  // control_past.cc: ControlState::at.
  static ControlState past(const ControlState& now, std::uint32_t seq);

  // verified: the signatures of this entry were checked by an earlier call.
  Status add(const pb::ControlEntry& entry, bool verified);
  bool in_batch() const { return batch_left_ != 0; }
  std::size_t mark() const { return undo_.size(); }
  void undo_to(std::size_t mark);

 private:
  using Index = ControlState::Index;

  // control_rules.cc
  Result<ControlStep> take_apart(const pb::ControlEntry& entry) const;
  Status check_chain(const ControlStep& step) const;
  Status check_batch(const ControlStep& step) const;
  Status check_author(ControlStep& step, bool verified) const;
  Status check_co_signatures(const ControlStep& step, bool verified) const;
  Status check_right(const ControlStep& step) const;
  Status take_record(ControlStep& step) const;
  std::vector<VerifyKey> second_admins(const ControlStep& step) const;
  struct CoSigners {
    std::vector<VerifyKey> keys;
    bool required = false;
  };
  CoSigners co_signers(const ControlStep& step) const;
  CoSigners role_signers(const ControlStep& step) const;
  void advance(const ControlStep& step);

  // control_people.cc: each checks its payload, then applies it.
  Status payload(const ControlStep& step);
  Status genesis(const ControlStep& step);
  Status person(const ControlStep& step);
  Status device(const ControlStep& step);
  Status role(const ControlStep& step);
  Status invite(const ControlStep& step);
  Status check_listed(const ControlStep& step, pb::RoleKind kind,
                      const google::protobuf::RepeatedPtrField<std::string>& streams) const;
  Status check_invite_record(const ControlStep& step, const InviteRecord& invite) const;

  // control_ends.cc
  Status revoke(const ControlStep& step);
  Status end_of_right(const ControlStep& step);
  std::vector<Index> roles_ended(const PersonId& person, pb::RoleKind kind,
                                 const std::vector<StreamId>& gone) const;
  void end_roles(const ControlStep& step, const std::vector<Index>& ended,
                 const std::vector<StreamId>& gone);
  Status check_last_admin(const ControlStep& step,
                          const std::function<bool(const DeviceRecord&)>& goes) const;
  Status check_cuts(const ControlStep& step,
                    const google::protobuf::RepeatedPtrField<pb::Cut>& cuts, const PersonId& person,
                    const std::optional<DeviceId>& device) const;

  // control_streams.cc
  Status stream(const ControlStep& step);
  Status close(const ControlStep& step);
  Status grant(const ControlStep& step);
  Status rotate(const ControlStep& step);
  Status server_key(const ControlStep& step);
  Status lowest_suite(const ControlStep& step);
  Status open(const ControlStep& step);
  Status check_granter(const ControlStep& step, const StreamRecord& stream,
                       const DeviceRecord* recipient) const;
  Status check_grant_record(const ControlStep& step) const;
  Status check_owner(const ControlStep& step) const;
  Status check_ordered(const ControlStep& step, const StreamId& stream) const;
  Status check_rotate_record(const ControlStep& step, const StreamId& stream) const;

  // control_admit.cc
  Status admit(const ControlStep& step);
  bool begins_at_an_end(const AdmissionRecord& record) const;
  Status check_decided(const ControlStep& step, const AdmissionRecord& record) const;

  // control_recovery.cc
  Status recovery(const ControlStep& step);
  Status appoint(const ControlStep& step);
  Status compare(const ControlStep& step);
  std::optional<VerifyKey> appointer(const std::string& author) const;
  std::vector<VerifyKey> recovery_signers(const ControlStep& step) const;
  std::vector<VerifyKey> second_readers(const ControlStep& step) const;
  bool by_two_readers(const ControlStep& step) const;

  // control_heal.cc
  Status heal(const ControlStep& step);
  Result<VoidLine> void_line(const ControlStep& step) const;
  Result<std::vector<VoidKeyRecord>> void_keys(const ControlStep& step, const VoidLine& line) const;
  void hold_endings(const ControlStep& step,
                    const google::protobuf::RepeatedPtrField<pb::ControlEntry>& entries);
  void hold_revoke(const ControlStep& step, const pb::Revoke& revoke);
  void hold_end_of_right(const ControlStep& step, const pb::EndOfRight& end);
  void hold_cuts(const ControlStep& step, const google::protobuf::RepeatedPtrField<pb::Cut>& cuts);

  // control_past.cc
  void copy_members(const ControlState& now, std::uint32_t seq);
  void copy_streams(const ControlState& now, std::uint32_t seq);
  void copy_decisions(const ControlState& now, std::uint32_t seq);

  // control_carried.cc: shape only, then kept.
  Status carried(const ControlStep& step);

  // Changes with their undoing, control_changes.cc.
  template <class T>
  void set(T ControlState::*field, T value) {
    undo_.push_back([field, old = state_.*field](ControlState& s) { s.*field = old; });
    state_.*field = std::move(value);
  }
  void add_person(PersonRecord record);
  void add_device(const DeviceRecord& record);
  void add_role(RoleRecord record);
  void add_stream(StreamRecord record);
  void add_invite(InviteRecord record);
  void add_server_key(const ServerKeyRecord& record);
  void add_cuts(const ControlStep& step, const google::protobuf::RepeatedPtrField<pb::Cut>& cuts);
  void add_recovery(RecoveryRecord record);
  void add_admission(AdmissionRecord record);
  void add_announced(AnnouncedEnd record);
  void add_compare(CompareRecord record);
  void note_granted(const DeviceId& device, std::uint32_t seq);
  void add_cut(CutRecord record);
  void add_void_line(VoidLine line);
  void add_void_key(VoidKeyRecord record);
  void set_suite(std::uint32_t seq, std::uint8_t suite);
  void add_carried(CarriedRecord record);
  void add_epoch(Index stream, EpochRecord record);
  void end_device(Index device, std::uint32_t seq);
  void end_role(Index role, std::uint32_t seq);
  void end_invite(Index invite, std::uint32_t seq);
  void use_invite(Index invite, const DeviceId& device);
  void close_stream(Index stream, std::uint32_t seq);

  ControlState& state_;
  Records records_;
  int depth_;
  std::vector<std::function<void(ControlState&)>> undo_;
  std::string batch_;
  std::uint32_t batch_left_ = 0;
  std::size_t batch_bytes_ = 0;
};

// "成员名册第 7 条无法接受:…" with what to do about it, by code.
Error control_fault(Code code, const ControlStep& step, std::string_view zh, std::string_view en);

// An id or key of the right length that is not all zeros.
template <class Id>
std::optional<Id> id_of(const std::string& field) {
  auto id = Id::from(view_of(field));
  if (id && id->is_zero()) return std::nullopt;
  return id;
}

std::vector<StreamId> stream_ids(const google::protobuf::RepeatedPtrField<std::string>& fields);

inline constexpr std::size_t kBoxBytes = 80;
inline constexpr std::size_t kSealedBytesMax = 4'096;

}  // namespace mq::wire
