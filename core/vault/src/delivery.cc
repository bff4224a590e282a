// What left and what came: outbox, receipts, parked envelopes, cursors.
#include <algorithm>

#include "mq/base/text.h"
#include "state.h"

namespace mq::vault {

Status Vault::park(const wire::Envelope& envelope, std::string_view why) {
  return state_->atomically([&] {
    return state_->db.run(
        "INSERT INTO mq_parked(hash, stream, why, bytes) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT(hash) DO UPDATE SET why = ?3",
        envelope.hash().view(), envelope.header.stream.view(), why,
        wire::encode_envelope(envelope));
  });
}

Result<std::vector<wire::Envelope>> Vault::parked() {
  std::vector<wire::Envelope> out;
  MQ_TRY(sqlite::Query q, state_->db.query("SELECT bytes FROM mq_parked ORDER BY rowid"));
  for (;;) {
    MQ_TRY(const bool row, q.step());
    if (!row) return out;
    MQ_TRY(wire::Envelope envelope, wire::parse_envelope(q.blob(0)));
    out.push_back(std::move(envelope));
  }
}

Result<std::vector<std::pair<wire::Envelope, std::string>>> Vault::parked_with_reason() {
  std::vector<std::pair<wire::Envelope, std::string>> out;
  MQ_TRY(sqlite::Query q, state_->db.query("SELECT bytes, why FROM mq_parked ORDER BY rowid"));
  for (;;) {
    MQ_TRY(const bool row, q.step());
    if (!row) return out;
    MQ_TRY(wire::Envelope envelope, wire::parse_envelope(q.blob(0)));
    out.emplace_back(std::move(envelope), std::string(q.text(1)));
  }
}

Status Vault::unpark(const Hash& envelope) {
  State& s = *state_;
  s.timed_runs.clear();
  return s.atomically([&]() -> Status {
    MQ_CHECK(s.db.run("DELETE FROM mq_parked WHERE hash = ?1", envelope.view()));
    // Where the server had it: it may be held now.
    MQ_CHECK(
        s.db.run("UPDATE mq_envelope SET (server_index, received) = (SELECT server_index, received "
                 "FROM mq_parked_at WHERE hash = ?1) WHERE hash = ?1 AND server_index IS NULL AND "
                 "?1 IN (SELECT hash FROM mq_parked_at)",
                 envelope.view()));
    return s.db.run("DELETE FROM mq_parked_at WHERE hash = ?1", envelope.view());
  });
}

Result<std::optional<model::Context>> Vault::chain_context(const wire::ChainId& chain,
                                                           const Hash& prev) {
  State& s = *state_;
  const StreamInfo* info = stream(chain.stream);
  if (info == nullptr) return std::optional<model::Context>{};
  const ChainName name{chain.device, chain.incarnation};
  for (const LineIx ix : s.lines.of(info->ix, name)) {
    const Line& line = s.lines.at(ix);
    if (line.last_hash == prev && line.last_seq > 0) return s.context_after(ix, line.last_seq);
  }
  const auto held = s.find(prev);
  if (!held || s.lines.at(held->line).chain != name) return std::optional<model::Context>{};
  return s.context_after(held->line, held->seq);
}

namespace {

// The envelopes of a query for their rids, up to bytes_max, at least one.
Result<std::vector<wire::Envelope>> some_of(Vault::State& s, std::string_view select_rids,
                                            std::size_t bytes_max) {
  std::vector<std::int64_t> rids;
  {
    MQ_TRY(sqlite::Query q, s.db.query(select_rids));
    for (;;) {
      MQ_TRY(const bool row, q.step());
      if (!row) break;
      rids.push_back(q.integer(0));
    }
  }
  std::vector<wire::Envelope> out;
  std::size_t bytes = 0;
  for (const std::int64_t rid : rids) {
    MQ_TRY(sqlite::Query q, s.db.query("SELECT bytes FROM mq_envelope WHERE rid = ?1"));
    q.bind(1, rid);
    MQ_TRY(const bool row, q.step());
    if (!row) break;
    bytes += q.blob(0).size();
    if (!out.empty() && bytes > bytes_max) break;
    MQ_TRY(wire::Envelope envelope, wire::parse_envelope(q.blob(0)));
    out.push_back(std::move(envelope));
  }
  return out;
}

}  // namespace

Result<std::vector<wire::Envelope>> Vault::outbox(std::size_t bytes_max) {
  return some_of(*state_, "SELECT rid FROM mq_envelope WHERE own = 1 AND receipt = 0 ORDER BY rid",
                 bytes_max);
}

Result<std::vector<wire::Envelope>> Vault::relay(std::size_t bytes_max) {
  return some_of(*state_,
                 "SELECT rid FROM mq_envelope WHERE own = 0 AND receipt <> 1 AND "
                 "server_index IS NULL AND (receipt = 0 OR hash NOT IN "
                 "(SELECT hash FROM mq_standing WHERE standing = 1)) ORDER BY rid",
                 bytes_max);
}

namespace {

Bytes encode_receipt(const wire::Receipt& r) {
  ByteWriter out;
  out.raw(r.generation.view());
  out.varint(r.stream);
  out.raw(r.device.view());
  out.integer(r.incarnation);
  out.varint(r.seq_from);
  out.varint(r.seq_to);
  out.raw(r.last_hash.view());
  out.varint(r.index);
  out.raw(r.head.view());
  out.zigzag(r.time.ms);
  out.integer(static_cast<std::uint8_t>(r.receipt_class));
  out.raw(r.signature.view());
  return out.take();
}

}  // namespace

Status Vault::store_receipt(const wire::Receipt& receipt) {
  State& s = *state_;
  const auto info = std::find_if(s.streams.begin(), s.streams.end(), [&](const StreamInfo& i) {
    return i.ordinal == receipt.stream && i.ordinal != 0;
  });
  if (info == s.streams.end()) {
    return Error{Code::kNotFound, "存回执:没有这个卷宗", "storing a receipt: no such stream"};
  }
  s.timed_runs.clear();
  return s.atomically([&]() -> Status {
    MQ_CHECK(
        s.db.run("INSERT OR REPLACE INTO mq_receipt(stream, device, incarnation, seq_to, "
                 "last_hash, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                 info->ix, receipt.device.view(), receipt.incarnation, sql(receipt.seq_to),
                 receipt.last_hash.view(), encode_receipt(receipt)));
    const auto held = s.find(receipt.last_hash);
    const ChainName chain{receipt.device, receipt.incarnation};
    // A receipt counts for the line whose envelope it names, and for nothing else.
    if (!held || held->seq != receipt.seq_to || s.lines.at(held->line).chain != chain) return {};
    std::uint64_t to = receipt.seq_to;
    // In the late box it has no place in the stream, whatever place a server gave it before it was
    // restored: once it is decided, somebody must bring it there.
    for (LineIx ix = held->line; ix != 0 && to >= receipt.seq_from; ix = s.lines.at(ix).parent) {
      MQ_CHECK(
          s.db.run("UPDATE mq_envelope SET receipt = ?4, received = coalesce(received, ?5), "
                   "server_index = iif(?4 = 2, NULL, server_index) "
                   "WHERE line = ?1 AND seq BETWEEN ?2 AND ?3",
                   ix, sql(receipt.seq_from), sql(to), static_cast<int>(receipt.receipt_class),
                   receipt.time.ms));
      to = std::min(to, s.lines.at(ix).fork_seq);
    }
    if (receipt.index == 0) return {};
    return s.db.run("UPDATE mq_envelope SET server_index = ?2 WHERE hash = ?1",
                    receipt.last_hash.view(), sql(receipt.index));
  });
}

Status Vault::note_late(const Hash& envelope, WallTime received) {
  state_->timed_runs.clear();
  return state_->atomically([&] {
    return state_->db.run(
        "UPDATE mq_envelope SET receipt = ?2, received = coalesce(received, ?3), "
        "server_index = NULL WHERE hash = ?1 AND (receipt = 0 OR "
        "hash IN (SELECT hash FROM mq_standing WHERE standing = 1))",
        envelope.view(), static_cast<int>(wire::ReceiptClass::kLate), received.ms);
  });
}

Result<std::optional<wire::Envelope>> Vault::envelope(const Hash& hash) {
  MQ_TRY(sqlite::Query q, state_->db.query("SELECT bytes FROM mq_envelope WHERE hash = ?1 "
                                           "UNION ALL SELECT bytes FROM mq_parked WHERE hash = ?1 "
                                           "LIMIT 1"));
  q.bind(1, hash.view());
  MQ_TRY(const bool row, q.step());
  if (!row) return std::optional<wire::Envelope>{};
  MQ_TRY(wire::Envelope envelope, wire::parse_envelope(q.blob(0)));
  return std::optional<wire::Envelope>(std::move(envelope));
}

Result<std::vector<Hash>> Vault::held(StreamIx stream_ix) {
  std::vector<Hash> out;
  MQ_TRY(sqlite::Query q,
         state_->db.query("SELECT hash FROM mq_envelope WHERE line IN (SELECT ix FROM mq_line "
                          "WHERE stream = ?1) ORDER BY server_index IS NULL, server_index, rid"));
  q.bind(1, stream_ix);
  for (;;) {
    MQ_TRY(const bool row, q.step());
    if (!row) return out;
    if (const auto hash = Hash::from(q.blob(0))) out.push_back(*hash);
  }
}

Result<Vault::Cursor> Vault::cursor(StreamIx stream_ix) {
  Cursor out;
  MQ_TRY(sqlite::Query q,
         state_->db.query("SELECT cursor_index, cursor_head FROM mq_stream WHERE ix = ?1"));
  q.bind(1, stream_ix);
  MQ_TRY(const bool row, q.step());
  if (!row) return out;
  out.index = static_cast<std::uint64_t>(q.integer(0));
  out.head = Hash::from(q.blob(1)).value_or(Hash{});
  return out;
}

Status Vault::set_cursor(StreamIx stream_ix, const Cursor& cursor, const Hash& envelope,
                         WallTime received) {
  state_->timed_runs.clear();
  return state_->atomically([&]() -> Status {
    MQ_CHECK(
        state_->db.run("UPDATE mq_stream SET cursor_index = ?2, cursor_head = ?3 "
                       "WHERE ix = ?1",
                       stream_ix, sql(cursor.index), cursor.head.view()));
    MQ_CHECK(
        state_->db.run("UPDATE mq_envelope SET server_index = ?2, received = ?3 WHERE hash = ?1",
                       envelope.view(), sql(cursor.index), received.ms));
    if (state_->db.changes() != 0) return {};
    return state_->db.run(
        "INSERT OR REPLACE INTO mq_parked_at(hash, server_index, received) "
        "SELECT hash, ?2, ?3 FROM mq_parked WHERE hash = ?1",
        envelope.view(), sql(cursor.index), received.ms);
  });
}

Result<Delivery> Vault::delivery() {
  sqlite::Database& db = state_->db;
  Delivery out;
  const auto count = [&](std::string_view sql_text, std::uint64_t& into) -> Status {
    MQ_TRY(const std::int64_t number, db.integer(sql_text));
    into = static_cast<std::uint64_t>(number);
    return {};
  };
  MQ_CHECK(count("SELECT count(*) FROM mq_pending", out.unsealed));
  MQ_CHECK(
      count("SELECT count(*) FROM mq_envelope WHERE own = 1 AND receipt = 0", out.sealed_waiting));
  MQ_CHECK(count("SELECT count(*) FROM mq_envelope WHERE own = 1 AND receipt > 0", out.delivered));
  MQ_CHECK(
      count("SELECT count(*) FROM (SELECT DISTINCT stream, device, incarnation, n, tag FROM "
            "mq_open_entry)",
            out.open_entries));
  MQ_CHECK(count("SELECT count(*) FROM mq_conflict", out.conflicts));
  return out;
}

}  // namespace mq::vault
