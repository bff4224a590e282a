// Records for paper: which visits a booklet holds, and what is said of a record beside its fields.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mq/vault/vault.h"
#include "mq/work/ledger.h"
#include "mq/work/workplace.h"

namespace mq::work {

struct PaperMarks {
  bool late = false;        // 补录: entered later than the rule of the ledgers allows
  bool by_another = false;  // 代录: who wrote it down is not who went, or who speaks
  std::string recorder;     // by name
};
// Of a visit or a diary; never late where nobody can tell.
Result<PaperMarks> marks_of(const Workplace& place, const vault::RowData& data);

struct VisitsWanted {
  Period period;
  std::optional<std::string> village, household;  // as people name them
};
// Not cancelled, by day. kNotFound: no such village or household here.
Result<std::vector<RowId>> visits_to_print(const Workplace& place, const VisitsWanted& wanted);

// What the township is called; empty before the first contact.
Result<std::string> township_name(const Workplace& place);

// Households with which the cadre is paired now, in the village if there is one named.
Result<std::vector<RowId>> paired_households(const Workplace& place, const RowId& cadre,
                                             const std::optional<std::string>& village);
// Cadres paired with the household now, in organisation order.
Result<std::vector<RowId>> paired_cadres(const Workplace& place, const RowId& household);
// Whom a villager may ring; empty if no programme in force on that day says it.
Result<std::string> complaint_phone(const Workplace& place, Date day);

}  // namespace mq::work
