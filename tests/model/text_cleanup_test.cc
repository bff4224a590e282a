#include "mq/model/text_cleanup.h"

#include <gtest/gtest.h>

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
