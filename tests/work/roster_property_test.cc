// Two desks change the roster apart from each other, in any order, again and again: nobody is lost,
// everybody is in exactly one household that counts, and both devices say the same.
#include <map>
#include <set>

#include "minqing/model/v1/household.pb.h"
#include "support/sim_random.h"
#include "work/roster_home.h"

namespace mq::work::testing {
namespace {

namespace mpb = ::minqing::model::v1;
using mq::testing::SimRandom;

constexpr int kHouseholds = 7, kPeople = 3, kRounds = 4, kStepsEach = 4;
const std::vector<std::string> kVillages{"鱼泉村", "清渭社区"};

std::string generated_roster() {
  std::string out = "村(社区),组,户编号,户主姓名,姓名,与户主关系,性别,出生日期\n";
  for (int v = 0; v < 2; ++v) {
    for (int h = 1; h <= kHouseholds; ++h) {
      const std::string number = cat("99999910020", v + 1, "01000", h);
      for (int p = 1; p <= kPeople; ++p) {
        out += cat(kVillages[static_cast<std::size_t>(v)], ",1,", number, ",,人", v, h, p, ",",
                   p == 1 ? "户主" : "长子", ",男,19", 50 + h, "-01-0", p, "\n");
      }
    }
  }
  return out;
}

struct Home {
  RowId id;
  std::string village;
  std::vector<std::pair<RowId, std::string>> people;
};

// As somebody sees the roster at that device.
class Roster {
 public:
  explicit Roster(const Workplace& place) : place_(place) {
    const auto households = Canonical::households(place);
    const auto people = Canonical::people(place);
    EXPECT_TRUE(households.ok() && people.ok());
    for (const std::string& name : kVillages) {
      const auto village = Directory(place).village(name);
      const auto listed = Directory(place).households(village->stream);
      for (const Household& one : *listed) {
        listed_.push_back(one.id);
        const bool gone = one.status == mpb::HOUSEHOLD_STATUS_CANCELLED;
        if (!gone || households->revived(one.id)) homes_[one.id] = {one.id, name, {}};
      }
    }
    auto q = place.vault.database().query(
        "SELECT id, stream, household_id, name FROM \"person\" WHERE deleted = 0 ORDER BY id");
    while (*q->step()) {
      const RowId row = *RowId::from(q->blob(0));
      if (!people->counts(row, q->integer(1))) continue;
      const RowId home = households->home(RowId::from(q->blob(2)).value_or(RowId{}));
      ++rows_[row];
      const auto found = homes_.find(home);
      if (found == homes_.end()) {
        nowhere_.push_back(std::string(q->text(3)));
      } else {
        found->second.people.emplace_back(row, std::string(q->text(3)));
      }
    }
    people_ = *people;
  }

  // Of those who were there at the beginning.
  void expect_whole(const std::set<RowId>& everybody) const {
    EXPECT_THAT(nowhere_, ::testing::IsEmpty()) << "in a household that does not count";
    for (const RowId& row : everybody) {
      const auto found = rows_.find(people_.of(row));
      EXPECT_TRUE(found != rows_.end()) << "lost";
      if (found == rows_.end()) continue;
      EXPECT_EQ(found->second, 1) << "counted twice";
    }
    EXPECT_EQ(std::set<RowId>(listed_.begin(), listed_.end()).size(), listed_.size())
        << "a household in two villages";
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    for (const auto& [id, home] : homes_) {
      std::string line = cat(id.hex(), " ", home.village);
      for (const auto& [row, name] : home.people) line += cat(" ", name);
      out.push_back(line);
    }
    return out;
  }
  std::vector<Home> homes() const {
    std::vector<Home> out;
    for (const auto& [id, home] : homes_) out.push_back(home);
    return out;
  }
  std::set<RowId> everybody() const {
    std::set<RowId> out;
    for (const auto& [row, times] : rows_) out.insert(row);
    return out;
  }

