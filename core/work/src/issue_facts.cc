#include "issue_facts.h"

#include <algorithm>

#include "minqing/model/v1/issue.pb.h"
#include "mq/base/text.h"
#include "mq/model/ddl.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

std::string issue_working_due_ms_sql() {
  return cat("CASE WHEN state = ", static_cast<int>(mpb::ISSUE_STATE_SUSPENDED),
             " AND planned_until IS NOT NULL THEN max((planned_until + 1) * 86400000 - 28800001, ",
             kIssueDueMsSql, ") ELSE ", kIssueDueMsSql, " END");
}

namespace {

// Days of Shanghai begin eight hours before those of UTC. Lines of 流转 are asked for only where
// the hour of closing matters.
std::string issues_sql() {
  constexpr std::string_view kDueDay = "((due_at + 28800000) / 86400000)";
  return cat(
      "SELECT id, to_org, household_id, category, state, closure, households, registered_on, "
      "closed_on, ",
      kIssueDueMsSql,
      ", extended_until, accepted_at, CASE WHEN extended_until IS NULL AND closed_on = ", kDueDay,
      " THEN hops END FROM \"issue\" WHERE stream = ?1 AND deleted = 0 AND registered_on <= ?3 AND "
      "(closed_on IS NULL OR closed_on >= ?2 OR registered_on >= ?2 OR coalesce(extended_until, ",
      kDueDay, ") BETWEEN ?2 AND ?3)");
}

// What a day alone does not say: a line of 流转 of that day that ends it, "2026-03-05 10:11:12
// 办结".
std::optional<std::string> hour_of_closing(const model::Field& hops, ByteView packed, Date day) {
  constexpr std::string_view kEnds[] = {"办结", "无须办理"};
  constexpr std::size_t kDayBytes = 11, kTimeBytes = 20;
  const auto lines = model::unpack_repeated(hops, packed);
  std::optional<std::string> last;
  if (!lines.ok()) return last;  // a damaged list is doctor's; the day stands
  for (const Bytes& line : *lines) {
    const std::string text(line.begin(), line.end());
    if (text.size() <= kTimeBytes || !text.starts_with(day.iso())) continue;
    const bool ends = std::ranges::any_of(
        kEnds, [&](std::string_view end) { return text.substr(kTimeBytes).starts_with(end); });
    const std::string time = text.substr(kDayBytes, kTimeBytes - kDayBytes - 1);
    if (ends && (!last || *last < time)) last = time;
  }
  return last;
}

std::optional<Date> date_at(const sqlite::Query& q, int column) {
  if (q.is_null(column)) return std::nullopt;
  return Date{static_cast<std::int32_t>(q.integer(column))};
}

// An end in the day of the deadline is in time unless 流转 says that it came later.
bool ended_in_time(const model::Field& hops, const IssueFact& issue, const sqlite::Query& q) {
  if (!issue.closed || !issue.due || *issue.closed != *issue.due) {
    return issue.closed && (!issue.due || *issue.closed < *issue.due);
  }
  const auto hour = hour_of_closing(hops, q.blob(12), *issue.closed);
  const std::string due = shanghai_minute({q.integer(9)});
  return !hour || cat(issue.closed->iso(), " ", hour->substr(0, 5)) <= due;
}

IssueFact fact_of(const model::Field& hops, const Village& village, const sqlite::Query& q) {
  IssueFact fact;
  fact.id = RowId::from(q.blob(0)).value_or(RowId{});
  fact.unit = RowId::from(q.blob(1));
  fact.household = RowId::from(q.blob(2));
  fact.village = village.org_unit;
  fact.category = static_cast<int>(q.integer(3));
  fact.state = static_cast<int>(q.integer(4));
  fact.closure = static_cast<int>(q.integer(5));
  fact.households = q.integer(6);
  if (fact.households == 0 && fact.household) fact.households = 1;
  fact.registered = Date{static_cast<std::int32_t>(q.integer(7))};
  fact.closed = date_at(q, 8);
  if (fact.closed) fact.closed = std::max(*fact.closed, fact.registered);
  if (!q.is_null(9)) fact.due = Date::in_shanghai({q.integer(9)});
  fact.extended = !q.is_null(10);
  fact.accepted = q.is_null(11) ? fact.closed : std::optional(Date::in_shanghai({q.integer(11)}));
  fact.in_time = ended_in_time(hops, fact, q);
  return fact;
}

}  // namespace

bool IssueFact::left() const {
  return state == mpb::ISSUE_STATE_WITHDRAWN || state == mpb::ISSUE_STATE_MERGED ||
         state == mpb::ISSUE_STATE_LEGAL || closure == mpb::CLOSURE_TRANSFERRED;
}

Status each_issue(const Workplace& place, const Period& period,
                  const std::vector<Village>& villages,
                  const std::function<void(const IssueFact&)>& take) {
  const std::string sql = issues_sql();
  const model::Field& hops =
      *place.vault.schema().entity("Issue")->field(mpb::Issue::kHopsFieldNumber);
  for (const Village& village : villages) {
    MQ_TRY(sqlite::Query q, place.vault.database().query(sql));
    q.bind(1, village.stream)
        .bind(2, std::int64_t{period.from.days})
        .bind(3, std::int64_t{period.to.days});
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      take(fact_of(hops, village, q));
    }
  }
  return {};
}

}  // namespace mq::work
