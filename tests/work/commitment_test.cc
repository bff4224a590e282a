// 承诺: each move of F5 and no other, and the rate of promises kept over those due.
#include <map>
#include <set>

#include "mq/work/moves.h"
#include "work/ledger_lines.h"
#include "work/township.h"

namespace mq::work::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// What is typed with each verb so that nothing but the state can be at fault.
const std::map<std::string, Inputs> kWords = {
    {"review", {{"decision", "通过"}}},
    {"propose", {}},
    {"publish", {{"published_on", "2026-03-02"}}},
    {"progress", {{"progress", "已开工"}}},
    {"done", {{"result", "已通水"}}},
    {"rate",
     {{"rating_self", "满意"},
      {"rating_peers", "满意"},
      {"rating_leader", "基本满意"},
      {"rating_people", "满意"}}},
    {"settle", {{"outcome", "未兑现"}, {"explanation", "天旱无水"}}}};
// How each state is reached, and the verbs that DOMAIN F5 lets follow.
struct Reached {
  std::vector<std::string> path;
  std::set<std::string> next;
};
const std::map<std::string, Reached> kStates = {
    {"提出", {{}, {"review"}}},
    {"审诺通过", {{"review"}, {"publish"}}},
    {"审诺退回", {{"return"}, {"propose"}}},
    {"公示", {{"review", "publish"}, {"progress"}}},
    {"践诺中", {{"review", "publish", "progress"}, {"progress", "done", "settle"}}},
    {"申报完成", {{"review", "publish", "progress", "done"}, {"rate"}}},
    {"评诺", {{"review", "publish", "progress", "done", "rate"}, {"settle"}}},
    {"兑现", {{"review", "publish", "progress", "done", "rate", "keep"}, {}}},
    {"未兑现", {{"review", "publish", "progress", "settle"}, {}}}};

class CommitmentTest : public ::testing::Test {
 protected:
  CommitmentTest() { town.with_people(); }
  RowId promise(const std::string& due, const std::string& village = "鱼泉村", Inputs more = {}) {
    for (const auto& [field, text] :
         {std::pair{"kind", "实事"}, std::pair{"text", "修通水渠"}, std::pair{"owner_id", "甲"}}) {
      more.push_back({field, text});
    }
    const bool dated =
        std::ranges::any_of(more, [](const Input& i) { return i.field == "proposed_on"; });
    if (!dated) more.push_back({"proposed_on", "2026-01-05"});
    more.push_back({"due", due});
    more.push_back({"village", village});
    return saved(add_commitment(town.place(), more));
  }
  Result<Outcome> move(const RowId& row, const std::string& verb) {
    if (verb == "return") return move(row, "review", {{"decision", "退回"}, {"review", "太笼统"}});
    if (verb == "keep") return move(row, "settle", {{"outcome", "兑现"}});
    return move(row, verb, kWords.at(verb));
  }
  Result<Outcome> move(const RowId& row, const std::string& verb, const Inputs& inputs) {
    return move_commitment(town.place(), verb, row, inputs);
  }
  RowId brought_to(const std::string& state, const std::string& due = "2026-03-31") {
    const RowId row = promise(due);
    for (const std::string& verb : kStates.at(state).path) saved(move(row, verb));
    EXPECT_EQ(see(row, "state"), state);
    return row;
  }
  // Kept or not, on that day.
  RowId settled(const std::string& due, bool kept, const std::string& on,
                const std::string& village = "鱼泉村") {
    const RowId row = promise(due, village);
    for (const std::string& verb : kStates.at("评诺").path) saved(move(row, verb));
    saved(move(
        row, "settle",
        {{"outcome", kept ? "兑现" : "未兑现"}, {"explanation", "见说明"}, {"settled_on", on}}));
    return row;
  }
  std::string see(const RowId& row, std::string_view field) {
    return shown(town.place(), "Commitment", row, field);
  }
  Ledger made(const char* from, const char* to, std::optional<std::string> village = {}) {
    const auto ledger = ledger_rp07(town.place(), {period(from, to), std::move(village)});
    EXPECT_TRUE(ledger.ok());
    return ledger.ok() ? *ledger : Ledger{};
  }
  static std::string due_kept_rate(const Ledger& ledger) {
    return cat(cell_line(ledger.totals[8]), " ", cell_line(ledger.totals[9]), " ",
               cell_line(ledger.totals[10]));
  }
  Township town;
};

