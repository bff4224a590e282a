#include "support/fault_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>

namespace mq::testing {

namespace {

constexpr std::size_t kBlockBytes = 512;

}  // namespace

// Content as the program sees it, and what must be undone if the power goes before the next sync.
struct DiskFile {
  Bytes now;
  std::size_t durable_size = 0;
  bool durable = false;  // synced at least once since it was made
  bool dead = false;     // its process is gone
  std::unordered_map<std::size_t, Bytes> undo;
  std::vector<std::unique_ptr<std::uint8_t[]>> shm;
  int shm_shared[SQLITE_SHM_NLOCK] = {};
  const void* shm_exclusive[SQLITE_SHM_NLOCK] = {};
  int sharers = 0;
  const void* reserved = nullptr;
  const void* exclusive = nullptr;

  void remember(std::size_t from, std::size_t to) {
    to = std::min(to, durable_size);
    for (std::size_t block = from / kBlockBytes; block * kBlockBytes < to; ++block) {
      if (undo.contains(block)) continue;
      const std::size_t begin = block * kBlockBytes;
      const std::size_t end = std::min({begin + kBlockBytes, durable_size, now.size()});
      if (begin < end) undo.emplace(block, Bytes(now.data() + begin, now.data() + end));
    }
  }
  void sync() {
    undo.clear();
    durable_size = now.size();
    durable = true;
  }
  // The content after the power came back; `torn` decides block by block.
  Bytes after_crash(SimRandom* torn) const {
    const bool keep_size = torn != nullptr && torn->chance(50);
    Bytes out = now;
    if (!keep_size || out.size() < durable_size) out.resize(durable_size);
    for (const auto& [block, old] : undo) {
      if (torn != nullptr && torn->chance(50)) continue;
      std::memcpy(out.data() + block * kBlockBytes, old.data(), old.size());
    }
    if (torn == nullptr || !keep_size) return out;
    for (std::size_t at = durable_size; at < out.size(); at += kBlockBytes) {
      if (torn->chance(50)) continue;
      std::fill_n(out.data() + at, std::min(kBlockBytes, out.size() - at), std::uint8_t{0});
    }
    return out;
  }
};

namespace {

struct OpenFile {
  sqlite3_file base;
  FaultVfs* vfs;
  std::shared_ptr<DiskFile>* file;
  int level;
  std::uint16_t shm_shared, shm_exclusive;
};

OpenFile& open_file(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }
DiskFile& disk_file(sqlite3_file* file) { return **open_file(file).file; }

}  // namespace

// SQLite's callbacks; a friend of FaultVfs.
struct VfsCalls {
  static FaultVfs& owner(sqlite3_vfs* vfs) { return *static_cast<FaultVfs*>(vfs->pAppData); }
  static FaultVfs& owner(sqlite3_file* file) { return *open_file(file).vfs; }
  static bool fails(FaultVfs& vfs) { return vfs.faults_ != nullptr && vfs.faults_->next(); }

  static int close(sqlite3_file* file) {
    OpenFile& f = open_file(file);
    unlock(file, SQLITE_LOCK_NONE);
    delete f.file;
    f.file = nullptr;
    return SQLITE_OK;
  }
  static int read(sqlite3_file* file, void* out, int bytes, sqlite3_int64 offset) {
    const Bytes& now = disk_file(file).now;
    const auto wanted = static_cast<std::size_t>(bytes);
    const std::size_t from = std::min(static_cast<std::size_t>(offset), now.size());
    const std::size_t got = std::min(wanted, now.size() - from);
    if (got > 0) std::memcpy(out, now.data() + from, got);
    if (got == wanted) return SQLITE_OK;
    std::memset(static_cast<char*>(out) + got, 0, wanted - got);
    return SQLITE_IOERR_SHORT_READ;
  }
  static int write(sqlite3_file* file, const void* in, int bytes, sqlite3_int64 offset) {
    DiskFile& f = disk_file(file);
    if (f.dead) return SQLITE_IOERR_WRITE;
    if (owner(file).full_) return SQLITE_FULL;
    if (fails(owner(file))) {
      return owner(file).faults_->calls() % 2 == 0 ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    }
    const auto begin = static_cast<std::size_t>(offset);
    const std::size_t end = begin + static_cast<std::size_t>(bytes);
    f.remember(begin, end);
    if (f.now.size() < end) f.now.resize(end);
    std::memcpy(f.now.data() + begin, in, static_cast<std::size_t>(bytes));
    return SQLITE_OK;
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    DiskFile& f = disk_file(file);
    if (f.dead || fails(owner(file))) return SQLITE_IOERR_TRUNCATE;
    f.remember(static_cast<std::size_t>(size), f.now.size());
    f.now.resize(static_cast<std::size_t>(size));
    return SQLITE_OK;
  }
  static int sync(sqlite3_file* file, int) {
    DiskFile& f = disk_file(file);
    if (f.dead || fails(owner(file))) return SQLITE_IOERR_FSYNC;
    f.sync();
    ++owner(file).syncs_;
    return SQLITE_OK;
  }
  static int size(sqlite3_file* file, sqlite3_int64* out) {
    *out = static_cast<sqlite3_int64>(disk_file(file).now.size());
    return SQLITE_OK;
  }

