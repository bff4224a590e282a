// How people call a row that another one refers to.
#pragma once

#include <string>
#include <string_view>

#include "mq/work/workplace.h"

namespace mq::work {

// What one would type for the row: 户编号 of a household, name of a person, cadre or village; its
// id if it is of another kind or not here. Errors are the database's.
Result<std::string> reference_text(const Workplace& place, std::string_view entity,
                                   const RowId& row);

}  // namespace mq::work
