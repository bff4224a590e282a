// When a row was first written, and up to when a device says that it has exported all.
#include <algorithm>

#include "mq/base/text.h"
#include "mq/vault/cell_time.h"
#include "row_codec.h"
#include "state.h"

namespace mq::vault {

namespace {

// The stamp of least HLC among the ops that the row still shows or keeps: rows are made in one
// transaction and amended later, so that is the transaction that made it.
const Head* earliest(const RowState& state) {
  const Head* first = nullptr;
  for (const MergeCell& cell : state.cells) {
    for (const Head& head : cell.heads) {
      if (first == nullptr || head.hlc < first->hlc) first = &head;
    }
  }
  return first;
}

using TimedRun = Vault::State::TimedRun;

// The envelope that carries transaction n of the line: several may end at one n, of which the
// first counts. Nothing: it is not sealed yet.
Result<std::optional<TimedRun>> carrier(sqlite::Database& db, LineIx line, std::uint64_t n) {
  MQ_TRY(sqlite::Query q, db.query("SELECT received, first_n, last_n FROM mq_envelope WHERE "
                                   "line = ?1 AND last_n >= ?2 ORDER BY last_n, seq LIMIT 1"));
  q.bind(1, std::int64_t{line}).bind(2, sql(n));
  MQ_TRY(const bool found, q.step());
  if (!found) return std::optional<TimedRun>();
  TimedRun run{
      static_cast<std::uint64_t>(q.integer(1)), static_cast<std::uint64_t>(q.integer(2)), {}};
  if (!q.is_null(0)) run.received = WallTime{q.integer(0)};
  return std::optional(run);
}

std::string statement_name(StreamIx stream, const DeviceId& device) {
  return cat("vault.statement.", stream, ".", device.hex());
}

}  // namespace

// The time of the envelope that carries transaction n of the line, if it is known.
Result<std::optional<WallTime>> Vault::State::received_at(LineIx line, std::uint64_t n) {
  const auto known = timed_runs.find(line);
  if (known != timed_runs.end() && known->second.first_n <= n && n <= known->second.last_n) {
    return known->second.received;
  }
  MQ_TRY(const std::optional<TimedRun> run, carrier(db, line, n));
  if (!run) return std::optional<WallTime>();
  // Several envelopes may end at one n: never keep an empty one.
  if (run->first_n <= run->last_n) timed_runs[line] = *run;
  return run->received;
}

Result<std::optional<Origin>> Vault::origin(std::uint32_t entity, std::int64_t rid) {
  State& s = *state_;
  const Table* table = s.table(entity);
  if (table == nullptr) return std::optional<Origin>();
  std::optional<Stamp> stamp;
  {
    MQ_TRY(sqlite::Query q, s.db.query(table->select_meta));
    q.bind(1, rid);
    MQ_TRY(const bool found, q.step());
    if (!found) return std::optional<Origin>();
    stamp = only_stamp(q.blob(0));
    if (!stamp) {
      MQ_TRY(const RowState state, decode_row(q.blob(0)));
      const Head* head = earliest(state);
      if (head == nullptr) return std::optional<Origin>();
      stamp = Stamp{head->dot.line, head->dot.n, head->hlc, head->clock_class};
    }
  }
  const LineMap& lines = s.lines;
  Origin origin{lines.at(stamp->line).chain.device, stamp->hlc, stamp->clock_class, {}};
  MQ_TRY(origin.not_after, s.received_at(stamp->line, stamp->n));
  return std::optional(origin);
}

Result<std::optional<CellTime>> cell_time(Vault& vault, ByteView meta, std::uint32_t field) {
  std::optional<Stamp> stamp = only_stamp(meta);
  bool with_row = true;
  if (!stamp) {
    MQ_TRY(const RowState state, decode_row(meta));
    const Head* last = nullptr;
    for (const MergeCell& cell : state.cells) {
      for (const Head& head : cell.heads) {
        if (cell.key.field == field && (last == nullptr || last->hlc < head.hlc)) last = &head;
      }
    }
    if (last == nullptr) return std::optional<CellTime>();
    stamp = Stamp{last->dot.line, last->dot.n, last->hlc, last->clock_class};
    // One commit of many rows has several transactions, which its counter tells apart.
    with_row = last->hlc.ms() == earliest(state)->hlc.ms();
  }
  CellTime time{stamp->hlc, stamp->clock_class, {}, with_row};
  MQ_TRY(const std::optional<TimedRun> run, carrier(vault.database(), stamp->line, stamp->n));
  if (run) time.not_after = run->received;
  return std::optional(time);
}

Result<std::vector<DeviceId>> cell_writers(Vault& vault, ByteView meta, std::uint32_t field) {
  MQ_TRY(const RowState state, decode_row(meta));
  std::vector<DeviceId> out;
  for (const MergeCell& cell : state.cells) {
    if (cell.key.field != field) continue;
    for (const Head& head : cell.heads) {
      MQ_TRY(sqlite::Query q, vault.database().query("SELECT device FROM mq_line WHERE ix = ?1"));
      q.bind(1, std::int64_t{head.dot.line});
      MQ_TRY(const bool found, q.step());
      const auto device = found ? DeviceId::from(q.blob(0)) : std::nullopt;
      if (!device) return damaged("读取一行是谁写的", "reading who wrote a row");
      if (std::ranges::find(out, *device) == out.end()) out.push_back(*device);
    }
  }
  return out;
}

Status Vault::note_statement(StreamIx stream, const DeviceId& device, WallTime until) {
  MQ_TRY(const std::optional<WallTime> before, stated_until(stream, device));
  if (before && *before >= until) return {};
  ByteWriter writer;
  writer.integer(static_cast<std::uint64_t>(until.ms));
  return set_setting(statement_name(stream, device), writer.bytes());
}

Result<std::optional<WallTime>> Vault::stated_until(StreamIx stream, const DeviceId& device) {
  MQ_TRY(const std::optional<Bytes> stored, setting(statement_name(stream, device)));
  if (!stored) return std::optional<WallTime>();
  ByteReader reader(*stored);
  const auto ms = reader.integer<std::uint64_t>();
  if (!reader.done()) return damaged("读取完整性说明", "reading a statement");
  return std::optional(WallTime{static_cast<std::int64_t>(ms)});
}

}  // namespace mq::vault