  static int lock(sqlite3_file* file, int level) {
    DiskFile& f = disk_file(file);
    OpenFile& me = open_file(file);
    if (level <= me.level) return SQLITE_OK;
    if (f.exclusive != nullptr && f.exclusive != file) return SQLITE_BUSY;
    if (level >= SQLITE_LOCK_RESERVED) {
      if (f.reserved != nullptr && f.reserved != file) return SQLITE_BUSY;
      f.reserved = file;
    }
    if (level == SQLITE_LOCK_EXCLUSIVE) {
      if (f.sharers > (me.level >= SQLITE_LOCK_SHARED ? 1 : 0)) return SQLITE_BUSY;
      f.exclusive = file;
    }
    if (me.level == SQLITE_LOCK_NONE) ++f.sharers;
    me.level = level;
    return SQLITE_OK;
  }
  static int unlock(sqlite3_file* file, int level) {
    DiskFile& f = disk_file(file);
    OpenFile& me = open_file(file);
    if (level >= me.level) return SQLITE_OK;
    if (f.exclusive == file) f.exclusive = nullptr;
    if (f.reserved == file && level < SQLITE_LOCK_RESERVED) f.reserved = nullptr;
    if (level == SQLITE_LOCK_NONE) --f.sharers;
    me.level = level;
    return SQLITE_OK;
  }
  static int check_reserved(sqlite3_file* file, int* out) {
    *out = disk_file(file).reserved != nullptr ? 1 : 0;
    return SQLITE_OK;
  }
  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector_size(sqlite3_file*) { return static_cast<int>(kBlockBytes); }
  static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  static int shm_map(sqlite3_file* file, int region, int bytes, int extend, void volatile** out) {
    auto& shm = disk_file(file).shm;
    const auto index = static_cast<std::size_t>(region);
    *out = nullptr;
    if (shm.size() <= index && extend == 0) return SQLITE_OK;
    while (shm.size() <= index) {
      shm.push_back(std::make_unique<std::uint8_t[]>(static_cast<std::size_t>(bytes)));
    }
    *out = shm[index].get();
    return SQLITE_OK;
  }
  static int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    DiskFile& f = disk_file(file);
    OpenFile& me = open_file(file);
    const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    if ((flags & SQLITE_SHM_LOCK) != 0) {
      for (int i = offset; i < offset + count; ++i) {
        const int mine = (me.shm_shared >> i) & 1;
        if (f.shm_exclusive[i] != nullptr && f.shm_exclusive[i] != file) return SQLITE_BUSY;
        if (exclusive && f.shm_shared[i] > mine) return SQLITE_BUSY;
      }
    }
    for (int i = offset; i < offset + count; ++i) set_shm_lock(file, i, flags);
    return SQLITE_OK;
  }
  static void set_shm_lock(sqlite3_file* file, int slot, int flags) {
    DiskFile& f = disk_file(file);
    OpenFile& me = open_file(file);
    const auto bit = static_cast<std::uint16_t>(1u << slot);
    const bool on = (flags & SQLITE_SHM_LOCK) != 0;
    if ((flags & SQLITE_SHM_EXCLUSIVE) != 0) {
      f.shm_exclusive[slot] = on ? file : nullptr;
      me.shm_exclusive =
          static_cast<std::uint16_t>(on ? me.shm_exclusive | bit : me.shm_exclusive & ~bit);
      return;
    }
    if (on == ((me.shm_shared & bit) != 0)) return;
    f.shm_shared[slot] += on ? 1 : -1;
    me.shm_shared = static_cast<std::uint16_t>(on ? me.shm_shared | bit : me.shm_shared & ~bit);
  }
  static void shm_barrier(sqlite3_file*) {}
  static int shm_unmap(sqlite3_file* file, int drop) {
    OpenFile& me = open_file(file);
    for (int i = 0; i < SQLITE_SHM_NLOCK; ++i) {
      if (((me.shm_shared >> i) & 1) != 0) set_shm_lock(file, i, SQLITE_SHM_SHARED);
      if (((me.shm_exclusive >> i) & 1) != 0) set_shm_lock(file, i, SQLITE_SHM_EXCLUSIVE);
    }
    if (drop != 0) disk_file(file).shm.clear();
    return SQLITE_OK;
  }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    static const sqlite3_io_methods methods = {2,
                                               close,
                                               read,
                                               write,
                                               truncate,
                                               sync,
                                               size,
                                               lock,
                                               unlock,
                                               check_reserved,
                                               control,
                                               sector_size,
                                               characteristics,
                                               shm_map,
                                               shm_lock,
                                               shm_barrier,
                                               shm_unmap,
                                               nullptr,
                                               nullptr};
    FaultVfs& self = owner(vfs);
    OpenFile& opened = open_file(file);
    opened = OpenFile{};
    std::shared_ptr<DiskFile> content;
    const auto found = name != nullptr ? self.files_.find(name) : self.files_.end();
    if (found != self.files_.end()) {
      content = found->second;
    } else {
      if (name != nullptr && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
      content = std::make_shared<DiskFile>();
      if (name != nullptr) self.files_.emplace(name, content);
    }
    opened.base.pMethods = &methods;
    opened.vfs = &self;
    opened.file = new std::shared_ptr<DiskFile>(std::move(content));
    if (out != nullptr) *out = flags;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* name, int) {
    FaultVfs& self = owner(vfs);
    const auto found = self.files_.find(name);
    if (found == self.files_.end()) return SQLITE_IOERR_DELETE_NOENT;
    if (fails(self)) return SQLITE_IOERR_DELETE;
    self.files_.erase(found);
    return SQLITE_OK;
  }
  static int access(sqlite3_vfs* vfs, const char* name, int, int* out) {
    *out = owner(vfs).files_.contains(name) ? 1 : 0;
    return SQLITE_OK;
  }
  static int full_path(sqlite3_vfs*, const char* name, int room, char* out) {
    if (static_cast<int>(std::strlen(name)) >= room) return SQLITE_CANTOPEN;
    std::strcpy(out, name);
    return SQLITE_OK;
  }
  static int randomness(sqlite3_vfs*, int bytes, char* out) {
    for (int i = 0; i < bytes; ++i) out[i] = static_cast<char>(i * 73 + 11);
    return bytes;
  }
  static int sleep(sqlite3_vfs*, int micros) { return micros; }
  static int time(sqlite3_vfs*, double* out) {
    *out = 2'461'104.5;
    return SQLITE_OK;
  }
  static int time_ms(sqlite3_vfs*, sqlite3_int64* out) {
    *out = 212'639'428'800'000;
    return SQLITE_OK;
  }
  static int last_error(sqlite3_vfs*, int, char*) { return 0; }
};

