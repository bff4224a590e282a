#include <sqlite3.h>

#include <algorithm>

#include "mq/base/text.h"
#include "mq/sqlite/database.h"
#include "search.h"

namespace mq::vault {

namespace {

enum class Letter { kNone, kWord, kCjk };

bool between(std::uint32_t c, std::uint32_t from, std::uint32_t to) { return c >= from && c <= to; }

Letter letter_of(std::uint32_t c) {
  if (between(c, 'a', 'z') || between(c, '0', '9')) return Letter::kWord;
  if (c < 0x80) return Letter::kNone;
  if (between(c, 0x3400, 0x4DBF) || between(c, 0x4E00, 0x9FFF) || between(c, 0xF900, 0xFAFF) ||
      between(c, 0x20000, 0x3FFFF) || between(c, 0x3040, 0x30FF) || c == 0x3005 || c == 0x3007) {
    return Letter::kCjk;
  }
  const bool latin = between(c, 0xC0, 0x24F) || between(c, 0x370, 0x52F) ||
                     between(c, 0x1E00, 0x1EFF) || between(c, 0xAC00, 0xD7AF);
  return latin ? Letter::kWord : Letter::kNone;
}

std::uint32_t fold_character(std::uint32_t c) {
  if (c == 0x3000 || c == 0xA0) return ' ';
  if (between(c, 0xFF01, 0xFF5E)) c -= 0xFEE0;
  if (between(c, 'A', 'Z')) return c + 32;
  if ((between(c, 0xC0, 0xDE) && c != 0xD7) || between(c, 0x391, 0x3A9) ||
      between(c, 0x410, 0x42F)) {
    return c + 32;
  }
  if (between(c, 0x2460, 0x2468)) return c - 0x2460 + '1';  // ① … ⑨
  return c;
}

struct Place {
  std::size_t begin = 0, end = 0;
  Letter letter = Letter::kNone;
};

// Text is valid UTF-8 here; what is not counts as separators.
std::vector<Place> places(std::string_view text) {
  std::vector<Place> out;
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at]);
    std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    length = std::min(length, text.size() - at);
    std::uint32_t c = length == 1 ? first : first & (0xFFu >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      c = c << 6 | (static_cast<unsigned char>(text[at + k]) & 0x3Fu);
    }
    out.push_back({at, at + length, letter_of(c)});
    at += length;
  }
  return out;
}

void cjk_tokens(const std::vector<Place>& run, bool query, std::vector<Token>& out) {
  for (std::size_t k = 0; k < run.size(); ++k) {
    const bool pair = k + 1 < run.size();
    if (pair) out.push_back({run[k].begin, run[k + 1].end, false});
    if (!query) {
      out.push_back({run[k].begin, run[k].end, pair});
    } else if (run.size() == 1) {
      out.push_back({run[k].begin, run[k].end, false});
    }
  }
}

}  // namespace

std::string fold(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const std::uint32_t c : code_points(text)) append_utf8(out, fold_character(c));
  return out;
}

std::vector<Token> tokens(std::string_view folded, bool query) {
  std::vector<Token> out;
  const std::vector<Place> all = places(folded);
  for (std::size_t k = 0; k < all.size();) {
    std::size_t end = k;
    while (end < all.size() && all[end].letter == all[k].letter) ++end;
    if (all[k].letter == Letter::kWord) out.push_back({all[k].begin, all[end - 1].end, false});
    if (all[k].letter == Letter::kCjk) {
      const auto first = all.begin() + static_cast<std::ptrdiff_t>(k);
      cjk_tokens({first, all.begin() + static_cast<std::ptrdiff_t>(end)}, query, out);
    }
    k = end;
  }
  return out;
}

std::vector<SearchTerm> search_terms(std::string_view text) {
  std::vector<SearchTerm> out;
  for (const std::string& part : split(fold(text), " ")) {
    const std::string_view term = trimmed(part);
    if (term.empty()) continue;
    const std::vector<Place> letters = places(term);
    out.push_back({std::string(term), letters.front().letter == Letter::kWord});
  }
  return out;
}

std::string match_expression(const std::vector<SearchTerm>& terms) {
  std::string out;
  for (const SearchTerm& term : terms) {
    const std::vector<Token> all = tokens(term.folded, true);
    for (const Token& token : all) {
      if (!out.empty()) out += " AND ";
      out +=
          cat('"', std::string_view(term.folded).substr(token.begin, token.end - token.begin), '"');
      // The last word may go on in the text.
      const bool last = token.end == term.folded.size();
      if (last && places(term.folded).back().letter == Letter::kWord) out += " *";
    }
  }
  return out;
}

bool matches(std::string_view folded_text, const std::vector<SearchTerm>& terms) {
  return std::all_of(terms.begin(), terms.end(), [&](const SearchTerm& term) {
    std::size_t at = folded_text.find(term.folded);
    for (; at != std::string_view::npos; at = folded_text.find(term.folded, at + 1)) {
      if (!term.word_start || at == 0) return true;
      std::size_t before = at - 1;
      while (before > 0 && (static_cast<unsigned char>(folded_text[before]) & 0xC0) == 0x80) {
        --before;
      }
      const std::vector<Place> letter = places(folded_text.substr(before, at - before));
      if (letter.front().letter != Letter::kWord) return true;
    }
    return false;
  });
}

// ---- FTS5

namespace {

int create_tokenizer(void*, const char**, int, Fts5Tokenizer** out) {
  static int instance;  // no state: any address that is not null
  *out = reinterpret_cast<Fts5Tokenizer*>(&instance);
  return SQLITE_OK;
}

void delete_tokenizer(Fts5Tokenizer*) {}

int tokenize(Fts5Tokenizer*, void* context, int flags, const char* text, int size,
             int (*give)(void*, int, const char*, int, int, int)) {
  const std::string_view folded(text, static_cast<std::size_t>(size));
  for (const Token& token : tokens(folded, (flags & FTS5_TOKENIZE_QUERY) != 0)) {
    const int code = give(context, token.colocated ? FTS5_TOKEN_COLOCATED : 0,
                          folded.data() + token.begin, static_cast<int>(token.end - token.begin),
                          static_cast<int>(token.begin), static_cast<int>(token.end));
    if (code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

}  // namespace

Status register_tokenizer(sqlite3* database) {
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = nullptr;
  int code = sqlite3_prepare_v2(database, "SELECT fts5(?1)", -1, &statement, nullptr);
  if (code == SQLITE_OK) {
    code = sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", nullptr);
    if (code == SQLITE_OK) sqlite3_step(statement);
    sqlite3_finalize(statement);
  }
  if (code == SQLITE_OK && api != nullptr) {
    fts5_tokenizer tokenizer{create_tokenizer, delete_tokenizer, tokenize};
    code = api->xCreateTokenizer(api, "mq_cjk", nullptr, &tokenizer, nullptr);
  }
  if (code == SQLITE_OK && api != nullptr) return {};
  return sqlite::error_of(database, code, "登记中文分词失败", "cannot register the tokenizer");
}

}  // namespace mq::vault
