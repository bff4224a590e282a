// The incremental merge against the oracle, over random schedules with clones and liars.
#include <gtest/gtest.h>

#include <deque>

#include "fresh_row.h"
#include "lines.h"
#include "removal.h"
#include "row_codec.h"
#include "support/merge_oracle.h"
#include "support/merge_schedule.h"

namespace mq::vault {
namespace {

using mq::testing::MergeOracle;
using mq::testing::MergeSchedule;
using mq::testing::OracleEnvelope;
using mq::testing::OracleOp;
using mq::testing::OracleWorld;
using mq::testing::ScheduleOptions;
using mq::testing::SimRandom;

// A device without SQL: rows as blobs, envelopes by index.
class Replica final : public EnvelopeIndex {
 public:
  explicit Replica(const OracleWorld& world) : world_(world), map_(*this), lines_(map_, 1) {}

  // False: an earlier envelope of the chain is missing.
  bool receive(int e) {
    if (line_of_.contains(e)) return true;
    const OracleEnvelope& env = world_[static_cast<std::size_t>(e)];
    const ChainName chain{env.device, env.incarnation};
    const Hash prev = env.prev < 0 ? Hash{} : world_[static_cast<std::size_t>(env.prev)].hash;
    const LineMap::Place place = map_.place(1, chain, env.seq, prev);
    if (place.kind == LineMap::Place::Kind::kGap) return false;
    EXPECT_NE(place.kind, LineMap::Place::Kind::kTooMany);
    LineIx ix = place.line;
    if (place.kind == LineMap::Place::Kind::kFork || place.line == 0) {
      Line fresh;
      fresh.stream = 1;
      fresh.chain = chain;
      fresh.parent = place.line;
      fresh.fork_seq = place.seq;
      fresh.fork_n = place.n;
      fresh.last_n = place.n;
      ix = map_.add(fresh).ix;
    }
    line_of_[e] = ix;
    for (const model::Transaction& t : env.transactions) merge(ix, t);
    Line& line = map_.at(ix);
    line.last_seq = env.seq;
    line.last_n = env.last_n;
    line.last_hash = env.hash;
    for (auto& [key, blob] : rows_) {
      auto row = decode_row(blob);
      EXPECT_TRUE(row.ok());
      settle(*row, lines_);
      prune(*row, lines_);
      blob = encode_row(*row);
    }
    return true;
  }

  std::set<std::string> picture(const RowId& id) const {
    const auto at = rows_.find(id);
    if (at == rows_.end()) return {};
    const auto row = decode_row(at->second);
    EXPECT_TRUE(row.ok());
    return picture(*row);
  }

  // The row merged anew from what is held, without the ops of `out`, its writes in any order.
  std::set<std::string> picture_anew(const RowId& id, const std::set<int>& out,
                                     SimRandom& random) const {
    std::vector<RowWrite> writes;
    for (const auto& [e, ix] : line_of_) {
      if (out.contains(e)) continue;
      for (const model::Transaction& t : world_[static_cast<std::size_t>(e)].transactions) {
        RowWrite write{{ix, t.n, t.hlc, t.clock_class}, resolve(lines_, ix, t.n, t.context), {}};
        for (std::uint32_t i = 0; i < t.ops.size(); ++i) {
          if (t.ops[i].row == id) write.ops.emplace_back(i, &t.ops[i]);
        }
        const auto at = static_cast<std::ptrdiff_t>(random.below(writes.size() + 1));
        if (!write.ops.empty()) writes.insert(writes.begin() + at, std::move(write));
      }
    }
    RowState row = merge_anew(writes, lines_);
    prune(row, lines_);
    EXPECT_EQ(*decode_row(encode_row(row)), row);
    return picture(row);
  }

  std::set<std::string> picture(const RowState& merged) const {
    std::set<std::string> out;
    const RowState* row = &merged;
    for (const MergeCell& cell : row->cells) picture(cell, out);
    for (const DeleteHead& d : row->deletes) out.insert("delete " + name(d.dot));
    if (is_deleted(*row)) out.insert("deleted");
    for (const OpenEntry& open : row->open) {
      out.insert("open " + name(open.entry));
      for (const CellKey& key : open.cells) {
        out.insert("open " + name(open.entry) +
                   cat(" for ", key.field, "/", static_cast<int>(key.kind)));
      }
    }
    return out;
  }

