// Envelopes that come into force or leave it: the rows they touch are merged anew from what is
// retained, by the rule that merged them first (PROTOCOL section 2).
#include <algorithm>

#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "state.h"

namespace mq::vault {

using model::Transaction;

namespace {

using RowKey = std::pair<std::uint32_t, RowId>;

// An envelope that stands differently from now on.
struct Turn {
  std::int64_t rid = 0;
  Hash hash;
  LineIx line = 0;
  std::uint64_t seq = 0, first_n = 0, last_n = 0;
  bool own = false;
  Standing before = Standing::kInForce, after = Standing::kInForce;

  bool enters() const { return after == Standing::kInForce; }
  bool leaves() const { return before == Standing::kInForce; }
  bool merges() const { return (enters() || leaves()) && last_n >= first_n; }
};

Result<std::optional<Turn>> turn_of(Vault::State& s, StreamIx stream, const Hash& hash,
                                    Standing after) {
  MQ_TRY(sqlite::Query q,
         s.db.query("SELECT e.rid, e.line, e.seq, e.first_n, e.last_n, e.own, "
                    "coalesce(o.standing, 0) FROM mq_envelope e LEFT JOIN mq_standing o "
                    "ON o.hash = e.hash WHERE e.hash = ?1"));
  q.bind(1, hash.view());
  MQ_TRY(const bool found, q.step());
  if (!found) return std::optional<Turn>{};
  const auto number = [&](int column) { return static_cast<std::uint64_t>(q.integer(column)); };
  Turn turn{q.integer(0),
            hash,
            static_cast<LineIx>(number(1)),
            number(2),
            number(3),
            number(4),
            q.integer(5) != 0,
            static_cast<Standing>(q.integer(6)),
            after};
  const bool changes = turn.before != after && s.lines.at(turn.line).stream == stream;
  return changes ? std::optional(turn) : std::optional<Turn>{};
}

// In the order of their lines; of two verdicts on one envelope the last.
Result<std::vector<Turn>> turns_of(Vault::State& s, StreamIx stream,
                                   const std::vector<Vault::Verdict>& verdicts) {
  std::map<Hash, Standing> last;
  for (const Vault::Verdict& verdict : verdicts) last[verdict.envelope] = verdict.standing;
  std::vector<Turn> out;
  for (const auto& [hash, standing] : last) {
    MQ_TRY(const auto turn, turn_of(s, stream, hash, standing));
    if (turn) out.push_back(*turn);
  }
  std::sort(out.begin(), out.end(), [](const Turn& a, const Turn& b) {
    return std::pair(a.line, a.seq) < std::pair(b.line, b.seq);
  });
  return out;
}

// Views are rids, so what comes into force gets a new one, and all that follows it on its lines
// too: what a form had seen of a line stays a beginning of it.
Status renew_rids(Vault::State& s, StreamIx stream, const std::vector<Turn>& turns) {
  std::map<LineIx, std::uint64_t> from;  // the least seq that gets a new one
  for (const Turn& turn : turns) {
    if (turn.enters() && !turn.own) from.try_emplace(turn.line, turn.seq);  // turns are sorted
  }
  if (from.empty()) return {};
  for (const LineIx ix : s.lines.of(stream)) {  // a fork is newer than its parent
    const Line& line = s.lines.at(ix);
    const auto parent = from.find(line.parent);
    if (parent != from.end() && parent->second <= line.fork_seq) from[ix] = 0;
    const auto at = from.find(ix);
    if (at == from.end()) continue;
    std::vector<std::int64_t> rids;
    {
      MQ_TRY(sqlite::Query q, s.db.query("SELECT rid FROM mq_envelope WHERE line = ?1 AND "
                                         "seq >= ?2 AND own = 0 ORDER BY seq"));
      q.bind(1, std::int64_t{ix}).bind(2, sql(at->second));
      for (;;) {
        MQ_TRY(const bool more, q.step());
        if (!more) break;
        rids.push_back(q.integer(0));
      }
    }
    for (const std::int64_t rid : rids) {
      MQ_CHECK(s.db.run("UPDATE mq_envelope SET rid = ?2 WHERE rid = ?1", rid, ++s.token));
    }
  }
  s.foreign_token = s.token;
  return {};
}

class Remerge {
 public:
  Remerge(Vault::State& s, StreamIx stream, const Vault::Opener& open)
      : s_(s), stream_(stream), open_(open) {}

