// One record as people and programs see it: the same keys and words that `add` and `amend` take.
#pragma once

#include "mq/vault/vault.h"
#include "mq/work/workplace.h"
#include "output.h"

namespace mq::cli {

// Text of one cell; repeated values are joined by "、".
Result<std::string> cell_text(const work::Workplace& place, const model::Field& field,
                              const vault::Cell& cell);
// {"id", fields by identifier, "cancelled", "contested"}; money in 分, numbers as numbers.
// Without P3 facts, for lists.
Result<Json> record_json(const work::Workplace& place, const vault::RowData& data);
// The same with the P3 facts of a household or person, and "withheld": the names of those that this
// device has no key to.
Result<Json> whole_record_json(const work::Workplace& place, const vault::RowData& data);
// For people: a line for each field that holds something, P3 facts and what is withheld included.
Result<std::vector<std::vector<std::string>>> record_lines(const work::Workplace& place,
                                                           const vault::RowData& data);

}  // namespace mq::cli
