// Book: one table as an XLSX file to hand up, for Excel, WPS and LibreOffice.
//
// Cells are what they are: a count is a number, a date a date, a share a number shown in percent,
// and text stays text, even if it looks like a number or begins like a formula; no formula is ever
// written. The header row stays in sight and is repeated on each printed page; widths fit Chinese
// text; wide tables print on A4 landscape, one page wide, numbered.
//
// Pure: the file is made in memory and given back, no part of it touches a disk, no clock is asked
// (libzip asks for the time of its parts and the answer is replaced), and the same book made at the
// same time gives the same bytes with the same zlib. It names no author and no program.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "mq/base/bytes.h"
#include "mq/base/clock.h"
#include "mq/base/date.h"
#include "mq/base/result.h"

namespace mq::tabular {

// A number shown as 0.0%; "—" as text while the denominator is 0 or less.
struct Share {
  std::int64_t numerator = 0, denominator = 0;
};
// A number with two decimals: 分 shown as 元.
struct Hundredths {
  std::int64_t value = 0;
};

// Nothing, a count, text, a share, an amount, a day. What a spreadsheet could not hold exactly
// comes as text: numbers of more than 15 digits, days before March 1900 or after 9999.
using BookCell = std::variant<std::monostate, std::int64_t, std::string, Share, Hundredths, Date>;

struct Book {
  std::string tab;    // name of the sheet
  std::string title;  // over the table, as wide as it
  std::string lead;   // a line under the title; none if empty
  std::vector<std::string> header;
  std::vector<std::vector<BookCell>> rows;  // a shorter one ends in empty cells
  std::vector<BookCell> totals;             // the last row, set off; none if empty
  std::vector<std::string> notes;           // lines below the table, as wide as it
};

// kInvalidInput  text that is not UTF-8, a tab name that spreadsheets refuse, no columns, a
//                row with more cells than the header
// kExhausted     more rows, columns or characters in a cell than the format holds; nothing is cut
Result<Bytes> write_xlsx(const Book& book, WallTime made);

}  // namespace mq::tabular
