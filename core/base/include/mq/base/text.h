// UTF-8 text: validation, counting and cutting by character, and joining of parts.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mq {

bool is_utf8(std::string_view text);
// Code points in valid UTF-8.
std::size_t count_characters(std::string_view text);
// The first `characters` code points.
std::string_view first_characters(std::string_view text, std::size_t characters);
std::vector<std::uint32_t> code_points(std::string_view text);
void append_utf8(std::string& out, std::uint32_t code_point);

// Spaces of ASCII, U+3000 and U+00A0 at both ends, and a byte-order mark, removed.
std::string_view trimmed(std::string_view text);
std::vector<std::string> split(std::string_view text, std::string_view separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

namespace internal {
inline void append(std::string& out, std::string_view text) { out += text; }
inline void append(std::string& out, char c) { out += c; }
template <std::integral Integer>
void append(std::string& out, Integer value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}
}  // namespace internal

// cat("第 ", 3, " 行"): text and integers, one after the other.
template <class... Parts>
std::string cat(const Parts&... parts) {
  std::string out;
  (internal::append(out, parts), ...);
  return out;
}

}  // namespace mq
