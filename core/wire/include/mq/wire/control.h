// The control log: who belongs to a township, with which device, role, stream and epoch.
//
// ControlState is a value computed from the entries alone, in their order; two machines with the
// same entries hold equal states. It keeps history: every question takes the control seq at which
// it is asked, since an envelope is judged at the head that it names. Entry kinds of later versions
// are chained and kept, and change nothing. It verifies; it never decrypts. Pointers and references
// that it hands out hold until the next apply(). New entries are made by ControlDraft.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "minqing/sync/v1/control.pb.h"
#include "mq/base/date.h"
#include "mq/base/ids.h"
#include "mq/base/result.h"
#include "mq/wire/crypto.h"
#include "mq/wire/envelope.h"
#include "mq/wire/invitation.h"

namespace mq::wire {

namespace pb = ::minqing::sync::v1;

inline constexpr std::size_t kControlAppendBytesMax = 1u << 20;

// From its entry onwards; until is the seq that ended it, or none.
struct Span {
  std::uint32_t from = 0;
  std::optional<std::uint32_t> until;
  bool holds_at(std::uint32_t seq) const { return from <= seq && (!until || seq < *until); }
};

struct DeviceRecord {
  DeviceId id;
  PersonId person;
  VerifyKey sign_key;
  BoxKey box_key;
  std::optional<InviteId> invite;
  Span span;
  bool appointed = false;  // by recovery or the county root: two readers may grant it keys
};
struct RoleRecord {
  PersonId person;
  pb::RoleKind kind = pb::ROLE_KIND_UNSPECIFIED;
  std::vector<StreamId> streams;  // cadre, unit, supervisor; empty for admin and desk: all
  Span span;
};
struct EpochRecord {
  std::uint32_t epoch = 0;
  std::uint32_t from = 0;  // control seq
  Hash commitment;
};
struct StreamRecord {
  StreamId id;
  std::uint32_t ordinal = 0;  // seq of its stream entry; short name on the wire
  pb::StreamKind kind = pb::STREAM_KIND_UNSPECIFIED;
  Bytes owner;
  Bytes sealed_label;
  std::vector<EpochRecord> epochs;
  std::optional<std::uint32_t> closed;
};
struct InviteRecord {
  InviteId id;
  PersonId person;
  pb::RoleKind role = pb::ROLE_KIND_UNSPECIFIED;
  std::vector<StreamId> streams;
  std::uint32_t last_day = 0;
  VerifyKey sign_key;
  BoxKey box_key;
  Hash mac;
  Hash prev;  // head that the entry follows; the MAC is over it
  std::uint32_t seq = 0;
  std::optional<DeviceId> used_by;
  std::optional<std::uint32_t> ended;  // seq of the revoke that took it back
  std::uint32_t refused_claims = 0;    // second claims noted here: an alarm for everybody
  bool live() const { return !used_by && !ended; }
};
struct PersonRecord {
  PersonId id;
  Bytes sealed_name;
  std::uint32_t seq = 0;
  std::uint32_t named = 0;  // seq of the entry that brought the name
};
// A chain ends at (seq, hash) by the entry `entry` (revoke or end of right).
struct CutRecord {
  std::uint32_t entry = 0;
  StreamId stream;
  DeviceId device;
  std::uint32_t incarnation = 0;
  std::uint64_t seq = 0;
  Hash hash;  // zeros if seq is 0
};
struct ServerKeyRecord {
  std::uint32_t from = 0;  // control seq; an older key still proves its older receipts
  VerifyKey key;
  std::string address;
};
struct RecoveryRecord {
  std::uint32_t from = 0;  // control seq; the next one replaces it
  BoxKey box_key;
  VerifyKey sign_key;
  std::array<Hash, 3> sheet_checks;
};
// A place on a line of a chain; seq 0 is before its first envelope and has no hash.
struct ChainPoint {
  std::uint64_t seq = 0;
  Hash hash;
  auto operator<=>(const ChainPoint&) const = default;
};
// An admin decided every envelope after `from` up to and including `to`.
struct AdmissionRecord {
  std::uint32_t entry = 0;
  ChainId chain;
  ChainPoint from, to;
  std::vector<Hash> applied, refused;
  bool of_void = false;  // begins at no end: has a say over envelopes that name void heads alone
};
// A right that is to end after a day by the server's clock; nothing has ended yet.
struct AnnouncedEnd {
  std::uint32_t entry = 0;
  PersonId person;
  pb::RoleKind kind = pb::ROLE_KIND_UNSPECIFIED;
  std::vector<StreamId> streams;  // empty: all of that role
  std::uint32_t last_day = 0;
};
struct CompareRecord {
  std::uint32_t entry = 0;
  DeviceId device;
  std::array<std::uint8_t, 16> nonce{};
  std::uint32_t granted = 0;  // seq of the first grant to the device after it: the digits agreed
};
// What the log says of one envelope that was valid at the head it names.
enum class Ruling { kInForce, kUndecided, kRefused };
class ControlState;
// Entries that a heal entry made void: a side of this log that had parted from it. Its heads stay
// known, since envelopes name them.
struct VoidLine {
  std::uint32_t entry = 0;                    // the heal
  std::uint32_t fork_seq = 0;                 // the last entry that it shares with this log
  std::shared_ptr<const ControlState> state;  // the log as that side had it, up to its head
};
// The key of an epoch of such a side, wrapped for those who have the stream's present one.
struct VoidKeyRecord {
  std::uint32_t entry = 0;
  StreamId stream;
  std::uint32_t epoch = 0;  // by that side's count
  std::uint32_t under = 0;  // this log's epoch whose key opens it
  Hash commitment;
  Bytes wrapped;
};
// Where the head that an envelope names stands.
struct HeadPlace {
  const ControlState* log = nullptr;  // who might do what at it: ask this at control_seq
  std::uint32_t known = 0;            // up to where this log was known there
  bool is_void = false;
};
// An entry that this version checks for shape and keeps, without acting on it.
struct CarriedRecord {
  std::uint32_t seq = 0;
  int field = 0;  // ControlBody's payload field; 0 if this version does not know it
};

// Whether entries must bring the key record they name. A server that appends wants kRequired;
// whoever reads an old log meets records that were deleted after use.
enum class Records { kMayBePruned, kRequired };

class ControlState {
 public:
  // Verifies and applies the next entries. All of a batch or nothing of it: entries whose batch is
  // incomplete wait in pending() and are not in force. After an error the state is unchanged.
  // Checked in this order: township, seq, prev, signature, the author's right, the payload's rule.
  //
  // kCorrupt      wrong hash link, seq, signature or township
  // kNotAllowed   the author may not append this
  // kInvalidInput malformed body, key record that does not fit its hash, recipients of a rotate
  // that
  //               differ from the authorised devices, live invitations and recovery
  // kConflict     an id that exists, an invitation that is used
  // kExhausted    a batch larger than kControlAppendBytesMax
  // kUnsupported  a version, role or stream kind newer than this program
  Status apply(const std::vector<pb::ControlEntry>& entries,
               Records records = Records::kMayBePruned);
  // A claim of this used invitation was refused (kConflict): keeps count for the alarm. kNotFound.
  Status note_refused_claim(const InviteId& id);

