// The addresses of a host, within a deadline.
//
// The system's lookup cannot be broken off: with a resolver that does not answer it takes longer
// than anybody waits. It runs aside, and one that is not back in time is left to end by itself.
#pragma once

#include <netdb.h>

#include <chrono>
#include <memory>
#include <string>

namespace mq::sync {

struct FreeAddresses {
  void operator()(addrinfo* first) const { freeaddrinfo(first); }
};

struct Resolved {
  std::unique_ptr<addrinfo, FreeAddresses> addresses;  // none: see why
  std::string why;
};

Resolved resolve(const std::string& host, const std::string& port,
                 std::chrono::steady_clock::time_point until);

}  // namespace mq::sync
