// The streams of SqliteStore: append, heads, chains.
#include "sqlite_state.h"

namespace mq::server {
namespace {

Result<StreamHead> read_head(Database& database, const TownshipId& township,
                             const StreamId& stream) {
  MQ_TRY(Query q,
         database.query("SELECT idx, head FROM stream WHERE township = ?1 AND stream = ?2"));
  q.bind(1, township.view()).bind(2, stream.view());
  MQ_TRY(const bool row, q.step());
  if (!row) {
    MQ_TRY(const wire::Generation generation, read_generation(database));
    return StreamHead{0, wire::first_head(township, stream, generation)};
  }
  MQ_TRY(const Hash head, id_at<Hash>(q, 1));
  return StreamHead{unsigned_at(q, 0), head};
}

Status write_head(Database& database, const TownshipId& township, const StreamId& stream,
                  const StreamHead& head) {
  return database.run(
      "INSERT INTO stream(township, stream, idx, head) VALUES(?1, ?2, ?3, ?4) "
      "ON CONFLICT(township, stream) DO UPDATE SET idx = ?3, head = ?4",
      township, stream, head.index, head.head);
}

// The new envelope takes the place of the head that it follows; a fork leaves the others standing.
Status advance_chain(Database& database, const TownshipId& township,
                     const wire::EnvelopeHeader& header, const Hash& hash) {
  MQ_CHECK(database.run(
      "DELETE FROM chain_head WHERE township = ?1 AND stream = ?2 AND device = ?3 AND "
      "incarnation = ?4 AND seq = ?5 AND hash = ?6",
      township, header.stream, header.device, header.incarnation, header.seq - 1, header.prev));
  return database.run(
      "INSERT OR REPLACE INTO chain_head(township, stream, device, incarnation, seq, hash, "
      "control_seq) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
      township, header.stream, header.device, header.incarnation, header.seq, hash,
      header.control_seq);
}

Result<Hash> append_one(Database& database, const AppendRun& run, const NewEnvelope& fresh,
                        const Hash& before) {
  const Hash head = wire::next_head(before, fresh.index, fresh.hash, fresh.time);
  const wire::EnvelopeHeader& header = fresh.header;
  MQ_CHECK(
      database.run("INSERT INTO envelope(township, stream, idx, device, incarnation, seq, hash, "
                   "time_ms, head, bytes) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                   run.township, run.stream, fresh.index, header.device, header.incarnation,
                   header.seq, fresh.hash, fresh.time.ms, head, fresh.envelope));
  MQ_CHECK(advance_chain(database, run.township, header, fresh.hash));
  return head;
}

Status append_run(Database& database, const AppendRun& run) {
  MQ_TRY(StreamHead head, read_head(database, run.township, run.stream));
  if (head != run.expected) return conflict();
  for (const NewEnvelope& fresh : run.envelopes) {
    if (fresh.index != head.index + 1) {
      return Error{Code::kInvalidInput, "信封序号不连续", "envelope indexes are not contiguous"};
    }
    MQ_TRY(head.head, append_one(database, run, fresh, head.head));
    head.index = fresh.index;
  }
  if (head != run.head) {
    return Error{Code::kInvalidInput, "流的链头与信封不符", "stream head does not fit"};
  }
  MQ_CHECK(write_head(database, run.township, run.stream, head));
  for (const wire::Receipt& receipt : run.receipts) {
    MQ_CHECK(write_receipt(database, run.township, run.stream, receipt));
  }
  return {};
}

Status rebase_stream(Database& database, const wire::Generation& generation,
                     const TownshipId& township, const StreamId& stream) {
  StreamHead head{0, wire::first_head(township, stream, generation)};
  MQ_TRY(Query rows, database.query("SELECT idx, hash, time_ms FROM envelope WHERE township = ?1 "
                                    "AND stream = ?2 ORDER BY idx"));
  rows.bind(1, township.view()).bind(2, stream.view());
  std::vector<StreamHead> heads;
  for (;;) {
    MQ_TRY(const bool row, rows.step());
    if (!row) break;
    MQ_TRY(const Hash hash, id_at<Hash>(rows, 1));
    head.index = unsigned_at(rows, 0);
    head.head = wire::next_head(head.head, head.index, hash, WallTime{rows.integer(2)});
    heads.push_back(head);
  }
  for (const StreamHead& each : heads) {
    MQ_CHECK(database.run(
        "UPDATE envelope SET head = ?4 WHERE township = ?1 AND stream = ?2 AND idx = ?3", township,
        stream, each.index, each.head));
  }
  return heads.empty() ? Status() : write_head(database, township, stream, head);
}

}  // namespace

Status SqliteStore::append_cas(const std::vector<AppendRun>& runs) {
  for (const AppendRun& run : runs) {
    for (const NewEnvelope& fresh : run.envelopes) state_->logged += fresh.envelope.size();
  }
  return state_->write([&](Database& database) -> Status {
    for (const AppendRun& run : runs) MQ_CHECK(append_run(database, run));
    return {};
  });
}

Result<std::vector<StoredEnvelope>> SqliteStore::read_range(const TownshipId& township,
                                                            const StreamId& stream,
                                                            std::uint64_t after_index,
                                                            std::size_t bytes_max) {
  const std::lock_guard lock(state_->read_mutex);
  MQ_TRY(Query q,
         state_->reader.query("SELECT idx, time_ms, bytes FROM envelope WHERE township = ?1 "
                              "AND stream = ?2 AND idx > ?3 ORDER BY idx"));
  q.bind(1, township.view()).bind(2, stream.view()).bind(3, static_cast<std::int64_t>(after_index));
  return read_envelopes(q, bytes_max);
}

Result<StreamHead> SqliteStore::stream_head(const TownshipId& township, const StreamId& stream) {
  const std::lock_guard lock(state_->read_mutex);
  return read_head(state_->reader, township, stream);
}

Result<Hash> SqliteStore::head_at(const TownshipId& township, const StreamId& stream,
                                  std::uint64_t index) {
  const std::lock_guard lock(state_->read_mutex);
  if (index == 0) {
    MQ_TRY(const wire::Generation generation, read_generation(state_->reader));
    return wire::first_head(township, stream, generation);
  }
  MQ_TRY(Query q, state_->reader.query("SELECT head FROM envelope WHERE township = ?1 AND "
                                       "stream = ?2 AND idx = ?3"));
  q.bind(1, township.view()).bind(2, stream.view()).bind(3, static_cast<std::int64_t>(index));
  MQ_TRY(const bool row, q.step());
  if (!row) return Error{Code::kNotFound, "流中没有这个序号", "no such index in the stream"};
  return id_at<Hash>(q, 0);
}

Result<std::vector<ChainHead>> SqliteStore::chain_heads(const TownshipId& township,
                                                        const wire::ChainId& chain) {
  const std::lock_guard lock(state_->read_mutex);
  MQ_TRY(Query q, state_->reader.query(
                      "SELECT seq, hash, control_seq FROM chain_head WHERE township = ?1 AND "
                      "stream = ?2 AND device = ?3 AND incarnation = ?4 ORDER BY seq, hash"));
  q.bind(1, township.view()).bind(2, chain.stream.view()).bind(3, chain.device.view());
  q.bind(4, static_cast<std::int64_t>(chain.incarnation));
  std::vector<ChainHead> out;
  for (;;) {
    MQ_TRY(const bool row, q.step());
    if (!row) return out;
    MQ_TRY(const Hash hash, id_at<Hash>(q, 1));
    out.push_back({unsigned_at(q, 0), hash, static_cast<std::uint32_t>(q.integer(2))});
  }
}

namespace {

// Rows of (stream, device, incarnation).
Result<std::vector<wire::ChainId>> chains_of(Query& q) {
  std::vector<wire::ChainId> out;
  for (;;) {
    MQ_TRY(const bool row, q.step());
    if (!row) return out;
    MQ_TRY(const StreamId stream, id_at<StreamId>(q, 0));
    MQ_TRY(const DeviceId device, id_at<DeviceId>(q, 1));
    out.push_back({stream, device, static_cast<std::uint32_t>(q.integer(2))});
  }
}

}  // namespace

Result<std::vector<wire::ChainId>> SqliteStore::device_chains(const TownshipId& township,
                                                              const DeviceId& device) {
  const std::lock_guard lock(state_->read_mutex);
  MQ_TRY(Query q,
         state_->reader.query("SELECT DISTINCT stream, device, incarnation FROM chain_head WHERE "
                              "township = ?1 AND device = ?2 ORDER BY 1, 2, 3"));
  q.bind(1, township.view()).bind(2, device.view());
  return chains_of(q);
}

Result<std::vector<wire::ChainId>> SqliteStore::forks(const TownshipId& township) {
  const std::lock_guard lock(state_->read_mutex);
  MQ_TRY(Query q, state_->reader.query(
                      "SELECT stream, device, incarnation FROM chain_head WHERE township = ?1 "
                      "GROUP BY stream, device, incarnation HAVING count(*) > 1 ORDER BY 1, 2, 3"));
  q.bind(1, township.view());
  return chains_of(q);
}

Result<std::vector<Store::Held>> SqliteStore::held_at(const TownshipId& township,
                                                      const wire::ChainId& chain,
                                                      std::uint64_t seq) {
  const std::lock_guard lock(state_->read_mutex);
  // Without the name SQLite would rather walk the whole stream in the order of idx.
  MQ_TRY(Query q, state_->reader.query("SELECT hash, idx FROM envelope INDEXED BY envelope_chain "
                                       "WHERE township = ?1 AND stream = ?2 AND device = ?3 AND "
                                       "incarnation = ?4 AND seq = ?5 ORDER BY idx"));
  q.bind(1, township.view()).bind(2, chain.stream.view()).bind(3, chain.device.view());
  q.bind(4, static_cast<std::int64_t>(chain.incarnation)).bind(5, static_cast<std::int64_t>(seq));
  std::vector<Held> out;
  for (;;) {
    MQ_TRY(const bool row, q.step());
    if (!row) return out;
    MQ_TRY(const Hash hash, id_at<Hash>(q, 0));
    out.push_back({hash, unsigned_at(q, 1)});
  }
}

Result<std::vector<StreamId>> SqliteStore::streams(const TownshipId& township) {
  const std::lock_guard lock(state_->read_mutex);
  MQ_TRY(Query q,
         state_->reader.query("SELECT stream FROM stream WHERE township = ?1 ORDER BY stream"));
  q.bind(1, township.view());
  std::vector<StreamId> out;
  for (;;) {
    MQ_TRY(const bool row, q.step());
    if (!row) return out;
    MQ_TRY(const StreamId stream, id_at<StreamId>(q, 0));
    out.push_back(stream);
  }
}

Status SqliteStore::rebase(const wire::Generation& generation) {
  return state_->write([&](Database& database) -> Status {
    std::vector<std::pair<TownshipId, StreamId>> all;
    {
      MQ_TRY(Query q, database.query("SELECT township, stream FROM stream"));
      for (;;) {
        MQ_TRY(const bool row, q.step());
        if (!row) break;
        MQ_TRY(const TownshipId township, id_at<TownshipId>(q, 0));
        MQ_TRY(const StreamId stream, id_at<StreamId>(q, 1));
        all.emplace_back(township, stream);
      }
    }
    for (const auto& [township, stream] : all) {
      MQ_CHECK(rebase_stream(database, generation, township, stream));
    }
    return database.run("INSERT OR REPLACE INTO setting(name, value) VALUES(?1, ?2)",
                        kGenerationSetting, generation);
  });
}

Status SqliteStore::prune(const TownshipId& township, const StreamId& stream, std::uint64_t index) {
  return state_->write([&](Database& database) -> Status {
    Bytes pruned;
    {
      MQ_TRY(Query q, database.query("SELECT bytes FROM envelope WHERE township = ?1 AND "
                                     "stream = ?2 AND idx = ?3"));
      q.bind(1, township.view()).bind(2, stream.view()).bind(3, static_cast<std::int64_t>(index));
      MQ_TRY(const bool row, q.step());
      if (!row) return Error{Code::kNotFound, "流中没有这个序号", "no such index in the stream"};
      MQ_TRY(wire::Envelope envelope, wire::parse_envelope(q.blob(0)));
      envelope.ct.clear();
      pruned = wire::encode_envelope(envelope);
    }
    return database.run(
        "UPDATE envelope SET bytes = ?4 WHERE township = ?1 AND stream = ?2 AND idx = ?3", township,
        stream, index, pruned);
  });
}

}  // namespace mq::server