  std::optional<Held> find(const Hash& envelope) const override {
    for (const auto& [e, line] : line_of_) {
      const OracleEnvelope& env = world_[static_cast<std::size_t>(e)];
      if (env.hash == envelope) return Held{line, env.seq, env.last_n};
    }
    return std::nullopt;
  }
  std::vector<Hash> ending_at(LineIx line, std::uint64_t n) const override {
    std::vector<Hash> out;
    for (const auto& [e, ix] : line_of_) {
      const OracleEnvelope& env = world_[static_cast<std::size_t>(e)];
      if (ix == line && env.last_n == n) out.push_back(env.hash);
    }
    return out;
  }
  Hash carrying(LineIx line, std::uint64_t n) const override {
    const int e = envelope_with(line, n);
    return e < 0 ? Hash{} : world_[static_cast<std::size_t>(e)].hash;
  }

 private:
  int envelope_with(LineIx line, std::uint64_t n) const {
    for (const auto& [e, ix] : line_of_) {
      for (const auto& t : world_[static_cast<std::size_t>(e)].transactions) {
        if (ix == line && t.n == n) return e;
      }
    }
    return -1;
  }
  std::string name(const Dot& dot) const {
    return cat(envelope_with(dot.line, dot.n), ".", dot.n, ".", dot.i);
  }
  static std::string name(const model::ContextEntry& e) {
    return e.device.hex() + cat("/", e.incarnation, "/", e.n, "/") + to_hex(e.tag);
  }

  void picture(const MergeCell& cell, std::set<std::string>& out) const {
    const std::string key = cat("cell ", cell.key.field, "/", static_cast<int>(cell.key.kind), " ");
    for (const Tombstone& t : cell.tombstones) {
      out.insert(key + "tombstone " + cat(t.n, ".", t.i, " ") + to_hex(t.tag) + name(t.entry));
    }
    if (cell.key.kind == model::OpKind::kStep) {
      const Replay played = replay(cell, lines_);
      for (std::size_t k = 0; k < played.order.size(); ++k) {
        const std::size_t head = played.order[k];
        out.insert(key + cat("move ", k, " ", played.counted[head] ? "counted " : "not counted ") +
                   name(cell.heads[head].dot));
      }
      out.insert(key + cat("state ", played.state));
      return;
    }
    const bool set = cell.key.kind == model::OpKind::kAdd;
    for (const Head& h : cell.heads) {
      out.insert(key + (set ? "member " : "head ") + name(h.dot) + " " + to_hex(h.value));
    }
    if (set || cell.key.kind == model::OpKind::kAppend || cell.heads.empty()) return;
    out.insert(key + "shown " + name(cell.heads[shown_head(cell, lines_)].dot));
  }

  void merge(LineIx ix, const model::Transaction& t) {
    const ResolvedContext seen = resolve(lines_, ix, t.n, t.context);
    const Stamp stamp{ix, t.n, t.hlc, t.clock_class};
    for (std::uint32_t i = 0; i < t.ops.size(); ++i) {
      RowState row;
      auto& blob = rows_[t.ops[i].row];
      if (!blob.empty()) row = *decode_row(blob);
      apply_op(row, {t.ops[i], i, stamp}, seen, lines_);
      prune(row, lines_);
      blob = encode_row(row);
      EXPECT_EQ(*decode_row(blob), row);
    }
  }

