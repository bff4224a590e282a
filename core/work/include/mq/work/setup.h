// Setup: what a township still lacks before it opens, and the yearly drill of its recovery kit.
//
// Computed from the control log and the rows held here. It never opens the township: the log's rule
// does, and asks again for what it can see.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mq/base/date.h"
#include "mq/work/workplace.h"

namespace mq::work {

inline constexpr int kDrillDays = 365;

// The day of the last drill that the kit in force passed; nothing: never.
Result<std::optional<Date>> recovery_drilled(const Workplace& place);
// Notes a drill; without a day, that the kit is a new one. One commit, none if nothing changes.
// kNotAllowed unless admin; kConflict before the first sync.
Status note_recovery_drill(const Workplace& place, std::optional<Date> day);
// Never drilled, or more than kDrillDays ago.
bool drill_due(const std::optional<Date>& drilled, Date today);

struct SetupItem {
  std::string name;  // identifier
  std::string zh, en;
  std::string todo;       // the command that brings it
  bool required = false;  // the township does not open without it
  bool done = false;
};
Result<std::vector<SetupItem>> setup_items(const Workplace& place);

// Whether the rows that founding writes are here.
Result<bool> has_founding_rows(const Workplace& place);

// Notes in the township's facts that it has opened; as note_recovery_drill.
Status note_opened(const Workplace& place);

}  // namespace mq::work
