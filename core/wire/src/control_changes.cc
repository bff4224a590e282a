#include "control_rules.h"

namespace mq::wire {

void ControlRules::undo_to(std::size_t mark) {
  while (undo_.size() > mark) {
    undo_.back()(state_);
    undo_.pop_back();
  }
}

void ControlRules::add_person(PersonRecord record) {
  const auto known = state_.person_at_.find(record.id);
  if (known != state_.person_at_.end()) {
    // The founder's name comes after the genesis.
    PersonRecord& old = state_.persons_[known->second];
    undo_.push_back(
        [at = known->second, name = old.sealed_name, since = old.named](ControlState& s) {
          s.persons_[at].sealed_name = name;
          s.persons_[at].named = since;
        });
    old.sealed_name = std::move(record.sealed_name);
    old.named = record.named;
    return;
  }
  state_.person_at_[record.id] = state_.persons_.size();
  state_.persons_.push_back(std::move(record));
  undo_.push_back([](ControlState& s) {
    s.person_at_.erase(s.persons_.back().id);
    s.persons_.pop_back();
  });
}

void ControlRules::add_device(const DeviceRecord& record) {
  const Index at = state_.devices_.size();
  state_.device_at_[record.id] = at;
  state_.devices_of_[record.person].push_back(at);
  state_.devices_.push_back(record);
  undo_.push_back([](ControlState& s) {
    const DeviceRecord& last = s.devices_.back();
    s.device_at_.erase(last.id);
    s.devices_of_[last.person].pop_back();
    s.devices_.pop_back();
  });
}

void ControlRules::add_role(RoleRecord record) {
  state_.roles_of_[record.person].push_back(state_.roles_.size());
  state_.roles_.push_back(std::move(record));
  undo_.push_back([](ControlState& s) {
    s.roles_of_[s.roles_.back().person].pop_back();
    s.roles_.pop_back();
  });
}

void ControlRules::add_stream(StreamRecord record) {
  const Index at = state_.streams_.size();
  state_.stream_at_[record.id] = at;
  state_.ordinal_at_[record.ordinal] = at;
  state_.streams_.push_back(std::move(record));
  undo_.push_back([](ControlState& s) {
    s.stream_at_.erase(s.streams_.back().id);
    s.ordinal_at_.erase(s.streams_.back().ordinal);
    s.streams_.pop_back();
  });
}

void ControlRules::add_invite(InviteRecord record) {
  state_.invite_at_[record.id] = state_.invites_.size();
  state_.invites_.push_back(std::move(record));
  undo_.push_back([](ControlState& s) {
    s.invite_at_.erase(s.invites_.back().id);
    s.invites_.pop_back();
  });
}

void ControlRules::add_server_key(const ServerKeyRecord& record) {
  set(&ControlState::server_key_, record.key);
  set(&ControlState::server_address_, record.address);
  state_.server_keys_.push_back(record);
  undo_.push_back([](ControlState& s) { s.server_keys_.pop_back(); });
}

void ControlRules::add_cuts(const ControlStep& step,
                            const google::protobuf::RepeatedPtrField<pb::Cut>& cuts) {
  for (const pb::Cut& cut : cuts) {
    CutRecord record;
    record.entry = step.seq;
    record.stream = StreamId::from(view_of(cut.stream())).value_or(StreamId{});
    record.device = DeviceId::from(view_of(cut.device())).value_or(DeviceId{});
    record.incarnation = cut.incarnation();
    record.seq = cut.seq();
    record.hash = Hash::from(view_of(cut.hash())).value_or(Hash{});
    add_cut(record);
  }
}

void ControlRules::add_cut(CutRecord record) {
  const ChainId chain{record.stream, record.device, record.incarnation};
  state_.cuts_of_[chain].push_back(state_.cuts_.size());
  state_.cuts_.push_back(record);
  undo_.push_back([chain](ControlState& s) {
    s.cuts_of_[chain].pop_back();
    s.cuts_.pop_back();
  });
}

void ControlRules::add_recovery(RecoveryRecord record) {
  set(&ControlState::recovery_box_, std::optional<BoxKey>(record.box_key));
  state_.recoveries_.push_back(record);
  undo_.push_back([](ControlState& s) { s.recoveries_.pop_back(); });
}

void ControlRules::add_announced(AnnouncedEnd record) {
  state_.announced_.push_back(std::move(record));
  undo_.push_back([](ControlState& s) { s.announced_.pop_back(); });
}

void ControlRules::add_carried(CarriedRecord record) {
  state_.carried_.push_back(record);
  undo_.push_back([](ControlState& s) { s.carried_.pop_back(); });
}

// The heads that this log did not know yet: of a side that goes on where an earlier one ended, the
// new ones.
void ControlRules::add_void_line(VoidLine line) {
  std::vector<Hash> fresh;
  for (std::uint32_t seq = line.fork_seq + 1; seq <= line.state->head_seq(); ++seq) {
    const Hash head = line.state->head_at(seq);
    if (state_.void_heads_.emplace(head, state_.void_lines_.size()).second) fresh.push_back(head);
  }
  state_.void_lines_.push_back(std::move(line));
  undo_.push_back([fresh](ControlState& s) {
    for (const Hash& head : fresh) s.void_heads_.erase(head);
    s.void_lines_.pop_back();
  });
}

void ControlRules::add_void_key(VoidKeyRecord record) {
  state_.void_keys_.push_back(std::move(record));
  undo_.push_back([](ControlState& s) { s.void_keys_.pop_back(); });
}

void ControlRules::set_suite(std::uint32_t seq, std::uint8_t suite) {
  set(&ControlState::lowest_suite_, suite);
  state_.suites_[seq] = suite;
  undo_.push_back([seq](ControlState& s) { s.suites_.erase(seq); });
}

void ControlRules::add_epoch(Index stream, EpochRecord record) {
  state_.streams_[stream].epochs.push_back(record);
  undo_.push_back([stream](ControlState& s) { s.streams_[stream].epochs.pop_back(); });
}

void ControlRules::end_device(Index device, std::uint32_t seq) {
  state_.devices_[device].span.until = seq;
  undo_.push_back([device](ControlState& s) { s.devices_[device].span.until.reset(); });
}

void ControlRules::end_role(Index role, std::uint32_t seq) {
  state_.roles_[role].span.until = seq;
  undo_.push_back([role](ControlState& s) { s.roles_[role].span.until.reset(); });
}

void ControlRules::end_invite(Index invite, std::uint32_t seq) {
  state_.invites_[invite].ended = seq;
  undo_.push_back([invite](ControlState& s) { s.invites_[invite].ended.reset(); });
}

void ControlRules::use_invite(Index invite, const DeviceId& device) {
  state_.invites_[invite].used_by = device;
  undo_.push_back([invite](ControlState& s) { s.invites_[invite].used_by.reset(); });
}

void ControlRules::close_stream(Index stream, std::uint32_t seq) {
  state_.streams_[stream].closed = seq;
  undo_.push_back([stream](ControlState& s) { s.streams_[stream].closed.reset(); });
}

}  // namespace mq::wire
