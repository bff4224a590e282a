// IdHash: for unordered tables of ids, which are digests or hold random bits in both halves.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "mq/base/ids.h"

namespace mq {

struct IdHash {
  template <class Tag>
  std::size_t operator()(const FixedBytes<Tag, 16>& id) const {
    std::array<std::uint64_t, 2> half;
    std::memcpy(half.data(), id.data.data(), sizeof half);
    return half[0] ^ half[1] * 0x9e3779b97f4a7c15u;
  }
};

}  // namespace mq
