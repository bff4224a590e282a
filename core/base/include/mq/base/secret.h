// Secret<N>: key material. Moves, never copies; wiped when it goes; has no printing and no
// ordering; equality takes the same time whatever the bytes are.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "mq/base/bytes.h"

namespace mq {

// Overwrites in a way that the compiler may not drop.
void wipe(std::span<std::uint8_t> bytes);

template <std::size_t N>
class Secret {
 public:
  static constexpr std::size_t kSize = N;
  Secret() = default;
  explicit Secret(std::span<const std::uint8_t, N> bytes) {
    std::memcpy(bytes_.data(), bytes.data(), N);
  }
  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      wipe(other.bytes_);
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(bytes_); }

  // A second owner is always a visible decision.
  Secret clone() const { return Secret(std::span<const std::uint8_t, N>(bytes_)); }
  ByteView view() const { return bytes_; }
  std::span<std::uint8_t, N> writable() { return bytes_; }

  friend bool operator==(const Secret& a, const Secret& b) {
    std::uint8_t difference = 0;
    for (std::size_t i = 0; i < N; ++i) {
      difference = static_cast<std::uint8_t>(difference | (a.bytes_[i] ^ b.bytes_[i]));
    }
    return difference == 0;
  }

 private:
  std::array<std::uint8_t, N> bytes_{};
};

using Key32 = Secret<32>;

}  // namespace mq
