// SimRandom: the same bytes for the same seed, on every machine. For tests only; it hides nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "mq/base/random.h"

namespace mq::testing {

// splitmix64, one word for eight bytes.
class SimRandom final : public Random {
 public:
  explicit SimRandom(std::uint64_t seed = 1) : state_(seed) {}

  void fill(std::span<std::uint8_t> out) override {
    for (std::size_t i = 0; i < out.size();) {
      std::uint64_t word = next();
      for (int k = 0; k < 8 && i < out.size(); ++k, ++i, word >>= 8) {
        out[i] = static_cast<std::uint8_t>(word);
      }
    }
  }
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ull;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  // 0 … bound - 1.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }
  bool chance(unsigned percent) { return below(100) < percent; }

 private:
  std::uint64_t state_;
};

}  // namespace mq::testing
