#include "mq/seal/keyring.h"

#include "mq/base/text.h"

namespace mq::seal {
namespace {

constexpr std::string_view kIdentity = "seal.identity";
constexpr std::string_view kIndex = "seal.keys";

std::string key_name(const StreamId& stream, std::uint32_t epoch) {
  return cat("seal.key.", stream.hex(), ".", epoch);
}

Error damaged(std::string_view zh, std::string_view en) {
  return {Code::kCorrupt, cat("本机钥匙串已损坏(", zh, "),请用备份恢复或重新加入"),
          cat("the keyring of this device is damaged (", en, "); restore a backup or join again")};
}

Key32 key_of(ByteView bytes) {
  MQ_ASSERT(bytes.size() == Key32::kSize);
  return Key32(std::span<const std::uint8_t, 32>(bytes.data(), 32));
}

Result<Identity> parse_identity(ByteView bytes) {
  ByteReader reader(bytes);
  const TownshipId township{reader.array<16>()};
  const DeviceId device{reader.array<16>()};
  const PersonId person{reader.array<16>()};
  const ByteView sign = reader.raw(32);
  const ByteView box = reader.raw(32);
  if (!reader.done()) return damaged("身份", "identity");
  return Identity{township, device, person, wire::SigningKey::from_seed(key_of(sign)),
                  BoxKeyPair::from_seed(key_of(box))};
}

// The commitment that the control log published; nothing if it has no such epoch.
const Hash* commitment_of(const wire::ControlState& state, const StreamId& stream,
                          std::uint32_t epoch) {
  const wire::StreamRecord* record = state.stream(stream);
  if (record == nullptr) return nullptr;
  for (const wire::EpochRecord& known : record->epochs) {
    if (known.epoch == epoch) return &known.commitment;
  }
  return nullptr;
}

bool same(const std::string& bytes, ByteView id) { return text_of(id) == bytes; }

}  // namespace

Result<Keyring> Keyring::load(vault::Vault& vault) {
  Keyring keyring(vault);
  MQ_TRY(auto identity, vault.setting(kIdentity));
  if (identity) {
    MQ_TRY(Identity parsed, parse_identity(*identity));
    wipe(*identity);
    keyring.identity_.emplace(std::move(parsed));
  }
  MQ_TRY(const auto index, vault.setting(kIndex));
  ByteReader reader(index ? ByteView(*index) : ByteView());
  while (reader.left() > 0) {
    const StreamId stream{reader.array<16>()};
    const auto epoch = reader.integer<std::uint32_t>();
    if (reader.failed()) return damaged("目录", "index");
    MQ_TRY(auto held, vault.setting(key_name(stream, epoch)));
    // Named by a version that kept the name of a key whose commit was taken back: not held, and
    // found again where its box stands.
    if (!held || held->empty()) continue;
    if (held->size() != 64) return damaged("钥匙长度不对", "length of a key");
    Key32 key = key_of(ByteView(*held).first(32));
    const bool fits = Hash::from(ByteView(*held).subspan(32)) == commitment(key, stream, epoch);
    wipe(*held);
    if (!fits) return damaged("钥匙与承诺不符", "key does not fit its commitment");
    keyring.keys_.emplace(std::pair(stream, epoch), std::move(key));
  }
  MQ_CHECK(keyring.load_void());
  return keyring;
}

Status Keyring::reload() {
  MQ_TRY(Keyring fresh, load(*vault_));
  keys_ = std::move(fresh.keys_);
  void_ = std::move(fresh.void_);
  return {};
}

Status Keyring::set_identity(Identity identity) {
  if (identity_) {
    return Error{Code::kConflict, "本机已有身份,不能再设一个",
                 "this device already has an identity"};
  }
  ByteWriter out;
  out.raw(identity.township.view());
  out.raw(identity.device.view());
  out.raw(identity.person.view());
  out.raw(identity.sign.seed().view());
  out.raw(identity.box.secret().view());
  Bytes bytes = out.take();
  const Status stored = vault_->set_setting(kIdentity, bytes);
  wipe(bytes);
  MQ_CHECK(stored);
  identity_.emplace(std::move(identity));
  return {};
}

const Key32* Keyring::key(const StreamId& stream, std::uint32_t epoch) const {
  const auto found = keys_.find({stream, epoch});
  return found == keys_.end() ? nullptr : &found->second;
}

std::uint32_t Keyring::newest_epoch(const StreamId& stream) const {
  auto after = keys_.upper_bound({stream, UINT32_MAX});
  if (after == keys_.begin()) return 0;
  --after;
  return after->first.first == stream ? after->first.second : 0;
}

Status Keyring::keep_index() {
  ByteWriter index;
  for (const auto& [name, key] : keys_) {
    index.raw(name.first.view());
    index.integer(name.second);
  }
  return vault_->set_setting(kIndex, index.bytes());
}

Status Keyring::add(const StreamId& stream, std::uint32_t epoch, Key32 key, const Hash& published) {
  if (commitment(key, stream, epoch) != published) {
    return Error{
        Code::kCorrupt,
        cat("收到的密钥与公布的承诺不符(第 ", epoch, " 期),没有采用;请管理员重新授权"),
        cat("the key of epoch ", epoch,
            " does not fit the published commitment and was not taken; ask for a new grant")};
  }
  if (this->key(stream, epoch) != nullptr) return {};
  ByteWriter out;
  out.raw(key.view());
  out.raw(published.view());
  Bytes bytes = out.take();
  keys_.emplace(std::pair(stream, epoch), std::move(key));
  Status stored = vault_->together([&]() -> Status {
    MQ_CHECK(vault_->set_setting(key_name(stream, epoch), bytes));
    return keep_index();
  });
  wipe(bytes);
  if (!stored.ok()) keys_.erase({stream, epoch});
  return stored;
}

// The index first: what it does not name is not looked for.
Status Keyring::forget(const std::vector<StreamId>& streams) {
  std::map<std::pair<StreamId, std::uint32_t>, Key32> gone;
  for (const StreamId& stream : streams) {
    std::erase_if(void_, [&](const VoidKey& each) { return each.stream == stream; });
    for (auto at = keys_.lower_bound({stream, 0});
         at != keys_.end() && at->first.first == stream;) {
      gone.insert(keys_.extract(at++));
    }
  }
  Status stored = vault_->together([&]() -> Status {
    MQ_CHECK(keep_index());
    MQ_CHECK(keep_void());
    for (const auto& [name, key] : gone) {
      MQ_CHECK(vault_->set_setting(key_name(name.first, name.second), {}));
    }
    return {};
  });
  if (stored.ok()) return {};
  MQ_CHECK(reload());
  return stored;
}

// A key that does not fit is somebody's fault; one that could not be kept may come again.
Status Keyring::take_one(const wire::ControlState& state, const StreamId& stream,
                         std::uint32_t epoch, Result<Key32> key, Taken& taken) {
  const Hash* published = commitment_of(state, stream, epoch);
  if (this->key(stream, epoch) != nullptr) return {};
  const bool fits =
      published != nullptr && key.ok() && commitment(*key, stream, epoch) == *published;
  ++(fits ? taken.keys : taken.misfits);
  return fits ? add(stream, epoch, std::move(key).value(), *published) : Status();
}

Status Keyring::take_wrapped(const wire::ControlState& state, const wire::pb::ControlBody& body,
                             Taken& taken) {
  if (!body.has_rotate() || body.rotate().wrapped_older().empty()) return {};
  const auto stream = StreamId::from(view_of(body.rotate().stream()));
  if (!stream) return {};
  const Key32* held = key(*stream, body.rotate().epoch());
  if (held == nullptr) return {};
  auto older =
      unwrap_older(*held, *stream, body.rotate().epoch(), view_of(body.rotate().wrapped_older()));
  if (!older.ok()) {
    ++taken.misfits;
    return {};
  }
  for (EpochKey& one : *older) {
    MQ_CHECK(take_one(state, *stream, one.epoch, std::move(one.key), taken));
  }
  return {};
}

Result<Keyring::Taken> Keyring::take_boxes(const wire::ControlState& state,
                                           const wire::pb::ControlEntry& entry,
                                           const BoxKeyPair* invitation, const InviteId* invite) {
  const Error malformed{Code::kInvalidInput, "这一条管理记录的密钥盒不合格式,没有采用",
                        "the key record of this control entry is malformed and was not taken"};
  Taken taken;
  wire::pb::ControlBody body;
  if (!body.ParseFromString(entry.body())) return malformed;
  if (!entry.key_record().empty()) {
    const Hash hash = wire::key_record_hash(view_of(entry.key_record()));
    wire::pb::KeyRecord record;
    if (!same(body.key_record_hash(), hash.view())) return malformed;
    if (!record.ParseFromString(entry.key_record())) return malformed;
  }
  const auto take = [&](ByteView recipient, const BoxKeyPair& keys) -> Status {
    for (const wire::StreamBox& box : wire::boxes_for_recipient(state, entry, recipient)) {
      auto text = open_box(keys, box.box);
      Result<Key32> key =
          text.ok() && text->size() == 32 ? Result<Key32>(key_of(*text)) : Result<Key32>(malformed);
      if (text.ok()) wipe(*text);
      MQ_CHECK(take_one(state, box.stream, box.epoch, std::move(key), taken));
    }
    return {};
  };
  if (identity_) MQ_CHECK(take(identity_->device.view(), identity_->box));
  if (invite != nullptr && invitation != nullptr) MQ_CHECK(take(invite->view(), *invitation));
  MQ_CHECK(take_wrapped(state, body, taken));
  return taken;
}

Bytes Keyring::wrapped_older(const StreamId& stream, std::uint32_t new_epoch, const Key32& new_key,
                             Random& random) const {
  std::vector<EpochKey> older;
  const bool linked = key(stream, new_epoch - 1) != nullptr;
  for (auto at = keys_.lower_bound({stream, linked ? new_epoch - 1 : 0}); at != keys_.end(); ++at) {
    if (at->first.first != stream || at->first.second >= new_epoch) break;
    older.push_back({at->first.second, at->second.clone()});
  }
  if (older.empty()) return {};
  return wrap_older(new_key, stream, new_epoch, older, random);
}

}  // namespace mq::seal
