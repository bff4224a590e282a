// Vault::State: the database, and the few things kept in memory beside it.
//
// Everything in memory can be read again from the database; after a failed commit it is. Split over
// tables.cc (tables, open), rows.cc (one row), commit.cc, apply.cc, search.cc and so on.
#pragma once

#include <map>
#include <set>
#include <unordered_map>

#include "lines.h"
#include "mq/vault/vault.h"
#include "table.h"

namespace mq::vault {

// What a merge writes into a column; `held` keeps what the value points to.
struct ColumnWrite {
  const Column* column = nullptr;
  std::int64_t number = 0;
  Bytes held;
  enum class Form { kNull, kNumber, kText, kBlob } form = Form::kNull;
};

// A row while it is merged.
struct FreshRow;
struct FreshValue;
class FreshMerge;

struct OpenRow {
  const Table* table = nullptr;  // none: an entity of a newer version
  std::uint32_t entity = 0;
  StreamIx stream = 0;
  RowId id;
  std::int64_t rid = 0;  // 0: not stored yet
  bool deleted = false;
  RowState state;
  std::set<std::uint32_t> contested;             // as stored
  std::vector<model::ContextEntry> open_before;  // as stored
  std::vector<Cover> creators;                   // who wrote it first, unless that is noted already
  std::vector<CellKey> changed;
  std::vector<Stamp> stamps;  // whose ops changed it
};

struct Vault::State final : EnvelopeIndex {
  State(sqlite::Database database, const Clock& c, Random& r, const model::Schema& s)
      : db(std::move(database)),
        clock(c),
        random(r),
        schema(s),
        lines(*this),
        hlc(HlcClock(c, {})) {}

  sqlite::Database db;
  const Clock& clock;
  Random& random;
  const model::Schema& schema;

  // ---- memory, all of it read by reload()
  LineMap lines;
  std::optional<HlcClock> hlc;
  std::vector<StreamInfo> streams;  // by ix - 1
  std::vector<Table> tables;        // by entity
  std::uint32_t file_version = 0;
  std::optional<DeviceId> device;
  std::uint32_t incarnation = 0;
  PersonId actor;
  std::int64_t token = 0;                         // greatest rid of mq_envelope
  std::int64_t foreign_token = 0;                 // greatest rid of an envelope that came in
  std::int64_t open_rows = 0;                     // rows of mq_open_entry
  std::int64_t conflict_rows = 0;                 // rows of mq_conflict
  std::map<std::uint32_t, std::int64_t> indexed;  // entity -> greatest rid in the search index
  std::set<LineIx> dirty;                         // lines to write before the commit
  std::map<model::ContextEntry, std::vector<Cover>> resolved;  // cache of one stream
  std::int64_t resolved_stream = 0;
  // By line, the envelope whose time was last asked for; a ledger asks for row after row of it.
  struct TimedRun {
    std::uint64_t first_n = 0, last_n = 0;
    std::optional<WallTime> received;
  };
  std::map<LineIx, TimedRun> timed_runs;  // emptied by whatever changes an envelope's time

  // ---- this session
  ClockClass clock_class = ClockClass::kWall;
  model::CheckpointMark checkpoint;  // kept over sessions, written with the next commit
  bool checkpoint_moved = false;
  int depth = 0;
  std::optional<Error> doomed;  // something failed half-way: the outermost commit must not happen

  // tables.cc
  Status create_tables();
  Status reload();
  Status upgrade();
  Status flush();
  // One durable commit around everything inside; nested calls join the outermost.
  Status atomically(const std::function<Status()>& body);
  Result<std::optional<Bytes>> setting(std::string_view name);
  Status set_setting(std::string_view name, ByteView value);
  const Table* table(std::uint32_t entity) const;
  const StreamInfo* stream(StreamIx ix) const {
    return ix >= 1 && ix <= static_cast<StreamIx>(streams.size())
               ? &streams[static_cast<std::size_t>(ix - 1)]
               : nullptr;
  }

  // EnvelopeIndex
  std::optional<Held> find(const Hash& envelope) const override;
  std::vector<Hash> ending_at(LineIx line, std::uint64_t n) const override;
  Hash carrying(LineIx line, std::uint64_t n) const override;
  Hash hash_at(LineIx line, std::uint64_t n, std::uint64_t seq) const;
  sqlite::Database& database() const { return const_cast<State*>(this)->db; }

