#include "mq/base/bytes.h"

namespace mq {

std::string to_hex(ByteView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out(bytes.size() * 2, '0');
  char* to = out.data();
  for (const std::uint8_t byte : bytes) {
    *to++ = kDigits[byte >> 4];
    *to++ = kDigits[byte & 15];
  }
  return out;
}

namespace {
int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
}  // namespace

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = nibble(text[i]);
    const int low = nibble(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return out;
}

void ByteWriter::varint(std::uint64_t value) {
  if (bytes_.empty()) bytes_.reserve(16);  // most are a few bytes in all, and 16 cost as much as 1
  while (value >= 0x80) {
    bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  bytes_.push_back(static_cast<std::uint8_t>(value));
}

void ByteWriter::zigzag(std::int64_t value) {
  varint(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
}

void ByteWriter::block(ByteView bytes) {
  varint(bytes.size());
  raw(bytes);
}

std::uint64_t ByteReader::varint() {
  if (!rest_.empty() && rest_[0] < 0x80) {  // most are short
    const std::uint64_t one = rest_[0];
    rest_ = rest_.subspan(1);
    return one;
  }
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const auto byte = integer<std::uint8_t>();
    if (failed_) return 0;
    const bool overflows = shift == 63 && byte > 1;
    const bool overlong = byte == 0 && shift > 0;
    if (overflows || overlong) {
      fail();
      return 0;
    }
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  fail();
  return 0;
}

std::int64_t ByteReader::zigzag() {
  const std::uint64_t value = varint();
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

ByteView ByteReader::raw(std::size_t count) {
  if (failed_ || count > rest_.size()) {
    fail();
    return {};
  }
  const ByteView part = rest_.first(count);
  rest_ = rest_.subspan(count);
  return part;
}

ByteView ByteReader::block() {
  const std::uint64_t count = varint();
  if (count > rest_.size()) {
    fail();
    return {};
  }
  return raw(static_cast<std::size_t>(count));
}

}  // namespace mq
