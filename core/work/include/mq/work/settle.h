// Settling two versions of a fact: a person writes the next word, in full knowledge of all of them.
//
// Nothing is lost: what was not taken stays in the record's history. The view taken when the
// versions were shown makes a still newer one concurrent again instead of silently replaced.
#pragma once

#include "mq/work/entry.h"

namespace mq::work {

// One of them, as it stands. kInvalidInput: there is no such claim (they count from 0).
Result<model::Value> one_claim(const vault::Conflict& conflict, std::size_t index);
// All of them, one under the other, the shown one first; texts of several heads only (MERGE_TEXT),
// since of a date or a number only one can be true.
Result<model::Value> all_claims(const Workplace& place, const vault::Conflict& conflict);

// kNotAllowed as for an amendment; kConflict if the record was cancelled meanwhile.
Status settle(const Workplace& place, const vault::Conflict& conflict, model::Value value,
              vault::View seen);

}  // namespace mq::work
