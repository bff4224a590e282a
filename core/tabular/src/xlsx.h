// One worksheet of an XLSX file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mq/base/bytes.h"
#include "mq/base/result.h"
#include "mq/tabular/sheet.h"
#include "xlsx_archive.h"
#include "xlsx_sheet.h"

namespace mq::tabular {

// A workbook whose parts have been found: what one worksheet of it refers to, and where that and
// the others stand in the archive. Views the file and the limits it was opened with.
struct OpenedWorkbook {
  Archive archive;
  Workbook workbook;
  std::string workbook_part, sheet_part;
  std::string styles_part;  // empty if it has none
  std::string sheet_name;
  std::size_t sheet_index = 0;  // among all, hidden ones too
  std::string sheet_xml;
  struct Other {
    std::string name, part;
  };
  std::vector<Other> others;  // visible worksheets
};
// Of that name; without one the first that is visible.
Result<OpenedWorkbook> open_workbook(ByteView file, const Limits& limits,
                                     std::string_view name = {});

// Codes as in read_sheet.
Result<Sheet> read_xlsx(ByteView file, const Limits& limits, std::string_view name);

}  // namespace mq::tabular
