// Any envelopes, ruled in any order: the state is always that of a vault that had them so from the
// start, and a ruling that is cut off has not happened.
#include <algorithm>

#include "support/fault_vfs.h"
#include "support/merge_schedule.h"
#include "vault_support.h"

namespace mq::vault {
namespace {

using mq::testing::Faults;
using mq::testing::FaultVfs;
using mq::testing::for_each_fault;
using mq::testing::MergeSchedule;
using mq::testing::OracleEnvelope;
using mq::testing::OracleWorld;
using mq::testing::SimRandom;
using testing::Device;
using testing::kNote;
using testing::Opened;
using Standings = std::map<Hash, Standing>;

Standing any_standing(SimRandom& random) {
  return random.chance(60) ? Standing::kInForce : static_cast<Standing>(1 + random.below(2));
}

// A device that only listens, and hears of each envelope how it stands.
class Listener {
 public:
  explicit Listener(const OracleWorld& world, const model::Schema& schema = testing::schema_v1(),
                    std::string path = ":memory:")
      : world_(world), device_(200, opened_, schema, std::move(path)) {
    for (const OracleEnvelope& e : world) opened_[e.hash] = e.transactions;
  }

  void hear(SimRandom& random, const Standings& standings) {
    std::set<std::size_t> held;
    while (held.size() < world_.size()) {
      const std::size_t e = random.below(world_.size());
      const auto applied = device_.vault->apply(
          device_.stream, world_[e].envelope, world_[e].transactions, standings.at(world_[e].hash));
      ASSERT_TRUE(applied.ok()) << applied.error().en;
      if (*applied != Vault::Applied::kGap) held.insert(e);
    }
  }
  std::uint64_t rule(const Standings& standings) {
    std::vector<Vault::Verdict> verdicts;
    for (const auto& [hash, standing] : standings) verdicts.push_back({hash, standing});
    const auto open = [&](const wire::Envelope& e) -> Result<std::vector<model::Transaction>> {
      return opened_.at(e.hash());
    };
    const auto rows = device_.vault->rule(device_.stream, verdicts, open);
    EXPECT_TRUE(rows.ok()) << rows.error().en;
    return rows.ok() ? *rows : 0;
  }
  Hash state() { return device_.state(); }
  Device& device() { return device_; }
  Vault& vault() { return *device_.vault; }

