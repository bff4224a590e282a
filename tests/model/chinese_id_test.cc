// Numbers here begin with 999999, a region that does not exist.
#include "mq/model/chinese_id.h"

#include <gtest/gtest.h>

#include "mq/model/relation.h"

namespace mq::model {
namespace {

TEST(ChineseId, ReadsBirthSexAndCheckDigit) {
  const auto id = read_chinese_id("999999194807204538");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->form, IdForm::kCurrent);
  EXPECT_EQ(id->region, "999999");
  EXPECT_EQ(id->birth->iso(), "1948-07-20");
  EXPECT_EQ(id->sex, 1);
  EXPECT_TRUE(id->check_fits);
  EXPECT_EQ(read_chinese_id("999999200207058520")->sex, 2);
}

TEST(ChineseId, TheWorkedExampleOfTheStandardAddsUp) {
  EXPECT_EQ(check_character("11010519491231002"), 'X');
  EXPECT_EQ(check_character("44052418800101001"), '4');
}

TEST(ChineseId, ApostropheLowerCaseXFullWidthAndBlanksAreForgiven) {
  for (const char* text : {"'99999919390614779x", "９９９９９９１９３９０６１４７７９Ｘ",
                           " 999999 19390614 779X ", "‘99999919390614779x"}) {
    const auto id = read_chinese_id(text);
    ASSERT_TRUE(id) << text;
    EXPECT_EQ(id->number, "99999919390614779X") << text;
    EXPECT_TRUE(id->check_fits) << text;
  }
}

// Any single wrong digit is seen: all 17 places, all nine other digits.
TEST(ChineseId, OneWrongDigitNeverFits) {
  const std::string good = "999999194807204538";
  for (std::size_t at = 0; at < 17; ++at) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      std::string bad = good;
      bad[at] = digit;
      EXPECT_EQ(read_chinese_id(bad)->check_fits, bad == good) << bad;
    }
  }
}

TEST(ChineseId, FifteenDigitsAreBornInTheNineteenHundreds) {
  const auto id = read_chinese_id("999999480720453");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->form, IdForm::kLegacy);
  EXPECT_EQ(id->birth->iso(), "1948-07-20");
  EXPECT_EQ(id->sex, 1);
  EXPECT_TRUE(id->check_fits);
  EXPECT_EQ(id->person_number(), "999999194807204538");
}

TEST(ChineseId, ADisabilityCardIsThePersonsNumberAndTwoDigits) {
  const auto id = read_chinese_id("99999919480720453843");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->form, IdForm::kDisability);
  EXPECT_EQ(id->disability_kind, '4');
  EXPECT_EQ(id->disability_grade, '3');
  EXPECT_TRUE(id->check_fits);
  EXPECT_EQ(id->person_number(), "999999194807204538");
}

TEST(ChineseId, AnImpossibleBirthDayIsNoBirthDay) {
  const auto id = read_chinese_id("999999194802304538");
  ASSERT_TRUE(id);
  EXPECT_FALSE(id->birth);
}

TEST(ChineseId, OtherTextsAreNoNumbers) {
  for (const char* text :
       {"", "无", "12345", "99999919480720453", "9999991948072045381", "99999X194807204538",
        "99999919480720453Y", "9999994807204X3", "999999194807204538X3"}) {
    EXPECT_FALSE(read_chinese_id(text)) << text;
  }
}

TEST(Relation, SaysTheSexWhereItHasOne) {
  EXPECT_EQ(sex_of_relation(11), 1);
  EXPECT_EQ(sex_of_relation(12), 2);
  EXPECT_EQ(sex_of_relation(28), 1);
  EXPECT_EQ(sex_of_relation(38), 2);
  EXPECT_EQ(sex_of_relation(41), 1);
  EXPECT_EQ(sex_of_relation(74), 2);
  EXPECT_EQ(sex_of_relation(94), 2);
  EXPECT_FALSE(sex_of_relation(2));
  EXPECT_FALSE(sex_of_relation(10));
  EXPECT_FALSE(sex_of_relation(80));
}

}  // namespace
}  // namespace mq::model
