#include "mq/base/text.h"

#include <array>
#include <bit>
#include <cstring>

namespace mq {

namespace {

// Length of the sequence that starts at text[at], 0 if it is not valid UTF-8 (RFC 3629).
std::size_t decode(std::string_view text, std::size_t at, std::uint32_t& out) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0};
  };
  const std::uint8_t first = byte(at);
  if (first < 0x80) {
    out = first;
    return 1;
  }
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length == 0 || first > 0xf4) return 0;
  out = first & (0xff >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
    out = out << 6 | (byte(at + i) & 0x3f);
  }
  const bool overlong = (length == 3 && out < 0x800) || (length == 4 && out < 0x10000);
  const bool surrogate = out >= 0xd800 && out <= 0xdfff;
  return overlong || surrogate || out > 0x10ffff ? 0 : length;
}

bool is_ascii_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// The white space of more than one byte that may begin or end with this byte; empty if none does.
std::string_view space_from(char first) {
  return first == '\xe3' ? "\u3000" : first == '\xc2' ? "\u00a0" : first == '\xef' ? "\ufeff" : "";
}
std::string_view space_to(char last) {
  return last == '\x80' ? "\u3000" : last == '\xa0' ? "\u00a0" : last == '\xbf' ? "\ufeff" : "";
}

// Bytes at the beginning of `text` that are Chinese characters, or ASCII eight at a time: nearly
// all that is asked. Of the leading bytes of three, E0 may be overlong and ED a surrogate's.
std::size_t plain_bytes(std::string_view text) {
  using Four = std::array<std::uint8_t, 4>;
  constexpr auto kMask = std::bit_cast<std::uint32_t>(Four{0xf0, 0xc0, 0xc0, 0});
  constexpr auto kForm = std::bit_cast<std::uint32_t>(Four{0xe0, 0x80, 0x80, 0});
  std::size_t at = 0;
  while (at + sizeof(std::uint64_t) <= text.size()) {
    std::uint32_t four;
    std::uint64_t eight;
    std::memcpy(&four, text.data() + at, sizeof four);
    std::memcpy(&eight, text.data() + at, sizeof eight);
    const auto first = static_cast<std::uint8_t>(text[at]);
    if ((four & kMask) == kForm && first != 0xe0 && first != 0xed) {
      at += 3;
    } else if ((eight & 0x8080808080808080) == 0) {
      at += sizeof eight;
    } else {
      break;
    }
  }
  return at;
}

}  // namespace

bool is_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  std::uint32_t ignored;
  for (std::size_t at = 0; at < text.size();) {
    at += plain_bytes(text.substr(at));
    if (at == text.size()) break;
    if (byte(at) < 0x80) {
      ++at;
      continue;
    }
    const std::size_t length = decode(text, at, ignored);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<std::uint8_t>(c) & 0xc0) != 0x80;
  return count;
}

std::string_view first_characters(std::string_view text, std::size_t characters) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const bool starts = (static_cast<std::uint8_t>(text[at]) & 0xc0) != 0x80;
    if (starts && characters-- == 0) break;
  }
  return text.substr(0, at);
}

std::vector<std::uint32_t> code_points(std::string_view text) {
  std::vector<std::uint32_t> out;
  out.reserve(count_characters(text));
  for (std::size_t at = 0; at < text.size();) {
    std::uint32_t point = 0xfffd;
    const std::size_t length = decode(text, at, point);
    out.push_back(length == 0 ? 0xfffd : point);
    at += length == 0 ? 1 : length;
  }
  return out;
}

void append_utf8(std::string& out, std::uint32_t point) {
  const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0 | point >> 6);
    put(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  } else {
    put(0xf0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3f));
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  }
}

// No space is the beginning or the end of another one, so each end can be looked at alone.
std::string_view trimmed(std::string_view text) {
  while (!text.empty()) {
    const std::string_view wide = space_from(text.front());
    const bool is_wide = !wide.empty() && text.starts_with(wide);
    if (!is_wide && !is_ascii_space(text.front())) break;
    text.remove_prefix(is_wide ? wide.size() : 1);
  }
  while (!text.empty()) {
    const std::string_view wide = space_to(text.back());
    const bool is_wide = !wide.empty() && text.ends_with(wide);
    if (!is_wide && !is_ascii_space(text.back())) break;
    text.remove_suffix(is_wide ? wide.size() : 1);
  }
  return text;
}

std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> out;
  for (;;) {
    const std::size_t at = text.find(separator);
    out.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + separator.size());
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += separator;
    out += parts[i];
  }
  return out;
}

}  // namespace mq
