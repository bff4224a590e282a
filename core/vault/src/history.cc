// The ops that touched a row, and whether the file is sound.
#include <algorithm>

#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "row_codec.h"
#include "state.h"

namespace mq::vault {

using model::Transaction;

namespace {

void take(const Vault::State& s, const OpenRow& row, LineIx line, const Transaction& t,
          std::optional<WallTime> received, std::vector<HistoryEntry>& out) {
  for (const model::Op& op : t.ops) {
    if (op.entity != row.entity || op.row != row.id) continue;
    out.push_back(
        {op, s.lines.at(line).chain.device, t.hlc, t.clock_class, t.checkpoint, received});
  }
}

}  // namespace

Result<std::vector<HistoryEntry>> Vault::history(std::uint32_t entity, const RowId& id,
                                                 const Opener& open) {
  State& s = *state_;
  std::vector<HistoryEntry> out;
  for (const StreamInfo& info : s.streams) {
    MQ_TRY(const OpenRow row, s.open_row(entity, info.ix, id));
    if (row.rid == 0) continue;
    MQ_TRY(const std::set<Cover> wrote, s.writers(row));
    std::map<std::int64_t, std::pair<LineIx, std::optional<WallTime>>> carriers;
    for (const Cover& writer : wrote) {
      MQ_TRY(const auto carrier, s.carrier_of(writer));
      if (carrier) {
        if (!carrier->in_force) continue;
        carriers.try_emplace(carrier->rid, writer.line, carrier->received);
      } else {
        MQ_TRY(const auto t, s.unsealed_at(writer));
        if (t) take(s, row, writer.line, *t, std::nullopt, out);
      }
    }
    for (const auto& [rid, from] : carriers) {
      MQ_TRY(const wire::Envelope envelope, s.envelope_at(rid));
      if (envelope.pruned()) continue;
      MQ_TRY(const std::vector<Transaction> transactions, open(envelope));
      for (const Transaction& t : transactions) take(s, row, from.first, t, from.second, out);
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const HistoryEntry& a, const HistoryEntry& b) {
    return a.hlc != b.hlc ? a.hlc < b.hlc : a.device < b.device;
  });
  return out;
}

namespace {

Status check_lines(Vault::State& s, std::vector<std::string>& faults) {
  for (const Line& line : s.lines.all()) {
    MQ_TRY(sqlite::Query q,
           s.db.query("SELECT count(*), coalesce(max(seq), 0), coalesce(sum(last_n - first_n + 1), "
                      "0) FROM mq_envelope WHERE line = ?1"));
    q.bind(1, std::int64_t{line.ix});
    MQ_TRY(const bool row, q.step());
    if (!row) continue;
    const bool whole = q.integer(0) == sql(line.last_seq - line.fork_seq) &&
                       (line.last_seq == line.fork_seq || q.integer(1) == sql(line.last_seq)) &&
                       q.integer(2) == sql(line.last_n - line.fork_n);
    if (!whole) {
      faults.push_back(
          cat("设备 ", line.chain.device.hex(), " 的链不连续 (the chain of this device has gaps)"));
    }
    MQ_TRY(sqlite::Query p,
           s.db.query("SELECT count(*) FROM mq_pending WHERE rid BETWEEN ?1 AND ?2"));
    p.bind(1, pending_rid(line.ix, 0)).bind(2, pending_rid(line.ix + 1, 0) - 1);
    MQ_TRY(const bool counted, p.step());
    const std::uint64_t unsealed =
        line.committed_n > line.last_n ? line.committed_n - line.last_n : 0;
    if (counted && p.integer(0) != sql(unsealed)) {
      faults.push_back("未封存的事务编号不连续 (unsealed transactions are not contiguous)");
    }
  }
  return {};
}

Status check_rows(Vault::State& s, std::vector<std::string>& faults) {
  for (const Table& table : s.tables) {
    MQ_TRY(sqlite::Query q,
           s.db.query(cat("SELECT id, deleted, meta FROM ", model::quoted(table.name))));
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      const auto row = decode_row(q.blob(2));
      if (row.ok() && is_deleted(*row) == (q.integer(1) != 0)) continue;
      faults.push_back(cat("表 ", table.name, " 的一行 ", to_hex(q.blob(0)),
                           " 合并数据不符 (the merge data of a row does not fit)"));
    }
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> Vault::verify() {
  State& s = *state_;
  std::vector<std::string> faults;
  {
    MQ_TRY(sqlite::Query q, s.db.query("PRAGMA integrity_check"));
    for (;;) {
      MQ_TRY(const bool row, q.step());
      if (!row) break;
      if (q.text(0) != "ok") faults.push_back(cat("数据库: ", q.text(0)));
    }
  }
  MQ_CHECK(check_lines(s, faults));
  MQ_TRY(const std::int64_t lost,
         s.db.integer("SELECT count(*) FROM mq_standing WHERE hash NOT IN "
                      "(SELECT hash FROM mq_envelope) OR standing NOT IN (1, 2)"));
  if (lost != 0) {
    faults.push_back("待核收的记号对不上 (a standing names no envelope, or is no standing)");
  }
  MQ_CHECK(check_rows(s, faults));
  return faults;
}

std::vector<Vault::Doubt> Vault::doubts() const {
  std::map<std::pair<StreamIx, ChainName>, Doubt> found;
  for (const Line& line : state_->lines.all()) {
    Doubt& doubt = found[{line.stream, line.chain}];
    doubt.stream = line.stream;
    doubt.device = line.chain.device;
    doubt.incarnation = line.chain.incarnation;
    doubt.lines = state_->lines.ends(line.stream, line.chain);
    doubt.void_entries += line.void_entries;
  }
  std::vector<Doubt> out;
  for (const auto& [chain, doubt] : found) {
    if (doubt.lines > 1 || doubt.void_entries > 0) out.push_back(doubt);
  }
  return out;
}

Result<std::uint64_t> Vault::update_needed() {
  MQ_TRY(const std::int64_t count, state_->db.integer("SELECT count(*) FROM mq_waiting"));
  return static_cast<std::uint64_t>(count);
}

}  // namespace mq::vault
