// Invitation: a one-use certificate in 26 characters (PROTOCOL section 6).
//
// code = base32(15-byte secret ‖ 10-bit check) "@" server address. From the secret come the
// invitation's id, signing key, box seed and MAC key, each under its own label.
#pragma once

#include <string>
#include <string_view>

#include "mq/base/ids.h"
#include "mq/base/result.h"
#include "mq/base/secret.h"
#include "mq/wire/crypto.h"

namespace mq::wire {

using InviteSecret = Secret<15>;

struct InviteKeys {
  InviteId id;
  SigningKey sign;
  Key32 box_seed;  // X25519 secret; seal turns it into a key pair
  Key32 mac;
};

InviteSecret new_invite_secret(Random& random);
InviteKeys derive_invite(const InviteSecret& secret);

struct InviteCode {
  InviteSecret secret;
  std::string address;  // host:port
};
// Grouped for reading: XXXXX-XXXXX-…@host:port; alphabet Crockford base32.
std::string format_invite_code(const InviteSecret& secret, std::string_view address);
// Forgives case, spaces, hyphens, I/L for 1, O for 0, U for V. kInvalidInput with the reason: wrong
// length, mistyped (check does not fit, never says where the secret is wrong), no address.
Result<InviteCode> parse_invite_code(std::string_view text);

// BLAKE2b-256(key mac, "mq/im1" ‖ prev head ‖ invite id): only a log with this entry is accepted.
Hash invite_mac(const Key32& mac, const Hash& prev, const InviteId& id);

}  // namespace mq::wire
