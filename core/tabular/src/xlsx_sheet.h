// The cells of one worksheet as text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mq/base/result.h"
#include "mq/tabular/sheet.h"
#include "xlsx_styles.h"

namespace mq::tabular {

// What the cells of a worksheet refer to.
struct Workbook {
  std::vector<std::string> strings;
  Styles styles;
  bool epoch_1904 = false;
};

// Its rows and merged cells, no more of it. Codes as in read_sheet.
Result<Sheet> read_worksheet(std::string_view xml, const Workbook& workbook, const Limits& limits);

}  // namespace mq::tabular
