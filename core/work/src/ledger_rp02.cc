// RP02 民情台账: one row per issue registered in the period, by the date of its visit.
#include <map>

#include "issue_facts.h"
#include "minqing/model/v1/issue.pb.h"
#include "mq/base/text.h"
#include "mq/work/handover.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;
using I = mpb::Issue;

namespace {

std::string issues_sql() {
  return cat(
      "SELECT i.registered_on, i.source, i.reporter, i.phone, h.group_no, i.category, i.title, "
      "o.name, i.handler_id, ",
      kIssueDueMsSql,
      ", i.result, i.closed_on, i.closure, i.callback, i.state, i.no, i.recorded_by, i.id, "
      "i.extended_until IS NULL AND i.due_unit = ?4 FROM \"issue\" i LEFT JOIN \"household\" h ON "
      "h.id = i.household_id AND h.stream = i.stream LEFT JOIN \"org_unit\" o ON o.id = i.to_org "
      "WHERE i.stream = ?1 AND i.deleted = 0 AND i.registered_on BETWEEN ?2 AND ?3 "
      "ORDER BY i.registered_on, i.id");
}

struct Counts {
  std::int64_t all = 0, closed = 0, answered = 0, finished = 0;
};

class Rows {
 public:
  Rows(const Workplace& place, Ledger& ledger, bool explain)
      : place_(place),
        entity_(*place.vault.schema().entity("Issue")),
        ledger_(ledger),
        explain_(explain) {
    all_.on(explain);
  }

  Status load() {
    MQ_TRY(const std::vector<Cadre> cadres, Directory(place_).cadres());
    for (const Cadre& cadre : cadres) names_[cadre.id] = cadre.name;
    MQ_TRY(custody_, Custody::load(place_));
    return {};
  }

  Status add(const Village& village) {
    MQ_TRY(sqlite::Query q, place_.vault.database().query(issues_sql()));
    q.bind(1, village.stream)
        .bind(2, std::int64_t{ledger_.period.from.days})
        .bind(3, std::int64_t{ledger_.period.to.days})
        .bind(4, std::int64_t{mpb::DUE_UNIT_HOURS});
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) return {};
      take(village, q);
    }
  }

  const Counts& counts() const { return counts_; }
  Trace& trace() { return all_; }

 private:
  LedgerCell label(const sqlite::Query& q, int column, std::uint32_t field) const {
    if (q.is_null(column)) return std::string();
    return model::format_value(*entity_.field(field), q.integer(column));
  }

  // Of an issue that is still open: whoever has the village now, also of what nobody was named for.
  std::string responsible(const Village& village, const sqlite::Query& q, bool closed) const {
    const auto named = RowId::from(q.blob(8));
    const auto recorder = RowId::from(q.blob(16));
    RowId who = named.value_or(RowId{});
    if (!closed && named) who = custody_.holder(village.org_unit, *named);
    if (!closed && !named && recorder) {
      const RowId holder = custody_.holder(village.org_unit, *recorder);
      if (holder != *recorder) who = holder;
    }
    const auto found = names_.find(who);
    return found == names_.end() ? "" : found->second;
  }

  void take(const Village& village, const sqlite::Query& q) {
    const std::int64_t state = q.integer(14);
    const bool answered = state == mpb::ISSUE_STATE_ANSWERED;
    const bool finished = state == mpb::ISSUE_STATE_FINISHED;
    const bool closed = answered || finished || state == mpb::ISSUE_STATE_CLOSED ||
                        state == mpb::ISSUE_STATE_CALLED_BACK ||
                        state == mpb::ISSUE_STATE_NOT_NEEDED;
    ++counts_.all;
    counts_.closed += closed ? 1 : 0;
    counts_.answered += answered ? 1 : 0;
    counts_.finished += finished ? 1 : 0;
    const std::int64_t group = q.integer(4);
    const auto date = [&](int column) -> LedgerCell {
      if (q.is_null(column)) return std::string();
      return Date{static_cast<std::int32_t>(q.integer(column))};
    };
    LedgerCell due = std::string();
    if (!q.is_null(9)) due = Date::in_shanghai({q.integer(9)});
    if (!q.is_null(9) && q.integer(18) != 0) due = shanghai_minute({q.integer(9)});
    std::string done(q.text(10));
    if (done.empty()) done = model::format_value(*entity_.field(I::kStateFieldNumber), state);
    const Source source{entity_.number, RowId::from(q.blob(17)).value_or(RowId{})};
    Trace trace;
    trace.on(explain_);
    trace.note("", source);
    all_.note("", source);
    all_.note_if(closed, "办理情况", source);
    all_.note_if(finished, "销号", source);
    std::vector<LedgerCell> row = {counts_.all,
                                   std::string(q.text(15)),
                                   date(0),
                                   label(q, 1, I::kSourceFieldNumber),
                                   std::string(q.text(2)),
                                   masked_phone(q.text(3)),
                                   cat(village.name, group > 0 ? cat(group, "组") : std::string()),
                                   label(q, 5, I::kCategoryFieldNumber),
                                   std::string(q.text(6)),
                                   std::string(q.text(7)),
                                   responsible(village, q, closed),
                                   due,
                                   done,
                                   date(11),
                                   label(q, 12, I::kClosureFieldNumber),
                                   label(q, 13, I::kCallbackFieldNumber),
                                   std::string(finished ? "是" : "否")};
    add_row(ledger_, std::move(row), trace);
  }

  const Workplace& place_;
  const model::Entity& entity_;
  Ledger& ledger_;
  std::map<RowId, std::string> names_;
  bool explain_;
  Custody custody_;
  Counts counts_;
  Trace all_;
};

}  // namespace

Result<Ledger> ledger_rp02(const Workplace& place, const LedgerRequest& request) {
  MQ_TRY(Ledger ledger, begin_ledger(place, request, "RP02", "民情台账"));
  ledger.columns = {"序号",     "编号",     "登记日期", "来源",     "反映人", "电话",
                    "村组",     "类别",     "事项",     "承办单位", "责任人", "时限",
                    "办理情况", "办结日期", "办结方式", "回访",     "销号"};
  MQ_TRY(const std::vector<Village> villages, villages_of(place, request));
  Rows rows(place, ledger, request.explain);
  MQ_CHECK(rows.load());
  for (const Village& village : villages) MQ_CHECK(rows.add(village));
  const Counts& counts = rows.counts();
  std::vector<LedgerCell> totals(ledger.columns.size());
  totals[0] = counts.all;
  totals[1] = std::string("合计");
  totals[12] = cat("办结 ", counts.closed, " 件,其中当场 ", counts.answered, " 件");
  totals[16] = cat("销号 ", counts.finished, " 件");
  set_totals(ledger, std::move(totals), rows.trace());
  ledger.basis.emplace_back("登记日期", "由走访登记的事项按走访日期");
  ledger.basis.emplace_back("时限", "延期的写延期后的;以小时计的写到分");
  ledger.basis.emplace_back("责任人", "未办结的事项按移交后的接手人");
  ledger.basis.emplace_back("电话", "脱敏,只留前三后四位");
  return ledger;
}

}  // namespace mq::work
