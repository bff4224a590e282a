// Passphrase: from a file, the environment, or a prompt that does not echo; in locked memory.
//
// A variable is wiped out of the environment when it is first read and remembered, locked, for as
// long as the program runs. Line ends at its end go.
#pragma once

#include "command.h"
#include "locked_memory.h"

namespace mq::cli {

// --passphrase-file, MINQING_PASSPHRASE or the prompt. `twice`: asks again, for a new home.
// kLocked: none was given; kInvalidInput: too long, or typed differently.
Result<LockedText> ask_passphrase(Call& call, bool twice);

// Whether one comes from a file or the environment, so that nobody need be asked.
bool passphrase_given(Call& call);

// The one that takes its place: --new-passphrase-file, MINQING_NEW_PASSPHRASE or the prompt, twice.
// Also kInvalidInput: empty.
Result<LockedText> ask_new_passphrase(Call& call);

// A PIN: --pin-file, MINQING_PIN or the prompt; `twice` for a new one. Empty: the person would
// rather type the passphrase.
Result<LockedText> ask_pin(Call& call, bool twice);

// A line typed at the terminal, seen while it is typed. kLocked: no terminal; `instead` says what
// to do then.
Result<LockedText> ask_line(Call& call, const Error& instead, std::string_view zh,
                            std::string_view en);

}  // namespace mq::cli
