#include "mq/seal/box.h"

#include <sodium.h>

#include "mq/vault/aead.h"
#include "mq/wire/crypto.h"

namespace mq::seal {
namespace {

constexpr std::size_t kBoxOverhead = 48;
constexpr std::size_t kLabelStep = 32;

std::string_view label_of(Use use) {
  switch (use) {
    case Use::kEnvelope:
      return "mq/ke1";
    case Use::kSalt:
      return "mq/ks1";
    case Use::kWrap:
      return "mq/kw1";
    case Use::kSnapshot:
      return "mq/kn1";
    case Use::kRelease:
      return "mq/kv1";
    case Use::kCommit:
      return "mq/kk1";
    case Use::kLabel:
      return "mq/kl1";
  }
  MQ_ASSERT(false);
  return {};
}

Bytes label_aad(const StreamId& stream, std::uint32_t epoch) {
  ByteWriter aad;
  aad.raw(stream.view());
  aad.integer(epoch);
  return aad.take();
}

// Longer than what older keys are wrapped with: one is never taken for the other.
Bytes void_aad(const StreamId& stream, std::uint32_t epoch, const Hash& published) {
  ByteWriter aad;
  aad.raw(label_aad(stream, epoch));
  aad.raw(published.view());
  return aad.take();
}

std::array<std::uint8_t, 4> little_endian(std::uint32_t value) {
  std::array<std::uint8_t, 4> out{};
  for (std::size_t i = 0; i < 4; ++i) out[i] = static_cast<std::uint8_t>(value >> (8 * i));
  return out;
}

}  // namespace

BoxKeyPair BoxKeyPair::generate(Random& random) {
  Key32 secret;
  random.fill(secret.writable());
  return from_seed(secret);
}

BoxKeyPair BoxKeyPair::from_seed(const Key32& seed) {
  vault::init_crypto();
  BoxKey key;
  // Fails only for a null group element, which the base point never gives.
  MQ_ASSERT(crypto_scalarmult_base(key.data.data(), seed.view().data()) == 0);
  return {seed.clone(), key};
}

Result<Bytes> seal_box(const BoxKey& recipient, ByteView text, Random& random) {
  const BoxKeyPair once = BoxKeyPair::generate(random);
  std::array<std::uint8_t, crypto_box_NONCEBYTES> nonce{};
  wire::hash_into(nonce, {}, "", {once.public_key().view(), recipient.view()});
  Bytes box(text.size() + kBoxOverhead);
  std::memcpy(box.data(), once.public_key().data.data(), 32);
  if (crypto_box_easy(box.data() + 32, text.data(), text.size(), nonce.data(),
                      recipient.data.data(), once.secret().view().data()) != 0) {
    return Error{Code::kInvalidInput, "不能为该设备封装密钥:它的公钥无效,请让它重新加入",
                 "cannot seal to this device: its public key is of small order; let it join again"};
  }
  return box;
}

Result<Bytes> open_box(const BoxKeyPair& keys, ByteView box) {
  vault::init_crypto();
  if (box.size() >= kBoxOverhead) {
    Bytes text(box.size() - kBoxOverhead);
    if (crypto_box_seal_open(text.data(), box.data(), box.size(), keys.public_key().data.data(),
                             keys.secret().view().data()) == 0) {
      return text;
    }
  }
  return Error{Code::kCorrupt, "密钥盒打不开:不是给本机的,或已损坏;请管理员重新授权",
               "the key box does not open: not for this device, or damaged; ask for a new grant"};
}

Key32 subkey(const Key32& stream_key, Use use, const StreamId& stream, std::uint32_t epoch) {
  Key32 out;
  wire::hash_into(out.writable(), stream_key.view(), label_of(use),
                  {stream.view(), little_endian(epoch)});
  return out;
}

Hash commitment(const Key32& stream_key, const StreamId& stream, std::uint32_t epoch) {
  return wire::hash("mq/kc1", {subkey(stream_key, Use::kCommit, stream, epoch).view()});
}

Bytes seal_label(const Key32& stream_key, const StreamId& stream, std::uint32_t epoch,
                 std::string_view text, Random& random) {
  MQ_ASSERT(text.size() <= 0xffff);
  ByteWriter plain;
  plain.integer(static_cast<std::uint16_t>(text.size()));
  plain.raw(view_of(text));
  Bytes padded = plain.take();
  padded.resize((padded.size() + kLabelStep - 1) / kLabelStep * kLabelStep);
  vault::Nonce nonce{};
  random.fill(nonce);
  ByteWriter out;
  out.integer(epoch);
  out.raw(nonce);
  out.raw(vault::seal(subkey(stream_key, Use::kLabel, stream, epoch), nonce,
                      label_aad(stream, epoch), padded));
  return out.take();
}

Result<std::string> open_label(const Key32& stream_key, const StreamId& stream, ByteView sealed) {
  const Error misfit{Code::kCorrupt, "名称打不开:密钥不符或数据已损坏",
                     "the label does not open: another key, or damaged"};
  ByteReader reader(sealed);
  const auto epoch = reader.integer<std::uint32_t>();
  const vault::Nonce nonce = reader.array<vault::kNonceBytes>();
  if (reader.failed()) return misfit;
  auto plain = vault::open(subkey(stream_key, Use::kLabel, stream, epoch), nonce,
                           label_aad(stream, epoch), reader.rest());
  if (!plain.ok()) return misfit;
  ByteReader inside(*plain);
  const ByteView text = inside.raw(inside.integer<std::uint16_t>());
  const bool clean = !inside.failed() && inside.left() < kLabelStep;
  for (const std::uint8_t byte : inside.rest()) {
    if (byte != 0) return misfit;
  }
  if (!clean) return misfit;
  return to_string(text);
}

Bytes wrap_older(const Key32& new_key, const StreamId& stream, std::uint32_t new_epoch,
                 const std::vector<EpochKey>& older, Random& random) {
  ByteWriter plain;
  std::uint32_t last = 0;
  for (const EpochKey& held : older) {
    MQ_ASSERT(held.epoch > last && held.epoch < new_epoch);
    last = held.epoch;
    plain.integer(held.epoch);
    plain.raw(held.key.view());
  }
  vault::Nonce nonce{};
  random.fill(nonce);
  Bytes text = plain.take();
  ByteWriter out;
  out.raw(nonce);
  out.raw(vault::seal(subkey(new_key, Use::kWrap, stream, new_epoch), nonce,
                      label_aad(stream, new_epoch), text));
  wipe(text);
  return out.take();
}

Result<std::vector<EpochKey>> unwrap_older(const Key32& new_key, const StreamId& stream,
                                           std::uint32_t new_epoch, ByteView wrapped) {
  const Error misfit{Code::kCorrupt, "旧密钥打不开:密钥不符或数据已损坏,请管理员重新授权",
                     "the older keys do not open: another key, or damaged; ask for a new grant"};
  ByteReader reader(wrapped);
  const vault::Nonce nonce = reader.array<vault::kNonceBytes>();
  if (reader.failed()) return misfit;
  auto plain = vault::open(subkey(new_key, Use::kWrap, stream, new_epoch), nonce,
                           label_aad(stream, new_epoch), reader.rest());
  if (!plain.ok()) return misfit;
  std::vector<EpochKey> older;
  ByteReader inside(*plain);
  bool ascending = true;
  while (inside.left() > 0) {
    EpochKey held;
    held.epoch = inside.integer<std::uint32_t>();
    const ByteView key = inside.raw(Key32::kSize);
    if (inside.failed()) break;
    held.key = Key32(std::span<const std::uint8_t, 32>(key.data(), 32));
    ascending = ascending && held.epoch < new_epoch &&
                held.epoch > (older.empty() ? 0 : older.back().epoch);
    older.push_back(std::move(held));
  }
  const bool clean = inside.done() && ascending;
  wipe(*plain);
  if (!clean) return misfit;
  return older;
}

Bytes wrap_void(const Key32& present, const StreamId& stream, std::uint32_t present_epoch,
                const Hash& published, const Key32& key, Random& random) {
  vault::Nonce nonce{};
  random.fill(nonce);
  ByteWriter out;
  out.raw(nonce);
  out.raw(vault::seal(subkey(present, Use::kWrap, stream, present_epoch), nonce,
                      void_aad(stream, present_epoch, published), key.view()));
  return out.take();
}

Result<Key32> unwrap_void(const Key32& present, const StreamId& stream, std::uint32_t present_epoch,
                          const Hash& published, ByteView wrapped) {
  const Error misfit{Code::kCorrupt, "作废一边的密钥打不开:密钥不符或数据已损坏",
                     "the key of the void side does not open: another key, or damaged"};
  ByteReader reader(wrapped);
  const vault::Nonce nonce = reader.array<vault::kNonceBytes>();
  if (reader.failed()) return misfit;
  auto plain = vault::open(subkey(present, Use::kWrap, stream, present_epoch), nonce,
                           void_aad(stream, present_epoch, published), reader.rest());
  if (!plain.ok() || plain->size() != Key32::kSize) return misfit;
  Key32 key(std::span<const std::uint8_t, 32>(plain->data(), 32));
  wipe(*plain);
  return key;
}

}  // namespace mq::seal
