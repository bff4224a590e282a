// What the signed bytes need of libsodium: BLAKE2b, Ed25519. Nothing here decrypts.
//
// All calls are pure. Signing keys are 32-byte seeds, so that they can be derived and injected.
#pragma once

#include <initializer_list>

#include "mq/base/bytes.h"
#include "mq/base/ids.h"
#include "mq/base/random.h"
#include "mq/base/secret.h"

namespace mq::wire {

// BLAKE2b over the parts, joined. The first part is the label ("mq/e1" …), always given.
Hash hash(std::string_view label, std::initializer_list<ByteView> parts);
// Other lengths, 1 to 64 bytes; key may be empty.
void hash_into(std::span<std::uint8_t> out, ByteView key, std::string_view label,
               std::initializer_list<ByteView> parts);

class SigningKey {
 public:
  static SigningKey generate(Random& random);
  static SigningKey from_seed(Key32 seed);
  const VerifyKey& public_key() const { return public_key_; }
  // Ed25519 over label ‖ message.
  Signature sign(std::string_view label, ByteView message) const;
  const Key32& seed() const { return seed_; }

 private:
  SigningKey(Key32 seed, VerifyKey key) : seed_(std::move(seed)), public_key_(key) {}
  Key32 seed_;
  VerifyKey public_key_;
};

// libsodium's strict rule (no small-order keys, canonical S), frozen by tests/vectors/ed25519.
bool verify(const VerifyKey& key, std::string_view label, ByteView message,
            const Signature& signature);

}  // namespace mq::wire
