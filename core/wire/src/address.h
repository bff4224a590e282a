// The one form of a server address: host:port, in invitation codes and in the control log.
#pragma once

#include <string_view>

namespace mq::wire {

// No blanks, "@" or "/"; port 1 to 65535; at most 255 bytes of UTF-8.
bool is_address(std::string_view address);

}  // namespace mq::wire
