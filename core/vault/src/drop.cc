// A stream leaves this device: rows, envelopes, and all that was made of them. Its number and those
// of its lines stay taken, so that nothing else is ever read by them.
#include "mq/base/text.h"
#include "mq/model/ddl.h"
#include "state.h"

namespace mq::vault {

namespace {

// What refers to the rows or lines of stream ?1, before these go.
constexpr const char* kReferences[] = {
    "DELETE FROM mq_open_entry WHERE stream = ?1",
    "DELETE FROM mq_receipt WHERE stream = ?1",
    "DELETE FROM mq_waiting WHERE rid >> 40 IN (SELECT ix FROM mq_line WHERE stream = ?1)",
    "DELETE FROM mq_standing WHERE hash IN (SELECT e.hash FROM mq_envelope e JOIN mq_line l "
    "ON l.ix = e.line WHERE l.stream = ?1)",
    "DELETE FROM mq_conflict WHERE (entity, rid) IN "
    "(SELECT entity, rid FROM mq_unknown_row WHERE stream = ?1)",
    "DELETE FROM mq_touch WHERE (entity, rid) IN "
    "(SELECT entity, rid FROM mq_unknown_row WHERE stream = ?1)",
    "DELETE FROM mq_unknown_row WHERE stream = ?1",
    "DELETE FROM mq_envelope WHERE line IN (SELECT ix FROM mq_line WHERE stream = ?1)",
    "UPDATE mq_stream SET cursor_index = 0, cursor_head = NULL WHERE ix = ?1",
    // Empty lines of no stream and of no device; each is a chain of its own.
    "UPDATE mq_line SET stream = 0, device = zeroblob(16), incarnation = ix, parent = 0, "
    "fork_seq = 0, fork_n = 0, last_seq = 0, last_n = 0, last_hash = zeroblob(32), "
    "control_seq = 0, first_waiting = 0, void_entries = 0 WHERE stream = ?1",
};

Status check_own(Vault::State& s, StreamIx ix) {
  std::int64_t unsent = 0;
  {
    MQ_TRY(sqlite::Query q,
           s.db.query("SELECT (SELECT count(*) FROM mq_pending WHERE rid >> 40 IN (SELECT ix FROM "
                      "mq_line WHERE stream = ?1)) + (SELECT count(*) FROM mq_envelope e JOIN "
                      "mq_line l ON l.ix = e.line WHERE l.stream = ?1 AND e.own = 1 AND "
                      "e.receipt = 0)"));
    q.bind(1, ix);
    MQ_TRY(const bool row, q.step());
    if (row) unsent = q.integer(0);
  }
  if (unsent > 0) {
    return Error{Code::kConflict, "清除资料:还有没送到的记录,什么也没有清除",
                 "dropping a stream: own work of it has no receipt yet; nothing was dropped"};
  }
  const LineIx own = s.own_line(ix);
  if (own == 0 || s.lines.at(own).last_seq == 0) return {};
  // A chain must never begin a second time under one incarnation.
  return Error{Code::kConflict, "清除资料:要先换新编号,什么也没有清除",
               "dropping a stream: start a new incarnation first; nothing was dropped"};
}

Status drop_rows(Vault::State& s, const Table& table, StreamIx ix) {
  const std::string rows =
      cat("(SELECT rid FROM ", model::quoted(table.name), " WHERE stream = ?2)");
  for (const char* about : {"mq_conflict", "mq_touch"}) {
    MQ_CHECK(s.db.run(cat("DELETE FROM ", about, " WHERE entity = ?1 AND rid IN ", rows),
                      table.entity, ix));
  }
  return s.db.run(cat("DELETE FROM ", model::quoted(table.name), " WHERE stream = ?1"), ix);
}

}  // namespace

Status Vault::drop_stream(StreamIx ix) {
  State& s = *state_;
  const StreamInfo* info = s.stream(ix);
  if (info == nullptr) {
    return Error{Code::kNotFound, "清除资料:没有这条数据流",
                 "dropping a stream: there is none such"};
  }
  const StreamId id = info->id;
  // What goes is overwritten. Space that was freed before keeps what it held until a rekey.
  MQ_CHECK(s.db.execute("PRAGMA secure_delete = ON"));
  return s.atomically([&]() -> Status {
    MQ_CHECK(check_own(s, ix));
    MQ_CHECK(s.flush());  // what stands in memory only, since all of it is read again below
    for (const Table& table : s.tables) MQ_CHECK(drop_rows(s, table, ix));
    MQ_CHECK(
        s.db.run("DELETE FROM mq_parked_at WHERE hash IN "
                 "(SELECT hash FROM mq_parked WHERE stream = ?1)",
                 id.view()));
    MQ_CHECK(s.db.run("DELETE FROM mq_parked WHERE stream = ?1", id.view()));
    MQ_CHECK(s.db.run("DELETE FROM mq_setting WHERE substr(name, 1, length(?1)) = ?1",
                      cat("vault.statement.", ix, ".")));
    for (const char* statement : kReferences) MQ_CHECK(s.db.run(statement, ix));
    MQ_CHECK(s.reset_search());
    return s.reload();
  });
}

}  // namespace mq::vault
