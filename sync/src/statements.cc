// Completeness: each device says, once a day of contact, up to when its work has been exported.
#include <algorithm>

#include "mq/base/date.h"
#include "mq/sync/engine.h"

namespace mq::sync {

namespace {

// Somebody whose records of the village a ledger waits for.
bool counts_here(const wire::ControlState& state, const seal::Identity& identity,
                 const StreamId& stream) {
  const std::uint32_t now = state.head_seq();
  return state.has_role(identity.person, pb::ROLE_KIND_CADRE, now) &&
         state.may_write(identity.device, stream, now);
}

}  // namespace

Result<int> state_exports(vault::Vault& vault, const seal::Keyring& keyring,
                          const ControlStore& control, seal::Sealer& sealer) {
  const WallTime until{vault.checkpoint().time_ms};
  if (keyring.identity() == nullptr || until.ms <= 0) return 0;
  int sealed = 0;
  for (const vault::StreamInfo& stream : vault.streams()) {
    const bool village = stream.kind == pb::STREAM_KIND_VILLAGE && stream.ordinal != 0;
    if (!village || !counts_here(control.state(), *keyring.identity(), stream.id)) continue;
    MQ_TRY(const std::optional<WallTime> stated,
           vault.stated_until(stream.ix, keyring.identity()->device));
    if (stated && Date::in_shanghai(*stated) >= Date::in_shanghai(until)) continue;
    MQ_TRY(const auto envelope, sealer.seal_statement(stream.ix, control.state(), until));
    sealed += envelope ? 1 : 0;
  }
  return sealed;
}

}  // namespace mq::sync
