// Alarms: what a person is told at once when the control log has grown (PROTOCOL sections 5, 6).
#pragma once

#include <vector>

#include "mq/seal/keyring.h"
#include "mq/sync/engine.h"
#include "mq/wire/control.h"

namespace mq::sync {

// What the entries after `since` mean to the person at this device: devices, roles and cuts in his
// name, new readers of streams that he writes, and what concerns every member.
std::vector<Alarm> alarms_since(const wire::ControlState& log, std::uint32_t since,
                                const seal::Keyring& keyring);

// Those since the last ones taken, kept in one commit with that; the log as it was at joining is no
// news.
Result<std::vector<Alarm>> take_news(vault::Vault& vault, const wire::ControlState& log,
                                     const seal::Keyring& keyring, WallTime when);

Alarm claimed_twice(const InviteId& invite);
Alarm restored_home();
// 管理员, 包村干部 … and admin, cadre …
Alarm role_words(pb::RoleKind kind);

// Keeps them in the vault until they are seen (membership.h).
Status keep_alarms(vault::Vault& vault, const std::vector<Alarm>& alarms, WallTime when);

}  // namespace mq::sync
