#include "text_code.h"

#include <gtest/gtest.h>

#include <set>

#include "dictionary.h"
#include "mq/base/text.h"
#include "seal/transactions.h"

namespace mq::testing {
namespace {

Bytes coded(std::string_view text) {
  ByteWriter out;
  seal::encode_text(view_of(text), out);
  out.integer(std::uint8_t{0});
  return out.take();
}

std::optional<std::string> decoded(ByteView codes) {
  seal::TextDecoder decoder(codes);
  Bytes out;
  if (!decoder.next(out) || !decoder.done()) return std::nullopt;
  return to_string(out);
}

Bytes packed(const std::vector<std::string>& texts) {
  seal::PackedTextEncoder out;
  for (const auto& text : texts) out.add(view_of(text));
  return out.take();
}

std::optional<std::vector<std::string>> unpacked(ByteView bytes, std::size_t count) {
  seal::PackedTextDecoder decoder(bytes);
  std::vector<std::string> out;
  for (; count > 0; --count) {
    Bytes text;
    if (!decoder.next(text)) return std::nullopt;
    out.push_back(to_string(text));
  }
  if (!decoder.done()) return std::nullopt;
  return out;
}

TEST(TextCode, GivesBackEveryCharacterOfUnicode) {
  for (std::uint32_t point = 0; point <= 0x10ffff; point += point < 0x10000 ? 1 : 97) {
    if (point >= 0xd800 && point < 0xe000) continue;
    std::string text;
    append_utf8(text, point);
    ASSERT_EQ(decoded(coded(text)), text) << point;
    ASSERT_EQ(unpacked(packed({text}), 1), std::vector{text}) << point;
  }
}

TEST(TextCode, GivesBackRunsOfTexts) {
  SimRandom random(2);
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::string> texts(random.below(5));
    for (auto& text : texts) text = to_string(some_text(random));
    ASSERT_EQ(unpacked(packed(texts), texts.size()), texts);
    for (const auto& text : texts) ASSERT_EQ(decoded(coded(text)), text);
  }
}

TEST(TextCode, WritesCommonCharactersInOneByteAndOthersInTwo) {
  EXPECT_EQ(coded("的").size(), 1u + 1);
  EXPECT_EQ(coded("群众。").size(), 3u + 1);
  EXPECT_EQ(coded("碾").size(), 2u + 1);
  EXPECT_EQ(coded("龘").size(), 4u + 1);
}

TEST(TextCode, OneTextHasOneCode) {
  // 的 escaped, cut and overlong UTF-8, a surrogate, a lead alone, an end that lacks.
  for (const auto& codes : std::vector<Bytes>{{0xff, 0xe7, 0x9a, 0x84, 0},
                                              {0xff, 0xe9, 0xbe, 0},
                                              {0xff, 0xc0, 0x80, 0},
                                              {0xff, 0xed, 0xa0, 0x80, 0},
                                              {0xff, 0xff, 0x80, 0},
                                              {0xf3},
                                              {0x01},
                                              {}}) {
    EXPECT_FALSE(decoded(codes)) << to_hex(codes);
  }
}

TEST(TextCode, PackedTextLeavesOnlyZeroBits) {
  const Bytes bytes = packed({"走访"});
  ASSERT_TRUE(unpacked(bytes, 1));
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(unpacked(longer, 1));
  Bytes dirty = bytes;
  dirty.back() |= 1;
  EXPECT_FALSE(unpacked(dirty, 1));
}

TEST(TextCode, NoRandomBytesCrashADecoder) {
  SimRandom random(6);
  for (int round = 0; round < 20'000; ++round) {
    Bytes bytes(random.below(40));
    random.fill(bytes);
    const auto whole = decoded(bytes);
    ASSERT_TRUE(!whole || coded(*whole) == bytes);
    seal::PackedTextDecoder decoder(bytes);
    Bytes text;
    while (decoder.next(text)) ASSERT_LT(text.size(), 4000u);
    EXPECT_TRUE(is_utf8(text_of(text)));
  }
}

// The tables are part of the format; a changed letter would make old envelopes read otherwise.
TEST(TextCode, TablesAndDictionaryStandAsVersionOneFixedThem) {
  const auto digest = [](std::string_view text) {
    std::uint64_t h = 0xcbf29ce484222325;
    for (const std::uint8_t byte : view_of(text)) h = (h ^ byte) * 0x100000001b3;
    return h;
  };
  EXPECT_EQ(digest(seal::characters_v1()), 0xc8fa46a412ab4799u);
  EXPECT_EQ(digest(seal::words_v1()), 0x6a7f1a0423b71921u);
  EXPECT_EQ(digest(seal::dictionary_v1()), 0xdcb98b8299f26cbau);
}

}  // namespace
}  // namespace mq::testing
