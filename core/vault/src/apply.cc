// What comes in: placed on its line, merged, and the rows that had waited for it merged again.
#include <algorithm>

#include "fresh_merge.h"
#include "mq/base/text.h"
#include "state.h"

namespace mq::vault {

using model::Transaction;

namespace {

constexpr std::size_t kResolvedMax = 4096;

Status check_order(const std::vector<Transaction>& transactions, std::uint64_t before) {
  for (const Transaction& t : transactions) {
    if (t.n == ++before) continue;
    return Error{Code::kCorrupt,
                 cat("合并封存件:应为第 ", before, " 笔事务,却是第 ", t.n, " 笔;该件已保留,未合并"),
                 cat("merging an envelope: expected transaction ", before, ", found ", t.n,
                     "; it was not merged")};
  }
  return {};
}

void replace_cover(std::vector<Cover>& covers, const Cover& cover) {
  const auto at = std::lower_bound(covers.begin(), covers.end(), cover.line,
                                   [](const Cover& c, LineIx line) { return c.line < line; });
  if (at != covers.end() && at->line == cover.line) {
    at->n = cover.n;
  } else {
    covers.insert(at, cover);
  }
}

// StreamLines that remembers which entries are held; what is held stays held.
class CachedLines final : public Lines {
 public:
  CachedLines(const LineMap& map, StreamIx stream,
              std::map<model::ContextEntry, std::vector<Cover>>& cache)
      : plain_(map, stream), cache_(cache) {}
  ChainName chain(LineIx line) const override { return plain_.chain(line); }
  std::optional<std::vector<Cover>> resolve(const model::ContextEntry& entry) const override {
    const auto at = cache_.find(entry);
    if (at != cache_.end()) return at->second;
    auto covers = plain_.resolve(entry);
    if (covers) cache_.emplace(entry, *covers);
    return covers;
  }
  std::vector<Cover> through(LineIx line, std::uint64_t n) const override {
    return plain_.through(line, n);
  }
  bool waiting(const Cover& cover) const override { return plain_.waiting(cover); }
  std::strong_ordering compare(const Dot& a, const Dot& b) const override {
    return plain_.compare(a, b);
  }

 private:
  StreamLines plain_;
  std::map<model::ContextEntry, std::vector<Cover>>& cache_;
};

}  // namespace

ResolvedContext Vault::State::resolve_cached(StreamIx stream_ix, LineIx line, std::uint64_t n,
                                             const model::Context& context) {
  if (resolved_stream != stream_ix || resolved.size() > kResolvedMax) resolved.clear();
  resolved_stream = stream_ix;
  return resolve(CachedLines(lines, stream_ix, resolved), line, n, context);
}

Result<std::size_t> Vault::State::merge_run(const Transaction& t, std::size_t at,
                                            StreamIx stream_ix, const Stamp& stamp,
                                            const ResolvedContext& seen, bool late) {
  const std::uint32_t entity = t.ops[at].entity;
  const RowId id = t.ops[at].row;
  MQ_TRY(OpenRow row, open_row(entity, stream_ix, id));
  const StreamLines view(lines, stream_ix);
  for (; at < t.ops.size() && t.ops[at].entity == entity && t.ops[at].row == id; ++at) {
    const model::Op& op = t.ops[at];
    apply_op(row.state, {op, static_cast<std::uint32_t>(at), stamp}, seen, view, late);
    if (op.kind != model::OpKind::kDelete) row.changed.push_back({op.field, family(op.kind)});
  }
  row.stamps.push_back(stamp);
  MQ_CHECK(store_row(row));
  return at;
}

// One that waited: others may have seen more of its rows than it had.
Status Vault::State::merge_late(StreamIx stream_ix, LineIx line, const Transaction& t,
                                const ResolvedContext& seen) {
  const Stamp stamp{line, t.n, t.hlc, t.clock_class};
  for (std::size_t at = 0; at < t.ops.size();) {
    MQ_TRY(at, merge_run(t, at, stream_ix, stamp, seen, true));
  }
  return {};
}

Status Vault::State::merge_transaction(StreamIx stream_ix, LineIx line, const Transaction& t,
                                       const ResolvedContext& seen, FreshMerge& fresh,
                                       std::size_t place) {
  const Stamp stamp{line, t.n, t.hlc, t.clock_class};
  const bool settled = seen.open.empty() && seen.late.empty();
  for (std::size_t at = 0; at < t.ops.size();) {
    if (fresh.holds(t.ops[at].row)) MQ_CHECK(fresh.flush());
    if (const FreshRow* row = settled ? fresh.at(place, at) : nullptr) {
      fresh.add(*row);
      at = row->end;
    } else {
      MQ_TRY(at, merge_run(t, at, stream_ix, stamp, seen, false));
    }
  }
  return {};
}

// (entity, rid) of the rows whose entry names this envelope.
Result<std::set<std::pair<std::uint32_t, std::int64_t>>> Vault::State::waiting_rows(
    StreamIx stream_ix, const ChainName& chain, std::uint64_t from, std::uint64_t to,
    const Hash& hash) {
  std::set<std::pair<std::uint32_t, std::int64_t>> rows;
  MQ_TRY(sqlite::Query q,
         db.query("SELECT n, tag, entity, rid, line FROM mq_open_entry WHERE stream = ?1 AND "
                  "device = ?2 AND incarnation = ?3 AND n BETWEEN ?4 AND ?5"));
  q.bind(1, stream_ix).bind(2, chain.device.view()).bind(3, std::int64_t{chain.incarnation});
  q.bind(4, sql(from)).bind(5, sql(to));
  const model::EnvelopeTag tag = tag_of(hash);
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return rows;
    const bool fits = static_cast<std::uint64_t>(q.integer(0)) == to &&
                      std::equal(tag.begin(), tag.end(), q.blob(1).begin(), q.blob(1).end());
    const auto author = static_cast<LineIx>(q.integer(4));
    if (fits) {
      rows.emplace(static_cast<std::uint32_t>(q.integer(2)), q.integer(3));
    } else if (author != 0) {
      count_void(author);
    }
  }
}

