// The days of issues, disputes and promises: in their order, with their states, and not by a clock
// that is wrong.
#include "minqing/model/v1/issue.pb.h"
#include "mq/work/issue.h"
#include "mq/work/month.h"
#include "mq/work/moves.h"
#include "work/ledger_lines.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

namespace mpb = ::minqing::model::v1;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RecordDaysTest : public ::testing::Test {
 protected:
  RecordDaysTest() { town.with_people(); }
  Workplace place() { return town.place(); }
  Result<Outcome> add(Inputs more) {
    more.insert(more.end(), {{"village", "鱼泉村"}, {"text", "路灯不亮"}, {"category", "市容"}});
    return add_issue(place(), more);
  }
  RowId issue(const std::string& on) { return saved(add({{"registered_on", on}})); }
  Result<Outcome> close(const RowId& row, Inputs more) {
    more.insert(more.end(), {{"closure", "已解决"}, {"result", "换了"}});
    return move_issue(place(), "close", row, more);
  }
  RowId closed(const std::string& from, const std::string& to) {
    const RowId row = issue(from);
    saved(move_issue(place(), "accept", row, {}));
    saved(close(row, {{"closed_on", to}}));
    return row;
  }
  Result<Outcome> change(std::string_view entity, const RowId& row, const Inputs& inputs) {
    return amend(place(), *place().vault.schema().entity(entity), row, inputs,
                 place().vault.view());
  }
  std::vector<std::string> faults(const Result<Outcome>& outcome) {
    EXPECT_TRUE(outcome.ok());
    return outcome.ok() ? fields_of(outcome->faults) : std::vector<std::string>();
  }
  // As an older program on another device may have.
  void write(const RowId& row, std::uint32_t field, std::optional<std::string_view> day) {
    vault::Change one;
    one.entity = place().vault.schema().entity("Issue")->number;
    one.row = row;
    one.field = field;
    if (day) one.value = std::int64_t{Date::parse_iso(*day)->days};
    const vault::StreamIx stream = Directory(place()).village("鱼泉村")->stream;
    ASSERT_TRUE(place().vault.commit({{stream, {one}}}, place().vault.view()).ok());
  }
  std::string total(const char* from, const char* to, std::size_t column) {
    return cell_line(ledger_rp03(place(), {period(from, to), std::nullopt})->totals[column]);
  }
  std::vector<std::string> commands() {
    std::vector<std::string> out;
    const auto all = repairs(place());
    for (const Repair& each : *all) {
      if (each.command != "doctor") out.push_back(each.command);
    }
    return out;
  }
  std::string see(const RowId& row, std::string_view field) {
    return shown(place(), "Issue", row, field);
  }
  Township town;
};

// What was done may be written down first: the person is asked, and it is saved.
TEST_F(RecordDaysTest, DaysOfAnIssueThatRunBackwardsAreAskedAbout) {
  const RowId row = issue("2026-03-04");
  const auto accepted =
      move_issue(place(), "accept", row,
                 {{"accepted_at", "2026-03-03 18:00"}, {"due_at", "2026-03-02 18:00"}});
  EXPECT_THAT(faults(accepted), IsEmpty());
  EXPECT_THAT(fields_of(accepted->flags), ElementsAre("accepted_at", "due_at"));
  EXPECT_EQ(
      accepted->flags.front().zh,
      "受理时间 2026-03-03 18:00 早于登记日期 2026-03-04,请核对(--accepted_at、--registered_on)");
  const auto right =
      change("Issue", row, {{"accepted_at", "2026-03-04 00:00"}, {"due_at", "2026-03-04 00:00"}});
  EXPECT_THAT(fields_of(right->flags), IsEmpty()) << "on the same day";
  const auto planned =
      move_issue(place(), "suspend", row, {{"planned_until", "2026-03-03"}, {"reason", "等雨停"}});
  EXPECT_THAT(fields_of(planned->flags), ElementsAre("planned_until"));
}

TEST_F(RecordDaysTest, ADeadlineThatAnExtensionHidesIsSaid) {
  const RowId row = issue("2026-03-04");
  saved(move_issue(place(), "accept", row, {{"due_at", "2026-03-10 18:00"}}));
  saved(move_issue(place(), "extend", row, {{"extended_until", "2026-03-20"}, {"reason", "等料"}}));
  const auto hidden = change("Issue", row, {{"due_at", "2026-03-12 18:00"}});
  EXPECT_THAT(fields_of(hidden->flags), ElementsAre("due_at"));
  EXPECT_THAT(hidden->flags.front().zh, HasSubstr("2026-03-20"));
  const auto both = change("Issue", row, {{"due_at", "2026-03-12 18:00"}, {"extended_until", ""}});
  EXPECT_THAT(fields_of(both->flags), IsEmpty());
}

