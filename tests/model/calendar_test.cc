#include "mq/model/calendar.h"

#include <gtest/gtest.h>

namespace mq::model {
namespace {

TEST(Calendar, EveryDayOfFourCenturiesReadsBackInEveryForm) {
  for (std::int32_t days = -25'567; days < 120'000; days += 37) {
    const Date day{days};
    const std::string iso = day.iso();
    const std::string compact = iso.substr(0, 4) + iso.substr(5, 2) + iso.substr(8, 2);
    const std::string chinese = std::to_string(day.year()) + "年" + std::to_string(day.month()) +
                                "月" + std::to_string(day.day()) + "日";
    ASSERT_EQ(parse_day(iso), day) << iso;
    ASSERT_EQ(parse_day(compact), day) << compact;
    ASSERT_EQ(parse_day(chinese), day) << chinese;
  }
}

TEST(Calendar, SpreadsheetDaysAreFiveDigits) {
  EXPECT_EQ(parse_spreadsheet_day("35334")->iso(), "1996-09-26");
  EXPECT_EQ(parse_spreadsheet_day("25569")->iso(), "1970-01-01");
  EXPECT_EQ(parse_spreadsheet_day("46086")->iso(), "2026-03-05");
  EXPECT_EQ(parse_spreadsheet_day("46086.0")->iso(), "2026-03-05");
  for (const char* text : {"1996", "05334", "353345", "35334.5", "-5334", "", "1996-09-26"}) {
    EXPECT_FALSE(parse_spreadsheet_day(text)) << text;
  }
}

TEST(Calendar, MonthsCountFromYearZero) {
  EXPECT_EQ(parse_month("2026-03"), 2026 * 12 + 2);
  EXPECT_EQ(format_month(2026 * 12 + 11), "2026-12");
  EXPECT_EQ(format_month(2026 * 12), "2026-01");
}

// 08:00 in Shanghai is midnight in UTC.
TEST(Calendar, MomentsAreShanghaiTime) {
  EXPECT_EQ(parse_moment("1970-01-01 08:00"), 0);
  EXPECT_EQ(parse_moment("1970-01-02"), 86'400'000 - 28'800'000);
  EXPECT_FALSE(parse_moment("1970-01-02 25:00"));
  EXPECT_FALSE(parse_moment("1970-01-02 12"));
}

}  // namespace
}  // namespace mq::model
