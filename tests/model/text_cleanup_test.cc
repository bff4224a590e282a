#include "mq/model/text_cleanup.h"

#include <gtest/gtest.h>

#include "mq/base/text.h"

namespace mq::model {
namespace {

TEST(CleanCell, LettersAndDigitsBecomeOrdinaryAndChineseStays) {
  EXPECT_EQ(clean_cell("　３组，二社（２０２６年）ＡｂC　"), "3组，二社（2026年）AbC");
  EXPECT_EQ(clean_cell("“好”、①②；㎡Ⅲ—…￥"), "“好”、①②；㎡Ⅲ—…￥");
}

// Rare characters of names, outside the basic plane, compatibility forms and private use.
TEST(CleanCell, RareCharactersStayAsTheyAre) {
  for (const char* text : {"林𬭚", "秦囍", "﨎", "㭎", "\ue81a", "葛\U000E0100"}) {
    EXPECT_EQ(clean_cell(text), text);
    EXPECT_EQ(clean_name(text), text);
  }
}

TEST(CleanCell, MarksThatNobodySeesAreRemoved) {
  EXPECT_EQ(clean_cell("\ufeff'99999919390614779x"), "99999919390614779x");
  EXPECT_EQ(clean_cell("李\u200b四\u202a"), "李四");
  EXPECT_EQ(clean_cell("一\r\n二\r三"), "一\n二\n三");
}

TEST(CleanName, SpacesInsideChineseNamesGo) {
  EXPECT_EQ(clean_name(" 魏  世刚　"), "魏世刚");
  EXPECT_EQ(clean_name("王　芳"), "王芳");
  EXPECT_EQ(clean_name("John  Smith"), "John Smith");
}

TEST(CleanName, OneDotForAllDots) {
  for (const char* text :
       {"买买提•艾力", "买买提·艾力", "买买提・艾力", "买买提 · 艾力", "买买提．艾力"}) {
    EXPECT_EQ(clean_name(text), "买买提·艾力") << text;
  }
}

TEST(CleanName, IsDoneAfterOnce) {
  for (const char* text : {" 魏  世刚　", "买买提 • 艾力", "'王", "John  Smith ３", "林 𬭚"}) {
    const std::string once = clean_name(text);
    EXPECT_EQ(clean_name(once), once) << text;
  }
}

TEST(DropPinyin, OnlyTonedSyllablesBehindAChineseCharacter) {
  EXPECT_EQ(drop_pinyin("風(fēng)雨(yǔ)"), "風雨");
  EXPECT_EQ(drop_pinyin("綠（lǜ）化"), "綠化");
  for (const char* kept : {"辦法(試行)", "大米(kg)", "下載(app)", "(fēng)", "A(fēng)", "風(fēng",
                           "風(zhuāngxx)", "風(feng)"}) {
    EXPECT_EQ(drop_pinyin(kept), kept);
  }
}

// Text without anything to clean takes a short way; a mark that is removed forces the long one.
TEST(TextCleanup, ShortAndLongWayAgreeOnEveryUsualCharacter) {
  std::vector<std::uint32_t> points;
  for (std::uint32_t c = 0; c < 0x100; ++c) points.push_back(c);
  for (std::uint32_t c = 0x2000; c < 0xa100; ++c) points.push_back(c);
  for (const std::uint32_t c : points) {
    for (const char* around : {"", "A", "王", " ", "'"}) {
      std::string text = around;
      append_utf8(text, c);
      text += around;
      const std::string marked = text + "\u200b";
      ASSERT_EQ(normal_number(text), normal_number(marked)) << "U+" << std::hex << c;
      ASSERT_EQ(half_width(text), half_width(marked)) << "U+" << std::hex << c;
      ASSERT_EQ(clean_cell(text), clean_cell(marked)) << "U+" << std::hex << c;
      ASSERT_EQ(clean_name(text), clean_name(marked)) << "U+" << std::hex << c;
    }
  }
}

TEST(NormalNumber, TwoSpellingsOfOneNumberAreOne) {
  EXPECT_EQ(normal_number("９９９９９９１００２０１０１０００３"), "999999100201010003");
  EXPECT_EQ(normal_number(" '99999919390614779x "), "99999919390614779X");
  EXPECT_EQ(normal_number("鱼泉-０１ 号"), "鱼泉-01号");
  EXPECT_EQ(normal_number("ａb①"), "AB1");
  EXPECT_EQ(normal_number(" 　'\""), "");
}

TEST(HalfWidth, ChangesPunctuationToo) { EXPECT_EQ(half_width("１２：３０　，－．"), "12:30 ,-."); }

}  // namespace
}  // namespace mq::model
