// Which numbers of the monthly ledgers say something of longer periods too, and how they add up.
#pragma once

#include <span>
#include <string_view>

#include "mq/work/ledger.h"

namespace mq::work {

struct Indicator {
  std::string_view report, column;
  enum class Kind {
    kFlow,      // happens on a day: months add up
    kDistinct,  // counted once however often: months do not add up
    kStock,     // stands at the end: the last month's
    kShare      // a quotient, computed anew
  } kind;
};
// By report, in the order of RP17.
std::span<const Indicator> indicators();

// The total of a column; nothing if the ledger has none.
LedgerCell total_of(const Ledger& ledger, std::string_view column);

}  // namespace mq::work
