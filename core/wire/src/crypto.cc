#include "mq/wire/crypto.h"

#include <sodium.h>

#include "mq/base/result.h"

namespace mq::wire {

namespace {

// libsodium picks its vector code once; without this call it would stay on the plain code.
void make_ready() {
  static const int ready = sodium_init();
  MQ_ASSERT(ready >= 0);
}

// label ‖ message, on the stack for the 32-byte hashes that nearly every signature covers.
class Joined {
 public:
  Joined(std::string_view label, ByteView message) : size_(label.size() + message.size()) {
    std::uint8_t* to = small_.data();
    if (size_ > small_.size()) {
      large_.resize(size_);
      to = large_.data();
    }
    if (!label.empty()) std::memcpy(to, label.data(), label.size());
    if (!message.empty()) std::memcpy(to + label.size(), message.data(), message.size());
    bytes_ = to;
  }
  Joined(const Joined&) = delete;
  Joined& operator=(const Joined&) = delete;
  const std::uint8_t* bytes() const { return bytes_; }
  std::size_t size() const { return size_; }

 private:
  std::size_t size_;
  std::array<std::uint8_t, 64> small_;
  Bytes large_;
  const std::uint8_t* bytes_;
};

}  // namespace

void hash_into(std::span<std::uint8_t> out, ByteView key, std::string_view label,
               std::initializer_list<ByteView> parts) {
  MQ_ASSERT(!out.empty() && out.size() <= crypto_generichash_BYTES_MAX);
  MQ_ASSERT(key.size() <= crypto_generichash_KEYBYTES_MAX);
  make_ready();
  crypto_generichash_state state;
  crypto_generichash_init(&state, key.data(), key.size(), out.size());
  const ByteView first = view_of(label);
  crypto_generichash_update(&state, first.data(), first.size());
  for (const ByteView part : parts) {
    crypto_generichash_update(&state, part.data(), part.size());
  }
  crypto_generichash_final(&state, out.data(), out.size());
  wipe({reinterpret_cast<std::uint8_t*>(&state), key.empty() ? 0 : sizeof state});
}

Hash hash(std::string_view label, std::initializer_list<ByteView> parts) {
  Hash out;
  hash_into(out.data, {}, label, parts);
  return out;
}

SigningKey SigningKey::generate(Random& random) {
  Key32 seed;
  random.fill(seed.writable());
  return from_seed(std::move(seed));
}

SigningKey SigningKey::from_seed(Key32 seed) {
  make_ready();
  VerifyKey public_key;
  Secret<crypto_sign_SECRETKEYBYTES> expanded;
  crypto_sign_seed_keypair(public_key.data.data(), expanded.writable().data(), seed.view().data());
  return {std::move(seed), public_key};
}

Signature SigningKey::sign(std::string_view label, ByteView message) const {
  // libsodium's secret key is seed ‖ public key.
  Secret<crypto_sign_SECRETKEYBYTES> expanded;
  std::memcpy(expanded.writable().data(), seed_.view().data(), 32);
  std::memcpy(expanded.writable().data() + 32, public_key_.data.data(), 32);
  const Joined joined(label, message);
  Signature out;
  crypto_sign_detached(out.data.data(), nullptr, joined.bytes(), joined.size(),
                       expanded.view().data());
  return out;
}

bool verify(const VerifyKey& key, std::string_view label, ByteView message,
            const Signature& signature) {
  const Joined joined(label, message);
  return crypto_sign_verify_detached(signature.data.data(), joined.bytes(), joined.size(),
                                     key.data.data()) == 0;
}

}  // namespace mq::wire
