// RP11 院坝会统计: one row per village group, then meetings of a whole village.
#include <map>
#include <set>

#include "ledger_parts.h"
#include "minqing/model/v1/meeting.pb.h"
#include "mq/base/text.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

constexpr std::string_view kMeetingSql =
    "SELECT coalesce(group_no, 0), date, attendees, id FROM \"meeting\" WHERE stream = ?1 AND "
    "deleted = 0 AND date BETWEEN ?2 AND ?3";
constexpr std::string_view kOpinionSql =
    "SELECT coalesce(m.group_no, 0), o.handling, o.id FROM \"opinion\" o JOIN \"meeting\" m ON "
    "m.id = o.meeting_id WHERE m.stream = ?1 AND m.deleted = 0 AND o.deleted = 0 AND "
    "m.date BETWEEN ?2 AND ?3";
// From the roster, and from the village's own row where that says how many there are.
constexpr std::string_view kGroupSql =
    "SELECT DISTINCT group_no, 0 FROM \"household\" WHERE stream = ?1 AND deleted = 0 AND "
    "group_no > 0 AND moved_to IS NULL AND same_as IS NULL UNION SELECT 0, coalesce(groups, 0) "
    "FROM \"org_unit\" WHERE id = ?2 AND "
    "deleted = 0";

struct Tally {
  std::int64_t meetings = 0, asked = 0, attendees = 0, opinions = 0, answered = 0, referred = 0;
  std::int64_t held = 0;  // months asked for with at least one meeting
  bool known = false;     // the group is in the roster, so that something is asked of it
  std::set<int> months;
  Trace trace;

  void close(int whole_months) {
    if (!known) return;
    asked = whole_months;
    for (const int month : months) held += month < whole_months ? 1 : 0;
  }
  void add(const Tally& other) {
    meetings += other.meetings;
    asked += other.asked;
    attendees += other.attendees;
    opinions += other.opinions;
    answered += other.answered;
    referred += other.referred;
    held += other.held;
    trace.add(other.trace);
  }
  std::vector<LedgerCell> row(const std::string& name) const {
    return {name,      meetings,          known ? LedgerCell(asked) : LedgerCell(),
            attendees, opinions,          answered,
            referred,  Ratio{held, asked}};
  }
};
using ByGroup = std::map<std::int64_t, Tally>;

Result<sqlite::Query> of_period(const Workplace& place, std::string_view sql,
                                const Village& village, const Period& period) {
  MQ_TRY(sqlite::Query q, place.vault.database().query(sql));
  q.bind(1, village.stream)
      .bind(2, std::int64_t{period.from.days})
      .bind(3, std::int64_t{period.to.days});
  return q;
}

Status know_groups(const Workplace& place, const Village& village, ByGroup& groups) {
  MQ_TRY(sqlite::Query q, place.vault.database().query(kGroupSql));
  q.bind(1, village.stream).bind(2, village.org_unit.view());
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) return {};
    if (q.integer(0) > 0) groups[q.integer(0)].known = true;
    for (std::int64_t group = 1; group <= q.integer(1); ++group) groups[group].known = true;
  }
}

Status take_meetings(const Workplace& place, const Village& village, const LedgerRequest& request,
                     ByGroup& groups) {
  const Period& period = request.period;
  const std::uint32_t entity = entity_number(place, "Meeting");
  MQ_TRY(sqlite::Query meetings, of_period(place, kMeetingSql, village, period));
  for (;;) {
    MQ_TRY(const bool more, meetings.step());
    if (!more) return {};
    Tally& tally = groups[meetings.integer(0)];
    const Source source{entity, RowId::from(meetings.blob(3)).value_or(RowId{})};
    tally.trace.on(request.explain);
    for (const char* column : {"场次", "参会人数"}) tally.trace.note(column, source);
    ++tally.meetings;
    tally.attendees += meetings.integer(2);
    tally.months.insert(
        months_between(period.from, Date{static_cast<std::int32_t>(meetings.integer(1))}));
  }
}

Status take_opinions(const Workplace& place, const Village& village, const LedgerRequest& request,
                     ByGroup& groups) {
  const std::uint32_t entity = entity_number(place, "Opinion");
  MQ_TRY(sqlite::Query opinions, of_period(place, kOpinionSql, village, request.period));
  for (;;) {
    MQ_TRY(const bool more, opinions.step());
    if (!more) return {};
    Tally& tally = groups[opinions.integer(0)];
    const Source source{entity, RowId::from(opinions.blob(2)).value_or(RowId{})};
    const bool answered = opinions.integer(1) == mpb::OPINION_HANDLING_ANSWERED;
    const bool referred = opinions.integer(1) == mpb::OPINION_HANDLING_REFERRED;
    ++tally.opinions;
    tally.answered += answered ? 1 : 0;
    tally.referred += referred ? 1 : 0;
    tally.trace.on(request.explain);
    tally.trace.note("收集意见", source);
    tally.trace.note_if(answered, "当场答复", source);
    tally.trace.note_if(referred, "转办", source);
  }
}

Result<ByGroup> groups_of(const Workplace& place, const Village& village,
                          const LedgerRequest& request) {
  ByGroup groups;
  MQ_CHECK(know_groups(place, village, groups));
  MQ_CHECK(take_meetings(place, village, request, groups));
  MQ_CHECK(take_opinions(place, village, request, groups));
  return groups;
}

}  // namespace

Result<Ledger> ledger_rp11(const Workplace& place, const LedgerRequest& request) {
  MQ_TRY(Ledger ledger, begin_ledger(place, request, "RP11", "院坝会统计"));
  ledger.columns = {"村组", "场次", "应开", "参会人数", "收集意见", "当场答复", "转办", "开会率"};
  MQ_TRY(const std::vector<Village> villages, villages_with(place, request, "meeting"));
  const int months = whole_months(request.period);
  ledger.quotients = {{"开会率", "场次", "应开"}};
  ledger.upward.rows = true;
  Tally all;
  all.known = true;
  std::set<RowId> units;
  for (Village village : villages) {
    // How many groups a village says it has is asked once, also if it has several streams.
    if (!units.insert(village.org_unit).second) village.org_unit = {};
    MQ_TRY(ByGroup groups, groups_of(place, village, request));
    if (groups.empty()) groups[0];
    for (auto& [group, tally] : groups) {
      tally.close(months);
      all.add(tally);
      const std::string name =
          group > 0 ? cat(village.name, group, "组") : cat(village.name, "(不分组)");
      add_row(ledger, tally.row(name), tally.trace);
    }
  }
  set_totals(ledger, all.row("合计"), all.trace);
  ledger.basis.emplace_back("应开", cat("每组每月一场,统计期满 ", months,
                                        " 个月;组按名册和村的小组数,不知道有哪些组的村不计应开"));
  ledger.basis.emplace_back("开会率",
                            "至少开过一场的月(组、月各计一次)÷ 应开;一个月多开不抵别的月");
  ledger.basis.emplace_back("意见", "按会议日期;一条意见计一次,记录在案的只计入收集意见");
  return ledger;
}

}  // namespace mq::work
