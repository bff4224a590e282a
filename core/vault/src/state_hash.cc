// state_hash: one number for what a stream's envelopes amount to (SCHEMA.md, "state hash").
//
// Over bytes as received, in an order and with names that every device shares; nothing local,
// nothing derived.
#include <algorithm>

#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "mq/wire/crypto.h"
#include "row_codec.h"
#include "state.h"

namespace mq::vault {

namespace {

class RowHasher {
 public:
  RowHasher(const Vault::State& state, StreamIx stream) : state_(state), stream_(stream) {}

  // Values must be whole: none left in a column.
  Bytes row(std::uint32_t entity, const RowId& id, const RowState& row) {
    ByteWriter out;
    out.integer(entity);
    out.raw(id.view());
    for (const MergeCell& cell : row.cells) {
      if (!cell.heads.empty() || std::any_of(cell.tombstones.begin(), cell.tombstones.end(),
                                             [](const Tombstone& t) { return t.line == 0; })) {
        put(out, cell);
      }
    }
    put(out, CellKey{});
    put_deletes(out, row.deletes);
    out.varint(row.open.size());
    for (const OpenEntry& open : row.open) {
      encode_entry(out, open.entry);
      out.varint(open.cells.size());
      for (const CellKey& key : open.cells) put(out, key);
    }
    return out.take();
  }

 private:
  static void put(ByteWriter& out, const CellKey& key) {
    out.varint(key.field);
    out.integer(static_cast<std::uint8_t>(key.kind));
  }

  // (device, incarnation, n, i), and the envelope where the chain has more than one line.
  Bytes name(const Dot& dot) const {
    const Line& line = state_.lines.at(dot.line);
    Bytes out = to_bytes(line.chain.device.view());
    const auto big = [&](std::uint64_t number, int bytes) {  // big-endian, so that bytes sort
      for (int k = bytes - 1; k >= 0; --k)
        out.push_back(static_cast<std::uint8_t>(number >> 8 * k));
    };
    big(line.chain.incarnation, 4);
    big(dot.n, 8);
    big(dot.i, 4);
    if (forked(line.chain)) {
      const Hash hash = state_.carrying(dot.line, dot.n);
      out.insert(out.end(), hash.data.begin(), hash.data.end());
    }
    return out;
  }

  bool forked(const ChainName& chain) const {
    const auto [at, fresh] = forked_.try_emplace(chain, false);
    if (fresh) at->second = state_.lines.ends(stream_, chain) > 1;
    return at->second;
  }

  void put_sorted(ByteWriter& out, std::vector<Bytes> items) const {
    std::sort(items.begin(), items.end());
    out.varint(items.size());
    for (const Bytes& item : items) out.block(item);
  }

  void put(ByteWriter& out, const MergeCell& cell) const {
    put(out, cell.key);
    std::vector<Bytes> items;
    for (const Head& head : cell.heads) {
      ByteWriter item;
      item.raw(name(head.dot));
      item.integer(head.hlc.packed);
      item.integer(static_cast<std::uint8_t>(head.clock_class));
      item.raw(head.value);
      items.push_back(item.take());
    }
    put_sorted(out, std::move(items));
    items.clear();
    for (const Tombstone& t : cell.tombstones) {
      if (t.line != 0) continue;  // waits for this program alone
      ByteWriter item;
      encode_entry(item, t.entry);
      item.varint(t.n);
      item.varint(t.i);
      item.raw(t.tag);
      items.push_back(item.take());
    }
    put_sorted(out, std::move(items));
  }

  void put_deletes(ByteWriter& out, const std::vector<DeleteHead>& deletes) const {
    std::vector<Bytes> items;
    for (const DeleteHead& d : deletes) {
      ByteWriter item;
      item.raw(name(d.dot));
      item.integer(d.hlc.packed);
      item.integer(static_cast<std::uint8_t>(d.clock_class));
      items.push_back(item.take());
    }
    put_sorted(out, std::move(items));
  }

