// Escrow: a device's unlock code, sealed to those who may read it out to its owner.
//
// One box for each holder, with the device inside: a box taken from another device's escrow does
// not open as this one's. Who wrote an escrow is not in it; whoever reads one must know that it is
// the device's own.
#pragma once

#include <utility>
#include <vector>

#include "mq/base/ids.h"
#include "mq/base/random.h"
#include "mq/base/result.h"
#include "mq/base/secret.h"
#include "mq/seal/box.h"

namespace mq::seal {

using UnlockSecret = Secret<10>;

// The 16-byte names that key records give to devices and to recovery, and their box keys.
using EscrowHolders = std::vector<std::pair<Bytes, BoxKey>>;
inline constexpr std::size_t kEscrowHoldersMax = 255;

// kInvalidInput: a holder's box key is of small order. At most kEscrowHoldersMax of them.
Result<Bytes> seal_escrow(const DeviceId& device, const UnlockSecret& code,
                          const EscrowHolders& holders, Random& random);

// The names, in order. kCorrupt: not an escrow.
Result<std::vector<Bytes>> escrow_names(ByteView escrow);

// kNotFound: none of it is for this name; kCorrupt: damaged, or not this device's.
Result<UnlockSecret> open_escrow(ByteView escrow, const DeviceId& device, ByteView name,
                                 const BoxKeyPair& keys);

}  // namespace mq::seal
