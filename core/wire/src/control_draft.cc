#include "mq/wire/control_draft.h"

namespace mq::wire {

namespace {

void set(std::string* field, ByteView bytes) { field->assign(text_of(bytes)); }

}  // namespace

ControlDraft::ControlDraft(const ControlState& state, ByteView author, WallTime time,
                           std::size_t count, std::optional<GroupId> batch)
    : author_(to_bytes(author)),
      time_(time),
      count_(count),
      batch_(count > 1 ? batch : std::nullopt),
      seq_(state.head_seq()),
      prev_(state.head()) {
  MQ_ASSERT(count >= 1 && (count == 1 || batch));
  if (seq_ != 0) township_ = state.township();
}

ControlDraft& ControlDraft::add(pb::ControlBody body, const SigningKey& key,
                                const pb::KeyRecord* record,
                                std::initializer_list<const SigningKey*> co_signers) {
  MQ_ASSERT(entries_.size() < count_);
  if (!township_) township_ = TownshipId::from(view_of(body.township()));
  MQ_ASSERT(township_.has_value());
  body.set_version(1);
  set(body.mutable_township(), township_->view());
  body.set_seq(++seq_);
  set(body.mutable_prev(), prev_.view());
  set(body.mutable_author(), author_);
  body.set_time_ms(static_cast<std::uint64_t>(time_.ms));
  if (batch_) {
    set(body.mutable_batch(), batch_->view());
    body.set_batch_left(static_cast<std::uint32_t>(count_ - entries_.size() - 1));
  }
  pb::ControlEntry entry = sign_control(std::move(body), key, record);
  for (const SigningKey* co_signer : co_signers) co_sign_control(entry, *co_signer);
  prev_ = control_hash(view_of(entry.body()));
  entries_.push_back(std::move(entry));
  return *this;
}

std::vector<pb::ControlEntry> ControlDraft::take() {
  MQ_ASSERT(entries_.size() == count_);
  return std::move(entries_);
}

Hash control_hash(ByteView body) { return hash("mq/k1", {body}); }
Hash key_record_hash(ByteView key_record) { return hash("mq/kr1", {key_record}); }

pb::ControlEntry sign_control(pb::ControlBody body, const SigningKey& key,
                              const pb::KeyRecord* record) {
  pb::ControlEntry entry;
  if (record != nullptr) {
    record->SerializeToString(entry.mutable_key_record());
    set(body.mutable_key_record_hash(), key_record_hash(view_of(entry.key_record())).view());
  }
  body.SerializeToString(entry.mutable_body());
  const Hash hash = control_hash(view_of(entry.body()));
  set(entry.mutable_signature(), key.sign("mq/s2", hash.view()).view());
  return entry;
}

void co_sign_control(pb::ControlEntry& entry, const SigningKey& key) {
  const Hash hash = control_hash(view_of(entry.body()));
  set(entry.add_co_signatures(), key.sign("mq/s2", hash.view()).view());
}

}  // namespace mq::wire
