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

// Index of the last envelope read, in a server of this generation; 0 if none was.
Result<std::uint64_t> load_late_cursor(vault::Vault& vault, std::uint32_t ordinal,
                                       const wire::Generation& generation);
Status store_late_cursor(vault::Vault& vault, std::uint32_t ordinal,
                         const wire::Generation& generation, std::uint64_t index);

}  // namespace mq::sync