TEST_F(RecordDaysTest, ATermBesideADeadlineIsRefused) {
  const RowId row = issue("2026-03-04");
  EXPECT_THAT(faults(move_issue(place(), "accept", row,
                                {{"due_at", "2026-03-10 18:00"}, {"term", "3工作日"}})),
              ElementsAre("term"));
}

TEST_F(RecordDaysTest, AnIssueIsNotClosedBeforeItCame) {
  const RowId row = issue("2026-03-04");
  saved(move_issue(place(), "accept", row, {}));
  const auto early = close(row, {{"closed_on", "2026-03-03"}});
  EXPECT_THAT(faults(early), ElementsAre("closed_on"));
  EXPECT_EQ(early->faults.front().zh,
            "办结日期 2026-03-03 早于登记日期 2026-03-04,请核对(--closed_on、--registered_on)");
  saved(close(row, {{"closed_on", "2026-03-04"}}));
  EXPECT_THAT(faults(change("Issue", row, {{"registered_on", "2026-03-05"}})),
              ElementsAre("closed_on"));
  EXPECT_THAT(faults(move_issue(
                  place(), "callback", row,
                  {{"callback", "满意"}, {"callback_by", "乙"}, {"callback_on", "2026-03-03"}})),
              ElementsAre("callback_on"));
  saved(change("Issue", row, {{"registered_on", "2026-03-03"}}));
}

TEST_F(RecordDaysTest, TheDayOfClosingGoesWithTheState) {
  const RowId open = issue("2026-03-04");
  EXPECT_THAT(faults(change("Issue", open, {{"closed_on", "2026-03-05"}})),
              ElementsAre("closed_on"));
  EXPECT_THAT(faults(change("Issue", open, {{"registered_on", ""}})), ElementsAre("registered_on"));
  EXPECT_THAT(faults(add({{"closed_on", "2026-03-05"}})), ElementsAre("closed_on"));
  const RowId row = closed("2026-03-01", "2026-03-04");
  EXPECT_THAT(faults(change("Issue", row, {{"closed_on", ""}})), ElementsAre("closed_on"));
  saved(change("Issue", row, {{"closed_on", "2026-03-05"}}));
}

TEST_F(RecordDaysTest, AClockOf1970ClosesOnTheServersDay) {
  town.join("甲", {"鱼泉村"}, false);
  const RowId row = issue("2026-03-04");
  saved(move_issue(place(), "accept", row, {}));
  town.desk.clock.set_wall(mq::testing::kYear1970);
  const auto done = close(row, {});
  saved(done);
  EXPECT_THAT(fields_of(done->flags), ::testing::Contains("closed_on"));
  EXPECT_EQ(see(row, "closed_on"), "2026-03-05");
  const auto late = add({});
  EXPECT_EQ(see(saved(late), "registered_on"), "2026-03-05");
  EXPECT_THAT(fields_of(late->flags), ElementsAre("registered_on"));
}

TEST_F(RecordDaysTest, WithoutAServersDayThePersonIsAsked) {
  town.desk.clock.set_wall(mq::testing::kYear1970);
  EXPECT_THAT(faults(add({})), ElementsAre("registered_on"));
  saved(add({{"registered_on", "2026-03-04"}}));
}

// Two devices wrote apart: it counts on the day on which it came, and a person hears of it.
TEST_F(RecordDaysTest, WhatCannotHaveBeenCountsOnceAndIsToBeMended) {
  EXPECT_THAT(commands(), IsEmpty());
  const RowId row = closed("2026-03-01", "2026-03-04");
  write(row, mpb::Issue::kClosedOnFieldNumber, "2026-02-10");
  EXPECT_EQ(total("2026-02-01", "2026-02-28", 4), "0");
  EXPECT_EQ(total("2026-03-01", "2026-03-31", 2), "1");
  EXPECT_EQ(total("2026-03-01", "2026-03-31", 4), "1");
  EXPECT_EQ(total("2026-04-01", "2026-04-30", 1), "0");
  EXPECT_THAT(commands(), ElementsAre(cat("issue show ", row.hex())));
  write(row, mpb::Issue::kClosedOnFieldNumber, std::nullopt);
  EXPECT_THAT(commands(), ElementsAre(cat("issue show ", row.hex())));
  EXPECT_EQ(total("2026-04-01", "2026-04-30", 1), "1") << "without a day it is open";
}

