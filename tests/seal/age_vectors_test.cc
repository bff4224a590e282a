// The 143 age files of C2SP/CCTV through our reader: each has a head of "name: value" lines that
// says what must become of it.
#include <gtest/gtest.h>
#include <sodium.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "age_header.h"
#include "mq/base/text.h"
#include "mq/seal/age.h"
#include "seal/bech32.h"
#include "support/sim_random.h"

namespace mq::testing {
namespace {

constexpr std::size_t kPlainMax = 20ULL << 20;

struct Vector {
  std::string name;
  std::map<std::string, std::string> head;
  Bytes file;
};

Bytes inflated(const Bytes& packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit(&stream), Z_OK);
  Bytes out(kPlainMax);
  stream.next_in = const_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

Vector read_vector(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  const std::size_t end = text.find("\n\n");
  EXPECT_NE(end, std::string::npos) << path;
  Vector out{path.filename(), {}, to_bytes(text.substr(end + 2))};
  for (const std::string& line : split(text.substr(0, end), "\n")) {
    const std::size_t colon = line.find(": ");
    out.head.try_emplace(line.substr(0, colon), line.substr(colon + 2));
  }
  if (out.head.contains("compressed")) out.file = inflated(out.file);
  return out;
}

const std::vector<Vector>& vectors() {
  static const std::vector<Vector> all = [] {
    std::vector<Vector> out;
    for (const auto& entry : std::filesystem::directory_iterator("tests/vectors/age")) {
      out.push_back(read_vector(entry.path()));
    }
    return out;
  }();
  return all;
}

// The keys the file was made for; some keys of ours if they are none of ours to have.
seal::BoxKeyPair keys_of(const Vector& vector) {
  Bytes secret(32, 7);
  const auto identity = vector.head.find("identity");
  if (identity != vector.head.end()) {
    secret = from_bech32("age-secret-key-", identity->second).value_or(secret);
  }
  EXPECT_EQ(secret.size(), 32u);
  return seal::BoxKeyPair::from_seed(Key32(std::span<const std::uint8_t, 32>(secret.data(), 32)));
}

std::string sha256(const Bytes& bytes) {
  std::array<std::uint8_t, crypto_hash_sha256_BYTES> out{};
  crypto_hash_sha256(out.data(), bytes.data(), bytes.size());
  return to_hex(out);
}

bool of_another_kind(const Vector& vector) {
  return vector.name.find("hybrid") != std::string::npos ||
         vector.name.find("scrypt") != std::string::npos || vector.head.contains("passphrase");
}

Code expected_code(const std::string& expect) {
  return expect == "no match" ? Code::kUnauthenticated : Code::kCorrupt;
}

TEST(AgeVectors, X25519FilesEndAsTheirMakersSay) {
  std::map<std::string, int> seen;
  for (const Vector& vector : vectors()) {
    if (of_another_kind(vector)) continue;
    const std::string& expect = vector.head.at("expect");
    const auto plain = seal::age_decrypt(keys_of(vector), vector.file, kPlainMax);
    ++seen[expect];
    if (expect == "success") {
      ASSERT_TRUE(plain.ok()) << vector.name << plain.error().en;
      EXPECT_EQ(sha256(*plain), vector.head.at("payload")) << vector.name;
      continue;
    }
    ASSERT_FALSE(plain.ok()) << vector.name;
    const bool later = vector.name == "version_unsupported";
    const Code code = later ? Code::kUnsupported : expected_code(expect);
    EXPECT_EQ(plain.error().code, code) << vector.name;
  }
  const std::map<std::string, int> all = {{"success", 19},        {"no match", 4},
                                          {"HMAC failure", 1},    {"armor failure", 22},
                                          {"header failure", 33}, {"payload failure", 19}};
  EXPECT_EQ(seen, all);
}

// What was authenticated before the damage, and not a byte more.
TEST(AgeVectors, ABrokenPayloadGivesWhatStandsBeforeTheBreak) {
  int checked = 0;
  for (const Vector& vector : vectors()) {
    if (vector.head.at("expect") != "payload failure") continue;
    const auto plain = seal::age_open(keys_of(vector), vector.file, kPlainMax);
    ASSERT_TRUE(plain.ok()) << vector.name << plain.error().en;
    EXPECT_FALSE(plain->whole) << vector.name;
    EXPECT_EQ(sha256(plain->bytes), vector.head.at("payload")) << vector.name;
    ++checked;
  }
  EXPECT_EQ(checked, 19);
}

TEST(AgeVectors, PassphraseAndHybridFilesAreRefusedCleanly) {
  int checked = 0;
  for (const Vector& vector : vectors()) {
    if (!of_another_kind(vector)) continue;
    const auto plain = seal::age_decrypt(keys_of(vector), vector.file, kPlainMax);
    ASSERT_FALSE(plain.ok()) << vector.name;
    const std::string& expect = vector.head.at("expect");
    const bool unknown_type = vector.name.ends_with("_uppercase");
    const Code code = plain.error().code;
    if (expect == "header failure") {
      EXPECT_TRUE(code == Code::kCorrupt || code == Code::kUnsupported) << vector.name;
    } else {
      EXPECT_EQ(code, unknown_type ? Code::kUnauthenticated : Code::kUnsupported) << vector.name;
    }
    ++checked;
  }
  EXPECT_EQ(checked, 45);
}

TEST(AgeVectors, WhatParsesEncodesBackToTheSameBytes) {
  int checked = 0;
  for (const Vector& vector : vectors()) {
    const auto parsed = seal::parse_age_header(vector.file);
    if (!parsed.ok()) continue;
    const std::string again =
        seal::age_header_text(parsed->header.stanzas) + seal::age_mac_line(parsed->header.mac);
    EXPECT_EQ(again, to_string(ByteView(vector.file).first(parsed->bytes))) << vector.name;
    ++checked;
  }
  EXPECT_GT(checked, 50);
}

}  // namespace
}  // namespace mq::testing
