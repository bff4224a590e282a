// What sync keeps in the vault beside the control log: small facts under "sync.…".
#pragma once

#include <optional>
#include <set>

#include "mq/base/ids.h"
#include "mq/base/result.h"
#include "mq/seal/box.h"
#include "mq/vault/vault.h"
#include "mq/wire/invitation.h"
#include "mq/wire/stream_head.h"

namespace mq::sync {

// The invitation by which this device came; boxes sealed to it count for the device.
struct UsedInvite {
  InviteId invite;
  seal::BoxKeyPair box;
};
Result<std::optional<UsedInvite>> load_used_invite(vault::Vault& vault);
Status store_used_invite(vault::Vault& vault, const InviteId& invite, const Key32& box_seed);

// The secret of an invitation drawn for a person, kept from before its append, so that an answer
// lost on the way does not leave an invitation nobody can use.
Result<std::optional<wire::InviteSecret>> load_invite_secret(vault::Vault& vault,
                                                             const PersonId& person);
Status store_invite_secret(vault::Vault& vault, const PersonId& person,
                           const wire::InviteSecret& secret);

// The server's generation as last seen; none before the first exchange.
Result<std::optional<wire::Generation>> load_generation(vault::Vault& vault);
Status store_generation(vault::Vault& vault, const wire::Generation& generation);

// The newest receipt of a stream and class, whoever's work it covers: proof against a server that
// lost it.
Result<std::optional<wire::Receipt>> load_latest_receipt(vault::Vault& vault, std::uint32_t stream,
                                                         wire::ReceiptClass which);
Status store_latest_receipt(vault::Vault& vault, const wire::Receipt& receipt);

// How many of the server's alarms this person has been told.
Result<std::uint32_t> load_alarms_seen(vault::Vault& vault);
Status store_alarms_seen(vault::Vault& vault, std::uint32_t count);

// Up to which entry of the log this person was told what concerns him.
Result<std::optional<std::uint32_t>> load_alarms_told(vault::Vault& vault);
Status store_alarms_told(vault::Vault& vault, std::uint32_t seq);

// Up to which entry of the log the present incarnation has followed its own rights.
Result<std::optional<std::uint32_t>> load_incarnation_since(vault::Vault& vault);
Status store_incarnation_since(vault::Vault& vault, std::uint32_t seq);

// The log was rewound to `fork` (ControlStore::rewind): what was noted by the numbers of entries
// beyond it means others now. Until load_rewound() is cleared the present incarnation has envelopes
// that name heads which are void.
Status note_rewound(vault::Vault& vault, std::uint32_t fork);
Result<bool> load_rewound(vault::Vault& vault);
Status clear_rewound(vault::Vault& vault);

// The server knows nothing of this device (unknown_to_server), until cleared.
Status note_unknown(vault::Vault& vault);
Status clear_unknown(vault::Vault& vault);

// Up to which entry of the log what is held has been ruled.
Result<std::optional<std::uint32_t>> load_ruled_through(vault::Vault& vault);
Status store_ruled_through(vault::Vault& vault, std::uint32_t seq);

// Streams of which the server is being given back what it lost.
Result<std::set<std::uint32_t>> load_healing_streams(vault::Vault& vault);
Status store_healing_streams(vault::Vault& vault, const std::set<std::uint32_t>& streams);

}  // namespace mq::sync
