#include "locked_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "mq/base/result.h"
#include "mq/base/secret.h"
#include "mq/vault/aead.h"

namespace mq::cli {

namespace {

constexpr std::size_t kStackBytes = 128 << 10;
bool g_stack_locked = false;

}  // namespace

LockedText::LockedText() {
  void* room =
      ::mmap(nullptr, kBytesMax, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MQ_ASSERT(room != MAP_FAILED);
  room_ = static_cast<std::uint8_t*>(room);
  locked_ = vault::lock_memory({room_, kBytesMax});
}

LockedText::~LockedText() {
  if (room_ == nullptr) return;
  wipe({room_, kBytesMax});
  ::munmap(room_, kBytesMax);
}

bool LockedText::append(std::string_view text) {
  if (text.size() > kBytesMax - size_) return false;
  std::memcpy(room_ + size_, text.data(), text.size());
  size_ += text.size();
  return true;
}

bool LockedText::append_file(int descriptor) {
  for (;;) {
    const ssize_t got = ::read(descriptor, room_ + size_, kBytesMax - size_);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    size_ += static_cast<std::size_t>(got);
  }
  char more = 0;
  return size_ < kBytesMax || ::read(descriptor, &more, 1) <= 0;
}

void LockedText::drop_line_end() {
  while (size_ > 0 && (room_[size_ - 1] == '\n' || room_[size_ - 1] == '\r')) --size_;
}

void lock_stack() {
  std::array<std::uint8_t, kStackBytes> below;
  wipe(below);  // touched, so that the stack reaches that far
  g_stack_locked = vault::lock_memory(below);
}

bool memory_is_locked() { return g_stack_locked && LockedText().locked(); }

}  // namespace mq::cli
