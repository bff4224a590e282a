// Who of a household's lines is who of the people here, where neither a number nor name and birth
// say so: a birth, a name or a number has been corrected.
//
// Only a pair that differs in nothing else, and that nobody else could be, is sure. Twins, father
// and son of one name, or two corrected at once leave two readings: those are for a person to say.
#pragma once

#include <functional>
#include <vector>

#include "import_family.h"
#include "import_kinds.h"
#include "likely.h"

namespace mq::work {

struct Guess {
  std::vector<const PersonFacts*> whom;  // of those here; nobody: a newcomer
  bool sure = false;                     // the only one, and all else is alike
};

// Of each of `file` among those `here`.
std::vector<Guess> guess(const std::vector<const PersonFacts*>& file,
                         const std::vector<const PersonFacts*>& here);

// Gives the members of the family who stand nowhere yet (`people`: the facts of each member) the
// row of the one of `here` who is surely meant, and says so; of whom two readings are possible the
// line is asked about and left. `refused`: stands on a line that does not count, so nothing is sure
// of him. Returns whom the file has named by this.
std::vector<RowId> take_guesses(ImportRun& run, Family& family,
                                const std::vector<PersonFacts>& people,
                                const std::vector<const PersonFacts*>& here,
                                const std::function<bool(const PersonFacts&)>& refused);

}  // namespace mq::work
