#include "session_keys.h"

#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace mq::cli {

namespace {

constexpr const char* kType = "user";
// Everything for whoever possesses it, and for this user: after `su`, in cron or over ssh a program
// may not possess what its user's keyring holds.
constexpr unsigned long kOwnersOnly = 0x3f3f0000;
// The user's keyring, not the login's: two terminals of one person are one session.
constexpr long kRing = KEY_SPEC_USER_KEYRING;

long control(int operation, unsigned long a, unsigned long b = 0, unsigned long c = 0,
             unsigned long d = 0) {
  return ::syscall(SYS_keyctl, operation, a, b, c, d);
}

unsigned long as_argument(const void* pointer) { return reinterpret_cast<unsigned long>(pointer); }

// Possession follows links from the session's keyring; not every login makes this one.
void reach_ring() {
  static_cast<void>(control(KEYCTL_LINK, static_cast<unsigned long>(kRing),
                            static_cast<unsigned long>(KEY_SPEC_SESSION_KEYRING)));
}

long find(const std::string& name) {
  reach_ring();
  return control(KEYCTL_SEARCH, static_cast<unsigned long>(kRing), as_argument(kType),
                 as_argument(name.c_str()));
}

// False: it is not bounded, for what reason ever.
bool bound(long key, std::chrono::seconds time) {
  return control(KEYCTL_SET_TIMEOUT, static_cast<unsigned long>(key),
                 static_cast<unsigned long>(time.count())) == 0;
}

}  // namespace

Status KernelSessionKeys::keep(const std::string& name, const SessionSecret& secret,
                               std::chrono::seconds time) {
  reach_ring();
  const long key = ::syscall(SYS_add_key, kType, name.c_str(), secret.view().data(),
                             SessionSecret::kSize, kRing);
  const bool kept = key >= 0;
  const bool bounded = kept &&
                       control(KEYCTL_SETPERM, static_cast<unsigned long>(key), kOwnersOnly) == 0 &&
                       bound(key, time);
  if (bounded && get(name)) return {};
  // Rather none than one that stays for ever.
  if (kept) drop(name);
  return Error{Code::kUnsupported, "这台机器不能替你保管钥匙,每次都要输口令",
               "this machine cannot keep a key for you: type the passphrase each time"};
}

std::optional<SessionSecret> KernelSessionKeys::get(const std::string& name) {
  const long key = find(name);
  if (key < 0) return std::nullopt;
  SessionSecret secret;
  const long size = control(KEYCTL_READ, static_cast<unsigned long>(key),
                            as_argument(secret.writable().data()), SessionSecret::kSize);
  if (size != static_cast<long>(SessionSecret::kSize)) return std::nullopt;
  return secret;
}

void KernelSessionKeys::extend(const std::string& name, std::chrono::seconds time) {
  const long key = find(name);
  if (key >= 0) static_cast<void>(bound(key, time));
}

void KernelSessionKeys::drop(const std::string& name) {
  const long key = find(name);
  if (key < 0) return;
  static_cast<void>(control(KEYCTL_REVOKE, static_cast<unsigned long>(key)));
  static_cast<void>(
      control(KEYCTL_UNLINK, static_cast<unsigned long>(key), static_cast<unsigned long>(kRing)));
}

}  // namespace mq::cli
