// A worksheet's text: where its rows and cells stand in it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cell_refs.h"
#include "mq/base/result.h"
#include "raw_xml.h"

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
  // The cell's own formula as written in XML; nothing if it has none, or one of several cells.
  std::optional<std::string_view> formula(const RawCell& cell) const;
  // What stands in it, with the tag that closes it; empty if nothing does.
  std::string_view inside(const RawCell& cell) const;
  std::string_view type(const RawCell& cell) const;  // s, str, inlineStr …; may be empty
  bool has_formula(const RawCell& cell) const { return formula_tag(cell).has_value(); }
  // Whether several cells have one formula, of which this is one.
  bool shares_formula(const RawCell& cell) const;
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
  std::optional<RawTag> formula_tag(const RawCell& cell) const;
  Status take(std::string_view name, std::string_view tag, std::size_t begin, std::size_t end);

  std::string_view xml_;
  std::string prefix_;
  std::vector<RawRow> rows_;
  std::vector<CellArea> merges_;
  std::vector<Columns> columns_;
  std::size_t data_begin_ = 0, data_end_ = 0;
};

}  // namespace mq::tabular
