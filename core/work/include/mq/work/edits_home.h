// What was written in the village that a household has left, by somebody who had not heard of the
// move: edits of the rows that stand there still, and people who were added to it.
//
// A desk's device, which may write in both villages, takes them over at contact, so that they are
// read where the household lives.
#pragma once

#include "mq/work/workplace.h"

namespace mq::work {

// Each fact that was changed there since the household left, and not where it lives, is written
// where it lives; the row that it left says again what it said then. Changed in both, nobody
// chooses: both stay. Number of people, group and village are those of where it lives. Whoever was
// added to it moves after it, as a change of the roster that can be taken back; whoever was put
// into another household of the village it left comes back there, in the same way. A row in a
// village to which somebody took a household in vain says where it went, once nobody disputes that.
// How many rows were touched; nothing on a device that is no desk's or may not write in both. One
// commit for each.
Result<std::size_t> take_edits_home(const Workplace& place);

}  // namespace mq::work
