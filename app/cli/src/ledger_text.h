// A ledger as text cells and as JSON; the one place that writes its numbers down.
#pragma once

#include <string>
#include <vector>

#include "mq/work/ledger.h"
#include "output.h"

namespace mq::cli {

// Title, period, 口径 and completeness, a line each.
std::vector<std::vector<std::string>> ledger_head(const work::Ledger& ledger);
// Rows, and the totals last, as people read them: "157/480 32.7%", money in 元.
std::vector<std::vector<std::string>> ledger_rows(const work::Ledger& ledger);
// The shape of `help json`: ratios as numerator and denominator, money in 分, dates ISO.
Json ledger_json(const work::Ledger& ledger);

}  // namespace mq::cli