FaultVfs::FaultVfs(std::string name, Faults* faults, bool make_default)
    : name_(std::move(name)), faults_(faults), vfs_(std::make_unique<sqlite3_vfs>()) {
  vfs_->iVersion = 2;
  vfs_->szOsFile = sizeof(OpenFile);
  vfs_->mxPathname = 512;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = this;
  vfs_->xOpen = VfsCalls::open;
  vfs_->xDelete = VfsCalls::remove;
  vfs_->xAccess = VfsCalls::access;
  vfs_->xFullPathname = VfsCalls::full_path;
  vfs_->xRandomness = VfsCalls::randomness;
  vfs_->xSleep = VfsCalls::sleep;
  vfs_->xCurrentTime = VfsCalls::time;
  vfs_->xGetLastError = VfsCalls::last_error;
  vfs_->xCurrentTimeInt64 = VfsCalls::time_ms;
  sqlite3_vfs_register(vfs_.get(), make_default ? 1 : 0);
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(vfs_.get()); }

void FaultVfs::crash(const std::string& prefix, SimRandom* torn) {
  for (auto it = files_.begin(); it != files_.end();) {
    DiskFile& old = *it->second;
    if (!it->first.starts_with(prefix)) {
      ++it;
      continue;
    }
    old.dead = true;
    if (!old.durable) {
      it = files_.erase(it);
      continue;
    }
    auto fresh = std::make_shared<DiskFile>();
    fresh->now = old.after_crash(torn);
    fresh->sync();
    it->second = std::move(fresh);
    ++it;
  }
}

std::map<std::string, Bytes> FaultVfs::copy(const std::string& prefix) const {
  std::map<std::string, Bytes> out;
  for (const auto& [path, file] : files_) {
    if (path.starts_with(prefix)) out.emplace(path, file->now);
  }
  return out;
}

void FaultVfs::restore(const std::map<std::string, Bytes>& files, const std::string& prefix) {
  crash(prefix);
  std::erase_if(files_, [&](const auto& entry) { return entry.first.starts_with(prefix); });
  for (const auto& [path, content] : files) {
    auto fresh = std::make_shared<DiskFile>();
    fresh->now = content;
    fresh->sync();
    files_[path] = std::move(fresh);
  }
}

void FaultVfs::flip_bit(const std::string& path, std::size_t offset) {
  const auto found = files_.find(path);
  if (found == files_.end() || offset >= found->second->now.size()) return;
  found->second->now[offset] ^= 1;
}

}  // namespace mq::testing
