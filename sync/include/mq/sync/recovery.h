// Recovery: the kit as the control log knows it (PROTOCOL section 6).
//
// Seed and sheets are the caller's, who drew or typed them: nothing here stores them, nothing of
// them is sent but public keys and the hashes of check codes.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "mq/seal/recovery_kit.h"
#include "mq/sync/membership.h"

namespace mq::sync {

struct KitOptions {
  const seal::RecoverySeed* seed = nullptr;  // borrowed
  std::array<Hash, seal::kSheets> checks;    // of its sheets
  bool replace = false;                      // of the kit that the log has: void from then on
  // Signs as well, where the township is open: the county root, or the kit that is replaced.
  const wire::SigningKey* second = nullptr;
};
// Whether the log would take such a kit from this person now; without looking at the seed.
//
// kConflict there is a kit already, or none to replace; kNotAllowed no admin, or the second
// signature is missing; kInvalidInput it is not the county root's nor the present kit's.
Status may_make_recovery(const KitOptions& options, const wire::ControlState& state,
                         const PersonId& person);

// Makes the kit known and gives it every stream's key but those of spot checks: by grants the first
// time, by new keys for all when it replaces another. Returns how many streams it opens. A kill
// leaves keys that any admin's device changes later.
//
// As may_make_recovery, and kNotAllowed: this device lacks a key; kUnavailable: the kit may stand
// or not, a drill tells.
Result<std::size_t> make_recovery(const KitOptions& options, const Member& member);

struct Drilled {
  std::size_t streams = 0;  // whose newest key the kit opens
  std::size_t closed = 0;   // and does not
};
// Whether these sheets of one seed are the kit that the log has, and what it opens. No contact.
//
// kNotFound the township has no kit; kInvalidInput another township's, or not the kit in force.
Result<Drilled> drill_recovery(const seal::RecoverySeed& seed,
                               const std::vector<seal::Sheet>& sheets, ControlStore& control);

struct RecoverOptions {
  const seal::RecoverySeed* seed = nullptr;          // borrowed
  const std::vector<seal::Sheet>* sheets = nullptr;  // borrowed; that gave it
  std::string name;                                  // of whoever takes over
  bool keep_admins = false;                          // the admins' present devices stay
};
struct Recovered {
  bool known = false;             // the name is a member's, who now has this device as well
  std::vector<DeviceId> stopped;  // admins' devices
  std::size_t left = 0;           // streams whose new key is still to come
};
// Makes an empty home the device of an admin: reads the log as the kit, takes the keys that were
// sealed to it, appoints this device, then stops the other admins' devices. Whatever breaks off,
// calling it again goes on. What the kit gave is in the vault then, the kit itself never.
//
// kConflict this home belongs to somebody; kInvalidInput the sheets are of another township or not
// the kit in force; kNotAllowed the server knows no such kit (replaced), or the log is a
// stranger's; kNotFound no such township on this server; kUnavailable no contact.
Result<Recovered> recover_township(const RecoverOptions& options, const Member& member);

}  // namespace mq::sync
