// Keyring: who this device is, and the stream keys it may use; kept inside the vault.
//
// Loaded once, written through to the vault at every change. It never hands out a key to print.
#pragma once

#include <map>
#include <optional>

#include "mq/base/ids.h"
#include "mq/base/random.h"
#include "mq/base/result.h"
#include "mq/base/secret.h"
#include "mq/seal/box.h"
#include "mq/vault/vault.h"
#include "mq/wire/control.h"
#include "mq/wire/crypto.h"

namespace mq::seal {

struct Identity {
  TownshipId township;
  DeviceId device;
  PersonId person;
  wire::SigningKey sign;
  BoxKeyPair box;
};

class Keyring {
 public:
  // Loads what the vault holds; no identity yet is not an error.
  static Result<Keyring> load(vault::Vault& vault);
  Keyring(Keyring&&) = default;

  const Identity* identity() const { return identity_ ? &*identity_ : nullptr; }
  // Once; kConflict if there is one.
  Status set_identity(Identity identity);

  // nullptr if not held.
  const Key32* key(const StreamId& stream, std::uint32_t epoch) const;
  std::uint32_t newest_epoch(const StreamId& stream) const;  // 0: none
  // Checks the commitment first; a key that is held already is no error. kCorrupt: the box did not
  // fit; the caller asks an admin to grant again.
  Status add(const StreamId& stream, std::uint32_t epoch, Key32 key, const Hash& commitment);
  // The keys of these streams are wiped, here and in the vault, in one commit.
  Status forget(const std::vector<StreamId>& streams);
  // Takes every box for this device (or for the invitation it came by) out of the key record of an
  // entry of this log, in either form; returns how many keys are new. Boxes that do not fit are
  // reported in `misfits`.
  struct Taken {
    int keys = 0;
    int misfits = 0;
  };
  // A rotate whose new key is held also opens the older keys wrapped in it, now or on a second
  // look. kInvalidInput: the record is malformed; else the vault could not keep a key.
  Result<Taken> take_boxes(const wire::ControlState& state, const wire::pb::ControlEntry& entry,
                           const BoxKeyPair* invitation, const InviteId* invite);
  // What a rotate to new_epoch carries: the key before it, in whose own rotate lies the one before
  // that; if that one is not held, all earlier keys that are. Empty if there is none.
  Bytes wrapped_older(const StreamId& stream, std::uint32_t new_epoch, const Key32& new_key,
                      Random& random) const;

 private:
  explicit Keyring(vault::Vault& vault) : vault_(&vault) {}
  Status take_one(const wire::ControlState& state, const StreamId& stream, std::uint32_t epoch,
                  Result<Key32> key, Taken& taken);
  Status take_wrapped(const wire::ControlState& state, const wire::pb::ControlBody& body,
                      Taken& taken);
  Status keep_index();
  vault::Vault* vault_;
  std::optional<Identity> identity_;
  std::map<std::pair<StreamId, std::uint32_t>, Key32> keys_;
};

}  // namespace mq::seal
