#include "age_header.h"
#include "fuzz/age_keys.h"
#include "fuzz/seeds.h"
#include "mq/seal/age.h"

namespace mq::fuzz {
namespace {

Bytes armored(const Bytes& file) {
  std::string out = "-----BEGIN AGE ENCRYPTED FILE-----\n";
  const std::string text = seal::to_base64(file, seal::Base64::kPadded);
  for (std::size_t at = 0; at < text.size(); at += 64) out += text.substr(at, 64) + "\n";
  return to_bytes(out + "-----END AGE ENCRYPTED FILE-----\n");
}

}  // namespace

std::vector<Bytes> seeds() {
  testing::SimRandom random(3);
  const auto keys = age_keys();
  const auto other = seal::BoxKeyPair::generate(random);
  std::vector<Bytes> out;
  for (const std::size_t size : {0, 40, 3000, 64 * 1024, 64 * 1024 + 9}) {
    const auto file =
        seal::age_encrypt({other.public_key(), keys.public_key()}, Bytes(size, 0x41), random);
    MQ_ASSERT(file.ok());
    out.push_back(*file);
    if (size < 4000) out.push_back(armored(*file));
  }
  return out;
}

}  // namespace mq::fuzz
