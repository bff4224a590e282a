// Which transactions wrote a row, and where they stand.
#include "state.h"

namespace mq::vault {

using model::Transaction;

Result<std::set<Cover>> Vault::State::writers(const OpenRow& row) {
  std::set<Cover> out(row.creators.begin(), row.creators.end());
  MQ_TRY(sqlite::Query q, db.query("SELECT line, n FROM mq_touch WHERE entity = ?1 AND rid = ?2"));
  q.bind(1, std::int64_t{row.entity}).bind(2, row.rid);
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    out.insert({static_cast<LineIx>(q.integer(0)), static_cast<std::uint64_t>(q.integer(1))});
  }
}

Result<std::optional<Vault::State::Carrier>> Vault::State::carrier_of(const Cover& writer) {
  MQ_TRY(sqlite::Query q,
         db.query("SELECT rid, received, hash IN (SELECT hash FROM mq_standing) FROM mq_envelope "
                  "WHERE line = ?1 AND last_n >= ?2 ORDER BY last_n, seq LIMIT 1"));
  q.bind(1, std::int64_t{writer.line}).bind(2, sql(writer.n));
  MQ_TRY(const bool found, q.step());
  if (!found) return std::optional<Carrier>{};
  Carrier out{q.integer(0), {}, q.integer(2) == 0};
  if (!q.is_null(1)) out.received = WallTime{q.integer(1)};
  return std::optional<Carrier>(out);
}

Result<wire::Envelope> Vault::State::envelope_at(std::int64_t rid) {
  MQ_TRY(sqlite::Query q, db.query("SELECT bytes FROM mq_envelope WHERE rid = ?1"));
  q.bind(1, rid);
  MQ_TRY(const bool found, q.step());
  if (!found) return damaged("读取封存件", "reading an envelope");
  return wire::parse_envelope(q.blob(0));
}

Result<std::optional<Transaction>> Vault::State::unsealed_at(const Cover& writer) {
  MQ_TRY(sqlite::Query q, db.query("SELECT bytes FROM mq_pending WHERE rid = ?1"));
  q.bind(1, pending_rid(writer.line, writer.n));
  MQ_TRY(const bool found, q.step());
  if (!found) return std::optional<Transaction>{};
  MQ_TRY(Transaction t, decode_transaction(q.blob(0)));
  return std::optional<Transaction>(std::move(t));
}

}  // namespace mq::vault
