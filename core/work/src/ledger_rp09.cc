// RP09 矛盾纠纷排查化解月报: found, accepted, ended and still open, village by village.
#include "ledger_parts.h"
#include "minqing/model/v1/dispute.pb.h"
#include "mq/base/text.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;

constexpr std::string_view kSql =
    "SELECT found_on, accepted_on, ended_on, outcome, coalesce(people, 0), group_failed_at, "
    "reported_at, on_site_at FROM \"dispute\" WHERE stream = ?1 AND deleted = 0 AND "
    "found_on <= ?2";

struct Tally {
  std::int64_t found = 0, accepted = 0, settled = 0, handed_up = 0, litigation = 0, open = 0;
  std::int64_t people = 0;
  Ratio within_hour, within_day;

  std::int64_t ended() const { return settled + handed_up + litigation; }
  void add(const sqlite::Query& q, const Period& period) {
    const auto within = [&](int column) {
      return !q.is_null(column) && q.integer(column) >= period.from.days &&
             q.integer(column) <= period.to.days;
    };
    if (within(0)) {
      ++found;
      people += q.integer(4);
    }
    accepted += within(1) ? 1 : 0;
    const bool ended = !q.is_null(2) && q.integer(2) <= period.to.days;
    const bool taken = !q.is_null(1) && q.integer(1) <= period.to.days;
    open += taken && !ended ? 1 : 0;
    if (within(2)) {
      settled += q.integer(3) == mpb::DISPUTE_OUTCOME_SETTLED ? 1 : 0;
      handed_up += q.integer(3) == mpb::DISPUTE_OUTCOME_HANDED_UP ? 1 : 0;
      litigation += q.integer(3) == mpb::DISPUTE_OUTCOME_LITIGATION ? 1 : 0;
    }
    time(q, 5, 6, kHourMs, period, within_hour);
    time(q, 6, 7, kDayMs, period, within_day);
  }
  std::vector<LedgerCell> row(const std::string& name) const {
    const bool nothing = found == 0 && accepted == 0 && ended() == 0;
    return {name,
            found,
            accepted,
            ended(),
            settled,
            Ratio{settled, ended()},
            handed_up,
            litigation,
            open,
            people,
            within_hour,
            within_day,
            std::string(nothing ? "是" : "否")};
  }

 private:
  // Counted in the period in which the clock stopped.
  static void time(const sqlite::Query& q, int start, int end, std::int64_t most,
                   const Period& period, Ratio& ratio) {
    if (q.is_null(start) || q.is_null(end)) return;
    const Date on = Date::in_shanghai({q.integer(end)});
    if (on < period.from || period.to < on) return;
    ++ratio.denominator;
    ratio.numerator += q.integer(end) - q.integer(start) <= most ? 1 : 0;
  }
};

}  // namespace

Result<Ledger> ledger_rp09(const Workplace& place, const LedgerRequest& request) {
  MQ_TRY(Ledger ledger, begin_ledger(place, request, "RP09", "矛盾纠纷排查化解月报"));
  ledger.columns = {"村",         "本月排查",   "受理",     "调解", "成功",
                    "成功率",     "上交",       "导入诉讼", "积案", "涉及人数",
                    "一小时报村", "一天内上门", "零报告"};
  MQ_TRY(const std::vector<Village> villages, villages_with(place, request, "dispute"));
  Tally all;
  for (const Village& village : villages) {
    Tally tally;
    MQ_TRY(sqlite::Query q, place.vault.database().query(kSql));
    q.bind(1, village.stream).bind(2, std::int64_t{request.period.to.days});
    for (;;) {
      MQ_TRY(const bool more, q.step());
      if (!more) break;
      tally.add(q, request.period);
      all.add(q, request.period);
    }
    ledger.rows.push_back(tally.row(village.name));
  }
  ledger.totals = all.row("合计");
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
