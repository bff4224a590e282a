// Every ledger over townships in which anything happens: no share exceeds its whole, a number has
// as many records as it says, and a quarter is counted anew, never added up from its months.
#include "mq/work/issue.h"
#include "mq/work/moves.h"
#include "support/sim_random.h"
#include "work/roster_home.h"

namespace mq::work::testing {
namespace {

using mq::testing::SimRandom;

const std::vector<std::string> kHouses{kOne, kTwo, kThree, kFour, kSix};
const std::vector<std::string> kWho{"甲", "乙", "丙"};
const std::vector<std::string> kVillages{"鱼泉村", "清渭社区"};
const std::vector<Period> kMonths{period("2026-01-01", "2026-01-31"),
                                  period("2026-02-01", "2026-02-28"),
                                  period("2026-03-01", "2026-03-31")};
const Period kQuarter = period("2026-01-01", "2026-03-31");

// 2026-01-05 to 2026-03-05, where the clock stands.
class Happenings {
 public:
  explicit Happenings(std::uint64_t seed) : random_(seed) { town_.with_people(); }
  Workplace place() { return town_.place(); }

  void play(int count) {
    for (int i = 0; i < count; ++i) {
      switch (random_.below(10)) {
        case 0:
          pairing();
          break;
        case 1:
          issue();
          break;
        case 2:
          meeting();
          break;
        case 3:
          deed();
          break;
        case 4:
          promise();
          break;
        case 5:
          dispute();
          break;
        case 6:
          diary();
          break;
        default:
          visit();
      }
    }
    reception();
    // Rows that are one, and one that stands elsewhere now.
    saved(household_step(place(), "merge", kTwo, {{"into", kFour}, {"same", "是"}}));
    saved(household_step(place(), "move", kThree, {{"village", "清渭社区"}}));
  }

 private:
  template <class List>
  const auto& one(const List& list) {
    return list[random_.below(list.size())];
  }
  std::string day() {
    return Date{Date::parse_iso("2026-01-05")->days + static_cast<std::int32_t>(random_.below(60))}
        .iso();
  }
  void visit() {
    const std::vector<std::string> outcomes{"见到户主", "见到家人", "不在家", "拒访"};
    Inputs inputs{{"household_id", one(kHouses)},
                  {"date", day()},
                  {"outcome", one(outcomes)},
                  {"visited_by", random_.chance(30) ? "甲、乙" : one(kWho)},
                  {"recorded_by", one(kWho)}};
    if (random_.chance(30)) inputs.push_back({"part", "晚上"});
    if (random_.chance(30)) {
      inputs.insert(inputs.end(), {{"demand", "修水管"}, {"category", "饮水"}});
    }
    saved(add_visit(place(), inputs));
  }
  void pairing() {
    // The same pair on the same day is refused, and that is well.
    ASSERT_TRUE(
        add_pairing(place(),
                    {{"cadre_id", one(kWho)}, {"household_id", one(kHouses)}, {"from", day()}})
            .ok());
  }
  void issue() {
    const std::string on = day();
    const RowId row = saved(add_issue(place(), {{"village", one(kVillages)},
                                                {"text", "要办的事"},
                                                {"category", "环保"},
                                                {"registered_on", on}}));
    if (random_.chance(60)) {
      saved(move_issue(place(), "accept", row, {{"due_at", cat(day(), " 18:00")}}));
    }
    if (random_.chance(50)) {
      const std::string later = std::max(on, day());
      saved(move_issue(place(), "close", row,
                       {{"closure", "已解决"}, {"result", "办了"}, {"closed_on", later}}));
    }
  }
  void meeting() {
    const RowId row = saved(add_meeting(place(), {{"village", one(kVillages)},
                                                  {"group_no", random_.chance(50) ? "1" : "2"},
                                                  {"date", day()},
                                                  {"attendees", "31"}}));
    saved(add_opinion(place(),
                      {{"meeting_id", row.hex()}, {"text", "修路"}, {"handling", "当场答复"}}));
  }
  void deed() {
    saved(add_deed(place(), {{"title", "送口粮"},
                             {"household_id", one(kHouses)},
                             {"done_on", day()},
                             {"money", "426"},
                             {"owner_id", one(kWho)}}));
  }
  void promise() {
    saved(add_commitment(place(), {{"village", one(kVillages)},
                                   {"kind", "年度"},
                                   {"text", "修桥"},
                                   {"due", day()},
                                   {"proposed_on", "2026-01-04"}}));
  }
  void dispute() {
    const std::string on = day();
    const RowId row = saved(add_dispute(place(), {{"village", one(kVillages)},
                                                  {"parties", "王某、李某"},
                                                  {"kind", "邻里"},
                                                  {"found_on", on},
                                                  {"text", "界石"}}));
    if (random_.chance(40)) return;
    saved(move_dispute(place(), "mediate", row,
                       {{"lead_id", "甲"}, {"measure", "到场"}, {"due", on}, {"duty", "组长"}}));
    if (random_.chance(50)) {
      saved(move_dispute(place(), "settle", row, {{"agreement", "口头"}}));
    } else {
      saved(move_dispute(place(), "fail", row, {{"failed_at", cat(on, " 10:00")}}));
      saved(move_dispute(place(), "report", row, {{"reported_at", cat(on, " 11:30")}}));
    }
  }
  void diary() {
    const RowId row = saved(add_diary(place(), {{"date", day()}, {"body", "写了"}}));
    if (random_.chance(70)) saved(submit_diary(place(), row));
  }
  void reception() {
    saved(add_reception(place(), {{"date", day()},
                                  {"leader_id", one(kWho)},
                                  {"place", "接待室"},
                                  {"batches", "2"},
                                  {"people", "9"}}));
  }

