// Working days and deadlines: what is shipped, what a township adds, and what is not guessed.
#include "mq/work/calendar.h"

#include "minqing/model/v1/issue.pb.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

namespace mpb = ::minqing::model::v1;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Date day(std::string_view iso) { return *Date::parse_iso(iso); }
// A moment of that day in Shanghai.
WallTime at(std::string_view iso, int hour, int minute = 0) {
  return {(std::int64_t{day(iso).days} * 24 + hour - 8) * 3'600'000 + minute * 60'000};
}
std::string due(WallTime start, std::string_view term) {
  const auto moment = due_at(start, *parse_term(term), Calendar(shipped_work_years()));
  return moment.ok() ? shanghai_minute(*moment) : moment.error().en;
}

TEST(Calendar, KnowsHolidaysAndWorkedWeekends) {
  const Calendar calendar(shipped_work_years());
  for (const char* off : {"2026-01-01", "2026-01-02", "2026-02-16", "2026-02-23", "2026-04-06",
                          "2026-05-05", "2026-06-19", "2026-09-25", "2026-10-07", "2025-10-08",
                          "2025-02-04", "2026-03-07", "2026-03-08"}) {
    EXPECT_EQ(calendar.worked(day(off)), false) << off;
  }
  for (const char* on : {"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20",
                         "2026-10-10", "2025-01-26", "2025-09-28", "2026-03-09", "2026-02-24"}) {
    EXPECT_EQ(calendar.worked(day(on)), true) << on;
  }
  EXPECT_EQ(calendar.worked(day("2024-12-31")), std::nullopt);
  EXPECT_EQ(calendar.worked(day("2027-01-04")), std::nullopt) << "a Monday, and not guessed";
}

// Every worked day in exchange is a weekend, every day off named is one of its year.
TEST(Calendar, WhatIsShippedFitsTogether) {
  int last = 0;
  for (const WorkYear& year : shipped_work_years()) {
    EXPECT_GT(year.year, last);
    last = year.year;
    EXPECT_FALSE(year.source.empty());
    for (const Date& each : year.on) {
      EXPECT_EQ(each.year(), year.year);
      EXPECT_GE(each.weekday(), 6) << each.iso();
      EXPECT_FALSE(year.off.contains(each)) << each.iso();
    }
    int workdays_off = 0;
    for (const Date& each : year.off) {
      EXPECT_EQ(each.year(), year.year);
      workdays_off += each.weekday() < 6 ? 1 : 0;
    }
    // 13 days of holiday a year by law since 2025, each on a weekday or made up for.
    EXPECT_EQ(workdays_off - static_cast<int>(year.on.size()), 13);
  }
}

TEST(Calendar, ADeadlineEndsWithItsLastDay) {
  EXPECT_EQ(due(at("2026-03-05", 9), "3 工作日"), "2026-03-10 23:59") << "over a weekend";
  EXPECT_EQ(due(at("2026-02-13", 9), "3工作日"), "2026-02-25 23:59")
      << "the 14th is worked, then nine days off";
  EXPECT_EQ(due(at("2026-03-07", 9), "1 工作日"), "2026-03-09 23:59") << "begun on a Saturday";
  EXPECT_EQ(due(at("2026-03-05", 9), "15 自然日"), "2026-03-20 23:59");
  EXPECT_EQ(due(at("2026-03-05", 23, 59), "60日"), "2026-05-04 23:59");
  EXPECT_EQ(due(at("2026-03-05", 9, 30), "1小时"), "2026-03-05 10:30");
  EXPECT_EQ(due(at("2026-03-05", 23, 30), "1 小时"), "2026-03-06 00:30");
  EXPECT_EQ(due(at("2026-01-31", 9), "1 月"), "2026-02-28 23:59") << "no 31st: the last day";
  EXPECT_EQ(due(at("2026-01-31", 9), "2个月"), "2026-03-31 23:59");
  EXPECT_EQ(due(at("2026-12-15", 9), "2 月"), "2027-02-15 23:59");
}

TEST(Calendar, IsNotGuessedPastItsYears) {
  EXPECT_EQ(due(at("2026-12-29", 9), "2 工作日"), "2026-12-31 23:59");
  EXPECT_THAT(due(at("2026-12-29", 9), "3 工作日"), HasSubstr("no table of 2027"));
  EXPECT_EQ(due(at("2026-12-29", 9), "3 自然日"), "2027-01-01 23:59") << "days need no table";
}

TEST(Calendar, ReadsTermsAndNothingElse) {
  for (const char* good : {"3 工作日", "3个工作日", "15自然日", "15 天", "1 小时", "2 月"}) {
    EXPECT_TRUE(parse_term(good)) << good;
  }
  for (const char* bad : {"", "3", "工作日", "0 天", "-1 天", "3 周", "99999 天", "3 天半"}) {
    EXPECT_FALSE(parse_term(bad)) << bad;
  }
}

TEST(Calendar, ATownshipAddsAYear) {
  Township town;
  const Workplace place = town.place();
  EXPECT_EQ(Calendar::load(place)->worked(day("2027-01-04")), std::nullopt);
  EXPECT_THAT(fields_of(add_work_year(place, {{"year", "2027"},
                                              {"source", "国办通知"},
                                              {"off", "2026-12-31"},
                                              {"off", "2027-01-01"},
                                              {"on", "2027-01-01"}})
                            ->faults),
              ElementsAre("off", "on"));
  const RowId row = saved(add_work_year(place, {{"year", "2027"},
                                                {"source", "国办通知"},
                                                {"off", "2027-01-01"},
                                                {"off", "2027-01-04"},
                                                {"on", "2027-01-02"}}));
  const auto calendar = Calendar::load(place);
  EXPECT_EQ(calendar->worked(day("2027-01-04")), false);
  EXPECT_EQ(calendar->worked(day("2027-01-02")), true);
  EXPECT_EQ(calendar->worked(day("2027-01-05")), true);
  EXPECT_THAT(
      fields_of(
          add_work_year(place, {{"year", "2027"}, {"source", "x"}, {"off", "2027-01-01"}})->faults),
      ElementsAre("year"));
  EXPECT_THAT(fields_of(amend(place, *place.vault.schema().entity("WorkYear"), row,
                              {{"on", "2026-01-04"}}, place.vault.view())
                            ->faults),
              ElementsAre("on"));
}

// One day off of the county takes none of the State Council's away.
TEST(Calendar, ATownshipsDaysStandAboveTheShippedOnes) {
  Township town;
  const Workplace place = town.place();
  const auto added = add_work_year(
      place,
      {{"year", "2026"}, {"source", "县庆通知"}, {"off", "2026-09-15"}, {"on", "2026-10-02"}});
  ASSERT_TRUE(added.ok() && added->ok());
  EXPECT_THAT(fields_of(added->flags), ElementsAre("year"));
  const auto calendar = Calendar::load(place);
  EXPECT_EQ(calendar->worked(day("2026-09-15")), false);
  EXPECT_EQ(calendar->worked(day("2026-10-01")), false) << "as shipped";
  EXPECT_EQ(calendar->worked(day("2026-10-02")), true) << "the county works on it";
  EXPECT_EQ(calendar->worked(day("2026-01-01")), false);
  saved(amend(place, *place.vault.schema().entity("WorkYear"), added->row,
              {{"off", ""}, {"on", "2026-10-02"}}, place.vault.view()));
  EXPECT_EQ(Calendar::load(place)->worked(day("2026-09-15")), true) << "taken back";
}

TEST(Calendar, IsTheDesks) {
  Township town;
  town.with_people();
  SimDevice& cadre = town.join("丙", {"鱼泉村"}, false);
  const auto refused =
      add_work_year(town.at(cadre), {{"year", "2027"}, {"source", "x"}, {"off", "2027-01-01"}});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kNotAllowed);
}

}  // namespace
}  // namespace mq::work::testing
