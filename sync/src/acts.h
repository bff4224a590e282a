// What founding, joining and inviting share: bringing the log forward, and appending to it.
#pragma once

#include <functional>

#include "caller.h"
#include "mq/sync/engine.h"
#include "plan.h"

namespace mq::sync {

// Borrows all.
struct Acts {
  vault::Vault& vault;
  seal::Keyring& keyring;
  ControlStore& control;
  Caller& caller;
  Random& random;
};

// This device as a signer of requests; kNotAllowed without an identity.
Result<Signer> device_signer(const seal::Keyring& keyring);

// Where the server's log stands, and whether it is ours up to the shorter of both (parting.h).
struct ServerLog {
  std::uint32_t seq = 0;
  Hash head;
  bool parted = false;
};

// One round trip: reads what the server's log has beyond ours. Afterwards we may hold more: a
// server restored from an older copy.
Result<ServerLog> read_control(Acts& acts, const Signer& signer);
// As read_control, also by a server that has to be told first who we are.
Result<ServerLog> known_and_read(Acts& acts, const Signer& signer);
// One round trip: gives such a server the next append that it lost after `server_seq`; gives where
// it stands then.
Result<ServerLog> bring_back_control(Acts& acts, const Signer& signer, std::uint32_t server_seq);
// One round trip: a server restored from an older copy may not know this device. It is handed the
// last `reach` entries up to the device's own, whose signatures speak for themselves; gives where
// it stands then. kUnauthenticated: it lacks earlier entries too, or has another reason.
Result<ServerLog> introduce(Acts& acts, const Signer& signer, std::uint32_t reach);
// Whether earlier entries than those could still be handed over.
bool reaches_further(const Acts& acts, std::uint32_t reach);
// What a person can do when nothing of this helps.
Error still_unknown(vault::Vault& vault, const Error& refusal);

// Plans against the newest log and appends; a lost race plans again. A plan that stays empty has
// nothing to do. kUnavailable: the entries may stand in the log; the next call finds them.
// kNotAllowed: this device was stopped, perhaps by the very race that it lost.
Status append_plan(Acts& acts, const std::function<Status(Plan&)>& make_plan);

// Meets the server and levels the log: what every act of a member begins with. kCorrupt: the logs
// have parted.
Status prepare(Acts& acts);
// prepare() for an admin's act, whose caller is to hear that nothing has changed if there is no
// contact, and why not if he is no admin or this very device was stopped (kNotAllowed).
Status begin_act(Acts& acts);

// The key under which names and labels are sealed now; kNotAllowed if this device has none.
struct LabelKey {
  StreamId stream;
  std::uint32_t epoch = 0;
  const Key32* key = nullptr;
};
Result<LabelKey> label_key(const Acts& acts);
Result<LabelKey> label_key(const wire::ControlState& state, const seal::Keyring& keyring);
std::string sealed(const LabelKey& key, std::string_view text, Random& random);

}  // namespace mq::sync
