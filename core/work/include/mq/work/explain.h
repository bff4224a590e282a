// Explain: the records behind one number of a ledger.
//
// Pure: the ledger must have been computed with `explain`. Every number opens, also a total; a
// share opens twice, into what it counts and into what it divides by. What comes from a rule and
// not from records (a quota, how many meetings are asked for) says so instead.
#pragma once

#include <string_view>
#include <vector>

#include "mq/work/ledger.h"

namespace mq::work {

struct Explanation {
  std::string row, column;  // as the ledger calls them
  LedgerCell value;
  std::vector<Source> records;  // each once
  std::vector<Source> of;       // of a share: its denominator
  bool share = false;
  bool from_records = true;  // false: the number follows from a rule
};

// `cell` is "row,column": the row by its number from 1, by 合计, or by a text that stands in it;
// the column by its header or its number from 1. kInvalidInput with what there is if it names
// nothing, or more than one row.
Result<Explanation> explain(const Ledger& ledger, std::string_view cell);

}  // namespace mq::work
