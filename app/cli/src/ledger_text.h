// A ledger as text cells, as JSON and as what a printed sheet of it says; the one place that writes
// its numbers and sentences down, for every format.
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

// One cell, as in ledger_json() and as in ledger_rows().
Json ledger_value(const work::LedgerCell& cell);
std::string ledger_words(const work::LedgerCell& cell);

// The words around the table on paper and in a workbook. The same sentences as ledger_head, with
// the wide marks of Chinese print; names of villages stay as they are.
struct LedgerPaper {
  std::string title;
  std::string lead;                // 统计期
  std::vector<std::string> notes;  // 口径, completeness, 生成时间 …, and last where to sign
};
LedgerPaper ledger_paper(const work::Ledger& ledger);

}  // namespace mq::cli
