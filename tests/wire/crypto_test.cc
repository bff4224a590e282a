#include "mq/wire/crypto.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "mq/base/text.h"
#include "support/sim_random.h"

namespace mq::wire {
namespace {

nlohmann::json vectors(std::string_view name) {
  std::ifstream file(cat("tests/vectors/", name));
  return nlohmann::json::parse(file);
}

Bytes hex(const nlohmann::json& field) { return from_hex(field.get<std::string>()).value(); }

// A signature of another length is refused where bytes become a Signature.
bool accepts(ByteView key, ByteView message, ByteView signature) {
  const auto k = VerifyKey::from(key);
  const auto s = Signature::from(signature);
  return k && s && verify(*k, "", message, *s);
}

TEST(Verify, AgreesWithWycheproof) {
  int cases = 0;
  const auto all = vectors("wycheproof/ed25519_test.json");
  for (const auto& group : all["testGroups"]) {
    const Bytes key = hex(group["publicKey"]["pk"]);
    for (const auto& test : group["tests"]) {
      EXPECT_EQ(accepts(key, hex(test["msg"]), hex(test["sig"])), test["result"] == "valid")
          << test["tcId"] << " " << test["comment"];
      ++cases;
    }
  }
  EXPECT_EQ(cases, 151);
}

// See tests/vectors/README.md: these answers may never change.
TEST(Verify, AnswersTheEdgeCasesAsFrozen) {
  std::map<int, std::string> frozen;
  std::ifstream file("tests/vectors/ed25519/answers.txt");
  int number = 0;
  for (std::string answer; file >> number >> answer;) frozen[number] = answer;
  ASSERT_EQ(frozen.size(), 914u);
  for (const auto& test : vectors("ed25519/ed25519vectors.json")) {
    const bool accepted = accepts(
        hex(test["key"]), view_of(test["msg"].get_ref<const std::string&>()), hex(test["sig"]));
    EXPECT_EQ(frozen.at(test["number"].get<int>()), accepted ? "accept" : "refuse")
        << test["number"];
  }
}

TEST(SigningKey, SignsUnderALabel) {
  testing::SimRandom random(1);
  const SigningKey key = SigningKey::generate(random);
  const Bytes message(300, 9);
  const Signature signature = key.sign("mq/s1", message);
  EXPECT_TRUE(verify(key.public_key(), "mq/s1", message, signature));
  EXPECT_FALSE(verify(key.public_key(), "mq/s2", message, signature));
  EXPECT_FALSE(verify(key.public_key(), "mq/s1", ByteView(message).first(299), signature));
  EXPECT_EQ(key.sign("mq/s1", message), signature);
}

TEST(SigningKey, ComesBackFromItsSeed) {
  testing::SimRandom random(1);
  const SigningKey key = SigningKey::generate(random);
  EXPECT_EQ(SigningKey::from_seed(key.seed().clone()).public_key(), key.public_key());
}

// RFC 7693 appendix A gives BLAKE2b-512 of "abc".
TEST(HashInto, IsBlake2b) {
  std::array<std::uint8_t, 64> out{};
  hash_into(out, {}, "a", {view_of("b"), view_of("c")});
  EXPECT_EQ(to_hex(out),
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
            "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
}

TEST(HashInto, KeyAndLengthChangeTheAnswer) {
  std::array<std::uint8_t, 16> plain{};
  std::array<std::uint8_t, 16> keyed{};
  hash_into(plain, {}, "mq/t", {});
  hash_into(keyed, Bytes(32, 1), "mq/t", {});
  EXPECT_NE(plain, keyed);
  EXPECT_NE(to_hex(plain), hash("mq/t", {}).hex().substr(0, 32));
}

}  // namespace
}  // namespace mq::wire
