// The first visible worksheet of an XLSX file.
#pragma once

#include <vector>

#include "mq/base/bytes.h"
#include "mq/base/result.h"
#include "mq/tabular/sheet.h"

namespace mq::tabular {

// Codes as in read_sheet.
Result<std::vector<Row>> read_xlsx(ByteView file, const Limits& limits);

}  // namespace mq::tabular
