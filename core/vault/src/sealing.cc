// Own work on its way out: what is not sealed, what was sealed, a new incarnation.
#include <algorithm>

#include "mq/base/text.h"
#include "removal.h"
#include "state.h"

namespace mq::vault {

using model::Transaction;

namespace {

Result<std::vector<Transaction>> pending(Vault::State& s, LineIx line, std::size_t bytes_max) {
  std::vector<Transaction> out;
  MQ_TRY(sqlite::Query q,
         s.db.query("SELECT bytes FROM mq_pending WHERE rid BETWEEN ?1 AND ?2 ORDER BY rid"));
  q.bind(1, pending_rid(line, 0)).bind(2, pending_rid(line + 1, 0) - 1);
  std::size_t bytes = 0;
  for (;;) {
    MQ_TRY(const bool row, q.step());
    if (!row) return out;
    bytes += q.blob(0).size();
    if (!out.empty() && bytes > bytes_max) return out;
    MQ_TRY(Transaction t, s.decode_transaction(q.blob(0)));
    out.push_back(std::move(t));
  }
}

// Sealing gives dots their env_hash, which breaks ties between the lines of a forked chain.
Status show_again(Vault::State& s, StreamIx stream, const std::vector<Transaction>& transactions) {
  std::set<std::pair<std::uint32_t, RowId>> rows;
  for (const Transaction& t : transactions) {
    for (const model::Op& op : t.ops) rows.insert({op.entity, op.row});
  }
  for (const auto& [entity, id] : rows) {
    MQ_TRY(OpenRow row, s.open_row(entity, stream, id));
    for (const MergeCell& cell : row.state.cells) row.changed.push_back(cell.key);
    MQ_CHECK(s.store_row(row));
  }
  return {};
}

}  // namespace

Result<std::vector<Vault::Unsealed>> Vault::unsealed(StreamIx stream_ix, std::size_t bytes_max) {
  std::vector<Unsealed> out;
  const LineIx line = state_->own_line(stream_ix);
  if (line == 0) return out;
  MQ_TRY(std::vector<Transaction> transactions, pending(*state_, line, bytes_max));
  for (Transaction& t : transactions) out.push_back({std::move(t)});
  return out;
}

Result<Vault::ChainEnd> Vault::own_chain(StreamIx stream_ix) {
  State& s = *state_;
  ChainEnd out;
  const LineIx own = s.own_line(stream_ix);
  if (own != 0 && s.lines.at(own).last_seq > 0) {
    const Line& line = s.lines.at(own);
    out = {line.last_seq, line.last_hash, line.last_n, {}, line.control_seq};
    MQ_TRY(auto context, s.context_after(own, line.last_seq));
    out.context = context.value_or(model::Context{});
    return out;
  }
  std::int64_t newest = 0;
  for (const LineIx ix : s.lines.of(stream_ix)) {
    const Line& line = s.lines.at(ix);
    if (!s.device || line.chain.device != *s.device || line.last_seq == 0 || ix == own) continue;
    MQ_TRY(sqlite::Query q, s.db.query("SELECT rid FROM mq_envelope WHERE hash = ?1"));
    q.bind(1, line.last_hash.view());
    MQ_TRY(const bool found, q.step());
    if (!found || q.integer(0) < newest) continue;
    newest = q.integer(0);
    out.hash = line.last_hash;
  }
  return out;
}

Status Vault::store_sealed(StreamIx stream_ix, const wire::Envelope& envelope,
                           std::uint64_t first_n, std::uint64_t last_n,
                           const model::Context& running) {
  State& s = *state_;
  return s.atomically([&]() -> Status {
    MQ_TRY(const LineIx own, s.own_line_or_new(stream_ix));
    const Line& line = s.lines.at(own);
    const wire::EnvelopeHeader& h = envelope.header;
    const bool next = h.seq == line.last_seq + 1 && (h.seq == 1 || h.prev == line.last_hash) &&
                      ChainName{h.device, h.incarnation} == line.chain &&
                      first_n == line.last_n + 1 && last_n + 1 >= first_n &&
                      last_n <= std::max(line.committed_n, line.last_n);
    if (!next) {
      return Error{Code::kConflict, "存封存件:它不接在本设备的链上",
                   "storing a sealed envelope: it does not follow this device's chain"};
    }
    const bool forked = s.lines.of(stream_ix, line.chain).size() > 1;
    std::vector<Transaction> transactions;
    if (forked) {
      MQ_TRY(transactions, pending(s, own, SIZE_MAX));
    }
    const Hash hash = envelope.hash();
    MQ_CHECK(s.insert_envelope(envelope, hash, s.lines.at(own), {first_n, last_n, true}, running));
    MQ_CHECK(s.db.run("DELETE FROM mq_pending WHERE rid BETWEEN ?1 AND ?2",
                      pending_rid(own, first_n), pending_rid(own, last_n)));
    MQ_CHECK(s.settle_entries(stream_ix, s.lines.at(own).chain, first_n - 1, last_n, hash));
    return forked ? show_again(s, stream_ix, transactions) : Status();
  });
}

namespace {

// What is not sealed moves from the line of the old incarnation to the new one.
struct Renumber {
  LineIx from = 0, to = 0;
  std::uint64_t sealed_n = 0;
  ChainName before, after;

  bool moves(const Dot& dot) const { return dot.line == from && dot.n > sealed_n; }
  void move(Dot& dot) const {
    if (moves(dot)) dot = {to, dot.n - sealed_n, dot.i};
  }