  const TownshipId& township() const { return township_; }
  std::uint32_t head_seq() const { return head_seq_; }
  const Hash& head() const { return head_; }
  // Hash of the entry at seq; zeros if there is none.
  Hash head_at(std::uint32_t seq) const;
  const std::vector<pb::ControlEntry>& pending() const { return pending_; }
  const VerifyKey& server_key() const { return server_key_; }
  // All there ever were, in log order.
  const std::vector<ServerKeyRecord>& server_keys() const { return server_keys_; }
  const VerifyKey& county_root() const { return county_root_; }
  const std::string& server_address() const { return server_address_; }
  // 筹备: from the genesis until the `open` entry. Until then no second admin need sign.
  bool setup() const { return head_seq_ != 0 && opened_ == 0; }
  // 试用: the genesis said so; such a township never opens.
  bool practice() const { return practice_; }
  std::uint8_t lowest_suite() const { return lowest_suite_; }

  const DeviceRecord* device(const DeviceId& id) const;
  const StreamRecord* stream(const StreamId& id) const;
  const StreamRecord* stream_by_ordinal(std::uint32_t ordinal) const;
  const InviteRecord* invite(const InviteId& id) const;
  const PersonRecord* person(const PersonId& id) const;
  std::vector<const DeviceRecord*> devices_of(const PersonId& id) const;
  std::vector<const RoleRecord*> roles_of(const PersonId& id) const;
  // In log order.
  const std::vector<StreamRecord>& streams() const { return streams_; }
  const std::vector<PersonRecord>& persons() const { return persons_; }
  const std::vector<DeviceRecord>& devices() const { return devices_; }
  const std::vector<RoleRecord>& roles() const { return roles_; }
  const std::vector<InviteRecord>& invites() const { return invites_; }
  const std::vector<CutRecord>& cuts() const { return cuts_; }
  const std::vector<CarriedRecord>& carried() const { return carried_; }
  const std::optional<BoxKey>& recovery_box() const { return recovery_box_; }
  // The newest; nullptr until one is made.
  const RecoveryRecord* recovery() const;
  const std::vector<AdmissionRecord>& admissions() const { return admissions_; }
  const std::vector<AnnouncedEnd>& announced() const { return announced_; }
  const std::vector<CompareRecord>& compares() const { return compares_; }
  // Sides of this log that heal entries made void, in log order.
  const std::vector<VoidLine>& void_lines() const { return void_lines_; }
  const std::vector<VoidKeyRecord>& void_keys() const { return void_keys_; }

