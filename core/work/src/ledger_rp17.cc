// RP17 季度普查、半年通报、年度: the same numbers over several months, counted anew by the day on
// which things happened, and the bridge from what was signed month by month (DOMAIN (c), S0).
#include <algorithm>
#include <map>

#include "indicators.h"
#include "ledger_parts.h"
#include "mq/base/text.h"
#include "mq/work/month.h"
#include "mq/work/upward.h"

namespace mq::work {

namespace {

using Kind = Indicator::Kind;

// A count or an amount, so that both add up alike.
struct Amount {
  std::int64_t value = 0;
  bool money = false;
  bool known = false;

  static Amount of(const LedgerCell& cell) {
    if (const auto* number = std::get_if<std::int64_t>(&cell)) return {*number, false, true};
    if (const auto* money = std::get_if<Money>(&cell)) return {money->fen, true, true};
    return {};
  }
  void add(const Amount& other) {
    value += other.value;
    money = money || other.money;
    known = known || other.known;
  }
  LedgerCell cell() const { return money ? LedgerCell(Money{value}) : LedgerCell(value); }
  LedgerCell less(const Amount& other) const {
    return Amount{value - other.value, money, true}.cell();
  }
};

// One ledger over the whole period and month by month, as signed and as it comes out now.
struct Source17 {
  Ledger whole;
  std::vector<Ledger> now, signed_then;
  std::vector<std::string> unsigned_months;
};

class Bridge {
 public:
  Bridge(const Workplace& place, const LedgerRequest& request, std::vector<Month> months)
      : place_(place), request_(request), months_(std::move(months)) {}

  Status load() {
    MQ_TRY(all_, signed_reports(place_));
    return {};
  }

  Result<const Source17*> source(std::string_view report) {
    const auto known = sources_.find(report);
    if (known != sources_.end()) return &known->second;
    const auto entry =
        std::ranges::find_if(ledgers(), [&](const LedgerEntry& each) { return each.id == report; });
    Source17 out;
    MQ_TRY(out.whole, entry->compute(place_, request_));
    for (const Month& month : months_) {
      MQ_TRY(Ledger now, entry->compute(place_, {month.period, std::nullopt, false}));
      const SignedReport* last = last_signed(all_, report, month.period);
      if (last == nullptr) out.unsigned_months.push_back(month.label);
      out.signed_then.push_back(last == nullptr ? now : last->record.ledger);
      out.now.push_back(std::move(now));
    }
    return &sources_.emplace(report, std::move(out)).first->second;
  }

  const std::map<std::string, Source17, std::less<>>& sources() const { return sources_; }

 private:
  const Workplace& place_;
  const LedgerRequest& request_;
  std::vector<Month> months_;
  std::vector<SignedReport> all_;
  std::map<std::string, Source17, std::less<>> sources_;
};

// Of one month; what was signed as <3 is taken as it is now.
Amount of_month(const Ledger& month, const Ledger& now, const Indicator& each) {
  const Amount amount = Amount::of(total_of(month, each.column));
  return amount.known ? amount : Amount::of(total_of(now, each.column));
}

// Over months what happens is added, what stands is the last month's.
Amount over_months(const std::vector<Ledger>& months, const std::vector<Ledger>& now,
                   const Indicator& each) {
  if (each.kind == Kind::kStock) return of_month(months.back(), now.back(), each);
  Amount sum;
  for (std::size_t i = 0; i < months.size(); ++i) sum.add(of_month(months[i], now[i], each));
  return sum;
}

std::vector<LedgerCell> bridge_row(const Source17& source, const Indicator& each) {
  const std::string report(each.report), column(each.column);
  const LedgerCell whole = total_of(source.whole, each.column);
  if (each.kind == Kind::kShare) return {report, column, {}, {}, {}, whole};
  const Amount then = over_months(source.signed_then, source.now, each);
  const Amount now = over_months(source.now, source.now, each);
  return {report, column, then.cell(), now.less(then), Amount::of(whole).less(now), whole};
}

enum Column : std::size_t { kReport, kIndicator, kSigned, kLate, kDeducted, kRecounted };

// The numbers of the row that stay in the township: where the period's own total does, all;
// where a month went up hidden, those from which it could be told.
void keep_few(Ledger& ledger, const Source17& source, const Indicator& each) {
  const std::size_t row = ledger.rows.size() - 1;
  const auto hidden_in = [&](const Ledger& handed_up) {
    return std::holds_alternative<std::string>(total_of(handed_up, each.column));
  };
  const bool few = hidden_in(upward(source.whole));
  const bool month_hidden = std::ranges::any_of(source.signed_then, hidden_in);
  std::vector<std::size_t> hidden;
  if (month_hidden) hidden = {kSigned, kDeducted};
  if (few) hidden = {kSigned, kLate, kDeducted, kRecounted};
  for (const std::size_t column : hidden) ledger.upward.cells.emplace_back(row, column);
}

void describe(Ledger& ledger, const Bridge& bridge) {
  ledger.basis.emplace_back("各月签发", "各月签发时的合计相加;应走访、在办等期末数取最后一个月的");
  ledger.basis.emplace_back("迟到与更正", "签发以后才收到或改正的,按发生日期算进原来的月份");
  ledger.basis.emplace_back("跨月扣除",
                            "一户几个月都走访过的只计一户,事项同;期内撤回、移送的不再计");
  ledger.basis.emplace_back("本期重算",
                            "按发生日期对全期重新计算,不由各月相加;各月签发 + 迟到与更正 + "
                            "跨月扣除 = 本期重算");
  std::set<std::string> months;
  for (const auto& [report, source] : bridge.sources()) {
    months.insert(source.unsigned_months.begin(), source.unsigned_months.end());
  }
  const std::string list = join({months.begin(), months.end()}, "、");
  ledger.basis.emplace_back("未签发的月份",
                            list.empty() ? "无" : cat(list, "(全部或部分报表没有签发,按现在的数)"));
}

}  // namespace

Result<Ledger> ledger_rp17(const Workplace& place, const LedgerRequest& request) {
  MQ_TRY(const MonthRule rule, month_rule(place, request.period.to));
  const std::vector<Month> months = months_in(request.period, rule);
  if (months.size() < 2 || request.village) {
    return Error{Code::kInvalidInput,
                 cat("RP17 是全乡镇几个整月的通报(季度、半年、年度),统计期从每月 ", rule.first_day,
                     " 日起;请改 --from、--to,不要加 --village"),
                 cat("RP17 covers several whole months of the township, beginning on day ",
                     rule.first_day, "; change --from and --to, leave --village out")};
  }
  MQ_TRY(Ledger ledger, begin_ledger(place, request, "RP17", "季度、半年、年度通报"));
  ledger.columns = {"报表", "指标", "各月签发", "迟到与更正", "跨月扣除", "本期重算"};
  ledger.upward.rows = true;
  Bridge bridge(place, request, months);
  MQ_CHECK(bridge.load());
  for (const Indicator& each : indicators()) {
    MQ_TRY(const Source17* source, bridge.source(each.report));
    ledger.rows.push_back(bridge_row(*source, each));
    keep_few(ledger, *source, each);
    Sources sources;
    const auto found = source->whole.total_sources.find(each.column);
    if (found != source->whole.total_sources.end()) sources["本期重算"] = found->second;
    ledger.row_sources.push_back(std::move(sources));
  }
  describe(ledger, bridge);
  return ledger;
}

}  // namespace mq::work
