#include "mq/base/secret.h"

#include <cstring>

namespace mq {

void wipe(std::span<std::uint8_t> bytes) {
  if (bytes.empty()) return;
  std::memset(bytes.data(), 0, bytes.size());
  // As far as the compiler knows this reads what was written, so that it may not leave it out.
  __asm__ __volatile__("" : : "r"(bytes.data()) : "memory");
}

}  // namespace mq