 private:
  const OracleWorld& world_;
  Opened opened_;
  Device device_;
};

// What a person sees of the rows, and what the vault counts beside them.
void expect_same(Listener& a, Listener& b) {
  ASSERT_EQ(a.state(), b.state());
  EXPECT_TRUE(a.vault().verify()->empty());
  const Delivery x = *a.vault().delivery(), y = *b.vault().delivery();
  EXPECT_EQ(x.conflicts, y.conflicts);
  EXPECT_EQ(x.open_entries, y.open_entries);
  for (unsigned k = 0; k < MergeSchedule::kRows; ++k) {
    const auto left = a.vault().load(kNote, MergeSchedule::row(k));
    const auto right = b.vault().load(kNote, MergeSchedule::row(k));
    ASSERT_EQ(left->has_value(), right->has_value());
    if (!left->has_value()) continue;
    EXPECT_EQ((*left)->deleted, (*right)->deleted);
    EXPECT_EQ((*left)->contested, (*right)->contested);
    ASSERT_EQ((*left)->cells.size(), (*right)->cells.size());
    for (std::size_t c = 0; c < (*left)->cells.size(); ++c) {
      EXPECT_EQ((*left)->cells[c].value, (*right)->cells[c].value);
      EXPECT_EQ((*left)->cells[c].values, (*right)->cells[c].values);
    }
  }
}

Standings draw(const OracleWorld& world, SimRandom& random) {
  Standings out;
  for (const OracleEnvelope& e : world) out[e.hash] = any_standing(random);
  return out;
}

// Some change, some are named although they do not.
void redraw(Standings& standings, SimRandom& random) {
  for (auto& [hash, standing] : standings) {
    if (random.chance(40)) standing = any_standing(random);
  }
}

TEST(VaultStanding, RuledOutAndBackIsAsIfItHadNeverBeenMerged) {
  std::uint64_t rows = 0;
  for (std::uint64_t seed = 1; seed <= 250; ++seed) {
    SCOPED_TRACE(cat("seed ", seed));
    const MergeSchedule schedule(seed, {});
    SimRandom random(seed * 13);
    Standings standings = draw(schedule.world(), random);
    Listener ruled(schedule.world());
    ruled.hear(random, standings);
    for (int round = 0; round < 3; ++round) {
      redraw(standings, random);
      rows += ruled.rule(standings);
      EXPECT_EQ(ruled.rule(standings), 0u) << "said again, it changes nothing";
    }
    Listener from_the_start(schedule.world());
    from_the_start.hear(random, standings);
    expect_same(ruled, from_the_start);
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(rows, 500u);
}

TEST(VaultStanding, WhatANewerProgramReadsIsRuledLikeTheRest) {
  int waited = 0;
  for (std::uint64_t seed = 300; seed <= 350; ++seed) {
    SCOPED_TRACE(cat("seed ", seed));
    OracleWorld world = MergeSchedule(seed, {}).world();
    SimRandom random(seed);
    for (OracleEnvelope& e : world) {
      for (model::Transaction& t : e.transactions) t.least_reader = random.chance(20) ? 2 : 1;
    }
    Standings standings = draw(world, random);
    testing::TempFolder folder;
    Listener old(world, testing::schema_v1(), folder.file("v.db"));
    old.hear(random, standings);
    redraw(standings, random);
    old.rule(standings);
    old.device().open(testing::schema_v1());  // what it keeps in memory is read again
    redraw(standings, random);
    old.rule(standings);
    waited += static_cast<int>(*old.vault().update_needed());
    old.device().open(testing::schema_v2());
    EXPECT_EQ(*old.vault().update_needed(), 0u);
    redraw(standings, random);
    old.rule(standings);
    Listener now(world, testing::schema_v2());
    now.hear(random, standings);
    expect_same(old, now);
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(waited, 30);
}

// A vault on a disk that fails, with envelopes that all stand in force.
struct OnDisk {
  OnDisk(const OracleWorld& w, FaultVfs& d) : world(w), disk(d) {}
  const OracleWorld& world;
  FaultVfs& disk;
  testing::SimClock clock;
  SimRandom random{9};
  std::unique_ptr<Vault> vault;
  StreamIx stream = 0;

  void open() {
    vault.reset();
    VaultOptions options;
    options.path = "v.db";
    options.vfs = disk.name();
    options.schema = &testing::schema_v1();
    options.create = true;
    auto opened = Vault::open(options, clock, random);
    ASSERT_TRUE(opened.ok()) << opened.error().en;
    vault = std::move(*opened);
    StreamInfo info;
    info.id = MergeSchedule::stream();
    stream = vault->add_stream(info).value();
  }
  void fill() {
    for (std::size_t left = world.size(); left > 0;) {
      for (const OracleEnvelope& e : world) {
        const auto applied = vault->apply(stream, e.envelope, e.transactions);
        ASSERT_TRUE(applied.ok());
        left -= *applied == Vault::Applied::kMerged || *applied == Vault::Applied::kFork ? 1 : 0;
      }
    }
  }
  Result<std::uint64_t> rule_out() {
    std::vector<Vault::Verdict> verdicts;
    for (std::size_t e = 0; e < world.size(); e += 2) {
      verdicts.push_back({world[e].hash, Standing::kUndecided});
    }
    return vault->rule(stream, verdicts, [&](const wire::Envelope& envelope) {
      const auto at = std::find_if(world.begin(), world.end(), [&](const OracleEnvelope& e) {
        return e.hash == envelope.hash();
      });
      return Result<std::vector<model::Transaction>>(at->transactions);
    });
  }
  Hash state() { return vault->state_hash(stream).value(); }
};

TEST(VaultStanding, RulingIsOneCommit) {
  const MergeSchedule schedule(17, {});
  Standings standings;
  for (std::size_t e = 0; e < schedule.world().size(); ++e) {
    const Standing out = e % 2 == 0 ? Standing::kUndecided : Standing::kInForce;
    standings[schedule.world()[e].hash] = out;
  }
  SimRandom random(3);
  Listener from_the_start(schedule.world());
  from_the_start.hear(random, standings);
  const auto broken = for_each_fault([&](Faults& faults) {
    faults.pause();
    FaultVfs disk("standing-sweep", &faults);
    OnDisk home(schedule.world(), disk);
    home.open();
    home.fill();
    const Hash before = home.state();
    faults.resume();
    const bool ruled = home.rule_out().ok();
    faults.stop();
    home.vault.reset();
    disk.crash();
    home.open();
    const Hash after = home.state();
    EXPECT_TRUE(after == from_the_start.state() || (!ruled && after == before))
        << "whole or not at all; said to be done, it is";
    EXPECT_TRUE(home.vault->verify()->empty());
    ASSERT_TRUE(home.rule_out().ok());
    EXPECT_EQ(home.state(), from_the_start.state());
  });
  EXPECT_GT(broken, 3u);
}

}  // namespace
}  // namespace mq::vault
