#include "feed_table.h"

#include <new>
#include <string>

#include "mq/base/text.h"

namespace mq::sqlite {

namespace {

struct Table : sqlite3_vtab {
  RowFeed** slot = nullptr;
};

struct Cursor : sqlite3_vtab_cursor {
  RowFeed* feed = nullptr;
  bool more = false;
  sqlite3_int64 row = 0;
};

Cursor* of(sqlite3_vtab_cursor* cursor) { return static_cast<Cursor*>(cursor); }

int connect(sqlite3* handle, void* slot, int, const char* const*, sqlite3_vtab** table, char**) {
  std::string columns = "c0";
  for (int i = 1; i < RowFeed::kColumnsMax; ++i) columns += cat(",c", i);
  const int code = sqlite3_declare_vtab(handle, cat("CREATE TABLE x(", columns, ")").c_str());
  if (code != SQLITE_OK) return code;
  sqlite3_vtab_config(handle, SQLITE_VTAB_DIRECTONLY);
  auto* const made = new (std::nothrow) Table();
  if (made == nullptr) return SQLITE_NOMEM;
  made->slot = static_cast<RowFeed**>(slot);
  *table = made;
  return SQLITE_OK;
}

int disconnect(sqlite3_vtab* table) {
  delete static_cast<Table*>(table);
  return SQLITE_OK;
}

int best_index(sqlite3_vtab*, sqlite3_index_info*) { return SQLITE_OK; }

int open(sqlite3_vtab*, sqlite3_vtab_cursor** cursor) {
  *cursor = new (std::nothrow) Cursor();
  return *cursor == nullptr ? SQLITE_NOMEM : SQLITE_OK;
}

int close(sqlite3_vtab_cursor* cursor) {
  delete of(cursor);
  return SQLITE_OK;
}

int next(sqlite3_vtab_cursor* cursor) {
  ++of(cursor)->row;
  of(cursor)->more = of(cursor)->feed != nullptr && of(cursor)->feed->next();
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* cursor, int, const char*, int, sqlite3_value**) {
  of(cursor)->feed = *static_cast<Table*>(cursor->pVtab)->slot;
  return next(cursor);
}

int at_end(sqlite3_vtab_cursor* cursor) { return of(cursor)->more ? 0 : 1; }

int column(sqlite3_vtab_cursor* cursor, sqlite3_context* out, int index) {
  const RowFeed::Value value = of(cursor)->feed->value(index);
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    sqlite3_result_int64(out, *number);
  } else if (const auto* text = std::get_if<std::string_view>(&value)) {
    // A null pointer would give NULL instead of the empty text.
    sqlite3_result_text64(out, text->data() == nullptr ? "" : text->data(), text->size(),
                          SQLITE_STATIC, SQLITE_UTF8);
  } else if (const auto* blob = std::get_if<ByteView>(&value)) {
    if (blob->empty()) return sqlite3_result_zeroblob64(out, 0);
    sqlite3_result_blob64(out, blob->data(), blob->size(), SQLITE_STATIC);
  }
  return SQLITE_OK;
}

int row_id(sqlite3_vtab_cursor* cursor, sqlite3_int64* row) {
  *row = of(cursor)->row;
  return SQLITE_OK;
}

// Without xCreate it is there in every database and cannot be made by SQL.
constexpr sqlite3_module make_module() {
  sqlite3_module module{};
  module.xConnect = connect;
  module.xBestIndex = best_index;
  module.xDisconnect = disconnect;
  module.xOpen = open;
  module.xClose = close;
  module.xFilter = filter;
  module.xNext = next;
  module.xEof = at_end;
  module.xColumn = column;
  module.xRowid = row_id;
  return module;
}
constexpr sqlite3_module kModule = make_module();

}  // namespace

int create_feed_table(sqlite3* handle, RowFeed** slot) {
  return sqlite3_create_module_v2(handle, "mq_feed", &kModule, slot, nullptr);
}

}  // namespace mq::sqlite
