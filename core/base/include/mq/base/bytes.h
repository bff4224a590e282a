// Bytes, their views, and the little-endian reader and writer that all binary formats share.
//
// ByteReader never reads past its end: after the first short read it is failed(), every further
// read gives zeros, and the parser asks once at the end.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace mq {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView view_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(ByteView view) { return {view.begin(), view.end()}; }
inline Bytes to_bytes(std::string_view text) { return to_bytes(view_of(text)); }
inline std::string to_string(ByteView bytes) { return std::string(text_of(bytes)); }

// Lower-case hexadecimal.
std::string to_hex(ByteView bytes);
std::optional<Bytes> from_hex(std::string_view text);

// Appends to an owned buffer. Integers are little-endian; varint is LEB128.
class ByteWriter {
 public:
  template <class Integer>
  void integer(Integer value) {
    static_assert(std::is_unsigned_v<Integer>);
    if constexpr (sizeof(Integer) == 1) {
      bytes_.push_back(value);
    } else {
      std::array<std::uint8_t, sizeof(Integer)> bytes;
      for (std::size_t i = 0; i < sizeof(Integer); ++i) {
        bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
      }
      raw(bytes);
    }
  }
  void varint(std::uint64_t value);
  void zigzag(std::int64_t value);
  void raw(ByteView bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  // varint length, then the bytes.
  void block(ByteView bytes);
  void block(std::string_view text) { block(view_of(text)); }

  void reserve(std::size_t size) { bytes_.reserve(size); }
  // Empty again, with its memory kept.
  void clear() { bytes_.clear(); }
  std::size_t size() const { return bytes_.size(); }
  const Bytes& bytes() const { return bytes_; }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : rest_(bytes) {}

  template <class Integer>
  Integer integer() {
    static_assert(std::is_unsigned_v<Integer>);
    const ByteView part = raw(sizeof(Integer));
    Integer value = 0;
    for (std::size_t i = 0; i < part.size(); ++i) {
      value = static_cast<Integer>(value | static_cast<Integer>(part[i]) << (8 * i));
    }
    return value;
  }
  // Refuses overlong encodings, so that one value has one form.
  std::uint64_t varint();
  std::int64_t zigzag();
  // A view into the parsed buffer; empty after failure.
  ByteView raw(std::size_t count);
  ByteView block();
  template <std::size_t N>
  std::array<std::uint8_t, N> array() {
    std::array<std::uint8_t, N> out{};
    const ByteView part = raw(N);
    if (part.size() == N) std::memcpy(out.data(), part.data(), N);
    return out;
  }
  void fail() {
    failed_ = true;
    rest_ = {};
  }

  bool failed() const { return failed_; }
  std::size_t left() const { return rest_.size(); }
  ByteView rest() const { return rest_; }
  // All read, nothing short, nothing left over.
  bool done() const { return !failed_ && rest_.empty(); }

 private:
  ByteView rest_;
  bool failed_ = false;
};

}  // namespace mq
