// The worksheet of a blank with lines put in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mq/tabular/template.h"
#include "raw_sheet.h"
#include "template_rows.h"
#include "template_styles.h"
#include "xlsx_styles.h"

namespace mq::tabular {

struct SheetFill {
  const std::vector<TemplateColumn>& columns;
  const std::vector<FillLine>& lines;
  PreparedRows prepared;
  std::string_view sheet;  // its name
};
// The worksheet with the lines; formats that it needs are made in `editor`.
std::string filled_sheet(const RawSheet& sheet, const SheetFill& fill, const Styles& styles,
                         StyleEditor& editor);

}  // namespace mq::tabular
