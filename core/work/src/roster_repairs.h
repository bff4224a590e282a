// What two desks left behind in the roster, because each changed it without having heard of the
// other.
#pragma once

#include "mq/work/month.h"

namespace mq::work {

// Households with two heads, and those that a split made and in which nobody is, because the same
// people were split off twice. None of them left out; those that do not count are not asked.
Result<std::vector<Repair>> roster_repairs(const Workplace& place);

}  // namespace mq::work
