// Healing a parted control log: a server was restored from an older copy and appended to, before
// this device brought back what it holds (PROTOCOL section 5).
//
// The server's order is the first side. An admin's device of the second side, which is an admin's
// device there as well, appends one entry that names both; from then on devices of the second side
// replace their end of the log by the server's, at their next contact. Revocations and ends of
// rights of both sides hold. Everything else of the second side is void and has to be done again by
// hand; its entries stay readable on the devices that held them.
#pragma once

#include <string>
#include <vector>

#include "mq/seal/sealer.h"
#include "mq/sync/membership.h"

namespace mq::sync {

// What is void, in words for whoever does it again.
struct VoidEntry {
  std::uint32_t seq = 0;  // on the side that is void
  std::string zh, en;
};

struct Healed {
  bool parted = false;           // there was something to heal, or another admin had just done so
  std::size_t held = 0;          // devices and rights of members that the second side had ended
  std::size_t rotated = 0;       // keys changed because of those
  std::vector<VoidEntry> again;  // also of earlier healings, as void_entries
};
// Heals, if the logs have parted; publishes keys of the void side that it could not before; changes
// the keys that must change. Every part of it may be cut short: calling it again ends it.
//
// kNotAllowed: on the server's side this is no admin's device; kUnavailable: no contact; kCorrupt:
// the server's log does not verify. Nothing has changed then.
Result<Healed> heal_log(const Member& member, seal::Sealer& sealer);

// What healings took from the log of this device, without what holds all the same, needs no doing
// again, or stands in the log once more.
Result<std::vector<VoidEntry>> void_entries(const seal::Keyring& keyring, ControlStore& control);

}  // namespace mq::sync
