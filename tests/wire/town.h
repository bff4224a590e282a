// Town: a township's control log as tests grow it, with every key at hand.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mq/wire/control.h"
#include "mq/wire/control_draft.h"
#include "mq/wire/invitation.h"
#include "support/sim_random.h"

namespace mq::testing {

namespace pb = wire::pb;
using Entries = std::vector<pb::ControlEntry>;

inline void put(std::string* field, ByteView bytes) { field->assign(text_of(bytes)); }

struct Holder {
  DeviceId id;
  PersonId person;
  wire::SigningKey sign;
  BoxKey box;
};

struct Invited {
  InviteId id;
  wire::InviteSecret secret;
  wire::InviteKeys keys;
};

class Town {
 public:
  explicit Town(bool practice = false, std::uint64_t seed = 1);

  // Applies to state and, if accepted, keeps in log.
  Status append(const Entries& entries);
  Status append(pb::ControlBody body) { return append(by(founder, std::move(body))); }
  Entries by(const Holder& author, pb::ControlBody body, const pb::KeyRecord* record = nullptr,
             std::initializer_list<const wire::SigningKey*> co_signers = {}) const;

  // Each appends by the founder and expects success.
  PersonId add_person();
  StreamId add_stream(pb::StreamKind kind, ByteView owner = {});
  void add_role(const PersonId& person, pb::RoleKind kind, std::vector<StreamId> streams = {});
  Invited add_invite(const PersonId& person, pb::RoleKind kind, std::vector<StreamId> streams = {});
  Holder join(const Invited& invited, const PersonId& person);
  // person, invitation and device at once.
  Holder add_holder(pb::RoleKind kind, std::vector<StreamId> streams = {});
  void rotate(const StreamId& stream);
  // Ends the preparation: a second admin, whom it returns, and a recovery kit signed by `kit`.
  Holder open();
  void end_role(const PersonId& person, pb::RoleKind kind, std::vector<pb::Cut> cuts = {});
  void revoke(const DeviceId& device, std::vector<pb::Cut> cuts = {});

  // Bodies and records that the calls above use, to be spoiled.
  pb::ControlBody invite_body(const Invited& invited, const PersonId& person, pb::RoleKind kind,
                              std::vector<StreamId> streams = {}) const;
  pb::ControlBody rotate_body(const StreamId& stream) const;
  pb::KeyRecord rotate_record(const StreamId& stream) const;
  Entries device_entry(const Invited& invited, const Holder& holder);
  Entries appoint_entry(const Holder& holder, const Bytes& author,
                        const wire::SigningKey& key) const;
  Invited new_invite();
  Holder new_holder(const PersonId& person);

  SimRandom random;
  wire::SigningKey root;
  wire::SigningKey server;
  wire::SigningKey kit;
  BoxKey kit_box;
  Holder founder;
  wire::ControlState state;
  Entries log;
};

pb::ControlBody genesis_body(const Town& town, bool practice, const TownshipId& township);
pb::ControlBody person_body(const PersonId& person);
pb::ControlBody role_body(const PersonId& person, pb::RoleKind kind,
                          const std::vector<StreamId>& streams = {});
pb::ControlBody stream_body(const StreamId& stream, pb::StreamKind kind, ByteView owner = {});

pb::ControlBody recovery_body(const BoxKey& box, const VerifyKey& sign);
pb::ControlBody compare_body(const DeviceId& device, char nonce);
pb::ControlBody open_body();
// A place on a chain; no hash at seq 0.
pb::Cut cut_of(const wire::ChainId& chain, std::uint64_t seq, const Hash& hash = {});
pb::ControlBody admit_body(const pb::Cut& from, const pb::Cut& to, const std::vector<Hash>& applied,
                           const std::vector<Hash>& refused = {});

// Offers entries that must be refused with this code and change nothing.
void expect_refused(Town& town, const Entries& entries, Code code);

// All that a state answers, as text: two states are equal if their texts are.
std::string describe(const wire::ControlState& state);

}  // namespace mq::testing
