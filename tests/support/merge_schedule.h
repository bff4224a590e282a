// MergeSchedule: a small world of devices that write, copy, clone and lie, from one seed.
//
// It makes envelopes with the contexts an author would give them; who receives what in which order
// is the test's affair. For tests only.
#pragma once

#include <set>
#include <vector>

#include "mq/wire/envelope.h"
#include "support/merge_oracle.h"
#include "support/sim_random.h"

namespace mq::testing {

struct ScheduleOptions {
  int steps = 40;
  bool clones = true;
  bool liars = true;
  bool context_at_sealing =
      false;  // the wrong variant: what was seen when the form had long been loaded
};

// Gives it a header, a hash and its place in the world.
inline int place(OracleWorld& world, OracleEnvelope e, const StreamId& stream) {
  ByteWriter content;
  content.varint(world.size());
  wire::Envelope& envelope = e.envelope;
  envelope.header.stream = stream;
  envelope.header.device = e.device;
  envelope.header.incarnation = e.incarnation;
  envelope.header.seq = e.seq;
  if (e.prev >= 0) envelope.header.prev = world[static_cast<std::size_t>(e.prev)].hash;
  envelope.ct = content.take();
  envelope.ct.resize(64);
  envelope.header.ct_bytes = static_cast<std::uint32_t>(envelope.ct.size());
  envelope.ct_hash = wire::ciphertext_hash(envelope.ct);
  e.hash = envelope.hash();
  world.push_back(std::move(e));
  return static_cast<int>(world.size()) - 1;
}

class MergeSchedule {
 public:
  MergeSchedule(std::uint64_t seed, ScheduleOptions options) : options_(options), random_(seed) {
    const std::size_t count = 2 + random_.below(3);
    for (std::size_t k = 0; k < count; ++k) {
      Author a;
      a.device.data[0] = static_cast<std::uint8_t>(k + 1);
      a.incarnation = 1;
      a.liar = options.liars && random_.chance(30);
      a.clock = static_cast<std::int64_t>(random_.below(50));
      authors_.push_back(std::move(a));
    }
    for (int k = 0; k < options.steps; ++k) step();
    for (Author& a : authors_) seal(a);
  }

  const OracleWorld& world() const { return world_; }
  bool cloned() const { return authors_.size() > 5 || cloned_; }
  static RowId row(unsigned k) {
    RowId id;
    id.data[15] = static_cast<std::uint8_t>(k + 1);
    return id;
  }
  static StreamId stream() {
    StreamId id;
    id.data[0] = 0x51;
    return id;
  }
  static constexpr unsigned kRows = 2;
  static constexpr std::uint32_t kEntity = 7;

 private:
  struct Author {
    DeviceId device;
    std::uint32_t incarnation = 1;
    bool liar = false;
    std::int64_t clock = 0;
    std::vector<int> held;  // in order of arrival
    int tip = -1;           // own last envelope of this incarnation
    std::uint64_t seq = 0, n = 0;
    std::vector<model::Transaction> pending;
    std::size_t view = 0;  // held[0, view) had come when the form was loaded
  };

  void step() {
    Author& a = authors_[random_.below(authors_.size())];
    const std::uint64_t what = random_.below(100);
    if (what < 40) return write(a);
    if (what < 60) return seal(a);
    if (what < 85) return receive(a);
    if (what < 92) {
      a.view = a.held.size();
      return;
    }
    if (what < 95) return reincarnate(a);
    if (options_.clones && authors_.size() < 8) {
      cloned_ = true;
      const Author copy = a;
      authors_.push_back(copy);
    }
  }

  void reincarnate(Author& a) {
    seal(a);
    if (a.seq == 0) return;
    a.incarnation = static_cast<std::uint32_t>(2 + world_.size() * 10 + random_.below(10));
    a.tip = -1;
    a.seq = a.n = 0;
    a.view = a.held.size();
  }

  void receive(Author& a) {
    for (int tries = 0; tries < 4 && !world_.empty(); ++tries) {
      const int e = static_cast<int>(random_.below(world_.size()));
      const bool known = std::find(a.held.begin(), a.held.end(), e) != a.held.end();
      const int prev = world_[static_cast<std::size_t>(e)].prev;
      const bool next = prev < 0 || std::find(a.held.begin(), a.held.end(), prev) != a.held.end();
      if (!known && next) a.held.push_back(e);
    }
    if (random_.chance(60)) a.view = a.held.size();
  }

  model::Context context(const Author& a, std::size_t view) {
    std::set<model::ContextEntry> entries;
    const std::set<int> seen(a.held.begin(), a.held.begin() + static_cast<std::ptrdiff_t>(view));
    for (const int e : seen) {
      const OracleEnvelope& env = world_[static_cast<std::size_t>(e)];
      if (env.device == a.device && env.incarnation == a.incarnation) continue;
      const bool tip = std::none_of(seen.begin(), seen.end(), [&](int later) {
        return world_[static_cast<std::size_t>(later)].prev == e;
      });
      if (tip && env.last_n > 0)
        entries.insert({env.device, env.incarnation, env.last_n, env.tag()});
    }
    if (a.liar && !world_.empty() && random_.chance(40)) lie(a, entries);
    return {entries.begin(), entries.end()};
  }

