#include "mq/work/month.h"

#include <algorithm>
#include <set>

#include "indicators.h"
#include "mq/base/text.h"
#include "mq/work/upward.h"
#include "rights.h"

namespace mq::work {

namespace {

constexpr std::string_view kLongReport = "RP17";
constexpr std::string_view kRecount = "本期重算";  // its column that tells what came out
constexpr int kQuarter = 3, kHalf = 6, kYear = 12;
constexpr std::size_t kLookBack = 12;  // signed periods that may still get late arrivals

std::string draft_name(const Month& month, std::string_view report) {
  return cat("month/draft/", month.label, "/", report);
}

bool same(const Period& a, const Period& b) { return a.from == b.from && a.to == b.to; }

// The period of RP17 that ends with this month: the year, the half or the quarter.
std::optional<Period> long_period(const Month& month, const MonthRule& rule) {
  const Date last = month.period.to;
  const int number = std::stoi(month.label.substr(5));
  const int months = number == kYear ? kYear : number == kHalf ? kHalf : kQuarter;
  if (number % kQuarter != 0) return std::nullopt;
  const Month first = month_of(std::stoi(month.label.substr(0, 4)), number - months + 1, rule);
  return Period{first.period.from, last};
}

Result<std::optional<Ledger>> draft_of(const Workplace& place, const Month& month,
                                       std::string_view report) {
  MQ_TRY(const std::optional<Bytes> kept, place.vault.setting(draft_name(month, report)));
  if (!kept || kept->empty()) return std::optional<Ledger>();
  MQ_TRY(LedgerRecord record, read_ledger(text_of(*kept)));
  return std::optional(std::move(record.ledger));
}

// A count as it goes upward, without the sign of a difference.
std::string count_text(const LedgerCell& cell) {
  if (const auto* words = std::get_if<std::string>(&cell)) return *words;
  if (const auto* money = std::get_if<Money>(&cell)) return yuan(*money);
  const auto* number = std::get_if<std::int64_t>(&cell);
  return number == nullptr ? "0" : cat(*number);
}

// Late arrivals of one signed period of one report: what it comes to now less what was last
// reported of it, be that in its own versions or in a later issue.
class Late {
 public:
  Late(const Workplace& place, const std::vector<SignedReport>& all) : place_(place), all_(all) {}

  Status find(const LedgerEntry& entry, const Month& month, MonthLedger& into,
              std::vector<LateArrival>& late) {
    for (const Period& period : periods(entry.id, month)) {
      MQ_TRY(Ledger now, entry.compute(place_, {period, std::nullopt, false}));
      now = upward(std::move(now));
      const SignedReport* own = last_signed(all_, entry.id, period);
      Ledger reported = own->record.ledger;
      reported.totals = reported_totals(entry.id, period, *own);
      compare(entry.id, reported, now, period, late);
      into.earlier.push_back({period, now.totals});
    }
    return {};
  }

  // What later issues have told of a period since its last version, which a further version holds.
  std::vector<LateArrival> told(std::string_view report, const Period& period) const {
    std::vector<LateArrival> out;
    const SignedReport* own = last_signed(all_, report, period);
    if (own == nullptr) return out;
    Ledger then = own->record.ledger;
    then.totals = reported_totals(report, period, *own);
    compare(report, own->record.ledger, then, period, out);
    return out;
  }

 private:
  std::vector<Period> periods(std::string_view report, const Month& month) const {
    std::vector<Period> out;
    for (const SignedReport& each : all_) {
      const Ledger& ledger = each.record.ledger;
      const bool earlier = ledger.id == report && ledger.period.to < month.period.from;
      const bool known =
          std::ranges::any_of(out, [&](const Period& one) { return same(one, ledger.period); });
      if (earlier && !known) out.push_back(ledger.period);
    }
    if (out.size() > kLookBack) out.erase(out.begin(), out.end() - kLookBack);
    return out;
  }

  std::vector<LedgerCell> reported_totals(std::string_view report, const Period& period,
                                          const SignedReport& own) const {
    WallTime at = own.record.ledger.signing->at;
    std::vector<LedgerCell> totals = own.record.ledger.totals;
    for (const SignedReport& each : all_) {
      const Ledger& ledger = each.record.ledger;
      if (ledger.id != report || ledger.signing->at.ms < at.ms) continue;
      for (const EarlierTotals& earlier : each.record.earlier) {
        if (!same(earlier.period, period)) continue;
        at = ledger.signing->at;
        totals = earlier.totals;
      }
    }
    return totals;
  }

