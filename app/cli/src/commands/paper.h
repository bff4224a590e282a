// The verbs of records that end on paper: print, card, and the copy for a villager.
#pragma once

#include "mq/work/ledger.h"
#include "record_inputs.h"

namespace mq::cli {

struct PaperVerb {
  std::string_view entity, verb;
  Status (*run)(RecordContext& c);
};
// The one that this command line asks for; nullptr if it asks for none.
const PaperVerb* paper_verb(const model::Entity& entity, const Call& call);

Status print_visits(RecordContext& c);
Status print_diaries(RecordContext& c);
Status print_cards(RecordContext& c);
Status show_for_person(RecordContext& c);

// The days of --month, else of --from and --to; all days if nothing is said.
Result<work::Period> period_wanted(Call& call);
// The file of -o, which is required; a usage error says so.
Result<std::string> file_wanted(Call& call);
// Writes the page and says once that the file itself is not encrypted.
Status write_page(Call& call, const std::string& path, const std::string& html);

}  // namespace mq::cli