  SimRandom random_;
  Township town_;
};

Ledger made(const Workplace& place, const LedgerEntry& entry, const Period& over) {
  auto out = entry.compute(place, {over, std::nullopt, true});
  EXPECT_TRUE(out.ok()) << entry.id << (out.ok() ? "" : out.error().en);
  return *std::move(out);
}

std::int64_t total(const Ledger& ledger, std::string_view column) {
  const auto at = std::ranges::find(ledger.columns, column) - ledger.columns.begin();
  return std::get<std::int64_t>(ledger.totals.at(static_cast<std::size_t>(at)));
}

// Numerators and denominators out of the records behind them. How many meetings are due is a
// rule's.
void shares_are_of_their_records(const Ledger& ledger) {
  if (ledger.id == "RP11") return;
  for (const Quotient& each : ledger.quotients) {
    for (const Sources& row : ledger.row_sources) {
      const auto part = row.find(each.numerator), whole = row.find(each.denominator);
      if (part == row.end()) continue;
      ASSERT_NE(whole, row.end()) << ledger.id << " " << each.column;
      EXPECT_TRUE(std::ranges::includes(whole->second, part->second))
          << ledger.id << " " << each.column << ": counted of what is not in the whole";
    }
  }
}

TEST(LedgerProperties, NoShareExceedsItsWhole) {
  int shares = 0;
  for (const std::uint64_t seed : {1, 2, 3}) {
    Happenings town(seed);
    town.play(80);
    for (const LedgerEntry& entry : ledgers()) {
      std::vector<Period> periods{kQuarter};
      if (std::string_view(entry.id) != "RP17") {
        periods.insert(periods.end(), kMonths.begin(), kMonths.end());
      }
      for (const Period& over : periods) {
        const Ledger ledger = made(town.place(), entry, over);
        whole_lines(ledger);  // expects it of every cell
        shares_are_of_their_records(ledger);
        shares += static_cast<int>(ledger.quotients.size());
      }
    }
  }
  EXPECT_GT(shares, 50);
}

TEST(LedgerProperties, AQuarterIsNeverTheSumOfItsMonthsHouseholds) {
  for (const std::uint64_t seed : {4, 5, 6}) {
    Happenings town(seed);
    town.play(60);
    const LedgerEntry rp01{"RP01", "", ledger_rp01};
    std::int64_t visits = 0, sum = 0, most = 0;
    for (const Period& month : kMonths) {
      const Ledger ledger = made(town.place(), rp01, month);
      visits += total(ledger, "走访户次");
      sum += total(ledger, "已走访户数");
      most = std::max(most, total(ledger, "已走访户数"));
    }
    const Ledger quarter = made(town.place(), rp01, kQuarter);
    EXPECT_EQ(total(quarter, "走访户次"), visits) << "visits add up";
    const std::int64_t reached = total(quarter, "已走访户数");
    EXPECT_GE(reached, most);
    EXPECT_LT(reached, sum) << "somebody was met in two months, in every one of these townships";
    EXPECT_LE(reached, total(quarter, "应走访户数"));
  }
}

}  // namespace
}  // namespace mq::work::testing
