// Command words: what may stand where on a command line, out of the one table and the schema.
//
// Verbs, flags and values are read from each command's usage; the fields of its records and their
// labels from the schema. Names of villages and people never: they stand behind the passphrase.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "command.h"
#include "mq/model/schema.h"

namespace mq::cli {

// The words that may follow: key "" are the commands, "org county" what comes after those two.
std::map<std::string, std::vector<std::string>> next_words();
// With their dashes, sorted, each once; those of its fields too if its records have any, and those
// that every command takes.
std::vector<std::string> flags_of(const Command& command);
// The values to choose from after one of them; empty if it is free.
std::vector<std::string> values_of(const Command& command, std::string_view flag);
// "!": to record it, "‡": to submit or close it; and the sentence that says so.
const char* need_mark(const model::Field& field);
void explain_marks(Output& out);

}  // namespace mq::cli
