// State statement: the plaintext of an envelope of kind 3 (PROTOCOL section 4).
//
// form u8 = 1 ‖ until u64 (server ms) ‖ zeros up to 64 bytes. Form 1 says only that all its author
// wrote before `until` is exported; a later form adds vector and state hash for countersigning.
#pragma once

#include "mq/base/bytes.h"
#include "mq/base/clock.h"
#include "mq/base/result.h"

namespace mq::seal {

struct Statement {
  WallTime until;
};

Bytes encode_statement(const Statement& statement);
// kUnsupported: a later form. kCorrupt: bytes that encode cannot have made.
Result<Statement> decode_statement(ByteView plaintext);

}  // namespace mq::seal