TEST_F(CommitmentTest, EveryVerbWorksWhereTheTableSaysAndNowhereElse) {
  int refused = 0;
  for (const auto& [state, reached] : kStates) {
    for (const auto& [verb, words] : kWords) {
      const RowId row = brought_to(state);
      const auto done = move(row, verb, words);
      ASSERT_TRUE(done.ok()) << state << " " << verb;
      EXPECT_EQ(done->ok(), reached.next.contains(verb)) << state << " " << verb;
      if (done->ok()) continue;
      // 评诺 and 践诺中 share a verb whose words differ; every other refusal is about the state.
      ++refused;
      EXPECT_EQ(fields_of(done->faults), std::vector<std::string>{"state"}) << state << verb;
      EXPECT_THAT(done->faults[0].zh, HasSubstr(cat("现在是 ", state, ","))) << verb;
      for (const std::string& next : reached.next) {
        EXPECT_THAT(done->faults[0].zh, HasSubstr(cat("commitment ", next))) << state;
      }
      EXPECT_EQ(see(row, "state"), state) << "a refused move leaves it as it was: " << verb;
    }
  }
  EXPECT_EQ(refused, 9 * 7 - 9) << "nine pairs of state and verb are legal";
}

TEST_F(CommitmentTest, EachStepAsksForItsOwn) {
  const RowId row = promise("2026-03-31");
  EXPECT_THAT(fields_of(move(row, "review", {})->faults), ElementsAre("decision"));
  EXPECT_THAT(fields_of(move(row, "review", {{"decision", "退回"}})->faults),
              ElementsAre("review"));
  saved(move(row, "return"));
  saved(move(row, "propose"));
  saved(move(row, "review"));
  saved(move(row, "publish"));
  EXPECT_THAT(fields_of(move(row, "progress", {})->faults), ElementsAre("progress"));
  saved(move(row, "progress"));
  EXPECT_THAT(fields_of(move(row, "settle", {{"outcome", "兑现"}})->faults), ElementsAre("state"))
      << "kept only after it was rated";
  EXPECT_THAT(fields_of(move(row, "done", {})->faults), ElementsAre("result"));
  saved(move(row, "done"));
  EXPECT_THAT(fields_of(move(row, "rate", {})->faults), ElementsAre("rating_self"));
  const auto part = move(row, "rate", {{"rating_self", "满意"}, {"rating_people", "满意"}});
  saved(part);
  EXPECT_THAT(part->flags[0].zh, HasSubstr("互评、领导点评"));
  EXPECT_EQ(see(row, "state"), "申报完成");
  saved(move(row, "rate", {{"rating_peers", "满意"}}));
  EXPECT_EQ(see(row, "state"), "申报完成") << "three of four";
  saved(move(row, "rate", {{"rating_leader", "基本满意"}}));
  EXPECT_EQ(see(row, "state"), "评诺") << "the four came in three steps";
  EXPECT_THAT(fields_of(move(row, "settle", {{"outcome", "未兑现"}})->faults),
              ElementsAre("explanation"));
  saved(move(row, "settle"));
  const Workplace place = town.place();
  EXPECT_THAT(fields_of(amend(place, *place.vault.schema().entity("Commitment"), row,
                              {{"explanation", ""}}, place.vault.view())
                            ->faults),
              ElementsAre("explanation"));
  EXPECT_THAT(fields_of(amend(place, *place.vault.schema().entity("Commitment"), row,
                              {{"state", "兑现"}}, place.vault.view())
                            ->faults),
              ElementsAre("state"))
      << "a state is moved, never amended";
}

// What nobody typed is today, and the promise is his who wrote it down.
TEST_F(CommitmentTest, EachStepNotesItsDay) {
  const RowId row = saved(add_commitment(
      town.place(),
      {{"village", "鱼泉村"}, {"kind", "实事"}, {"text", "修桥"}, {"due", "2026-12-31"}}));
  EXPECT_EQ(see(row, "owner_id"), Directory(town.place()).cadre("管理员")->id.hex());
  EXPECT_EQ(see(row, "proposed_on"), "2026-03-05");
  saved(move(row, "review"));
  saved(move(row, "publish", {}));
  EXPECT_EQ(see(row, "published_on"), "2026-03-05");
  saved(move(row, "progress"));
  saved(move(row, "done"));
  EXPECT_EQ(see(row, "reported_on"), "2026-03-05");
  saved(move(row, "rate"));
  saved(move(row, "keep"));
  EXPECT_EQ(see(row, "settled_on"), "2026-03-05");
}

TEST_F(CommitmentTest, MovesMadeApartAreBothKept) {
  SimDevice& other = town.join("乙", {"鱼泉村"}, false);
  const RowId row = brought_to("评诺");
  ASSERT_TRUE(town.world.settle());
  saved(move_commitment(town.at(other), "settle", row, {{"outcome", "兑现"}}));
  saved(move(row, "settle"));
  ASSERT_TRUE(town.world.settle());
  for (const Workplace& place : {town.place(), town.at(other)}) {
    const auto data = place.vault.load(place.vault.schema().entity("Commitment")->number, row);
    ASSERT_TRUE(data.ok() && data->has_value());
    EXPECT_TRUE((*data)->contested) << "two conclusions stand side by side";
  }
  EXPECT_EQ(see(row, "state"), shown(town.at(other), "Commitment", row, "state"));
}

