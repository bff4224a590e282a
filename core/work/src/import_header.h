// The header of a table file: which line it is, and where each column that is wanted stands.
//
// It may take two lines, with cells merged over both or over a group of columns: a column goes by
// what its lowest cell says, or by that with the group's name before it (户主 over 姓名).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mq/base/result.h"
#include "mq/tabular/sheet.h"

namespace mq::work {

// What one kind of file may carry: each column with every header it goes by; the first is the name
// that faults use.
struct ColumnSpec {
  std::vector<std::string_view> names;
  bool needed = false;  // a header row without it is no header row
};

struct FoundHeader {
  std::size_t row = 0;                         // the last of its rows in the sheet
  std::vector<std::string> shown;              // of each column of the sheet
  std::vector<std::optional<std::size_t>> at;  // of each wanted column: in the sheet
};

// Within the first 30 rows. kInvalidInput with the missing names.
Result<FoundHeader> find_columns(const tabular::Sheet& sheet,
                                 const std::vector<ColumnSpec>& columns);

// A header without what only marks it: blanks, stars, a colon at the end, (必填).
std::string column_form(std::string_view cell);

}  // namespace mq::work
