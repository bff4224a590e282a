// References such as AB12 and A5:C14, and what becomes of them when rows are put in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mq::tabular {

struct CellRef {
  std::size_t column = 0;  // from 0
  std::size_t row = 0;     // from 1
};
struct CellArea {
  CellRef from, to;
  bool holds(std::size_t row, std::size_t column) const {
    return row >= from.row && row <= to.row && column >= from.column && column <= to.column;
  }
};

// With or without $; nothing if it is no reference within the largest sheet.
std::optional<CellRef> parse_cell_ref(std::string_view text);
std::optional<CellArea> parse_cell_area(std::string_view text);
std::string cell_ref_text(std::size_t row, std::size_t column);
// The same, behind what is written already.
void append_cell_ref(std::string& out, std::size_t row, std::size_t column);
std::string cell_area_text(const CellArea& area);

// `by` rows are put in below row `last`: what stands below moves down, and an area that ends on a
// row from `first` to `last` with its end on `last` takes the new rows in. Columns from
// `fixed_from` on stay where they are.
struct RowShift {
  std::size_t first = 0, last = 0, by = 0;
  std::size_t fixed_from = static_cast<std::size_t>(-1);
  std::size_t row(std::size_t number) const { return number > last ? number + by : number; }
  // Of the last row of an area.
  std::size_t end(std::size_t number) const {
    return number == last && last >= first ? last + by : row(number);
  }
  CellArea area(CellArea area) const;
};

// The areas of an attribute, blanks between them; a single cell on `last` grows too.
std::string shifted_areas(std::string_view areas, const RowShift& shift);

// Which references are of the sheet whose rows move: those with its name before them, and the bare
// ones if the formula stands in it.
struct OwnSheet {
  std::string_view name;
  bool bare = true;
  std::size_t running = 0;  // on this row an area that ends there, without $, does not grow
};
// The references of a formula, as written in XML; those to other sheets, texts and names stay.
std::string shifted_formula(std::string_view formula, const RowShift& shift, const OwnSheet& own);

// The formula of one cell as another has it to which it is copied.
std::string copied_formula(std::string_view formula, const CellRef& from, const CellRef& to);

}  // namespace mq::tabular
