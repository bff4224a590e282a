// RP01 走访情况统计表: one row per village, then per cadre in organisation order (DOMAIN (c), (g)).
#include <cstring>
#include <map>
#include <set>
#include <unordered_map>

#include "ledger_parts.h"
#include "minqing/model/v1/visit.pb.h"
#include "mq/base/text.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

// Households of all rows by number, so that a row's count of them is a byte each.
class HouseholdNumbers {
 public:
  std::size_t of(const RowId& household) {
    return numbers_.try_emplace(household, numbers_.size()).first->second;
  }

 private:
  struct Hash {
    std::size_t operator()(const RowId& id) const {
      std::size_t word = 0;
      std::memcpy(&word, id.data.data() + RowId::kSize - sizeof word, sizeof word);
      return word;
    }
  };
  std::unordered_map<RowId, std::size_t, Hash> numbers_;
};

// Distinct households: those to be visited, and those of them that were reached.
class Coverage {
 public:
  void demand(std::size_t household) {
    if (std::uint8_t& mark = at(household); mark == kNone) {
      mark = kDue;
      ++due_;
    }
  }
  void reach(std::size_t household) {
    if (household >= marks_.size() || marks_[household] != kDue) return;
    marks_[household] = kReached;
    ++reached_;
  }
  std::int64_t due() const { return due_; }
  std::int64_t reached() const { return reached_; }
  bool demands(std::size_t household) const {
    return household < marks_.size() && marks_[household] != kNone;
  }

 private:
  enum : std::uint8_t { kNone, kDue, kReached };
  std::uint8_t& at(std::size_t household) {
    if (household >= marks_.size()) marks_.resize(household + 1, kNone);
    return marks_[household];
  }
  std::vector<std::uint8_t> marks_;
  std::int64_t due_ = 0, reached_ = 0;
};

struct Kinds {
  std::uint32_t visit = 0, household = 0, issue = 0;
};

// Everything that is counted for one row; sets keep issues distinct.
struct Tally {
  Coverage coverage;
  Trace trace;
  std::set<RowId> issues, answered;
  std::int64_t visits = 0, person_visits = 0, effective = 0;
  std::int64_t nobody = 0, away = 0, declined = 0, evening = 0;
  std::int64_t late = 0, late_unknown = 0, by_another = 0;

  void add(const VisitFact& visit, std::optional<std::size_t> household, std::int64_t visitors) {
    ++visits;
    person_visits += visitors;
    effective += visit.effective() ? 1 : 0;
    if (visit.effective() && household) coverage.reach(*household);
    nobody += visit.outcome == mpb::OUTCOME_NOBODY_HOME ? 1 : 0;
    away += visit.outcome == mpb::OUTCOME_WORKING_AWAY ? 1 : 0;
    declined += visit.outcome == mpb::OUTCOME_DECLINED ? 1 : 0;
    evening += visit.part == mpb::DAY_PART_EVENING ? 1 : 0;
    late += visit.late == Lateness::kLate ? 1 : 0;
    late_unknown += visit.late == Lateness::kUnknown ? 1 : 0;
    by_another += visit.recorded_by_another() ? 1 : 0;
    for (const RowId& issue : visit.issues) {
      issues.insert(issue);
      if (visit.answered) answered.insert(issue);
    }
  }

  void demand(std::size_t number, const Source& household) {
    coverage.demand(number);
    trace.note("应走访户数", household);
  }

  // What add() counts, once more by name; a household only if it is to be visited.
  void explain(const VisitFact& visit, std::optional<std::size_t> household, const Kinds& kinds) {
    const Source source{kinds.visit, visit.id};
    for (const char* column : {"走访户次", "走访人次"}) trace.note(column, source);
    trace.note(visit.effective() ? "有效户次" : "未见到户次", source);
    if (visit.effective() && household && coverage.demands(*household)) {
      trace.note("已走访户数", {kinds.household, *visit.household});
    }
    trace.note_if(visit.outcome == mpb::OUTCOME_NOBODY_HOME, "不在家", source);
    trace.note_if(visit.outcome == mpb::OUTCOME_WORKING_AWAY, "外出务工", source);
    trace.note_if(visit.outcome == mpb::OUTCOME_DECLINED, "拒访", source);
    trace.note_if(visit.part == mpb::DAY_PART_EVENING, "夜访", source);
    trace.note_if(visit.late == Lateness::kLate, "补录户次", source);
    trace.note_if(visit.late == Lateness::kUnknown, "补录无从判断", source);
    trace.note_if(visit.recorded_by_another(), "代录户次", source);
    for (const RowId& issue : visit.issues) {
      trace.note("收集事项", {kinds.issue, issue});
      trace.note_if(visit.answered, "当场解决", {kinds.issue, issue});
    }
  }

  std::vector<LedgerCell> row(const std::string& level, const std::string& name) const {
    const auto count = [](std::size_t n) { return LedgerCell(static_cast<std::int64_t>(n)); };
    return {level,
            name,
            coverage.due(),
            coverage.reached(),
            Ratio{coverage.reached(), coverage.due()},
            visits,
            person_visits,
            Ratio{effective, visits},
            visits - effective,
            nobody,
            away,
            declined,
            evening,
            count(issues.size()),
            count(answered.size()),
            late,
            late_unknown,
            by_another};
  }
};

