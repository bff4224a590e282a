// Others' vectors (Wycheproof) through our own wrappers.
#include <gtest/gtest.h>
#include <sodium.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "mq/seal/box.h"
#include "mq/vault/aead.h"
#include "mq/wire/crypto.h"
#include "support/sim_random.h"

namespace mq::testing {
namespace {

nlohmann::json read(const std::string& name) {
  std::ifstream file("tests/vectors/wycheproof/" + name);
  EXPECT_TRUE(file.good()) << name;
  return nlohmann::json::parse(file);
}

Bytes hex(const nlohmann::json& test, const char* name) {
  return from_hex(test[name].get<std::string>()).value();
}

Key32 key_of(const Bytes& bytes) {
  return Key32(std::span<const std::uint8_t, 32>(bytes.data(), 32));
}

// A box to `keys` made from the vector's shared secret alone.
Bytes box_from_shared(const Bytes& public_key, const Bytes& shared, const BoxKey& recipient) {
  std::array<std::uint8_t, crypto_core_hsalsa20_OUTPUTBYTES> key{};
  const std::array<std::uint8_t, crypto_core_hsalsa20_INPUTBYTES> zeros{};
  crypto_core_hsalsa20(key.data(), zeros.data(), shared.data(), nullptr);
  std::array<std::uint8_t, crypto_secretbox_NONCEBYTES> nonce{};
  wire::hash_into(nonce, {}, "", {public_key, recipient.view()});
  const Bytes text(32, 0x42);
  Bytes box = public_key;
  box.resize(80);
  crypto_secretbox_easy(box.data() + 32, text.data(), text.size(), nonce.data(), key.data());
  return box;
}

TEST(WycheproofX25519, BoxesAgreeOnEverySharedSecret) {
  int checked = 0;
  const auto vectors = read("x25519_test.json");
  for (const auto& group : vectors["testGroups"]) {
    for (const auto& test : group["tests"]) {
      const auto keys = seal::BoxKeyPair::from_seed(key_of(hex(test, "private")));
      const Bytes public_key = hex(test, "public");
      const Bytes shared = hex(test, "shared");
      const bool zero = shared == Bytes(32, 0);
      const auto opened =
          seal::open_box(keys, box_from_shared(public_key, shared, keys.public_key()));
      EXPECT_EQ(opened.ok(), !zero) << test["tcId"];
      if (zero) {
        SimRandom random;
        EXPECT_FALSE(seal::seal_box(*BoxKey::from(public_key), Bytes(32, 1), random).ok());
      }
      ++checked;
    }
  }
  EXPECT_GT(checked, 500);
}

TEST(WycheproofXChaCha20Poly1305, SealsAndRefusesAlike) {
  int checked = 0;
  const auto vectors = read("xchacha20_poly1305_test.json");
  for (const auto& group : vectors["testGroups"]) {
    if (group["ivSize"] != 192 || group["keySize"] != 256) continue;
    for (const auto& test : group["tests"]) {
      const Key32 key = key_of(hex(test, "key"));
      vault::Nonce nonce{};
      const Bytes iv = hex(test, "iv");
      std::copy(iv.begin(), iv.end(), nonce.begin());
      Bytes sealed = hex(test, "ct");
      const Bytes tag = hex(test, "tag");
      sealed.insert(sealed.end(), tag.begin(), tag.end());
      const bool valid = test["result"] == "valid";
      const auto opened = vault::open(key, nonce, hex(test, "aad"), sealed);
      EXPECT_EQ(opened.ok(), valid) << test["tcId"];
      if (!valid) continue;
      EXPECT_EQ(*opened, hex(test, "msg"));
      EXPECT_EQ(vault::seal(key, nonce, hex(test, "aad"), hex(test, "msg")), sealed);
      ++checked;
    }
  }
  EXPECT_GT(checked, 100);
}

}  // namespace
}  // namespace mq::testing
