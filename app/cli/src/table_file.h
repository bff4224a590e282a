// A table file named on the command line.
#pragma once

#include <string>

#include "mq/base/file_system.h"
#include "mq/tabular/sheet.h"

namespace mq::cli {

// A file beyond a limit is a file refused (kInvalidInput), not a machine out of room.
Result<tabular::Sheet> read_table_file(FileSystem& files, const std::string& path);

}  // namespace mq::cli
