// Plan: the entries of one append to the control log, each checked against the log before it.
//
// What an entry needs of the entries before it in the same append (recipients of a first epoch, the
// head under an invitation's MAC) is asked of state(); entries() then chains and signs them as one
// batch, in force only together.
#pragma once

#include <optional>
#include <vector>

#include "mq/base/clock.h"
#include "mq/base/random.h"
#include "mq/base/result.h"
#include "mq/wire/control.h"
#include "mq/wire/control_draft.h"

namespace mq::sync {

namespace pb = ::minqing::sync::v1;

// Keys are borrowed.
struct Author {
  Bytes id;  // device, or the invitation that is being used
  const wire::SigningKey* key = nullptr;
  const wire::SigningKey* co_signer = nullptr;  // county root at genesis, the device when joining
};

class Plan {
 public:
  Plan(const wire::ControlState& state, Author author, WallTime time, Random& random);

  // Only the payload of `body` is the caller's, and the township at genesis. `second` signs as
  // well, where the entry's rule asks for it; borrowed until entries().
  Status add(pb::ControlBody body, const pb::KeyRecord* record = nullptr,
             const wire::SigningKey* second = nullptr);
  // The MAC is set here, over the head that the entry comes to follow.
  Status add_invite(pb::ControlBody body, const Key32& mac, const pb::KeyRecord* record);
  // The log as if what was added were in force.
  const wire::ControlState& state() const { return state_; }
  bool empty() const { return planned_.empty(); }
  // Of the entries so far, key records included: what the server's limit counts.
  std::size_t bytes() const { return bytes_; }
  std::vector<pb::ControlEntry> entries() const;

 private:
  struct Planned {
    pb::ControlBody body;
    std::optional<pb::KeyRecord> record;
    std::optional<Key32> mac;
    const wire::SigningKey* second = nullptr;
  };
  Status add_planned(Planned planned);
  void write(wire::ControlDraft& draft, const Planned& planned) const;

  const wire::ControlState base_;
  wire::ControlState state_;
  Author author_;
  WallTime time_;
  GroupId batch_;
  std::vector<Planned> planned_;
  std::size_t bytes_ = 0;
};

// The next epoch's key sealed to everybody who must have it now, without names: 82 bytes each. For
// the rotate that comes next, since the log's order of readers names the recipients.
Result<pb::KeyRecord> rotate_record(const wire::ControlState& state, const StreamId& stream,
                                    const Key32& key, Random& random);
// One stream's key sealed to one recipient, by name: what a grant says, and its record.
struct KeyGrant {
  pb::ControlBody body;
  pb::KeyRecord record;
};
struct GrantTo {
  ByteView recipient;  // device, or recovery by its name
  BoxKey box_key;
};
Result<KeyGrant> key_grant(const StreamId& stream, std::uint32_t epoch, const Key32& key,
                           const GrantTo& to, Random& random);
// Adds the stream and its first epoch under a key drawn by the caller.
Status add_stream(Plan& plan, const pb::Stream& stream, const Key32& key, Random& random);

}  // namespace mq::sync
