// Roster: households split, merge, move and change their head; doubles of households and people are
// tied together; villages merge. Each is one step, kept with what stood before, and can be taken
// back.
//
// Nothing is rewritten: visits, issues, pairings and deeds stay where they were written, and
// canonical.h says for whom they count. Everything is one local commit. A step is refused whole
// with every fault. kNotAllowed without the right to write in every village it touches; villages
// are merged by the desk. kNotFound: no such row.
#pragma once

#include <string_view>
#include <vector>

#include "mq/work/entry.h"

namespace mq::work {

// A verb of an entity's command; inputs are its flags, and `on` (today, unless said) and `reason`.
struct RosterVerb {
  std::string_view entity, verb;
};
// household split (people, head, household_no), merge (into, same), head (to), move (village,
// group_no); person merge (into); unit merge (into); change undo.
const std::vector<RosterVerb>& roster_verbs();
Result<Outcome> change_household(const Workplace& place, std::string_view verb, const RowId& row,
                                 const Inputs& inputs);
Result<Outcome> change_person(const Workplace& place, std::string_view verb, const RowId& row,
                              const Inputs& inputs);
Result<Outcome> change_village(const Workplace& place, std::string_view verb, const RowId& row,
                               const Inputs& inputs);
// Writes again what stood before. A fault for each cell that somebody has changed since.
Result<Outcome> undo_change(const Workplace& place, std::string_view verb, const RowId& row,
                            const Inputs& inputs);

}  // namespace mq::work
