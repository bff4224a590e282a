// Bundles (存一份): unsent work, receipts and log entries in one file that USB or any messenger
// carries to the township and back.
//
// Outside an age file for the receiving devices, inside what the server would have been given: who
// carries it reads nothing of it. Import trusts neither order, size nor kind; it may be done twice,
// in any order, and be killed anywhere. Envelopes brought by a bundle are pushed at the next
// contact for their author, and the receipts for him travel in the next bundle to his devices.
// Neither needs a server; one thread at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mq/base/file_system.h"
#include "mq/sync/engine.h"

namespace mq::sync {

inline constexpr std::size_t kBundleBytesMax = 64u << 20;  // of records
// With the age file around them, armored or not.
inline constexpr std::size_t kBundleFileBytesMax = kBundleBytesMax / 48 * 67 + (1u << 20);

// An open home; borrows all.
struct BundleHome {
  vault::Vault& vault;
  seal::Keyring& keyring;
  ControlStore& control;
  seal::Sealer& sealer;
  const Clock& clock;
  Random& random;
};

struct BundleOptions {
  std::string path;                  // replaced whole
  std::vector<DeviceId> recipients;  // empty: every live device of admins and the desk
};
struct BundleWritten {
  std::uint64_t envelopes = 0;  // own, without a receipt
  std::uint64_t records = 0;    // transactions in them
  std::uint64_t receipts = 0, entries = 0;
  std::uint64_t bytes = 0;  // of the file
  std::uint64_t left = 0;   // transactions that cannot be sealed here yet
  std::size_t recipients = 0;
  bool renewed = false;  // this home had been restored or copied; it goes on under a new number
};
// Seals what can be sealed, then writes; what it holds counts as copied from then on.
// kConflict: not joined yet; kNotAllowed: a recipient that is no live device; kExhausted: more than
// fits.
Result<BundleWritten> export_bundle(const BundleOptions& options, const BundleHome& home,
                                    FileSystem& files);

struct BundleTaken {
  std::uint64_t envelopes = 0;  // in the file
  std::uint64_t merged = 0, duplicates = 0;
  std::uint64_t waiting = 0;    // kept until their earlier part, key or log entry is here
  std::uint64_t unproved = 0;   // not kept: of no device that this log knows, or not signed by it
  std::uint64_t refused = 0;    // signed, and not allowed or not readable
  std::uint64_t undecided = 0;  // beyond the end of their chain: held, and decided by an admin
  std::uint64_t records = 0;    // transactions merged
  std::uint64_t receipts = 0, entries = 0;
  std::uint64_t relay = 0;       // for others, to be pushed at the next contact
  std::optional<DeviceId> from;  // its maker, if its head is signed
  std::vector<Alarm> alarms;     // as at a contact; kept until they are seen
  bool renewed = false;
  bool whole = false;  // else it was cut or damaged after what was taken
};
// kConflict        not joined yet
// kInvalidInput    of another township
// kUnauthenticated not for this device
// kUnsupported     a passphrase or hybrid age file
// kExhausted       larger than a bundle may be
// kCorrupt         damaged before its first record
Result<BundleTaken> import_bundle(ByteView file, const BundleHome& home);

// Own transactions without a receipt: on this device alone, or in a bundle written since.
struct Unsent {
  std::uint64_t alone = 0, copied = 0;
  std::string file;  // name of the last bundle, with `copied`
  WallTime written;
};
Result<Unsent> unsent_work(vault::Vault& vault, const seal::Sealer& sealer);

}  // namespace mq::sync