  // The log as it stood once `seq` (1 to head_seq()) was applied, nothing pending.
  ControlState at(std::uint32_t seq) const;
  // Where such a head stands: in this log or on a side that was made void; nothing if unknown.
  std::optional<HeadPlace> place_of(std::uint32_t control_seq, const Hash& control_head) const;

  bool has_role(const PersonId& person, pb::RoleKind kind, std::uint32_t seq) const;
  // The rule of PROTOCOL sections 1 and 5, at the state of `seq`.
  bool may_read(const PersonId& person, const StreamId& stream, std::uint32_t seq) const;
  bool may_write(const DeviceId& device, const StreamId& stream, std::uint32_t seq) const;
  // Live devices of those who are admins at seq, in log order.
  std::vector<const DeviceRecord*> admin_devices(std::uint32_t seq) const;

  // One rule for server and readers (FORMAT.md, "Cuts and admissions"). Where this chain ends for
  // an envelope that names control_seq; none: it does not. Several points are several lines, any
  // of which may be in force up to its own.
  std::vector<ChainPoint> ends_of(const ChainId& chain, std::uint32_t control_seq) const;
  // By seq and hash alone. An envelope before an end is in force only if it lies on a line that
  // leads to one: whoever holds the end's envelope must see to that.
  Ruling ruling(const ChainId& chain, std::uint64_t seq, const Hash& hash,
                std::uint32_t control_seq) const;
  // The same of an envelope whose head this log knows (place_of); one that names a void head is in
  // force only once it is admitted.
  Ruling ruling(const EnvelopeHeader& header, const Hash& hash) const;
  // What the admissions alone say of it; kUndecided: none names it. For whoever holds an end's
  // envelope and sees that this one lies on no line that leads there. An admission of work under a
  // void head speaks of nothing else.
  Ruling decision(const ChainId& chain, std::uint64_t seq, const Hash& hash,
                  bool of_void = false) const;
  // The greatest seq at which a right of the device to write the stream ended; 0 if none did.
  std::uint32_t last_loss(const DeviceId& device, const StreamId& stream) const;
  // Somebody who held the stream's newest epoch may not read it any more: its key must change.
  bool rotation_missing(const StreamId& stream) const;
  // Every right by which the device writes the stream was announced to end before `day`, and none
  // was given again since: the server refuses, nothing has ended in the log yet (PROTOCOL 5).
  bool announced_over(const DeviceId& device, const StreamId& stream, std::uint32_t day) const;
  // What both sides read to each other before the device is granted keys: six digits. Nothing until
  // its compare entry stands.
  std::optional<std::string> compare_digits(const DeviceId& device) const;
  // Whether keys may be sealed to the device at seq, as far as who holds it goes. One that came by
  // an admin's or supervisor's invitation may be somebody's who stands between: in preparation
  // until its digits are drawn, once open until a grant says that they agreed.
  bool proved(const DeviceRecord& device, std::uint32_t seq) const;

  // The newest epoch of the stream at seq; 0 if it has none.
  std::uint32_t epoch_at(const StreamId& stream, std::uint32_t seq) const;
  // Whether the invitation's box key may hold this stream's key now: its role and streams as if it
  // were used. Never for admin and supervisor: they are granted keys after both sides compared.
  bool may_read(const InviteRecord& invite, const StreamId& stream) const;
  // Devices, unused invitations and recovery that must find a box in a rotate of this stream now,
  // or at an earlier head; in log order, devices first, recovery last: KeyRecord.ordered follows
  // it.
  std::vector<std::pair<Bytes, BoxKey>> recipients(const StreamId& stream) const;
  std::vector<std::pair<Bytes, BoxKey>> recipients(const StreamId& stream, std::uint32_t seq) const;