  void move(std::vector<Cover>& covers) const {
    for (std::size_t k = 0; k < covers.size(); ++k) {
      if (covers[k].line != from || covers[k].n <= sealed_n) continue;
      covers.push_back({to, covers[k].n - sealed_n});
      covers[k].n = sealed_n;
      break;
    }
    std::sort(covers.begin(), covers.end());
  }

  void move(RowState& row) const {
    for (MergeCell& cell : row.cells) {
      std::vector<std::pair<Head, Seen>> items;
      for (std::size_t k = 0; k < cell.heads.size(); ++k) {
        items.emplace_back(std::move(cell.heads[k]),
                           cell.seen.empty() ? Seen{} : std::move(cell.seen[k]));
        move(items.back().first.dot);
        move(items.back().second.covers);
      }
      std::sort(items.begin(), items.end(),
                [](const auto& a, const auto& b) { return a.first.dot < b.first.dot; });
      for (std::size_t k = 0; k < items.size(); ++k) {
        cell.heads[k] = std::move(items[k].first);
        if (!cell.seen.empty()) cell.seen[k] = std::move(items[k].second);
      }
    }
    for (DeleteHead& d : row.deletes) {
      move(d.dot);
      move(d.seen.covers);
    }
    std::sort(row.deletes.begin(), row.deletes.end(),
              [](const DeleteHead& a, const DeleteHead& b) { return a.dot < b.dot; });
  }

  // Dots of own unsealed adds that a removal names.
  void move(model::Op& op, const std::set<std::pair<std::uint64_t, std::uint32_t>>& adds) const {
    if (op.kind != model::OpKind::kRemove) return;
    auto named = decode_removal(op.value);
    if (!named) return;
    for (NamedElement& element : *named) {
      if (element.chain == before && adds.contains({element.n, element.i})) {
        element.chain = after;
        element.n -= sealed_n;
      }
    }
    std::sort(named->begin(), named->end());
    op.value = encode_removal(*named);
  }
};

Status renumber_rows(Vault::State& s, StreamIx stream, const Renumber& renumber,
                     const std::vector<Transaction>& transactions) {
  std::set<std::pair<std::uint32_t, RowId>> rows;
  for (const Transaction& t : transactions) {
    for (const model::Op& op : t.ops) rows.insert({op.entity, op.row});
  }
  for (const auto& [entity, id] : rows) {
    MQ_TRY(OpenRow row, s.open_row(entity, stream, id));
    renumber.move(row.state);
    for (const MergeCell& cell : row.state.cells) row.changed.push_back(cell.key);
    MQ_CHECK(s.store_row(row));
  }
  return s.db.run("UPDATE mq_touch SET line = ?2, n = n - ?3 WHERE line = ?1 AND n > ?3",
                  renumber.from, renumber.to, sql(renumber.sealed_n));
}

Status renumber_stream(Vault::State& s, StreamIx stream, LineIx from) {
  MQ_TRY(std::vector<Transaction> transactions, pending(s, from, SIZE_MAX));
  if (transactions.empty()) return {};
  MQ_TRY(const LineIx to, s.own_line_or_new(stream));
  const Line old = s.lines.at(from);
  const Renumber renumber{from, to, old.last_n, old.chain, s.lines.at(to).chain};
  std::set<std::pair<std::uint64_t, std::uint32_t>> adds;
  for (const Transaction& t : transactions) {
    for (std::uint32_t i = 0; i < t.ops.size(); ++i) {
      if (t.ops[i].kind == model::OpKind::kAdd) adds.insert({t.n, i});
    }
  }
  MQ_CHECK(s.db.run("DELETE FROM mq_pending WHERE rid BETWEEN ?1 AND ?2", pending_rid(from, 0),
                    pending_rid(from + 1, 0) - 1));
  MQ_CHECK(renumber_rows(s, stream, renumber, transactions));
  for (Transaction& t : transactions) {
    t.n -= old.last_n;
    for (model::Op& op : t.ops) renumber.move(op, adds);
    if (old.last_n > old.fork_n) {
      t.context.push_back(
          {old.chain.device, old.chain.incarnation, old.last_n, tag_of(old.last_hash)});
      std::sort(t.context.begin(), t.context.end());
    }
    MQ_CHECK(s.db.run("INSERT INTO mq_pending(rid, bytes) VALUES (?1, ?2)", pending_rid(to, t.n),
                      s.encode_transaction(stream, t)));
  }
  s.lines.at(from).committed_n = old.last_n;
  s.lines.at(to).committed_n = transactions.size();
  return {};
}

}  // namespace

Status Vault::start_incarnation(std::uint32_t incarnation) {
  State& s = *state_;
  if (!s.device || incarnation == s.incarnation) {
    return Error{Code::kConflict, "重新编号:没有设备编号,或编号相同",
                 "starting an incarnation: no device, or the same number"};
  }
  ByteWriter number;
  number.integer(incarnation);
  const std::uint32_t before = s.incarnation;
  return s.atomically([&]() -> Status {
    MQ_CHECK(s.set_setting("vault.incarnation", number.bytes()));
    s.incarnation = incarnation;
    for (const StreamInfo& info : s.streams) {
      const std::vector<LineIx> own = s.lines.of(info.ix, {*s.device, before});
      if (!own.empty()) MQ_CHECK(renumber_stream(s, info.ix, own.front()));
    }
    return {};
  });
}

}  // namespace mq::vault
