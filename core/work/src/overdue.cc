#include "mq/work/overdue.h"

#include <algorithm>

#include "issue_facts.h"
#include "issue_units.h"
#include "mq/base/text.h"
#include "mq/work/believed_time.h"

namespace mq::work {

namespace {

constexpr std::int64_t kDayMs = 86'400'000;

std::string open_issues_sql() {
  return cat("SELECT id, to_org, no, title, extended_until IS NOT NULL, ",
             issue_working_due_ms_sql(),
             " FROM \"issue\" WHERE stream = ?1 AND deleted = 0 AND closed_on IS NULL");
}

Status add_village(const Workplace& place, const Village& village, const IssueUnits& units,
                   Overdue& out) {
  MQ_TRY(sqlite::Query q, place.vault.database().query(open_issues_sql()));
  q.bind(1, village.stream);
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return {};
    OverdueUnit& unit = out.units[units.of(RowId::from(q.blob(1)), village.org_unit)];
    ++unit.open;
    const std::int64_t due = q.integer(5);
    if (out.unknown || q.is_null(5) || due >= out.now.ms) continue;
    unit.overdue.push_back({RowId::from(q.blob(0)).value_or(RowId{}), std::string(q.text(2)),
                            std::string(q.text(3)), WallTime{due}, q.integer(4) != 0,
                            static_cast<int>((out.now.ms - due) / kDayMs)});
  }
}

}  // namespace

Result<Overdue> overdue_by_unit(const Workplace& place, const std::optional<std::string>& village) {
  const BelievedTime time = believed_time(place);
  const Date day = Date::in_shanghai(time.start());
  MQ_TRY(const std::vector<Village> villages, villages_of(place, {{day, day}, village}));
  MQ_TRY(const IssueUnits units, IssueUnits::load(place, villages));
  Overdue out;
  out.now = time.start();
  out.unknown = time.doubtful && !time.server;
  for (const std::string& name : units.names()) out.units.push_back({name, 0, {}});
  for (const Village& one : villages) MQ_CHECK(add_village(place, one, units, out));
  std::erase_if(out.units, [](const OverdueUnit& unit) { return unit.open == 0; });
  for (OverdueUnit& unit : out.units) {
    std::ranges::sort(unit.overdue, {},
                      [](const OverdueIssue& issue) { return std::pair(issue.due.ms, issue.row); });
  }
  return out;
}

}  // namespace mq::work
