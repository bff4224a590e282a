// Which rows of a blank wait to be filled, and which below its header hold something already: a
// sample, or what somebody wrote there before.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "mq/tabular/template.h"
#include "raw_sheet.h"

namespace mq::tabular {

struct PreparedRows {
  std::size_t top = 0;               // the first row below the header, whatever stands there
  std::size_t first = 0, count = 0;  // those that wait
  std::size_t dropped_before = 0;    // of those above it nothing stays that stood there
  std::size_t pattern = 0;           // what added rows look like; 0: nothing to go by
  // Columns from there on are beside the table, with a list that reaches past its prepared rows.
  std::size_t fixed_from = static_cast<std::size_t>(-1);

  std::size_t last() const { return first + count - 1; }  // first - 1 if there are none
  RowShift shift_for(std::size_t lines) const {
    return {top, last(), lines > count ? lines - count : 0, fixed_from};
  }
};

struct TableRows {
  PreparedRows prepared;
  std::size_t below = 0;              // the first row behind them that says something; 0: none
  std::vector<StandingRow> standing;  // right under the header, in order
};

struct BelowHeader {
  const std::vector<Row>& rows;
  const std::vector<TemplateColumn>& columns;
  const RawSheet* sheet = nullptr;  // null: of a CSV file
  std::size_t top = 0;
  StandingRows standing = StandingRows::kAsSeen;
};
TableRows table_rows(const BelowHeader& below);

// What the blank itself has in each of the rows to fill: a formula, the name of a town.
struct CellContent {
  CellRef at;
  bool formula = false;
  std::string_view text;  // as written in XML; of what is no formula with the tag that closes it
  std::string_view type;  // of the cell
};
// By column; of a single prepared row only its formulas are known to be meant for all.
std::map<std::size_t, CellContent> own_contents(const RawSheet& sheet,
                                                const PreparedRows& prepared);

}  // namespace mq::tabular
