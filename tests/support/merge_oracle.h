// MergeOracle: PROTOCOL section 2 read word by word over sets, slow and without memory.
//
// "The heads of a cell are the ops in force that no other op's context covers." It knows every
// envelope of a small world and which of them a device holds; it stores nothing in between, so it
// cannot depend on the order of arrival. For tests of the incremental form.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "mq/base/text.h"
#include "mq/model/op.h"
#include "mq/model/step.h"
#include "mq/wire/crypto.h"
#include "mq/wire/envelope.h"

namespace mq::testing {

struct OracleEnvelope {
  DeviceId device;
  std::uint32_t incarnation = 0;
  std::uint64_t seq = 0;
  int prev = -1;  // place in the world; -1 at seq 1
  std::uint64_t last_n = 0;
  Hash hash;
  wire::Envelope envelope;
  std::vector<model::Transaction> transactions;

  model::EnvelopeTag tag() const {
    return {hash.data[0], hash.data[1], hash.data[2], hash.data[3]};
  }
};
using OracleWorld = std::vector<OracleEnvelope>;

// What a removal says of the element it means, beside its dot.
inline std::array<std::uint8_t, 4> element_tag(const Bytes& value) {
  const Hash whole = wire::hash("mq/el1", {value});
  return {whole.data[0], whole.data[1], whole.data[2], whole.data[3]};
}

// One op of the world.
struct OracleOp {
  int envelope = 0;
  const model::Transaction* transaction = nullptr;
  std::uint32_t i = 0;
  const model::Op& op() const { return transaction->ops[i]; }
  std::string name() const { return cat(envelope, ".", transaction->n, ".", i); }
};

class MergeOracle {
 public:
  // trust: the wrong variant that believes entries whose envelope is not held. `out`: held, but
  // their ops are not in force.
  MergeOracle(const OracleWorld& world, std::set<int> held, bool trust = false,
              std::set<int> out = {})
      : world_(world), held_(std::move(held)), trust_(trust), out_(std::move(out)) {}

  // Everything about a row that must be equal on all devices, one fact a line, sorted.
  std::set<std::string> picture(std::uint32_t entity, const RowId& row) const {
    std::set<std::string> out;
    const std::vector<OracleOp> ops = ops_of(entity, row);
    std::vector<OracleOp> heads;
    std::set<std::pair<std::uint32_t, int>> cells;
    for (const OracleOp& x : ops) {
      if (x.op().kind != model::OpKind::kDelete) cells.insert({x.op().field, family(x.op().kind)});
    }
    for (const auto& [field, kind] : cells) picture_cell(ops, field, kind, heads, out);
    std::vector<OracleOp> deletions;
    for (const OracleOp& d : ops) {
      if (d.op().kind != model::OpKind::kDelete || superseded_delete(ops, d)) continue;
      out.insert("delete " + d.name());
      deletions.push_back(d);
    }
    const auto edits = [&](const OracleOp& h) {
      return std::none_of(deletions.begin(), deletions.end(),
                          [&](const OracleOp& d) { return d.transaction == h.transaction; });
    };
    const bool deleted = std::any_of(deletions.begin(), deletions.end(), [&](const OracleOp& d) {
      return std::all_of(heads.begin(), heads.end(),
                         [&](const OracleOp& h) { return !edits(h) || sees(d, h); });
    });
    if (deleted) out.insert("deleted");
    open_entries(ops, out);
    return out;
  }

  std::vector<OracleOp> ops_of(std::uint32_t entity, const RowId& row) const {
    std::vector<OracleOp> out;
    for (const int e : held_) {
      if (out_.contains(e)) continue;
      for (const model::Transaction& t : world_[static_cast<std::size_t>(e)].transactions) {
        for (std::uint32_t i = 0; i < t.ops.size(); ++i) {
          if (t.ops[i].entity == entity && t.ops[i].row == row) out.push_back({e, &t, i});
        }
      }
    }
    return out;
  }

