// What the house rules need to know of a source text: its lines, its code without comments and
// strings, and how wide a line is on a screen. A scanner, not a parser; it never fails.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mq::tidy {

// The same text with as many lines and columns; what was taken out became spaces.
struct Scan {
  std::string code;         // without comments and without the insides of literals
  std::string uncommented;  // without comments
  std::string raw;          // only the insides of raw strings
};
Scan scan_cpp(std::string_view text);

// CMake, Python and shell: from a # at the start of a word to the end of the line.
std::string without_hash_comments(std::string_view text);

std::vector<std::string> lines_of(std::string_view text);
std::size_t line_at(std::string_view text, std::size_t offset);  // 1 for the first

// Columns on a screen: Chinese characters and full-width signs take two.
std::size_t display_columns(std::string_view line);

// Where `word` stands with no letter, digit or underscore before it; npos if nowhere. If it ends
// in a letter or digit, none follows either.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t from = 0);

bool is_word_character(char c);
std::string replaced(std::string text, std::string_view from, std::string_view to);

}  // namespace mq::tidy
