// 院坝会: who came, what was said, and what came of each opinion.
#include "work/ledger_lines.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;

class MeetingTest : public ::testing::Test {
 protected:
  MeetingTest() { town.with_people(); }
  RowId meet(const std::string& village, const std::string& group, const std::string& date,
             const std::string& attendees) {
    return saved(add_meeting(
        town.place(),
        {{"village", village}, {"group_no", group}, {"date", date}, {"attendees", attendees}}));
  }
  Result<Outcome> say(const RowId& meeting, const std::string& handling, Inputs more = {}) {
    more.push_back({"meeting_id", meeting.hex()});
    more.push_back({"text", "入户路没硬化,下雨走不成"});
    more.push_back({"handling", handling});
    return add_opinion(town.place(), more);
  }
  void drop(std::string_view entity, const RowId& row) {
    const Workplace place = town.place();
    saved(cancel(place, *place.vault.schema().entity(entity), row, "记错", place.vault.view()));
  }
  std::vector<std::string> lines(const char* from, const char* to,
                                 std::optional<std::string> village = {}) {
    return whole_lines(ledger_rp11(town.place(), {period(from, to), std::move(village)}));
  }
  Township town;
};

TEST_F(MeetingTest, AReferredOpinionBecomesAnIssueOfTheMeeting) {
  const RowId meeting = meet("鱼泉村", "1", "2026-03-05", "31");
  const auto told = say(meeting, "转办", {{"by", "王一"}, {"category", "交通运输"}});
  saved(told);
  ASSERT_EQ(told->also.size(), 1u);
  const RowId issue = told->also[0].second;
  const auto see = [&](std::string_view field) {
    return shown(town.place(), "Issue", issue, field);
  };
  EXPECT_EQ(see("source"), "院坝会");
  EXPECT_EQ(see("state"), "登记");
  EXPECT_EQ(see("category"), "交通运输");
  EXPECT_EQ(see("nature"), "意见建议");
  EXPECT_EQ(see("reporter"), "王一");
  EXPECT_EQ(see("registered_on"), "2026-03-05") << "by the date of its meeting";
  EXPECT_EQ(see("visit_id"), "");
  EXPECT_EQ(shown(town.place(), "Opinion", told->row, "issue_id"), issue.hex());
  saved(say(meeting, "当场答复"));
  EXPECT_EQ(count(town.place(), "issue"), 1) << "what was answered at once makes none";
}

TEST_F(MeetingTest, WhatBelongsToTheConfidentialChannelIsRefused) {
  const RowId meeting = meet("鱼泉村", "1", "2026-03-05", "31");
  EXPECT_THAT(fields_of(say(meeting, "转办", {{"category", "廉政"}})->faults),
              ElementsAre("category"));
  EXPECT_THAT(fields_of(say(meeting, "记录在案", {{"nature", "检举控告"}})->faults),
              ElementsAre("nature"));
  const RowId row = saved(say(meeting, "记录在案"));
  const Workplace place = town.place();
  EXPECT_THAT(fields_of(amend(place, *place.vault.schema().entity("Opinion"), row,
                              {{"category", "廉政"}}, place.vault.view())
                            ->faults),
              ElementsAre("category"));
  EXPECT_EQ(count(place, "opinion"), 1);
  EXPECT_EQ(count(place, "issue"), 0);
}

TEST_F(MeetingTest, AsksForWhatTheLedgerNeeds) {
  EXPECT_THAT(fields_of(add_meeting(town.place(), {{"village", "鱼泉村"}})->faults),
              ElementsAre("attendees", "date"));
  EXPECT_THAT(
      fields_of(add_meeting(town.place(), {{"date", "2026-03-05"}, {"attendees", "3"}})->faults),
      ElementsAre("village_id"));
  EXPECT_THAT(fields_of(add_opinion(town.place(), {{"text", "x"}})->faults),
              ElementsAre("handling", "meeting_id"));
  const RowId gone = meet("鱼泉村", "1", "2026-03-05", "31");
  drop("Meeting", gone);
  EXPECT_EQ(say(gone, "当场答复").error().code, Code::kNotFound);
}

// 村组 场次 应开 参会人数 收集意见 当场答复 转办 开会率
TEST_F(MeetingTest, Rp11AsksOneMeetingAMonthOfEachKnownGroup) {
  const RowId first = meet("鱼泉村", "1", "2026-03-01", "31");
  const RowId last = meet("鱼泉村", "1", "2026-03-31", "20");
  meet("鱼泉村", "", "2026-03-15", "100");
  meet("鱼泉村", "7", "2026-03-16", "8");
  meet("鱼泉村", "2", "2026-02-28", "50");
  meet("鱼泉村", "2", "2026-04-01", "50");
  drop("Meeting", meet("清渭社区", "1", "2026-03-10", "77"));
  for (const char* handling : {"当场答复", "转办", "转办", "记录在案"}) saved(say(first, handling));
  saved(say(last, "当场答复"));
  drop("Opinion", saved(say(last, "当场答复")));
  EXPECT_THAT(lines("2026-03-01", "2026-03-31"),
              ElementsAre("鱼泉村(不分组) 1  100 0 0 0 0/0", "鱼泉村1组 2 1 51 5 2 2 1/1",
                          "鱼泉村2组 0 1 0 0 0 0 0/1", "鱼泉村7组 1  8 0 0 0 0/0",
                          "清渭社区1组 0 1 0 0 0 0 0/1", "合计 4 3 159 5 2 2 1/3"))
      << "two in one month make up for no other month, nor for another group";
  EXPECT_THAT(lines("2026-02-01", "2026-04-30", "鱼泉村"),
              ElementsAre("鱼泉村(不分组) 1  100 0 0 0 0/0", "鱼泉村1组 2 3 51 5 2 2 1/3",
                          "鱼泉村2组 2 3 100 0 0 0 2/3", "鱼泉村7组 1  8 0 0 0 0/0",
                          "合计 6 6 259 5 2 2 3/6"));
}

TEST_F(MeetingTest, Rp11OfAStatisticalMonthAndOfLess) {
  meet("清渭社区", "1", "2026-02-25", "9");
  EXPECT_THAT(lines("2026-02-25", "2026-03-24", "清渭社区"),
              ElementsAre("清渭社区1组 1 1 9 0 0 0 1/1", "合计 1 1 9 0 0 0 1/1"))
      << "one month, though it touches two";
  EXPECT_THAT(lines("2026-02-25", "2026-03-03", "清渭社区"),
              ElementsAre("清渭社区1组 1 0 9 0 0 0 0/0", "合计 1 0 9 0 0 0 0/0"));
  EXPECT_THAT(lines("2025-01-01", "2025-01-31", "清渭社区"),
              ElementsAre("清渭社区1组 0 1 0 0 0 0 0/1", "合计 0 1 0 0 0 0 0/1"));
}

}  // namespace
}  // namespace mq::work::testing
