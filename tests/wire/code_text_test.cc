#include "mq/wire/code_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "mq/base/text.h"
#include "support/sim_random.h"

namespace mq::wire {
namespace {

constexpr CodeName kName{"解锁码", "unlock code"};
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

Bytes bytes_of(std::size_t size, const std::function<std::size_t(std::size_t)>& value) {
  Bytes out;
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<std::uint8_t>(value(i)));
  return out;
}

Bytes drawn(std::uint64_t seed, std::size_t size = 10) {
  testing::SimRandom random(seed);
  Bytes out(size);
  random.fill(out);
  return out;
}

// Slips of invitations are on paper: what they say must never change.
TEST(CodeText, BytesAreFrozen) {
  const auto rising = [](std::size_t i) { return i; };
  const auto falling = [](std::size_t i) { return 255 - 17 * i; };
  const auto mixed = [](std::size_t i) { return i * i * 7 + 91; };
  EXPECT_EQ(encode_code(bytes_of(15, rising), 5), "000G4-0R40M-30E20-9185G-R38EZ1");
  EXPECT_EQ(encode_code(bytes_of(15, falling), 5), "ZZQDV-K5VNA-CRGXV-6AN23-68GHP9");
  EXPECT_EQ(encode_code(bytes_of(15, mixed), 5), "BDH7F-6PB19-BV46W-J2YN4-QYNQTJ");
  EXPECT_EQ(encode_code(bytes_of(10, rising), 4), "000G-40R4-0M30-E209ZT");
  EXPECT_EQ(encode_code(bytes_of(10, falling), 4), "ZZQD-VK5V-NACR-GXV6QV");
  EXPECT_EQ(encode_code(bytes_of(10, mixed), 4), "BDH7-F6PB-19BV-46WJ9W");
  EXPECT_EQ(encode_code(bytes_of(5, mixed), 4), "BDH7-F6PBP6");
}

TEST(CodeText, ReadsBackWhateverTheBytes) {
  for (const std::size_t size : {5u, 10u, 15u}) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
      const Bytes secret = drawn(seed, size);
      Bytes read(size);
      ASSERT_TRUE(decode_code(encode_code(secret, 4), kName, read).ok());
      EXPECT_EQ(read, secret);
    }
  }
}

TEST(CodeText, ForgivesCaseBlanksAndLookalikes) {
  Bytes read(10, 7);
  EXPECT_TRUE(decode_code(" ooOO-0000 0000--000000\n", kName, read).ok());
  EXPECT_EQ(read, Bytes(10));
  EXPECT_TRUE(decode_code("bdh7f6pbl9bv46wj9w", kName, read).ok());
  EXPECT_TRUE(decode_code("ZZQD-UK5V-NACR-GXU6QU", kName, read).ok());
}

TEST(CodeText, EveryOneOrTwoWrongCharactersAreFound) {
  std::string code = encode_code(drawn(3), 4);
  std::erase(code, '-');
  Bytes read(10);
  ASSERT_EQ(code.size(), 18u);
  for (std::size_t i = 0; i < code.size(); ++i) {
    for (std::size_t k = i; k < code.size(); ++k) {
      for (const char first : kAlphabet) {
        std::string typed = code;
        typed[i] = first;
        typed[k] = kAlphabet[(kAlphabet.find(code[k]) + 1 + i) % kAlphabet.size()];
        if (typed == code) continue;
        ASSERT_FALSE(decode_code(typed, kName, read).ok()) << typed;
      }
    }
  }
}

TEST(CodeText, LinesReadBackInAnyOrderAndSayWhichIsWrong) {
  const Bytes secret = drawn(4, 45);
  std::vector<std::string> lines = split(encode_lines(secret, 5), "\n");
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0], cat("1: ", encode_code(ByteView(secret).first(15), 5)));
  Bytes read(45);
  const std::vector<std::string> turned{"抄件", lines[2], lines[0], "", "4: 不是这里的", lines[1]};
  ASSERT_TRUE(decode_lines(join(turned, "\r\n"), kName, read).ok());
  EXPECT_EQ(read, secret);
  read.assign(45, 7);
  const auto refused = [&](const std::vector<std::string>& typed, std::string_view saying) {
    const Status done = decode_lines(join(typed, "\n"), kName, read);
    ASSERT_FALSE(done.ok());
    EXPECT_NE(done.error().zh.find(saying), std::string::npos) << done.error().zh;
    EXPECT_EQ(read, Bytes(45, 7));
  };
  refused({lines[0], lines[2]}, "缺第 2 行");
  refused({lines[0], lines[1], lines[1], lines[2]}, "第 2 行出现了两次");
  refused({lines[0], lines[1], lines[2] + "0"}, "第 3 行");
}

TEST(CodeText, AWrongLengthOrStrangeCharacterLeavesTheBytesAlone) {
  Bytes read(10, 7);
  for (const std::string_view bad :
       {"", "0", "000000000000000000000", "0000-0000-0000-00000", "0000-0000-0000-00000*", "解锁码",
        "00000-00000-00000-00000-000000", "0000-0000-0000-000001"}) {
    const Status done = decode_code(bad, kName, read);
    ASSERT_FALSE(done.ok()) << bad;
    EXPECT_EQ(done.error().code, Code::kInvalidInput);
    EXPECT_NE(done.error().zh.find("解锁码无法使用"), std::string::npos) << done.error().zh;
    EXPECT_EQ(read, Bytes(10, 7)) << bad;
  }
}

}  // namespace
}  // namespace mq::wire
