// RP01 走访情况统计表: one row per village, then per cadre in organisation order (DOMAIN (c), (g)).
#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <unordered_map>

#include "ledger_parts.h"
#include "minqing/model/v1/visit.pb.h"
#include "mq/base/text.h"
#include "roster_then.h"

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

  void add(const VisitFact& visit, std::int64_t visitors) {
    ++visits;
    person_visits += visitors;
    effective += visit.effective() ? 1 : 0;
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

  void reach(std::size_t number, const Source& household) {
    if (!coverage.demands(number)) return;
    coverage.reach(number);
    trace.note("已走访户数", household);
  }

  // What add() counts, once more by name.
  void explain(const VisitFact& visit, const Kinds& kinds) {
    const Source source{kinds.visit, visit.id};
    for (const char* column : {"走访户次", "走访人次"}) trace.note(column, source);
    trace.note(visit.effective() ? "有效户次" : "未见到户次", source);
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

// Everything that is counted, by village, by cadre and in all.
class Count {
 public:
  Count(const Workplace& place, const LedgerRequest& request, const std::vector<Village>& villages)
      : place_(place),
        request_(request),
        villages_(villages),
        kinds_{entity_number(place, "Visit"), entity_number(place, "Household"),
               entity_number(place, "Issue")} {
    all_.trace.on(request.explain);
  }

  Status demand() {
    MQ_TRY(canonical_, Canonical::households(place_));
    MQ_TRY(then_, RosterThen::at(place_, request_.period.to, canonical_));
    MQ_TRY(const auto scopes, then_.scopes(place_));
    for (const Village& village : villages_) {
      unit_of_[village.stream] = village.org_unit;
      const auto found = scopes.find(village.stream);
      if (found == scopes.end()) continue;
      const Scope& scope = found->second;
      for (const auto& [status, count] : scope.left_out) left_out_[status] += count;
      for (const RowId& household : scope.households) demand(village, household);
    }
    MQ_TRY(const auto paired, pairs_by_cadre(place_, request_.period, canonical_));
    for (const auto& [cadre, households] : paired) {
      for (const RowId& household : households) {
        const std::size_t number = numbers_.of(household);
        if (!all_.coverage.demands(number)) continue;
        of(by_cadre_, cadre).demand(number, {kinds_.household, household});
      }
    }
    return {};
  }

  // Visits stay where they were written: of a household that moved here, in another village.
  Status visits() {
    std::vector<Village> sources = villages_;
    if (!canonical_.plain()) {
      MQ_TRY(sources, Directory(place_).villages());
    }
    MQ_CHECK(each_visit(place_, request_.period, sources, canonical_,
                        [&](const VisitFact& visit) { take_standing(visit); }));
    return asked_;
  }

  // A row for each village, then for each cadre who has something to show. Gives how many villages.
  std::size_t put(Ledger& ledger, const std::vector<Cadre>& cadres) {
    std::set<RowId> told;
    for (const Village& village : villages_) {
      if (!told.insert(village.org_unit).second) continue;
      Tally& tally = of(by_village_, village.org_unit);
      add_row(ledger, tally.row("村", village.name), tally.trace);
    }
    for (const Cadre& cadre : cadres) {
      const auto found = by_cadre_.find(cadre.id);
      if (found == by_cadre_.end()) continue;
      add_row(ledger, found->second.row("干部", cadre.name), found->second.trace);
    }
    set_totals(ledger, all_.row("合计", "合计"), all_.trace);
    return told.size();
  }
  const std::map<std::string, int>& left_out() const { return left_out_; }

 private:
  Tally& of(std::map<RowId, Tally>& tallies, const RowId& key) const {
    Tally& tally = tallies[key];
    tally.trace.on(request_.explain);
    return tally;
  }

  void demand(const Village& village, const RowId& household) {
    const std::size_t number = numbers_.of(household);
    of(by_village_, village.org_unit).demand(number, {kinds_.household, household});
    all_.demand(number, {kinds_.household, household});
    home_.resize(std::max(home_.size(), number + 1));
    home_[number] = &village.org_unit;
  }

  // Without the issues that were cancelled since.
  void take_standing(const VisitFact& visit) {
    if (std::ranges::all_of(visit.issues, [&](const RowId& issue) { return stands(issue); })) {
      return take(visit);
    }
    VisitFact standing = visit;
    std::erase_if(standing.issues, [&](const RowId& issue) { return !stands(issue); });
    take(standing);
  }

  bool stands(const RowId& issue) {
    const Result<bool> stands = issue_stands(place_, issue);
    if (!stands.ok()) asked_ = stands.error();
    return !stands.ok() || *stands;
  }

  void take(const VisitFact& visit) {
    if (visit.household && visit.effective()) reach(visit);
    const auto unit = unit_of_.find(visit.stream);
    if (unit == unit_of_.end()) return;
    const auto count = [&](Tally& tally, std::int64_t people) {
      tally.add(visit, people);
      if (request_.explain) tally.explain(visit, kinds_);
    };
    const auto visitors = static_cast<std::int64_t>(visit.visitors.size());
    count(of(by_village_, unit->second), visitors);
    count(all_, visitors);
    for (const RowId& visitor : visit.visitors) count(of(by_cadre_, visitor), 1);
  }

  void reach(const VisitFact& visit) {
    const RowId reached = then_.of(*visit.household);
    const std::size_t number = numbers_.of(reached);
    if (number >= home_.size() || home_[number] == nullptr) return;
    const Source household{kinds_.household, reached};
    by_village_[*home_[number]].reach(number, household);
    all_.reach(number, household);
    for (const RowId& visitor : visit.visitors) {
      const auto found = by_cadre_.find(visitor);
      if (found != by_cadre_.end()) found->second.reach(number, household);
    }
  }

  const Workplace& place_;
  const LedgerRequest& request_;
  const std::vector<Village>& villages_;
  Kinds kinds_;
  Canonical canonical_;
  RosterThen then_;
  HouseholdNumbers numbers_;
  std::map<vault::StreamIx, RowId> unit_of_;
  std::vector<const RowId*> home_;     // org unit in which a household counts, by its number
  std::map<RowId, Tally> by_village_;  // by org unit: a merged village has several streams
  std::map<RowId, Tally> by_cadre_;
  Tally all_;
  std::map<std::string, int> left_out_;
  Status asked_;
};

void describe(Ledger& ledger, const std::map<std::string, int>& left_out) {
  ledger.basis.emplace_back("覆盖率",
                            "本期至少一次见到户主或家人的户(不重复,请不要记的也是见到)÷ "
                            "应走访户数;电话见到也算,常年外出户在内");
  std::string out, up;
  for (const auto& [status, count] : left_out) {
    out += cat(out.empty() ? "" : ",", status, " ", count, " 户");
    up += cat(up.empty() ? "" : ",", status, " ", count < kFewest ? cat("<", kFewest) : cat(count),
              " 户");
  }
  if (!up.empty()) ledger.upward.basis.emplace_back("未计入应走访", up);
  ledger.basis.emplace_back("应走访户数",
                            "最后一天在册的户;迁村、并户、分户按所写日期;没有日期的("
                            "户状态、补登的户),签发前登记的都算,签发后登记的按登记日期");
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
  Count count(place, request, villages);
  MQ_CHECK(count.demand());
  MQ_CHECK(count.visits());
  const std::size_t rows = count.put(ledger, cadres);
  // Of one visit it is known how many households were reached; and every kind of visit is one.
  const Beside visits = {"已走访户数",
                         {"见面率"},
                         {"走访户次", "走访人次", "夜访", "补录户次", "补录无从判断", "代录户次"},
                         {"未见到户次", "不在家", "外出务工", "拒访"}};
  ledger.upward = {true, rows, {}, {"应走访户数", "已走访户数"}, {visits}, {}};
  describe(ledger, count.left_out());
  return ledger;
}

}  // namespace mq::work
