// What an SQLite result code means to a caller.
#pragma once

#include <sqlite3.h>

#include "mq/base/result.h"

namespace mq::sqlite {

// `database` may be null; it is asked for the system's reason.
Code code_of(sqlite3* database, int code);

}  // namespace mq::sqlite
