// A township whose households split, merge and move, for the tests of the roster.
//
// 鱼泉村: 王一 with 李二 (1), 张三 (2), 赵四 (3, away), 孙五 (4). 清渭社区: 周六 with 吴七 (6). The
// clock stands on 2026-03-05.
#pragma once

#include "mq/work/canonical.h"
#include "mq/work/roster.h"
#include "mq/work/villages.h"
#include "work/ledger_lines.h"
#include "work/township.h"

namespace mq::work::testing {

inline const std::string kOne = "999999100201010001", kTwo = "999999100201010002",
                         kThree = "999999100201020003", kFour = "999999100201020004",
                         kSix = "999999100001010001";

inline RowId house_id(const Workplace& place, const std::string& number) {
  const auto found = Directory(place).household(number);
  EXPECT_TRUE(found.ok()) << (found.ok() ? "" : found.error().en);
  return found.ok() ? found->id : RowId{};
}

// By name; the one that counts.
inline RowId person_id(const Workplace& place, const std::string& name) {
  const auto people = Canonical::people(place);
  EXPECT_TRUE(people.ok());
  auto q = place.vault.database().query(
      "SELECT id, stream FROM \"person\" WHERE name = ?1 AND deleted = 0 ORDER BY id");
  EXPECT_TRUE(q.ok());
  q->bind(1, std::string_view(name));
  while (*q->step()) {
    const RowId row = *RowId::from(q->blob(0));
    if (people->counts(row, q->integer(1))) return row;
  }
  return {};
}

inline Result<Outcome> household_step(const Workplace& place, std::string_view verb,
                                      const std::string& number, Inputs inputs) {
  inputs.push_back({"on", "2026-03-04"});
  return change_household(place, verb, house_id(place, number), inputs);
}

inline RowId added(const Result<Outcome>& outcome, std::string_view kind) {
  EXPECT_TRUE(outcome.ok() && outcome->ok());
  if (!outcome.ok()) return {};
  for (const auto& [name, row] : outcome->also) {
    if (name == kind) return row;
  }
  return {};
}

// "鱼泉村 4 1": each village of RP01 with its households and those that were reached; then 合计.
inline std::vector<std::string> coverage(const Workplace& place, const Period& period,
                                         std::optional<std::string> village = {}) {
  const auto ledger = ledger_rp01(place, {period, std::move(village)});
  EXPECT_TRUE(ledger.ok()) << (ledger.ok() ? "" : ledger.error().en);
  std::vector<std::string> out;
  if (!ledger.ok()) return out;
  const auto line = [&](const std::vector<LedgerCell>& row) {
    return cat(cell_line(row[1]), " ", cell_line(row[2]), " ", cell_line(row[3]));
  };
  for (const auto& row : ledger->rows) {
    if (cell_line(row[0]) == "村") out.push_back(line(row));
  }
  out.push_back(line(ledger->totals));
  return out;
}

inline const Period kThisMarch = period("2026-03-01", "2026-03-31");

class RosterTest : public ::testing::Test {
 protected:
  RosterTest() { town.with_people(); }
  Workplace place() { return town.place(); }
  RowId house(const std::string& number) { return house_id(place(), number); }
  RowId person(const std::string& name) { return person_id(place(), name); }
  Result<Outcome> step(std::string_view verb, const std::string& number, const Inputs& inputs) {
    return household_step(place(), verb, number, inputs);
  }
  Result<Outcome> undo(const RowId& change) { return undo_change(place(), "undo", change, {}); }
  std::string see(std::string_view entity, const RowId& row, std::string_view field) {
    return shown(place(), entity, row, field);
  }
  std::vector<std::string> march(std::optional<std::string> village = {}) {
    return coverage(place(), kThisMarch, std::move(village));
  }
  void met(const std::string& number, const std::string& who = "甲") {
    saved(add_visit(place(), {{"household_id", number},
                              {"date", "2026-03-03"},
                              {"outcome", "见到户主"},
                              {"visited_by", who}}));
  }
  std::string number_of_house(const RowId& row) { return see("Household", row, "household_no"); }

  Township town;
};

}  // namespace mq::work::testing