  Status take(const Turn& turn) {
    MQ_CHECK(s_.set_standing(turn.hash, turn.after));
    if (!turn.merges()) return {};
    MQ_TRY(const std::vector<Transaction> transactions, opened(turn));
    for (const Transaction& t : transactions) {
      for (const model::Op& op : t.ops) rows_.try_emplace({op.entity, op.row});
      if (turn.enters()) MQ_CHECK(enter(turn.line, t));
    }
    return turn.enters() ? Status() : forget_waiting(turn);
  }

  // After every turn was taken; returns how many rows.
  Result<std::uint64_t> run() {
    for (auto& [row, wrote] : rows_) MQ_CHECK(find_writers(row, wrote));
    for (const auto& [rid, line] : carriers_) {
      MQ_TRY(const wire::Envelope envelope, s_.envelope_at(rid));
      MQ_TRY(const std::vector<Transaction> transactions, open_(envelope));
      for (const Transaction& t : transactions) {
        if (wanted_.contains({line, t.n})) keep(line, t);
      }
    }
    for (const auto& [row, wrote] : rows_) {
      MQ_CHECK(s_.replace_row(row.first, stream_, row.second, writes_of(row, wrote)));
    }
    return rows_.size();
  }

 private:
  // A transaction as far as it touches the rows.
  struct Said {
    Stamp stamp;
    ResolvedContext seen;
    std::vector<std::pair<std::uint32_t, model::Op>> ops;
  };

  Result<std::vector<Transaction>> opened(const Turn& turn) {
    MQ_TRY(const wire::Envelope envelope, s_.envelope_at(turn.rid));
    MQ_TRY(std::vector<Transaction> transactions, open_(envelope));
    std::uint64_t n = turn.first_n;
    for (const Transaction& t : transactions) {
      if (t.n != n++) return damaged("重新合并封存件", "merging an envelope anew");
    }
    if (n != turn.last_n + 1) return damaged("重新合并封存件", "merging an envelope anew");
    return transactions;
  }

  Status enter(LineIx line, const Transaction& t) {
    s_.hlc->see(t.hlc, WallTime{s_.checkpoint.time_ms});
    s_.dirty.insert(line);
    if (t.least_reader > s_.schema.version()) return s_.keep_waiting(stream_, line, t);
    for (const model::Op& op : t.ops) rows_[{op.entity, op.row}].insert({line, t.n});
    entered_.emplace(Cover{line, t.n}, t);
    return {};
  }

  Status forget_waiting(const Turn& turn) {
    MQ_CHECK(s_.db.run("DELETE FROM mq_waiting WHERE rid BETWEEN ?1 AND ?2",
                       pending_rid(turn.line, turn.first_n), pending_rid(turn.line, turn.last_n)));
    return s_.find_waiting(turn.line);
  }

  // Those who wrote it before and stay in force; `wrote` has those that came.
  Status find_writers(const RowKey& key, std::set<Cover>& wrote) {
    for (const Cover& writer : wrote) {
      if (const auto t = entered_.find(writer); t != entered_.end()) keep(writer.line, t->second);
    }
    MQ_TRY(const OpenRow row, s_.open_row(key.first, stream_, key.second));
    if (row.rid == 0) return {};
    MQ_TRY(const std::set<Cover> before, s_.writers(row));
    for (const Cover& writer : before) {
      if (wrote.contains(writer)) continue;
      MQ_TRY(const auto carrier, s_.carrier_of(writer));
      if (carrier && !carrier->in_force) continue;
      wrote.insert(writer);
      if (carrier) {
        carriers_.emplace(carrier->rid, writer.line);
        wanted_.insert(writer);
        continue;
      }
      MQ_TRY(const auto unsealed, s_.unsealed_at(writer));
      if (unsealed) keep(writer.line, *unsealed);
    }
    return {};
  }

  void keep(LineIx line, const Transaction& t) {
    const auto [at, fresh] = said_.try_emplace({line, t.n});
    if (!fresh) return;
    Said& said = at->second;
    said.stamp = {line, t.n, t.hlc, t.clock_class};
    said.seen = resolve(StreamLines(s_.lines, stream_), line, t.n, t.context);
    for (std::uint32_t i = 0; i < t.ops.size(); ++i) {
      if (rows_.contains({t.ops[i].entity, t.ops[i].row})) said.ops.emplace_back(i, t.ops[i]);
    }
  }

