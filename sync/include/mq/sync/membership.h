// Membership: the acts of one member's device on the control log.
//
// Each act levels the log, plans against it and appends; a lost race plans again. Offline nothing
// is changed (kUnavailable, and the sentence says so); after a lost answer the act may stand, and
// calling it again finds that. kNotAllowed: not an admin's device, or it was stopped itself. An act
// never takes the last admin's device or role away, nor the rights of the person who calls it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mq/sync/engine.h"

namespace mq::sync {

// What every act needs of an open home; borrows all.
struct Member {
  vault::Vault& vault;
  seal::Keyring& keyring;
  ControlStore& control;
  Transport& transport;
  const Clock& clock;
  Random& random;
};

struct Invited {
  PersonId person;
  std::string code;
  std::uint32_t last_day = 0;  // as the log has it: of an earlier call, if that made the code
};
// As invite_member for each, in few appends; each append is whole or not at all. Called again,
// after a lost answer or for another print, it gives the same codes as long as they are good.
Result<std::vector<Invited>> invite_members(const std::vector<InviteOptions>& people,
                                            const Member& member);

struct RevokeOptions {
  DeviceId device;
  std::string reason;             // for the admins; sealed
  std::optional<WallTime> since;  // cut earlier: at what the server had by then; needs a reason
};
// What an act has ended.
struct Cutoff {
  std::size_t chains = 0;       // cut where the server stood, or earlier
  std::size_t streams = 0;      // of those chains
  std::uint64_t envelopes = 0;  // that stay in force: up to the cuts
  std::size_t rotated = 0;      // streams with a new key
  std::size_t left = 0;         // whose new key is still to come, by complete_rotations
};
// Stops a device: its chains end where the server holds them, in every stream that it could write,
// and every key it held is changed. If not all keys could be changed in this contact the device is
// stopped all the same, and `left` says how many are.
//
// kNotFound unknown; kConflict stopped already, or this device holds records of it that the server
// lacks (sync first); kNotAllowed this very device; kInvalidInput an earlier cut without a reason.
Result<Cutoff> revoke_device(const RevokeOptions& options, const Member& member);

// Ends an invitation that nobody used, and changes the keys it carried. kConflict: it was used.
Result<Cutoff> take_back_invite(const InviteId& invite, const Member& member);

struct EndOptions {
  PersonId person;
  wire::pb::RoleKind kind = wire::pb::ROLE_KIND_UNSPECIFIED;
  std::vector<StreamId> streams;  // only these of the role; empty: all of it
  std::uint32_t last_day = 0;     // only announced: the right ends after this day
  std::string reason;             // sealed
};
// Ends a right with cuts of all devices of that person, as revoke_device. kConflict: no such right.
Result<Cutoff> end_right(const EndOptions& options, const Member& member);

// A new key for each of these streams, or for all that this person reads; returns how many. A kill
// between two appends leaves the rest as it was. kNotFound, kNotAllowed: unknown, not readable.
Result<std::size_t> rotate_streams(const std::vector<StreamId>& streams, const Member& member);
// New keys where somebody who may not read any more holds the present one; any admin's device
// finishes what another left. Streams of others' spot checks are left to those who read them.
Result<std::size_t> complete_rotations(const Member& member);

// A device of an admin or supervisor comes without keys: somebody may stand between. Draws once,
// after its keys are fixed, what makes the six digits that both sides then read to each other;
// gives them. kNotFound: no such live device. The other side finds them in its own log
// (ControlState::compare_digits).
Result<std::string> compare_device(const DeviceId& device, const Member& member);

struct Granted {
  std::size_t devices = 0;     // that were handed keys
  std::size_t keys = 0;        // handed
  std::size_t lacking = 0;     // not held here either; ask another admin
  std::size_t uncompared = 0;  // devices of an admin or supervisor that were handed none
};
// Hands the newest key of every stream that the person may read to each of his devices, as far as
// this device holds it: after a comparison whose digits were equal, or when a box did not fit.
// Again is harmless. kNotFound: unknown person.
Result<Granted> grant_keys(const PersonId& person, const Member& member);

}  // namespace mq::sync
