// RP04 事项分类表: what people bring up, by category, with the three that came most (DOMAIN (c)).
#include <algorithm>
#include <map>

#include "issue_facts.h"
#include "minqing/model/v1/issue.pb.h"
#include "mq/base/text.h"
#include "mq/model/ddl.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

constexpr std::size_t kTop = 3;

struct Tally {
  Trace trace;
  std::int64_t fresh = 0, closed = 0, households = 0;
  void add(const IssueFact& issue, const Period& period, std::uint32_t entity) {
    const Source source{entity, issue.id};
    const bool mine = issue.registered >= period.from;
    const bool ended = !issue.open_after(period.to) && !issue.left();
    fresh += mine ? 1 : 0;
    households += mine ? issue.households : 0;
    closed += ended ? 1 : 0;
    trace.note_if(mine, "新收", source);
    trace.note_if(mine && issue.households > 0, "涉及户", source);
    trace.note_if(ended, "办结", source);
  }
  std::vector<LedgerCell> row(const std::string& name) const {
    return {name, fresh, closed, households};
  }
};

// Categories, not people: the order by count is what is asked for. Of equals the list's order.
std::string hottest(const std::map<int, Tally>& by_category, const model::Field& field) {
  std::vector<std::pair<int, std::int64_t>> all;
  for (const auto& [category, tally] : by_category) {
    if (tally.fresh > 0) all.emplace_back(category, tally.fresh);
  }
  std::ranges::stable_sort(all, std::greater{}, &std::pair<int, std::int64_t>::second);
  std::string out;
  for (std::size_t i = 0; i < std::min(kTop, all.size()); ++i) {
    out += cat(out.empty() ? "" : "、", model::format_value(field, std::int64_t{all[i].first}), " ",
               all[i].second, " 件");
  }
  return out.empty() ? "本期没有新收事项" : out;
}

}  // namespace

Result<Ledger> ledger_rp04(const Workplace& place, const LedgerRequest& request) {
  MQ_TRY(Ledger ledger, begin_ledger(place, request, "RP04", "事项分类表"));
  ledger.columns = {"类别", "新收", "办结", "涉及户"};
  MQ_TRY(const std::vector<Village> villages, villages_of(place, request));
  ledger.upward = {true, SIZE_MAX, {}, {"涉及户"}, {}, {}};
  const std::uint32_t entity = entity_number(place, "Issue");
  std::map<int, Tally> by_category;
  Tally all;
  MQ_CHECK(each_issue(place, request.period, villages, [&](const IssueFact& issue) {
    if (issue.ended_before(request.period.from)) return;
    for (Tally* tally : {&by_category[issue.category], &all}) {
      tally->trace.on(request.explain);
      tally->add(issue, request.period, entity);
    }
  }));
  const model::Field& field =
      *place.vault.schema().entity("Issue")->field(mpb::Issue::kCategoryFieldNumber);
  for (auto& [category, tally] : by_category) {
    if (tally.fresh + tally.closed == 0) continue;
    add_row(ledger, tally.row(model::format_value(field, std::int64_t{category})), tally.trace);
  }
  set_totals(ledger, all.row("合计"), all.trace);
  ledger.basis.emplace_back("热点前三", hottest(by_category, field));
  ledger.basis.emplace_back("新收", "登记日期在统计期内;由走访登记的按走访日期");
  ledger.basis.emplace_back("办结", "办结日期在统计期内,以前登记的也算");
  ledger.basis.emplace_back(
      "涉及户", "新收事项写明的户数;没有写的,记在某一户名下的算一户;同一户几件的重复计");
  return ledger;
}

}  // namespace mq::work
