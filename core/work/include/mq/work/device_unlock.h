// Device unlock: the codes for forgotten passphrases as members hand them over, each sealed to the
// admins and kept as a row of the person's own diary stream.
//
// A row is believed only as far as its own device wrote it: whoever else may write that stream
// could name a code that opens nothing. It opens no code; seal::open_escrow does.
#pragma once

#include <optional>
#include <vector>

#include "mq/base/date.h"
#include "mq/seal/escrow.h"
#include "mq/work/workplace.h"

namespace mq::work {

struct DeviceUnlock {
  DeviceId device;
  Bytes sealed;                 // as seal_escrow made it
  Date made_on;                 // the day the code was drawn
  std::optional<Date> used_on;  // the last day on which a code opened the device
};

// Who is to hold the code of a device: the other live devices of admins that are handed the key of
// its owner's diary, then recovery once made.
seal::EscrowHolders unlock_holders(const wire::ControlState& control, const DeviceId& own);

// What the live devices of this person have handed over, the newest of each device.
Result<std::vector<DeviceUnlock>> device_unlocks(const Workplace& place, const PersonId& person);

// Writes it in that row of the own diary stream. kNotFound: this person has no such stream.
Status keep_device_unlock(const Workplace& place, const RowId& row, const DeviceUnlock& unlock);
// Whether the row says this, by nobody else's word.
Result<bool> stands(const Workplace& place, const RowId& row, const DeviceUnlock& unlock);

}  // namespace mq::work