  void lie(const Author& a, std::set<model::ContextEntry>& entries) {
    const OracleEnvelope& env = world_[random_.below(world_.size())];
    model::ContextEntry entry{env.device, env.incarnation, env.last_n, env.tag()};
    if (random_.chance(30)) entry.tag[0] ^= 0x55;
    if (random_.chance(30)) entry.n += random_.below(3);
    if (random_.chance(10)) entry = {a.device, a.incarnation, a.n + 2, env.tag()};
    if (entry.n > 0) entries.insert(entry);
  }

  void write(Author& a) {
    model::Transaction t;
    t.n = ++a.n;
    a.clock += static_cast<std::int64_t>(random_.below(3));
    t.hlc = Hlc::of(1000 + a.clock, static_cast<std::uint16_t>(t.n));
    t.clock_class = static_cast<ClockClass>(random_.below(3));
    t.context = context(a, a.view);
    const std::uint64_t ops = random_.below(4);
    for (std::uint64_t k = 0; k < ops; ++k) t.ops.push_back(make_op(a));
    a.pending.push_back(std::move(t));
  }

  model::Op make_op(const Author& a) {
    using model::OpKind;
    model::Op op;
    op.entity = kEntity;
    op.row = row(static_cast<unsigned>(random_.below(kRows)));
    op.value = {static_cast<std::uint8_t>(1 + random_.below(4))};
    const std::uint64_t what = random_.below(20);
    op.field = what < 3 ? 1 : what < 6 ? 2 : what < 9 ? 3 : what < 14 ? 4 : what < 15 ? 5 : 6;
    op.kind = op.field == 3 ? OpKind::kText : op.field == 5 ? OpKind::kAppend : OpKind::kRegister;
    if (op.field == 4) op.kind = OpKind::kAdd;
    if (what >= 12 && what < 14) remove(a, op);
    if (op.field == 6) {
      op.kind = OpKind::kStep;
      model::Step move;
      move.from = static_cast<std::uint32_t>(random_.below(3));
      move.to = static_cast<std::uint32_t>(random_.below(3));
      op.value = model::encode_step(move);
    }
    if (what == 18) op = {OpKind::kDelete, op.entity, op.row, 0, {}};
    if (what == 19) op = {static_cast<OpKind>(77), op.entity, op.row, 9, {5, 5}};
    return op;
  }

  // Names adds of what has been seen; a liar names others too.
  void remove(const Author& a, model::Op& op) {
    std::set<std::tuple<DeviceId, std::uint32_t, std::uint64_t, std::uint32_t,
                        std::array<std::uint8_t, 4>>>
        elements;
    const auto take = [&](const DeviceId& device, std::uint32_t incarnation,
                          const model::Transaction& t) {
      for (std::uint32_t i = 0; i < t.ops.size(); ++i) {
        const bool add = t.ops[i].kind == model::OpKind::kAdd && t.ops[i].row == op.row;
        if (add && random_.chance(70)) {
          elements.insert({device, incarnation, t.n, i, element_tag(t.ops[i].value)});
        }
      }
    };
    for (std::size_t e = 0; e < world_.size(); ++e) {
      const bool seen =
          std::find(a.held.begin(), a.held.begin() + static_cast<std::ptrdiff_t>(a.view),
                    static_cast<int>(e)) != a.held.begin() + static_cast<std::ptrdiff_t>(a.view);
      if (!seen && !(a.liar && random_.chance(30))) continue;
      for (const auto& t : world_[e].transactions) take(world_[e].device, world_[e].incarnation, t);
    }
    for (const auto& t : a.pending) take(a.device, a.incarnation, t);
    op.kind = model::OpKind::kRemove;
    ByteWriter out;
    for (const auto& [device, incarnation, n, i, tag] : elements) {
      out.raw(device.view());
      out.integer(incarnation);
      out.varint(n);
      out.varint(i);
      out.raw(tag);
    }
    op.value = out.take();
  }

  void seal(Author& a) {
    if (a.pending.empty() && !random_.chance(5)) return;
    OracleEnvelope e;
    e.device = a.device;
    e.incarnation = a.incarnation;
    e.seq = ++a.seq;
    e.prev = a.tip;
    e.last_n = a.n;
    e.transactions = std::move(a.pending);
    a.pending.clear();
    if (options_.context_at_sealing) {
      for (auto& t : e.transactions) t.context = context(a, a.held.size());
    }
    a.tip = place(world_, std::move(e), stream());
    a.held.push_back(a.tip);
  }

  ScheduleOptions options_;
  SimRandom random_;
  std::vector<Author> authors_;
  OracleWorld world_;
  bool cloned_ = false;
};

}  // namespace mq::testing
