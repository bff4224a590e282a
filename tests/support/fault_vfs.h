// FaultVfs: SQLite's files in memory, with crashes, a full disk and failing calls, for tests.
//
// A write is lost by crash() until xSync has returned for its file; a crash may also keep any part
// of the unsynced blocks. Handles open at a crash are dead: whatever they still write reaches
// nothing, so that a killed vault can be destroyed like any other. It supports WAL. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mq/base/bytes.h"
#include "support/fault.h"
#include "support/sim_random.h"

struct sqlite3_vfs;

namespace mq::testing {

struct DiskFile;

class FaultVfs {
 public:
  // Registers itself under `name`; as the default if asked. Faults may be null. Borrowed.
  explicit FaultVfs(std::string name, Faults* faults = nullptr, bool make_default = false);
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  const std::string& name() const { return name_; }

  // The process or the power dies: open handles of paths with this prefix go dead, unsynced writes
  // are lost; with `torn`, each unsynced block of 512 bytes is kept or lost by chance.
  void crash(const std::string& prefix = "", SimRandom* torn = nullptr);
  // Every write that would grow a file or change it is refused with SQLITE_FULL.
  void set_full(bool full) { full_ = full; }

  // What a backup program would copy now, and its return. restore() is a crash first.
  std::map<std::string, Bytes> copy(const std::string& prefix) const;
  void restore(const std::map<std::string, Bytes>& files, const std::string& prefix);
  // Flips one bit of a stored file.
  void flip_bit(const std::string& path, std::size_t offset);

  std::uint64_t syncs() const { return syncs_; }

 private:
  friend struct VfsCalls;
  std::string name_;
  Faults* faults_;
  bool full_ = false;
  std::uint64_t syncs_ = 0;
  std::map<std::string, std::shared_ptr<DiskFile>> files_;
  std::unique_ptr<sqlite3_vfs> vfs_;
};

}  // namespace mq::testing
