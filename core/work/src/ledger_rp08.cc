// RP08 为民办实事台账: one row per deed by the day it was done.
#include <map>

#include "ledger_parts.h"
#include "mq/base/text.h"

namespace mq::work {

namespace {

constexpr std::string_view kSql =
    "SELECT title, place, coalesce(households, 0), coalesce(people, 0), coalesce(projects, 0), "
    "coalesce(money, 0), owner_id, done_on, id FROM \"deed\" WHERE stream = ?1 AND deleted = 0 AND "
    "done_on BETWEEN ?2 AND ?3 ORDER BY done_on, id";

struct Sums {
  std::int64_t deeds = 0, households = 0, people = 0, projects = 0, fen = 0;
};

}  // namespace

Result<Ledger> ledger_rp08(const Workplace& place, const LedgerRequest& request) {
  MQ_TRY(Ledger ledger, begin_ledger(place, request, "RP08", "为民办实事台账"));
  ledger.columns = {"序号",   "实事",       "地点",     "受益户", "受益人",
                    "项目数", "资金(万元)", "资金(元)", "责任人", "完成时间"};
  MQ_TRY(const std::vector<Village> villages, villages_with(place, request, "deed"));
  MQ_TRY(const auto names, cadre_names(place));
  ledger.upward = {true, SIZE_MAX, {"责任人"}, {"受益户", "受益人"}, {}, {}};
  const std::uint32_t entity = entity_number(place, "Deed");
  Sums all;
  Trace trace;
  trace.on(request.explain);
  for (const Village& village : villages) {
    MQ_TRY(sqlite::Query q, place.vault.database().query(kSql));
    q.bind(1, village.stream)
        .bind(2, std::int64_t{request.period.from.days})
        .bind(3, std::int64_t{request.period.to.days});
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      ++all.deeds;
      all.households += q.integer(2);
      all.people += q.integer(3);
      all.projects += q.integer(4);
      all.fen += q.integer(5);
      const auto owner = names.find(RowId::from(q.blob(6)).value_or(RowId{}));
      const Source source{entity, RowId::from(q.blob(8)).value_or(RowId{})};
      Trace row;
      row.on(request.explain);
      row.note("", source);
      trace.note("", source);
      add_row(ledger,
              {all.deeds, std::string(q.text(0)), cat(village.name, q.text(1)), q.integer(2),
               q.integer(3), q.integer(4), ten_thousands(q.integer(5)), Money{q.integer(5)},
               owner == names.end() ? "" : owner->second,
               Date{static_cast<std::int32_t>(q.integer(7))}},
              row);
    }
  }
  set_totals(ledger,
             {all.deeds, std::string("合计"), std::string(), all.households, all.people,
              all.projects, ten_thousands(all.fen), Money{all.fen}, std::string(), std::string()},
             trace);
  ledger.basis.emplace_back("完成时间", "按办完的日子计入统计期;还没办完的在承诺里,不在这里");
  ledger.basis.emplace_back("资金(万元)", "合计先加到分再四舍五入到一位小数,不由各行相加");
  ledger.basis.emplace_back("受益户、受益人", "各件相加,同一户受益几次就计几次");
  return ledger;
}

}  // namespace mq::work
