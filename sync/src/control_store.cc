// The control log as this device holds it: entries verbatim in the vault, verified at every load.

#include "messages.h"
#include "mq/base/text.h"
#include "mq/seal/labels.h"
#include "mq/sync/engine.h"
#include "settings.h"

namespace mq::sync {
namespace {

std::string entry_name(std::uint32_t seq) { return cat("control.", seq); }

}  // namespace

Result<ControlStore> ControlStore::load(vault::Vault& vault) {
  ControlStore store(vault);
  MQ_TRY(std::vector<wire::pb::ControlEntry> entries, store.entries(0));
  if (!entries.empty()) MQ_CHECK(store.state_.apply(entries));
  store.held_ = static_cast<std::uint32_t>(entries.size());
  return store;
}

Result<std::vector<wire::pb::ControlEntry>> ControlStore::entries(std::uint32_t after_seq) {
  std::vector<wire::pb::ControlEntry> out;
  for (std::uint32_t seq = after_seq + 1;; ++seq) {
    MQ_TRY(const std::optional<Bytes> bytes, vault_->setting(entry_name(seq)));
    if (!bytes || bytes->empty()) return out;
    if (!out.emplace_back().ParseFromString(to_string(*bytes))) {
      return Error{Code::kCorrupt,
                   cat("本机的成员登记第 ", seq, " 条已损坏。请运行 doctor 并告诉管理员。"),
                   cat("control entry ", seq, " in this vault is damaged; run doctor")};
    }
  }
}

Status ControlStore::append(const std::vector<wire::pb::ControlEntry>& entries,
                            seal::Keyring& keyring) {
  wire::ControlState state = state_;
  MQ_CHECK(state.apply(entries));
  Status stored = vault_->together([&]() -> Status {
    MQ_CHECK(store(held_, entries));
    MQ_CHECK(take_keys(state, entries, keyring));
    return list_streams(state, keyring);
  });
  if (!stored.ok()) {
    MQ_CHECK(keyring.reload());
    return stored;
  }
  state_ = std::move(state);
  held_ += static_cast<std::uint32_t>(entries.size());
  return {};
}

Status ControlStore::store(std::uint32_t after,
                           const std::vector<wire::pb::ControlEntry>& entries) {
  std::uint32_t seq = after;
  for (const wire::pb::ControlEntry& entry : entries) {
    const std::string bytes = entry.SerializeAsString();
    MQ_CHECK(vault_->set_setting(entry_name(++seq), view_of(bytes)));
  }
  return {};
}

Status ControlStore::take_keys(const wire::ControlState& state,
                               const std::vector<wire::pb::ControlEntry>& entries,
                               seal::Keyring& keyring) {
  if (keyring.identity() == nullptr) return {};
  MQ_TRY(const std::optional<UsedInvite> used, load_used_invite(*vault_));
  // First of all what is no epoch of this log any more makes room.
  const auto of_void_sides = keyring.take_void(state);
  if (!of_void_sides.ok()) return of_void_sides.error();
  // From the end: a new key opens the one before it, and so on back.
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (entry->key_record().empty()) continue;
    const auto taken = keyring.take_boxes(state, *entry, used ? &used->box : nullptr,
                                          used ? &used->invite : nullptr);
    if (!taken.ok()) return taken.error();
  }
  // What a heal hands over lies under a key that may have come only now.
  const auto handed_over = keyring.take_void(state);
  return handed_over.ok() ? Status() : Status(handed_over.error());
}

Status ControlStore::list_streams(const wire::ControlState& state, const seal::Keyring& keyring) {
  const seal::Identity* me = keyring.identity();
  if (me == nullptr) return {};
  // A stopped device has no right in what was opened afterwards, though its person may have.
  const wire::DeviceRecord* device = state.device(me->device);
  const bool stopped = device != nullptr && device->span.until;
  const std::uint32_t at = stopped ? *device->span.until - 1 : state.head_seq();
  for (const wire::StreamRecord& stream : state.streams()) {
    if (!state.may_read(me->person, stream.id, at)) continue;
    vault::StreamInfo info;
    info.id = stream.id;
    info.kind = static_cast<int>(stream.kind);
    info.ordinal = stream.ordinal;
    info.owner = stream.owner;
    info.label = seal::label_or_nothing(state, keyring, stream.sealed_label);
    const vault::StreamInfo* known = vault_->stream(stream.id);
    if (known != nullptr && known->ordinal == info.ordinal && known->label == info.label) continue;
    const auto added = vault_->add_stream(info);
    if (!added.ok()) return added.error();
  }
  return {};
}

// A kill, or a box that did not fit and was granted again, may leave an epoch without its key while
// its box stands in the log: the log is read again, and only then.
Status ControlStore::complete_keys(seal::Keyring& keyring) {
  const seal::Identity* me = keyring.identity();
  if (me == nullptr || state_.head_seq() == 0) return {};
  bool missing = false;
  for (const wire::StreamRecord& stream : state_.streams()) {
    if (!state_.may_read(me->person, stream.id, state_.head_seq())) continue;
    for (const wire::EpochRecord& epoch : stream.epochs) {
      missing = missing || keyring.key(stream.id, epoch.epoch) == nullptr;
    }
  }
  for (const wire::VoidKeyRecord& each : state_.void_keys()) {
    const bool reads = state_.may_read(me->person, each.stream, state_.head_seq());
    missing = missing || (reads && keyring.void_key(each.stream, each.commitment) == nullptr);
  }
  if (!missing) return {};
  MQ_TRY(const std::vector<wire::pb::ControlEntry> all, entries(0));
  Status taken = vault_->together([&]() -> Status {
    MQ_CHECK(take_keys(state_, all, keyring));
    return list_streams(state_, keyring);
  });
  if (!taken.ok()) MQ_CHECK(keyring.reload());
  return taken;
}

}  // namespace mq::sync
