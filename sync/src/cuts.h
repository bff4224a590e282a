// Cuts: where the chains end of whoever loses a right.
#pragma once

#include <optional>
#include <vector>

#include "acts.h"
#include "plan.h"

namespace mq::sync {

// An entry that ends something of these devices, as yet without cuts.
struct Ending {
  pb::ControlBody body;
  std::vector<DeviceId> devices;
  std::optional<WallTime> since;  // cut at what the server had received by then
};

// One round trip. Every line that the server holds of every chain that loses its right by this
// entry; the server knows also the streams that this device cannot read. An earlier cut goes by the
// times in this vault; in streams not held here it stays the server's. kConflict: this vault holds
// more of such a chain than the server, or, for an earlier cut, less: sync first.
Result<std::vector<pb::Cut>> cuts_for(Acts& acts, const Plan& plan, const Ending& ending);

}  // namespace mq::sync