 private:
  static int family(model::OpKind kind) {
    return static_cast<int>(kind == model::OpKind::kRemove ? model::OpKind::kAdd : kind);
  }
  static bool replaces(model::OpKind kind) {
    return kind != model::OpKind::kAdd && kind != model::OpKind::kRemove &&
           kind != model::OpKind::kAppend && kind != model::OpKind::kStep;
  }
  const OracleEnvelope& at(int e) const { return world_[static_cast<std::size_t>(e)]; }
  bool same_chain(const OracleEnvelope& e, const model::ContextEntry& entry) const {
    return e.device == entry.device && e.incarnation == entry.incarnation;
  }
  // a stands on the line of prev links that ends with b.
  bool on_line(int a, int b) const {
    while (b >= 0 && b != a) b = at(b).prev;
    return b == a;
  }
  int envelope_of(const model::ContextEntry& entry) const {
    for (const int e : held_) {
      if (same_chain(at(e), entry) && at(e).last_n == entry.n && at(e).tag() == entry.tag) return e;
    }
    return -1;
  }
  bool entry_covers(const model::ContextEntry& entry, const OracleOp& x) const {
    if (x.transaction->n > entry.n || !same_chain(at(x.envelope), entry)) return false;
    if (trust_) return true;
    const int end = envelope_of(entry);
    return end >= 0 && on_line(x.envelope, end);
  }
  // y's context covers x, transactions apart.
  bool sees(const OracleOp& y, const OracleOp& x) const {
    if (on_line(x.envelope, y.envelope) && x.transaction->n < y.transaction->n) return true;
    return std::any_of(y.transaction->context.begin(), y.transaction->context.end(),
                       [&](const model::ContextEntry& entry) {
                         return !same_chain(at(y.envelope), entry) && entry_covers(entry, x);
                       });
  }
  bool covers(const OracleOp& y, const OracleOp& x) const {
    if (y.transaction == x.transaction) return x.i < y.i;
    return sees(y, x);
  }
  bool superseded_delete(const std::vector<OracleOp>& ops, const OracleOp& d) const {
    return std::any_of(ops.begin(), ops.end(), [&](const OracleOp& y) {
      return y.transaction != d.transaction && sees(y, d);
    });
  }

  // (class, HLC, dot, hash)
  auto rank(const OracleOp& x) const {
    const OracleEnvelope& e = at(x.envelope);
    return std::tuple(e.device, e.incarnation, x.transaction->n, x.i, e.hash);
  }
  auto shown_rank(const OracleOp& x) const {
    return std::tuple(x.transaction->clock_class, x.transaction->hlc, rank(x));
  }
  auto taken_rank(const OracleOp& x) const {
    return std::tuple(-static_cast<int>(x.transaction->clock_class), x.transaction->hlc, rank(x));
  }

  void picture_cell(const std::vector<OracleOp>& ops, std::uint32_t field, int kind,
                    std::vector<OracleOp>& heads, std::set<std::string>& out) const {
    std::vector<OracleOp> cell;
    for (const OracleOp& x : ops) {
      if (x.op().field == field && family(x.op().kind) == kind &&
          x.op().kind != model::OpKind::kDelete) {
        cell.push_back(x);
      }
    }
    const std::string name = cat("cell ", field, "/", kind, " ");
    if (kind == static_cast<int>(model::OpKind::kAdd)) return set(cell, name, heads, out);
    std::vector<OracleOp> own;
    const bool append = kind == static_cast<int>(model::OpKind::kAppend);
    for (const OracleOp& x : cell) {
      const bool gone = std::any_of(cell.begin(), cell.end(), [&](const OracleOp& y) {
        return y.name() != x.name() && covers(y, x);
      });
      if (append || !gone) own.push_back(x);
    }
    heads.insert(heads.end(), own.begin(), own.end());
    if (kind == static_cast<int>(model::OpKind::kStep)) return steps(cell, name, out);
    for (const OracleOp& x : own) out.insert(name + "head " + x.name() + value(x));
    if (append) return;
    const auto shown = std::max_element(own.begin(), own.end(), [&](const auto& a, const auto& b) {
      return shown_rank(a) < shown_rank(b);
    });
    if (shown != own.end()) out.insert(name + "shown " + shown->name());
  }
  static std::string value(const OracleOp& x) { return " " + to_hex(x.op().value); }

