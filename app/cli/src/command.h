// Command: one entry of the table that dispatch, help and completion all read.
#pragma once

#include <string>
#include <vector>

#include "args.h"
#include "mq/base/clock.h"
#include "mq/base/file_system.h"
#include "mq/base/random.h"
#include "mq/base/worker.h"
#include "output.h"
#include "session_keys.h"

namespace mq::cli {

// What main.cc made; the only real clock, chance, disk and keyring of the program.
struct World {
  const Clock& clock;
  Random& random;
  FileSystem& files;
  Worker& worker;
  SessionKeys& sessions;
};

struct Call {
  const Args& args;
  Output& out;
  World world;
  bool usage_fault = false;  // the command line itself is wrong: exit 2

  // Marks the error as one of the command line and gives it back.
  Error usage(Error error) {
    usage_fault = true;
    return error;
  }
  Error usage(std::string_view zh, std::string_view en) {
    return usage(Error{Code::kInvalidInput, std::string(zh), std::string(en)});
  }
};

struct Command {
  const char* name;   // first word of the command line
  const char* usage;  // words and flags, a line each
  const char* zh;     // one line for help
  const char* en;
  Status (*run)(Call& call);
};

// Every command of the program, in the order of help.
const std::vector<Command>& commands();

// The flags that every command takes.
const std::vector<std::string>& common_flags();
// kInvalidInput, marked as usage, unless all flags are common or in `own`.
Status only_flags(Call& call, std::vector<std::string> own);

// The value of such a flag, or `otherwise`; a usage error unless it is a number from 1.
Result<std::size_t> count_of(Call& call, std::string_view flag, std::size_t otherwise);
// The value of --limit, or `otherwise`; a usage error unless it is a number from 1.
Result<std::size_t> limit_of(Call& call, std::size_t otherwise);

}  // namespace mq::cli
