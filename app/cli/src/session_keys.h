// SessionKeys: where the key of an unlocked vault waits for the next command.
//
// The system keeps it in memory, for so long, and for this user alone; never a file. What a system
// cannot keep is asked for again.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "mq/base/result.h"
#include "mq/base/secret.h"

namespace mq::cli {

// A key and a number, as session.h and pin.h write them.
using SessionSecret = Secret<36>;

class SessionKeys {
 public:
  virtual ~SessionKeys() = default;
  // Keeps it under this name, in place of what was there, and forgets it after that time.
  // kUnsupported: this system keeps nothing.
  virtual Status keep(const std::string& name, const SessionSecret& secret,
                      std::chrono::seconds time) = 0;
  // Nothing: never kept, forgotten by now, or not to be had.
  virtual std::optional<SessionSecret> get(const std::string& name) = 0;
  // Forgets it after that time from now on, if it is there.
  virtual void extend(const std::string& name, std::chrono::seconds time) = 0;
  virtual void drop(const std::string& name) = 0;
};

// The keyring that the kernel keeps for each user. One thread at a time.
class KernelSessionKeys final : public SessionKeys {
 public:
  Status keep(const std::string& name, const SessionSecret& secret,
              std::chrono::seconds time) override;
  std::optional<SessionSecret> get(const std::string& name) override;
  void extend(const std::string& name, std::chrono::seconds time) override;
  void drop(const std::string& name) override;
};

}  // namespace mq::cli
