#include "seal/bech32.h"

#include <array>
#include <cctype>

namespace mq::testing {
namespace {

constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t kCheckSymbols = 6;

std::uint32_t polymod(const Bytes& symbols) {
  constexpr std::array<std::uint32_t, 5> kGenerator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa,
                                                       0x3d4233dd, 0x2a1462b3};
  std::uint32_t sum = 1;
  for (const std::uint8_t symbol : symbols) {
    const std::uint32_t top = sum >> 25;
    sum = (sum & 0x1ffffff) << 5 ^ symbol;
    for (std::size_t i = 0; i < 5; ++i) sum ^= (top >> i & 1) != 0 ? kGenerator[i] : 0;
  }
  return sum;
}

Bytes expanded(std::string_view prefix) {
  Bytes out;
  for (const char c : prefix) out.push_back(static_cast<std::uint8_t>(c) >> 5);
  out.push_back(0);
  for (const char c : prefix) out.push_back(static_cast<std::uint8_t>(c) & 31);
  return out;
}

// Bits in groups of `from` to groups of `to`; what is left over is filled with zeros, or dropped.
Bytes regrouped(ByteView in, unsigned from, unsigned to, bool fill) {
  Bytes out;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const std::uint8_t value : in) {
    held = held << from | value;
    bits += from;
    while (bits >= to) {
      bits -= to;
      out.push_back(static_cast<std::uint8_t>(held >> bits & ((1U << to) - 1)));
    }
  }
  if (fill && bits > 0) {
    out.push_back(static_cast<std::uint8_t>(held << (to - bits) & ((1U << to) - 1)));
  }
  return out;
}

}  // namespace

std::string to_bech32(std::string_view prefix, ByteView bytes) {
  const Bytes symbols = regrouped(bytes, 8, 5, true);
  Bytes checked = expanded(prefix);
  checked.insert(checked.end(), symbols.begin(), symbols.end());
  checked.resize(checked.size() + kCheckSymbols);
  const std::uint32_t check = polymod(checked) ^ 1;
  std::string out = std::string(prefix) + "1";
  for (const std::uint8_t symbol : symbols) out += kAlphabet[symbol];
  for (unsigned i = 0; i < kCheckSymbols; ++i) out += kAlphabet[check >> 5 * (5 - i) & 31];
  return out;
}

std::optional<Bytes> from_bech32(std::string_view prefix, std::string_view text) {
  std::string lower;
  for (const char c : text) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const std::string start = std::string(prefix) + "1";
  if (!lower.starts_with(start) || lower.size() < start.size() + kCheckSymbols) return std::nullopt;
  Bytes symbols;
  for (const char c : lower.substr(start.size())) {
    const std::size_t symbol = kAlphabet.find(c);
    if (symbol == std::string_view::npos) return std::nullopt;
    symbols.push_back(static_cast<std::uint8_t>(symbol));
  }
  Bytes checked = expanded(prefix);
  checked.insert(checked.end(), symbols.begin(), symbols.end());
  if (polymod(checked) != 1) return std::nullopt;
  symbols.resize(symbols.size() - kCheckSymbols);
  return regrouped(symbols, 5, 8, false);
}

}  // namespace mq::testing
