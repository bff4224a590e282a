// The end of the control log replaced by the other side's, once that has made it void.
#include "bundle_store.h"
#include "mq/base/text.h"
#include "mq/sync/engine.h"
#include "settings.h"

namespace mq::sync {
namespace {

std::string entry_name(std::uint32_t seq) { return cat("control.", seq); }
std::string voided_name(std::size_t number) { return cat("control.void.", number); }

}  // namespace

// One setting for each time: a list of entries in the form of an append.
Result<std::vector<std::vector<wire::pb::ControlEntry>>> ControlStore::voided() {
  std::vector<std::vector<wire::pb::ControlEntry>> out;
  for (;;) {
    MQ_TRY(const std::optional<Bytes> bytes, vault_->setting(voided_name(out.size())));
    if (!bytes) return out;
    wire::pb::ControlAppendRequest list;
    if (!list.ParseFromString(to_string(*bytes))) {
      return Error{Code::kCorrupt, "本机留存的作废登记已损坏。其他记录不受影响。",
                   "the void entries kept here are damaged; nothing else is"};
    }
    out.emplace_back(list.entries().begin(), list.entries().end());
  }
}

Status ControlStore::keep_voided(const std::vector<wire::pb::ControlEntry>& entries) {
  std::size_t number = 0;
  for (;; ++number) {
    MQ_TRY(const std::optional<Bytes> there, vault_->setting(voided_name(number)));
    if (!there) break;
  }
  wire::pb::ControlAppendRequest list;
  for (const wire::pb::ControlEntry& entry : entries) *list.add_entries() = entry;
  return vault_->set_setting(voided_name(number), view_of(list.SerializeAsString()));
}

// What bundles said that others know of the log, by the numbers of its entries.
Status ControlStore::forget_peers(std::uint32_t fork) {
  for (const wire::DeviceRecord& device : state_.devices()) {
    MQ_TRY(const std::uint32_t known, load_peer_seq(*vault_, device.id));
    if (known > fork) MQ_CHECK(store_peer_seq(*vault_, device.id, fork));
  }
  return {};
}

// Streams that only our side had are in no log now: kept, and sent nowhere.
Status ControlStore::unlist_streams(const wire::ControlState& state) {
  for (vault::StreamInfo info : vault_->streams()) {
    if (info.ordinal == 0 || state.stream(info.id) != nullptr) continue;
    info.ordinal = 0;
    const auto listed = vault_->add_stream(info);
    if (!listed.ok()) return listed.error();
  }
  return {};
}

Status ControlStore::rewind(std::uint32_t fork, const std::vector<wire::pb::ControlEntry>& theirs,
                            seal::Keyring& keyring) {
  MQ_TRY(std::vector<wire::pb::ControlEntry> common, entries(0));
  const std::vector<wire::pb::ControlEntry> ours(common.begin() + fork, common.end());
  common.resize(fork);
  wire::ControlState state;
  MQ_CHECK(state.apply(common));
  MQ_CHECK(state.apply(theirs));
  Status stored = vault_->together([&]() -> Status {
    MQ_CHECK(keep_voided(ours));
    for (std::uint32_t seq = fork + 1; seq <= held_; ++seq) {
      MQ_CHECK(vault_->set_setting(entry_name(seq), {}));
    }
    MQ_CHECK(store(fork, theirs));
    MQ_CHECK(note_rewound(*vault_, fork));
    MQ_CHECK(forget_peers(fork));
    MQ_CHECK(take_keys(state, theirs, keyring));
    MQ_CHECK(unlist_streams(state));
    return list_streams(state, keyring);
  });
  if (!stored.ok()) {
    MQ_CHECK(keyring.reload());
    return stored;
  }
  state_ = std::move(state);
  held_ = fork + static_cast<std::uint32_t>(theirs.size());
  return {};
}

}  // namespace mq::sync
