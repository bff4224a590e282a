#include "mq/wire/invitation.h"

#include <gtest/gtest.h>

#include "mq/base/text.h"
#include "support/sim_random.h"

namespace mq::wire {
namespace {

constexpr std::string_view kAddress = "min.example.gov.cn:7443";
constexpr std::string_view kTyped =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz*#";

InviteSecret sample_secret(std::uint64_t seed = 1) {
  testing::SimRandom random(seed);
  return new_invite_secret(random);
}

// What forgiving does, written again and differently: the oracle of the typo test.
std::string normal(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    if (c == ' ' || c == '-') continue;
    if (c == 'I' || c == 'L') c = '1';
    if (c == 'O') c = '0';
    if (c == 'U') c = 'V';
    out += c;
  }
  return out;
}

TEST(InviteCode, IsTwentySixCharactersInFivesThenTheAddress) {
  InviteSecret zero;
  EXPECT_EQ(format_invite_code(zero, "a:1"), "00000-00000-00000-00000-000000@a:1");
  const std::string code = format_invite_code(sample_secret(), kAddress);
  EXPECT_EQ(code.find('@'), 30u);
}

TEST(InviteCode, ParsesBackWhateverTheSecret) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const auto parsed = parse_invite_code(format_invite_code(sample_secret(seed), kAddress));
    ASSERT_TRUE(parsed.ok());
    EXPECT_TRUE(parsed->secret == sample_secret(seed));
    EXPECT_EQ(parsed->address, kAddress);
  }
}

TEST(InviteCode, ForgivesCaseBlanksAndLookalikes) {
  std::string code = format_invite_code(InviteSecret{}, kAddress);
  for (const char zero : {'O', 'o'}) {
    std::string typed = code;
    typed[3] = zero;
    EXPECT_TRUE(parse_invite_code(typed).ok());
  }
  code = format_invite_code(sample_secret(), kAddress);
  std::string lower;
  for (const char c : code.substr(0, 30)) {
    if (c != '-') lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  }
  EXPECT_TRUE(parse_invite_code(cat("  ", lower, " @ ", kAddress, "\n")).ok());
}

// Every character of the code replaced by every other that a keyboard has.
TEST(InviteCode, EverySingleTypoIsFoundOrMeansTheSame) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::string code = format_invite_code(sample_secret(seed), kAddress);
    const std::string part = code.substr(0, 30);
    for (std::size_t i = 0; i < part.size(); ++i) {
      for (const char c : kTyped) {
        std::string typed = part;
        typed[i] = c;
        const auto parsed = parse_invite_code(cat(typed, "@", kAddress));
        const bool same = normal(typed) == normal(part);
        ASSERT_EQ(parsed.ok(), same) << typed;
        if (!parsed.ok()) {
          EXPECT_EQ(parsed.error().code, Code::kInvalidInput);
        }
      }
    }
  }
}

TEST(InviteCode, EverySwapDropAndRepeatIsFound) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::string part = normal(format_invite_code(sample_secret(seed), "").substr(0, 30));
    for (std::size_t i = 0; i < part.size(); ++i) {
      for (std::size_t k = i + 1; k < part.size(); ++k) {
        std::string swapped = part;
        std::swap(swapped[i], swapped[k]);
        EXPECT_EQ(parse_invite_code(cat(swapped, "@", kAddress)).ok(), swapped == part);
      }
      std::string dropped = part;
      dropped.erase(i, 1);
      EXPECT_FALSE(parse_invite_code(cat(dropped, "@", kAddress)).ok());
      std::string repeated = part;
      repeated.insert(i, 1, part[i]);
      EXPECT_FALSE(parse_invite_code(cat(repeated, "@", kAddress)).ok());
    }
  }
}

TEST(InviteCode, RefusesWhatIsNoAddress) {
  const std::string part = format_invite_code(sample_secret(), "").substr(0, 30);
  for (const std::string_view bad : {"", "host", "host:", ":1", "host:0", "host:65536", "host:1x",
                                     "ho st:1", "a@b:1", "http://a:1", "a:123456"}) {
    EXPECT_FALSE(parse_invite_code(cat(part, "@", bad)).ok()) << bad;
  }
  EXPECT_FALSE(parse_invite_code(part).ok());
  EXPECT_TRUE(parse_invite_code(cat(part, "@[::1]:7443")).ok());
}

TEST(InviteCode, ErrorsNeverRepeatTheCode) {
  std::string code = format_invite_code(sample_secret(), kAddress);
  code[0] = code[0] == 'A' ? 'B' : 'A';
  const auto parsed = parse_invite_code(code);
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().en.find(code.substr(6, 5)), std::string::npos);
  EXPECT_EQ(parsed.error().zh.find(code.substr(6, 5)), std::string::npos);
}

TEST(InviteKeys, AreDerivedApart) {
  const InviteKeys one = derive_invite(sample_secret());
  const InviteKeys again = derive_invite(sample_secret());
  EXPECT_EQ(one.id, again.id);
  EXPECT_EQ(one.sign.public_key(), again.sign.public_key());
  EXPECT_TRUE(one.mac == again.mac && one.box_seed == again.box_seed);
  EXPECT_FALSE(one.mac == one.box_seed);
  EXPECT_FALSE(one.sign.seed() == one.box_seed);
  EXPECT_NE(one.id, derive_invite(sample_secret(2)).id);
}

TEST(InviteMac, IsOverHeadAndId) {
  const InviteKeys keys = derive_invite(sample_secret());
  const Hash head = hash("mq/t", {});
  EXPECT_NE(invite_mac(keys.mac, head, keys.id), invite_mac(keys.mac, Hash{}, keys.id));
  EXPECT_NE(invite_mac(keys.mac, head, keys.id), invite_mac(keys.mac, head, InviteId{}));
  EXPECT_NE(invite_mac(keys.mac, head, keys.id), invite_mac(keys.box_seed, head, keys.id));
}

}  // namespace
}  // namespace mq::wire
