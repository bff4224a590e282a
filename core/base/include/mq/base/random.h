// Unpredictable bytes come in through Random: keys, nonces, ids and jitter. The only real
// source is SystemRandom, made by the two main.cc; tests/support has a seeded one.
#pragma once

#include <cstdint>
#include <span>

namespace mq {

// One thread at a time.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;

  std::uint32_t u32() {
    std::uint8_t b[4];
    fill(b);
    return static_cast<std::uint32_t>(b[0]) | static_cast<std::uint32_t>(b[1]) << 8 |
           static_cast<std::uint32_t>(b[2]) << 16 | static_cast<std::uint32_t>(b[3]) << 24;
  }
};

}  // namespace mq
