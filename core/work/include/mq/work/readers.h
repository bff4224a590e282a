// Readers: who can read a stream now, so that a person knows for whom he writes (谁能看到).
//
// Computed from the control log alone: whoever the stream's next key would be sealed to, and
// whoever still holds the present key though the next one is not for him. It never guesses at what
// was copied or photographed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mq/work/workplace.h"

namespace mq::work {

enum class ReaderHow {
  kRole,          // a member's devices
  kInvited,       // an invitation not yet used
  kRecovery,      // the recovery kit
  kUntilRekeyed,  // device, invitation or kit that has ended: reads until the stream has a new key
};

struct Reader {
  ReaderHow how = ReaderHow::kRole;
  std::optional<PersonId> person;         // none: the recovery kit
  std::string name;                       // empty if nobody here knows it
  std::vector<wire::pb::RoleKind> roles;  // held now, or what the invitation would give
  std::vector<Bytes> recipients;          // devices, invitation or kit, as the log names them
};

// In log order, those who read until the next key last; without names. Nobody if the stream is not
// in the log: then it stands on this device alone.
std::vector<Reader> readers_of(const wire::ControlState& control, const StreamId& stream);
// The same with the names of the cadre list, else those of the membership log.
Result<std::vector<Reader>> readers_of(const Workplace& place, const StreamId& stream);

// Where the P3 facts of a village stand, held on this device or not.
std::optional<StreamId> private_stream_of(const wire::ControlState& control,
                                          const StreamId& village);

}  // namespace mq::work
