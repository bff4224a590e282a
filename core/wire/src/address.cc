#include "address.h"

#include <cstdint>

#include "mq/base/text.h"

namespace mq::wire {

namespace {
constexpr std::size_t kAddressBytesMax = 255;
}

bool is_address(std::string_view address) {
  if (address.size() > kAddressBytesMax || !is_utf8(address)) return false;
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  std::uint32_t port = 0;
  const std::string_view digits = address.substr(colon + 1);
  if (digits.empty() || digits.size() > 5) return false;
  for (const char c : digits) {
    if (c < '0' || c > '9') return false;
    port = port * 10 + static_cast<std::uint32_t>(c - '0');
  }
  for (const char c : address) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '@' || c == '/') return false;
  }
  return port >= 1 && port <= 65'535;
}

}  // namespace mq::wire
