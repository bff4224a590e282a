// A command line that says more or less than its command can take is refused before anything runs:
// a word too many is often a flag whose dashes were forgotten, and a flag without its value would
// mean something that nobody typed.
#pragma once

#include "command.h"

namespace mq::cli {

// Usage errors: a flag without its value (of a field that is 是 or 否 it is a 是), a switch with
// one, words beyond those that the command reads.
Status check_whole(Call& call);

// A name that somebody is to read: not empty, and nothing in it that cannot be shown.
Status check_name(Call& call, std::string_view flag, std::string_view name);

}  // namespace mq::cli
