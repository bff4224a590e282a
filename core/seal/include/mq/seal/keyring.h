// Keyring: who this device is, and the stream keys it may use; kept inside the vault.
//
// Loaded once, written through to the vault at every change. It never hands out a key to print.
#pragma once

#include <map>
#include <optional>
#include <set>

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
  // As load, once a commit that changed it was taken back.
  Status reload();
  // Once; kConflict if there is one.
  Status set_identity(Identity identity);

  // nullptr if not held.
  const Key32* key(const StreamId& stream, std::uint32_t epoch) const;
  std::uint32_t newest_epoch(const StreamId& stream) const;  // 0: none
  // The key under which an envelope with this header was sealed: where it names a head of a side
  // that a heal made void, that side's.
  const Key32* key_for(const wire::EnvelopeHeader& header) const;
  // Of sides made void: the key with this commitment, nullptr if not held; and all of an epoch.
  const Key32* void_key(const StreamId& stream, const Hash& published) const;
  std::vector<const Key32*> void_keys(const StreamId& stream, std::uint32_t epoch) const;
  // Brings the keys of sides that this log made void into line with it: sets aside what is held as
  // an epoch's key but is such a side's, and takes what the heal entries hand over. After every
  // growth of the log; how many are new.
  Result<int> take_void(const wire::ControlState& state);
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
  // A key of a side made void, and the heads under which it sealed.
  struct VoidKey {
    StreamId stream;
    std::uint32_t epoch = 0;
    Hash published;
    Key32 key;
    std::set<Hash> heads;
  };
  using Place = std::pair<StreamId, std::uint32_t>;  // of a key: stream and epoch
  Status load_void();
  Status keep_void();
  VoidKey* find_void(const StreamId& stream, const Hash& published);
  std::optional<Key32> void_key_of(const wire::ControlState& state, const Place& place,
                                   const Hash& published, std::vector<Place>& aside);
  Status keep_index();
  vault::Vault* vault_;
  std::optional<Identity> identity_;
  std::map<std::pair<StreamId, std::uint32_t>, Key32> keys_;
  std::vector<VoidKey> void_;
};

}  // namespace mq::seal
