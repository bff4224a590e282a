#include "xml_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "mq/base/text.h"

namespace mq::tabular {

namespace {

constexpr std::size_t kEscapeBytes = 7;       // _xHHHH_
constexpr std::uint32_t kFirstWide = 0x2000;  // from here on a Chinese font has wide signs

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool looks_escaped(std::string_view text) {
  return text.size() >= kEscapeBytes && text.starts_with("_x") && text[kEscapeBytes - 1] == '_' &&
         std::all_of(text.begin() + 2, text.begin() + kEscapeBytes - 1, is_hex);
}

bool is_unwritable(std::uint32_t point) {
  const bool control = point < 0x20 && point != '\t' && point != '\n';
  return control || point == 0xfffe || point == 0xffff;
}

// A byte of text that stands for itself wherever it is: most texts are of such alone.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> out{};
  for (std::size_t byte = 0x20; byte < out.size(); ++byte) out[byte] = true;
  for (const char c : std::string_view("&<>\"_\xef")) out[static_cast<unsigned char>(c)] = false;
  return out;
}();
bool is_plain(char c) { return kPlain[static_cast<unsigned char>(c)]; }

void append_escape(std::string& out, std::uint32_t point) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  out += "_x";
  for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[point >> shift & 0xf];
  out += '_';
}

void append_point(std::string& out, std::uint32_t point) {
  if (is_unwritable(point)) return append_escape(out, point);
  if (point == '&') {
    out += "&amp;";
  } else if (point == '<') {
    out += "&lt;";
  } else if (point == '>') {
    out += "&gt;";
  } else if (point == '"') {
    out += "&quot;";
  } else {
    append_utf8(out, point);
  }
}

std::size_t columns_of(std::string_view line) {
  std::size_t columns = 0;
  for (const std::uint32_t point : code_points(line)) columns += point < kFirstWide ? 1 : 2;
  return columns;
}

}  // namespace

void append_xml_text(std::string& out, std::string_view text) {
  if (std::ranges::all_of(text, is_plain)) {
    out += text;
    return;
  }
  std::size_t at = 0;
  for (const std::uint32_t point : code_points(text)) {
    if (point == '_' && looks_escaped(text.substr(at))) {
      append_escape(out, point);
    } else {
      append_point(out, point);
    }
    at += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
}

std::string xml_text(std::string_view text) {
  std::string out;
  append_xml_text(out, text);
  return out;
}

std::size_t text_columns(std::string_view text) {
  std::size_t most = 0;
  for (const std::string& line : split(text, "\n")) most = std::max(most, columns_of(line));
  return most;
}

std::size_t text_lines(std::string_view text, std::size_t columns) {
  std::size_t lines = 0;
  for (const std::string& line : split(text, "\n")) {
    lines += std::max<std::size_t>(1, (columns_of(line) + columns - 1) / columns);
  }
  return std::max<std::size_t>(1, lines);
}

}  // namespace mq::tabular
