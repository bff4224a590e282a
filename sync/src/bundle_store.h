// What bundles leave in the vault, under "bundle.…": what was copied, whom to pass what.
#pragma once

#include <map>
#include <vector>

#include "mq/sync/bundle.h"
#include "mq/wire/stream_head.h"

namespace mq::sync {

// Own chains up to the seq that the last bundles hold.
struct Copied {
  std::map<std::pair<StreamId, std::uint32_t>, std::uint64_t> through;  // (stream, incarnation)
  std::string file;
  WallTime written;
  bool holds(const wire::EnvelopeHeader& header) const;
};
Result<Copied> load_copied(vault::Vault& vault);
Status store_copied(vault::Vault& vault, const Copied& copied);

// How far a device held the control log when it last made a bundle that came here; 0: none came.
Result<std::uint32_t> load_peer_seq(vault::Vault& vault, const DeviceId& device);
Status store_peer_seq(vault::Vault& vault, const DeviceId& device, std::uint32_t control_seq);

// Receipts for others' work, for their next bundle; the newest 512 of each device.
Result<std::vector<wire::Receipt>> load_receipts_for(vault::Vault& vault, const DeviceId& device);
Status keep_receipts(vault::Vault& vault, const std::vector<wire::Receipt>& receipts);

// Envelopes that a bundle brought, to be pushed for their author, in the order brought.
Result<std::vector<Hash>> load_relay(vault::Vault& vault);
Status add_relay(vault::Vault& vault, const std::vector<Hash>& envelopes);
Status drop_relay(vault::Vault& vault, const std::vector<Hash>& envelopes);

// Transactions in an own envelope that this vault holds.
Result<std::uint64_t> records_in(vault::Vault& vault, const seal::Sealer& sealer,
                                 const wire::Envelope& envelope);

}  // namespace mq::sync
