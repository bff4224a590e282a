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

struct ReplaceOptions {
  PersonId person;
  std::vector<DeviceId> devices;  // to stop; empty: all that he uses
  std::uint32_t last_day = 0;     // of the new code; 0: in thirty days
  std::string reason;             // sealed
};
struct Replaced {
  std::string code;
  std::uint32_t last_day = 0;  // as the log has it
  std::vector<DeviceId> stopped;
  Cutoff cutoff;
};
// A lost or broken phone: stops it, as revoke_device, and makes a new invitation with the person's
// present right, in one append, whose new keys the invitation carries (an admin's or supervisor's
// carries none, see compare_device). Again gives the same code as long as it is good.
Result<Replaced> replace_person(const ReplaceOptions& options, const Member& member);

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
// this device holds it: when a box did not fit. A device whose digits nobody has found equal yet is
// handed none (uncompared). Again is harmless. kNotFound: unknown person.
Result<Granted> grant_keys(const PersonId& person, const Member& member);
// The same for this one device, whose six digits were just found equal. The first key that it is
// handed says so to everybody: in an open township it is a recipient of new keys from then on. One
// that may read nothing yet is confirmed once more when it may. kNotFound: no such live device, or
// its digits were never drawn.
Result<Granted> confirm_device(const DeviceId& device, const Member& member);

// An open township's admins and supervisors are invited by two: one proposes by a file, another
// admin's device, or the county root, signs and appends. The file stands for one place in the log:
// any other append makes it void.
struct Proposal {
  Bytes file;
  std::string code;  // good once the other has signed
  std::uint32_t last_day = 0;
};
Result<Proposal> propose_invite(const InviteOptions& options, const Member& member);
struct Proposed {
  PersonId person, by;
  std::string name;  // empty if it cannot be read here
  wire::pb::RoleKind role = wire::pb::ROLE_KIND_UNSPECIFIED;
  std::uint32_t last_day = 0;
};
// What the file says, for whoever is to sign it. kInvalidInput: no whole proposal.
Result<Proposed> read_proposal(ByteView file, const wire::ControlState& state,
                               const seal::Keyring& keyring);
// county_root may be null: then this device signs. kConflict: void, to be proposed anew.
// kNotAllowed: one's own proposal, also from another device of the same person.
Status sign_proposal(ByteView file, const wire::SigningKey* county_root, const Member& member);

struct GiveOptions {
  PersonId person;
  wire::pb::RoleKind kind = wire::pb::ROLE_KIND_UNSPECIFIED;
  std::vector<StreamId> streams;  // villages and their PRIVATE streams, of a cadre
};
// Gives a member a right, or again one that had ended, and his devices the keys, in one append; his
// devices go on under a new incarnation. Nothing if he has it. kNotFound: unknown person.
// kNotAllowed: an admin's or supervisor's needs a second signature.
Result<Granted> give_right(const GiveOptions& options, const Member& member);

// Streams that this person may read and whose newest key this device lacks: a box did not fit, or
// an admin's device was not yet compared. Asks to be granted, by any other admin.
std::size_t keys_missing(const wire::ControlState& state, const seal::Keyring& keyring);

// What this person was told, the last two hundred, oldest first; and how many of the last he has
// not marked as seen.
struct KeptAlarm {
  WallTime when;  // by the server, as of the contact
  Alarm alarm;
};
Result<std::vector<KeptAlarm>> kept_alarms(vault::Vault& vault);
Result<std::uint64_t> unseen_alarms(vault::Vault& vault);
Status alarms_seen(vault::Vault& vault);

struct TendOptions {
  std::uint32_t rotate_days = 0;  // every key older than so many days is changed; 0: none is
};
struct Tended {
  std::size_t invites = 0;  // expired ones taken back
  std::size_t rights = 0;   // announced ends carried out
  std::size_t rotated = 0;  // keys changed, for any reason
};
// What any admin's device does at a contact, once it is level: takes expired invitations back, ends
// rights whose announced day is over, finishes rotations that were left open, changes old keys. By
// the server's time as of the last checkpoint. Nothing, and no round trip, if nothing is due, or on
// a device that is no admin's.
Result<Tended> tend_membership(const TendOptions& options, const Member& member);

}  // namespace mq::sync
