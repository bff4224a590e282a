#include "key_room.h"

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

std::string folder_for(const std::string& name) { return cat(default_home(), "/people/", name); }

Result<KeyRoom> KeyRoom::enter(Call& call, bool may_create) {
  MQ_TRY(const std::string folder, home_folder(call));
  return enter(call, folder, may_create);
}

Result<KeyRoom> KeyRoom::enter(Call& call, const std::string& folder, bool may_create) {
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
