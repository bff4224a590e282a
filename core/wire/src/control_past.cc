// The log as it once stood, out of what it has become: every record says from when it holds.
//
// For the fold of a side that parted from this log at an earlier entry. Entries themselves are not
// kept here, so that a state costs no more than its records.
#include <algorithm>

#include "control_rules.h"

namespace mq::wire {

namespace {

void reopen(std::optional<std::uint32_t>& end, std::uint32_t seq) {
  if (end && *end > seq) end.reset();
}

}  // namespace

ControlState ControlState::at(std::uint32_t seq) const {
  MQ_ASSERT(seq >= 1 && seq <= head_seq_);
  return ControlRules::past(*this, seq);
}

ControlState ControlRules::past(const ControlState& now, std::uint32_t seq) {
  ControlState out;
  out.township_ = now.township_;
  out.county_root_ = now.county_root_;
  out.practice_ = now.practice_;
  out.opened_ = now.opened_ <= seq ? now.opened_ : 0;
  out.head_seq_ = seq;
  out.head_ = now.head_at(seq);
  out.heads_.assign(now.heads_.begin(), now.heads_.begin() + seq);
  ControlRules rules(out, Records::kMayBePruned);
  rules.copy_members(now, seq);
  rules.copy_streams(now, seq);
  rules.copy_decisions(now, seq);
  return out;
}

void ControlRules::copy_members(const ControlState& now, std::uint32_t seq) {
  for (PersonRecord person : now.persons_) {
    if (person.seq > seq) continue;
    if (person.named > seq) {
      person.sealed_name.clear();
      person.named = person.seq;
    }
    add_person(std::move(person));
  }
  for (DeviceRecord device : now.devices_) {
    if (device.span.from > seq) continue;
    reopen(device.span.until, seq);
    add_device(device);
  }
  for (RoleRecord role : now.roles_) {
    if (role.span.from > seq) continue;
    reopen(role.span.until, seq);
    add_role(std::move(role));
  }
  for (InviteRecord invite : now.invites_) {
    if (invite.seq > seq) continue;
    reopen(invite.ended, seq);
    if (invite.used_by && state_.device(*invite.used_by) == nullptr) invite.used_by.reset();
    add_invite(std::move(invite));
  }
}

void ControlRules::copy_streams(const ControlState& now, std::uint32_t seq) {
  for (StreamRecord stream : now.streams_) {
    if (stream.ordinal > seq) continue;
    reopen(stream.closed, seq);
    std::erase_if(stream.epochs, [&](const EpochRecord& epoch) { return epoch.from > seq; });
    add_stream(std::move(stream));
  }
  for (const ServerKeyRecord& key : now.server_keys_) {
    if (key.from <= seq) add_server_key(key);
  }
  for (const auto& [since, suite] : now.suites_) {
    if (since <= seq) set_suite(since, suite);
  }
}

void ControlRules::copy_decisions(const ControlState& now, std::uint32_t seq) {
  for (const RecoveryRecord& record : now.recoveries_) {
    if (record.from <= seq) add_recovery(record);
  }
  for (const CutRecord& cut : now.cuts_) {
    if (cut.entry <= seq) add_cut(cut);
  }
  for (const AdmissionRecord& record : now.admissions_) {
    if (record.entry <= seq) add_admission(record);
  }
  for (const AnnouncedEnd& record : now.announced_) {
    if (record.entry <= seq) add_announced(record);
  }
  for (CompareRecord record : now.compares_) {
    if (record.entry > seq) continue;
    if (record.granted > seq) record.granted = 0;
    add_compare(record);
  }
  for (const CarriedRecord& record : now.carried_) {
    if (record.seq <= seq) add_carried(record);
  }
  for (const VoidLine& line : now.void_lines_) {
    if (line.entry <= seq) add_void_line(line);
  }
  for (const VoidKeyRecord& record : now.void_keys_) {
    if (record.entry <= seq) add_void_key(record);
  }
}

}  // namespace mq::wire
