#include "issue_facts.h"

#include <algorithm>

#include "minqing/model/v1/issue.pb.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

// Days of Shanghai begin eight hours before those of UTC.
constexpr std::string_view kSql =
    "SELECT id, to_org, household_id, category, state, closure, households, registered_on, "
    "closed_on, due_at, extended_until, accepted_at FROM \"issue\" WHERE stream = ?1 AND "
    "deleted = 0 AND registered_on <= ?3 AND (closed_on IS NULL OR closed_on >= ?2 OR "
    "registered_on >= ?2 OR coalesce(extended_until, (due_at + 28800000) / 86400000) BETWEEN ?2 "
    "AND ?3)";

std::optional<Date> date_at(const sqlite::Query& q, int column) {
  if (q.is_null(column)) return std::nullopt;
  return Date{static_cast<std::int32_t>(q.integer(column))};
}

IssueFact fact_of(const Village& village, const sqlite::Query& q) {
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
  const std::optional<Date> until = date_at(q, 10);
  fact.extended = until.has_value();
  if (until) fact.due = until;
  fact.accepted = q.is_null(11) ? fact.closed : std::optional(Date::in_shanghai({q.integer(11)}));
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
  for (const Village& village : villages) {
    MQ_TRY(sqlite::Query q, place.vault.database().query(kSql));
    q.bind(1, village.stream)
        .bind(2, std::int64_t{period.from.days})
        .bind(3, std::int64_t{period.to.days});
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      take(fact_of(village, q));
    }
  }
  return {};
}

}  // namespace mq::work
