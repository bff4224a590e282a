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

// Everything that is counted for one row; sets keep issues distinct.
struct Tally {
  Coverage coverage;
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
  HouseholdNumbers numbers;
  std::map<vault::StreamIx, Tally> by_village;
  std::map<RowId, Tally> by_cadre;
  Tally all;
  std::map<std::string, int> left_out;
  for (const Village& village : villages) {
    MQ_TRY(const Scope scope, scope_of(place, village.stream));
    for (const auto& [status, count] : scope.left_out) left_out[status] += count;
    for (const RowId& household : scope.households) {
      by_village[village.stream].coverage.demand(numbers.of(household));
      all.coverage.demand(numbers.of(household));
    }
  }
  MQ_TRY(const auto paired, pairs_by_cadre(place, request.period));
  for (const auto& [cadre, households] : paired) {
    for (const RowId& household : households) {
      const std::size_t number = numbers.of(household);
      if (all.coverage.demands(number)) by_cadre[cadre].coverage.demand(number);
    }
  }
  MQ_CHECK(each_visit(place, request.period, villages, [&](const VisitFact& visit) {
    const auto visitors = static_cast<std::int64_t>(visit.visitors.size());
    std::optional<std::size_t> household;
    if (visit.household) household = numbers.of(*visit.household);
    by_village[visit.stream].add(visit, household, visitors);
    all.add(visit, household, visitors);
    for (const RowId& visitor : visit.visitors) by_cadre[visitor].add(visit, household, 1);
  }));
  for (const Village& village : villages) {
    ledger.rows.push_back(by_village[village.stream].row("村", village.name));
  }
  for (const Cadre& cadre : cadres) {
    const auto found = by_cadre.find(cadre.id);
    if (found != by_cadre.end()) ledger.rows.push_back(found->second.row("干部", cadre.name));
  }
  ledger.totals = all.row("合计", "合计");
  describe(ledger, left_out);
  return ledger;
}

}  // namespace mq::work
