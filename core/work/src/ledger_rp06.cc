// RP06 各职级结对统计: quotas by rank against pairings in force on the last day of the period.
#include <algorithm>
#include <map>

#include "ledger_parts.h"
#include "minqing/model/v1/organisation.pb.h"
#include "mq/base/text.h"
#include "mq/work/organisation.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

struct RankTally {
  Trace trace;
  std::int64_t cadres = 0, due = 0, paired = 0, at_quota = 0, gap = 0;
  std::vector<LedgerCell> row(const std::string& rank) const {
    return {rank, cadres, due, paired, at_quota, gap, Ratio{at_quota, cadres}};
  }
};

}  // namespace

Result<Ledger> ledger_rp06(const Workplace& place, const LedgerRequest& request) {
  MQ_TRY(Ledger ledger, begin_ledger(place, request, "RP06", "各职级结对统计"));
  ledger.columns = {"职级", "干部数", "应结对户", "已结对户", "达标干部数", "缺口", "结对达标率"};
  // Whoever serves on the last day, as the pairings are those of that day.
  const LedgerRequest last_day{{request.period.to, request.period.to}, request.village};
  MQ_TRY(const std::vector<Cadre> cadres, cadres_of(place, last_day));
  MQ_TRY(const std::vector<Quota> rules, quotas(place));
  ledger.quotients = {{"结对达标率", "达标干部数", "干部数"}};
  // Whoever has reached the quota, and how many households lack, says how many there are.
  const Beside reached = {"已结对户", {"结对达标率"}, {"达标干部数", "缺口"}, {}};
  ledger.upward = {true, SIZE_MAX, {}, {"已结对户"}, {reached}, {}, true};
  const std::uint32_t cadre_entity = entity_number(place, "Cadre");
  const std::uint32_t household_entity = entity_number(place, "Household");
  MQ_TRY(const Canonical canonical, Canonical::households(place));
  MQ_TRY(const auto paired, pairs_by_cadre(place, request.period, canonical));
  const std::set<RowId> nobodys;
  std::map<int, RankTally> by_rank;
  RankTally all;
  for (const Cadre& cadre : cadres) {
    if (cadre.rank == 0) continue;
    const auto rule = std::ranges::find(rules, cadre.rank, &Quota::rank);
    const std::int64_t quota = rule == rules.end() ? 0 : rule->pairs;
    const auto found = paired.find(cadre.id);
    const std::set<RowId>& households = found == paired.end() ? nobodys : found->second;
    const auto count = static_cast<std::int64_t>(households.size());
    const Source source{cadre_entity, cadre.id};
    for (RankTally* tally : {&by_rank[cadre.rank], &all}) {
      Trace& trace = tally->trace;
      trace.on(request.explain);
      trace.note("干部数", source);
      trace.note_if(quota > 0, "应结对户", source);
      trace.note_if(count >= quota, "达标干部数", source);
      trace.note_if(count < quota, "缺口", source);
      for (const RowId& each : households) trace.note("已结对户", {household_entity, each});
      ++tally->cadres;
      tally->due += quota;
      tally->paired += count;
      tally->at_quota += count >= quota ? 1 : 0;
      tally->gap += std::max<std::int64_t>(0, quota - count);
    }
  }
  const model::Field& rank_field =
      *place.vault.schema().entity("Cadre")->field(mpb::Cadre::kRankClassFieldNumber);
  for (auto& [rank, tally] : by_rank) {
    add_row(ledger, tally.row(model::format_value(rank_field, std::int64_t{rank})), tally.trace);
  }
  set_totals(ledger, all.row("合计"), all.trace);
  std::string sentence;
  for (const Quota& rule : rules) {
    sentence += cat(sentence.empty() ? "" : ",", rule.rank_name, " ", rule.pairs, " 户");
  }
  ledger.basis.emplace_back("应结对户", cat("按职级定额:", sentence));
  ledger.basis.emplace_back("已结对户", "统计期最后一天仍在进行的结对,一户一名干部计一次");
  ledger.basis.emplace_back("缺口", "每名干部差几户,只加不抵");
  return ledger;
}

}  // namespace mq::work
