// PageFile: one open database, WAL or journal under the encrypting VFS.
#pragma once

#include <sqlite3.h>

#include <cstdint>

#include "encrypted_vfs_cipher.h"
#include "page_writer.h"

namespace mq::vault {

// SQLite allocates it with room for the file of the VFS below directly behind.
struct PageFile {
  sqlite3_file base;  // first, as SQLite requires
  PageCipher* cipher;
  const char* vfs_name;
  FileKind kind;
  // Page number of the frame or journal record whose head this handle wrote last, and where its
  // page is expected; 0: none.
  std::uint64_t announced_offset;
  std::uint32_t announced_page;
  bool commit;  // that frame ends a transaction
  // A database that other connections read beside this one: they may see a page as soon as a
  // checkpoint has written it, before any call could flush it.
  bool shared;
  PageWriter* writer;  // owned; none for journals

  sqlite3_file* inner() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};
static_assert(sizeof(PageFile) % 8 == 0);

// With or without shared memory, as the VFS below has it.
const sqlite3_io_methods* page_file_methods(bool shared_memory);

}  // namespace mq::vault