  const Vault::State& state_;
  StreamIx stream_;
  mutable std::map<ChainName, bool> forked_;
};

Status hash_table(Vault::State& s, StreamIx stream, const Table& table, Hash& state) {
  RowHasher hasher(s, stream);
  std::string columns;
  for (const Column& c : table.columns) columns += cat(", ", model::quoted(c.field.name));
  MQ_TRY(sqlite::Query q,
         s.db.query(cat("SELECT id, meta", columns, " FROM ", model::quoted(table.name),
                        " WHERE stream = ?1 ORDER BY id")));
  q.bind(1, stream);
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return {};
    MQ_TRY(RowState row, decode_row(q.blob(1)));
    for (MergeCell& cell : row.cells) {
      const Column* column = table.column(cell.key);
      for (Head& head : cell.heads) {
        if (!head.in_column) continue;
        if (column == nullptr) return damaged("计算状态摘要", "computing the state hash");
        head.value = from_column(column->field, q, static_cast<int>(table.index_of(column)) + 2);
      }
    }
    const RowId id = RowId::from(q.blob(0)).value_or(RowId{});
    state = wire::hash("mq/sh1", {state.view(), hasher.row(table.entity, id, row)});
  }
}

Status hash_unknown(Vault::State& s, StreamIx stream, std::uint32_t entity, Hash& state) {
  RowHasher hasher(s, stream);
  MQ_TRY(sqlite::Query q, s.db.query("SELECT id, meta FROM mq_unknown_row WHERE entity = ?1 AND "
                                     "stream = ?2 ORDER BY id"));
  q.bind(1, std::int64_t{entity}).bind(2, stream);
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return {};
    MQ_TRY(const RowState row, decode_row(q.blob(1)));
    const RowId id = RowId::from(q.blob(0)).value_or(RowId{});
    state = wire::hash("mq/sh1", {state.view(), hasher.row(entity, id, row)});
  }
}

// The hashes of what is parked, undecided or refused, sorted.
Result<Bytes> out_of_force(Vault::State& s, const StreamInfo& info) {
  ByteWriter out;
  MQ_TRY(sqlite::Query q,
         s.db.query("SELECT hash FROM mq_parked WHERE stream = ?1 UNION "
                    "SELECT o.hash FROM mq_standing o JOIN mq_envelope e ON e.hash = o.hash "
                    "JOIN mq_line l ON l.ix = e.line WHERE l.stream = ?2 ORDER BY 1"));
  q.bind(1, info.id.view()).bind(2, info.ix);
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out.take();
    out.raw(q.blob(0));
  }
}

}  // namespace

Result<Hash> Vault::state_hash(StreamIx stream_ix) {
  State& s = *state_;
  const StreamInfo* info = stream(stream_ix);
  if (info == nullptr) {
    return Error{Code::kNotFound, "计算状态摘要:没有这个卷宗",
                 "computing the state hash: no such stream"};
  }
  Hash state = wire::hash("mq/sh0", {info->id.view()});
  std::set<std::uint32_t> entities;
  for (const Table& table : s.tables) entities.insert(table.entity);
  {
    MQ_TRY(sqlite::Query q,
           s.db.query("SELECT DISTINCT entity FROM mq_unknown_row WHERE stream = ?1"));
    q.bind(1, stream_ix);
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      entities.insert(static_cast<std::uint32_t>(q.integer(0)));
    }
  }
  for (const std::uint32_t entity : entities) {
    const Table* table = s.table(entity);
    MQ_CHECK(table != nullptr ? hash_table(s, stream_ix, *table, state)
                              : hash_unknown(s, stream_ix, entity, state));
  }
  MQ_TRY(const Bytes out, out_of_force(s, *info));
  return wire::hash("mq/sh2", {state.view(), out});
}

}  // namespace mq::vault
