// A ledger as a command line names it, and in one of the formats of `report --format`.
#pragma once

#include <string_view>

#include "command.h"
#include "mq/base/clock.h"
#include "mq/work/ledger.h"

namespace mq::cli {

// table, csv, json, xlsx or html; another one is a table.
Result<Bytes> ledger_file(const work::Ledger& ledger, std::string_view format, WallTime made);

// By its id; a usage error that lists what there is.
Result<const work::LedgerEntry*> ledger_named(Call& call, std::string_view id);

}  // namespace mq::cli
