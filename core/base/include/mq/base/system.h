// The real clock, random and disk. Only app/cli/src/main.cc and server/src/main.cc make them.
#pragma once

#include "mq/base/clock.h"
#include "mq/base/file_system.h"
#include "mq/base/random.h"

namespace mq {

class SystemClock final : public Clock {
 public:
  WallTime wall() const override;
  MonotonicTime monotonic() const override;
};

// getrandom(2); ends the program if the kernel has no entropy to give.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

class DiskFileSystem final : public FileSystem {
 public:
  Result<Bytes> read(const std::string& path, std::size_t bytes_max) override;
  Status replace(const std::string& path, ByteView content) override;
  Status make_folder(const std::string& path) override;
  Status remove(const std::string& path) override;
  bool exists(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& folder) override;
};

}  // namespace mq