  static void compare(std::string_view report, const Ledger& reported, const Ledger& now,
                      const Period& period, std::vector<LateArrival>& late) {
    for (const Indicator& each : indicators()) {
      const bool happens =
          each.kind == Indicator::Kind::kFlow || each.kind == Indicator::Kind::kDistinct;
      if (each.report != report || !happens) continue;
      const LedgerCell before = total_of(reported, each.column);
      const LedgerCell after = total_of(now, each.column);
      const LedgerCell more = less(after, before);
      if (std::holds_alternative<std::monostate>(more)) continue;
      late.push_back({std::string(report), std::string(each.column), period, more});
    }
  }

  // Nothing if they are equal, or hidden alike. Of one that was, or is, hidden the two as they go
  // upward: the difference would tell it.
  static LedgerCell less(const LedgerCell& after, const LedgerCell& before) {
    const auto hidden = [](const LedgerCell& cell) {
      return std::holds_alternative<std::string>(cell);
    };
    if ((hidden(after) || hidden(before)) && after != before) {
      return cat("现为 ", count_text(after), "(原为 ", count_text(before), ")");
    }
    const auto* a = std::get_if<std::int64_t>(&after);
    const auto* b = std::get_if<std::int64_t>(&before);
    if (a != nullptr && b != nullptr && *a != *b) return *a - *b;
    const auto* m = std::get_if<Money>(&after);
    const auto* n = std::get_if<Money>(&before);
    if (m != nullptr && n != nullptr && m->fen != n->fen) return Money{m->fen - n->fen};
    return {};
  }

