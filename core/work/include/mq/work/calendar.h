// Calendar: which days are worked (工作日), and when a deadline falls due.
//
// Monday to Friday, changed by each year's holidays and worked weekends (调休) as the State
// Council's notice names them. The program ships the years whose notice was out; the township adds
// a year as a row, or days of its own to a year that is shipped. A year of neither is not guessed:
// whoever counts working days into it is told so.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mq/base/date.h"
#include "mq/base/result.h"
#include "mq/work/entry.h"

namespace mq::work {

struct WorkYear {
  int year = 0;
  std::string source;  // number of the notice
  std::set<Date> off, on;
};

// Ships with the program, oldest first.
const std::vector<WorkYear>& shipped_work_years();

class Calendar {
 public:
  explicit Calendar(std::vector<WorkYear> years) : years_(std::move(years)) {}
  // What is shipped, and above it the township's own rows.
  static Result<Calendar> load(const Workplace& place);

  // Nothing: there is no table of that year.
  std::optional<bool> worked(Date day) const;
  const std::vector<WorkYear>& years() const { return years_; }

 private:
  std::vector<WorkYear> years_;
};

// A span as rules name it: so many 小时, 自然日, 工作日 or 月.
struct Term {
  int unit = 0;  // minqing.model.v1.DueUnit
  int count = 0;
};
// "5 工作日", "60自然日", "1小时", "3 月", also "天" for 自然日; nothing if it is none of these.
std::optional<Term> parse_term(std::string_view text);

// The last moment that is still in time. Hours run from the moment; of days and months the day of
// the event itself is not counted, the last one ends at 24:00 Shanghai time, and a month ends on
// the same day of the month or on its last (民法典 201, 202). A last day that is not worked stays
// the last day. kUnsupported: a year without a table, or past what dates can say.
Result<WallTime> due_at(WallTime start, const Term& term, const Calendar& calendar);

// A year of the township's own; kNotAllowed unless desk.
Result<Outcome> add_work_year(const Workplace& place, const Inputs& inputs);

}  // namespace mq::work
