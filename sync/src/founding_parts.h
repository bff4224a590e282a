// What founding at once and founding by file share.
#pragma once

#include <vector>

#include "acts.h"
#include "mq/sync/engine.h"

namespace mq::sync {

// What is sent, as kept in the vault until it stands; of a founding by file the root stays zeros.
struct Founding {
  Key32 root;
  std::vector<pb::ControlEntry> entries;
};
Status store_founding(vault::Vault& vault, const Founding& founding);
Result<std::optional<Founding>> load_founding(vault::Vault& vault);

// kConflict: this home belongs to a township already.
Status check_no_township(const ControlStore& control);
// Once per home. Two commits: a kill between them leaves a device id, which the next call goes on
// with.
Status draw_identity(vault::Vault& vault, seal::Keyring& keyring, const Clock& clock,
                     Random& random);
pb::ControlBody genesis_body(const FoundOptions& options, const seal::Identity& me,
                             const VerifyKey& root, const VerifyKey& server);
// The founder's name, the township's stream and his diary, each with its first key.
Status plan_township(Plan& plan, const FoundOptions& options, const seal::Identity& me,
                     const Clock& clock, Random& random);
// After an answer was lost the server may have the founding already.
Result<bool> stands_on_server(Acts& acts, const Signer& signer, const Founding& founding);
// Founds, unless it stands, and stores the log here.
Status send_founding(Acts& acts, const Founding& founding, const std::string& code, bool stands);

}  // namespace mq::sync
