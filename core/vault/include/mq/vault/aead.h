// The vault's only door to libsodium: sealing under a key, keys from passphrases, keys from keys.
//
// Nonces are always given by the caller, who draws them from his Random: nothing here has chance of
// its own. XChaCha20-Poly1305, Argon2id, BLAKE2b, SipHash-2-4. Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "mq/base/bytes.h"
#include "mq/base/result.h"
#include "mq/base/secret.h"

namespace mq::vault {

inline constexpr std::size_t kNonceBytes = 24;
inline constexpr std::size_t kTagBytes = 16;
using Nonce = std::array<std::uint8_t, kNonceBytes>;
using Salt16 = std::array<std::uint8_t, 16>;

// Ends the program if libsodium cannot start; every call below does it by itself.
void init_crypto();

// `sealed` is as long as `plain` and may be the same memory; the tag goes beside it.
void seal_detached(const Key32& key, std::span<const std::uint8_t, kNonceBytes> nonce, ByteView aad,
                   ByteView plain, std::uint8_t* sealed, std::uint8_t* tag);
// False if key, nonce, aad, bytes or tag are not those of the sealing; `plain` is then worthless.
bool open_detached(const Key32& key, std::span<const std::uint8_t, kNonceBytes> nonce, ByteView aad,
                   ByteView sealed, const std::uint8_t* tag, std::uint8_t* plain);

// Sealed bytes, then the tag.
Bytes seal(const Key32& key, const Nonce& nonce, ByteView aad, ByteView plain);
// kCorrupt: not what was sealed under this key, nonce and aad.
Result<Bytes> open(const Key32& key, const Nonce& nonce, ByteView aad, ByteView sealed);

// What one guess at a passphrase costs.
struct KdfCost {
  std::uint64_t ops = 2;                     // 1 <= ops <= 16
  std::uint64_t memory_bytes = 64ULL << 20;  // 8 KiB <= memory <= 1 GiB
};
// Argon2id 1.3. kUnsupported: a cost out of bounds; kExhausted: not enough memory.
Result<Key32> derive_passphrase_key(std::string_view passphrase, const Salt16& salt,
                                    const KdfCost& cost);

// BLAKE2b-256 keyed with `key` over the length of `label`, `label`, `context`: an independent key.
Key32 subkey(const Key32& key, std::string_view label, std::string_view context = {});
// The same over bytes, as a value to compare or store.
std::array<std::uint8_t, 32> keyed_digest(const Key32& key, std::string_view label, ByteView bytes);
std::array<std::uint8_t, 32> digest(ByteView bytes);

// SipHash-2-4 under the first 16 bytes of `key`.
std::uint64_t short_hash(const Key32& key, ByteView bytes);

// Asks the system to keep the memory out of swap and crash files. Best effort: false if refused.
bool lock_memory(std::span<std::uint8_t> bytes);
// Also wipes it.
void unlock_memory(std::span<std::uint8_t> bytes);

}  // namespace mq::vault
