// What the words in a blank's cells are: names of columns, numbers, samples, totals.
#pragma once

#include <string>
#include <string_view>

#include "mq/tabular/sheet.h"

namespace mq::tabular {

// Without blanks and line breaks, with which rotated and narrow headers are written.
std::string header_text(std::string_view cell);
bool holds_colon(std::string_view text);
// A colon at its end is a mark of the header; with words behind it, it is a line to write on.
std::string_view without_colon(std::string_view text);
bool is_number(std::string_view text);
// What some offices write under a header to number its columns: 1 2 3, 甲 乙, (1).
bool is_ordinal(std::string_view text);
// Whole sentences, of which notes consist and headers do not.
bool is_sentence(std::string_view text);

// 示例, 例：张三: shows how to fill the form and is no line of it.
bool is_sample(const Row& row);
// A name or number that only examples have: 张三, ×××, 某某, 110101199001011234.
bool holds_example(const Row& row);
// 合计, 总计, 小计 …
bool begins_totals(const Row& row);

}  // namespace mq::tabular
