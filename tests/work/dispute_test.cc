// 矛盾纠纷: each move of F4 and no other, its hour and its day, and the month's report.
#include <map>
#include <set>

#include "mq/work/moves.h"
#include "work/ledger_lines.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// 四定, asked at every level.
const Inputs kFour = {
    {"lead_id", "甲"}, {"measure", "到场丈量"}, {"due", "2026-03-20"}, {"duty", "组长负责到底"}};
Inputs with_four(Inputs more) {
  more.insert(more.end(), kFour.begin(), kFour.end());
  return more;
}
// What is typed with each verb so that nothing but the state can be at fault.
const std::map<std::string, Inputs> kWords = {
    {"mediate", with_four({{"on_site_at", "2026-03-06 09:00"}})},
    {"fail", {{"failed_at", "2026-03-05 10:00"}}},
    {"report", {{"reported_at", "2026-03-05 10:30"}}},
    {"handup", {}},
    {"settle", {{"agreement", "书面"}}},
    {"litigate", {}},
    {"perform", {}},
    {"callback", {{"callback", "满意"}}},
    {"file", {}}};
// How each state is reached, and the verbs that DOMAIN F4 lets follow.
struct Reached {
  std::vector<std::string> path;
  std::set<std::string> next;
};
const std::vector<std::string> kGroupLost = {"mediate", "fail"};
const std::vector<std::string> kVillage = {"mediate", "fail", "report", "mediate"};
const std::map<std::string, Reached> kStates = {
    {"发现", {{}, {"mediate"}}},
    {"组调解", {{"mediate"}, {"fail", "settle", "litigate"}}},
    {"组调解未成", {kGroupLost, {"report", "litigate"}}},
    {"已报村", {{"mediate", "fail", "report"}, {"mediate", "litigate"}}},
    {"村调解", {kVillage, {"fail", "settle", "litigate"}}},
    {"村调解未成", {{"mediate", "fail", "report", "mediate", "fail"}, {"mediate", "litigate"}}},
    {"镇调处",
     {{"mediate", "fail", "report", "mediate", "fail", "mediate"}, {"fail", "settle", "litigate"}}},
    {"镇调处未成",
     {{"mediate", "fail", "report", "mediate", "fail", "mediate", "fail"}, {"handup", "litigate"}}},
    {"上交", {{"mediate", "fail", "report", "mediate", "fail", "mediate", "fail", "handup"}, {}}},
    {"调解成功", {{"mediate", "settle"}, {"perform"}}},
    {"已履行", {{"mediate", "settle", "perform"}, {"callback"}}},
    {"已回访", {{"mediate", "settle", "perform", "callback"}, {"file"}}},
    {"归档", {{"mediate", "settle", "perform", "callback", "file"}, {}}},
    {"导入诉讼", {{"mediate", "litigate"}, {}}}};

class DisputeTest : public ::testing::Test {
 protected:
  DisputeTest() { town.with_people(); }
  RowId found(const std::string& on, const std::string& village = "鱼泉村", Inputs more = {}) {
    for (const auto& [field, text] : {std::pair{"parties", "王一、张三"}, std::pair{"kind", "土地"},
                                      std::pair{"text", "地界争议"}}) {
      more.push_back({field, text});
    }
    more.push_back({"found_on", on});
    more.push_back({"village", village});
    return saved(add_dispute(town.place(), more));
  }
  Result<Outcome> move(const RowId& row, const std::string& verb) {
    return move(row, verb, kWords.at(verb));
  }
  Result<Outcome> move(const RowId& row, const std::string& verb, const Inputs& inputs) {
    return move_dispute(town.place(), verb, row, inputs);
  }
  // Found and accepted on those days, and ended if a verb is named.
  RowId taken(const std::string& on, const std::string& accepted, const std::string& verb = "",
              const std::string& ended = "", const std::string& village = "鱼泉村") {
    const RowId row = found(on, village, {{"people", "5"}});
    saved(move(row, "mediate", with_four({{"accepted_on", accepted}})));
    if (verb == "handup") {
      for (const char* step : {"fail", "report", "mediate", "fail", "mediate", "fail"}) {
        saved(move(row, step));
      }
    }
    if (!verb.empty()) saved(move(row, verb, {{"ended_on", ended}, {"agreement", "口头"}}));
    return row;
  }
  std::string see(const RowId& row, std::string_view field) {
    return shown(town.place(), "Dispute", row, field);
  }
  std::vector<std::string> lines(const char* from, const char* to,
                                 std::optional<std::string> village = {}) {
    return whole_lines(ledger_rp09(town.place(), {period(from, to), std::move(village)}));
  }
  Township town;
};

