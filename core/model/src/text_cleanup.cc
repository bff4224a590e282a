#include "mq/model/text_cleanup.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "mq/base/text.h"

namespace mq::model {

namespace {

constexpr std::uint32_t kFullWidthFirst = 0xff01;
constexpr std::uint32_t kFullWidthLast = 0xff5e;
constexpr std::uint32_t kFullWidthShift = 0xff01 - '!';
constexpr std::uint32_t kIdeographicSpace = 0x3000;

bool is_alphanumeric(std::uint32_t c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Zero-width marks, directional marks and byte-order marks that copying leaves behind. The
// variation selectors stay: they choose the form of a rare character.
bool is_invisible(std::uint32_t c) {
  return c == 0x00ad || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x2064) || c == 0xfeff;
}

bool is_blank(std::uint32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0x00a0 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == kIdeographicSpace;
}

bool is_han(std::uint32_t c) {
  return c == 0x3007 || (c >= 0x3400 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) ||
         (c >= 0x20000 && c <= 0x3ffff) || (c >= 0xe000 && c <= 0xf8ff);
}

// Full-width, half-width and mathematical forms of one letter or digit; nothing else.
std::uint32_t ordinary(std::uint32_t c) {
  const auto* const property = utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
  const auto type = property->decomp_type;
  if (type != UTF8PROC_DECOMP_TYPE_WIDE && type != UTF8PROC_DECOMP_TYPE_FONT) return c;
  utf8proc_int32_t buffer[4];
  int boundary = 0;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE);
  const auto count =
      utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), buffer, 4, options, &boundary);
  if (count != 1 || !is_alphanumeric(static_cast<std::uint32_t>(buffer[0]))) return c;
  return static_cast<std::uint32_t>(buffer[0]);
}

bool is_name_dot(std::uint32_t c) {
  return c == 0x2022 || c == 0x2027 || c == 0x30fb || c == 0xff65 || c == 0xff0e || c == 0x22c5;
}

bool is_quote(std::uint32_t c) {
  return c == '\'' || c == '"' || c == '`' || c == 0x00b4 || (c >= 0x2018 && c <= 0x201f);
}

// Letters of pinyin with a tone mark; a plain letter proves nothing: (kg), (app).
bool has_tone(std::uint32_t c) {
  for (const std::uint32_t marked : code_points("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ")) {
    if (c == marked) return true;
  }
  return false;
}

// Length of "(fēng)" at `at`, brackets counted; 0 if it is something else.
std::size_t pinyin_length(const std::vector<std::uint32_t>& text, std::size_t at) {
  constexpr std::size_t kLettersMax = 6;
  const auto get = [&](std::size_t i) { return i < text.size() ? text[i] : 0; };
  if (get(at) != '(' && get(at) != 0xff08) return 0;
  bool toned = false;
  std::size_t letters = 0;
  for (; letters <= kLettersMax; ++letters) {
    const std::uint32_t c = get(at + 1 + letters);
    if (!(c >= 'a' && c <= 'z') && c != 0x00fc && !has_tone(c)) break;
    toned = toned || has_tone(c);
  }
  const std::uint32_t end = get(at + 1 + letters);
  const bool closed = end == ')' || end == 0xff09;
  return closed && toned && letters >= 1 && letters <= kLettersMax ? letters + 2 : 0;
}

// Nearly every cell: printable ASCII, the Chinese characters U+4000 to U+9FFF and 、。, of which no
// clean-up and no normal form makes anything else. (Leading bytes E4 to E9 are never overlong.)
bool is_usual(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const auto is_character = [&](std::size_t at) {
    return byte(at) >= 0xe4 && byte(at) <= 0xe9 && at + 2 < text.size() &&
           (byte(at + 1) & 0xc0) == 0x80 && (byte(at + 2) & 0xc0) == 0x80;
  };
  const auto is_stop = [&](std::size_t at) {
    const std::string_view three = text.substr(at, 3);
    return three == "、" || three == "。";
  };
  for (std::size_t at = 0; at < text.size();) {
    if (byte(at) >= 0x20 && byte(at) < 0x7f) {
      ++at;
    } else if (is_character(at) || is_stop(at)) {
      at += 3;
    } else {
      return false;
    }
  }
  return true;
}