 private:
  const Workplace& place_;
  std::map<RowId, Home> homes_;
  std::vector<RowId> listed_;
  std::map<RowId, int> rows_;
  std::vector<std::string> nowhere_;
  Canonical people_;
};

class Desks {
 public:
  explicit Desks(std::uint64_t seed) : random_(seed) {
    town_.import(ImportKind::kRoster, generated_roster());
    town_.import(ImportKind::kCadres, kCadres);
    town_.join("乙", kVillages, true);  // opens the streams
    second_ = &town_.world.add_admin(town_.desk, "副");
    EXPECT_TRUE(town_.world.settle());
    everybody_ = Roster(town_.place()).everybody();
    EXPECT_EQ(everybody_.size(), static_cast<std::size_t>(2 * kHouseholds * kPeople));
  }

  void round() {
    for (int i = 0; i < kStepsEach; ++i) {
      for (SimDevice* device : {&town_.desk, second_}) {
        step(town_.at(*device));
        town_.world.advance(std::chrono::minutes(1 + random_.below(30)));
        Roster(town_.at(*device)).expect_whole(everybody_);
      }
    }
    ASSERT_TRUE(town_.world.settle());
    const Workplace here = town_.place(), there = town_.at(*second_);
    Roster(here).expect_whole(everybody_);
    EXPECT_EQ(Roster(here).lines(), Roster(there).lines());
    EXPECT_EQ(coverage(here, kThisMarch), coverage(there, kThisMarch));
  }
  int done() const { return done_; }

 private:
  template <class T>
  const T& any(const std::vector<T>& list) {
    return list[random_.below(list.size())];
  }

  void step(const Workplace& place) {
    const std::vector<Home> homes = Roster(place).homes();
    const Home& home = any(homes);
    const std::uint64_t kind = random_.below(10);
    if (kind < 2 && home.people.size() > 1) {
      run(place, "split", home, {{"people", any(home.people).first.hex()}});
    } else if (kind < 5) {
      merge(place, home, any(homes), kind == 4);
    } else if (kind == 5 && !home.people.empty()) {
      run(place, "head", home, {{"to", any(home.people).first.hex()}});
    } else if (kind < 8) {
      const bool first = home.village == kVillages[0];
      run(place, "move", home, {{"village", kVillages[first ? 1 : 0]}});
    } else {
      take_back(place);
    }
  }
  void merge(const Workplace& place, const Home& home, const Home& other, bool same) {
    Inputs inputs{{"into", other.id.hex()}};
    if (same) inputs.push_back({"same", "是"});
    run(place, "merge", home, inputs);
  }
  // A step may be refused; then nothing happened, which is checked all the same.
  void run(const Workplace& place, std::string_view verb, const Home& home, const Inputs& inputs) {
    const auto outcome = change_household(place, verb, home.id, inputs);
    ASSERT_TRUE(outcome.ok()) << verb << ": " << outcome.error().en;
    done_ += outcome->ok() ? 1 : 0;
  }
  void take_back(const Workplace& place) {
    auto q = place.vault.database().query(
        "SELECT id FROM \"roster_change\" WHERE undone_on IS NULL ORDER BY id");
    std::vector<RowId> open;
    while (*q->step()) open.push_back(*RowId::from(q->blob(0)));
    if (open.empty()) return;
    const auto outcome = undo_change(place, "undo", any(open), {});
    ASSERT_TRUE(outcome.ok()) << outcome.error().en;
    done_ += outcome->ok() ? 1 : 0;
  }

  SimRandom random_;
  Township town_;
  SimDevice* second_ = nullptr;
  std::set<RowId> everybody_;
  int done_ = 0;
};

class RosterApart : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(RosterApart, NobodyIsLostAndBothAgree) {
  Desks desks(GetParam());
  for (int i = 0; i < kRounds && !HasFailure(); ++i) desks.round();
  EXPECT_GT(desks.done(), kRounds * kStepsEach) << "most steps were taken";
}

INSTANTIATE_TEST_SUITE_P(Seeds, RosterApart, ::testing::Range<std::uint64_t>(1, 13));

}  // namespace
}  // namespace mq::work::testing