  std::vector<RowWrite> writes_of(const RowKey& row, const std::set<Cover>& wrote) const {
    std::vector<RowWrite> out;
    for (const Cover& writer : wrote) {
      const auto said = said_.find(writer);
      if (said == said_.end()) continue;
      RowWrite write{said->second.stamp, said->second.seen, {}};
      for (const auto& [i, op] : said->second.ops) {
        if (RowKey{op.entity, op.row} == row) write.ops.emplace_back(i, &op);
      }
      if (!write.ops.empty()) out.push_back(std::move(write));
    }
    return out;
  }

  Vault::State& s_;
  StreamIx stream_;
  const Vault::Opener& open_;
  std::map<RowKey, std::set<Cover>> rows_;   // and the transactions in force that wrote them
  std::map<Cover, Transaction> entered_;     // that come into force
  std::map<std::int64_t, LineIx> carriers_;  // envelopes to open
  std::set<Cover> wanted_;                   // of them
  std::map<Cover, Said> said_;
};

}  // namespace

Status Vault::State::delete_row(const OpenRow& row) {
  const std::string table =
      row.table != nullptr ? model::quoted(row.table->name) : std::string("mq_unknown_row");
  MQ_CHECK(db.run(cat("DELETE FROM ", table, " WHERE rid = ?1"), row.rid));
  MQ_CHECK(db.run("DELETE FROM mq_touch WHERE entity = ?1 AND rid = ?2", row.entity, row.rid));
  MQ_CHECK(db.run("DELETE FROM mq_conflict WHERE entity = ?1 AND rid = ?2", row.entity, row.rid));
  conflict_rows -= db.changes();
  MQ_CHECK(db.run("DELETE FROM mq_open_entry WHERE stream = ?1 AND entity = ?2 AND rid = ?3",
                  row.stream, row.entity, row.rid));
  open_rows -= db.changes();
  // The next row may get this number: the index must not take it for one it has read.
  const auto at = indexed.find(row.entity);
  if (row.table == nullptr || at == indexed.end() || row.rid > at->second) return {};
  return reset_search();
}

Status Vault::State::replace_row(std::uint32_t entity, StreamIx stream_ix, const RowId& id,
                                 const std::vector<RowWrite>& wrote) {
  MQ_TRY(OpenRow row, open_row(entity, stream_ix, id));
  if (wrote.empty()) return row.rid == 0 ? Status() : delete_row(row);
  for (const MergeCell& cell : row.state.cells) row.changed.push_back(cell.key);
  row.state = merge_anew(wrote, StreamLines(lines, stream_ix));
  for (const MergeCell& cell : row.state.cells) row.changed.push_back(cell.key);
  row.state.touched = true;
  MQ_CHECK(store_row(row));
  MQ_CHECK(db.run("DELETE FROM mq_touch WHERE entity = ?1 AND rid = ?2", entity, row.rid));
  for (const RowWrite& write : wrote) {
    MQ_CHECK(db.run("INSERT INTO mq_touch(entity, rid, line, n) VALUES (?1, ?2, ?3, ?4)", entity,
                    row.rid, write.stamp.line, sql(write.stamp.n)));
    // Whose entry it is, should it turn out void.
    for (const model::ContextEntry& e : write.seen.open) {
      MQ_CHECK(
          db.run("UPDATE mq_open_entry SET line = ?8 WHERE stream = ?1 AND device = ?2 AND "
                 "incarnation = ?3 AND n = ?4 AND tag = ?5 AND entity = ?6 AND rid = ?7 AND "
                 "line = 0",
                 stream_ix, e.device.view(), e.incarnation, sql(e.n), ByteView(e.tag), entity,
                 row.rid, write.stamp.line));
    }
  }
  return {};
}

Result<std::uint64_t> Vault::rule(StreamIx stream_ix, const std::vector<Verdict>& verdicts,
                                  const Opener& open) {
  State& s = *state_;
  std::uint64_t rows = 0;
  MQ_CHECK(s.atomically([&]() -> Status {
    MQ_TRY(const std::vector<Turn> turns, turns_of(s, stream_ix, verdicts));
    if (turns.empty()) return {};
    Remerge remerge(s, stream_ix, open);
    for (const Turn& turn : turns) MQ_CHECK(remerge.take(turn));
    MQ_CHECK(s.find_undecided());
    MQ_CHECK(renew_rids(s, stream_ix, turns));
    MQ_TRY(rows, remerge.run());
    return {};
  }));
  return rows;
}

}  // namespace mq::vault
