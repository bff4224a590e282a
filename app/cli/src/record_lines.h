// One record on one line, as lists and explanations show it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mq/work/workplace.h"

namespace mq::cli {

// The field that --from and --to of a list go by; "" if the entity has no such day.
std::string_view list_date(const model::Entity& entity);

// The end of its id, enough to name it on the next command line, then its most telling fields, each
// cut to fit; last 已作废 if it is.
Result<std::vector<std::string>> record_line(const work::Workplace& place,
                                             const vault::RowData& data);
std::vector<std::string> record_header(const model::Entity& entity, bool english);

}  // namespace mq::cli
