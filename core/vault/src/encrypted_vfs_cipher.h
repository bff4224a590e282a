// PageCipher: how one page becomes sealed bytes and back; it knows kinds and places, no files.
//
// A page opens only as the kind, at the place and under the page number it was sealed with. Salts
// of the WAL are not bound: SQLite writes frames with zero salts and corrects them later.
#pragma once

#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <cstdint>

#include "mq/base/random.h"
#include "mq/base/secret.h"
#include "mq/vault/aead.h"

namespace mq::vault {

inline constexpr std::size_t kPage = 4096;
inline constexpr std::size_t kReserve = kNonceBytes + kTagBytes;
inline constexpr std::size_t kUsable = kPage - kReserve;
inline constexpr std::size_t kMagicBytes = 16;
// Page 1 of the database keeps bytes 16–23 readable: SQLite wants them before it knows anything.
inline constexpr std::size_t kPlainEnd = 24;
inline constexpr char kMagic[kMagicBytes + 1] = "minqing pages 1\0";
inline constexpr char kSqliteMagic[kMagicBytes + 1] = "SQLite format 3\0";

enum class FileKind : std::uint8_t { kDatabase = 1, kWal = 2, kJournal = 3 };

struct PagePlace {
  FileKind kind = FileKind::kDatabase;
  std::uint64_t offset = 0;
  std::uint32_t page = 0;
};

// Drawn in bulk because asking the system for every page costs; forgotten after a fork, so that
// parent and child never seal under the same nonce.
class NoncePool {
 public:
  explicit NoncePool(Random& random);
  ~NoncePool();
  NoncePool(const NoncePool&) = delete;
  NoncePool& operator=(const NoncePool&) = delete;

  void draw(std::uint8_t* out);

 private:
  static constexpr std::size_t kCount = 128;
  Random& random_;
  sqlite3_mutex* mutex_;
  std::array<std::uint8_t, kCount * kNonceBytes> bytes_;
  std::size_t used_ = kCount;
  pid_t process_;
};

class PageCipher {
 public:
  PageCipher(const Key32& key, Random& random);
  ~PageCipher();
  PageCipher(const PageCipher&) = delete;
  PageCipher& operator=(const PageCipher&) = delete;

  // False if the page cannot be sealed: its reserved bytes are in use, or it is page 1 of a
  // database with other page or reserve sizes.
  bool takes(const PagePlace& place, const std::uint8_t* plain) const;
  // Of a page that it takes. May work in place.
  void seal_page(const PagePlace& place, const std::uint8_t* plain, std::uint8_t* stored);
  // May work in place. The reserved bytes come back as zeros, because SQLite's checksums are over
  // the plaintext. False: not sealed here under this key; `plain` is then worthless.
  bool open_page(const PagePlace& place, const std::uint8_t* stored, std::uint8_t* plain) const;
  // What a torn page reads as during WAL recovery: always the same for the same stored bytes, and
  // unforeseeable without the key, so that nobody can choose bytes that pass SQLite's checksum.
  void scramble(const PagePlace& place, const std::uint8_t* stored, std::uint8_t* out) const;

  // The 8 checksum bytes of a WAL frame tell a linear function of the plaintext; a keyed
  // permutation of 64 bits hides it.
  void hide_checksum(std::uint64_t offset, std::uint8_t* bytes) const;
  void show_checksum(std::uint64_t offset, std::uint8_t* bytes) const;

 private:
  const Key32& key_of(FileKind kind) const { return keys_[static_cast<std::size_t>(kind) - 1]; }
  std::uint32_t round(std::uint8_t number, std::uint64_t offset, std::uint32_t half) const;

  std::array<Key32, 3> keys_;
  Key32 checksum_key_;
  Key32 scramble_key_;
  NoncePool nonces_;
};

}  // namespace mq::vault
