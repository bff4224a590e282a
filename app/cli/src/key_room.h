// KeyRoom: a home that was entered and is not open yet: its lock is held, its key file is at hand.
//
// Commands that change keys do their work here, with the vault closed; Home goes on from here.
// Which home: --home, else whom --user names in the machine's list, else the list's current one,
// else this user's own.
#pragma once

#include <string>
#include <string_view>

#include "command.h"
#include "home_list.h"
#include "home_lock.h"
#include "locked_memory.h"
#include "mq/vault/key_file.h"
#include "pin.h"

namespace mq::cli {

class KeyRoom {
 public:
  // kNotFound, with what to do: no home there, and it may not be made, or nobody of that name;
  // kUnavailable: another process has it; kCorrupt: its key or its vault is gone, and nothing is
  // made over what is left.
  static Result<KeyRoom> enter(Call& call, bool may_create = false);
  static Result<KeyRoom> enter(Call& call, const std::string& folder, bool may_create);

  const std::string& folder() const { return folder_; }
  vault::KeyFile& key_file() { return key_file_; }
  // There is no key yet.
  bool fresh() { return !key_file_.exists(); }

  // Asks for a passphrase and draws a key under it.
  Result<Key32> create();
  // Asks for the passphrase. kLocked: wrong.
  Result<Key32> unlock();
  // Asks for the PIN where one is set, else for the passphrase; one that is given anyway is the one
  // that counts.
  Result<Key32> ask();
  // What the session holds, if the home stands unlocked; else asks.
  Result<Key32> resume();
  PinPlace pin_place() { return {call_->world.sessions, key_file_, folder_}; }
  // Waits as long as the wrong secrets before this one demand; before every attempt.
  void wait();

 private:
  KeyRoom(Call& call, std::string folder, HomeLock lock);
  Call* call_;
  std::string folder_;
  HomeLock lock_;
  vault::KeyFile key_file_;
};

// The folder that these flags mean, and the list of homes on this machine.
Result<std::string> home_folder(Call& call);
Result<HomeList> home_list(Call& call);
// Where a person without a folder of his own choice has one.
std::string folder_for(const std::string& name);
// A home begins with this file.
std::string key_path(const std::string& folder);
// Room for a full disk; as good as always there once a vault is.
std::string reserve_path(const std::string& folder);

// Empty if it is not set.
std::string environment(const char* name);

}  // namespace mq::cli
