// EncryptedVfs: an SQLite VFS that seals every page before it reaches the VFS below.
//
// Database, WAL and journal pages are sealed one by one with XChaCha20-Poly1305 under subkeys of
// one key; nonce and tag stand in 40 reserved bytes of each 4096-byte page. Opened through it, a
// file that is plaintext, of another key, altered, or with pages exchanged gives kCorrupt; nothing
// ever falls back to plaintext, and no temporary file is opened. What it cannot see: an old page or
// old file put back in its own place, and a WAL cut at a commit. SCHEMA.md has the bytes.
#pragma once

#include <memory>
#include <string>

#include "mq/base/random.h"
#include "mq/base/result.h"
#include "mq/base/secret.h"
#include "mq/base/worker.h"

namespace mq::vault {

// One connection in one thread; several connections may share it across threads if `random` is safe
// there. Databases must be opened with reserve_bytes = kReserveBytes and temp_store=MEMORY, and be
// closed before it goes.
class EncryptedVfs {
 public:
  static constexpr int kReserveBytes = 40;
  static constexpr int kPageBytes = 4096;

  // Registers `name` over `base_vfs` (empty: SQLite's default). Borrows `random` for nonces, and
  // the worker, which seals and writes the pages of long transactions and checkpoints: with one
  // that has a thread `random` must be safe there. kConflict: the name is taken; kNotFound: no such
  // base.
  static Result<std::unique_ptr<EncryptedVfs>> install(std::string name,
                                                       const std::string& base_vfs,
                                                       const Key32& key, Random& random,
                                                       Worker& worker = inline_worker());
  EncryptedVfs(const EncryptedVfs&) = delete;
  EncryptedVfs& operator=(const EncryptedVfs&) = delete;
  // Unregisters the name.
  ~EncryptedVfs();

  const std::string& name() const;

 private:
  struct State;
  explicit EncryptedVfs(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace mq::vault
