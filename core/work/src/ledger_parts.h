// What several ledgers need: visits of a period, names, the day a record was made, 口径 sentences.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mq/work/canonical.h"
#include "mq/work/directory.h"
#include "mq/work/ledger.h"

namespace mq::work {

inline constexpr int kLateDays = 3;  // DOMAIN (g): recorded more than three days after it happened

inline constexpr std::int64_t kFewest = 3;  // DOMAIN (c): fewer households point at somebody

enum class Lateness { kNot, kLate, kUnknown };

struct VisitFact {
  RowId id;
  vault::StreamIx stream = 0;
  std::optional<RowId> household;
  Date date;
  int outcome = 0, part = 0;
  bool answered = false;
  std::vector<RowId> visitors, issues;
  std::optional<RowId> recorder;
  Lateness late = Lateness::kNot;

  bool effective() const;  // somebody was met, by telephone too
  bool recorded_by_another() const;
};

// The villages of a request: the one named, else all; the office village only if it has a
// household. A village that was merged by the end of the period stands behind the one it belongs to
// and has that one's org unit, so that a row per org unit is one row for both.
Result<std::vector<Village>> villages_of(const Workplace& place, const LedgerRequest& request);

// The same, and the office village also if it has such a row.
Result<std::vector<Village>> villages_with(const Workplace& place, const LedgerRequest& request,
                                           std::string_view table);

// Months gone by from one day to another; January 31 and one month is the last day of February.
int months_between(Date from, Date to);
// Months that fit into the period whole: 1 for February 25 to March 24, 0 for a week.
int whole_months(const Period& period);

// A packed list of references. kCorrupt: it is none.
Result<std::vector<RowId>> ids_in(ByteView packed);
// Whether an issue counts: not cancelled; one that is not held here nobody cancelled.
Result<bool> issue_stands(const Workplace& place, const RowId& issue);

// Not cancelled, dated within the period; the household is the one it counts for.
Status each_visit(const Workplace& place, const Period& period,
                  const std::vector<Village>& villages, const Canonical& canonical,
                  const std::function<void(const VisitFact&)>& take);

// By what people say; where nobody said, by the device's clock if that is plausible and not
// after the receipt, else unknown and never late.
Lateness lateness(Date happened, std::optional<Date> said,
                  const std::optional<vault::Origin>& origin);

// In organisation order; those who serve the village that is asked for, else all.
Result<std::vector<Cadre>> cadres_of(const Workplace& place, const LedgerRequest& request);

// Households each cadre is paired with on the last day of the period.
Result<std::map<RowId, std::set<RowId>>> pairs_by_cadre(const Workplace& place,
                                                        const Period& period,
                                                        const Canonical& canonical);

Result<std::map<RowId, std::string>> cadre_names(const Workplace& place);

// 王*; 欧阳小明 becomes 欧***.
std::string masked_name(std::string_view name);
// 万元 with one decimal, half up: 776.1.
std::string ten_thousands(std::int64_t fen);
// 138****1234.
std::string masked_phone(std::string_view phone);

// The schema's number of an entity that is known to be there.
std::uint32_t entity_number(const Workplace& place, std::string_view entity);

// Notes which record counts in which column, for whoever asks; costs one branch if nobody does.
class Trace {
 public:
  void on(bool on) { on_ = on; }
  void note(std::string_view column, const Source& source) {
    if (on_) sources_[std::string(column)].insert(source);
  }
  void note_if(bool counts, std::string_view column, const Source& source) {
    if (counts) note(column, source);
  }
  void add(const Trace& other) {
    for (const auto& [column, sources] : other.sources_) {
      sources_[column].insert(sources.begin(), sources.end());
    }
  }
  Sources take() { return std::move(sources_); }

 private:
  bool on_ = false;
  Sources sources_;
};

// Adds a row with what stands behind it.
void add_row(Ledger& ledger, std::vector<LedgerCell> row, Trace& trace);
void set_totals(Ledger& ledger, std::vector<LedgerCell> totals, Trace& trace);

// Fills id, title, period and the sentences every ledger carries.
Result<Ledger> begin_ledger(const Workplace& place, const LedgerRequest& request, const char* id,
                            const char* title);

}  // namespace mq::work
