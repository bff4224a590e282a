// Sealing: a padded plaintext and its envelope (PROTOCOL section 4); knows no vault and no log.
//
// The salt binds random bytes, header and plaintext, and the nonce binds the salt: a clone with the
// same randomness that seals something else still uses another nonce.
#pragma once

#include "mq/base/random.h"
#include "mq/base/result.h"
#include "mq/base/secret.h"
#include "mq/wire/envelope.h"

namespace mq::seal {

// salt and ct_bytes of the header are set here, everything else is the caller's.
wire::Envelope seal_envelope(wire::EnvelopeHeader header, ByteView padded, const Key32& stream_key,
                             const wire::SigningKey& sign, Random& random);
// The padded plaintext. kCorrupt: another key, or damaged. kUnsupported: another suite. kNotFound:
// the body was pruned. Does not look at the signature.
Result<Bytes> open_envelope(const wire::Envelope& envelope, const Key32& stream_key);

}  // namespace mq::seal
