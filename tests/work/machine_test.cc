// The state machines of issues, hand-outs, commitments and disputes under two pairs of hands that
// do not know of each other: every move that was accepted at entry is in the history afterwards,
// both devices agree on the state, and the next move is possible from it.
#include <map>
#include <set>

#include "mq/model/step.h"
#include "mq/work/handout.h"
#include "mq/work/issue.h"
#include "mq/work/moves.h"
#include "support/sim_random.h"
#include "work/history_of.h"

namespace mq::work::testing {
namespace {

using mq::testing::SimRandom;

constexpr int kRounds = 4;  // apart, then together
constexpr int kApart = 3;   // moves that each makes before they meet
constexpr int kTries = 60;  // verbs, most of which do not fit
constexpr std::uint64_t kSeeds = 4;

// Whatever any verb asks for; a verb takes what it knows.
const Inputs kAnything = {{"reason", "说明"}};

struct Verb {
  std::string name;
  Inputs inputs;
};

class Subject {
 public:
  virtual ~Subject() = default;
  // Who moves it, apart; the desk and a cadre of the village unless said otherwise.
  virtual std::vector<SimDevice*> hands(Township& town) const {
    return {&town.desk, &town.join("甲", {"鱼泉村"}, false)};
  }
  // On the desk's device; the row that is moved.
  virtual RowId make(const Workplace& place) const = 0;
  virtual std::vector<Verb> verbs() const = 0;
  virtual Result<Outcome> move(const Workplace& place, const Verb& verb,
                               const RowId& row) const = 0;
  virtual const char* entity() const = 0;
};

class IssueSubject final : public Subject {
 public:
  RowId make(const Workplace& place) const override {
    return saved(add_issue(place, {{"village", "鱼泉村"}, {"text", "水渠"}, {"category", "饮水"}}));
  }
  std::vector<Verb> verbs() const override {
    return {{"submit", {}},
            {"accept", {{"due_at", "2026-03-20 12:00"}}},
            {"return", kAnything},
            {"assign", {{"to_org", "民政办"}}},
            {"sign", {}},
            {"object", kAnything},
            {"progress", {{"result", "在办"}}},
            {"suspend", {{"planned_until", "2026-12-31"}, {"reason", "列入计划"}}},
            {"review", {{"result", "办了"}}},
            {"close", {{"closure", "已解决"}, {"result", "办了"}}},
            {"callback", {{"callback", "满意"}, {"callback_by", "乙"}}},
            {"finish", {}},
            {"waive", kAnything},
            {"withdraw", kAnything},
            {"legal", kAnything}};
  }
  Result<Outcome> move(const Workplace& place, const Verb& verb, const RowId& row) const override {
    return move_issue(place, verb.name, row, verb.inputs);
  }
  const char* entity() const override { return "Issue"; }
};

RowId only(const Workplace& place, const char* table) {
  auto q = place.vault.database().query(cat("SELECT id FROM \"", table, "\""));
  EXPECT_TRUE(q.ok() && *q->step());
  return RowId::from(q->blob(0)).value_or(RowId{});
}

// Two people of one unit, and the desk, which brings home what they did and sends answers back.
class HandoutSubject final : public Subject {
 public:
  std::vector<SimDevice*> hands(Township& town) const override {
    return {&town.join_unit("民政办", "小李"), &town.join_unit("民政办", "小王"), &town.desk};
  }
  RowId make(const Workplace& place) const override {
    const RowId issue = IssueSubject().make(place);
    saved(move_issue(place, "accept", issue, {{"due_at", "2026-03-20 12:00"}}));
    saved(move_issue(place, "assign", issue, {{"to_org", "民政办"}}));
    return only(place, "handout");
  }
  std::vector<Verb> verbs() const override {
    return {{"sign", {}},
            {"object", kAnything},
            {"progress", {{"progress", "在办"}}},
            {"answer", {{"result", "办了"}}},
            {"home", {}},
            {"back", kAnything}};
  }
  Result<Outcome> move(const Workplace& place, const Verb& verb, const RowId& row) const override {
    const bool home = verb.name == "home";
    if (home || verb.name == "back") {
      if (!place.is_desk()) return Error{Code::kNotAllowed, "", ""};
      if (!home) return move_issue(place, "progress", only(place, "issue"), verb.inputs);
      MQ_CHECK(take_handouts(place));
      return Outcome{};
    }
    return move_handout(place, verb.name, row, verb.inputs);
  }
  const char* entity() const override { return "Handout"; }
};

class CommitmentSubject final : public Subject {
 public:
  RowId make(const Workplace& place) const override {
    return saved(add_commitment(
        place, {{"village", "鱼泉村"}, {"kind", "年度"}, {"text", "修桥"}, {"due", "2026-12-31"}}));
  }
  std::vector<Verb> verbs() const override {
    return {{"review", {{"decision", "通过"}}},
            {"review", {{"decision", "退回"}, {"review", "太大"}}},
            {"propose", {}},
            {"publish", {}},
            {"progress", {{"progress", "开工"}}},
            {"done", {{"result", "通车"}}},
            {"rate",
             {{"rating_self", "满意"},
              {"rating_peers", "满意"},
              {"rating_leader", "满意"},
              {"rating_people", "满意"}}},
            {"settle", {{"outcome", "兑现"}}},
            {"settle", {{"outcome", "未兑现"}, {"explanation", "塌方"}}}};
  }
  Result<Outcome> move(const Workplace& place, const Verb& verb, const RowId& row) const override {
    return move_commitment(place, verb.name, row, verb.inputs);
  }
  const char* entity() const override { return "Commitment"; }
};

class DisputeSubject final : public Subject {
 public:
  RowId make(const Workplace& place) const override {
    return saved(add_dispute(place, {{"village", "鱼泉村"},
                                     {"parties", "王某、李某"},
                                     {"kind", "邻里"},
                                     {"found_on", "2026-03-01"},
                                     {"text", "界石"}}));
  }
  std::vector<Verb> verbs() const override {
    return {{"mediate",
             {{"lead_id", "甲"}, {"measure", "到场"}, {"due", "2026-03-20"}, {"duty", "组长"}}},
            {"fail", {}},
            {"report", {}},
            {"handup", {}},
            {"litigate", {}},
            {"settle", {{"agreement", "书面"}}},
            {"perform", {}},
            {"callback", {{"callback", "满意"}}},
            {"file", {}}};
  }
  Result<Outcome> move(const Workplace& place, const Verb& verb, const RowId& row) const override {
    return move_dispute(place, verb.name, row, verb.inputs);
  }
  const char* entity() const override { return "Dispute"; }
};

std::int64_t state_of(const Workplace& place, const char* entity_name, const RowId& row) {
  const model::Entity& entity = *place.vault.schema().entity(entity_name);
  const auto data = place.vault.load(entity.number, row);
  const vault::Cell* cell = (*data)->cell(entity.field("state")->number);
  return cell == nullptr ? 0 : std::get<std::int64_t>(cell->value);
}

// STEP moves of the row that a device knows of, counted or not.
std::vector<model::Step> steps_of(Township& town, SimDevice& device, const char* entity_name,
                                  const RowId& row) {
  const model::Entity& entity = *town.at(device).vault.schema().entity(entity_name);
  std::vector<model::Step> steps;
  for (const vault::HistoryEntry& entry : history_of(town, device, entity_name, row)) {
    if (entry.op.field != entity.field("state")->number) continue;
    const auto step = model::decode_step(entry.op.value);
    EXPECT_TRUE(step.ok());
    if (step.ok()) steps.push_back(*step);
  }
  return steps;
}
std::size_t steps_known(Township& town, SimDevice& device, const char* entity_name,
                        const RowId& row) {
  return steps_of(town, device, entity_name, row).size();
}

// Verbs of the table or not: if one was refused, the state has not moved. Gives how many moves
// stand in the history now that did not before.
std::size_t try_moves(Township& town, SimDevice& device, const Subject& subject, const RowId& row,
                      SimRandom& random) {
  const Workplace place = town.at(device);
  const std::size_t known = steps_known(town, device, subject.entity(), row);
  const std::vector<Verb> verbs = subject.verbs();
  for (int tries = 0, moved = 0; tries < kTries && moved < kApart; ++tries) {
    const Verb& verb = verbs[random.below(verbs.size())];
    const std::int64_t before = state_of(place, subject.entity(), row);
    const auto done = subject.move(place, verb, row);
    const bool stored = done.ok() && done->ok();
    const std::int64_t after = state_of(place, subject.entity(), row);
    if (!stored) {
      EXPECT_EQ(after, before) << verb.name << " was refused";
    }
    moved += stored ? 1 : 0;
  }
  return steps_known(town, device, subject.entity(), row) - known;
}

// Gives how many moves were made.
std::size_t play(const Subject& subject, std::uint64_t seed) {
  Township town;
  town.with_people();
  saved(add_unit(town.place(), {{"name", "民政办"}}));
  const std::vector<SimDevice*> hands = subject.hands(town);
  SimRandom random(seed);
  const RowId row = subject.make(town.place());
  EXPECT_TRUE(town.world.settle());
  std::size_t moves = 1;  // into the first state
  for (int round = 0; round < kRounds; ++round) {
    for (SimDevice* device : hands) moves += try_moves(town, *device, subject, row, random);
    EXPECT_TRUE(town.world.settle());
    for (SimDevice* device : hands) {
      EXPECT_EQ(state_of(town.place(), subject.entity(), row),
                state_of(town.at(*device), subject.entity(), row))
          << subject.entity() << " seed " << seed;
    }
  }
  for (SimDevice* device : hands) {
    EXPECT_EQ(steps_known(town, *device, subject.entity(), row), moves)
        << subject.entity() << " seed " << seed << ": a move was lost";
  }
  return moves;
}

TEST(Machines, NoMoveIsLostAndBothDevicesAgree) {
  std::size_t issues = 0, handouts = 0, promises = 0, disputes = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    issues += play(IssueSubject(), seed);
    handouts += play(HandoutSubject(), seed);
    promises += play(CommitmentSubject(), seed);
    disputes += play(DisputeSubject(), seed);
  }
  for (const std::size_t moves : {issues, promises, disputes}) {
    EXPECT_GT(moves, 5 * kSeeds) << "too little was played to prove anything";
  }
  EXPECT_GT(handouts, 3 * kSeeds) << "it has few states";
}

// The clocks of a unit's two people jump about, two desks bring home apart, and now and then one of
// them sends an answer back: the issue stands where the hand-out does, on both.
TEST(Machines, AnIssueStandsWhereItsHandoutDoesWhateverTheClocksSay) {
  constexpr int kHoursMax = 12;
  const std::map<std::string, std::string> same = {{"已交办", "已交办"},
                                                   {"已签收", "已签收"},
                                                   {"异议", "异议移送"},
                                                   {"办理中", "办理中"},
                                                   {"已报结", "待审核"}};
  std::set<std::string> met;
  for (std::uint64_t seed = 1; seed <= 2 * kSeeds; ++seed) {
    Township town;
    town.with_people();
    saved(add_unit(town.place(), {{"name", "民政办"}}));
    SimDevice* const desks[] = {&town.desk, &town.world.add_admin(town.desk, "副")};
    std::vector<SimDevice*> unit = HandoutSubject().hands(town);
    unit.pop_back();
    SimRandom random(seed);
    const RowId given = HandoutSubject().make(town.place());
    const RowId issue = only(town.place(), "issue");
    const auto home = [&] {
      std::size_t changed = 0;
      EXPECT_TRUE(town.world.settle());
      for (SimDevice* desk : desks) changed += take_handouts(town.at(*desk)).value();
      EXPECT_TRUE(town.world.settle());
      return changed;
    };
    for (int round = 0; round < kRounds; ++round) {
      home();
      for (SimDevice* device : unit) {
        const int hours = static_cast<int>(random.below(2 * kHoursMax + 1)) - kHoursMax;
        device->clock.jump(std::chrono::hours(hours));
        const Verb verb = HandoutSubject().verbs()[random.below(4)];
        EXPECT_TRUE(HandoutSubject().move(town.at(*device), verb, given).ok());
      }
      home();
      EXPECT_EQ(home(), 0u) << "seed " << seed << ": each line once";
      for (SimDevice* desk : desks) {
        const Workplace place = town.at(*desk);
        const std::string now = shown(place, "Handout", given, "state");
        EXPECT_EQ(shown(place, "Issue", issue, "state"), same.at(now)) << "seed " << seed;
        if (now == "已报结") {
          EXPECT_EQ(shown(place, "Issue", issue, "result"), "办了");
        }
        met.insert(now);
      }
      SimDevice& desk = *desks[random.below(2)];
      const bool back = shown(town.at(desk), "Issue", issue, "state") == "待审核";
      if (back) saved(move_issue(town.at(desk), "progress", issue, kAnything));
    }
  }
  for (const auto& [now, there] : same) EXPECT_TRUE(met.contains(now)) << now;
}

// Who asks later why it was given back finds it in the step itself.
TEST(Machines, AReasonStandsInTheStepThatItWasGivenFor) {
  Township town;
  town.with_people();
  const Workplace place = town.place();
  const RowId issue = IssueSubject().make(place);
  saved(move_issue(place, "withdraw", issue, {{"reason", "他自己办好了"}}));
  const RowId promise = CommitmentSubject().make(place);
  saved(move_commitment(place, "review", promise, {{"decision", "通过"}, {"reason", "都同意"}}));
  const RowId dispute = DisputeSubject().make(place);
  Inputs asked = DisputeSubject().verbs().front().inputs;
  asked.push_back({"reason", "双方请求"});
  saved(move_dispute(place, "mediate", dispute, asked));
  const auto reasons = [&](const char* entity, const RowId& row) {
    std::vector<std::string> out;
    for (const model::Step& step : steps_of(town, town.desk, entity, row)) {
      if (!step.reason.empty()) out.push_back(step.reason);
    }
    return out;
  };
  for (const char* verb : {"publish", "progress", "progress"}) {
    saved(move_commitment(place, verb, promise, {{"progress", "开工"}}));
  }
  EXPECT_EQ(steps_known(town, town.desk, "Commitment", promise), 4u)
      << "going on with it is no further step";
  EXPECT_THAT(reasons("Issue", issue), ::testing::ElementsAre("他自己办好了"));
  EXPECT_THAT(reasons("Commitment", promise), ::testing::ElementsAre("都同意"));
  EXPECT_THAT(reasons("Dispute", dispute), ::testing::ElementsAre("双方请求"));
}

}  // namespace
}  // namespace mq::work::testing
