// ImportTable: the rows of a sheet under their header, cell by cell under Chinese names, with the
// faults found on the way.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "import_header.h"
#include "mq/work/import.h"

namespace mq::work {

class ImportTable {
 public:
  // Codes as find_columns.
  static Result<ImportTable> read(const tabular::Sheet& sheet,
                                  const std::vector<ColumnSpec>& columns);

  std::size_t header_line() const { return header_line_; }
  std::size_t size() const { return rows_.size(); }
  std::size_t line(std::size_t row) const { return rows_[row]->line; }
  // As it stands in the file; a cell merged down stands in each of its rows.
  std::string_view raw(std::size_t row, std::string_view column) const;
  bool has(std::string_view column) const { return place(column) != nullptr; }
  // The header under which the file itself carries the column.
  std::string header_of(std::string_view column) const;
  // Headers of columns that hold something and are none of these, or a second time one of them.
  // 序号 counts the lines and says nothing.
  std::vector<std::string> unread() const;
  // 合计, 填表人: and the like, which are none of its rows.
  const std::vector<ImportResult::PassedOver>& passed_over() const { return passed_over_; }

 private:
  std::size_t header_line_ = 0;
  std::vector<std::string> shown_;  // headers, by column of the sheet
  std::vector<const tabular::Row*> rows_;
  std::vector<ImportResult::PassedOver> passed_over_;
  struct Place {
    std::size_t at = 0;
    std::string header;
  };
  const Place* place(std::string_view column) const;
  void take_merges(const std::vector<tabular::Merged>& merges);
  std::vector<Place> places_;
  std::unordered_map<std::string_view, std::size_t> at_;  // by column: every cell asks
  struct Down {
    std::size_t last = 0;  // line
    std::string_view text;
  };
  std::map<std::pair<std::size_t, std::size_t>, Down> merged_;  // by column and first line
};

// Reads the cells of one row: cleans, parses, and writes down every fault.
class RowReader {
 public:
  RowReader(const ImportTable& table, std::size_t row, std::vector<ImportFault>& faults)
      : table_(table), row_(row), faults_(faults) {}

  std::size_t line() const { return table_.line(row_); }
  bool refused() const { return refused_; }

  // Cleaned; a change that a person would notice is reported as normalised.
  std::string text(std::string_view column);
  std::string name(std::string_view column);
  std::string number(std::string_view column);
  // Every telephone of the cell; what looks like none is kept and flagged.
  std::vector<std::string> phones(std::string_view column);
  // Empty: nothing. Spreadsheet day numbers are understood and reported.
  std::optional<Date> date(std::string_view column);
  // The enum number of a label, 0 for an empty cell; a label outside the list refuses the row.
  std::int64_t label(std::string_view column, const model::Field& field);
  // 是 or 否, nothing for an empty cell.
  std::optional<bool> yes_no(std::string_view column);

  // What the field makes of the cell, nothing for an empty one; a fault refuses the row.
  std::vector<model::Value> values(std::string_view column, const model::Field& field);

  void refuse(std::string_view column, std::string_view zh, std::string_view en);
  void flag(std::string_view column, std::string now, std::string_view zh, std::string_view en);
  void tidied(std::string_view column, std::string now, std::string_view zh, std::string_view en);
  void duplicate(std::string_view zh, std::string_view en);

 private:
  void note(std::string_view column, Fate fate, std::string now, std::string_view zh,
            std::string_view en);
  // As it stands; what a spreadsheet writes where it could not compute refuses the row.
  std::string_view cell(std::string_view column);
  // A number of which a spreadsheet has lost the end refuses the row.
  bool cut_short(std::string_view column, std::string_view raw);
  std::string noted(std::string_view column, std::string_view raw, std::string cleaned);

  const ImportTable& table_;
  std::size_t row_;
  std::vector<ImportFault>& faults_;
  bool refused_ = false;
};

}  // namespace mq::work