// … 到期数 兑现数 兑现率
TEST_F(CommitmentTest, Rp07DividesByWhatIsDueAndByNothingElse) {
  settled("2026-03-01", true, "2026-03-01");
  settled("2026-03-31", true, "2026-03-31");
  settled("2026-03-31", false, "2026-03-31", "清渭社区");
  settled("2026-03-20", true, "2026-04-01");
  settled("2026-04-01", true, "2026-03-15");
  settled("2026-02-20", true, "2026-02-28");
  settled("2026-02-20", true, "2026-03-02");
  promise("2026-02-10");
  promise("2026-12-31");
  brought_to("审诺退回");
  promise("2026-03-31", "鱼泉村", {{"proposed_on", "2026-04-01"}});
  const RowId mistaken = promise("2026-03-15");
  const Workplace place = town.place();
  saved(cancel(place, *place.vault.schema().entity("Commitment"), mistaken, "重复",
               place.vault.view()));
  EXPECT_EQ(due_kept_rate(made("2026-03-01", "2026-03-31")), "6 3 3/6")
      << "due in March 4 of which 2 kept by its end; 2 from before, 1 of them kept in March";
  EXPECT_EQ(made("2026-03-01", "2026-03-31").rows.size(), 8u) << "and two due later";
  EXPECT_EQ(due_kept_rate(made("2026-03-01", "2026-03-31", "清渭社区")), "1 0 0/1");
  EXPECT_EQ(due_kept_rate(made("2025-01-01", "2025-01-31")), "0 0 0/0");
  EXPECT_EQ(due_kept_rate(made("2026-01-01", "2026-12-31")), "10 6 6/10");
}

TEST_F(CommitmentTest, Rp07SaysWhoWhatAndHowItWasRated) {
  settled("2026-03-10", false, "2026-03-12");
  EXPECT_THAT(whole_lines(ledger_rp07(town.place(), {period("2026-03-01", "2026-03-31"), {}})),
              Contains("鱼泉村 实事 修通水渠 2026-03-10 甲 未兑现:见说明  自评 满意,互评 满意,"
                       "领导点评 基本满意,群众公评 满意 1 0 "));
}

// Explained, not deleted (DOMAIN F5).
TEST_F(CommitmentTest, WhatWasPublishedIsNeitherCancelledNorPutOff) {
  const Workplace place = town.place();
  const model::Entity& entity = *place.vault.schema().entity("Commitment");
  const std::set<std::string> before = {"提出", "审诺通过", "审诺退回"};
  for (const auto& [state, reached] : kStates) {
    const RowId row = brought_to(state);
    const auto later = amend(place, entity, row, {{"due", "2027-03-31"}}, place.vault.view());
    const auto gone = cancel(place, entity, row, "不要了", place.vault.view());
    ASSERT_TRUE(later.ok() && gone.ok()) << state;
    EXPECT_EQ(later->ok(), before.contains(state)) << state;
    EXPECT_EQ(gone->ok(), before.contains(state)) << state;
    if (gone->ok() || later->ok()) continue;
    EXPECT_THAT(fields_of(later->faults), ElementsAre("due")) << state;
    EXPECT_THAT(fields_of(gone->faults), ElementsAre("*")) << state;
    for (const model::Fault& fault : {later->faults[0], gone->faults[0]}) {
      EXPECT_THAT(fault.zh, HasSubstr("--explanation")) << state;
    }
  }
  const RowId open = brought_to("践诺中");
  EXPECT_THAT(fields_of(move(open, "progress", {{"progress", "x"}, {"due", "2027-01-01"}})->faults),
              ElementsAre("due"));
}

TEST_F(CommitmentTest, ItIsRatedInItsStepAndNotBefore) {
  const Workplace place = town.place();
  const auto rated = [&](const RowId& row) {
    return amend(place, *place.vault.schema().entity("Commitment"), row,
                 {{"rating_people", "不满意"}}, place.vault.view());
  };
  for (const char* state : {"提出", "公示", "践诺中", "申报完成"}) {
    const auto early = rated(brought_to(state));
    EXPECT_THAT(fields_of(early->faults), ElementsAre("rating_people")) << state;
    EXPECT_THAT(early->faults[0].zh, HasSubstr("commitment rate")) << state;
  }
  const Inputs words = {{"progress", "x"}, {"rating_self", "满意"}};
  EXPECT_THAT(fields_of(move(brought_to("践诺中"), "progress", words)->faults),
              ElementsAre("rating_self"));
  saved(rated(brought_to("评诺")));
}

TEST_F(CommitmentTest, Rp07SaysWhatAKeptPromiseCameTo) {
  settled("2026-03-10", true, "2026-03-09");
  EXPECT_THAT(whole_lines(ledger_rp07(town.place(), {period("2026-03-01", "2026-03-31"), {}})),
              Contains(HasSubstr(" 兑现:已通水 2026-03-09 ")));
}

}  // namespace
}  // namespace mq::work::testing