  const OracleWorld& world_;
  LineMap map_;
  StreamLines lines_;
  std::map<int, LineIx> line_of_;
  std::map<RowId, Bytes> rows_;
};

// Any order, duplicates, gaps tried again; `each` after every envelope that was taken.
template <class Each>
void deliver(Replica& replica, const OracleWorld& world, SimRandom& random, const Each& each) {
  std::set<int> held;
  while (held.size() < world.size()) {
    const int e = static_cast<int>(random.below(world.size()));
    const bool known = held.contains(e);
    if (!replica.receive(e) || known) continue;
    held.insert(e);
    each(held);
  }
}

void expect_equal(const Replica& replica, const MergeOracle& oracle) {
  for (unsigned k = 0; k < MergeSchedule::kRows; ++k) {
    const RowId row = MergeSchedule::row(k);
    ASSERT_EQ(replica.picture(row), oracle.picture(MergeSchedule::kEntity, row));
  }
}

TEST(Merge, EqualsTheOracleForEveryOrderOfArrivalWithClonesAndLiars) {
  for (std::uint64_t seed = 1; seed <= 2200; ++seed) {
    SCOPED_TRACE(cat("seed ", seed));
    const MergeSchedule schedule(seed, {});
    const OracleWorld& world = schedule.world();
    SimRandom random(seed * 77);
    for (int order = 0; order < 2; ++order) {
      Replica replica(world);
      deliver(replica, world, random, [&](const std::set<int>& held) {
        if (random.chance(25) || held.size() == world.size()) {
          expect_equal(replica, MergeOracle(world, held));
        }
      });
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
}

// Any part of the envelopes held, any part of those out of force.
TEST(Merge, ARowMergedAnewEqualsTheOracleWhateverIsOutOfForce) {
  for (std::uint64_t seed = 1; seed <= 2200; ++seed) {
    SCOPED_TRACE(cat("seed ", seed));
    const MergeSchedule schedule(seed, {});
    const OracleWorld& world = schedule.world();
    SimRandom random(seed * 91);
    Replica replica(world);
    std::set<int> held, out;
    const std::uint64_t tries = 1 + random.below(2 * world.size() + 1);
    for (std::uint64_t k = 0; k < tries; ++k) {
      const int e = static_cast<int>(random.below(world.size()));
      if (!replica.receive(e)) continue;
      held.insert(e);
      if (random.chance(35)) out.insert(e);
    }
    const MergeOracle oracle(world, held, false, out);
    for (unsigned k = 0; k < MergeSchedule::kRows; ++k) {
      const RowId row = MergeSchedule::row(k);
      ASSERT_EQ(replica.picture_anew(row, out, random),
                oracle.picture(MergeSchedule::kEntity, row));
    }
  }
}

OracleEnvelope first_of(std::uint8_t device, model::Op op, model::Context context) {
  model::Transaction t;
  t.n = 1;
  t.hlc = Hlc::of(1000 + device);
  t.context = std::move(context);
  op.entity = MergeSchedule::kEntity;
  op.row = MergeSchedule::row(0);
  op.field = 4;
  t.ops.push_back(std::move(op));
  OracleEnvelope e;
  e.device.data[0] = device;
  e.incarnation = 1;
  e.seq = e.last_n = 1;
  e.transactions.push_back(std::move(t));
  return e;
}

// Two homes that go on from one copy write different elements under one dot; somebody who holds
// both takes one of them out.
TEST(Merge, ARemovalTakesOnlyTheElementItMeansWhereClonesShareADot) {
  OracleWorld world;
  model::Context both;
  for (const std::uint8_t element : {7, 8}) {
    const int e = place(world, first_of(1, {model::OpKind::kAdd, 0, {}, 0, {element}}, {}),
                        MergeSchedule::stream());
    const OracleEnvelope& placed = world[static_cast<std::size_t>(e)];
    both.push_back({placed.device, 1, 1, placed.tag()});
  }
  std::sort(both.begin(), both.end());
  const Bytes named = encode_removal({{{world[0].device, 1}, 1, 0, element_tag({{7}})}});
  place(world, first_of(2, {model::OpKind::kRemove, 0, {}, 0, named}, both),
        MergeSchedule::stream());
  std::vector<int> order{0, 1, 2};
  do {
    Replica replica(world);
    for (const int e : order) ASSERT_TRUE(replica.receive(e));
    expect_equal(replica, MergeOracle(world, {0, 1, 2}));
    EXPECT_EQ(replica.picture(MergeSchedule::row(0)),
              (std::set<std::string>{"cell 4/2 member 1.1.0 08"}));
  } while (std::next_permutation(order.begin(), order.end()));
}

// The values that stand although no one who had seen them wrote again.
std::set<std::string> standing(const OracleWorld& world, bool trust) {
  std::set<int> all;
  for (std::size_t e = 0; e < world.size(); ++e) all.insert(static_cast<int>(e));
  std::set<std::string> out;
  for (unsigned k = 0; k < MergeSchedule::kRows; ++k) {
    for (const std::string& fact :
         MergeOracle(world, all, trust).picture(MergeSchedule::kEntity, MergeSchedule::row(k))) {
      if (fact.find(" head ") != std::string::npos) out.insert(cat(k, " ", fact));
    }
  }
  return out;
}

bool loses(const std::set<std::string>& right, const std::set<std::string>& wrong) {
  return !std::includes(wrong.begin(), wrong.end(), right.begin(), right.end());
}

TEST(Merge, ContextTakenAtSealingWouldLoseValues) {
  int lost = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    ScheduleOptions options;
    options.liars = options.clones = false;
    const MergeSchedule right(seed, options);
    options.context_at_sealing = true;
    const MergeSchedule wrong(seed, options);
    if (loses(standing(right.world(), false), standing(wrong.world(), false))) ++lost;
  }
  EXPECT_GT(lost, 30);
}

TEST(Merge, TrustingContextsOfEnvelopesNotHeldWouldLoseValues) {
  int lost = 0, honest = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const MergeSchedule schedule(seed, {});
    if (loses(standing(schedule.world(), false), standing(schedule.world(), true))) ++lost;
    ScheduleOptions options;
    options.liars = options.clones = false;
    const MergeSchedule plain(seed, options);
    if (loses(standing(plain.world(), false), standing(plain.world(), true))) ++honest;
  }
  EXPECT_GT(lost, 20);
  EXPECT_EQ(honest, 0) << "without a clone or a liar the two rules agree";
}

TEST(RowCodec, DamagedBytesGiveCorruptAndNeverCrash) {
  const MergeSchedule schedule(5, {});
  SimRandom random(9);
  RowState row;
  for (std::uint32_t f = 1; f < 8; ++f) {
    row.cell_or_new({f, model::OpKind::kRegister})
        .heads.push_back({{1, 4, f}, Hlc::of(5), {}, f > 3 ? Bytes{} : Bytes{9}, f > 3});
  }
  row.open.push_back({{DeviceId{}, 1, 2, {1, 2, 3, 4}}, {{1, model::OpKind::kRegister}}});
  const Bytes whole = encode_row(row);
  ASSERT_EQ(*decode_row(whole), row);
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    const auto damaged = decode_row(ByteView(whole).first(cut));
    ASSERT_FALSE(damaged.ok());
    EXPECT_EQ(damaged.error().code, Code::kCorrupt);
  }
  for (int k = 0; k < 20'000; ++k) {
    Bytes bytes = whole;
    bytes[random.below(bytes.size())] = static_cast<std::uint8_t>(random.below(256));
    (void)decode_row(bytes);
  }
}

TEST(RowCodec, TheShortWayOfAFreshRowWritesTheSameBytes) {
  SimRandom random(4);
  for (int round = 0; round < 300; ++round) {
    RowState row;
    std::vector<FreshValue> values;
    std::deque<Bytes> members;
    const Stamp stamp{static_cast<LineIx>(1 + random.below(400)), 1 + random.below(100'000),
                      Hlc{random.next()}, static_cast<ClockClass>(random.below(3))};
    std::uint32_t field = 0, place = 0;
    for (std::uint64_t k = 1 + random.below(12); k > 0; --k) {
      field += static_cast<std::uint32_t>(1 + random.below(3) * random.below(200));
      place += static_cast<std::uint32_t>(random.below(3));
      const bool set = random.chance(25);
      const CellKey key{field, set                 ? model::OpKind::kAdd
                               : random.chance(30) ? model::OpKind::kText
                                                   : model::OpKind::kRegister};
      row.cell_or_new(key).heads.push_back(
          {{stamp.line, stamp.n, place},
           stamp.hlc,
           stamp.clock_class,
           set ? members.emplace_back(random.below(30), 7) : Bytes{},
           !set});
      values.push_back({{key, place, set ? &members.back() : nullptr}, 0, {}});
    }
    const Bytes bytes = encode_fresh_row(stamp, values);
    ASSERT_EQ(bytes, encode_row(row));
    EXPECT_EQ(only_stamp(bytes), stamp);
  }
}

TEST(RowCodec, OneStampIsReadAloneOnlyWhereItIsAHeads) {
  const Stamp first{3, 1, Hlc{10}, ClockClass::kWall}, second{3, 2, Hlc{20}, ClockClass::kWall};
  const auto head = [](const Stamp& s) {
    return Head{{s.line, s.n, 0}, s.hlc, s.clock_class, {}, true};
  };
  RowState row;
  EXPECT_FALSE(only_stamp(encode_row(row)).has_value());
  row.deletes.push_back({{first.line, first.n, 0}, first.hlc, first.clock_class, {}});
  EXPECT_FALSE(only_stamp(encode_row(row)).has_value()) << "a deletion's";
  row.deletes.clear();
  row.cell_or_new({1, model::OpKind::kRegister}).heads = {head(first)};
  EXPECT_EQ(only_stamp(encode_row(row)), first);
  row.cell_or_new({2, model::OpKind::kRegister}).heads = {head(second)};
  EXPECT_FALSE(only_stamp(encode_row(row)).has_value()) << "two stamps";
}

TEST(RowCodec, AFreshRowOfSixteenFieldsTakesFewBytes) {
  RowState row;
  for (std::uint32_t f = 1; f <= 16; ++f) {
    row.cell_or_new({f, model::OpKind::kRegister})
        .heads.push_back({{3, 1234, f - 1}, Hlc::of(1'772'668'800'000), {}, {}, true});
  }
  EXPECT_LE(encode_row(row).size(), 32u);
}

}  // namespace
}  // namespace mq::vault
