#include "mq/base/bytes.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/sim_random.h"

namespace mq {
namespace {

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

Bytes varint_of(std::uint64_t value) {
  ByteWriter out;
  out.varint(value);
  return out.take();
}

TEST(Bytes, IntegersAreLittleEndian) {
  ByteWriter out;
  out.integer(std::uint8_t{1});
  out.integer(std::uint16_t{0x0203});
  out.integer(std::uint32_t{0x04050607});
  out.integer(std::uint64_t{0x08090a0b0c0d0e0f});
  EXPECT_EQ(to_hex(out.bytes()),
            "01030207060504"
            "0f0e0d0c0b0a0908");
  ByteReader in(out.bytes());
  EXPECT_EQ(in.integer<std::uint8_t>(), 1);
  EXPECT_EQ(in.integer<std::uint16_t>(), 0x0203);
  EXPECT_EQ(in.integer<std::uint32_t>(), 0x04050607u);
  EXPECT_EQ(in.integer<std::uint64_t>(), 0x08090a0b0c0d0e0full);
  EXPECT_TRUE(in.done());
}

TEST(Bytes, VarintsComeBackAtEveryLength) {
  for (int bits = 0; bits < 64; ++bits) {
    for (const std::uint64_t value :
         {std::uint64_t{1} << bits, (std::uint64_t{1} << bits) - 1, kMax >> bits}) {
      const Bytes bytes = varint_of(value);
      ByteReader in(bytes);
      EXPECT_EQ(in.varint(), value);
      EXPECT_TRUE(in.done()) << value;
    }
  }
  EXPECT_EQ(to_hex(varint_of(0)), "00");
  EXPECT_EQ(to_hex(varint_of(300)), "ac02");
  EXPECT_EQ(varint_of(kMax).size(), 10u);
}

// One value has one form, or a signed thing could be written in two ways.
TEST(Bytes, OverlongAndOverflowingVarintsAreRefused) {
  for (const char* hex : {"8000", "818000", "ff00", "80808080808080808000", "ffffffffffffffffff02",
                          "ffffffffffffffffff7f", "ffffffffffffffffff81", "8080808080808080808001",
                          "ffffffffffffffffffff01"}) {
    const auto bytes = from_hex(hex);
    ASSERT_TRUE(bytes.has_value()) << hex;
    ByteReader in(*bytes);
    EXPECT_EQ(in.varint(), 0u) << hex;
    EXPECT_TRUE(in.failed()) << hex;
  }
}

TEST(Bytes, EveryCutVarintIsRefused) {
  const Bytes whole = varint_of(kMax);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    ByteReader in(ByteView(whole).first(size));
    EXPECT_EQ(in.varint(), 0u);
    EXPECT_TRUE(in.failed()) << size;
  }
}

TEST(Bytes, ZigzagKeepsSignsAndBounds) {
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1}, std::int64_t{-64}, std::int64_t{64},
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    ByteWriter out;
    out.zigzag(value);
    ByteReader in(out.bytes());
    EXPECT_EQ(in.zigzag(), value);
    EXPECT_TRUE(in.done());
  }
  ByteWriter small;
  small.zigzag(-64);
  EXPECT_EQ(small.size(), 1u) << "small numbers of either sign are short";
}

TEST(Bytes, AfterTheFirstShortReadEverythingIsZero) {
  const Bytes bytes = {1, 2, 3};
  ByteReader in(bytes);
  EXPECT_EQ(in.integer<std::uint32_t>(), 0u);
  EXPECT_TRUE(in.failed());
  EXPECT_EQ(in.integer<std::uint8_t>(), 0) << "though a byte was left";
  EXPECT_TRUE(in.raw(1).empty());
  EXPECT_EQ(in.array<2>(), (std::array<std::uint8_t, 2>{}));
  EXPECT_EQ(in.left(), 0u);
  EXPECT_FALSE(in.done());
}

TEST(Bytes, ABlockLongerThanTheRestIsRefused) {
  ByteWriter out;
  out.block("户主");
  ByteReader whole(out.bytes());
  EXPECT_EQ(text_of(whole.block()), "户主");
  EXPECT_TRUE(whole.done());
  for (std::size_t size = 0; size < out.size(); ++size) {
    ByteReader cut(ByteView(out.bytes()).first(size));
    EXPECT_TRUE(cut.block().empty());
    EXPECT_TRUE(cut.failed()) << size;
  }
  const Bytes huge = varint_of(kMax);
  ByteReader in(huge);
  EXPECT_TRUE(in.block().empty());
  EXPECT_TRUE(in.failed());
}

TEST(Bytes, LeftoverIsNotDone) {
  const Bytes bytes = {5, 6};
  ByteReader in(bytes);
  EXPECT_EQ(in.varint(), 5u);
  EXPECT_FALSE(in.failed());
  EXPECT_FALSE(in.done());
  EXPECT_EQ(in.left(), 1u);
}

TEST(Bytes, HexComesBackAndRefusesTheRest) {
  testing::SimRandom random(3);
  for (std::size_t size = 0; size < 40; ++size) {
    Bytes bytes(size);
    random.fill(bytes);
    EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
  }
  EXPECT_EQ(from_hex("AbCd"), (Bytes{0xab, 0xcd}));
  for (const char* bad : {"a", "0g", "g0", " 00", "0x00", "00 "}) {
    EXPECT_FALSE(from_hex(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace mq
