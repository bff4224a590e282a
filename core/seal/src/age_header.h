// The text in front of an age file: a version line, a stanza per recipient, a line with the MAC.
// One header has one text: what parses encodes back to the same bytes.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "mq/base/bytes.h"
#include "mq/base/result.h"

namespace mq::seal {

inline constexpr std::string_view kAgeVersionLine = "age-encryption.org/v1\n";
inline constexpr std::size_t kAgeHeaderBytesMax = 262'144;
inline constexpr std::size_t kAgeStanzasMax = 256;

struct AgeStanza {
  std::vector<std::string> args;  // the type first; at least one, each of visible ASCII
  Bytes body;
  friend bool operator==(const AgeStanza&, const AgeStanza&) = default;
};

struct AgeHeader {
  std::vector<AgeStanza> stanzas;
  std::array<std::uint8_t, 32> mac{};
};

struct ParsedAgeHeader {
  AgeHeader header;
  ByteView authenticated;  // what the MAC covers: up to and with "---"
  std::size_t bytes = 0;   // the payload begins here
};

// kCorrupt, kUnsupported (another version of the format).
Result<ParsedAgeHeader> parse_age_header(ByteView file);
// Without the MAC: up to and with "---".
std::string age_header_text(const std::vector<AgeStanza>& stanzas);
std::string age_mac_line(const std::array<std::uint8_t, 32>& mac);

// Canonical base64, with or without padding; nothing else in between.
enum class Base64 { kPadded, kBare };
std::string to_base64(ByteView bytes, Base64 form);
std::optional<Bytes> from_base64(std::string_view text, Base64 form);

// The binary file inside an armored one: kCorrupt. Only for what is_armored().
bool is_armored(ByteView file);
Result<Bytes> without_armor(ByteView file);

}  // namespace mq::seal