// As of an issue: the server's time counts, and the person sees both.
TEST_F(DisputeTest, WithADoubtfulClockTheHourGoesByTheServersAndBothAreShown) {
  ASSERT_TRUE(town.world.settle());
  const RowId row = found("2026-03-01");
  saved(move(row, "mediate", with_four({{"accepted_on", "2026-03-01"}})));
  const WallTime right = town.desk.clock.wall();
  town.desk.clock.set_wall(mq::testing::kYear1970);
  const auto failed = move(row, "fail", {{"reason", "不肯"}});
  ASSERT_THAT(fields_of(failed->flags), ElementsAre("failed_at"));
  EXPECT_THAT(failed->flags[0].zh, ::testing::HasSubstr("1970-01-0"));
  EXPECT_THAT(failed->flags[0].zh, ::testing::HasSubstr("服务器的时间 2026-03-"));
  EXPECT_EQ(see(row, "group_failed_at").substr(0, 7), "2026-03");
  EXPECT_THAT(fields_of(move(row, "report", {})->flags), ElementsAre("reported_at"));
  town.desk.clock.set_wall(right.ms);
  EXPECT_THAT(fields_of(move(row, "mediate", with_four({}))->flags), ElementsAre())
      << "it is right";
}

TEST_F(DisputeTest, EveryVerbWorksWhereTheTableSaysAndNowhereElse) {
  std::size_t legal = 0, refused = 0;
  for (const auto& [state, reached] : kStates) {
    legal += reached.next.size();
    for (const auto& [verb, words] : kWords) {
      const RowId row = found("2026-03-01");
      for (const std::string& step : reached.path) saved(move(row, step));
      ASSERT_EQ(see(row, "state"), state);
      const auto done = move(row, verb, words);
      ASSERT_TRUE(done.ok()) << state << " " << verb;
      EXPECT_EQ(done->ok(), reached.next.contains(verb)) << state << " " << verb;
      if (done->ok()) continue;
      ++refused;
      EXPECT_EQ(fields_of(done->faults), std::vector<std::string>{"state"}) << state << verb;
      EXPECT_THAT(done->faults[0].zh, HasSubstr(cat("现在是 ", state, ","))) << verb;
      for (const std::string& next : reached.next) {
        EXPECT_THAT(done->faults[0].zh, HasSubstr(cat("dispute ", next))) << state;
      }
      EXPECT_EQ(see(row, "state"), state) << "a refused move leaves it as it was: " << verb;
    }
  }
  EXPECT_EQ(legal, dispute_moves().size());
  EXPECT_EQ(refused, kStates.size() * kWords.size() - legal);
}

TEST_F(DisputeTest, EveryLevelAsksForItsOwnFourDecisions) {
  const RowId row = found("2026-03-01");
  EXPECT_EQ(see(row, "people"), "2") << "the parties, unless said otherwise";
  for (const char* level : {"组", "村", "镇"}) {
    EXPECT_THAT(fields_of(move(row, "mediate", {})->faults),
                ElementsAre("due", "duty", "lead_id", "measure"))
        << level;
    saved(move(row, "mediate"));
    EXPECT_EQ(see(row, "level"), level);
    saved(move(row, "fail"));
    if (level == std::string("组")) saved(move(row, "report"));
  }
  saved(move(row, "handup"));
  EXPECT_EQ(see(row, "level"), "县");
  EXPECT_EQ(see(row, "outcome"), "上交");
}

// What nobody typed is today; each failure belongs to its level.
TEST_F(DisputeTest, EachStepNotesItsDay) {
  const auto fresh = [&] {
    const RowId row = found("2026-03-01");
    saved(move(row, "mediate", kFour));
    EXPECT_EQ(see(row, "accepted_on"), "2026-03-05");
    return row;
  };
  const RowId kept = fresh();
  saved(move(kept, "settle"));
  EXPECT_EQ(see(kept, "ended_on"), "2026-03-05");
  saved(move(kept, "perform"));
  EXPECT_EQ(see(kept, "performed_on"), "2026-03-05");
  saved(move(kept, "callback"));
  EXPECT_EQ(see(kept, "callback_on"), "2026-03-05");
  EXPECT_EQ(see(kept, "callback_by"), Directory(town.place()).cadre("管理员")->id.hex());
  const RowId row = fresh();
  saved(move(row, "fail", {{"failed_at", "2026-03-05 07:00"}}));
  saved(move(row, "report", {{"reported_at", "2026-03-05 07:30"}}));
  saved(move(row, "mediate", with_four({{"on_site_at", "2026-03-05 08:00"}})));
  saved(move(row, "fail", {{"failed_at", "2026-03-05 09:00"}}));
  saved(move(row, "mediate"));
  saved(move(row, "fail", {{"failed_at", "2026-03-05 11:00"}}));
  EXPECT_EQ(see(row, "group_failed_at"), "2026-03-05 07:00");
  EXPECT_EQ(see(row, "village_failed_at"), "2026-03-05 09:00");
  EXPECT_EQ(see(row, "township_failed_at"), "2026-03-05 11:00");
  saved(move(row, "handup"));
  EXPECT_EQ(see(row, "ended_on"), "2026-03-05");
}

