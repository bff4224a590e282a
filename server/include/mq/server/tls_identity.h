// The certificate a server shows. It carries no trust of its own: devices trust the server key,
// which endorses it. The self-made one is valid from 1970-01-02 to 9997-12-31, since the clocks of
// phones are wrong and a certificate that expires would lock everybody out.
#pragma once

#include <string>

#include "mq/base/file_system.h"
#include "mq/base/ids.h"

namespace mq::server {

struct TlsIdentity {
  std::string certificate_pem;  // the chain, leaf first
  std::string key_pem;
  Hash certificate_hash;  // hash("mq/tc1", DER of the leaf): what Info endorses
};

// tls.crt and tls.key of the data folder; made if either is missing.
Result<TlsIdentity> own_identity(FileSystem& files, const std::string& folder);
// The operator's. kInvalidInput: not PEM, or the key is another certificate's.
Result<TlsIdentity> read_identity(FileSystem& files, const std::string& certificate_path,
                                  const std::string& key_path);

}  // namespace mq::server
