#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "mq/tabular/sheet.h"

namespace mq::tabular {

namespace {

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A sign, digits, and at most one point between digits: no spreadsheet computes anything from it.
bool is_plain_number(std::string_view cell) {
  if (cell.starts_with('-') || cell.starts_with('+')) cell.remove_prefix(1);
  const std::size_t point = cell.find('.');
  if (point == std::string_view::npos) return is_digits(cell);
  return is_digits(cell.substr(0, point)) && is_digits(cell.substr(point + 1));
}

bool could_run_as_formula(std::string_view cell) {
  constexpr std::string_view kStarts = "=+-@\t\r";
  return !cell.empty() && kStarts.find(cell.front()) != std::string_view::npos &&
         !is_plain_number(cell);
}

// Tab and semicolon too, so that a reader who guesses the separator guesses the comma.
bool needs_quotes(std::string_view cell) {
  return cell.find_first_of(",\t;\"\r\n") != std::string_view::npos || cell.starts_with(' ') ||
         cell.ends_with(' ');
}

void append_cell(std::string& out, std::string_view cell) {
  const bool guarded = could_run_as_formula(cell);
  const bool quoted = needs_quotes(cell);
  if (quoted) out += '"';
  if (guarded) out += '\'';
  for (const char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  if (quoted) out += '"';
}

}  // namespace

std::string write_csv(const std::vector<std::vector<std::string>>& rows) {
  std::string out = "\xef\xbb\xbf";
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out += ',';
      append_cell(out, row[i]);
    }
    out += "\r\n";
  }
  return out;
}

}  // namespace mq::tabular