// Whoever led the mediation does not ask whether it holds.
TEST_F(DisputeTest, SomebodyElseCallsBack) {
  const RowId row = found("2026-03-01");
  saved(move(row, "mediate", with_four({{"lead_id", "甲"}})));
  saved(move(row, "settle"));
  saved(move(row, "perform"));
  const auto own = move(row, "callback", {{"callback", "满意"}, {"callback_by", "甲"}});
  EXPECT_EQ(fields_of(own->faults), std::vector<std::string>{"callback_by"});
  saved(move(row, "callback"));
}

TEST_F(DisputeTest, TheHourStartsAtTheRecordedFailureAndACallCounts) {
  const auto reported = [&](const char* at) {
    const RowId row = found("2026-03-01");
    saved(move(row, "mediate"));
    saved(move(row, "fail"));
    return move(row, "report", {{"reported_at", at}});
  };
  EXPECT_TRUE(reported("2026-03-05 11:00")->flags.empty()) << "the whole hour is in time";
  const auto late = reported("2026-03-05 11:01");
  saved(late);
  EXPECT_THAT(fields_of(late->flags), ElementsAre("reported_at"));
  EXPECT_THAT(fields_of(reported("2026-03-05 09:59")->faults), ElementsAre("reported_at"));
  const RowId untyped = found("2026-03-01");
  saved(move(untyped, "mediate"));
  saved(move(untyped, "fail"));  // at ten; the clock stands on eight
  EXPECT_THAT(fields_of(move(untyped, "report", {})->flags), ElementsAre("reported_at"))
      << "a clock that may be wrong refuses nothing";
  EXPECT_EQ(see(untyped, "state"), "已报村");
  const auto came = [&](const char* at) {
    return move(reported("2026-03-05 10:30")->row, "mediate", with_four({{"on_site_at", at}}));
  };
  EXPECT_TRUE(came("2026-03-06 10:30")->flags.empty());
  EXPECT_THAT(fields_of(came("2026-03-06 10:31")->flags), ElementsAre("on_site_at"));
}

TEST_F(DisputeTest, WhatBelongsToTheConfidentialChannelIsRefused) {
  EXPECT_THAT(fields_of(add_dispute(town.place(), {{"parties", "甲乙"},
                                                   {"kind", "其他"},
                                                   {"text", "x"},
                                                   {"found_on", "2026-03-01"},
                                                   {"village", "鱼泉村"},
                                                   {"nature", "检举控告"}})
                            ->faults),
              ElementsAre("nature"));
  const RowId row = found("2026-03-01");
  EXPECT_THAT(fields_of(move(row, "mediate", with_four({{"nature", "检举控告"}}))->faults),
              ElementsAre("nature"));
  const Workplace place = town.place();
  EXPECT_THAT(fields_of(amend(place, *place.vault.schema().entity("Dispute"), row,
                              {{"nature", "检举控告"}}, place.vault.view())
                            ->faults),
              ElementsAre("nature"));
}

// 村 本月排查 受理 调解 成功 成功率 上交 导入诉讼 积案 涉及人数 一小时报村 一天内上门 零报告
TEST_F(DisputeTest, Rp09CountsEachStepByItsOwnDay) {
  taken("2026-03-01", "2026-03-01", "settle", "2026-03-31");
  taken("2026-02-28", "2026-03-01", "settle", "2026-03-01");
  taken("2026-03-31", "2026-03-31", "handup", "2026-03-31");
  taken("2026-03-02", "2026-03-02", "litigate", "2026-04-01");
  taken("2026-02-01", "2026-02-02");
  taken("2026-02-01", "2026-02-02", "settle", "2026-02-28");
  taken("2026-04-01", "2026-04-01");
  found("2026-03-10", "清渭社区");
  const RowId mistaken = taken("2026-03-05", "2026-03-05", "settle", "2026-03-06", "清渭社区");
  const Workplace place = town.place();
  saved(
      cancel(place, *place.vault.schema().entity("Dispute"), mistaken, "重复", place.vault.view()));
  EXPECT_THAT(lines("2026-03-01", "2026-03-31"),
              ElementsAre("鱼泉村 3 4 3 2 2/3 1 0 2 15 1/1 1/1 否",
                          "清渭社区 1 0 0 0 0/0 0 0 0 2 0/0 0/0 否",
                          "合计 4 4 3 2 2/3 1 0 2 17 1/1 1/1 否"));
  EXPECT_THAT(lines("2026-04-01", "2026-04-30", "鱼泉村").back(),
              "合计 1 1 1 0 0/1 0 1 2 5 0/0 0/0 否");
  EXPECT_THAT(lines("2025-01-01", "2025-01-31", "清渭社区"),
              ElementsAre("清渭社区 0 0 0 0 0/0 0 0 0 0 0/0 0/0 是",
                          "合计 0 0 0 0 0/0 0 0 0 0 0/0 0/0 是"));
}

}  // namespace
}  // namespace mq::work::testing
