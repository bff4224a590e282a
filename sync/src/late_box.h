// What an admin's device asks of the server's late boxes, and how far it has read them.
#pragma once

#include <map>

#include "mq/base/ids.h"
#include "mq/vault/vault.h"
#include "mq/wire/control.h"
#include "mq/wire/stream_head.h"

namespace mq::sync {

bool is_admin(const wire::ControlState& log, const DeviceId& device);
// Only then can the stream have a late box.
bool has_ended_chains(const wire::ControlState& log, const StreamId& stream);

// The last envelope read of a box and the hash chain up to it, computed as over a stream: a server
// that was restored has other things in the same places.
struct LateCursor {
  wire::Generation generation;
  std::uint64_t index = 0;
  Hash head;
};
// At the beginning of the box if nothing was read of it in this generation.
Result<LateCursor> load_late_cursor(vault::Vault& vault, const wire::StreamRecord& stream,
                                    const TownshipId& township, const wire::Generation& generation);
Status store_late_cursor(vault::Vault& vault, std::uint32_t ordinal, const LateCursor& cursor);

}  // namespace mq::sync
