#include "mq/base/ids.h"

namespace mq {

std::array<std::uint8_t, 16> uuid_v7(const Clock& clock, Random& random) {
  std::array<std::uint8_t, 16> id;
  random.fill(id);
  const auto ms = static_cast<std::uint64_t>(clock.wall().ms);
  for (int i = 0; i < 6; ++i) id[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  id[6] = static_cast<std::uint8_t>(0x70 | (id[6] & 0x0f));
  id[8] = static_cast<std::uint8_t>(0x80 | (id[8] & 0x3f));
  return id;
}

}  // namespace mq
