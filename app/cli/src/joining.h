// Joining by a code: at once, or, out there without signal, at the next contact.
#pragma once

#include "contact.h"
#include "mq/wire/invitation.h"

namespace mq::cli {

// kNotAllowed: it is mistyped, which is answered like a foreign one.
Result<wire::InviteCode> parsed_code(const std::string& code);

// Writes the code down first, then joins and reconciles. kUnavailable: the next contact joins;
// kNotAllowed: it will never do, and is not kept.
Result<sync::SyncReport> join_by_code(Call& call, Home& home, const std::string& code);

// The code that waits for a contact; nothing if there is none.
Result<std::optional<std::string>> waiting_code(Home& home);

}  // namespace mq::cli
