// The same envelopes in any order, split, doubled, through an older program: the same state_hash.
#include <algorithm>

#include "support/merge_schedule.h"
#include "vault_support.h"

namespace mq::vault {
namespace {

using mq::testing::MergeOracle;
using mq::testing::MergeSchedule;
using mq::testing::OracleEnvelope;
using mq::testing::OracleWorld;
using mq::testing::SimRandom;
using testing::Device;
using testing::kCount;
using testing::kMarks;
using testing::kNote;
using testing::kTitle;
using testing::number;
using testing::Opened;
using testing::text;

// A device that only listens.
class Listener {
 public:
  explicit Listener(const OracleWorld& world, const model::Schema& schema = testing::schema_v1(),
                    std::string path = ":memory:")
      : world_(world), device_(200, opened_, schema, std::move(path)) {}

  void hear(SimRandom& random) {
    std::set<std::size_t> held;
    while (held.size() < world_.size()) {
      const std::size_t e = random.below(world_.size());
      const auto applied =
          device_.vault->apply(device_.stream, world_[e].envelope, world_[e].transactions);
      ASSERT_TRUE(applied.ok()) << applied.error().en;
      if (*applied != Vault::Applied::kGap) held.insert(e);
    }
  }
  Hash state() { return device_.state(); }
  testing::Device& device() { return device_; }

 private:
  const OracleWorld& world_;
  Opened opened_;
  testing::Device device_;
};

TEST(VaultOrder, StateHashDependsOnTheEnvelopesAloneWithClonesAndLiars) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(cat("seed ", seed));
    const MergeSchedule schedule(seed, {});
    SimRandom random(seed);
    Listener a(schedule.world()), b(schedule.world());
    a.hear(random);
    b.hear(random);
    ASSERT_EQ(a.state(), b.state());
    ASSERT_TRUE(a.device().vault->verify()->empty());
    EXPECT_EQ(a.device().vault->conflicts()->size(), b.device().vault->conflicts()->size());
    for (unsigned k = 0; k < MergeSchedule::kRows; ++k) {
      const auto x = a.device().vault->load(kNote, MergeSchedule::row(k));
      const auto y = b.device().vault->load(kNote, MergeSchedule::row(k));
      ASSERT_EQ(x->has_value(), y->has_value());
      if (!x->has_value()) continue;
      EXPECT_EQ((*x)->deleted, (*y)->deleted);
      EXPECT_EQ((*x)->contested, (*y)->contested);
      ASSERT_EQ((*x)->cells.size(), (*y)->cells.size());
      for (std::size_t c = 0; c < (*x)->cells.size(); ++c) {
        EXPECT_EQ((*x)->cells[c].value, (*y)->cells[c].value);
        EXPECT_EQ((*x)->cells[c].values, (*y)->cells[c].values);
      }
    }
  }
}

TEST(VaultOrder, TheTablesShowWhatTheOracleSays) {
  for (std::uint64_t seed = 100; seed <= 140; ++seed) {
    SCOPED_TRACE(cat("seed ", seed));
    const MergeSchedule schedule(seed, {});
    SimRandom random(seed);
    Listener a(schedule.world());
    a.hear(random);
    std::set<int> all;
    for (std::size_t e = 0; e < schedule.world().size(); ++e) all.insert(static_cast<int>(e));
    for (unsigned k = 0; k < MergeSchedule::kRows; ++k) {
      const auto picture = MergeOracle(schedule.world(), all).picture(kNote, MergeSchedule::row(k));
      const auto row = a.device().vault->load(kNote, MergeSchedule::row(k));
      if (!row->has_value()) {
        EXPECT_TRUE(picture.empty());
        continue;
      }
      EXPECT_EQ((*row)->deleted, picture.contains("deleted"));
      const Cell* state = (*row)->cell(testing::kState);
      const std::string shown =
          state == nullptr ? "0" : std::to_string(std::get<std::int64_t>(state->value));
      const auto says = std::find_if(picture.begin(), picture.end(), [](const std::string& fact) {
        return fact.starts_with("cell 6/5 state ");
      });
      if (says != picture.end()) {
        EXPECT_EQ(*says, "cell 6/5 state " + shown);
      }
    }
  }
}

