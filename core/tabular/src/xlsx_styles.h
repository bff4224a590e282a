// Which cell formats of a workbook show a number as a date or time.
#pragma once

#include <string_view>
#include <vector>

#include "mq/base/result.h"
#include "number.h"

namespace mq::tabular {

class Styles {
 public:
  Styles() = default;
  // From styles.xml. kInvalidInput, kExhausted as in read_sheet.
  static Result<Styles> read(std::string_view xml);

  // Of the cell format that the attribute s of a cell names; kNone if there is no such format.
  DateKind kind_of(std::size_t cell_format) const {
    return cell_format < kinds_.size() ? kinds_[cell_format] : DateKind::kNone;
  }
  // A date of which it shows year and month alone.
  bool of_month(std::size_t cell_format) const {
    return cell_format < months_.size() && months_[cell_format];
  }

 private:
  std::vector<DateKind> kinds_;
  std::vector<bool> months_;
};

// What a number format such as yyyy"年"m"月"d"日" or [h]:mm shows; its first section decides.
DateKind kind_of_format_code(std::string_view code);

// Whether it shows a year and a month, and no day.
bool is_month_format_code(std::string_view code);

// Of the formats that a file names by number only, as the Chinese edition of Excel shows them.
DateKind kind_of_builtin_format(std::size_t id);

}  // namespace mq::tabular
