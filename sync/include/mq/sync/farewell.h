// Farewell: what goes from a device once its person may not read a stream any more.
//
// Nothing goes while a record made here lacks its receipt, stored or late. What has gone comes
// again, from the beginning, if the right is given again. Asks no server.
#pragma once

#include <string>
#include <vector>

#include "mq/seal/keyring.h"
#include "mq/seal/sealer.h"
#include "mq/sync/engine.h"
#include "mq/vault/vault.h"

namespace mq::sync {

// A stream that is still held here although its right has ended.
struct Farewell {
  vault::StreamIx stream = 0;
  StreamId id;
  wire::pb::StreamKind kind = wire::pb::STREAM_KIND_UNSPECIFIED;
  std::uint64_t unsent = 0;  // own transactions without receipt: the stream stays for them
  std::uint64_t late = 0;    // own transactions that came after the right had ended
};
// In order of stream. None on a device that was stopped itself: its person's rights stand.
Result<std::vector<Farewell>> farewells(vault::Vault& vault, const seal::Keyring& keyring,
                                        const ControlStore& control);

// Drops those without unsent work, with their keys, in one commit; how many. This device goes on
// under a new incarnation.
Result<std::size_t> let_go(const std::vector<Farewell>& streams, vault::Vault& vault,
                           seal::Keyring& keyring, seal::Sealer& sealer);

}  // namespace mq::sync
