// KeyFile: the random vault key on disk, wrapped under what its owner knows.
//
// The key is wrapped once for each kind of secret; wraps of kinds unknown here are kept as they
// are. A wrong secret (kLocked) and a damaged file (kCorrupt) are told apart, and no damage ever
// yields a wrong key. The file also names the database, so that one replacement of it changes key
// and database together. It never waits: the caller does, for delay_after(failures()). SCHEMA.md
// has the bytes.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mq/base/file_system.h"
#include "mq/base/random.h"
#include "mq/base/result.h"
#include "mq/base/secret.h"
#include "mq/vault/aead.h"

namespace mq::vault {

enum class WrapKind : std::uint8_t {
  kPassphrase = 1,
  kUnlockCode = 2,  // one-time, held by the admins for a forgotten passphrase
  kDevicePin = 3,   // short, and worth nothing without what the platform holds beside it
};

// One thread at a time. Borrows both arguments.
class KeyFile {
 public:
  // `path` should end in ".key"; the database and the count of failures stand beside it.
  KeyFile(FileSystem& files, Random& random, std::string path);

  bool exists();
  // Draws a new key. kConflict: there is one already; kInvalidInput: the passphrase is empty.
  Result<Key32> create(std::string_view passphrase, const KdfCost& cost = {});
  // Counts a failure before it tries and forgets all of them on success; a count that cannot be
  // written does not lock anybody out. kLocked: wrong secret; kNotFound: no file, or no such wrap;
  // kCorrupt; kUnsupported: written by a newer program; kExhausted: not enough memory.
  Result<Key32> unlock(std::string_view secret, WrapKind kind = WrapKind::kPassphrase);

  // Sets or replaces one wrap; the others stand. The secret of a PIN's wrap is the platform's key
  // and the PIN together. kLocked: `key` is not the key of this file.
  Status rewrap(const Key32& key, WrapKind kind, std::string_view secret, const KdfCost& cost = {});
  // What an unlock code is for: the passphrase anew and the unlock code gone, in one replacement of
  // the file, so that whenever the power goes a code has not been used or works no more. kLocked.
  Status redeem(const Key32& key, std::string_view passphrase, const KdfCost& cost = {});
  // Not the passphrase. Not an error if there is none.
  Status remove_wrap(const Key32& key, WrapKind kind);
  Result<bool> has_wrap(WrapKind kind);
  // Whether this is the key that the file wraps.
  Result<bool> fits(const Key32& key);

  // Wrong secrets since the last right one.
  int failures();
  // What that many demand before the next attempt: 0, 0, 0, 1, 2, 4, 8 … 60 s.
  static std::chrono::seconds delay_after(int failures);

  // "x/vault.key" → "x/vault.db", and after the first rekey "x/vault-1.db" and so on.
  Result<std::string> database_path();

  // Copies the database under a new key and switches to both by one replacement of this file;
  // whenever the power goes, either the old key and database stand or the new ones. Only the
  // passphrase wrap is made anew; unlock code and PIN wrap the old key and are dropped. VACUUM
  // numbers implicit rowids anew. kUnavailable: somebody has the database open. After any error
  // ask database_path() again before opening.
  Result<Key32> rekey(std::string_view passphrase, const std::string& base_vfs,
                      const KdfCost& cost = {});
  // Deletes what a rekey that was cut left beside the database; at any start.
  Status remove_strays(const std::string& base_vfs);

 private:
  struct Wrap {
    std::uint8_t kind = 0;
    Bytes body;
  };
  struct Content {
    std::uint64_t generation = 0;
    std::vector<Wrap> wraps;
    Bytes checked;  // what `check` is over
    std::array<std::uint8_t, 32> check{};

    const Wrap* wrap(WrapKind kind) const;
    void set(Wrap wrap);
    bool drop(WrapKind kind);
  };

  Result<Content> load();
  Status store(const Content& content, const Key32& key);
  Result<Wrap> make_wrap(const Key32& key, WrapKind kind, std::string_view secret,
                         const KdfCost& cost);
  Result<Key32> open_wrap(const Content& content, std::string_view secret, WrapKind kind);
  Result<Content> load_for(const Key32& key);
  void count(int failures);
  std::string database_path(std::uint64_t generation) const;
  Status copy_database(const Key32& old_key, const Key32& new_key, std::uint64_t generation,
                       const std::string& base_vfs, const Content& next);

  FileSystem& files_;
  Random& random_;
  std::string path_;
};

}  // namespace mq::vault
