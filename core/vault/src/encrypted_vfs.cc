#include "mq/vault/encrypted_vfs.h"

#include <sqlite3.h>

#include "encrypted_vfs_cipher.h"
#include "encrypted_vfs_file.h"
#include "mq/base/text.h"

namespace mq::vault {

static_assert(EncryptedVfs::kReserveBytes == kReserve && EncryptedVfs::kPageBytes == kPage);

struct EncryptedVfs::State {
  State(std::string vfs_name, sqlite3_vfs* vfs_below, const Key32& key, Random& random, Worker& w)
      : name(std::move(vfs_name)), below(vfs_below), cipher(key, random), worker(w) {}

  std::string name;
  sqlite3_vfs* below;
  PageCipher cipher;
  Worker& worker;
  sqlite3_vfs vfs{};
};

namespace {

template <class State>
State& state_of(sqlite3_vfs* vfs) {
  return *static_cast<State*>(vfs->pAppData);
}

bool kind_of(int flags, FileKind& kind) {
  if ((flags & SQLITE_OPEN_DELETEONCLOSE) != 0) return false;
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) {
    kind = FileKind::kDatabase;
  } else if ((flags & SQLITE_OPEN_WAL) != 0) {
    kind = FileKind::kWal;
  } else if ((flags & SQLITE_OPEN_MAIN_JOURNAL) != 0) {
    kind = FileKind::kJournal;
  } else {
    return false;
  }
  return true;
}

// Temporary files of any kind are refused: nobody should need one, and none is sealed.
template <class State>
int vfs_open(sqlite3_vfs* vfs, const char* path, sqlite3_file* base, int flags, int* flags_out) {
  State& state = state_of<State>(vfs);
  base->pMethods = nullptr;
  FileKind kind{};
  if (path == nullptr || !kind_of(flags, kind)) return SQLITE_CANTOPEN;
  auto* file = new (base) PageFile{};
  file->cipher = &state.cipher;
  file->vfs_name = state.name.c_str();
  file->kind = kind;
  sqlite3_file* inner = file->inner();
  inner->pMethods = nullptr;
  const int code = state.below->xOpen(state.below, path, inner, flags, flags_out);
  if (code != SQLITE_OK) {
    if (inner->pMethods != nullptr) inner->pMethods->xClose(inner);
    return code;
  }
  if (kind != FileKind::kJournal) file->writer = new PageWriter(inner, state.cipher, state.worker);
  const bool shared_memory = inner->pMethods->iVersion >= 2 && inner->pMethods->xShmMap != nullptr;
  base->pMethods = page_file_methods(shared_memory);
  return SQLITE_OK;
}

template <class State, auto kMethod>
struct Down;
template <class State, class Value, class... Arguments,
          Value (*sqlite3_vfs::*kMethod)(sqlite3_vfs*, Arguments...)>
struct Down<State, kMethod> {
  static Value call(sqlite3_vfs* vfs, Arguments... arguments) {
    sqlite3_vfs* below = state_of<State>(vfs).below;
    return (below->*kMethod)(below, arguments...);
  }
};

// No shared library is ever loaded through here.
void* no_library(sqlite3_vfs*, const char*) { return nullptr; }
void no_library_error(sqlite3_vfs*, int bytes, char* message) {
  if (bytes > 0) message[0] = '\0';
}
void (*no_symbol(sqlite3_vfs*, void*, const char*))() { return nullptr; }
void no_close(sqlite3_vfs*, void*) {}

template <class State>
void fill(sqlite3_vfs& vfs, State& state) {
  vfs.iVersion = state.below->iVersion >= 2 ? 2 : 1;
  vfs.szOsFile = static_cast<int>(sizeof(PageFile)) + state.below->szOsFile;
  vfs.mxPathname = state.below->mxPathname;
  vfs.zName = state.name.c_str();
  vfs.pAppData = &state;
  vfs.xOpen = vfs_open<State>;
  vfs.xDelete = Down<State, &sqlite3_vfs::xDelete>::call;
  vfs.xAccess = Down<State, &sqlite3_vfs::xAccess>::call;
  vfs.xFullPathname = Down<State, &sqlite3_vfs::xFullPathname>::call;
  vfs.xDlOpen = no_library;
  vfs.xDlError = no_library_error;
  vfs.xDlSym = no_symbol;
  vfs.xDlClose = no_close;
  vfs.xRandomness = Down<State, &sqlite3_vfs::xRandomness>::call;
  vfs.xSleep = Down<State, &sqlite3_vfs::xSleep>::call;
  vfs.xCurrentTime = Down<State, &sqlite3_vfs::xCurrentTime>::call;
  vfs.xGetLastError = Down<State, &sqlite3_vfs::xGetLastError>::call;
  vfs.xCurrentTimeInt64 = Down<State, &sqlite3_vfs::xCurrentTimeInt64>::call;
}

}  // namespace

Result<std::unique_ptr<EncryptedVfs>> EncryptedVfs::install(std::string name,
                                                            const std::string& base_vfs,
                                                            const Key32& key, Random& random,
                                                            Worker& worker) {
  init_crypto();
  sqlite3_vfs* below = sqlite3_vfs_find(base_vfs.empty() ? nullptr : base_vfs.c_str());
  if (below == nullptr) {
    return Error{Code::kNotFound, cat("没有名为 ", base_vfs, " 的 SQLite 存储层"),
                 cat("no SQLite VFS named ", base_vfs)};
  }
  if (sqlite3_vfs_find(name.c_str()) != nullptr) {
    return Error{Code::kConflict, cat("SQLite 存储层 ", name, " 已存在"),
                 cat("an SQLite VFS named ", name, " exists already")};
  }
  auto state = std::make_unique<State>(std::move(name), below, key, random, worker);
  fill(state->vfs, *state);
  const int code = sqlite3_vfs_register(&state->vfs, 0);
  if (code != SQLITE_OK) {
    return Error{Code::kInternal, cat("登记不了 SQLite 存储层(", code, ")"),
                 cat("cannot register the SQLite VFS (", code, ")")};
  }
  return std::unique_ptr<EncryptedVfs>(new EncryptedVfs(std::move(state)));
}

EncryptedVfs::EncryptedVfs(std::unique_ptr<State> state) : state_(std::move(state)) {}

EncryptedVfs::~EncryptedVfs() { sqlite3_vfs_unregister(&state_->vfs); }

const std::string& EncryptedVfs::name() const { return state_->name; }

}  // namespace mq::vault
