// Chain lines and envelopes in the database; contexts and transactions as kept there.
#include <algorithm>

#include "mq/base/text.h"
#include "row_codec.h"
#include "state.h"

namespace mq::vault {

using model::Context;
using model::ContextEntry;
using model::Transaction;

std::optional<EnvelopeIndex::Held> Vault::State::find(const Hash& envelope) const {
  auto q = database().query("SELECT line, seq, last_n FROM mq_envelope WHERE hash = ?1");
  if (!q.ok()) return std::nullopt;
  q->bind(1, envelope.view());
  const auto row = q->step();
  if (!row.ok() || !*row) return std::nullopt;
  return Held{static_cast<LineIx>(q->integer(0)), static_cast<std::uint64_t>(q->integer(1)),
              static_cast<std::uint64_t>(q->integer(2))};
}

std::vector<Hash> Vault::State::ending_at(LineIx line, std::uint64_t n) const {
  std::vector<Hash> out;
  auto q =
      database().query("SELECT hash FROM mq_envelope WHERE line = ?1 AND last_n = ?2 ORDER BY seq");
  if (!q.ok()) return out;
  q->bind(1, std::int64_t{line}).bind(2, sql(n));
  for (auto row = q->step(); row.ok() && *row; row = q->step()) {
    if (const auto hash = Hash::from(q->blob(0))) out.push_back(*hash);
  }
  return out;
}

Hash Vault::State::carrying(LineIx line, std::uint64_t n) const {
  auto q = database().query(
      "SELECT hash FROM mq_envelope WHERE line = ?1 AND last_n >= ?2 ORDER BY last_n, seq LIMIT 1");
  if (!q.ok()) return {};
  q->bind(1, std::int64_t{line}).bind(2, sql(n));
  const auto row = q->step();
  if (!row.ok() || !*row) return {};
  return Hash::from(q->blob(0)).value_or(Hash{});
}

Hash Vault::State::hash_at(LineIx line, std::uint64_t n, std::uint64_t seq) const {
  auto q =
      database().query("SELECT hash FROM mq_envelope WHERE line = ?1 AND last_n = ?2 AND seq = ?3");
  if (!q.ok()) return {};
  q->bind(1, std::int64_t{line}).bind(2, sql(n)).bind(3, sql(seq));
  const auto row = q->step();
  if (!row.ok() || !*row) return {};
  return Hash::from(q->blob(0)).value_or(Hash{});
}

LineIx Vault::State::own_line(StreamIx stream_ix) const {
  if (!device) return 0;
  const std::vector<LineIx>& own = lines.of(stream_ix, {*device, incarnation});
  return own.empty() ? 0 : own.front();
}

Result<LineIx> Vault::State::own_line_or_new(StreamIx stream_ix) {
  if (!device) {
    return Error{Code::kConflict, "保存:本设备还没有编号,请先创建或加入乡镇",
                 "saving: this device has no identity yet, found or join a township first"};
  }
  if (const LineIx own = own_line(stream_ix); own != 0) return own;
  Line line;
  line.stream = stream_ix;
  line.chain = {*device, incarnation};
  return new_line(std::move(line));
}

Result<LineIx> Vault::State::new_line(Line line) {
  const Line& l = lines.add(std::move(line));
  MQ_CHECK(
      db.run("INSERT INTO mq_line(ix, stream, device, incarnation, parent, fork_seq, fork_n, "
             "last_seq, last_n, last_hash, control_seq, first_waiting, void_entries, hlc) "
             "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, 0, 0)",
             l.ix, l.stream, l.chain.device.view(), l.chain.incarnation, l.parent, sql(l.fork_seq),
             sql(l.fork_n), sql(l.last_seq), sql(l.last_n), l.last_hash.view(), l.control_seq));
  return l.ix;
}

namespace {

// The last envelope that had come and can be named, as (n, hash). What waits for a decision is not
// named even if it carries no transaction: who does not hold it could never resolve the entry.
Result<std::optional<std::pair<std::uint64_t, Hash>>> last_seen(Vault::State& s, const Line& l,
                                                                View seen) {
  std::optional<std::pair<std::uint64_t, Hash>> out;
  MQ_TRY(sqlite::Query q,
         s.db.query("SELECT last_n, hash FROM mq_envelope WHERE line = ?1 AND last_n > ?2 AND "
                    "last_n < ?3 AND seq < ?4 AND (rid <= ?5 OR own = 1) "
                    "ORDER BY last_n DESC, seq DESC LIMIT 1"));
  q.bind(1, std::int64_t{l.ix}).bind(2, sql(l.fork_n));
  q.bind(3, sql(l.first_waiting == 0 ? l.last_n + 1 : l.first_waiting));
  q.bind(4, sql(l.undecided_seq == 0 ? l.last_seq + 1 : l.undecided_seq)).bind(5, seen.token);
  MQ_TRY(const bool found, q.step());
  if (!found) return out;
  const auto hash = Hash::from(q.blob(1));
  if (!hash) return damaged("读取封存件目录", "reading the envelope index");
  out.emplace(static_cast<std::uint64_t>(q.integer(0)), *hash);
  return out;
}

}  // namespace

// What a form loaded at `seen` shows of every other chain. Of a line with transactions that wait,
// for a newer schema or for a decision, only what stands before them: nobody here has seen them.
Result<Context> Vault::State::context_at(StreamIx stream_ix, View seen) {
  Context out;
  const bool newest = seen.token >= foreign_token;
  const std::vector<LineIx>& all = lines.of(stream_ix);
  std::set<std::pair<LineIx, std::uint64_t>> continued;   // ends that a named line goes on from
  for (auto ix = all.rbegin(); ix != all.rend(); ++ix) {  // a fork is newer than its parent
    const Line& l = lines.at(*ix);
    if (device && l.chain == ChainName{*device, incarnation}) continue;
    if (l.last_seq == 0 || l.last_n <= l.fork_n || lines.hides_below(l)) continue;
    if (continued.contains({l.ix, l.last_seq})) {
      continued.insert({l.parent, l.fork_seq});
      continue;
    }
    std::optional<std::pair<std::uint64_t, Hash>> end;
    if (newest && !l.hides()) {
      end.emplace(l.last_n, l.last_hash);
    } else {
      MQ_TRY(end, last_seen(*this, l, seen));
    }
    if (!end) continue;
    out.push_back({l.chain.device, l.chain.incarnation, end->first, tag_of(end->second)});
    continued.insert({l.parent, l.fork_seq});
  }
  std::sort(out.begin(), out.end());
  return out;
}

// An entry for the end of a line held is that line's number, n and seq; others stand in full.
Bytes Vault::State::encode_context(StreamIx stream_ix, const Context& context) const {
  ByteWriter out;
  out.varint(context.size());
  for (const ContextEntry& entry : context) {
    LineIx found = 0;
    for (const LineIx ix : lines.of(stream_ix, {entry.device, entry.incarnation})) {
      const Line& l = lines.at(ix);
      if (l.last_n == entry.n && tag_of(l.last_hash) == entry.tag) found = ix;
    }
    out.varint(found);
    if (found != 0) {
      out.varint(entry.n);
      out.varint(lines.at(found).last_seq);
    } else {
      encode_entry(out, entry);
    }
  }
  return out.take();
}

Result<Context> Vault::State::decode_context(ByteReader& in) const {
  Context out;
  for (std::uint64_t left = in.varint(); left > 0 && !in.failed(); --left) {
    const std::uint64_t ix = in.varint();
    if (ix == 0) {
      out.push_back(decode_entry(in));
      continue;
    }
    const std::uint64_t n = in.varint();
    const std::uint64_t seq = in.varint();
    if (ix > lines.all().size()) break;
    const Line& l = lines.at(static_cast<LineIx>(ix));
    const auto hash = seq == l.last_seq ? l.last_hash : hash_at(l.ix, n, seq);
    out.push_back({l.chain.device, l.chain.incarnation, n, tag_of(hash)});
  }
  if (!in.done()) return damaged("读取上下文", "reading a context");
  return out;
}

Bytes Vault::State::encode_transaction(StreamIx stream_ix, const Transaction& t) const {
  ByteWriter out;
  out.varint(t.n);
  out.integer(t.hlc.packed);
  out.integer(static_cast<std::uint8_t>(t.clock_class));
  out.block(t.group.is_zero() ? ByteView{} : t.group.view());
  out.zigzag(t.checkpoint.time_ms);
  if (t.checkpoint.time_ms != 0) out.raw(t.checkpoint.digest);
  out.varint(t.schema);
  out.varint(t.least_reader);
  out.block(encode_context(stream_ix, t.context));
  out.varint(t.ops.size());
  const model::Op* before = nullptr;
  for (const model::Op& op : t.ops) {
    const bool same = before != nullptr && before->entity == op.entity && before->row == op.row;
    out.integer(static_cast<std::uint8_t>(op.kind));
    out.varint(std::uint64_t{op.field} << 1 | (same ? 1 : 0));
    if (!same) {
      out.varint(op.entity);
      out.raw(op.row.view());
    }
    out.block(op.value);
    before = &op;
  }
  return out.take();
}

Result<Transaction> Vault::State::decode_transaction(ByteView bytes) const {
  ByteReader in(bytes);
  Transaction t;
  t.n = in.varint();
  t.hlc.packed = in.integer<std::uint64_t>();
  t.clock_class = static_cast<ClockClass>(in.integer<std::uint8_t>());
  t.group = GroupId::from(in.block()).value_or(GroupId{});
  t.checkpoint.time_ms = in.zigzag();
  if (t.checkpoint.time_ms != 0) t.checkpoint.digest = in.array<8>();
  t.schema = static_cast<std::uint32_t>(in.varint());
  t.least_reader = static_cast<std::uint32_t>(in.varint());
  ByteReader context(in.block());
  MQ_TRY(t.context, decode_context(context));
  model::Op op;
  for (std::uint64_t left = in.varint(); left > 0 && !in.failed(); --left) {
    op.kind = static_cast<model::OpKind>(in.integer<std::uint8_t>());
    const std::uint64_t field = in.varint();
    op.field = static_cast<std::uint32_t>(field >> 1);
    if ((field & 1) == 0) {
      op.entity = static_cast<std::uint32_t>(in.varint());
      op.row.data = in.array<16>();
    }
    op.value = to_bytes(in.block());
    t.ops.push_back(op);
  }
  if (!in.done()) return damaged("读取未封存的事务", "reading an unsealed transaction");
  return t;
}

Result<std::optional<Context>> Vault::State::context_after(LineIx ix, std::uint64_t seq) {
  while (ix != 0) {
    Line& l = lines.at(ix);
    if (l.running && l.last_seq == seq) return l.running;
    MQ_TRY(sqlite::Query q,
           db.query("SELECT context FROM mq_envelope WHERE line = ?1 AND seq <= ?2 AND "
                    "context IS NOT NULL ORDER BY last_n DESC, seq DESC LIMIT 1"));
    q.bind(1, std::int64_t{ix}).bind(2, sql(seq));
    MQ_TRY(const bool found, q.step());
    if (found) {
      ByteReader in(q.blob(0));
      MQ_TRY(Context context, decode_context(in));
      if (l.last_seq == seq) l.running = context;
      return std::optional<Context>(std::move(context));
    }
    seq = std::min(seq, l.fork_seq);
    ix = l.parent;
  }
  return std::optional<Context>(Context{});
}

Status Vault::State::insert_envelope(const wire::Envelope& envelope, const Hash& hash, Line& line,
                                     const Carried& carried, const Context& running) {
  const LineIx ix = line.ix;
  MQ_TRY(const auto before, context_after(ix, envelope.header.seq - 1));
  Bytes context;
  const bool changed = !before || *before != running || envelope.header.seq == 1;
  if (changed) context = encode_context(line.stream, running);
  const Bytes bytes = wire::encode_envelope(envelope);
  MQ_TRY(sqlite::Query q,
         db.query("INSERT INTO mq_envelope(hash, line, seq, first_n, last_n, own, context, bytes) "
                  "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"));
  q.bind(1, hash.view()).bind(2, std::int64_t{ix}).bind(3, sql(envelope.header.seq));
  q.bind(4, sql(carried.first_n))
      .bind(5, sql(carried.last_n))
      .bind(6, std::int64_t{carried.own ? 1 : 0});
  if (changed) {
    q.bind_kept(7, ByteView(context));
  } else {
    q.bind_null(7);
  }
  q.bind_kept(8, ByteView(bytes));
  MQ_CHECK(q.run());
  token = db.last_row_id();
  if (!carried.own) foreign_token = token;
  line.last_seq = envelope.header.seq;
  line.last_n = carried.last_n;
  line.committed_n = std::max(line.committed_n, carried.last_n);
  line.last_hash = hash;
  line.control_seq = envelope.header.control_seq;
  line.running = running;
  dirty.insert(ix);
  return {};
}

}  // namespace mq::vault
