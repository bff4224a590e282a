#include "mq/seal/age.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "mq/base/text.h"
#include "seal/bech32.h"
#include "support/sim_random.h"

namespace mq::testing {
namespace {

using seal::BoxKeyPair;

constexpr std::size_t kPlainMax = 1 << 20;
constexpr std::size_t kChunk = 64 * 1024;

Bytes some_bytes(std::size_t size, std::uint64_t seed = 5) {
  SimRandom random(seed);
  Bytes out(size);
  random.fill(out);
  return out;
}

TEST(Age, OpensForEachOfItsRecipientsAndNobodyElse) {
  SimRandom random;
  const auto desk = BoxKeyPair::generate(random);
  const auto admin = BoxKeyPair::generate(random);
  const auto carrier = BoxKeyPair::generate(random);
  const auto file =
      seal::age_encrypt({desk.public_key(), admin.public_key()}, view_of("走访"), random);
  ASSERT_TRUE(file.ok());
  for (const auto* keys : {&desk, &admin}) {
    const auto plain = seal::age_decrypt(*keys, *file, kPlainMax);
    ASSERT_TRUE(plain.ok()) << plain.error().en;
    EXPECT_EQ(to_string(*plain), "走访");
  }
  EXPECT_EQ(seal::age_decrypt(carrier, *file, kPlainMax).error().code, Code::kUnauthenticated);
  // Neither key nor content stands in what the carrier holds.
  EXPECT_EQ(to_string(*file).find(text_of(desk.public_key().view())), std::string::npos);
  EXPECT_EQ(to_string(*file).find("走访"), std::string::npos);
}

TEST(Age, EverySizeAroundAChunkComesBack) {
  SimRandom random;
  const auto keys = BoxKeyPair::generate(random);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kChunk - 1, kChunk, kChunk + 1,
                                 2 * kChunk, 3 * kChunk - 7}) {
    const Bytes plain = some_bytes(size);
    const auto file = seal::age_encrypt({keys.public_key()}, plain, random);
    ASSERT_TRUE(file.ok());
    const auto back = seal::age_decrypt(keys, *file, size);
    ASSERT_TRUE(back.ok()) << size << back.error().en;
    EXPECT_EQ(*back, plain) << size;
    if (size > 0) {
      EXPECT_EQ(seal::age_decrypt(keys, *file, size - 1).error().code, Code::kExhausted) << size;
    }
  }
}

TEST(Age, NoChangedByteGoesUnseen) {
  SimRandom random;
  const auto keys = BoxKeyPair::generate(random);
  const auto file = seal::age_encrypt({keys.public_key()}, view_of("家里五口人"), random);
  ASSERT_TRUE(file.ok());
  for (std::size_t at = 0; at < file->size(); ++at) {
    Bytes changed = *file;
    changed[at] ^= 1;
    EXPECT_FALSE(seal::age_decrypt(keys, changed, kPlainMax).ok()) << at;
  }
}

// A letter or a table is not a damaged one of these; nothing at all may be the rest of one.
TEST(Age, WhatBeginsOtherwiseIsNoDamagedFile) {
  for (const char* own : {"", "age-encr", "age-encryption.org/v1\n", "age-encryption.org/v2\n",
                          "\n-----BEGIN AGE ENCRYPTED FILE-----\n"}) {
    EXPECT_TRUE(seal::begins_as_age(view_of(std::string_view(own)))) << own;
  }
  for (const char* other : {"户编号,姓名\n", "PK\x03\x04", "age-decryption.org"}) {
    EXPECT_FALSE(seal::begins_as_age(view_of(std::string_view(other)))) << other;
  }
}

TEST(Age, ACutFileIsGoodToTheLastWholeChunk) {
  SimRandom random;
  const auto keys = BoxKeyPair::generate(random);
  const Bytes plain = some_bytes(2 * kChunk + 100);
  const auto file = seal::age_encrypt({keys.public_key()}, plain, random);
  ASSERT_TRUE(file.ok());
  const std::size_t payload = file->size() - (plain.size() + 3 * 16);
  const auto opened_at = [&](std::size_t size) {
    return seal::age_open(keys, ByteView(*file).first(size), kPlainMax);
  };
  EXPECT_FALSE(opened_at(payload - 1).ok());
  for (const std::size_t chunks : {0, 1, 2}) {
    const std::size_t end = payload + chunks * (kChunk + 16);
    for (const std::size_t more : {std::size_t{0}, std::size_t{1}, std::size_t{115}}) {
      const auto opened = opened_at(end + more);
      ASSERT_TRUE(opened.ok()) << chunks << " " << more;
      EXPECT_FALSE(opened->whole);
      EXPECT_EQ(opened->bytes, Bytes(plain.begin(), plain.begin() + chunks * kChunk));
    }
  }
  EXPECT_TRUE(opened_at(file->size())->whole);
}

TEST(Age, ASmallOrderRecipientGetsNoFile) {
  SimRandom random;
  EXPECT_EQ(seal::age_encrypt({BoxKey{}}, view_of("x"), random).error().code, Code::kInvalidInput);
  EXPECT_EQ(seal::age_encrypt({}, view_of("x"), random).error().code, Code::kInvalidInput);
}

// The stock program of the same format: an independent reader and writer.
class StockAge : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v age >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "no program `age` here (Debian package age): not compared with it";
    }
    std::string name = std::filesystem::temp_directory_path() / "mq-age-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  std::string path(const std::string& name) const { return folder_ / name; }
  void write(const std::string& name, ByteView bytes) const {
    std::ofstream(path(name), std::ios::binary) << text_of(bytes);
  }
  Bytes read(const std::string& name) const {
    std::ifstream stream(path(name), std::ios::binary);
    return to_bytes(std::string((std::istreambuf_iterator<char>(stream)), {}));
  }
  bool run(const std::string& arguments) const {
    return std::system(cat("cd '", folder_.string(), "' && age ", arguments).c_str()) == 0;
  }

  SimRandom random_;
  BoxKeyPair keys_ = BoxKeyPair::generate(random_);
  std::filesystem::path folder_;
};

TEST_F(StockAge, OpensWhatWeWrite) {
  std::string identity = to_bech32("age-secret-key-", keys_.secret().view());
  std::ranges::transform(identity, identity.begin(), [](unsigned char c) { return toupper(c); });
  write("key", view_of(identity + "\n"));
  const auto other = BoxKeyPair::generate(random_);
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, kChunk, 3 * kChunk + 1}) {
    const Bytes plain = some_bytes(size);
    const auto file = seal::age_encrypt({other.public_key(), keys_.public_key()}, plain, random_);
    ASSERT_TRUE(file.ok());
    write("ours.age", *file);
    ASSERT_TRUE(run("-d -i key -o back ours.age")) << size;
    EXPECT_EQ(read("back"), plain) << size;
  }
}

TEST_F(StockAge, WritesWhatWeOpen) {
  const std::string recipient = to_bech32("age", keys_.public_key().view());
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, kChunk, 3 * kChunk + 1}) {
    const Bytes plain = some_bytes(size);
    write("plain", plain);
    for (const std::string armor : {"", "-a "}) {
      ASSERT_TRUE(run(cat(armor, "-r ", recipient, " -o theirs.age plain")));
      const auto opened = seal::age_decrypt(keys_, read("theirs.age"), kPlainMax);
      ASSERT_TRUE(opened.ok()) << size << armor << opened.error().en;
      EXPECT_EQ(*opened, plain) << size;
    }
  }
}

}  // namespace
}  // namespace mq::testing
