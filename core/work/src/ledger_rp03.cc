// RP03 事项办理情况: per unit, what was carried over, came, was done and is left (DOMAIN (c)).
#include "issue_facts.h"
#include "issue_units.h"
#include "mq/base/text.h"

namespace mq::work {

namespace {

struct Tally {
  Trace trace;
  std::int64_t carried = 0, fresh = 0, accepted = 0, closed = 0, in_time = 0;
  std::int64_t overdue = 0, extended = 0, due = 0, due_done = 0, left = 0;

  // What left for somebody else within the period was never this unit's to do.
  void add(const IssueFact& issue, const Period& period) {
    const bool ended = !issue.open_after(period.to);
    const bool over = issue.ended_before(period.from);
    if (issue.left() && ended) {
      left += over ? 0 : 1;
      return;
    }
    if (!over) add_open(issue, period, ended);
    if (!issue.due || *issue.due < period.from || *issue.due > period.to) return;
    ++due;
    due_done += ended && issue.in_time ? 1 : 0;
  }

  // Of what somebody had to do within the period.
  void add_open(const IssueFact& issue, const Period& period, bool ended) {
    const bool before = issue.registered < period.from;
    ++(before ? carried : fresh);
    accepted += !before && (ended || (issue.accepted && *issue.accepted <= period.to)) ? 1 : 0;
    closed += ended ? 1 : 0;
    in_time += ended && issue.in_time ? 1 : 0;
    overdue += !ended && issue.due && *issue.due <= period.to ? 1 : 0;
    extended += issue.extended ? 1 : 0;
  }

  // What add() counts, once more by name.
  void explain(const IssueFact& issue, const Period& period, std::uint32_t entity) {
    const Source source{entity, issue.id};
    const bool ended = !issue.open_after(period.to);
    if (issue.left() && ended) return;
    const bool timely = ended && issue.in_time;
    if (!issue.ended_before(period.from)) explain_open(issue, period, source, timely);
    if (!issue.due || *issue.due < period.from || *issue.due > period.to) return;
    trace.note("截止在本期", source);
    trace.note_if(timely, "截止在本期的按期", source);
  }

  void explain_open(const IssueFact& issue, const Period& period, const Source& source,
                    bool timely) {
    const bool ended = !issue.open_after(period.to);
    const bool before = issue.registered < period.from;
    const bool taken = !before && (ended || (issue.accepted && *issue.accepted <= period.to));
    trace.note(before ? "上期结转" : "本期新收", source);
    trace.note_if(taken, "受理", source);
    trace.note_if(before || taken, "结转和受理", source);
    trace.note(ended ? "办结" : "在办", source);
    trace.note_if(timely, "其中按期", source);
    trace.note_if(!ended && issue.due && *issue.due <= period.to, "超期", source);
    trace.note_if(issue.extended, "延期", source);
  }

  std::vector<LedgerCell> row(const std::string& unit) const {
    return {unit,
            carried,
            fresh,
            accepted,
            closed,
            in_time,
            carried + fresh - closed,
            overdue,
            extended,
            Ratio{closed, carried + accepted},
            Ratio{due_done, due}};
  }
};

}  // namespace

Result<Ledger> ledger_rp03(const Workplace& place, const LedgerRequest& request) {
  MQ_TRY(Ledger ledger, begin_ledger(place, request, "RP03", "事项办理情况"));
  ledger.columns = {"单位", "上期结转", "本期新收", "受理",   "办结",  "其中按期",
                    "在办", "超期",     "延期",     "办结率", "按期率"};
  MQ_TRY(const std::vector<Village> villages, villages_of(place, request));
  MQ_TRY(const IssueUnits units, IssueUnits::load(place, villages));
  std::vector<Tally> tallies(units.names().size());
  ledger.quotients = {{"办结率", "办结", "结转和受理"},
                      {"按期率", "截止在本期的按期", "截止在本期"}};
  ledger.upward.rows = true;
  const std::uint32_t entity = entity_number(place, "Issue");
  Tally all;
  MQ_CHECK(each_issue(place, request.period, villages, [&](const IssueFact& issue) {
    for (Tally* tally : {&tallies[units.of(issue.unit, issue.village)], &all}) {
      tally->trace.on(request.explain);
      tally->add(issue, request.period);
      if (request.explain) tally->explain(issue, request.period, entity);
    }
  }));
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    Tally& tally = tallies[i];
    if (tally.carried + tally.fresh + tally.due > 0)
      add_row(ledger, tally.row(units.names()[i]), tally.trace);
  }
  set_totals(ledger, all.row("合计"), all.trace);
  ledger.basis.emplace_back("单位", "交办了的算承办单位,没有交办的算所在的村");
  ledger.basis.emplace_back("平衡", "上期结转 + 本期新收 − 办结 = 在办");
  ledger.basis.emplace_back(
      "撤回、移送", cat("撤回、合并、移送和依法导入的不在结转和新收内,本期 ", all.left, " 件"));
  ledger.basis.emplace_back("受理", "本期新收中已受理的,当场答复的也算");
  ledger.basis.emplace_back("超期", "在办的事项中,统计期最后一天及以前截止的,不论哪天制表");
  ledger.basis.emplace_back("办结率", "办结 ÷(上期结转 + 受理)");
  ledger.basis.emplace_back("按期率",
                            "截止日在统计期内的事项中按期办结的 ÷ 截止日在统计期内的事项;"
                            "延期的按延期后的截止日;截止当天办结的按流转里的时刻,没有时刻的算按期");
  return ledger;
}

}  // namespace mq::work
