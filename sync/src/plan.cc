#include "plan.h"

#include "messages.h"
#include "mq/seal/box.h"
#include "mq/wire/invitation.h"

namespace mq::sync {

Plan::Plan(const wire::ControlState& state, Author author, WallTime time, Random& random)
    : base_(state),
      state_(state),
      author_(std::move(author)),
      time_(time),
      batch_(random_id<GroupId>(random)) {}

Status Plan::add(pb::ControlBody body, const pb::KeyRecord* record,
                 const wire::SigningKey* second) {
  Planned planned{std::move(body), std::nullopt, std::nullopt, second};
  if (record != nullptr) planned.record = *record;
  return add_planned(std::move(planned));
}

Status Plan::add_invite(pb::ControlBody body, const Key32& mac, const pb::KeyRecord* record) {
  Planned planned{std::move(body), std::nullopt, mac.clone(), nullptr};
  if (record != nullptr) planned.record = *record;
  return add_planned(std::move(planned));
}

Status Plan::add_planned(Planned planned) {
  wire::ControlDraft draft(state_, author_.id, time_);
  write(draft, planned);
  const std::vector<pb::ControlEntry> entries = draft.take();
  for (const pb::ControlEntry& entry : entries) bytes_ += entry.ByteSizeLong();
  MQ_CHECK(state_.apply(entries));
  planned_.push_back(std::move(planned));
  return {};
}

void Plan::write(wire::ControlDraft& draft, const Planned& planned) const {
  pb::ControlBody body = planned.body;
  if (planned.mac) {
    const auto invite = InviteId::from(view_of(body.invite().invite()));
    MQ_ASSERT(invite.has_value());
    const Hash mac = wire::invite_mac(*planned.mac, draft.prev(), *invite);
    body.mutable_invite()->set_mac(to_field(mac.view()));
  }
  const bool by_rule = body.has_genesis() || body.has_device();
  const wire::SigningKey* second = by_rule ? author_.co_signer : planned.second;
  const pb::KeyRecord* record = planned.record ? &*planned.record : nullptr;
  if (second != nullptr) {
    draft.add(std::move(body), *author_.key, record, {second});
  } else {
    draft.add(std::move(body), *author_.key, record);
  }
}

std::vector<pb::ControlEntry> Plan::entries() const {
  wire::ControlDraft draft(base_, author_.id, time_, planned_.size(), batch_);
  for (const Planned& planned : planned_) write(draft, planned);
  return draft.take();
}

Result<pb::KeyRecord> rotate_record(const wire::ControlState& state, const StreamId& stream,
                                    const Key32& key, Random& random) {
  pb::KeyRecord record;
  for (const auto& [recipient, box_key] : state.recipients(stream)) {
    MQ_TRY(const Bytes sealed, seal::seal_box(box_key, key.view(), random));
    record.add_ordered(to_field(sealed));
  }
  return record;
}

Result<KeyGrant> key_grant(const StreamId& stream, std::uint32_t epoch, const Key32& key,
                           const GrantTo& to, Random& random) {
  MQ_TRY(const Bytes sealed_key, seal::seal_box(to.box_key, key.view(), random));
  KeyGrant out;
  pb::KeyRecord::Box& box = *out.record.add_boxes();
  box.set_recipient(to_field(to.recipient));
  box.set_stream(to_field(stream.view()));
  box.set_epoch(epoch);
  box.set_box(to_field(sealed_key));
  pb::Grant& grant = *out.body.mutable_grant();
  grant.set_stream(box.stream());
  grant.set_epoch(epoch);
  grant.set_recipient(box.recipient());
  return out;
}

Status add_stream(Plan& plan, const pb::Stream& stream, const Key32& key, Random& random) {
  MQ_TRY(const StreamId id, from_field<StreamId>(stream.stream()));
  pb::ControlBody opened;
  *opened.mutable_stream() = stream;
  MQ_CHECK(plan.add(std::move(opened)));

  pb::ControlBody rotated;
  rotated.mutable_rotate()->set_stream(stream.stream());
  rotated.mutable_rotate()->set_epoch(1);
  rotated.mutable_rotate()->set_commitment(to_field(seal::commitment(key, id, 1).view()));
  MQ_TRY(const pb::KeyRecord record, rotate_record(plan.state(), id, key, random));
  return plan.add(std::move(rotated), &record);
}

}  // namespace mq::sync