TEST_F(RecordDaysTest, ADisputeEndsAfterItWasFound) {
  const RowId row = saved(add_dispute(place(), {{"parties", "王一、张三"},
                                                {"kind", "土地"},
                                                {"text", "地界争议"},
                                                {"found_on", "2026-03-02"},
                                                {"village", "鱼泉村"}}));
  const Inputs four = {{"lead_id", "甲"},
                       {"measure", "到场丈量"},
                       {"due", "2026-03-20"},
                       {"duty", "组长负责"},
                       {"accepted_on", "2026-03-01"}};
  EXPECT_THAT(faults(move_dispute(place(), "mediate", row, four)), ElementsAre("accepted_on"));
  Inputs later = four;
  later.back().text = "2026-03-03";
  saved(move_dispute(place(), "mediate", row, later));
  EXPECT_THAT(faults(change("Dispute", row, {{"ended_on", "2026-03-04"}})),
              ElementsAre("ended_on"));
  const Inputs settled = {{"agreement", "书面"}, {"ended_on", "2026-03-02"}};
  EXPECT_THAT(faults(move_dispute(place(), "settle", row, settled)), ElementsAre("ended_on"));
  saved(move_dispute(place(), "settle", row, {{"agreement", "书面"}, {"ended_on", "2026-03-04"}}));
  EXPECT_THAT(faults(change("Dispute", row, {{"found_on", "2026-03-05"}})),
              ElementsAre("accepted_on", "ended_on"));
  EXPECT_THAT(faults(change("Dispute", row, {{"ended_on", ""}})), ElementsAre("ended_on"));
  EXPECT_THAT(faults(change(
                  "Dispute", row,
                  {{"group_failed_at", "2026-03-04 10:00"}, {"reported_at", "2026-03-04 09:00"}})),
              ElementsAre("reported_at"));
}

TEST_F(RecordDaysTest, APromiseIsNotSettledBeforeItWasProposed) {
  const RowId row = saved(add_commitment(
      place(), {{"village", "鱼泉村"}, {"kind", "年度"}, {"text", "修渠"}, {"due", "2026-06-30"}}));
  EXPECT_THAT(faults(change("Commitment", row, {{"settled_on", "2026-03-05"}})),
              ElementsAre("settled_on"));
  saved(move_commitment(place(), "review", row, {{"decision", "通过"}}));
  EXPECT_THAT(faults(move_commitment(place(), "publish", row, {{"published_on", "2026-03-01"}})),
              ElementsAre("published_on"));
  saved(move_commitment(place(), "publish", row, {}));
  saved(move_commitment(place(), "progress", row, {{"progress", "动工"}}));
  const Inputs lost = {{"outcome", "未兑现"}, {"explanation", "没有钱"}};
  Inputs early = lost;
  early.push_back({"settled_on", "2026-03-01"});
  EXPECT_THAT(faults(move_commitment(place(), "settle", row, early)), ElementsAre("settled_on"));
  saved(move_commitment(place(), "settle", row, lost));
}

TEST_F(RecordDaysTest, MomentsOfADisputeBesideItsDaysAreAskedAbout) {
  const RowId row = saved(add_dispute(place(), {{"parties", "王一、张三"},
                                                {"kind", "土地"},
                                                {"text", "地界争议"},
                                                {"found_on", "2026-02-20"},
                                                {"village", "鱼泉村"}}));
  const auto move = [&](std::string_view verb, Inputs more) {
    if (verb == "mediate") {
      for (const auto& [field, text] :
           {std::pair{"lead_id", "甲"}, std::pair{"measure", "到场丈量"},
            std::pair{"due", "2026-03-20"}, std::pair{"duty", "组长负责"}}) {
        more.push_back({field, text});
      }
    }
    const auto outcome = move_dispute(place(), verb, row, more);
    saved(outcome);
    return fields_of(outcome->flags);
  };
  EXPECT_THAT(move("mediate", {{"accepted_on", "2026-02-28"}}), IsEmpty());
  EXPECT_THAT(move("fail", {{"failed_at", "2026-02-19 10:00"}}),
              ElementsAre("group_failed_at", "group_failed_at"));
  EXPECT_THAT(move("report", {{"reported_at", "2026-02-19 10:30"}}), IsEmpty());
  EXPECT_THAT(move("mediate", {{"on_site_at", "2026-02-20 09:00"}}), IsEmpty());
  EXPECT_THAT(move("fail", {{"failed_at", "2026-02-20 08:00"}}), ElementsAre("village_failed_at"));
  EXPECT_THAT(move("mediate", {}), IsEmpty());
  saved(change("Dispute", row, {{"on_site_at", "2026-03-02 09:00"}}));
  saved(move_dispute(place(), "fail", row, {{"failed_at", "2026-02-27 07:00"}}));
  EXPECT_THAT(move("handup", {{"ended_on", "2026-03-01"}}), ElementsAre("ended_on"));
}

}  // namespace
}  // namespace mq::work::testing
