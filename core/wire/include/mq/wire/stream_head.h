// The server's hash chain over one stream, its receipts and checkpoints (PROTOCOL section 7).
//
// The server signs, every client recomputes. A receipt proves "stored not after this time".
#pragma once

#include <cstdint>

#include "mq/base/clock.h"
#include "mq/base/ids.h"
#include "mq/base/result.h"
#include "mq/wire/crypto.h"

namespace mq::wire {

using Generation = FixedBytes<struct GenerationTag, 16>;
using ServerId = FixedBytes<struct ServerTag, 16>;

// First 16 bytes of H("mq/sv1" ‖ key).
ServerId server_id(const VerifyKey& key);

// head_0 = H("mq/i0" ‖ township ‖ stream ‖ generation)
Hash first_head(const TownshipId& township, const StreamId& stream, const Generation& generation);
// head_i = H("mq/i1" ‖ head_{i-1} ‖ i u64 ‖ env_hash ‖ time_ms u64)
Hash next_head(const Hash& before, std::uint64_t index, const Hash& envelope, WallTime time);

enum class ReceiptClass : std::uint8_t { kStored = 1, kLate = 2 };

struct Receipt {
  Generation generation;
  std::uint32_t stream = 0;  // ordinal: seq of its stream entry in the control log
  DeviceId device;
  std::uint32_t incarnation = 0;
  std::uint64_t seq_from = 0, seq_to = 0;
  Hash last_hash;           // env_hash at seq_to
  std::uint64_t index = 0;  // server index at seq_to; 0 if late
  Hash head;
  WallTime time;
  ReceiptClass receipt_class = ReceiptClass::kStored;
  Signature signature;

  bool operator==(const Receipt&) const = default;
  // What is signed under "mq/rc1": township ‖ every field above in order, little-endian.
  Bytes signed_bytes(const TownshipId& township) const;
};
Receipt sign_receipt(Receipt receipt, const TownshipId& township, const SigningKey& server);
bool verify_receipt(const Receipt& receipt, const TownshipId& township, const VerifyKey& server);

struct Checkpoint {
  Generation generation;
  WallTime time;
  Hash heads_digest;
  Signature signature;
  bool operator==(const Checkpoint&) const = default;
};
Checkpoint sign_checkpoint(Checkpoint checkpoint, const TownshipId& township,
                           const SigningKey& server);
bool verify_checkpoint(const Checkpoint& c, const TownshipId& township, const VerifyKey& server);

// What a device signs to make a request ("mq/r1"); see SignedRequest in sync.proto.
Bytes request_signed_bytes(const ServerId& server, const TownshipId& township, ByteView device,
                           std::string_view method, ByteView body, WallTime time);

}  // namespace mq::wire
