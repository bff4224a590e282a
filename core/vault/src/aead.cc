#include "mq/vault/aead.h"

#include <sodium.h>

#include "mq/base/text.h"

namespace mq::vault {
namespace {

static_assert(kNonceBytes == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(kTagBytes == crypto_aead_xchacha20poly1305_ietf_ABYTES);
static_assert(Key32::kSize == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(sizeof(Salt16) == crypto_pwhash_SALTBYTES);

constexpr std::uint64_t kOpsMax = 16;
constexpr std::uint64_t kMemoryMin = crypto_pwhash_MEMLIMIT_MIN;
constexpr std::uint64_t kMemoryMax = 1ULL << 30;

// `key` may be null for an unkeyed digest, `label` empty then.
std::array<std::uint8_t, 32> blake2b(const Key32* key, std::string_view label, ByteView bytes) {
  init_crypto();
  crypto_generichash_state state;
  std::array<std::uint8_t, 32> out;
  const std::size_t key_bytes = key == nullptr ? 0 : Key32::kSize;
  crypto_generichash_init(&state, key == nullptr ? nullptr : key->view().data(), key_bytes,
                          out.size());
  if (key != nullptr) {
    MQ_ASSERT(label.size() < 256);
    const auto length = static_cast<std::uint8_t>(label.size());
    crypto_generichash_update(&state, &length, 1);
    crypto_generichash_update(&state, view_of(label).data(), label.size());
  }
  crypto_generichash_update(&state, bytes.data(), bytes.size());
  crypto_generichash_final(&state, out.data(), out.size());
  return out;
}

}  // namespace

void init_crypto() {
  static const int started = sodium_init();
  MQ_ASSERT(started >= 0);
}

void seal_detached(const Key32& key, std::span<const std::uint8_t, kNonceBytes> nonce, ByteView aad,
                   ByteView plain, std::uint8_t* sealed, std::uint8_t* tag) {
  init_crypto();
  crypto_aead_xchacha20poly1305_ietf_encrypt_detached(sealed, tag, nullptr, plain.data(),
                                                      plain.size(), aad.data(), aad.size(), nullptr,
                                                      nonce.data(), key.view().data());
}

bool open_detached(const Key32& key, std::span<const std::uint8_t, kNonceBytes> nonce, ByteView aad,
                   ByteView sealed, const std::uint8_t* tag, std::uint8_t* plain) {
  init_crypto();
  return crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
             plain, nullptr, sealed.data(), sealed.size(), tag, aad.data(), aad.size(),
             nonce.data(), key.view().data()) == 0;
}

Bytes seal(const Key32& key, const Nonce& nonce, ByteView aad, ByteView plain) {
  Bytes out(plain.size() + kTagBytes);
  seal_detached(key, nonce, aad, plain, out.data(), out.data() + plain.size());
  return out;
}

Result<Bytes> open(const Key32& key, const Nonce& nonce, ByteView aad, ByteView sealed) {
  const Error damaged{Code::kCorrupt, "密文核对不上", "sealed bytes do not verify"};
  if (sealed.size() < kTagBytes) return damaged;
  const ByteView body = sealed.first(sealed.size() - kTagBytes);
  Bytes out(body.size());
  if (!open_detached(key, nonce, aad, body, body.data() + body.size(), out.data())) return damaged;
  return out;
}

Result<Key32> derive_passphrase_key(std::string_view passphrase, const Salt16& salt,
                                    const KdfCost& cost) {
  init_crypto();
  // Bounded because the numbers come out of a file.
  if (cost.ops < 1 || cost.ops > kOpsMax || cost.memory_bytes < kMemoryMin ||
      cost.memory_bytes > kMemoryMax) {
    return Error{
        Code::kUnsupported, "口令运算参数超出范围",
        cat("passphrase cost out of bounds: ops ", cost.ops, ", memory ", cost.memory_bytes)};
  }
  Key32 key;
  if (crypto_pwhash(key.writable().data(), Key32::kSize, passphrase.data(), passphrase.size(),
                    salt.data(), cost.ops, static_cast<std::size_t>(cost.memory_bytes),
                    crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return Error{
        Code::kExhausted,
        cat("内存不足,口令运算需要 ", cost.memory_bytes >> 20, " MiB;请关闭其他程序后重试"),
        cat("not enough memory to check the passphrase: it takes ", cost.memory_bytes >> 20,
            " MiB; close other programs and try again")};
  }
  return key;
}

Key32 subkey(const Key32& key, std::string_view label, std::string_view context) {
  auto bytes = blake2b(&key, label, view_of(context));
  Key32 out{std::span<const std::uint8_t, 32>(bytes)};
  wipe(bytes);
  return out;
}

std::array<std::uint8_t, 32> keyed_digest(const Key32& key, std::string_view label,
                                          ByteView bytes) {
  return blake2b(&key, label, bytes);
}

std::array<std::uint8_t, 32> digest(ByteView bytes) { return blake2b(nullptr, {}, bytes); }

std::uint64_t short_hash(const Key32& key, ByteView bytes) {
  static_assert(crypto_shorthash_KEYBYTES == 16);
  std::array<std::uint8_t, crypto_shorthash_BYTES> out;
  crypto_shorthash(out.data(), bytes.data(), bytes.size(), key.view().data());
  return ByteReader(out).integer<std::uint64_t>();
}

bool lock_memory(std::span<std::uint8_t> bytes) {
  init_crypto();
  return sodium_mlock(bytes.data(), bytes.size()) == 0;
}

void unlock_memory(std::span<std::uint8_t> bytes) { sodium_munlock(bytes.data(), bytes.size()); }

}  // namespace mq::vault
