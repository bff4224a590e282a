// KeyRoom: a home that was entered and is not open yet: its lock is held, its key file is at hand.
//
// Commands that change keys do their work here, with the vault closed; Home goes on from here.
#pragma once

#include <string>
#include <string_view>

#include "command.h"
#include "home_lock.h"
#include "locked_memory.h"
#include "mq/vault/key_file.h"

namespace mq::cli {

class KeyRoom {
 public:
  // The folder of --home or the user's own. kNotFound, with what to do: no home there, and it may
  // not be made; kUnavailable: another process has it.
  static Result<KeyRoom> enter(Call& call, bool may_create = false);

  const std::string& folder() const { return folder_; }
  vault::KeyFile& key_file() { return key_file_; }
  // There is no key yet.
  bool fresh() { return !key_file_.exists(); }

  // Asks for a passphrase and draws a key under it.
  Result<Key32> create();
  // Asks for the passphrase. kLocked: wrong.
  Result<Key32> unlock();
  // Waits as long as the wrong secrets before this one demand; before every attempt.
  void wait();

 private:
  KeyRoom(Call& call, std::string folder, HomeLock lock);
  Call* call_;
  std::string folder_;
  HomeLock lock_;
  vault::KeyFile key_file_;
};

// Empty if it is not set.
std::string environment(const char* name);

}  // namespace mq::cli
