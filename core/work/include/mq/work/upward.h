// Upward: a ledger as the county gets it (DOMAIN (c)). No row and no column with people; a count of
// one or two households or people is shown as <3, and neither a total nor a share tells it.
//
// Pure. 口径 and completeness go with it.
#pragma once

#include "mq/work/ledger.h"

namespace mq::work {

Ledger upward(Ledger ledger);

}  // namespace mq::work
