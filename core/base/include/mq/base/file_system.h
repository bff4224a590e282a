// The few file operations outside SQLite: key file, continuation token, exports, imports.
//
// Paths are UTF-8. Every call is all-or-nothing: after an error the old content stands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mq/base/bytes.h"
#include "mq/base/result.h"

namespace mq {

// One thread at a time.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // kNotFound; kExhausted if the file is larger than bytes_max.
  virtual Result<Bytes> read(const std::string& path, std::size_t bytes_max) = 0;
  // Write-to-temporary, fsync, rename, fsync of the folder. Mode 0600.
  virtual Status replace(const std::string& path, ByteView content) = 0;
  // Creates missing parents; mode 0700. Not an error if it exists.
  virtual Status make_folder(const std::string& path) = 0;
  // Not an error if it does not exist.
  virtual Status remove(const std::string& path) = 0;
  virtual bool exists(const std::string& path) = 0;
  // Names, sorted, without "." and "..".
  virtual Result<std::vector<std::string>> list(const std::string& folder) = 0;
};

}  // namespace mq
