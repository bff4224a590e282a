// One record as people and programs see it: the same keys and words that `add` and `amend` take.
#pragma once

#include "mq/vault/vault.h"
#include "mq/work/workplace.h"
#include "output.h"

namespace mq::cli {

// What one would type for the row: 户编号 of a household, name of a cadre or village, else its id.
Result<std::string> reference_text(const work::Workplace& place, std::string_view entity,
                                   const RowId& row);
// Text of one cell; repeated values are joined by "、".
Result<std::string> cell_text(const work::Workplace& place, const model::Field& field,
                              const vault::Cell& cell);
// {"id", fields by identifier, "cancelled", "contested"}; money in 分, numbers as numbers.
Result<Json> record_json(const work::Workplace& place, const vault::RowData& data);

}  // namespace mq::cli
