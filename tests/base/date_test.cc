#include "mq/base/date.h"

#include <gtest/gtest.h>

namespace mq {
namespace {

// Counts days the way a person does: one after the other, with a calendar on the wall.
struct WallCalendar {
  int year = 1900, month = 1, day = 1, weekday = 1;  // a Monday

  int month_days() const {
    if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  }
  void next() {
    weekday = weekday % 7 + 1;
    if (++day <= month_days()) return;
    day = 1;
    if (++month <= 12) return;
    month = 1;
    ++year;
  }
};

TEST(Date, AgreesWithACalendarForTwoHundredYears) {
  WallCalendar wall;
  std::int32_t days = -25'567;  // 1900-01-01
  for (; wall.year <= 2100; wall.next(), ++days) {
    const auto date = Date::of(wall.year, wall.month, wall.day);
    ASSERT_TRUE(date.has_value()) << days;
    ASSERT_EQ(date->days, days);
    ASSERT_EQ(date->year(), wall.year) << days;
    ASSERT_EQ(date->month(), wall.month) << days;
    ASSERT_EQ(date->day(), wall.day) << days;
    ASSERT_EQ(date->weekday(), wall.weekday) << days;
    ASSERT_EQ(Date::parse_iso(date->iso()), date);
    const bool last = wall.day == wall.month_days();
    ASSERT_EQ(Date::of(wall.year, wall.month, wall.day + 1).has_value(), !last) << date->iso();
  }
  EXPECT_EQ(days, 47'847) << "the day after 2100-12-31";
}

TEST(Date, KnowsTheDaysThatClocksShowWhenTheyAreWrong) {
  EXPECT_EQ(Date{0}.iso(), "1970-01-01");
  EXPECT_EQ(Date{0}.weekday(), 4);
  EXPECT_EQ(Date{-1}.iso(), "1969-12-31");
  EXPECT_EQ(Date::of(2099, 12, 31)->days, 47'481);
  EXPECT_EQ(Date::of(1, 1, 1)->iso(), "0001-01-01");
  EXPECT_EQ(Date::of(9999, 12, 31)->iso(), "9999-12-31");
}

TEST(Date, ADayThatNoCalendarHasIsStillShownWithoutHarm) {
  EXPECT_EQ(Date{INT32_MAX}.iso(), "5881580-07-11");
  EXPECT_EQ(Date{INT32_MIN}.iso(), "-5877641-06-23");
  EXPECT_EQ(Date{INT32_MAX}.weekday(), 5);
  EXPECT_EQ(Date{INT32_MIN}.weekday(), 2);
  EXPECT_EQ(Date::in_shanghai({INT64_MAX}), Date{INT32_MAX});
  EXPECT_EQ(Date::in_shanghai({INT64_MIN}), Date{INT32_MIN});
  EXPECT_EQ(shanghai_minute({INT64_MAX}).substr(0, 13), "5881580-07-11");
}

TEST(Date, RefusesDaysThatDoNotExist) {
  EXPECT_FALSE(Date::of(2026, 2, 29));
  EXPECT_TRUE(Date::of(2024, 2, 29));
  EXPECT_FALSE(Date::of(1900, 2, 29));
  EXPECT_TRUE(Date::of(2000, 2, 29));
  EXPECT_FALSE(Date::of(2026, 4, 31));
  EXPECT_FALSE(Date::of(2026, 0, 1));
  EXPECT_FALSE(Date::of(2026, 13, 1));
  EXPECT_FALSE(Date::of(2026, 1, 0));
  EXPECT_FALSE(Date::of(0, 1, 1));
  EXPECT_FALSE(Date::of(10'000, 1, 1));
}

TEST(Date, ReadsOnlyOneFormOfIso) {
  EXPECT_EQ(Date::parse_iso("2026-03-05"), Date::of(2026, 3, 5));
  for (const char* bad : {"", "2026-3-5", "2026/03/05", "20260305", "2026-03-05 ", "2026-02-30",
                          "+026-03-05", "2026-03-0x", "2026-03-05T", "２０２６-03"}) {
    EXPECT_FALSE(Date::parse_iso(bad).has_value()) << bad;
  }
}

TEST(Date, TheDayBeginsInShanghaiEightHoursEarlier) {
  constexpr std::int64_t kHour = 3'600'000;
  EXPECT_EQ(Date::in_shanghai({0}).iso(), "1970-01-01");
  EXPECT_EQ(Date::in_shanghai({16 * kHour - 1}).iso(), "1970-01-01");
  EXPECT_EQ(Date::in_shanghai({16 * kHour}).iso(), "1970-01-02");
  EXPECT_EQ(Date::in_shanghai({-8 * kHour - 1}).iso(), "1969-12-31");
  EXPECT_EQ(Date::in_shanghai({4'102'415'999'999}).iso(), "2099-12-31");
}

TEST(Date, MinutesReadAsPeopleWriteThem) {
  EXPECT_EQ(shanghai_minute({0}), "1970-01-01 08:00");
  EXPECT_EQ(shanghai_minute({1'772'690'820'000}), "2026-03-05 14:07");
  EXPECT_EQ(shanghai_minute({1'772'690'879'999}), "2026-03-05 14:07");
  EXPECT_EQ(shanghai_minute({-28'800'001}), "1969-12-31 23:59");
}

}  // namespace
}  // namespace mq
