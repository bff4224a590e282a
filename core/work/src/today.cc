#include "mq/work/today.h"

#include <algorithm>
#include <functional>

#include "issue_facts.h"
#include "issue_handler.h"
#include "minqing/model/v1/commitment.pb.h"
#include "minqing/model/v1/diary.pb.h"
#include "minqing/model/v1/dispute.pb.h"
#include "minqing/model/v1/handout.pb.h"
#include "minqing/model/v1/issue.pb.h"
#include "minqing/model/v1/programme.pb.h"
#include "mq/base/text.h"
#include "mq/work/believed_time.h"
#include "mq/work/canonical.h"
#include "mq/work/directory.h"
#include "mq/work/handover.h"
#include "mq/work/intervals.h"
#include "mq/work/local_entry.h"
#include "roster_then.h"
#include "visit_outcome.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kWeek = 7;  // days ahead that are listed
constexpr std::size_t kWords = 20;

// What deadlines and last days are compared with.
struct Now {
  WallTime at;
  Date day;
  bool doubtful = false;  // the device's clock: nothing turns red
  bool unknown = false;   // doubtful, and no server was heard of
};
Now now_of(const BelievedTime& time) {
  return {time.start(), Date::in_shanghai(time.start()), time.doubtful,
          time.doubtful && !time.server};
}

RowId row_of(const sqlite::Query& q) { return RowId::from(q.blob(0)).value_or(RowId{}); }

// The rows of a question that are mine: its fourth and fifth columns say whose and in which
// village. Mine are also those that stand in the name of somebody whose village I have taken over.
Status each_of_mine(const Workplace& place, sqlite::Query& q, const Cadre& me,
                    const std::function<Status()>& take) {
  MQ_TRY(const Custody custody, Custody::load(place));
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return {};
    const auto named = RowId::from(q.blob(3));
    const RowId village = RowId::from(q.blob(4)).value_or(RowId{});
    if (named && custody.holder(village, *named) == me.id) MQ_CHECK(take());
  }
}

// Each row: id, what it is, its last moment.
Status list_due(const Workplace& place, const char* entity, sqlite::Query& q, const Cadre& me,
                const Now& now, Today& out) {
  q.bind(1, now.at.ms + kWeek * kDayMs);
  return each_of_mine(place, q, me, [&]() -> Status {
    const WallTime due{q.integer(2)};
    const bool overdue = !now.doubtful && due.ms < now.at.ms;
    out.items.push_back({overdue ? TodayItem::Kind::kOverdue : TodayItem::Kind::kDue, entity,
                         row_of(q), std::string(q.text(1)), Date::in_shanghai(due)});
    return {};
  });
}

// Issues in my hands whose deadline has come or comes within a week.
Status add_issues(const Workplace& place, const Cadre& me, const Now& now, Today& out) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(
             cat("SELECT id, title, ", issue_working_due_ms_sql(),
                 " AS last, coalesce(handler_id, recorded_by), village_id FROM \"issue\" WHERE "
                 "deleted = 0 AND due_at IS NOT NULL AND closed_on IS NULL AND last < ?1 ORDER BY "
                 "last")));
  return list_due(place, "issue", q, me, now, out);
}

// Disputes that I lead, or found while nobody leads: until when they are to be settled, and the
// hour and the day that run until somebody has reported it, or come (DOMAIN F4).
Status add_disputes(const Workplace& place, const Cadre& me, const Now& now, Today& out) {
  MQ_TRY(
      sqlite::Query q,
      place.vault.database().query(
          "SELECT id, substr(text, 1, 20), CASE state WHEN ?2 THEN group_failed_at + 3600000 WHEN "
          "?3 THEN reported_at + 86400000 ELSE (CAST(due AS INTEGER) + 1) * 86400000 - 28800001 "
          "END AS last, coalesce(lead_id, recorded_by), village_id FROM \"dispute\" WHERE deleted "
          "= 0 AND ended_on IS NULL AND last < ?1 ORDER BY last, id"));
  q.bind(2, std::int64_t{mpb::DISPUTE_STATE_GROUP_FAILED})
      .bind(3, std::int64_t{mpb::DISPUTE_STATE_REPORTED});
  return list_due(place, "dispute", q, me, now, out);
}

