// The virtual table mq_feed, which hands a RowFeed to SQLite.
#pragma once

#include <sqlite3.h>

#include "mq/sqlite/row_feed.h"

namespace mq::sqlite {

// Reads whatever feed `*slot` names when a statement starts; none: no rows. The slot must outlive
// the connection. Gives SQLite's result code.
int create_feed_table(sqlite3* handle, RowFeed** slot);

}  // namespace mq::sqlite
