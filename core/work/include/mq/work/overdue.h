// Which issues are overdue, by the unit that answers for them and never by person (DOMAIN 0, F2).
//
// Reads. kInvalidInput for a village that is not here; kCorrupt and whatever the database says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mq/work/directory.h"

namespace mq::work {

struct OverdueIssue {
  RowId row;
  std::string number, title;
  WallTime due;  // the extension, if there is one
  bool extended = false;
  int days = 0;  // whole days since; 0 within the first
};

struct OverdueUnit {
  std::string name;
  int open = 0;                       // everything that it has not ended, due or not
  std::vector<OverdueIssue> overdue;  // the longest first
};

struct Overdue {
  // What a deadline is compared with: the server's time where the clock is doubtful.
  WallTime now;
  // The clock is doubtful and the server's time not known: nothing is said to be overdue.
  bool unknown = false;
  std::vector<OverdueUnit> units;  // in organisation order, those with an open issue
};

Result<Overdue> overdue_by_unit(const Workplace& place, const std::optional<std::string>& village);

}  // namespace mq::work
