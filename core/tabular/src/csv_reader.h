// CSV as offices send it: RFC 4180 with any line end, comma, tab or semicolon between the cells.
#pragma once

#include <string_view>
#include <vector>

#include "mq/base/result.h"
#include "mq/tabular/sheet.h"

namespace mq::tabular {

// text is valid UTF-8 without byte-order mark. Codes as in read_sheet.
Result<std::vector<Row>> read_csv(std::string_view text, const Limits& limits);

}  // namespace mq::tabular