Status Vault::State::keep_waiting(StreamIx stream_ix, LineIx line, const Transaction& t) {
  Line& l = lines.at(line);
  if (l.first_waiting == 0 || t.n < l.first_waiting) l.first_waiting = t.n;
  dirty.insert(line);
  return db.run("INSERT INTO mq_waiting(rid, least_reader, bytes) VALUES (?1, ?2, ?3)",
                pending_rid(line, t.n), t.least_reader, encode_transaction(stream_ix, t));
}

void Vault::State::count_void(LineIx author) {
  ++lines.at(author).void_entries;
  dirty.insert(author);
}

// The chain has reached n: rows that kept an entry for this envelope are merged again, entries that
// name another envelope than the one that stands there count against their author.
Status Vault::State::settle_entries(StreamIx stream_ix, const ChainName& chain, std::uint64_t from,
                                    std::uint64_t to, const Hash& hash) {
  if (open_rows == 0) return {};
  MQ_TRY(const auto rows, waiting_rows(stream_ix, chain, from, to, hash));
  const StreamLines view(lines, stream_ix);
  for (const auto& [entity, rid] : rows) {
    MQ_TRY(OpenRow row, open_row_at(entity, rid));
    for (const MergeCell& cell : row.state.cells) row.changed.push_back(cell.key);
    settle(row.state, view);
    MQ_CHECK(store_row(row));
  }
  return {};
}

namespace {

Result<LineIx> line_for(Vault::State& s, StreamIx stream, const ChainName& chain,
                        const LineMap::Place& place) {
  if (place.kind == LineMap::Place::Kind::kNext && place.line != 0) return place.line;
  Line line;
  line.stream = stream;
  line.chain = chain;
  line.parent = place.line;
  line.fork_seq = place.seq;
  line.fork_n = place.n;
  line.last_seq = place.seq;
  line.last_n = place.n;
  return s.new_line(std::move(line));
}

// What the author of the transaction before had seen; most often the next one's is the same.
struct LastSeen {
  const model::Context* context = nullptr;
  std::uint64_t n = 0;
  ResolvedContext resolved;
};

void look(Vault::State& s, StreamIx stream, LineIx line, const Transaction& t, LastSeen& last) {
  if (last.context == nullptr || last.n + 1 != t.n || *last.context != t.context) {
    last.resolved = s.resolve_cached(stream, line, t.n, t.context);
  } else {
    replace_cover(last.resolved.covers, {line, t.n - 1});
  }
  last.context = &t.context;
  last.n = t.n;
  for (const model::ContextEntry& e : last.resolved.open) {
    if (s.lines.is_void(stream, e)) s.count_void(line);
  }
}

Status merge_all(Vault::State& s, StreamIx stream, LineIx line,
                 const std::vector<Transaction>& transactions, const Vault::Prepared& prepared) {
  LastSeen last;
  FreshMerge fresh(s, stream, line, transactions, prepared);
  for (std::size_t i = 0; i < transactions.size(); ++i) {
    const Transaction& t = transactions[i];
    s.hlc->see(t.hlc, WallTime{s.checkpoint.time_ms});
    if (t.least_reader > s.schema.version()) {
      MQ_CHECK(s.keep_waiting(stream, line, t));
      continue;
    }
    look(s, stream, line, t, last);
    MQ_CHECK(s.merge_transaction(stream, line, t, last.resolved, fresh, i));
  }
  return fresh.flush();
}

// Takes its place, and what it says of other envelopes counts against its author if it is void; its
// ops stay out.
Status keep_out(Vault::State& s, StreamIx stream, LineIx line, const wire::Envelope& envelope,
                const std::vector<Transaction>& transactions, Standing standing) {
  LastSeen last;
  for (const Transaction& t : transactions) look(s, stream, line, t, last);
  Line& l = s.lines.at(line);
  if (standing == Standing::kUndecided && l.undecided_seq == 0) {
    l.undecided_seq = envelope.header.seq;
  }
  return s.set_standing(envelope.hash(), standing);
}

}  // namespace

