#include "error_code.h"

#include <cerrno>

#include "mq/base/text.h"
#include "mq/sqlite/database.h"

namespace mq::sqlite {

namespace {

Code code_of_errno(int number, Code otherwise) {
  switch (number) {
    case ENOENT:
      return Code::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return Code::kNotAllowed;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return Code::kExhausted;
    default:
      return otherwise;
  }
}

}  // namespace

Code code_of(sqlite3* database, int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_TOOBIG:
    case SQLITE_NOMEM:
      return Code::kExhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Code::kCorrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Code::kUnavailable;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return Code::kNotAllowed;
    case SQLITE_CONSTRAINT:
      return Code::kConflict;
    case SQLITE_INTERRUPT:
      return Code::kCancelled;
    case SQLITE_CANTOPEN:
      return code_of_errno(database == nullptr ? 0 : sqlite3_system_errno(database),
                           Code::kNotAllowed);
    case SQLITE_IOERR:
      if (code == SQLITE_IOERR_DATA || code == SQLITE_IOERR_CORRUPTFS ||
          code == SQLITE_IOERR_SHORT_READ) {
        return Code::kCorrupt;
      }
      return code_of_errno(database == nullptr ? 0 : sqlite3_system_errno(database),
                           Code::kInternal);
    default:
      return Code::kInternal;
  }
}

Error error_of(sqlite3* database, int code, std::string_view zh, std::string_view en) {
  const Code what = code_of(database, code);
  // sqlite3_errmsg may quote a bound search expression; for constraints it names only columns.
  const bool names_columns = database != nullptr && what == Code::kConflict;
  std::string why(names_columns ? sqlite3_errmsg(database) : sqlite3_errstr(code));
  std::string why_zh = why, to_do, to_do_zh;
  if (what == Code::kCorrupt) {
    // SQLite calls it a disk error; a page that does not verify is something else to a person.
    why_zh = "存储的内容核对不上,文件已损坏或密钥不对";
    why = "stored pages do not verify; damaged, or another key";
    to_do_zh =
        "。请先把整个文件夹复制留存,不要再往里写;有备份就恢复备份,没有就请管理员换发(replace)"
        "后用新文件夹"
        "加入,送出过的记录都会回来";
    to_do =
        ". Copy the whole folder away first and write nothing more into it; restore a backup, or "
        "let the admin replace this device and join in a new folder: what was sent comes back";
  }
  return {what, cat(zh, ":", why_zh, "(SQLite ", code, ")", to_do_zh),
          cat(en, ": ", why, " (SQLite ", code, ")", to_do)};
}

}  // namespace mq::sqlite
