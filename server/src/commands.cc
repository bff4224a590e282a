#include "commands.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <utility>

#include "call_log.h"
#include "mq/base/text.h"
#include "mq/server/rpc_server.h"
#include "mq/server/sqlite_store.h"

namespace mq::server {
namespace {

std::string database_of(const std::string& folder) { return cat(folder, "/minqing.db"); }

// One process per data folder: two would answer from different memories. Held until it goes.
class FolderLock {
 public:
  static Result<FolderLock> take(const std::string& folder) {
    const int fd = ::open(cat(folder, "/lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
      return Error{Code::kNotAllowed, cat("无法写数据文件夹 ", folder),
                   cat("cannot write the data folder ", folder)};
    }
    FolderLock lock(fd);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
      return Error{Code::kUnavailable,
                   cat("数据文件夹 ", folder, " 正被另一个 minqing-server 使用"),
                   cat("the data folder ", folder, " is in use by another minqing-server")};
    }
    return lock;
  }
  FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock() {
    if (fd_ >= 0) ::close(fd_);
  }

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  int fd_;
};

void say(const std::string& line) {
  std::puts(line.c_str());
  static_cast<void>(std::fflush(stdout));
}

void wait_for_end() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  int signal = 0;
  sigwait(&signals, &signal);
}

Result<TlsIdentity> identity_for(const Arguments& arguments, FileSystem& files) {
  if (arguments.tls_certificate.empty()) return own_identity(files, arguments.data);
  return read_identity(files, arguments.tls_certificate, arguments.tls_key);
}

Status remove_database(FileSystem& files, const std::string& path) {
  for (const char* ending : {"", "-wal", "-shm"}) MQ_CHECK(files.remove(path + ending));
  return {};
}

Status move_durably(const std::string& from, const std::string& to, const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool moved = fd >= 0 && std::rename(from.c_str(), to.c_str()) == 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (moved) return {};
  return Error{Code::kNotAllowed, cat("无法写 ", to), cat("cannot write ", to)};
}

Status missing(const std::string& path) {
  return Error{Code::kNotFound, cat("没有 ", path), cat("there is no ", path)};
}

}  // namespace

Status serve(const Arguments& arguments, const Outside& outside) {
  MQ_CHECK(outside.files.make_folder(arguments.data));
  MQ_TRY(const FolderLock lock, FolderLock::take(arguments.data));
  MQ_TRY(const auto log, CallLog::open(arguments.log, outside.clock));
  MQ_TRY(const auto store, SqliteStore::open(database_of(arguments.data)));
  ServiceOptions options;
  options.loopback = is_loopback(arguments.listen);
  MQ_TRY(const auto service, Service::start(*store, outside.clock, outside.random, options));
  MQ_TRY(const TlsIdentity identity, identity_for(arguments, outside.files));
  MQ_TRY(const auto server,
         RpcServer::start(*service, outside.clock, identity, arguments.listen,
                          [&log](const CallRecord& record) { log->call(record); }));
  MQ_CHECK(outside.files.replace(cat(arguments.data, "/listening"),
                                 view_of(cat(server->address(), "\n"))));
  const std::string code = service->enrolment_code();
  if (!code.empty()) say(cat("enrolment code ", code));
  say(cat("listening ", server->address()));
  log->event("started");
  wait_for_end();
  server->stop();
  log->event("stopped");
  return outside.files.remove(cat(arguments.data, "/listening"));
}

Status backup(const Arguments& arguments, const Outside& outside) {
  const std::string path = database_of(arguments.data);
  if (!outside.files.exists(path)) return missing(path);
  MQ_TRY(const auto store, SqliteStore::open(path, false));
  MQ_CHECK(store->backup_to(arguments.file));
  say(outside.english ? cat("backup written: ", arguments.file)
                      : cat("备份已写好:", arguments.file));
  return {};
}

Status restore(const Arguments& arguments, const Outside& outside) {
  if (!outside.files.exists(arguments.file)) return missing(arguments.file);
  MQ_CHECK(outside.files.make_folder(arguments.data));
  MQ_TRY(const FolderLock lock, FolderLock::take(arguments.data));
  const std::string path = database_of(arguments.data);
  if (outside.files.exists(path)) {
    return Error{Code::kConflict, cat(path, " 已存在;请恢复到空文件夹,不覆盖现有数据"),
                 cat(path, " exists; restore into an empty folder, nothing is overwritten")};
  }
  // Under other names until it is whole and of a new generation: a half restore is never served.
  const std::string fresh = cat(path, ".restoring");
  const std::string whole = cat(path, ".restored");
  MQ_CHECK(remove_database(outside.files, fresh));
  MQ_CHECK(remove_database(outside.files, whole));
  {
    MQ_TRY(const auto source, SqliteStore::open(arguments.file, false));
    MQ_CHECK(source->backup_to(fresh));
    MQ_TRY(const auto copy, SqliteStore::open(fresh, false));
    MQ_CHECK(renew_generation(*copy, outside.random));
    MQ_CHECK(copy->backup_to(whole));
  }
  MQ_CHECK(move_durably(whole, path, arguments.data));
  MQ_CHECK(remove_database(outside.files, fresh));
  say(outside.english
          ? cat("restored into ", arguments.data, "; a new generation begins")
          : cat("已恢复到 ", arguments.data, ";开始新的一代,各设备下次同步会补回缺少的"));
  return {};
}

Status check(const Arguments& arguments, const Outside& outside) {
  const std::string path = database_of(arguments.data);
  if (!outside.files.exists(path)) return missing(path);
  MQ_TRY(const auto store, SqliteStore::open(path, false));
  MQ_TRY(const std::vector<std::string> faults, store->check());
  for (const std::string& fault : faults) say(fault);
  if (faults.empty()) {
    say(outside.english ? "no fault found" : "没有发现问题");
    return {};
  }
  return Error{Code::kCorrupt,
               cat("发现 ", faults.size(), " 处问题;请停机,从备份恢复(minqing-server restore)"),
               cat(faults.size(), " faults; stop the server and restore a backup")};
}

}  // namespace mq::server