std::string usual_number(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == ' ' || c == '\'' || c == '"' || c == '`') continue;
    out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

std::string_view without_apostrophe(std::string_view text) {
  const std::string_view kept = trimmed(text);
  return kept.starts_with('\'') ? trimmed(kept.substr(1)) : kept;
}

std::string nfkc(std::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto count = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
      static_cast<utf8proc_ssize_t>(text.size()), &mapped,
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, &std::free);
  if (count < 0) return std::string(text);  // not UTF-8: compared byte by byte
  return std::string(reinterpret_cast<const char*>(mapped), static_cast<std::size_t>(count));
}

}  // namespace

std::string half_width(std::string_view text) {
  if (is_usual(text)) return std::string(text);
  std::string out;
  for (const std::uint32_t c : code_points(text)) {
    if (is_invisible(c)) continue;
    if (c >= kFullWidthFirst && c <= kFullWidthLast) {
      append_utf8(out, c - kFullWidthShift);
    } else {
      append_utf8(out, is_blank(c) && c != '\n' ? ' ' : ordinary(c));
    }
  }
  return out;
}

std::string clean_cell(std::string_view text) {
  if (is_usual(text)) return std::string(without_apostrophe(text));
  std::string out;
  std::uint32_t before = 0;
  for (const std::uint32_t c : code_points(text)) {
    const bool second_of_line_end = c == '\n' && before == '\r';
    before = c;
    if (is_invisible(c) || second_of_line_end) continue;
    append_utf8(out, c == '\r' ? '\n' : ordinary(c));
  }
  return std::string(without_apostrophe(out));
}

bool has_controls(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto c = static_cast<std::uint8_t>(text[at]);
    if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f) return true;
    const std::uint8_t next = at + 1 < text.size() ? static_cast<std::uint8_t>(text[at + 1]) : 0;
    if (c == 0xc2 && next >= 0x80 && next < 0xa0) return true;  // U+0080 to U+009F
  }
  return false;
}

std::string clean_name(std::string_view text) {
  std::string cleaned = clean_cell(text);
  if (is_usual(cleaned) && cleaned.find(' ') == std::string::npos) return cleaned;
  std::string out;
  std::uint32_t before = 0;
  bool gap = false;
  for (std::uint32_t c : code_points(cleaned)) {
    if (is_blank(c)) {
      gap = true;
      continue;
    }
    if (is_name_dot(c)) c = 0x00b7;
    const bool latin = before != 0 && !is_han(before) && !is_han(c) && before != 0xb7 && c != 0xb7;
    if (gap && latin) out += ' ';
    gap = false;
    append_utf8(out, c);
    before = c;
  }
  return out;
}

std::string drop_pinyin(std::string_view text) {
  const std::vector<std::uint32_t> points = code_points(text);
  std::string out;
  for (std::size_t i = 0; i < points.size();) {
    const std::size_t skipped = i > 0 && is_han(points[i - 1]) ? pinyin_length(points, i) : 0;
    if (skipped > 0) {
      i += skipped;
      continue;
    }
    append_utf8(out, points[i++]);
  }
  return out;
}

std::string normal_number(std::string_view text) {
  const auto stays = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); };
  if (std::ranges::all_of(text, stays)) return std::string(text);  // nearly always
  if (is_usual(text)) return usual_number(text);
  std::string out;
  for (const std::uint32_t c : code_points(nfkc(text))) {
    if (is_blank(c) || is_quote(c) || is_invisible(c)) continue;
    append_utf8(out,
                static_cast<std::uint32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(c))));
  }
  return out;
}

}  // namespace mq::model
