// Workplace: what every act of work needs of one open home, handed down explicitly.
//
// Borrowed; everything must outlive the call. One thread at a time.
#pragma once

#include "mq/base/clock.h"
#include "mq/base/ids.h"
#include "mq/base/random.h"
#include "mq/vault/vault.h"
#include "mq/wire/control.h"

namespace mq::work {

struct Workplace {
  vault::Vault& vault;
  const wire::ControlState& control;
  const Clock& clock;
  Random& random;
  PersonId member;  // the person at this device, as the control log knows him

  // By the control log at its head; what the schema and forms allow on top is work's own.
  bool is_desk() const;  // desk or admin: rosters, cadres, pairings, ledgers of the township
  bool is_admin() const;
};

}  // namespace mq::work