// The tallies of all rows, filled household by household and visit by visit.
class Rows {
 public:
  Rows(const Workplace& place, bool explain)
      : explain_(explain),
        kinds_{entity_number(place, "Visit"), entity_number(place, "Household"),
               entity_number(place, "Issue")} {
    all_.trace.on(explain);
  }

  void demand(vault::StreamIx village, const RowId& household) {
    const std::size_t number = numbers_.of(household);
    of(by_village_, village).demand(number, {kinds_.household, household});
    all_.demand(number, {kinds_.household, household});
  }
  // Of a cadre only what is to be visited at all.
  void demand_of(const RowId& cadre, const std::set<RowId>& households) {
    for (const RowId& household : households) {
      const std::size_t number = numbers_.of(household);
      if (!all_.coverage.demands(number)) continue;
      of(by_cadre_, cadre).demand(number, {kinds_.household, household});
    }
  }
  void add(const VisitFact& visit) {
    const auto visitors = static_cast<std::int64_t>(visit.visitors.size());
    std::optional<std::size_t> household;
    if (visit.household) household = numbers_.of(*visit.household);
    const auto count = [&](Tally& tally, std::int64_t people) {
      tally.add(visit, household, people);
      if (explain_) tally.explain(visit, household, kinds_);
    };
    count(of(by_village_, visit.stream), visitors);
    count(all_, visitors);
    for (const RowId& visitor : visit.visitors) count(of(by_cadre_, visitor), 1);
  }

  void put(Ledger& ledger, const std::vector<Village>& villages, const std::vector<Cadre>& cadres) {
    for (const Village& village : villages) {
      Tally& tally = by_village_[village.stream];
      add_row(ledger, tally.row("村", village.name), tally.trace);
    }
    for (const Cadre& cadre : cadres) {
      const auto found = by_cadre_.find(cadre.id);
      if (found == by_cadre_.end()) continue;
      add_row(ledger, found->second.row("干部", cadre.name), found->second.trace);
    }
    set_totals(ledger, all_.row("合计", "合计"), all_.trace);
  }

 private:
  template <class Key>
  Tally& of(std::map<Key, Tally>& tallies, const Key& key) const {
    Tally& tally = tallies[key];
    tally.trace.on(explain_);
    return tally;
  }

  bool explain_;
  Kinds kinds_;
  HouseholdNumbers numbers_;
  std::map<vault::StreamIx, Tally> by_village_;
  std::map<RowId, Tally> by_cadre_;
  Tally all_;
};

void describe(Ledger& ledger, const std::map<std::string, int>& left_out) {
  ledger.basis.emplace_back(
      "覆盖率", "本期至少一次见到户主或家人的户(不重复)÷ 应走访户数;电话见到也算,常年外出户在内");
  std::string out;
  for (const auto& [status, count] : left_out)
    out += cat(out.empty() ? "" : ",", status, " ", count, " 户");
  ledger.basis.emplace_back("未计入应走访", out.empty() ? "无" : out);
  ledger.basis.emplace_back("干部行", "应走访户数是他结对的户;按组织顺序排列,不排名,不上报");
  ledger.basis.emplace_back("见面率", "有效户次 ÷ 走访户次");
  ledger.basis.emplace_back("收集事项", "按走访日期,由本期走访登记的事项");
  ledger.basis.emplace_back(
      "补录", "记录日期晚于走访日期 3 天以上;按本人填写,没填且时钟不可信的无从判断,不算补录");
}

}  // namespace

Result<Ledger> ledger_rp01(const Workplace& place, const LedgerRequest& request) {
  MQ_TRY(Ledger ledger, begin_ledger(place, request, "RP01", "走访情况统计表"));
  ledger.columns = {"层级",     "村/干部",  "应走访户数", "已走访户数", "覆盖率",       "走访户次",
                    "走访人次", "见面率",   "未见到户次", "不在家",     "外出务工",     "拒访",
                    "夜访",     "收集事项", "当场解决",   "补录户次",   "补录无从判断", "代录户次"};
  MQ_TRY(const std::vector<Village> villages, villages_of(place, request));
  MQ_TRY(const std::vector<Cadre> cadres, Directory(place).cadres());
  ledger.quotients = {{"覆盖率", "已走访户数", "应走访户数"}, {"见面率", "有效户次", "走访户次"}};
  ledger.upward = {true, villages.size(), {}, {"应走访户数", "已走访户数"}};
  Rows rows(place, request.explain);
  std::map<std::string, int> left_out;
  for (const Village& village : villages) {
    MQ_TRY(const Scope scope, scope_of(place, village.stream));
    for (const auto& [status, count] : scope.left_out) left_out[status] += count;
    for (const RowId& household : scope.households) rows.demand(village.stream, household);
  }
  MQ_TRY(const auto paired, pairs_by_cadre(place, request.period));
  for (const auto& [cadre, households] : paired) rows.demand_of(cadre, households);
  MQ_CHECK(each_visit(place, request.period, villages,
                      [&](const VisitFact& visit) { rows.add(visit); }));
  rows.put(ledger, villages, cadres);
  describe(ledger, left_out);
  return ledger;
}

}  // namespace mq::work
