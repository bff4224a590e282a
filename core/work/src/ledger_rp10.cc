// RP10 接访下访登记: every reception by its day, then each leader's days in organisation order.
#include <map>
#include <set>

#include "ledger_parts.h"
#include "minqing/model/v1/reception.pb.h"
#include "mq/base/text.h"
#include "mq/work/organisation.h"

namespace mq::work {

using R = ::minqing::model::v1::Reception;

namespace {

constexpr std::string_view kSql =
    "SELECT leader_id, date, place, coalesce(batches, 0), coalesce(people, 0), text, "
    "coalesce(matters, 0), coalesce(answered, 0), coalesce(referred, 0), id FROM \"reception\" "
    "WHERE "
    "deleted = 0 AND date BETWEEN ?1 AND ?2 ORDER BY date, id";

struct Sums {
  std::int64_t batches = 0, people = 0, matters = 0, answered = 0, referred = 0;
  std::set<std::int64_t> days;
  Trace trace;
  void add(const sqlite::Query& q, const Source& source) {
    trace.note("", source);
    days.insert(q.integer(1));
    batches += q.integer(3);
    people += q.integer(4);
    matters += q.integer(6);
    answered += q.integer(7);
    referred += q.integer(8);
  }
  std::vector<LedgerCell> row(const std::string& level, const std::string& name,
                              const LedgerCell& went, const LedgerCell& asked) const {
    return {level,         LedgerCell(), name,     std::string(), batches, people,
            std::string(), matters,      answered, referred,      went,    asked};
  }
};

}  // namespace

Result<Ledger> ledger_rp10(const Workplace& place, const LedgerRequest& request) {
  MQ_TRY(Ledger ledger, begin_ledger(place, request, "RP10", "接访下访登记"));
  ledger.columns = {"层级", "日期", "领导",     "形式", "批次", "人次",
                    "事项", "件数", "当场答复", "转办", "天数", "应到天数"};
  const model::Field& form = *place.vault.schema().entity("Reception")->field(R::kPlaceFieldNumber);
  MQ_TRY(const std::vector<Cadre> cadres, cadres_of(place, request));
  std::map<RowId, std::string> names;
  for (const Cadre& cadre : cadres) names[cadre.id] = cadre.name;
  std::map<RowId, Sums> by_leader;
  const std::uint32_t entity = entity_number(place, "Reception");
  Sums all;
  all.trace.on(request.explain);
  MQ_TRY(sqlite::Query q, place.vault.database().query(kSql));
  q.bind(1, std::int64_t{request.period.from.days}).bind(2, std::int64_t{request.period.to.days});
  for (;;) {
    MQ_TRY(const bool more, q.step());
    if (!more) break;
    const RowId leader = RowId::from(q.blob(0)).value_or(RowId{});
    const auto name = names.find(leader);
    if (name == names.end() && request.village) continue;
    const Source source{entity, RowId::from(q.blob(9)).value_or(RowId{})};
    by_leader[leader].trace.on(request.explain);
    by_leader[leader].add(q, source);
    all.add(q, source);
    Trace trace;
    trace.on(request.explain);
    trace.note("", source);
    add_row(ledger,
            {std::string("登记"), Date{static_cast<std::int32_t>(q.integer(1))},
             name == names.end() ? "" : name->second, model::format_value(form, q.integer(2)),
             q.integer(3), q.integer(4), std::string(q.text(5)), q.integer(6), q.integer(7),
             q.integer(8), LedgerCell(), LedgerCell()},
            trace);
  }
  MQ_TRY(const std::vector<Quota> rules, quotas(place));
  const int months = whole_months(request.period);
  for (const Cadre& cadre : cadres) {
    const auto found = by_leader.find(cadre.id);
    const auto rule = std::ranges::find(rules, cadre.rank, &Quota::rank);
    const std::int64_t asked = rule == rules.end() ? 0 : std::int64_t{rule->days} * months;
    if (found == by_leader.end() && asked == 0) continue;
    Sums sums = found == by_leader.end() ? Sums() : found->second;
    add_row(ledger,
            sums.row("领导", cadre.name, static_cast<std::int64_t>(sums.days.size()),
                     asked > 0 ? LedgerCell(asked) : LedgerCell()),
            sums.trace);
  }
  set_totals(ledger, all.row("合计", "", LedgerCell(), LedgerCell()), all.trace);
  ledger.basis.emplace_back("天数", "有接访下访登记的日子,一天几次也计一天;按组织顺序排列,不排名");
  ledger.basis.emplace_back(
      "应到天数", cat("活动按职级所定的每月天数 × 统计期满的 ", months, " 个月;没有定的空着"));
  ledger.basis.emplace_back("件数", "当场答复 + 转办 不多于件数;人次按各次登记相加");
  return ledger;
}

}  // namespace mq::work