 private:
  friend class ControlRules;
  Status apply_nested(const std::vector<pb::ControlEntry>& entries, Records records, int depth);
  bool invite_live(const InviteRecord& invite, std::uint32_t seq) const;
  bool invite_reads(const InviteRecord& invite, const StreamRecord& stream,
                    std::uint32_t seq) const;
  // Calls visit(id, box key) in the order of recipients().
  template <class Visit>
  void each_recipient(const StreamRecord& stream, std::uint32_t seq, Visit visit) const;
  std::size_t recipient_count(const StreamRecord& stream) const;
  bool needs_two(const PersonId& person, pb::RoleKind kind, std::uint32_t seq) const;
  bool person_reads(const PersonId& person, const StreamRecord& stream, std::uint32_t seq) const;
  bool had_right(const DeviceRecord& device, const StreamRecord& stream, std::uint32_t seq) const;
  std::set<std::uint32_t> changes(const PersonId& person, bool invited) const;
  std::vector<std::uint32_t> losses(const DeviceId& device, const StreamId& stream) const;
  std::map<std::uint32_t, std::vector<ChainPoint>> all_ends(const ChainId& chain,
                                                            std::uint32_t control_seq) const;
  using Index = std::size_t;

  TownshipId township_;
  std::uint32_t head_seq_ = 0;
  Hash head_;
  VerifyKey server_key_, county_root_;
  std::string server_address_;
  bool practice_ = false;
  std::uint32_t opened_ = 0;  // seq of `open`; 0: in preparation
  std::uint8_t lowest_suite_ = 1;
  std::map<std::uint32_t, std::uint8_t> suites_;  // by the entry that set them
  std::optional<BoxKey> recovery_box_;
  std::vector<RecoveryRecord> recoveries_;
  std::vector<Hash> heads_;  // by seq - 1
  std::vector<DeviceRecord> devices_;
  std::vector<RoleRecord> roles_;
  std::vector<StreamRecord> streams_;
  std::vector<InviteRecord> invites_;
  std::vector<PersonRecord> persons_;
  std::vector<CutRecord> cuts_;
  std::vector<ServerKeyRecord> server_keys_;
  std::vector<AdmissionRecord> admissions_;
  std::vector<AnnouncedEnd> announced_;
  std::vector<CompareRecord> compares_;
  std::vector<CarriedRecord> carried_;
  std::vector<VoidLine> void_lines_;
  std::vector<VoidKeyRecord> void_keys_;
  std::vector<pb::ControlEntry> pending_;
  // Places in the vectors above.
  std::map<DeviceId, Index> device_at_;
  std::map<StreamId, Index> stream_at_;
  std::map<std::uint32_t, Index> ordinal_at_;
  std::map<InviteId, Index> invite_at_;
  std::map<PersonId, Index> person_at_;
  std::map<PersonId, std::vector<Index>> devices_of_;
  std::map<PersonId, std::vector<Index>> roles_of_;
  std::map<ChainId, std::vector<Index>> cuts_of_;
  std::map<ChainId, std::vector<Index>> admissions_of_;
  std::map<Hash, Index> void_heads_;  // the first line that has it
};

struct StreamBox {
  StreamId stream;
  std::uint32_t epoch = 0;
  Bytes box;
};
// The boxes that an entry of this log brought for one recipient, in either form of record. Empty if
// there are none, they are pruned, or the entry is not of this log.
std::vector<StreamBox> boxes_for_recipient(const ControlState& state, const pb::ControlEntry& entry,
                                           ByteView recipient);

// By the day in Shanghai. Only a server asks, by its own clock; no date decides in the log.
bool invite_expired(const InviteRecord& invite, WallTime now);
// Whether the log that holds this invitation is the one its code was made for.
bool verify_invite_mac(const InviteKeys& keys, const InviteRecord& invite);
// The recipient's name of recovery in key records: first 16 bytes of H("mq/rv1" ‖ box key).
// Recovery is the author of its own entries under the same name.
Bytes recovery_recipient(const BoxKey& box_key);
// The county root's name as an author: first 16 bytes of H("mq/cr1" ‖ root).
Bytes county_author(const VerifyKey& root);

Hash control_hash(ByteView body);
Hash key_record_hash(ByteView key_record);
// Serialises once; sets key_record_hash in the body if a record is given. seq, prev and batch are
// the caller's: ControlDraft sets them.
pb::ControlEntry sign_control(pb::ControlBody body, const SigningKey& key,
                              const pb::KeyRecord* record = nullptr);
void co_sign_control(pb::ControlEntry& entry, const SigningKey& key);

}  // namespace mq::wire
