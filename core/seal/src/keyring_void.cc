// Keys of sides of the log that a heal made void: envelopes that name their heads open with them.
#include <algorithm>

#include "mq/base/text.h"
#include "mq/seal/keyring.h"

namespace mq::seal {
namespace {

using wire::ControlState;

constexpr std::string_view kVoid = "seal.void";

// An epoch that only such a side has, and the heads at which it was the newest.
struct VoidEpoch {
  StreamId stream;
  std::uint32_t epoch = 0;
  Hash published;
  std::vector<Hash> heads;
};

void list_epochs(const wire::VoidLine& line, const wire::StreamRecord& stream,
                 std::vector<VoidEpoch>& out) {
  for (std::size_t i = 0; i < stream.epochs.size(); ++i) {
    const wire::EpochRecord& epoch = stream.epochs[i];
    if (epoch.from <= line.fork_seq) continue;
    const bool last = i + 1 == stream.epochs.size();
    const std::uint32_t until = last ? line.state->head_seq() + 1 : stream.epochs[i + 1].from;
    VoidEpoch one{stream.id, epoch.epoch, epoch.commitment, {}};
    for (std::uint32_t seq = epoch.from; seq < until; ++seq) {
      one.heads.push_back(line.state->head_at(seq));
    }
    out.push_back(std::move(one));
  }
}

std::vector<VoidEpoch> void_epochs(const ControlState& state) {
  std::vector<VoidEpoch> out;
  for (const wire::VoidLine& line : state.void_lines()) {
    for (const wire::StreamRecord& stream : line.state->streams()) list_epochs(line, stream, out);
  }
  return out;
}

// As keyring.cc names them.
std::string key_name(const StreamId& stream, std::uint32_t epoch) {
  return cat("seal.key.", stream.hex(), ".", epoch);
}

bool is_in_log(const ControlState& state, const StreamId& stream, const Hash& published) {
  const wire::StreamRecord* record = state.stream(stream);
  return record != nullptr && std::ranges::any_of(record->epochs, [&](const auto& epoch) {
           return epoch.commitment == published;
         });
}

Error damaged() {
  return {Code::kCorrupt, "本机钥匙串已损坏(作废的钥匙),请用备份恢复或重新加入",
          "the keyring of this device is damaged (void keys); restore a backup or join again"};
}

}  // namespace

Status Keyring::load_void() {
  MQ_TRY(auto stored, vault_->setting(kVoid));
  if (!stored) return {};
  ByteReader reader(*stored);
  while (reader.left() > 0) {
    VoidKey one;
    one.stream = StreamId{reader.array<16>()};
    one.epoch = reader.integer<std::uint32_t>();
    one.published = Hash{reader.array<Hash::kSize>()};
    const auto key = reader.array<Key32::kSize>();
    const auto heads = reader.integer<std::uint32_t>();
    for (std::uint32_t i = 0; i < heads && !reader.failed(); ++i) {
      one.heads.insert(Hash{reader.array<Hash::kSize>()});
    }
    one.key = Key32(key);
    const bool fits =
        !reader.failed() && commitment(one.key, one.stream, one.epoch) == one.published;
    if (!fits) return damaged();
    void_.push_back(std::move(one));
  }
  wipe(*stored);
  return {};
}

Status Keyring::keep_void() {
  ByteWriter out;
  for (const VoidKey& each : void_) {
    out.raw(each.stream.view());
    out.integer(each.epoch);
    out.raw(each.published.view());
    out.raw(each.key.view());
    out.integer(static_cast<std::uint32_t>(each.heads.size()));
    for (const Hash& head : each.heads) out.raw(head.view());
  }
  Bytes bytes = out.take();
  Status stored = vault_->set_setting(kVoid, bytes);
  wipe(bytes);
  return stored;
}

const Key32* Keyring::key_for(const wire::EnvelopeHeader& header) const {
  for (const VoidKey& each : void_) {
    const bool sealed = each.stream == header.stream && each.epoch == header.epoch &&
                        each.heads.contains(header.control_head);
    if (sealed) return &each.key;
  }
  return key(header.stream, header.epoch);
}

const Key32* Keyring::void_key(const StreamId& stream, const Hash& published) const {
  const auto at = std::ranges::find_if(void_, [&](const VoidKey& each) {
    return each.stream == stream && each.published == published;
  });
  return at == void_.end() ? nullptr : &at->key;
}

std::vector<const Key32*> Keyring::void_keys(const StreamId& stream, std::uint32_t epoch) const {
  std::vector<const Key32*> out;
  for (const VoidKey& each : void_) {
    if (each.stream == stream && each.epoch == epoch) out.push_back(&each.key);
  }
  return out;
}

Keyring::VoidKey* Keyring::find_void(const StreamId& stream, const Hash& published) {
  const auto at = std::ranges::find_if(void_, [&](const VoidKey& each) {
    return each.stream == stream && each.published == published;
  });
  return at == void_.end() ? nullptr : &*at;
}

// What this device holds from its own time on that side, or what a heal entry hands over.
std::optional<Key32> Keyring::void_key_of(const ControlState& state, const Place& place,
                                          const Hash& published, std::vector<Place>& aside) {
  const auto held = keys_.find(place);
  const bool own = held != keys_.end() && !is_in_log(state, place.first, published) &&
                   commitment(held->second, place.first, place.second) == published;
  if (own) {
    aside.push_back(place);
    return std::move(keys_.extract(held).mapped());
  }
  for (const wire::VoidKeyRecord& record : state.void_keys()) {
    if (record.stream != place.first || record.commitment != published) continue;
    const Key32* present = key(record.stream, record.under);
    if (present == nullptr) continue;
    auto opened =
        unwrap_void(*present, record.stream, record.under, record.commitment, record.wrapped);
    if (opened.ok() && commitment(*opened, record.stream, record.epoch) == published) {
      return std::move(opened).value();
    }
  }
  return std::nullopt;
}

Result<int> Keyring::take_void(const ControlState& state) {
  int fresh = 0;
  bool changed = false;
  std::vector<Place> aside;
  for (const VoidEpoch& each : void_epochs(state)) {
    VoidKey* held = find_void(each.stream, each.published);
    if (held == nullptr) {
      auto key = void_key_of(state, {each.stream, each.epoch}, each.published, aside);
      if (!key) continue;
      ++fresh;
      void_.push_back({each.stream, each.epoch, each.published, std::move(*key), {}});
      held = &void_.back();
    }
    for (const Hash& head : each.heads) changed = held->heads.insert(head).second || changed;
  }
  if (!changed) return 0;
  const Status kept = vault_->together([&]() -> Status {
    MQ_CHECK(keep_void());
    MQ_CHECK(keep_index());
    for (const Place& place : aside) {
      MQ_CHECK(vault_->set_setting(key_name(place.first, place.second), {}));
    }
    return {};
  });
  MQ_CHECK(kept);
  return fresh;
}

}  // namespace mq::seal