// A row of id, title and day.
void put_issue(TodayItem::Kind kind, const sqlite::Query& q, Today& out) {
  out.items.push_back({kind, "issue", row_of(q), std::string(q.text(1)),
                       Date{static_cast<std::int32_t>(q.integer(2))}});
}

// Closed, and nobody has asked the person yet whether it helped; whoever wrote it down does, or has
// his village now, unless he handled it himself (DOMAIN F2).
Status add_callbacks(const Workplace& place, const Cadre& me, Today& out) {
  MQ_TRY(
      sqlite::Query q,
      place.vault.database().query(
          "SELECT id, title, closed_on, recorded_by, village_id, handler_id, to_org FROM \"issue\" "
          "WHERE deleted = 0 AND state = ?1 AND callback IS NULL AND closed_on IS NOT NULL "
          "ORDER BY "
          "closed_on, id"));
  q.bind(1, std::int64_t{mpb::ISSUE_STATE_CLOSED});
  return each_of_mine(place, q, me, [&]() -> Status {
    MQ_TRY(const std::optional<RowId> handler,
           handled_by(place, row_of(q), {RowId::from(q.blob(5)), RowId::from(q.blob(6))}));
    if (handler != me.id) put_issue(TodayItem::Kind::kCallback, q, out);
    return {};
  });
}

// Sent back to whoever wrote it down, for what it lacks. Open ones have an index, all have not.
Status add_returned(const Workplace& place, const Cadre& me, Today& out) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT id, title, registered_on, recorded_by, village_id "
                                      "FROM \"issue\" WHERE deleted = 0 AND closed_on IS "
                                      "NULL AND state = ?1 ORDER BY registered_on, id"));
  q.bind(1, std::int64_t{mpb::ISSUE_STATE_RETURNED});
  return each_of_mine(place, q, me, [&]() -> Status {
    put_issue(TodayItem::Kind::kReturned, q, out);
    return {};
  });
}

// The desk accepts (DOMAIN F2: 镇民情办).
Status count_waiting(const Workplace& place, Today& out) {
  if (!place.is_desk()) return {};
  MQ_TRY(sqlite::Query q, place.vault.database().query(
                              "SELECT count(*), min(registered_on) FROM \"issue\" WHERE deleted = "
                              "0 AND closed_on IS NULL AND state = ?1"));
  q.bind(1, std::int64_t{mpb::ISSUE_STATE_WAITING});
  MQ_TRY(const bool row, q.step());
  if (!row || q.integer(0) == 0) return {};
  out.waiting = static_cast<int>(q.integer(0));
  out.waiting_since = Date{static_cast<std::int32_t>(q.integer(1))};
  return {};
}

// What I promised in public, or answer for, and have not settled.
Status add_promises(const Workplace& place, const Cadre& me, const Now& now, Today& out) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(
             "SELECT id, text, due FROM \"commitment\" WHERE deleted = 0 AND owner_id = ?1 AND "
             "state NOT IN (?2, ?3, ?4) AND due <= ?5 ORDER BY due, id"));
  q.bind(1, me.id.view())
      .bind(2, std::int64_t{mpb::COMMITMENT_STATE_FULFILLED})
      .bind(3, std::int64_t{mpb::COMMITMENT_STATE_UNFULFILLED})
      .bind(4, std::int64_t{mpb::COMMITMENT_STATE_RETURNED})
      .bind(5, std::int64_t{now.day.days} + kWeek);
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return {};
    out.items.push_back({TodayItem::Kind::kPromised, "commitment", row_of(q),
                         std::string(first_characters(q.text(1), kWords)),
                         Date{static_cast<std::int32_t>(q.integer(2))}});
  }
}

