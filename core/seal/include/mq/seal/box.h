// Sealed boxes and labels: how a key or a name reaches those who may have it.
//
// The ephemeral key comes from the injected Random (libsodium's crypto_box_seal would draw from a
// global generator), in crypto_box_seal's format: 32 ephemeral public ‖ 16 tag ‖ text.
#pragma once

#include "mq/base/ids.h"
#include "mq/base/random.h"
#include "mq/base/result.h"
#include "mq/base/secret.h"

namespace mq::seal {

class BoxKeyPair {
 public:
  static BoxKeyPair generate(Random& random);
  static BoxKeyPair from_seed(const Key32& seed);  // the X25519 secret itself
  const BoxKey& public_key() const { return public_key_; }
  const Key32& secret() const { return secret_; }

 private:
  BoxKeyPair(Key32 secret, BoxKey key) : secret_(std::move(secret)), public_key_(key) {}
  Key32 secret_;
  BoxKey public_key_;
};

// 48 bytes longer than the text: 80 for a stream key. kInvalidInput for a small-order recipient.
Result<Bytes> seal_box(const BoxKey& recipient, ByteView text, Random& random);
// kCorrupt if it is not for this key.
Result<Bytes> open_box(const BoxKeyPair& keys, ByteView box);

// Subkeys of a stream key (PROTOCOL section 5); the stream key itself encrypts nothing.
enum class Use { kEnvelope, kSalt, kWrap, kSnapshot, kRelease, kCommit, kLabel };
Key32 subkey(const Key32& stream_key, Use use, const StreamId& stream, std::uint32_t epoch);
// H("mq/kc1" ‖ commit subkey): what `rotate` publishes and every holder checks before first use.
Hash commitment(const Key32& stream_key, const StreamId& stream, std::uint32_t epoch);

// A short text under the label subkey: epoch u32 ‖ nonce 24 ‖ ciphertext. Padded to 32 bytes steps.
Bytes seal_label(const Key32& stream_key, const StreamId& stream, std::uint32_t epoch,
                 std::string_view text, Random& random);
Result<std::string> open_label(const Key32& stream_key, const StreamId& stream, ByteView sealed);

// Older epochs' keys under the wrap subkey of a new one, as `rotate` carries them: nonce 24 ‖
// ciphertext of (epoch u32 ‖ key 32) in ascending order. The new key never travels under the old.
struct EpochKey {
  std::uint32_t epoch = 0;
  Key32 key;
};
Bytes wrap_older(const Key32& new_key, const StreamId& stream, std::uint32_t new_epoch,
                 const std::vector<EpochKey>& older, Random& random);
// kCorrupt: another key, damaged, or not in ascending order below new_epoch.
Result<std::vector<EpochKey>> unwrap_older(const Key32& new_key, const StreamId& stream,
                                           std::uint32_t new_epoch, ByteView wrapped);

// The key of an epoch of a side that a heal made void, under the wrap subkey of the stream's
// present key: nonce 24 ‖ ciphertext, 72 bytes. Bound to the commitment that the side published.
Bytes wrap_void(const Key32& present, const StreamId& stream, std::uint32_t present_epoch,
                const Hash& published, const Key32& key, Random& random);
// kCorrupt: another key, or damaged.
Result<Key32> unwrap_void(const Key32& present, const StreamId& stream, std::uint32_t present_epoch,
                          const Hash& published, ByteView wrapped);

}  // namespace mq::seal