  const Workplace& place_;
  const std::vector<SignedReport>& all_;
};

std::string number_text(const LedgerCell& cell) {
  if (const auto* words = std::get_if<std::string>(&cell)) return *words;
  if (const auto* money = std::get_if<Money>(&cell)) {
    return cat(money->fen > 0 ? "+" : "", yuan(*money));
  }
  const auto* number = std::get_if<std::int64_t>(&cell);
  const std::int64_t value = number == nullptr ? 0 : *number;
  return cat(value > 0 ? "+" : "", value);
}

std::string late_text(const LateArrival& each) {
  return cat(each.column, " ", number_text(each.more));
}

// Whoever adds up versions and 补报 would count it twice.
void state_told(const std::vector<LateArrival>& told, Ledger& ledger) {
  std::vector<std::string> parts;
  for (const LateArrival& each : told) parts.push_back(late_text(each));
  if (parts.empty()) return;
  ledger.basis.emplace_back("已补报",
                            cat(join(parts, ","), ";已作为补报上期报过,本版都算在内,不再另加"));
}

// 补报上期, as sentences of the ledger that is signed now.
void state_late(const std::vector<LateArrival>& late, Ledger& ledger) {
  std::map<std::string, std::string> by_period;
  for (const LateArrival& each : late) {
    if (each.report != ledger.id) continue;
    std::string& sentence =
        by_period[cat("补报 ", each.period.from.iso(), " 至 ", each.period.to.iso())];
    sentence += cat(sentence.empty() ? "" : ",", late_text(each));
  }
  for (auto& [name, sentence] : by_period) ledger.basis.emplace_back(name, std::move(sentence));
}

Status review_one(const Workplace& place, const LedgerEntry& entry, const Period& period,
                  const std::vector<SignedReport>& all, MonthReview& review) {
  MonthLedger out;
  MQ_TRY(out.ledger, entry.compute(place, {period, std::nullopt, false}));
  if (const SignedReport* last = last_signed(all, entry.id, period)) {
    out.signed_version = last->record.ledger.signing->version;
    out.since_signed = differences(last->record.ledger, upward(out.ledger));
    // The way there changes with every month that is signed; its end is what was signed.
    if (entry.id == kLongReport) {
      std::erase_if(out.since_signed, [](const LedgerChange& each) {
        return each.kind == LedgerChange::Kind::kChanged && each.column != kRecount;
      });
    }
  }
  MQ_TRY(const std::optional<Ledger> draft, draft_of(place, review.month, entry.id));
  out.drafted = draft.has_value();
  if (draft) out.since_draft = differences(*draft, out.ledger);
  // RP17 tells of late arrivals by itself.
  if (entry.id != kLongReport) {
    Late late(place, all);
    MQ_CHECK(late.find(entry, review.month, out, review.late));
    // A county that takes numbered corrections gets each of these by one of its own.
    if (!review.rule.corrections) {
      state_told(late.told(entry.id, period), out.ledger);
      state_late(review.late, out.ledger);
    }
  }
  review.ledgers.push_back(std::move(out));
  return {};
}

int behind(const std::vector<Completeness>& complete, Date last) {
  return static_cast<int>(std::ranges::count_if(complete, [&](const Completeness& one) {
    return std::ranges::any_of(one.parts, [&](const Completeness::Part& part) {
      return !part.until || *part.until < last;
    });
  }));
}

// The first day of periods was changed after one was signed: days that both count.
void add_overlap(const Month& month, const std::vector<SignedReport>& all,
                 std::vector<Repair>& repairs) {
  std::set<std::pair<Date, Date>> told;
  for (const SignedReport& each : all) {
    const Ledger& ledger = each.record.ledger;
    const Date from = std::max(ledger.period.from, month.period.from);
    const Date to = std::min(ledger.period.to, month.period.to);
    const bool longer = ledger.id == kLongReport;
    if (longer || to < from || same(ledger.period, month.period)) continue;
    if (!told.emplace(ledger.period.from, ledger.period.to).second) continue;
    const std::string was = cat(ledger.period.from.iso(), " 至 ", ledger.period.to.iso());
    repairs.push_back({cat("与已签发的 ", was,
                           " 重了几天(统计期起始日改过):这几天两期都算,"
                           "合计时请减去一次"),
                       cat("days that the signed period of ", ledger.period.from.iso(), " to ",
                           ledger.period.to.iso(), " counts too: the first day was changed"),
                       "month list", to.days - from.days + 1});
  }
}

}  // namespace

Result<MonthReview> review_month(const Workplace& place, const Month& month,
                                 const std::vector<std::string>& only) {
  MQ_CHECK(need_desk(place));
  MonthReview review;
  review.month = month;
  MQ_TRY(review.rule, month_rule(place, month.period.to));
  MQ_TRY(review.complete, completeness(place, std::nullopt));
  review.behind = behind(review.complete, month.period.to);
  MQ_TRY(review.repairs, repairs(place));
  MQ_TRY(const std::vector<SignedReport> all, signed_reports(place));
  add_overlap(month, all, review.repairs);
  for (const LedgerEntry& entry : ledgers()) {
    const bool wanted = only.empty() || std::ranges::find(only, entry.id) != only.end();
    const bool longer = entry.id == kLongReport;
    const std::optional<Period> period =
        longer ? long_period(month, review.rule) : std::optional(month.period);
    if (wanted && period) MQ_CHECK(review_one(place, entry, *period, all, review));
  }
  return review;
}

Status keep_draft(const Workplace& place, const MonthReview& review) {
  return place.vault.together([&]() -> Status {
    for (const MonthLedger& each : review.ledgers) {
      const std::string text = write_ledger({each.ledger, {}});
      MQ_CHECK(place.vault.set_setting(draft_name(review.month, each.ledger.id), view_of(text)));
    }
    return {};
  });
}

Result<std::vector<SignedReport>> sign_month(const Workplace& place, const MonthReview& review,
                                             const std::string& reason) {
  if (review.month.period.from > working_day(place)) {
    return Error{Code::kInvalidInput,
                 cat(review.month.label, " 还没有开始(", review.month.period.from.iso(),
                     " 起),不能签发;请核对 --month 和本机日期"),
                 cat(review.month.label,
                     " has not begun, so it cannot be signed; look at --month "
                     "and at the date of this device")};
  }
  std::vector<LedgerRecord> records, longer;
  for (const MonthLedger& each : review.ledgers) {
    const bool fresh = each.signed_version == 0;
    const bool corrected = !fresh && !reason.empty() && !each.since_signed.empty();
    const bool is_long = each.ledger.id == kLongReport;
    if (fresh || corrected) (is_long ? longer : records).push_back({each.ledger, each.earlier});
  }
  if (records.empty() && longer.empty() && !reason.empty()) {
    return Error{Code::kInvalidInput, cat(review.month.label, " 的报表签发以后没有变化,不用更正"),
                 cat("nothing of ", review.month.label, " has changed since it was signed")};
  }
  std::vector<SignedReport> out;
  MQ_CHECK(place.vault.together([&]() -> Status {
    MQ_TRY(out, sign_reports(place, std::move(records), reason));
    // Made anew after its own last month is signed, which it tells of.
    for (LedgerRecord& record : longer) {
      MQ_TRY(record.ledger, ledger_rp17(place, {record.ledger.period, std::nullopt, false}));
    }
    MQ_TRY(const std::vector<SignedReport> last, sign_reports(place, std::move(longer), reason));
    out.insert(out.end(), last.begin(), last.end());
    return {};
  }));
  return out;
}

std::vector<std::string> not_zero(const Ledger& ledger) {
  std::vector<std::string> out;
  for (const Indicator& each : indicators()) {
    if (each.report != ledger.id || each.kind != Indicator::Kind::kFlow) continue;
    const LedgerCell total = total_of(ledger, each.column);
    const auto* number = std::get_if<std::int64_t>(&total);
    const auto* money = std::get_if<Money>(&total);
    const bool zero = (number == nullptr || *number == 0) && (money == nullptr || money->fen == 0);
    if (!zero) out.push_back(cat(each.column, " ", number_text(total)));
  }
  return out;
}

}  // namespace mq::work
