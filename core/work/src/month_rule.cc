// Which days a month's report covers.
#include <algorithm>
#include <charconv>

#include "minqing/model/v1/programme.pb.h"
#include "mq/base/text.h"
#include "mq/work/believed_time.h"
#include "mq/work/month.h"

namespace mq::work {

namespace mpb = ::minqing::model::v1;

namespace {

constexpr int kMonths = 12;
constexpr std::size_t kLabel = 7;  // "2026-03"

// Months since year 0, for arithmetic.
Date first_of(int months, int day) {
  return *Date::of(months / kMonths, months % kMonths + 1, day);
}

std::optional<int> digits(std::string_view text) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end && number >= 0 ? std::optional(number)
                                                                  : std::nullopt;
}

std::string label_of(int months) {
  const int month = months % kMonths + 1;
  return cat(months / kMonths, month < 10 ? "-0" : "-", month);
}

}  // namespace

Result<MonthRule> month_rule(const Workplace& place, Date day) {
  MQ_TRY(sqlite::Query q,
         place.vault.database().query(
             "SELECT period_day, hand_up_day, late_rule FROM \"programme\" WHERE deleted = 0 AND "
             "\"from\" <= ?1 AND \"to\" >= ?1 AND (period_day IS NOT NULL OR hand_up_day IS NOT "
             "NULL OR late_rule IS NOT NULL) ORDER BY \"from\" DESC, id DESC LIMIT 1"));
  q.bind(1, std::int64_t{day.days});
  MQ_TRY(const bool found, q.step());
  MonthRule rule;
  if (!found) return rule;
  if (!q.is_null(0))
    rule.first_day = static_cast<int>(std::clamp<std::int64_t>(q.integer(0), 1, 28));
  if (!q.is_null(1)) rule.hand_up = static_cast<int>(q.integer(1));
  rule.corrections = q.integer(2) == mpb::LATE_RULE_CORRECTION;
  return rule;
}

Month month_of(int year, int month, const MonthRule& rule) {
  const int months = year * kMonths + month - 1;
  const bool calendar = rule.first_day == 1;
  const Date from = first_of(calendar ? months : months - 1, rule.first_day);
  const Date next = first_of(calendar ? months + 1 : months, rule.first_day);
  return {label_of(months), {from, Date{next.days - 1}}};
}

Result<Month> parse_month(std::string_view label, const MonthRule& rule) {
  const auto year = digits(label.substr(0, std::min<std::size_t>(label.size(), 4)));
  const auto month = label.size() == kLabel ? digits(label.substr(5)) : std::nullopt;
  const bool fits =
      year && *year >= 1900 && month && *month >= 1 && *month <= kMonths && label[4] == '-';
  if (fits) return month_of(*year, *month, rule);
  return Error{Code::kInvalidInput, cat("月份应写成 2026-03:", label),
               cat("not a month like 2026-03: ", label)};
}

Month last_month(Date day, const MonthRule& rule) {
  int months = day.year() * kMonths + day.month();  // one ahead
  for (;; --months) {
    Month month = month_of(months / kMonths, months % kMonths + 1, rule);
    if (month.period.to < day) return month;
  }
}

std::vector<Month> months_in(const Period& period, const MonthRule& rule) {
  std::vector<Month> out;
  int months = period.from.year() * kMonths + period.from.month() - 1;
  if (rule.first_day != 1) ++months;
  for (Date at = period.from; at <= period.to; ++months) {
    const Month month = month_of(months / kMonths, months % kMonths + 1, rule);
    if (month.period.from != at || month.period.to > period.to) return {};
    out.push_back(month);
    at = Date{month.period.to.days + 1};
  }
  return out;
}

Date working_day(const Workplace& place) { return Date::in_shanghai(believed_time(place).start()); }

}  // namespace mq::work
