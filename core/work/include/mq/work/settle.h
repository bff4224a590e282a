// Settling two versions of a fact: a person writes the next word, in full knowledge of all of them.
//
// Nothing is lost: what was not taken stays in the record's history. The view taken when the
// versions were shown makes a still newer one concurrent again instead of silently replaced.
#pragma once

#include "mq/work/entry.h"

namespace mq::work {

// The field number of a conflict about whether the record stands: somebody cancelled it while
// somebody else wrote on. Its claims are the cancellations; the one after the last is that it
// stands.
constexpr std::uint32_t kWhetherItStands = 0;

// Takes one of them (they count from 0). Of a state only the one that stands can be confirmed:
// moves have rights and an order of their own, so a move that did not count is made anew by its
// verb. Cancelling asks what cancelling always asks. kInvalidInput: no such claim, or not to be
// taken.
Result<Outcome> take_claim(const Workplace& place, const vault::Conflict& conflict,
                           std::size_t index, vault::View seen);
// All of them, one under the other, the shown one first; texts of several heads only (MERGE_TEXT),
// since of a date or a number only one can be true.
Result<model::Value> all_claims(const Workplace& place, const vault::Conflict& conflict);

// A word of one's own. kNotAllowed as for an amendment; kConflict if the record was cancelled
// meanwhile.
Status settle(const Workplace& place, const vault::Conflict& conflict, model::Value value,
              vault::View seen);

}  // namespace mq::work
