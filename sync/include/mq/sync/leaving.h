// Leaving: rights that pass to a successor, and rights that end with a person's service.
//
// Made of the acts of membership.h, each an append of its own: after a kill or a lost answer the
// first of them may stand, and calling again goes on from there. Offline nothing is changed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mq/sync/membership.h"

namespace mq::sync {

struct PassOptions {
  std::optional<PersonId> from, to;  // none: not in the log, nothing to end or to give
  std::vector<StreamId> streams;     // of one village: VILLAGE and PRIVATE
  std::string reason;                // sealed
};
struct Passed {
  Granted granted;
  Cutoff ended;
  std::size_t invites = 0;  // unused ones to this village, taken back
  bool given = false;       // the successor has the right, by a role or an invitation
};
// The successor gets what of these streams the other had as a cadre, or all if he had none, with
// keys; then the other's right to them ends where the server holds his records, and their keys
// change. He stays a cadre of the township, with his diary.
Result<Passed> pass_right(const PassOptions& options, const Member& member);

struct LeaveOptions {
  PersonId person;
  std::uint32_t last_day = 0;  // of his service
  std::string reason;          // sealed
};
struct Left {
  bool announced = false;  // the day is not over yet by the server's time: nothing has ended
  std::size_t rights = 0;  // ended or announced by this call
  std::size_t invites = 0;
  Cutoff ended;
};
// Every right of the person ends after that day: at once if it is over, else it is announced and
// any admin's device ends it then. kConflict: an earlier day was announced already. kNotFound.
Result<Left> leave_service(const LeaveOptions& options, const Member& member);

// The last day of this person's service as announced and not yet carried out; none: none was.
std::optional<std::uint32_t> announced_last_day(const wire::ControlState& state,
                                                const PersonId& person);

}  // namespace mq::sync
