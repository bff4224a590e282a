// RP09 矛盾纠纷排查化解月报: found, accepted, ended and still open, village by village.
#include <map>

#include "ledger_parts.h"
#include "minqing/model/v1/dispute.pb.h"
#include "mq/base/text.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;

constexpr std::string_view kSql =
    "SELECT id, found_on, max(accepted_on, found_on), max(ended_on, found_on), outcome, "
    "coalesce(people, 0), group_failed_at, "
    "reported_at, on_site_at FROM \"dispute\" WHERE stream = ?1 AND deleted = 0 AND "
    "found_on <= ?2";

// Columns of kSql.
enum Column { kId, kFound, kAccepted, kEnded, kOutcome, kPeople, kFailed, kReported, kOnSite };

class Tally {
 public:
  Trace trace;

  void add(const sqlite::Query& q, const Period& period, std::uint32_t entity) {
    const Source source{entity, RowId::from(q.blob(kId)).value_or(RowId{})};
    const auto count = [&](bool counts, std::int64_t& sum, const char* column) {
      sum += counts ? 1 : 0;
      trace.note_if(counts, column, source);
    };
    const auto within = [&](Column column) {
      return !q.is_null(column) && q.integer(column) >= period.from.days &&
             q.integer(column) <= period.to.days;
    };
    count(within(kFound), found_, "本月排查");
    people_ += within(kFound) ? q.integer(kPeople) : 0;
    trace.note_if(within(kFound) && q.integer(kPeople) > 0, "涉及人数", source);
    count(within(kAccepted), accepted_, "受理");
    const bool ended = !q.is_null(kEnded) && q.integer(kEnded) <= period.to.days;
    const bool taken = !q.is_null(kAccepted) && q.integer(kAccepted) <= period.to.days;
    count(taken && !ended, open_, "积案");
    const auto outcome = [&](int wanted) {
      return within(kEnded) && q.integer(kOutcome) == wanted;
    };
    count(outcome(mpb::DISPUTE_OUTCOME_SETTLED), settled_, "成功");
    count(outcome(mpb::DISPUTE_OUTCOME_HANDED_UP), handed_up_, "上交");
    count(outcome(mpb::DISPUTE_OUTCOME_LITIGATION), litigation_, "导入诉讼");
    trace.note_if(within(kEnded) && q.integer(kOutcome) != 0, "调解", source);
    time(q, {kFailed, kReported, kHourMs, "一小时报村"}, period, source, within_hour_);
    time(q, {kReported, kOnSite, kDayMs, "一天内上门"}, period, source, within_day_);
  }
  std::vector<LedgerCell> row(const std::string& name) const {
    const bool nothing = found_ == 0 && accepted_ == 0 && ended() == 0;
    return {name,
            found_,
            accepted_,
            ended(),
            settled_,
            Ratio{settled_, ended()},
            handed_up_,
            litigation_,
            open_,
            people_,
            within_hour_,
            within_day_,
            std::string(nothing ? "是" : "否")};
  }

 private:
  struct Clock {
    Column start, end;
    std::int64_t most;
    const char* column;
  };
  // Counted in the period in which the clock stopped.
  void time(const sqlite::Query& q, const Clock& clock, const Period& period, const Source& source,
            Ratio& ratio) {
    if (q.is_null(clock.start) || q.is_null(clock.end)) return;
    const Date on = Date::in_shanghai({q.integer(clock.end)});
    if (on < period.from || period.to < on) return;
    const bool in_time = q.integer(clock.end) - q.integer(clock.start) <= clock.most;
    ++ratio.denominator;
    ratio.numerator += in_time ? 1 : 0;
    trace.note(cat(clock.column, "的"), source);
    trace.note_if(in_time, clock.column, source);
  }
  std::int64_t ended() const { return settled_ + handed_up_ + litigation_; }

  std::int64_t found_ = 0, accepted_ = 0, settled_ = 0, handed_up_ = 0, litigation_ = 0;
  std::int64_t open_ = 0, people_ = 0;
  Ratio within_hour_, within_day_;
};

}  // namespace

Result<Ledger> ledger_rp09(const Workplace& place, const LedgerRequest& request) {
  MQ_TRY(Ledger ledger, begin_ledger(place, request, "RP09", "矛盾纠纷排查化解月报"));
  ledger.columns = {"村",         "本月排查",   "受理",     "调解", "成功",
                    "成功率",     "上交",       "导入诉讼", "积案", "涉及人数",
                    "一小时报村", "一天内上门", "零报告"};
  MQ_TRY(const std::vector<Village> villages, villages_with(place, request, "dispute"));
  ledger.quotients = {{"成功率", "成功", "调解"},
                      {"一小时报村", "一小时报村", "一小时报村的"},
                      {"一天内上门", "一天内上门", "一天内上门的"}};
  ledger.upward = {true, SIZE_MAX, {}, {"涉及人数"}, {}, {}};
  const std::uint32_t entity = entity_number(place, "Dispute");
  Tally all;
  all.trace.on(request.explain);
  std::map<RowId, Tally> tallies;  // by org unit: a merged village has several streams
  for (const Village& village : villages) {
    Tally& tally = tallies[village.org_unit];
    tally.trace.on(request.explain);
    MQ_TRY(sqlite::Query q, place.vault.database().query(kSql));
    q.bind(1, village.stream).bind(2, std::int64_t{request.period.to.days});
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      tally.add(q, request.period, entity);
      all.add(q, request.period, entity);
    }
  }
  for (const Village& village : villages) {
    const auto at = tallies.find(village.org_unit);
    if (at == tallies.end()) continue;
    add_row(ledger, at->second.row(village.name), at->second.trace);
    tallies.erase(at);
  }
  set_totals(ledger, all.row("合计"), all.trace);
  ledger.basis.emplace_back("本月排查", "按排查日期;涉及人数是这些纠纷的");
  ledger.basis.emplace_back("受理", "按第一次开始调解的日期");
  ledger.basis.emplace_back("调解", "本期有了结果的:成功、上交、导入诉讼;成功率 = 成功 ÷ 调解");
  ledger.basis.emplace_back("积案", "最后一天已受理、还没有结果的,不论哪一期受理");
  ledger.basis.emplace_back("时限",
                            "组调解未成到报村 1 小时,电话也算;报村到上门 1 天;按后一步的日期");
  ledger.basis.emplace_back("零报告", "本期没有排查到、受理和调解完的,写 是;没有也要报");
  return ledger;
}

}  // namespace mq::work
