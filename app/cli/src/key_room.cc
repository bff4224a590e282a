#include "key_room.h"

#include <chrono>
#include <cstdlib>
#include <thread>

#include "mq/base/text.h"
#include "passphrase.h"

namespace mq::cli {

namespace {

std::string default_home() {
  const std::string data = environment("XDG_DATA_HOME");
  return (data.empty() ? environment("HOME") + "/.local/share" : data) + "/minqing";
}

std::string folder_of(const Call& call) {
  std::string folder = call.args.value("home").value_or(default_home());
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  return folder;
}

std::string key_path(const std::string& folder) { return folder + "/vault.key"; }

Error no_home(const std::string& folder) {
  return {Code::kNotFound,
          cat("这里还没有民情文件夹:", folder, ";先用 org create 建乡镇,或用 join 加入"),
          cat("no minqing home at ", folder, "; use org create or join first")};
}

}  // namespace

KeyRoom::KeyRoom(Call& call, std::string folder, HomeLock lock)
    : call_(&call),
      folder_(std::move(folder)),
      lock_(std::move(lock)),
      key_file_(call.world.files, call.world.random, key_path(folder_)) {}

Result<KeyRoom> KeyRoom::enter(Call& call, bool may_create) {
  const std::string folder = folder_of(call);
  FileSystem& files = call.world.files;
  if (!files.exists(key_path(folder))) {
    if (!may_create) return no_home(folder);
    MQ_CHECK(files.make_folder(folder));
  }
  MQ_TRY(HomeLock lock, HomeLock::take(folder + "/lock"));
  return KeyRoom(call, folder, std::move(lock));
}

Result<Key32> KeyRoom::create() {
  MQ_TRY(const LockedText passphrase, ask_passphrase(*call_, true));
  return key_file_.create(passphrase.view());
}

Result<Key32> KeyRoom::unlock() {
  MQ_TRY(const LockedText passphrase, ask_passphrase(*call_, false));
  wait();
  return key_file_.unlock(passphrase.view());
}

void KeyRoom::wait() {
  const std::chrono::seconds delay = vault::KeyFile::delay_after(key_file_.failures());
  if (delay.count() <= 0) return;
  call_->out.warn(cat("口令或解锁码输错过,请等 ", delay.count(), " 秒"),
                  cat("wrong passphrases or codes before: wait ", delay.count(), " s"));
  std::this_thread::sleep_for(delay);
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace mq::cli
