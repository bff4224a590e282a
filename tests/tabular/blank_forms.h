// Blanks as departments send them, in the style of the office programs that make them.
#pragma once

#include "mq/tabular/template.h"
#include "tabular/workbook_builder.h"

namespace mq::testing {

// WPS: a merged title, a line to sign, a header of two lines with merged and rotated cells, three
// prepared rows that number themselves, totals with formulas and a note below; a rule for input, a
// print area, a hidden second sheet, everything text.
Bytes wps_blank();
// Excel: one header line, no prepared rows.
Bytes excel_blank();

// Read without an error.
tabular::Template blank(const Bytes& file, const tabular::TemplateOptions& options = {});
std::vector<std::string> headers(const tabular::Template& form);
// A row of texts, from column A on; an empty one is no cell.
std::string inline_row(int row, const std::vector<std::string>& texts);
// A row of cells with that format, of as many columns.
std::string styled_row(int row, int columns, int style = 1);

// With one byte of its worksheet changed, one after another, the blank is refused, or filled into
// one that can be read; each happens.
void expect_whole_if_damaged(const Bytes& blank);

// The content of one part of a workbook; empty if it has none.
std::string part_of(const Bytes& workbook, const std::string& name);

}  // namespace mq::testing