TEST(VaultOrder, AnOlderProgramKeepsUnknownEntitiesAndFieldsToTheByte) {
  const testing::TestSchema nothing(0);  // knows no entity of these schedules
  for (std::uint64_t seed = 200; seed <= 215; ++seed) {
    SCOPED_TRACE(cat("seed ", seed));
    const MergeSchedule schedule(seed, {});
    SimRandom random(seed);
    Listener now(schedule.world());
    now.hear(random);
    testing::TempFolder folder;
    Listener old(schedule.world(), nothing.get(), folder.file("v.db"));
    old.hear(random);
    EXPECT_EQ(old.state(), now.state());
    old.device().open(testing::schema_v1());
    EXPECT_EQ(old.state(), now.state());
    for (unsigned k = 0; k < MergeSchedule::kRows; ++k) {
      const auto x = now.device().vault->load(kNote, MergeSchedule::row(k));
      const auto y = old.device().vault->load(kNote, MergeSchedule::row(k));
      ASSERT_EQ(x->has_value(), y->has_value());
      if (!x->has_value()) continue;
      EXPECT_EQ((*x)->deleted, (*y)->deleted);
      EXPECT_EQ((*x)->contested, (*y)->contested);
      EXPECT_EQ((*x)->cells.size(), (*y)->cells.size());
    }
    EXPECT_TRUE(old.device().vault->verify()->empty());
  }
}

// A transaction that an older program may not read waits; after the upgrade all is as if it had
// been read at once.
TEST(VaultOrder, WhatNeedsANewerProgramWaitsAndMergesAfterTheUpgrade) {
  int waited = 0;
  for (std::uint64_t seed = 300; seed <= 360; ++seed) {
    SCOPED_TRACE(cat("seed ", seed));
    const MergeSchedule schedule(seed, {});
    OracleWorld world = schedule.world();
    SimRandom random(seed);
    for (OracleEnvelope& e : world) {
      for (model::Transaction& t : e.transactions) {
        if (random.chance(20)) t.least_reader = 2;
      }
    }
    Listener now(world, testing::schema_v2());
    now.hear(random);
    testing::TempFolder folder;
    Listener old(world, testing::schema_v1(), folder.file("v.db"));
    old.hear(random);
    waited += static_cast<int>(*old.device().vault->update_needed());
    old.device().open(testing::schema_v2());
    EXPECT_EQ(*old.device().vault->update_needed(), 0u);
    ASSERT_EQ(old.state(), now.state());
  }
  EXPECT_GT(waited, 60);
}

// The author's row took the general way, the reader's, seen for the first time, the short one.
TEST(VaultOrder, ARowSeenForTheFirstTimeIsStoredLikeItsAuthorsOwn) {
  Opened opened;
  Device author(1, opened), reader(2, opened);
  const RowId plain = author.new_row(), with_sets = author.new_row(), two = author.new_row();
  author.save({Device::set(plain, kCount, number(1)), Device::set(plain, kTitle, text("a"))});
  author.save({Device::set(with_sets, kCount, number(1)),
               Device::of(Change::Kind::kAdd, with_sets, kMarks, number(5)),
               Device::set(with_sets, kTitle, text("b"))});
  author.save({Device::of(Change::Kind::kAdd, two, kMarks, number(5)),
               Device::of(Change::Kind::kAdd, two, kMarks, number(4))});
  author.send_to(reader);
  const auto rows = [](Device& device) {
    std::vector<std::string> out;
    auto q = device.vault->database().query(
        "SELECT hex(id), count, hex(marks), title, hex(meta) FROM note ORDER BY id");
    while (*q->step()) {
      std::string row;
      for (int i = 0; i < q->columns(); ++i) row += cat(q->text(i), "|");
      out.push_back(row);
    }
    return out;
  };
  EXPECT_EQ(rows(author), rows(reader));
  EXPECT_EQ(rows(author).size(), 3u);
  EXPECT_EQ(reader.members(with_sets, kMarks).size(), 1u);
  EXPECT_EQ(author.state(), reader.state());
}

}  // namespace
}  // namespace mq::vault
