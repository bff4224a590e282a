// The control log: who belongs to a township, with which device, role, stream and epoch.
//
// ControlState is a value computed from the entries alone, in their order; two machines with the
// same entries hold equal states. It keeps history: every question takes the control seq at which
// it is asked, since an envelope is judged at the head that it names. Entry kinds of later versions
// are chained and kept, and change nothing. It verifies; it never decrypts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "minqing/sync/v1/control.pb.h"
#include "mq/base/date.h"
#include "mq/base/ids.h"
#include "mq/base/result.h"
#include "mq/wire/crypto.h"

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
  std::uint32_t refused_claims = 0;  // second claims seen in the log: an alarm for everybody
};
struct PersonRecord {
  PersonId id;
  Bytes sealed_name;
  std::uint32_t seq = 0;
};

class ControlState {
 public:
  // Verifies and applies the next entries. All of a batch or nothing of it: entries whose batch is
  // incomplete wait in pending() and are not in force. After an error the state is unchanged.
  //
  // kCorrupt      wrong hash link, seq, signature or township
  // kNotAllowed   the author may not append this
  // kInvalidInput malformed body, key record that does not fit its hash, recipients of a rotate
  // that
  //               differ from the authorised devices, live invitations and recovery
  // kConflict     an id that exists, an invitation that is used
  Status apply(const std::vector<pb::ControlEntry>& entries);

  const TownshipId& township() const { return township_; }
  std::uint32_t head_seq() const { return head_seq_; }
  const Hash& head() const { return head_; }
  // Hash of the entry at seq; zeros if there is none.
  Hash head_at(std::uint32_t seq) const;
  const VerifyKey& server_key() const { return server_key_; }
  const VerifyKey& county_root() const { return county_root_; }
  const std::string& server_address() const { return server_address_; }
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

  bool has_role(const PersonId& person, pb::RoleKind kind, std::uint32_t seq) const;
  // The rule of PROTOCOL sections 1 and 5, at the state of `seq`.
  bool may_read(const PersonId& person, const StreamId& stream, std::uint32_t seq) const;
  bool may_write(const DeviceId& device, const StreamId& stream, std::uint32_t seq) const;
  // The newest epoch of the stream at seq; 0 if it has none.
  std::uint32_t epoch_at(const StreamId& stream, std::uint32_t seq) const;
  // Devices and unused invitations that must find a box in a rotate of this stream now.
  std::vector<std::pair<Bytes, BoxKey>> recipients(const StreamId& stream) const;

  // The next ControlBody with township, seq, prev and author filled in, for `count` entries of one
  // append (batch ids set when count > 1). Sign with sign_control.
  std::vector<pb::ControlBody> draft(ByteView author, WallTime time, std::size_t count,
                                     const GroupId& batch) const;

 private:
  friend class ControlRules;
  TownshipId township_;
  std::uint32_t head_seq_ = 0;
  Hash head_;
  VerifyKey server_key_, county_root_;
  std::string server_address_;
  bool practice_ = false;
  std::uint8_t lowest_suite_ = 1;
  std::vector<Hash> heads_;  // by seq - 1
  std::vector<DeviceRecord> devices_;
  std::vector<RoleRecord> roles_;
  std::vector<StreamRecord> streams_;
  std::vector<InviteRecord> invites_;
  std::vector<PersonRecord> persons_;
  std::vector<pb::ControlEntry> pending_;
};

Hash control_hash(ByteView body);
Hash key_record_hash(ByteView key_record);
// Serialises once; sets key_record_hash in the body if a record is given. `prev` links between
// entries of one append are the caller's: see chain_and_sign.
pb::ControlEntry sign_control(pb::ControlBody body, const SigningKey& key,
                              const pb::KeyRecord* record = nullptr);
void co_sign_control(pb::ControlEntry& entry, const SigningKey& key);

}  // namespace mq::wire
