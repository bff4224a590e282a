// SimFiles: a disk in memory for tests, with faults and crashes.
//
// replace() is durable when it returns, as promised; a removal may come back after a crash, since
// nobody syncs the folder for it. A failing replace() leaves either content whole, never a mixture.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "mq/base/file_system.h"
#include "support/fault.h"

namespace mq::testing {

class SimFiles final : public FileSystem {
 public:
  // Faults may be null: nothing fails. Borrowed.
  explicit SimFiles(Faults* faults = nullptr) : faults_(faults) {}

  Result<Bytes> read(const std::string& path, std::size_t bytes_max) override;
  Status replace(const std::string& path, ByteView content) override;
  Status make_folder(const std::string& path) override;
  Status remove(const std::string& path) override;
  bool exists(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& folder) override;

  // The power goes: removals since the last replace of that path are undone.
  void crash();
  // A full disk: every write is refused with kExhausted until there is room again.
  void set_full(bool full) { full_ = full; }

  // For backups, clones and thefts.
  std::map<std::string, Bytes> copy() const { return files_; }
  void restore(std::map<std::string, Bytes> files) {
    files_ = std::move(files);
    removed_.clear();
  }

 private:
  Faults* faults_;
  std::map<std::string, Bytes> files_;
  std::map<std::string, Bytes> removed_;  // not yet durable
  bool full_ = false;
};

}  // namespace mq::testing
