// Chinese search: the tokenizer of the index, and the exact test behind it.
//
// The index gives candidates: bigrams of Chinese characters, single characters, words of Latin
// letters and digits. What is found is then compared with the row's text itself, so that the index
// may be coarse or stale but never adds a wrong row.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mq/base/result.h"

struct sqlite3;

namespace mq::vault {

inline constexpr int kTokenizerVersion = 1;  // another number: the index is made again

const char* search_tables();
// Registers "mq_cjk" with FTS5; every connection needs it before it touches the index.
Status register_tokenizer(sqlite3* database);

// Full width made half width, Latin letters small, the byte length of characters may change.
std::string fold(std::string_view text);

// One token of folded text: [begin, end) in bytes.
struct Token {
  std::size_t begin = 0, end = 0;
  bool colocated = false;  // a character that also stands in the bigram before it
};
// For the index: bigrams and, beside them, every character. For queries: bigrams, or the character
// if it stands alone.
std::vector<Token> tokens(std::string_view folded, bool query);

// The parts of a query that must all be found.
struct SearchTerm {
  std::string folded;
  bool word_start = false;  // begins with a Latin letter or digit: only where a word begins
};
std::vector<SearchTerm> search_terms(std::string_view text);
// MATCH expression whose hits include every row that matches; empty: nothing to look up.
std::string match_expression(const std::vector<SearchTerm>& terms);
bool matches(std::string_view folded_text, const std::vector<SearchTerm>& terms);

}  // namespace mq::vault
