// P3 facts that stand in the village that their household has left: its mover held no keys, or a
// cadre there had not heard of the move and wrote on.
//
// A desk's device, which holds both keys, carries them over at contact, so that they are read where
// the household lives. They keep their id.
#pragma once

#include "mq/work/workplace.h"

namespace mq::work {

// Carries over each fact of which nothing is said where the household lives, and empties what says
// the same there; how many records were touched. What says something else stays where it is, for
// whoever knows which is true. Nothing on a device that is no desk's or may not write in both.
// One commit for each record. One question to each village.
Result<std::size_t> take_facts_home(const Workplace& place);

}  // namespace mq::work
