// FakeKeys: a keyring as the kernel keeps one, in memory, with a clock of its own.
#pragma once

#include <map>
#include <string>

#include "session_keys.h"

namespace mq::cli::testing {

class FakeKeys final : public SessionKeys {
 public:
  Status keep(const std::string& name, const SessionSecret& secret,
              std::chrono::seconds time) override {
    if (!keeps) return Error{Code::kUnsupported, "", ""};
    held.insert_or_assign(name, Held{secret.clone(), now + time});
    return {};
  }
  std::optional<SessionSecret> get(const std::string& name) override {
    const auto at = held.find(name);
    if (at == held.end() || at->second.until <= now) return std::nullopt;
    return at->second.secret.clone();
  }
  void extend(const std::string& name, std::chrono::seconds time) override {
    if (get(name)) held.at(name).until = now + time;
  }
  void drop(const std::string& name) override { held.erase(name); }

  struct Held {
    SessionSecret secret;
    std::chrono::seconds until;
  };
  std::map<std::string, Held> held;
  std::chrono::seconds now{0};
  bool keeps = true;
};

}  // namespace mq::cli::testing
