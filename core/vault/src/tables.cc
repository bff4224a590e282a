// Opening: tables, what stands in memory, one commit around many calls.
#include <algorithm>

#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "row_codec.h"
#include "search.h"
#include "state.h"

namespace mq::vault {

namespace {

constexpr std::int64_t kLayout = 1;

constexpr const char* kTables = R"sql(
CREATE TABLE IF NOT EXISTS mq_setting(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mq_stream(ix INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE,
  kind INTEGER NOT NULL, ordinal INTEGER NOT NULL, owner BLOB NOT NULL, label TEXT NOT NULL,
  cursor_index INTEGER NOT NULL DEFAULT 0, cursor_head BLOB);
CREATE TABLE IF NOT EXISTS mq_line(ix INTEGER PRIMARY KEY, stream INTEGER NOT NULL,
  device BLOB NOT NULL, incarnation INTEGER NOT NULL, parent INTEGER NOT NULL,
  fork_seq INTEGER NOT NULL, fork_n INTEGER NOT NULL, last_seq INTEGER NOT NULL,
  last_n INTEGER NOT NULL, last_hash BLOB NOT NULL, control_seq INTEGER NOT NULL,
  first_waiting INTEGER NOT NULL, void_entries INTEGER NOT NULL, hlc INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS mq_envelope(rid INTEGER PRIMARY KEY, hash BLOB NOT NULL,
  line INTEGER NOT NULL, seq INTEGER NOT NULL, first_n INTEGER NOT NULL, last_n INTEGER NOT NULL,
  own INTEGER NOT NULL, receipt INTEGER NOT NULL DEFAULT 0, server_index INTEGER, received INTEGER,
  context BLOB, bytes BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS mq_envelope_by_hash ON mq_envelope(hash);
CREATE INDEX IF NOT EXISTS mq_envelope_by_n ON mq_envelope(line, last_n, seq);
CREATE INDEX IF NOT EXISTS mq_envelope_outbox ON mq_envelope(line, seq)
  WHERE own = 1 AND receipt = 0;
CREATE INDEX IF NOT EXISTS mq_envelope_relay ON mq_envelope(line, seq)
  WHERE own = 0 AND receipt <> 1 AND server_index IS NULL;
CREATE TABLE IF NOT EXISTS mq_pending(rid INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS mq_waiting(rid INTEGER PRIMARY KEY, least_reader INTEGER NOT NULL,
  bytes BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS mq_unknown_row(rid INTEGER PRIMARY KEY, stream INTEGER NOT NULL,
  entity INTEGER NOT NULL, id BLOB NOT NULL, deleted INTEGER NOT NULL, meta BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS mq_unknown_row_by_id ON mq_unknown_row(entity, id, stream);
CREATE TABLE IF NOT EXISTS mq_open_entry(stream INTEGER NOT NULL, device BLOB NOT NULL,
  incarnation INTEGER NOT NULL, n INTEGER NOT NULL, tag BLOB NOT NULL, entity INTEGER NOT NULL,
  rid INTEGER NOT NULL, line INTEGER NOT NULL,
  PRIMARY KEY(stream, device, incarnation, n, tag, entity, rid)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mq_conflict(entity INTEGER NOT NULL, rid INTEGER NOT NULL,
  field INTEGER NOT NULL, PRIMARY KEY(entity, rid, field)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mq_touch(entity INTEGER NOT NULL, rid INTEGER NOT NULL,
  line INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(entity, rid, line, n)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mq_receipt(stream INTEGER NOT NULL, device BLOB NOT NULL,
  incarnation INTEGER NOT NULL, seq_to INTEGER NOT NULL, last_hash BLOB NOT NULL,
  bytes BLOB NOT NULL, PRIMARY KEY(stream, device, incarnation, seq_to, last_hash)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mq_form(key TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mq_parked(hash BLOB PRIMARY KEY, stream BLOB NOT NULL,
  why TEXT NOT NULL, bytes BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS mq_parked_at(hash BLOB PRIMARY KEY, server_index INTEGER NOT NULL,
  received INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mq_standing(hash BLOB PRIMARY KEY, standing INTEGER NOT NULL)
  WITHOUT ROWID;
)sql";

}  // namespace

Error damaged(std::string_view zh, std::string_view en) {
  return {Code::kCorrupt, cat(zh, ",请运行 doctor"), cat(en, ", run doctor")};
}

Status Vault::State::create_tables() {
  MQ_CHECK(db.execute(kTables));
  MQ_CHECK(db.execute(search_tables()));
  MQ_TRY(const auto layout, setting("vault.layout"));
  if (!layout) {
    const std::uint8_t first = kLayout;
    return set_setting("vault.layout", {&first, 1});
  }
  if (layout->size() == 1 && layout->front() == kLayout) return {};
  return Error{Code::kUnsupported, "打开库:它由更新的程序版本写成,请更新程序",
               "opening the vault: a newer program wrote it, update the program"};
}

Result<std::optional<Bytes>> Vault::State::setting(std::string_view name) {
  MQ_TRY(sqlite::Query q, db.query("SELECT value FROM mq_setting WHERE name = ?1"));
  q.bind(1, name);
  MQ_TRY(const bool found, q.step());
  if (!found) return std::optional<Bytes>{};
  return std::optional<Bytes>(to_bytes(q.blob(0)));
}

Status Vault::State::set_setting(std::string_view name, ByteView value) {
  return db.run(
      "INSERT INTO mq_setting(name, value) VALUES (?1, ?2) "
      "ON CONFLICT(name) DO UPDATE SET value = ?2",
      name, value);
}

const Table* Vault::State::table(std::uint32_t entity) const {
  const auto at = std::lower_bound(tables.begin(), tables.end(), entity,
                                   [](const Table& t, std::uint32_t e) { return t.entity < e; });
  return at != tables.end() && at->entity == entity ? &*at : nullptr;
}

Status Vault::State::atomically(const std::function<Status()>& body) {
  if (depth > 0) {
    if (doomed) return *doomed;
    Status status = body();
    if (!status.ok() && !doomed) doomed = status.error();
    return status;
  }
  doomed.reset();
  Status status;
  {
    MQ_TRY(sqlite::Transaction transaction, sqlite::Transaction::begin(db));
    depth = 1;
    status = body();
    depth = 0;
    if (status.ok() && doomed) status = *doomed;
    if (status.ok()) status = flush();
    if (status.ok()) status = transaction.commit();
  }
  if (status.ok()) return status;
  MQ_CHECK(reload());
  return status;
}

Status Vault::State::flush() {
  const std::set<LineIx> lines_changed = std::move(dirty);
  dirty.clear();
  for (const LineIx ix : lines_changed) {
    const Line& l = lines.at(ix);
    MQ_CHECK(
        db.run("UPDATE mq_line SET last_seq = ?2, last_n = ?3, last_hash = ?4, "
               "control_seq = ?5, first_waiting = ?6, void_entries = ?7, hlc = ?8 "
               "WHERE ix = ?1",
               ix, sql(l.last_seq), sql(l.last_n), l.last_hash.view(), l.control_seq,
               sql(l.first_waiting), sql(l.void_entries), sql(hlc->last().packed)));
  }
  if (!checkpoint_moved) return {};
  checkpoint_moved = false;
  ByteWriter mark;
  mark.zigzag(checkpoint.time_ms);
  mark.raw(checkpoint.digest);
  return set_setting("vault.checkpoint", mark.bytes());
}

namespace {

Status load_identity(Vault::State& s) {
  MQ_TRY(const auto device, s.setting("vault.device"));
  s.device = device ? DeviceId::from(*device) : std::nullopt;
  MQ_TRY(const auto incarnation, s.setting("vault.incarnation"));
  s.incarnation = 0;
  if (incarnation) s.incarnation = ByteReader(*incarnation).integer<std::uint32_t>();
  MQ_TRY(const auto actor, s.setting("vault.actor"));
  s.actor = actor ? PersonId::from(*actor).value_or(PersonId{}) : PersonId{};
  if (s.checkpoint_moved) return {};
  MQ_TRY(const auto mark, s.setting("vault.checkpoint"));
  if (!mark) return {};
  ByteReader reader(*mark);
  s.checkpoint.time_ms = reader.zigzag();
  s.checkpoint.digest = reader.array<8>();
  if (!reader.done()) return damaged("读取服务器时间记号", "reading the checkpoint mark");
  return {};
}

Status load_streams(Vault::State& s) {
  s.streams.clear();
  MQ_TRY(sqlite::Query q,
         s.db.query("SELECT ix, id, kind, ordinal, owner, label FROM mq_stream ORDER BY ix"));
  for (;;) {
    MQ_TRY(const bool row, q.step());
    if (!row) return {};
    StreamInfo info;
    info.ix = q.integer(0);
    info.id = StreamId::from(q.blob(1)).value_or(StreamId{});
    info.kind = static_cast<int>(q.integer(2));
    info.ordinal = static_cast<std::uint32_t>(q.integer(3));
    info.owner = to_bytes(q.blob(4));
    info.label = std::string(q.text(5));
    s.streams.push_back(std::move(info));
    if (s.streams.back().ix != static_cast<StreamIx>(s.streams.size())) {
      return damaged("读取卷宗表:编号不连续", "reading the streams: numbers are missing");
    }
  }
}

Status load_lines(Vault::State& s, std::uint64_t& last_hlc) {
  s.lines.clear();
  MQ_TRY(sqlite::Query q,
         s.db.query("SELECT ix, stream, device, incarnation, parent, fork_seq, fork_n, last_seq, "
                    "last_n, last_hash, control_seq, first_waiting, void_entries, hlc "
                    "FROM mq_line ORDER BY ix"));
  for (;;) {
    MQ_TRY(const bool row, q.step());
    if (!row) return {};
    Line l;
    const auto number = [&](int k) { return static_cast<std::uint64_t>(q.integer(k)); };
    l.ix = static_cast<LineIx>(number(0));
    l.stream = q.integer(1);
    l.chain = {DeviceId::from(q.blob(2)).value_or(DeviceId{}),
               static_cast<std::uint32_t>(number(3))};
    l.parent = static_cast<LineIx>(number(4));
    l.fork_seq = number(5);
    l.fork_n = number(6);
    l.last_seq = number(7);
    l.last_n = number(8);
    l.last_hash = Hash::from(q.blob(9)).value_or(Hash{});
    l.control_seq = static_cast<std::uint32_t>(number(10));
    l.first_waiting = number(11);
    l.void_entries = number(12);
    last_hlc = std::max(last_hlc, number(13));
    if (l.ix != s.lines.all().size() + 1) {
      return damaged("读取链表:编号不连续", "reading the chain lines: numbers are missing");
    }
    s.lines.add(std::move(l));
  }
}

// How far the own lines have come with what is not sealed yet.
Status load_pending(Vault::State& s, std::uint64_t& last_hlc) {
  for (const Line& l : s.lines.all()) {
    if (!s.device || l.chain != ChainName{*s.device, s.incarnation}) continue;
    Line& line = s.lines.at(l.ix);
    line.committed_n = line.last_n;
    MQ_TRY(sqlite::Query q, s.db.query("SELECT bytes FROM mq_pending WHERE rid BETWEEN ?1 AND ?2 "
                                       "ORDER BY rid DESC LIMIT 1"));
    q.bind(1, pending_rid(l.ix, 0)).bind(2, pending_rid(l.ix + 1, 0) - 1);
    MQ_TRY(const bool found, q.step());
    if (!found) continue;
    MQ_TRY(const model::Transaction t, s.decode_transaction(q.blob(0)));
    line.committed_n = t.n;
    last_hlc = std::max(last_hlc, t.hlc.packed);
  }
  return {};
}

}  // namespace

Status Vault::State::reload() {
  dirty.clear();
  resolved.clear();
  timed_runs.clear();
  MQ_CHECK(load_identity(*this));
  MQ_CHECK(load_streams(*this));
  std::uint64_t last_hlc = 0;
  MQ_CHECK(load_lines(*this, last_hlc));
  MQ_CHECK(find_undecided());
  MQ_CHECK(load_pending(*this, last_hlc));
  hlc.emplace(clock, Hlc{last_hlc});
  MQ_TRY(token, db.integer("SELECT max(rid) FROM mq_envelope"));
  foreign_token = token;
  MQ_TRY(open_rows, db.integer("SELECT count(*) FROM mq_open_entry"));
  MQ_TRY(conflict_rows, db.integer("SELECT count(*) FROM mq_conflict"));
  indexed.clear();
  MQ_TRY(sqlite::Query q, db.query("SELECT entity, rid FROM mq_search_state"));
  for (;;) {
    MQ_TRY(const bool row, q.step());
    if (!row) return {};
    indexed[static_cast<std::uint32_t>(q.integer(0))] = q.integer(1);
  }
}

}  // namespace mq::vault
