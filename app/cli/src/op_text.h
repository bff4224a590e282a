// One change as people read it: the new value, the step taken, or that the record was cancelled.
#pragma once

#include <string>

#include "mq/model/op.h"
#include "mq/model/schema.h"
#include "mq/work/workplace.h"

namespace mq::cli {

// `field` is null for what only a newer version knows.
Result<std::string> op_text(const work::Workplace& place, const model::Field* field,
                            const model::Op& op);

// When it was written, as far as can be proved: not before, not after.
std::string bracket_text(const vault::HistoryEntry& entry);

}  // namespace mq::cli
