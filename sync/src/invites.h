// One invitation: its secret, kept before the append, and its entry.
#pragma once

#include <vector>

#include "acts.h"
#include "mq/wire/invitation.h"
#include "plan.h"

namespace mq::sync {

// Somebody to invite, with his secret.
struct Asked {
  const InviteOptions* options = nullptr;
  std::uint32_t last_day = 0;
  wire::InviteSecret secret;
  wire::InviteKeys keys;
};

// Draws the secret, or takes the one kept for this person while it is good; stores it.
Result<Asked> asked_for(Acts& acts, const InviteOptions& options);

// Their entries' bodies; the MAC of the second is set where its place in the log is known.
pb::ControlBody person_body(const LabelKey& label, const InviteOptions& options, Random& random);
pb::ControlBody invite_body(const Asked& asked);

// The invite entry with the newest keys, unless it stands. Streams of `rotated` get a new key in
// this same append, whose boxes include this invitation.
Status plan_invite(Plan& plan, const Acts& acts, const Asked& asked,
                   const std::vector<StreamId>& rotated = {});

}  // namespace mq::sync
