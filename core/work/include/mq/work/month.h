// The month's close (DOMAIN F9): what is complete, what is to be repaired, what has changed since
// the last draft, what arrived late for months that were signed; then the signature.
//
// A period begins on the programme's 统计期起始日 (the first of the month without one) and is named
// after the month in which it ends. Late arrivals of a signed period stand in the next issue as
// 补报上期, once; a county that wants numbered corrections says so in the programme (更正报).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mq/work/ledger_record.h"
#include "mq/work/signed_reports.h"

namespace mq::work {

struct MonthRule {
  int first_day = 1;           // 1 to 28
  std::optional<int> hand_up;  // day of the month after the period's last day
  bool corrections = false;    // 更正报 instead of 补报上期
};
// Of the programme in force on that day that says so; of several the one that began last.
Result<MonthRule> month_rule(const Workplace& place, Date day);

struct Month {
  std::string label;  // "2026-03"
  Period period;
};
Month month_of(int year, int month, const MonthRule& rule);
// kInvalidInput: not like 2026-03.
Result<Month> parse_month(std::string_view label, const MonthRule& rule);
// The last one that was over by that day.
Month last_month(Date day, const MonthRule& rule);
// The months of a period, if it is made of whole ones; else nothing.
std::vector<Month> months_in(const Period& period, const MonthRule& rule);
// The day by this device, or by the server if the device's clock is doubtful.
Date working_day(const Workplace& place);

// A fact that forms require and that so many rows lack: imports fill defaults, the rest is listed.
struct MissingFact {
  const model::Entity* entity = nullptr;
  const model::Field* field = nullptr;
  std::int64_t rows = 0;
};
Result<std::vector<MissingFact>> missing_facts(const Workplace& place);

// What a person should mend before the numbers are right.
struct Repair {
  std::string zh, en;
  std::string command;  // that shows or mends it
  std::int64_t count = 0;
};
Result<std::vector<Repair>> repairs(const Workplace& place);

struct LateArrival {
  std::string report, column;
  Period period;    // in which it happened
  LedgerCell more;  // what came since that was last reported; words where either is hidden
};

struct MonthLedger {
  Ledger ledger;                     // as it stands now, whole
  std::uint32_t signed_version = 0;  // 0: not signed yet
  bool drafted = false;              // a draft was kept on this device before
  std::vector<LedgerChange> since_draft;
  std::vector<LedgerChange> since_signed;  // of what goes upward
  std::vector<EarlierTotals> earlier;
};

struct MonthReview {
  Month month;
  MonthRule rule;
  std::vector<Completeness> complete;
  int behind = 0;  // villages of which not everybody's records are here up to the last day
  std::vector<Repair> repairs;
  std::vector<MonthLedger> ledgers;
  std::vector<LateArrival> late;
};
// kNotAllowed unless desk. `only`: these ledgers; all monthly ones, and RP17 when a quarter ends,
// if empty.
Result<MonthReview> review_month(const Workplace& place, const Month& month,
                                 const std::vector<std::string>& only = {});
// Kept on this device, so that the next review can say what has changed.
Status keep_draft(const Workplace& place, const MonthReview& review);

// Signs what is not signed yet. What is signed and has changed needs a reason and becomes a further
// version; without a reason it stays as it was signed. kInvalidInput: a reason, and nothing
// changed.
Result<std::vector<SignedReport>> sign_month(const Workplace& place, const MonthReview& review,
                                             const std::string& reason);

// What was signed of a month, by its name: the beginning of periods may have been changed since,
// and a month is called after the one in which it ends. Version 0: the last.
const SignedReport* signed_of_month(const std::vector<SignedReport>& all, std::string_view report,
                                    const Month& month, std::uint32_t version);

// The columns that are not zero in a ledger that is to be handed up as 零报告; empty: nothing
// happened.
std::vector<std::string> not_zero(const Ledger& ledger);

}  // namespace mq::work
