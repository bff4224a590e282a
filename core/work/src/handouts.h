// What hand-outs of the two sides share: their rows, their journal, and following an issue.
#pragma once

#include <string>
#include <vector>

#include "record_parts.h"

namespace mq::work {

// "2026-03-05 10:11:12": lines of 流转 and of journals stand in the order of their words, and a
// clerk who accepts and hands out at once does both within a minute.
std::string second_of(WallTime now);

// The same, later than every line of that field: several acts of one second stand in the order in
// which they were made.
std::string second_after(WallTime now, const vault::RowData& data, std::uint32_t field);

// After a move of an issue by its desk, in the same commit: an assignment to a unit that has a
// stream here hands it out, one that takes it from the unit takes the hand-out back, one that sends
// an answer back opens it again, and its deadline is the issue's. `hop`: the line of 流转 that was
// written, whose words the unit reads when it is sent back or suspended.
Status follow_issue(const Workplace& place, std::string_view verb, const RowId& issue,
                    std::string_view hop);

}  // namespace mq::work
