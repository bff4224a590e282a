#include "key_room.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "mq/base/text.h"
#include "passphrase.h"
#include "session.h"

namespace mq::cli {

namespace {

std::string default_home() {
  const std::string data = environment("XDG_DATA_HOME");
  return (data.empty() ? environment("HOME") + "/.local/share" : data) + "/minqing";
}

std::string without_slashes(std::string folder) {
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  return folder;
}

Error no_home(const std::string& folder) {
  return {Code::kNotFound,
          cat("这里还没有民情文件夹:", folder, ";先用 org create 建乡镇,或用 join 加入"),
          cat("no minqing home at ", folder, "; use org create or join first")};
}

Error no_folder(const std::string& folder) {
  return {
      Code::kInvalidInput,
      cat("--home 要写文件夹,", folder, " 是一个文件或打不开的文件夹;什么也没有改动"),
      cat("--home names a folder; ", folder, " is a file, or cannot be opened; nothing changed")};
}

Error lost(const std::string& folder, std::string_view name) {
  return {
      Code::kCorrupt,
      cat("民情文件夹 ", folder, " 里的 ", name,
          " 不见了,没有它谁也打不开;什么也没有改动。请从备份把 ", name,
          " 放回这个文件夹;没有备份,请用另一个空文件夹(--home)重新加入,已送到的记录会回来"),
      cat(name, " is missing from the home ", folder, ", and without it nobody opens the rest; ",
          "nothing was changed. Put it back from a backup (备份), or join again in an empty "
          "folder (--home): what was delivered comes back")};
}

bool is_database(const std::string& name) {
  return name.starts_with("vault") && name.ends_with(".db");
}

// Whether the folder may be entered. Of one that was begun and cut before it had a vault only the
// key is there; every other gap is damage, and over that nothing is made.
Status check_whole(FileSystem& files, Random& random, const std::string& folder, bool may_create) {
  vault::KeyFile key_file(files, random, key_path(folder));
  if (!key_file.exists()) {
    const auto names = files.list(folder);
    const bool vault = names.ok() && std::ranges::any_of(*names, is_database);
    if (vault) return lost(folder, "vault.key");
    if (files.exists(folder) && !names.ok()) return no_folder(folder);
    return may_create ? Status() : no_home(folder);
  }
  MQ_TRY(const std::string database, key_file.database_path());
  if (files.exists(database)) return {};
  if (files.exists(reserve_path(folder))) {
    return lost(folder, database.substr(database.rfind('/') + 1));
  }
  return may_create ? Status() : no_home(folder);
}

}  // namespace

KeyRoom::KeyRoom(Call& call, std::string folder, HomeLock lock)
    : call_(&call),
      folder_(std::move(folder)),
      lock_(std::move(lock)),
      key_file_(call.world.files, call.world.random, key_path(folder_)) {}

Result<HomeList> home_list(Call& call) {
  return HomeList::load(call.world.files, default_home() + "/homes");
}

Result<std::string> home_folder(Call& call) {
  const auto typed = call.args.value("home");
  const auto user = call.args.value("user");
  if (typed && user) {
    return call.usage("--home 和 --user 只能写一个", "either --home or --user, not both");
  }
  if (typed) return without_slashes(*typed);
  MQ_TRY(const HomeList list, home_list(call));
  if (user) {
    MQ_TRY(const ListedHome home, list.named(*user));
    return home.folder;
  }
  const ListedHome* current = list.current();
  return current != nullptr ? current->folder : default_home();
}

std::string key_path(const std::string& folder) { return folder + "/vault.key"; }

std::string reserve_path(const std::string& folder) { return folder + "/reserve"; }

std::string folder_for(const std::string& name) { return cat(default_home(), "/people/", name); }

Result<KeyRoom> KeyRoom::enter(Call& call, bool may_create) {
  MQ_TRY(const std::string folder, home_folder(call));
  return enter(call, folder, may_create);
}

Result<KeyRoom> KeyRoom::enter(Call& call, const std::string& folder, bool may_create) {
  FileSystem& files = call.world.files;
  MQ_CHECK(check_whole(files, call.world.random, folder, may_create));
  if (may_create) MQ_CHECK(files.make_folder(folder));
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

Result<Key32> KeyRoom::ask() {
  if (passphrase_given(*call_)) return unlock();
  MQ_TRY(const bool short_way, pin_is_set(pin_place()));
  if (!short_way) return unlock();
  MQ_TRY(const LockedText digits, ask_pin(*call_, false));
  if (digits.empty()) return unlock();
  wait();
  return unlock_by_pin(pin_place(), digits.view());
}

Result<Key32> KeyRoom::resume() {
  if (passphrase_given(*call_)) return unlock();
  // A watch goes on by itself: it does not keep a home open that nobody uses any more.
  const Renew renew = call_->args.has("watch") ? Renew::kNo : Renew::kYes;
  std::optional<Key32> key = session_key(call_->world.sessions, folder_, renew);
  if (key) {
    MQ_TRY(const bool fits, key_file_.fits(*key));
    if (fits) return *std::move(key);
    close_session(call_->world.sessions, folder_);
  }
  return ask();
}

void KeyRoom::wait() {
  const std::chrono::seconds delay = vault::KeyFile::delay_after(key_file_.failures());
  if (delay.count() <= 0) return;
  call_->out.warn(cat("口令、PIN 或解锁码输错过,请等 ", delay.count(), " 秒"),
                  cat("wrong passphrases or codes before: wait ", delay.count(), " s"));
  std::this_thread::sleep_for(delay);
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace mq::cli
