// LockedText: a passphrase or a code in pages of its own, and what else keeps keys off the disk.
//
// Only pages that hold secrets are locked, never the whole program: an ordinary user may lock a few
// MiB, and under mlockall every later allocation beyond that fails, the 64 MiB of Argon2id first.
// Locking is best effort, `doctor` says whether the system allows it. Wiped when it goes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "mq/base/bytes.h"

namespace mq::cli {

class LockedText {
 public:
  static constexpr std::size_t kBytesMax = 4096;

  LockedText();
  LockedText(LockedText&& other) noexcept
      : room_(std::exchange(other.room_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        locked_(other.locked_) {}
  LockedText& operator=(LockedText&&) = delete;
  ~LockedText();

  // False, and nothing added, if that would be more than kBytesMax.
  bool append(std::string_view text);
  // All that the file holds; false if it cannot be read or does not fit.
  bool append_file(int descriptor);
  void drop_line_end();
  std::string_view view() const { return {reinterpret_cast<const char*>(room_), size_}; }
  bool empty() const { return size_ == 0; }
  bool locked() const { return locked_; }

 private:
  std::uint8_t* room_;
  std::size_t size_ = 0;
  bool locked_ = false;
};

// Locks the part of the stack over which keys pass; once, first thing in main.
void lock_stack();

// Whether the pages of keys are locked: asked when all of them are in memory, so that a limit they
// have used up shows.
bool memory_is_locked();

}  // namespace mq::cli
