// Membership: the acts of one member's device on the control log.
#pragma once

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

}  // namespace mq::sync
