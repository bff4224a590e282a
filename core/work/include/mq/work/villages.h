// Villages that were merged into others (并村): each keeps its stream, one of them is open.
//
// From the day of the merger new records go to the village that is left, ledgers have one row for
// both, and a period that ended before still has two. The fact stands in the org unit that ended:
// its parent and its last day. Nothing is rewritten. Errors are the database's.
#pragma once

#include <string>
#include <vector>

#include "mq/base/date.h"
#include "mq/work/directory.h"

namespace mq::work {

struct VillageMerger {
  RowId village, into;    // org units; `into` is where a chain of mergers ends
  std::string into_name;  // as it is called now
  Date last;              // day on which `village` was still one of its own
};
Result<std::vector<VillageMerger>> village_mergers(const Workplace& place);

// The list as it was on that day: what had been merged by then follows the village it belongs to,
// under that one's org unit, and is called 新村(原旧村).
std::vector<Village> with_merged(const std::vector<VillageMerger>& mergers, Date day,
                                 std::vector<Village> villages);

// The sentence for whoever names a village that has ended; nothing if it is open.
Result<std::optional<model::Fault>> ended_village(const Workplace& place, const Village& village);

}  // namespace mq::work
