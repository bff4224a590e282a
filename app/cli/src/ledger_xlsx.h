// A ledger as a workbook to hand up: numbers, amounts, dates and shares as a spreadsheet computes
// with them. A column of shares is three: the percentage, and its numerator and denominator, so
// that shares of several tables can be put together by what they count.
#pragma once

#include "mq/base/bytes.h"
#include "mq/base/clock.h"
#include "mq/base/result.h"
#include "mq/work/ledger.h"

namespace mq::cli {

// Errors are those of tabular::write_xlsx.
Result<Bytes> ledger_xlsx(const work::Ledger& ledger, WallTime made);

}  // namespace mq::cli
