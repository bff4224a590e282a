// Template: another office's blank, XLSX or CSV, with its header found and lines put below it.
//
// The header is a block of one to four lines under the title rows; merged cells make a column's
// header a path ("住房/面积"). A blank workbook keeps what it had: styles, widths, prints, other
// sheets, rules for input; only the worksheet, the list of styles and what names or counts its rows
// are edited, in place. Lines fill the rows prepared for them, below samples and whatever else
// stands under the header; if they are more, rows like the first prepared one are added, with its
// formulas, and what stands below moves down; a list beside the table stays. Formulas are the
// blank's own alone: they follow, and give way where a line says something.
//
// Hostile files end in an error within Limits of sheet.h. Pure: no disk, no clock. A value; may be
// read by several threads.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mq/base/bytes.h"
#include "mq/base/date.h"
#include "mq/base/result.h"
#include "mq/tabular/sheet.h"

namespace mq::tabular {

struct TemplateColumn {
  std::size_t at = 0;     // 0-based column of the sheet
  std::string header;     // without blanks and line breaks
  bool provided = false;  // the rows to fill have the blank's own in it: a formula, a name
};

// What stands already in a row under the header: what calls itself a sample; an example that does
// not, so that it would count as somebody; or what nobody but the person can tell for sure.
enum class Standing { kSample, kExample, kUnknown };
struct StandingRow {
  std::size_t line = 0;
  Standing what = Standing::kUnknown;
};
// Whether such rows stay, with the lines below them, or the lines take their place. As seen: all
// stay, unless they are nothing but examples.
enum class StandingRows { kAsSeen, kStay, kGo };

struct TemplateOptions {
  std::size_t header_line = 0;  // of its first line, as the office program numbers it; 0: find it
  std::string sheet = {};       // the worksheet of that name; empty: the first that is visible
  StandingRows standing = StandingRows::kAsSeen;
  Limits limits = {};
  // Whether a column's header, a path, means something; of two rows that may be the header the one
  // with more of those is. May be empty.
  std::function<bool(std::string_view)> known = {};
};

// Left empty on a red ground: what the office asks for is not held here.
struct NotHeld {
  bool operator==(const NotHeld&) const = default;
};
// value / 10^places, exactly: 1250 with two places is 12.5.
struct Decimal {
  std::int64_t value = 0;
  int places = 0;
  bool operator==(const Decimal&) const = default;
};
// Nothing: what the blank has there stays. Text stays text, whatever it looks like.
using FillCell = std::variant<std::monostate, NotHeld, std::int64_t, Decimal, std::string, Date>;
using FillLine = std::vector<FillCell>;

// As a person reads it: "12.5", "2026-03-05"; "" for the first two.
std::string fill_text(const FillCell& cell);

class Template {
 public:
  // Codes as read_sheet; kInvalidInput also: no header found.
  static Result<Template> read(Bytes file, const TemplateOptions& options = {});

  bool is_workbook() const { return workbook_; }
  const std::string& title() const { return title_; }  // may be empty
  const std::string& sheet() const { return sheet_; }  // its worksheet's name; empty for CSV
  // The other visible worksheets that hold something.
  const std::vector<std::string>& other_sheets() const { return other_sheets_; }
  const std::vector<TemplateColumn>& columns() const { return columns_; }
  std::size_t header_line() const { return header_first_; }
  // Of the first data row.
  std::size_t first_line() const { return first_; }
  // Right under the header, in order; all of them stay or all go.
  const std::vector<StandingRow>& standing() const { return standing_; }
  bool standing_goes() const { return !standing_.empty() && first_ <= standing_.back().line; }
  // Rows that wait to be filled, before any is added.
  std::size_t prepared() const { return prepared_; }

  // The blank with these lines, each as long as columns(), as XLSX. kInvalidInput: the blank is no
  // workbook, cells merged over several rows would take a line each, or text that is not UTF-8;
  // kExhausted: more rows or characters than the format has.
  Result<Bytes> workbook_with(const std::vector<FillLine>& lines) const;
  // The same as text for a CSV file: title rows and header as the blank has them, the lines, and
  // what stands below. Of a workbook the header is one line of paths.
  std::vector<std::vector<std::string>> rows_with(const std::vector<FillLine>& lines) const;

 private:
  Template() = default;
  Status find_rows();
  std::vector<std::string> prepared_cells(std::size_t line) const;

  Bytes file_;
  TemplateOptions options_;
  bool workbook_ = false;
  std::string sheet_;
  std::vector<std::string> other_sheets_;
  std::vector<Row> rows_;
  std::string title_;
  std::vector<TemplateColumn> columns_;
  std::size_t header_first_ = 0, header_last_ = 0;
  std::size_t first_ = 0, prepared_ = 0;  // between the header and first_: standing rows, totals
  std::size_t below_ = 0;                 // the first row behind the prepared ones; 0: none
  std::vector<StandingRow> standing_;
};

}  // namespace mq::tabular