Status add_drafts(const Workplace& place, const Cadre& me, Today& out) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(
             "SELECT id, coalesce(nullif(title, ''), "
             "substr(body, 1, 20)), date FROM \"diary\" WHERE deleted = 0 AND "
             "(author_id = ?1 OR recorded_by = ?1) AND status = ?2 ORDER BY date"));
  q.bind(1, me.id.view()).bind(2, std::int64_t{mpb::DIARY_STATUS_DRAFT});
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return {};
    out.items.push_back({TodayItem::Kind::kDraft, "diary", row_of(q), std::string(q.text(1)),
                         Date{static_cast<std::int32_t>(q.integer(2))}});
  }
}

// My pairings in force today, each household once; with no time known, those without a last day.
Result<std::vector<RowId>> my_pairs(const Workplace& place, const Cadre& me, const Now& now,
                                    const Canonical& canonical) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(
             "SELECT household_id FROM \"pairing\" WHERE deleted = 0 AND cadre_id = ?1 AND "
             "(?4 OR \"from\" <= ?3) AND ((\"to\" >= ?3 AND NOT ?4) OR (\"to\" IS NULL AND "
             "status = ?2))"));
  q.bind(1, me.id.view())
      .bind(2, std::int64_t{mpb::PAIRING_STATUS_ACTIVE})
      .bind(3, std::int64_t{now.day.days})
      .bind(4, std::int64_t{now.unknown});
  std::vector<RowId> out;
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return out;
    const RowId row = canonical.of(row_of(q));
    if (std::ranges::find(out, row) == out.end()) out.push_back(row);
  }
}

// The last day on which somebody of the household was met.
Result<std::optional<Date>> last_met(const Workplace& place, const Canonical& canonical,
                                     const RowId& household) {
  std::optional<Date> last;
  for (const RowId& row : canonical.aliases(household)) {
    MQ_TRY(sqlite::Query q,
           place.vault.database().query(
               cat("SELECT date FROM \"visit\" WHERE household_id = ?1 AND deleted = 0 AND ",
                   somebody_met_sql("outcome"), " ORDER BY date DESC LIMIT 1")));
    q.bind(1, row.view());
    MQ_TRY(const bool found, q.step());
    if (!found || q.is_null(0)) continue;
    last = std::max(last, std::optional(Date{static_cast<std::int32_t>(q.integer(0))}));
  }
  return last;
}

// What of a paired household is shown; nothing if it is not held here.
struct Paired {
  std::string name;
  int interval = 0;
  bool asked_for = true;  // in the scope of the ledgers
};
Result<std::optional<Paired>> paired(const Workplace& place, const Canonical& canonical,
                                     const Intervals& intervals, int otherwise, const RowId& row) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(
             "SELECT h.household_no, p.name, h.class, h.stream, h.status FROM \"household\" h LEFT "
             "JOIN "
             "\"person\" p ON p.id = h.head_person_id WHERE h.id = ?1 AND h.deleted = 0"));
  q.bind(1, row.view());
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return std::optional<Paired>();
    if (!canonical.counts(row, q.integer(3))) continue;
    MQ_TRY(const int interval, intervals.of(q.blob(2), otherwise));
    const bool asked_for = !out_of_scope(q.integer(4)) || canonical.revived(row);
    return std::optional(Paired{cat(q.text(0), " ", q.text(1)), interval, asked_for});
  }
}

