// A table file named on the command line.
#pragma once

#include <string>
#include <string_view>

#include "mq/base/file_system.h"
#include "mq/tabular/sheet.h"

namespace mq::cli {

// The worksheet of that name, without one the first. A file beyond a limit is a file refused
// (kInvalidInput), not a machine out of room.
Result<tabular::Sheet> read_table_file(FileSystem& files, const std::string& path,
                                       std::string_view sheet = {});

}  // namespace mq::cli
