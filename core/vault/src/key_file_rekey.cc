// A new key for the whole database: copy, check, switch by one file replacement, delete the old.
#include <sqlite3.h>

#include "mq/base/text.h"
#include "mq/sqlite/database.h"
#include "mq/vault/encrypted_vfs.h"
#include "mq/vault/key_file.h"

namespace mq::vault {
namespace {

sqlite3_vfs* base_of(const std::string& name) {
  return sqlite3_vfs_find(name.empty() ? nullptr : name.c_str());
}

Error no_such_vfs(const std::string& name) {
  return {Code::kNotFound, cat("没有名为 ", name, " 的 SQLite 存储层"),
          cat("no SQLite VFS named ", name)};
}

bool exists_below(sqlite3_vfs* vfs, const std::string& path, int how = SQLITE_ACCESS_EXISTS) {
  int there = 0;
  return vfs->xAccess(vfs, path.c_str(), how, &there) == SQLITE_OK && there != 0;
}

// An empty file, as a full disk leaves it, does not exist in SQLite's eyes, but may be written.
bool stands_below(sqlite3_vfs* vfs, const std::string& path) {
  return exists_below(vfs, path) || exists_below(vfs, path, SQLITE_ACCESS_READWRITE);
}

// The database last: its companions alone mean nothing.
Status delete_database(sqlite3_vfs* vfs, const std::string& path) {
  for (const char* suffix : {"-wal", "-journal", "-shm", ""}) {
    const std::string file = path + suffix;
    if (!stands_below(vfs, file)) continue;
    const int code = vfs->xDelete(vfs, file.c_str(), 1);
    if (code != SQLITE_OK && code != SQLITE_IOERR_DELETE_NOENT) {
      return sqlite::error_of(nullptr, code, cat("删不了旧数据库 ", file),
                              cat("cannot delete the old database ", file));
    }
  }
  return {};
}

Result<sqlite::Database> open_sealed(const std::string& path, const EncryptedVfs& vfs,
                                     bool exclusive) {
  sqlite::OpenOptions options;
  options.path = path;
  options.vfs = vfs.name();
  options.reserve_bytes = EncryptedVfs::kReserveBytes;
  options.create = false;
  options.exclusive = exclusive;
  return sqlite::Database::open(options);
}

// Opening it also turns on its WAL, whose first sync makes the folder entry durable.
Status check_copy(const std::string& path, const EncryptedVfs& vfs) {
  MQ_TRY(sqlite::Database copy, open_sealed(path, vfs, false));
  MQ_TRY(sqlite::Query q, copy.query("PRAGMA quick_check"));
  MQ_TRY(const bool row, q.step());
  if (row && q.text(0) == "ok") return {};
  return Error{Code::kCorrupt, cat("换密钥时的数据库副本没有通过检查:", path),
               cat("the copy made for the new key does not pass its check: ", path)};
}

}  // namespace

Status KeyFile::remove_strays(const std::string& base_vfs) {
  sqlite3_vfs* vfs = base_of(base_vfs);
  if (vfs == nullptr) return no_such_vfs(base_vfs);
  MQ_TRY(const Content content, load());
  // Without its database this may be an old key file put back: then nothing is a stray.
  if (!exists_below(vfs, database_path(content.generation))) return {};
  if (content.generation > 0) {
    MQ_CHECK(delete_database(vfs, database_path(content.generation - 1)));
  }
  return delete_database(vfs, database_path(content.generation + 1));
}

Status KeyFile::copy_database(const Key32& old_key, const Key32& new_key, std::uint64_t generation,
                              const std::string& base_vfs, const Content& next) {
  std::array<std::uint8_t, 8> tag;
  random_.fill(tag);
  MQ_TRY(const auto from,
         EncryptedVfs::install(cat("mq-rekey-from-", to_hex(tag)), base_vfs, old_key, random_));
  MQ_TRY(const auto to,
         EncryptedVfs::install(cat("mq-rekey-to-", to_hex(tag)), base_vfs, new_key, random_));
  const std::string target = database_path(next.generation);
  // Held exclusively until the switch, so that no commit goes to the old database meanwhile.
  MQ_TRY(sqlite::Database source, open_sealed(database_path(generation), *from, true));
  MQ_CHECK(source.vacuum_into(target, to->name()));
  MQ_CHECK(check_copy(target, *to));
  return store(next, new_key);
}

Result<Key32> KeyFile::rekey(std::string_view passphrase, const std::string& base_vfs,
                             const KdfCost& cost) {
  sqlite3_vfs* vfs = base_of(base_vfs);
  if (vfs == nullptr) return no_such_vfs(base_vfs);
  MQ_TRY(const Key32 old_key, unlock(passphrase));
  MQ_CHECK(remove_strays(base_vfs));
  MQ_TRY(const Content content, load_for(old_key));
  Key32 new_key;
  random_.fill(new_key.writable());
  Content next;
  next.generation = content.generation + 1;
  MQ_TRY(Wrap wrap, make_wrap(new_key, WrapKind::kPassphrase, passphrase, cost));
  next.set(std::move(wrap));
  MQ_CHECK(copy_database(old_key, new_key, content.generation, base_vfs, next));
  // The switch is done; what cannot be deleted now is a stray for the next start.
  static_cast<void>(delete_database(vfs, database_path(content.generation)));
  return new_key;
}

}  // namespace mq::vault
