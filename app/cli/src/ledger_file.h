// A ledger in one of the formats of `report --format`.
#pragma once

#include <string_view>

#include "mq/base/clock.h"
#include "mq/work/ledger.h"

namespace mq::cli {

// table, csv, json, xlsx or html; another one is a table.
Result<Bytes> ledger_file(const work::Ledger& ledger, std::string_view format, WallTime made);

}  // namespace mq::cli
