// New keys for streams: planned as many as one append takes.
#pragma once

#include <vector>

#include "acts.h"
#include "plan.h"

namespace mq::sync {

// Of one append, which the server takes up to 1 MiB; one more entry fits beyond.
inline constexpr std::size_t kAppendBytes = 900u << 10;

// Whose present key is held by somebody who may not read any more; of those that this person may
// give a new one. The township's and the private streams first.
std::vector<StreamId> missing_rotations(const wire::ControlState& state, const PersonId& me);

// Plans the first of these streams, in this order, until the append is full; returns how many.
Result<std::size_t> plan_rotations(Plan& plan, const Acts& acts,
                                   const std::vector<StreamId>& streams);

// Appends until nothing is missing; returns how many keys were changed.
Result<std::size_t> rotate_missing(Acts& acts);

}  // namespace mq::sync
