#include "fuzz/mutate.h"

#include <algorithm>
#include <array>

namespace mq::fuzz {

namespace {

using testing::SimRandom;

struct Piece {
  std::size_t at = 0;
  std::size_t size = 0;
};

// Short pieces are the likely ones: most fields are short.
Piece piece_of(const Bytes& bytes, SimRandom& random) {
  if (bytes.empty()) return {};
  const std::size_t at = random.below(bytes.size());
  const std::size_t bound = random.chance(80) ? 16 : bytes.size();
  return {at, std::min<std::size_t>(1 + random.below(bound), bytes.size() - at)};
}

auto place(Bytes& bytes, std::size_t at) { return bytes.begin() + static_cast<std::ptrdiff_t>(at); }
auto place(const Bytes& bytes, std::size_t at) {
  return bytes.begin() + static_cast<std::ptrdiff_t>(at);
}

void set_number(Bytes& bytes, SimRandom& random) {
  constexpr std::array<std::uint64_t, 8> kNumbers = {
      0, 1, 0x7f, 0x80, 0xffff, 0x7fffffff, 0xffffffff, 0xffffffffffffffff};
  const std::uint64_t number = kNumbers[random.below(kNumbers.size())];
  const std::size_t width = std::size_t{1} << random.below(4);
  const Piece piece = piece_of(bytes, random);
  for (std::size_t i = 0; i < width && piece.at + i < bytes.size(); ++i) {
    bytes[piece.at + i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
}

void insert(Bytes& bytes, const Bytes& from, SimRandom& random) {
  const Piece piece = piece_of(from, random);
  const Bytes copy(place(from, piece.at), place(from, piece.at + piece.size));
  bytes.insert(place(bytes, random.below(bytes.size() + 1)), copy.begin(), copy.end());
}

void spoil(Bytes& bytes, const std::vector<Bytes>& inputs, SimRandom& random) {
  const Piece piece = piece_of(bytes, random);
  switch (random.below(7)) {
    case 0:
      if (piece.size > 0) bytes[piece.at] ^= static_cast<std::uint8_t>(1u << random.below(8));
      return;
    case 1:
      if (piece.size > 0) bytes[piece.at] = static_cast<std::uint8_t>(random.next());
      return;
    case 2:
      bytes.erase(place(bytes, piece.at), place(bytes, piece.at + piece.size));
      return;
    case 3:
      bytes.resize(piece.at);
      return;
    case 4:
      return insert(bytes, bytes, random);
    case 5:
      return insert(bytes, inputs[random.below(inputs.size())], random);
    default:
      return set_number(bytes, random);
  }
}

}  // namespace

Bytes mutated(const std::vector<Bytes>& inputs, SimRandom& random, std::size_t bytes_max) {
  Bytes out = inputs[random.below(inputs.size())];
  for (auto left = 1 + random.below(4); left > 0; --left) spoil(out, inputs, random);
  if (out.size() > bytes_max) out.resize(bytes_max);
  return out;
}

}  // namespace mq::fuzz