  struct Named {
    DeviceId device;
    std::uint32_t incarnation = 0;
    std::uint64_t n = 0;
    std::uint32_t i = 0;
    std::array<std::uint8_t, 4> tag{};
  };
  static std::vector<Named> named(const model::Op& op) {
    std::vector<Named> out;
    ByteReader in(op.value);
    while (in.left() > 0 && !in.failed()) {
      Named d;
      d.device.data = in.array<16>();
      d.incarnation = in.integer<std::uint32_t>();
      d.n = in.varint();
      d.i = static_cast<std::uint32_t>(in.varint());
      d.tag = in.array<4>();
      out.push_back(d);
    }
    if (in.failed()) out.clear();
    return out;
  }
  void set(const std::vector<OracleOp>& cell, const std::string& name, std::vector<OracleOp>& heads,
           std::set<std::string>& out) const {
    const auto names = [&](const OracleOp& r, const OracleOp& x) {
      const std::vector<Named> dots = named(r.op());
      return std::any_of(dots.begin(), dots.end(), [&](const Named& d) {
        return d.n == x.transaction->n && d.i == x.i && d.device == at(x.envelope).device &&
               d.incarnation == at(x.envelope).incarnation && d.tag == element_tag(x.op().value);
      });
    };
    for (const OracleOp& x : cell) {
      if (x.op().kind == model::OpKind::kAdd) {
        const bool gone = std::any_of(cell.begin(), cell.end(), [&](const OracleOp& r) {
          return r.op().kind == model::OpKind::kRemove && sees(r, x) && names(r, x);
        });
        if (gone) continue;
        heads.push_back(x);
        out.insert(name + "member " + x.name() + value(x));
        continue;
      }
      for (const Named& d : named(x.op())) {
        for (const model::ContextEntry& e : x.transaction->context) {
          if (e.device != d.device || e.incarnation != d.incarnation || e.n < d.n) continue;
          if (same_chain(at(x.envelope), e) || envelope_of(e) >= 0) continue;
          out.insert(name + "tombstone " + cat(d.n, ".", d.i, " ") + to_hex(d.tag) + entry_name(e));
        }
      }
    }
  }

  void steps(const std::vector<OracleOp>& cell, const std::string& name,
             std::set<std::string>& out) const {
    std::vector<OracleOp> left = cell;
    std::uint32_t state = 0;
    for (int place = 0; !left.empty(); ++place) {
      const auto ready = [&](const OracleOp& x) {
        return std::none_of(left.begin(), left.end(), [&](const OracleOp& p) {
          return p.name() != x.name() && covers(x, p);
        });
      };
      const bool any = std::any_of(left.begin(), left.end(), ready);
      auto next = left.end();
      for (auto x = left.begin(); x != left.end(); ++x) {
        if (any && !ready(*x)) continue;
        if (next == left.end() || taken_rank(*x) < taken_rank(*next)) next = x;
      }
      const auto move = model::decode_step(next->op().value);
      const bool counted = move.ok() && move->from == state;
      if (counted) state = move->to;
      out.insert(name + cat("move ", place, " ", counted ? "counted " : "not counted ") +
                 next->name());
      left.erase(next);
    }
    out.insert(name + cat("state ", state));
  }

  static std::string entry_name(const model::ContextEntry& e) {
    return e.device.hex() + cat("/", e.incarnation, "/", e.n, "/") + to_hex(e.tag);
  }
  void open_entries(const std::vector<OracleOp>& ops, std::set<std::string>& out) const {
    for (const OracleOp& x : ops) {
      for (const model::ContextEntry& e : x.transaction->context) {
        if (same_chain(at(x.envelope), e) || envelope_of(e) >= 0) continue;
        out.insert("open " + entry_name(e));
        if (replaces(x.op().kind) && x.op().kind != model::OpKind::kDelete) {
          out.insert("open " + entry_name(e) +
                     cat(" for ", x.op().field, "/", family(x.op().kind)));
        }
      }
    }
  }

  const OracleWorld& world_;
  std::set<int> held_;
  bool trust_;
  std::set<int> out_;
};

}  // namespace mq::testing
