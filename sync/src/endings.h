// Planning what ends a device: shared by the acts that stop one and the act that replaces one.
#pragma once

#include "acts.h"
#include "cuts.h"
#include "mq/sync/membership.h"

namespace mq::sync {

// Checked as revoke_device() says.
Result<Ending> device_ending(const Acts& acts, const RevokeOptions& options);
// The entry with its cuts; the counts of earlier endings of this plan are added to.
Status plan_ending(Acts& acts, Plan& plan, const Ending& ending, Cutoff& done);
// After the append: changes the keys that did not fit. What ended stands, whatever keeps us from
// that: somebody goes on.
void change_other_keys(Acts& acts, Cutoff& done);

}  // namespace mq::sync
