// 代录代交: diaries that a colleague typed and submitted for their author, with how he agreed.
//
// One is written into its author's DIARY stream where this device holds that, else into the
// typist's own; a desk's device carries it over at the first contact after the author has one. It
// keeps its id, and what stands in the typist's stream is emptied and cancelled there, so that it
// counts once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mq/vault/vault.h"
#include "mq/work/ledger.h"
#include "mq/work/workplace.h"

namespace mq::work {

struct DelegatedDiary {
  vault::RowData data;
  RowId author;
  std::string author_name, typist_name, agreed;
};
// Submitted ones held here whose recorder is not their author, each once; authors in organisation
// order, then by day. Of one author, if there is one named. kNotFound: nobody of that name.
Result<std::vector<DelegatedDiary>> delegated_diaries(const Workplace& place, const Period& period,
                                                      const std::optional<std::string>& author);

// Carries over what lies in a colleague's stream though its author has one of his own; how many.
// What the colleague corrected before he had heard of it is corrected, a second version where the
// author changed it too; what he cancelled is cancelled. Nothing on a device that does not hold
// both. What the colleague gave to another author, before he had heard of it, goes on to that one
// unless the first has written in it. One commit for each, two where something was corrected.
Result<std::size_t> take_diaries_home(const Workplace& place);

}  // namespace mq::work
