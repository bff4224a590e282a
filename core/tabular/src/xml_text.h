// Text of an XLSX part: escaped so that it reads back as it was.
#pragma once

#include <string>
#include <string_view>

namespace mq::tabular {

// For elements and attributes. What XML cannot hold (control characters, U+FFFE, U+FFFF), a
// carriage return, and text that only looks like such an escape come as _xHHHH_, which readers turn
// back.
std::string xml_text(std::string_view text);
// The same, behind what is written already: a workbook has a text in most of its cells.
void append_xml_text(std::string& out, std::string_view text);

// Columns that the longest line takes, a Chinese character two.
std::size_t text_columns(std::string_view text);

// Lines on which it stands in so many columns, its own breaks included; at least 1.
std::size_t text_lines(std::string_view text, std::size_t columns);

}  // namespace mq::tabular