// Paired households that nobody has met for longer than their interval.
Status add_pairs(const Workplace& place, const Cadre& me, const Now& now, int interval_days,
                 Today& out) {
  MQ_TRY(const Canonical canonical, Canonical::households(place));
  MQ_TRY(const Intervals intervals, Intervals::load(place));
  MQ_TRY(const std::vector<RowId> pairs, my_pairs(place, me, now, canonical));
  for (const RowId& row : pairs) {
    MQ_TRY(const std::optional<Paired> household,
           paired(place, canonical, intervals, interval_days, row));
    if (!household) continue;
    ++out.pairs;
    if (!household->asked_for) continue;
    MQ_TRY(const std::optional<Date> last, last_met(place, canonical, row));
    if (last && now.day.days - last->days <= household->interval) continue;
    out.items.push_back({TodayItem::Kind::kNotSeen, "household", row, household->name, last});
  }
  return {};
}

// Of a unit: whatever it has not answered, signed for or not. A desk sees its issues instead.
Status add_handouts(const Workplace& place, const Now& now, Today& out) {
  const bool unit =
      place.control.has_role(place.member, wire::pb::ROLE_KIND_UNIT, place.control.head_seq());
  if (!unit) return {};
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT id, title, due_at FROM \"handout\" WHERE deleted = 0 "
                                      "AND state IN (?1, ?2, ?3) ORDER BY due_at IS NULL, due_at, "
                                      "handed_at"));
  q.bind(1, std::int64_t{mpb::HANDOUT_STATE_HANDED_OUT})
      .bind(2, std::int64_t{mpb::HANDOUT_STATE_SIGNED})
      .bind(3, std::int64_t{mpb::HANDOUT_STATE_IN_PROGRESS});
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return {};
    std::optional<Date> when;
    if (!q.is_null(2)) when = Date::in_shanghai({q.integer(2)});
    const bool overdue = when && !now.doubtful && q.integer(2) < now.at.ms;
    out.items.push_back({overdue ? TodayItem::Kind::kOverdue : TodayItem::Kind::kDue, "handout",
                         row_of(q), std::string(q.text(1)), when});
  }
}

TodayItem incomplete(const LocalEntry& entry) {
  std::string why;
  for (const model::Fault& fault : entry.faults) why += cat(why.empty() ? "" : ";", fault.zh);
  return {TodayItem::Kind::kIncomplete, entry.entity->command, entry.id,
          cat(entry.entity->zh, why.empty() ? "" : ":", why), Date::in_shanghai(entry.recorded_at)};
}

Result<int> pairs_due(const Workplace& place, const Cadre& me) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query("SELECT max(pairs) FROM \"quota_rule\" WHERE deleted = 0 AND "
                                      "rank_class = ?1"));
  q.bind(1, std::int64_t{me.rank});
  MQ_TRY(const bool row, q.step());
  return row ? static_cast<int>(q.integer(0)) : 0;
}

}  // namespace

Result<Today> today(const Workplace& place, int interval_days) {
  Today out;
  const BelievedTime time = believed_time(place);
  out.date = Date::in_shanghai(time.device);
  out.clock_doubtful = time.doubtful;
  out.server_time = time.server;
  const Now now = now_of(time);
  MQ_TRY(const vault::Delivery delivery, place.vault.delivery());
  MQ_TRY(const std::vector<LocalEntry> local, local_entries(place.vault));
  out.unsent = delivery.unsealed + delivery.sealed_waiting + local.size();
  for (const LocalEntry& entry : local) out.items.push_back(incomplete(entry));
  MQ_CHECK(add_handouts(place, now, out));
  MQ_CHECK(count_waiting(place, out));
  MQ_TRY(const std::optional<Cadre> me, Directory(place).me());
  if (!me) return out;
  MQ_CHECK(add_issues(place, *me, now, out));
  MQ_CHECK(add_disputes(place, *me, now, out));
  MQ_CHECK(add_callbacks(place, *me, out));
  MQ_CHECK(add_returned(place, *me, out));
  MQ_CHECK(add_promises(place, *me, now, out));
  MQ_CHECK(add_drafts(place, *me, out));
  MQ_CHECK(add_pairs(place, *me, now, interval_days, out));
  MQ_TRY(out.pairs_due, pairs_due(place, *me));
  return out;
}

}  // namespace mq::work
