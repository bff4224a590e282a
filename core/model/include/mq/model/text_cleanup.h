// Text as offices send it, made comparable without changing what was said.
//
// Full-width letters and digits become ordinary ones; Chinese punctuation, rare characters and
// characters that merely look compatible (①, ㎡, 﨎) stay as they are. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace mq::model {

// Every full-width ASCII character, punctuation too, made ordinary: for numbers, dates and codes.
std::string half_width(std::string_view text);

// A cell: letters and digits made ordinary, marks without width and the apostrophe that
// spreadsheets put before numbers removed, spaces at both ends removed, line ends as \n.
std::string clean_cell(std::string_view text);

// A person's name: as a cell; spaces between Chinese characters removed, others made single; the
// dot of a name is always "·".
std::string clean_name(std::string_view text);

// Whether a control character stands in it, of which there is no sense in a record and some harm on
// a terminal; tabs and line ends are none.
bool has_controls(std::string_view text);

// Pronunciation in brackets that a converter left behind a character, 風(fēng), removed; (試行),
// (kg) stay.
std::string drop_pinyin(std::string_view text);

// The form in which two spellings of a number or code are one: NFKC, no blanks, no quotes, upper
// case (PROTOCOL section 1).
std::string normal_number(std::string_view text);

}  // namespace mq::model
