#include "mq/base/text.h"

#include <gtest/gtest.h>

namespace mq {
namespace {

std::string encoded(std::uint32_t point) {
  std::string out;
  append_utf8(out, point);
  return out;
}

TEST(Text, EveryCodePointComesBack) {
  for (std::uint32_t point = 0; point <= 0x10ffff; point += point < 0x3000 ? 1 : 97) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const std::string text = encoded(point);
    ASSERT_TRUE(is_utf8(text)) << point;
    ASSERT_EQ(code_points(text), std::vector<std::uint32_t>{point});
    ASSERT_EQ(count_characters(text), 1u);
  }
  EXPECT_TRUE(is_utf8(encoded(0x10ffff)));
}

TEST(Text, OverlongFormsAreNoUtf8) {
  for (const std::string_view bad : {"\xc0\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\x80",
                                     "\xe0\x9f\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(Text, SurrogatesAndWhatLiesBeyondAreNoUtf8) {
  for (std::uint32_t point = 0xd800; point <= 0xdfff; ++point) {
    ASSERT_FALSE(is_utf8(encoded(point))) << point;
  }
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));
  EXPECT_FALSE(is_utf8("\xf5\x80\x80\x80"));
  EXPECT_FALSE(is_utf8("\xff"));
}

TEST(Text, CutAndLooseBytesAreNoUtf8) {
  EXPECT_FALSE(is_utf8("\x80"));
  EXPECT_FALSE(is_utf8("a\xbf"));
  for (const std::string whole : {"é", "访", "🙂"}) {
    for (std::size_t size = 1; size < whole.size(); ++size) {
      EXPECT_FALSE(is_utf8(whole.substr(0, size))) << whole << size;
      EXPECT_FALSE(is_utf8(whole.substr(0, size) + "a")) << whole << size;
    }
  }
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8(std::string_view("\0", 1)));
}

TEST(Text, BrokenBytesBecomeReplacementsOneByOne) {
  EXPECT_EQ(code_points("a\xff\xe8\xae"
                        "b"),
            (std::vector<std::uint32_t>{'a', 0xfffd, 0xfffd, 0xfffd, 'b'}));
}

TEST(Text, CountsAndCutsByCharacter) {
  EXPECT_EQ(count_characters("走访a🙂"), 4u);
  EXPECT_EQ(first_characters("走访a🙂", 0), "");
  EXPECT_EQ(first_characters("走访a🙂", 2), "走访");
  EXPECT_EQ(first_characters("走访a🙂", 4), "走访a🙂");
  EXPECT_EQ(first_characters("走访", 9), "走访");
}

TEST(Text, TrimsTheSpacesThatOfficesType) {
  EXPECT_EQ(trimmed("\xef\xbb\xbf \u3000\u00a0王\u3000 五\t\r\n\u3000"), "王\u3000 五");
  EXPECT_EQ(trimmed(" \u3000 "), "");
  EXPECT_EQ(trimmed("\u3000\u00a0\ufeff"), "");
  EXPECT_EQ(trimmed("\u00e0\u3000ï\u00e0\u00a0"), "\u00e0\u3000ï\u00e0");
  EXPECT_EQ(trimmed("\xe3\x80"), "\xe3\x80") << "half a space is no space";
}

TEST(Text, SplitAndJoinAreInverse) {
  for (const std::string text : {"", ",", "a", "a,b", ",a,,b,"}) {
    EXPECT_EQ(join(split(text, ","), ","), text);
  }
  EXPECT_EQ(split("a、b", "、"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(join({}, ","), "");
}

TEST(Text, CatTakesTextAndIntegersOfEverySize) {
  EXPECT_EQ(cat("第 ", 3, " 行", ':', std::string("x")), "第 3 行:x");
  EXPECT_EQ(cat(INT64_MIN, " ", UINT64_MAX), "-9223372036854775808 18446744073709551615");
  EXPECT_EQ(cat(), "");
}

}  // namespace
}  // namespace mq
