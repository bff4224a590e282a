// The worksheet of a blank: where its rows and cells stand, and the same with lines put in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cell_refs.h"
#include "mq/tabular/template.h"
#include "template_styles.h"
#include "xlsx_styles.h"

namespace mq::tabular {

struct RawCell {
  std::size_t column = 0;
  std::size_t begin = 0, tag_end = 0, end = 0;
  std::size_t style = 0;
  bool styled = false;
};
struct RawRow {
  std::size_t number = 0;
  std::size_t begin = 0, tag_end = 0, close_begin = 0, end = 0;
};

// Views the text, which read_worksheet has walked without an error.
class RawSheet {
 public:
  // kInvalidInput: a cell or row that stands nowhere.
  static Result<RawSheet> read(std::string_view xml);

  std::string_view xml() const { return xml_; }
  const std::vector<RawRow>& rows() const { return rows_; }
  const RawRow* row(std::size_t number) const;
  std::vector<RawCell> cells(const RawRow& row) const;
  const std::vector<CellArea>& merges() const { return merges_; }
  const std::string& prefix() const { return prefix_; }
  std::size_t data_begin() const { return data_begin_; }  // behind <sheetData>
  std::size_t data_end() const { return data_end_; }      // before </sheetData>
  // The format that <cols> gives a column; 0 if none.
  std::size_t column_style(std::size_t column) const;

 private:
  struct Columns {
    std::size_t from = 0, to = 0, style = 0;
  };
  Status take(std::string_view name, std::string_view tag, std::size_t begin, std::size_t end);

  std::string_view xml_;
  std::string prefix_;
  std::vector<RawRow> rows_;
  std::vector<CellArea> merges_;
  std::vector<Columns> columns_;
  std::size_t data_begin_ = 0, data_end_ = 0;
};

// Which rows wait to be filled.
struct PreparedRows {
  std::size_t first = 0, count = 0;
  std::size_t last() const { return first + count - 1; }  // first - 1 if there are none
  RowShift shift_for(std::size_t lines) const {
    return {first, last(), lines > count ? lines - count : 0};
  }
};
// first: below the header; below: the first row there that says something, 0 if none does.
PreparedRows prepared_rows(const RawSheet& sheet, std::size_t first, std::size_t below);

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
