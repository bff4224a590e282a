// The certificate that a TLS endpoint shows, fetched before anything is said to it.
#pragma once

#include <chrono>
#include <string>

#include "mq/base/bytes.h"
#include "mq/base/result.h"

namespace mq::sync {

struct Address {
  std::string host;  // without brackets
  std::string port;
};
// kInvalidInput: not host:port.
Result<Address> parse_address(std::string_view text);

struct PeerCertificate {
  Bytes der;
  std::string pem;
  std::string name;      // the first DNS name in it, else its common name
  bool trusted = false;  // the system's roots vouch for chain, name and dates
};

// Opens a connection, shakes hands and closes it. kUnavailable if that fails in time.
Result<PeerCertificate> fetch_certificate(const Address& address,
                                          std::chrono::milliseconds patience);

}  // namespace mq::sync
