// A file that a command makes for somebody: never over another.
#pragma once

#include <string>

#include "command.h"

namespace mq::cli {

// kConflict: it stands already, and stays.
Status check_new_file(Call& call, const std::string& path);
Status write_new_file(Call& call, const std::string& path, ByteView content);

}  // namespace mq::cli