  // chains.cc
  LineIx own_line(StreamIx stream) const;  // 0: none yet
  Result<LineIx> own_line_or_new(StreamIx stream);
  Result<LineIx> new_line(Line line);
  Result<model::Context> context_at(StreamIx stream, View seen);
  Bytes encode_context(StreamIx stream, const model::Context& context) const;
  Result<model::Context> decode_context(ByteReader& in) const;
  Bytes encode_transaction(StreamIx stream, const model::Transaction& t) const;
  Result<model::Transaction> decode_transaction(ByteView bytes) const;
  Result<std::optional<model::Context>> context_after(LineIx line, std::uint64_t seq);
  // The transactions that an envelope carries, and whether they are this device's.
  struct Carried {
    std::uint64_t first_n = 0;
    std::uint64_t last_n = 0;
    bool own = false;
  };
  Status insert_envelope(const wire::Envelope& envelope, const Hash& hash, Line& line,
                         const Carried& carried, const model::Context& running);

  // rows.cc
  Result<OpenRow> open_row(std::uint32_t entity, StreamIx stream, const RowId& id);
  Result<OpenRow> open_row_at(std::uint32_t entity, std::int64_t rid);
  // Merges the run of ops of one row that begins at `at`; returns where it ends.
  Result<std::size_t> merge_run(const model::Transaction& t, std::size_t at, StreamIx stream,
                                const Stamp& stamp, const ResolvedContext& seen, bool late);
  Status store_row(OpenRow& row);
  // fresh_row.cc
  Result<bool> insert_fresh(const FreshRow& row, std::span<const FreshValue> values,
                            const RowId& id, StreamIx stream, const Bytes& meta);
  Result<Bytes> stored_value(const OpenRow& row, const Column& column);
  // Brings the values that stand in columns into the state, so that it is whole by itself.
  Status bring_values(OpenRow& row);
  Result<std::set<std::uint32_t>> contested_fields(OpenRow& row);
  Result<std::int64_t> insert_row(OpenRow& row, const std::vector<ColumnWrite>& writes);
  Status update_row(OpenRow& row, const std::vector<ColumnWrite>& writes);
  Result<std::vector<ColumnWrite>> column_writes(OpenRow& row);
  Result<Bytes> head_value(const OpenRow& row, const MergeCell& cell, const Head& head);
  Status note_contests(OpenRow& row);
  Status note_open_entries(const OpenRow& row);
  Status note_touch(const OpenRow& row);

  // apply.cc
  ResolvedContext resolve_cached(StreamIx stream, LineIx line, std::uint64_t n,
                                 const model::Context& context);
  Status merge_transaction(StreamIx stream, LineIx line, const model::Transaction& t,
                           const ResolvedContext& seen, FreshMerge& fresh, std::size_t place);
  Status merge_late(StreamIx stream, LineIx line, const model::Transaction& t,
                    const ResolvedContext& seen);
  Result<std::set<std::pair<std::uint32_t, std::int64_t>>> waiting_rows(StreamIx stream,
                                                                        const ChainName& chain,
                                                                        std::uint64_t from,
                                                                        std::uint64_t to,
                                                                        const Hash& hash);
  void count_void(LineIx author);
  Status keep_waiting(StreamIx stream, LineIx line, const model::Transaction& t);
  // Reads the line's first_waiting again.
  Status find_waiting(LineIx line);
  Status settle_entries(StreamIx stream, const ChainName& chain, std::uint64_t from,
                        std::uint64_t to, const Hash& hash);
  Status interpret_waiting();

  // writers.cc
  // (line, n) of every transaction that wrote the row: noted when it was edited, else its heads.
  Result<std::set<Cover>> writers(const OpenRow& row);
  struct Carrier {
    std::int64_t rid = 0;
    std::optional<WallTime> received;
    bool in_force = true;
  };
  // Nothing: not sealed yet.
  Result<std::optional<Carrier>> carrier_of(const Cover& writer);
  Result<wire::Envelope> envelope_at(std::int64_t rid);
  // Own transaction that is not sealed yet; nothing: there is none of that number.
  Result<std::optional<model::Transaction>> unsealed_at(const Cover& writer);

  // standing.cc
  Status set_standing(const Hash& envelope, Standing standing);
  // Reads the undecided_seq of all lines again.
  Status find_undecided();

  // remerge.cc
  // Puts the row in the place of what is stored of it; `wrote` are its transactions.
  Status replace_row(std::uint32_t entity, StreamIx stream, const RowId& id,
                     const std::vector<RowWrite>& wrote);
  Status delete_row(const OpenRow& row);

  // origin.cc
  Result<std::optional<WallTime>> received_at(LineIx line, std::uint64_t n);

  // search.cc
  Status note_search(const OpenRow& row);
  // The index is made anew, a few rows at a time; until then rows are scanned.
  Status reset_search();
};

inline std::int64_t sql(std::uint64_t number) { return static_cast<std::int64_t>(number); }
// rid of mq_pending and mq_waiting: line and n in one number, so that order is order.
inline std::int64_t pending_rid(LineIx line, std::uint64_t n) {
  return static_cast<std::int64_t>(std::uint64_t{line} << 40 | n);
}
Error damaged(std::string_view zh, std::string_view en);

}  // namespace mq::vault
