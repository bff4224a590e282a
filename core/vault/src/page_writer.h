// PageWriter: seals the pages written to one file, and gathers them into few calls of the VFS
// below.
//
// Only while nobody else reads what was not synced or committed. The owner calls flush() before
// anything else is asked of the file; until then an error may stay unsaid. A transaction of a few
// pages is written by the caller; a long one by the worker while SQLite prepares the next pages,
// and both seal.
#pragma once

#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <vector>

#include "encrypted_vfs_cipher.h"
#include "mq/base/worker.h"

namespace mq::vault {

class PageWriter {
 public:
  // Borrows all; both threads seal at once, so the cipher's chance must be safe for that.
  PageWriter(sqlite3_file* below, PageCipher& cipher, Worker& worker)
      : below_(below), cipher_(cipher), worker_(worker) {}
  PageWriter(const PageWriter&) = delete;
  PageWriter& operator=(const PageWriter&) = delete;
  // What was not flushed may be lost.
  ~PageWriter();

  // SQLite result codes; an error may be that of an earlier call.
  int as_it_is(const std::uint8_t* bytes, std::size_t amount, std::uint64_t offset);
  int page(const std::uint8_t* plain, const PagePlace& place);
  int flush();
  // The same where nobody looks at what comes back: an error is that of the next call.
  void push();

 private:
  // Bytes that stand side by side in the file.
  struct Run {
    std::uint64_t offset = 0;
    std::size_t begin = 0;
    std::size_t size = 0;
  };
  struct Page {
    PagePlace place;
    std::size_t begin = 0;
  };
  struct Batch {
    std::vector<std::uint8_t> bytes;
    std::vector<Run> runs;
    std::vector<Page> pages;
    bool handed_over = false;
    std::uint64_t job = 0;
    int result = SQLITE_OK;
  };

  std::uint8_t* room(std::size_t amount, std::uint64_t offset);
  void hand_over();
  void collect(Batch& batch);
  void seal(Batch& batch) const;
  // Seals what is not sealed yet.
  int write(Batch& batch) const;
  int take_error();

  sqlite3_file* below_;
  PageCipher& cipher_;
  Worker& worker_;
  std::array<Batch, 3> batches_;
  std::size_t filling_ = 0;
  bool sealing_ = false;  // whether the next full batch is sealed by the caller
  int error_ = SQLITE_OK;
};

}  // namespace mq::vault