Result<Vault::Applied> Vault::apply(StreamIx stream_ix, const wire::Envelope& envelope,
                                    const std::vector<Transaction>& transactions, Standing standing,
                                    const std::shared_ptr<const Prepared>& prepared) {
  State& s = *state_;
  const StreamInfo* info = s.stream(stream_ix);
  if (info == nullptr || info->id != envelope.header.stream) {
    return Error{Code::kInvalidInput, "合并封存件:它不属于这个卷宗",
                 "merging an envelope: it belongs to another stream"};
  }
  const Hash hash = envelope.hash();
  if (s.find(hash)) return Applied::kDuplicate;
  const wire::EnvelopeHeader& header = envelope.header;
  const ChainName chain{header.device, header.incarnation};
  const LineMap::Place place = s.lines.place(stream_ix, chain, header.seq, header.prev);
  if (place.kind == LineMap::Place::Kind::kGap) return Applied::kGap;
  if (place.kind == LineMap::Place::Kind::kTooMany) {
    return Error{Code::kExhausted,
                 cat("合并封存件:设备 ", header.device.hex(), " 的链已有 16 条分支"),
                 cat("merging an envelope: the chain of device ", header.device.hex(),
                     " has 16 lines already")};
  }
  MQ_CHECK(check_order(transactions, place.n));
  const std::uint64_t last_n = place.n + transactions.size();
  const bool in_force = standing == Standing::kInForce;
  const auto rows = prepared != nullptr || !in_force ? prepared : prepare(transactions);
  const Status done = s.atomically([&]() -> Status {
    MQ_TRY(const LineIx line, line_for(s, stream_ix, chain, place));
    MQ_TRY(const auto before, s.context_after(line, header.seq - 1));
    MQ_CHECK(in_force ? merge_all(s, stream_ix, line, transactions, *rows)
                      : keep_out(s, stream_ix, line, envelope, transactions, standing));
    const model::Context& running =
        transactions.empty() ? before.value_or(model::Context{}) : transactions.back().context;
    MQ_CHECK(
        s.insert_envelope(envelope, hash, s.lines.at(line), {place.n + 1, last_n, false}, running));
    return s.settle_entries(stream_ix, chain, place.n, last_n, hash);
  });
  MQ_CHECK(done);
  return place.kind == LineMap::Place::Kind::kFork ? Applied::kFork : Applied::kMerged;
}

Status Vault::State::find_waiting(LineIx ix) {
  MQ_TRY(sqlite::Query q, db.query("SELECT min(rid) FROM mq_waiting WHERE rid BETWEEN ?1 AND ?2"));
  q.bind(1, pending_rid(ix, 0)).bind(2, pending_rid(ix + 1, 0) - 1);
  MQ_TRY(const bool row, q.step());
  lines.at(ix).first_waiting =
      !row || q.is_null(0) ? 0 : static_cast<std::uint64_t>(q.integer(0) & ((1ll << 40) - 1));
  dirty.insert(ix);
  return {};
}

// After an upgrade: transactions of newer authors that this schema can read now.
Status Vault::State::interpret_waiting() {
  for (;;) {
    LineIx ix = 0;
    Transaction t;
    {
      MQ_TRY(sqlite::Query q, db.query("SELECT rid, bytes FROM mq_waiting WHERE least_reader <= ?1 "
                                       "ORDER BY rid LIMIT 1"));
      q.bind(1, std::int64_t{schema.version()});
      MQ_TRY(const bool found, q.step());
      if (!found) return {};
      ix = static_cast<LineIx>(q.integer(0) >> 40);
      MQ_TRY(t, decode_transaction(q.blob(1)));
    }
    MQ_CHECK(db.run("DELETE FROM mq_waiting WHERE rid = ?1", pending_rid(ix, t.n)));
    MQ_CHECK(find_waiting(ix));
    const StreamIx stream_ix = lines.at(ix).stream;
    const ResolvedContext seen = resolve(StreamLines(lines, stream_ix), ix, t.n, t.context);
    MQ_CHECK(merge_late(stream_ix, ix, t, seen));
  }
}

}  // namespace mq::vault
