// Sheet: a table file as offices send it, read into text cells with the line each row stands on.
//
// Reads CSV (UTF-8 with or without BOM, GB18030, UTF-16 with BOM) separated by commas, tabs or
// semicolons, and XLSX of Excel, WPS and LibreOffice. It knows nothing of records: title rows,
// headers and meanings are the importer's business. Hostile files end in an error within bounded
// memory, never in a crash: see Limits.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mq/base/bytes.h"
#include "mq/base/result.h"

namespace mq::tabular {

struct Limits {
  std::size_t file_bytes_max = 64u << 20;
  std::size_t unpacked_bytes_max = 256u << 20;  // XLSX: all parts, counted while unpacking; also
                                                // the text of all cells together
  std::size_t rows_max = 200'000;               // rows that are not empty
  std::size_t columns_max = 512;                // up to the last cell that is not empty
  std::size_t cell_bytes_max = 64u << 10;
  std::size_t cells_max = 5'000'000;  // all rows together, and the shared strings of an XLSX
};

struct Row {
  // 1-based; for CSV the line on which the record starts, for XLSX the row number.
  std::size_t line = 0;
  std::vector<std::string> cells;  // UTF-8; trailing empty cells may be missing
  // "" if the row is shorter.
  std::string_view cell(std::size_t column) const {
    return column < cells.size() ? std::string_view(cells[column]) : std::string_view();
  }
};

// Cells shown as one, of which the first holds what is said. Both ends belong to it.
struct Merged {
  std::size_t first_line = 0, last_line = 0;  // 1-based, as Row::line
  std::size_t first_column = 0, last_column = 0;
};

struct Sheet {
  std::string encoding;   // "utf-8", "gb18030", "utf-16" or "xlsx"
  std::vector<Row> rows;  // empty rows are left out; their line numbers stay counted
  std::vector<Merged> merges;
  std::string name;                 // of the worksheet; empty for CSV
  std::vector<std::string> unread;  // the other visible worksheets that hold something
};

// By content, not by name: a zip signature is XLSX, all else CSV. The worksheet of that `name` is
// read; without one the first that is visible. Dates with a date number format come as ISO
// "2026-03-05", with a time as "2026-03-05 14:07[:30]" unless it is midnight, times alone as
// "14:07"; the first of a month under a format of year and month alone as "2026-03". Numbers come
// as their shortest exact text ("3", "3.5") without exponent below 1e21; an 18-digit number that
// Excel kept as a double therefore ends in the zeros that replaced its last digits. Booleans come
// as "是"/"否", formulas as their cached value, errors as "#N/A". In CSV ="0012" comes as 0012.
//
// kInvalidInput  no such worksheet (the message names those there are), not a table, unknown
// encoding, NUL bytes, unclosed quote, too many columns, a
//                damaged or encrypted file, old .xls …; the message names line and reason
// kExhausted     a limit is exceeded (zip bomb, gigantic line); the message names the limit
Result<Sheet> read_sheet(ByteView file, const Limits& limits = {}, std::string_view name = {});

// RFC 4180 with CRLF, a BOM so that Excel sees UTF-8, quotes where needed. A cell that begins with
// = + - @ TAB or CR is preceded by an apostrophe so that no spreadsheet runs it as a formula;
// plain numbers such as -3 and +86… are left as they are only if they are purely numeric.
std::string write_csv(const std::vector<std::vector<std::string>>& rows);

}  // namespace mq::tabular
