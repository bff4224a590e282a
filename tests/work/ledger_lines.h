// A ledger as lines of text, cells parted by blanks, for tests to compare.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mq/base/text.h"
#include "mq/work/ledger.h"

namespace mq::work::testing {

inline Period period(const char* from, const char* to) {
  return {*Date::parse_iso(from), *Date::parse_iso(to)};
}

inline std::string cell_line(const LedgerCell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return cat(*number);
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* money = std::get_if<Money>(&cell)) return cat(money->fen, "分");
  if (const auto* date = std::get_if<Date>(&cell)) return date->iso();
  const auto* ratio = std::get_if<Ratio>(&cell);
  return ratio == nullptr ? "" : cat(ratio->numerator, "/", ratio->denominator);
}

// Rows, then the totals if there are any; no ratio exceeds its denominator.
inline std::vector<std::string> whole_lines(const Result<Ledger>& ledger) {
  EXPECT_TRUE(ledger.ok()) << (ledger.ok() ? "" : ledger.error().en);
  if (!ledger.ok()) return {};
  std::vector<std::vector<LedgerCell>> rows = ledger->rows;
  if (!ledger->totals.empty()) rows.push_back(ledger->totals);
  std::vector<std::string> out;
  for (const auto& row : rows) {
    EXPECT_EQ(row.size(), ledger->columns.size()) << ledger->id;
    std::vector<std::string> parts;
    for (const LedgerCell& cell : row) {
      const auto* ratio = std::get_if<Ratio>(&cell);
      if (ratio != nullptr) {
        EXPECT_LE(ratio->numerator, ratio->denominator) << ledger->id;
      }
      parts.push_back(cell_line(cell));
    }
    out.push_back(join(parts, " "));
  }
  return out;
}

}  // namespace mq::work::testing
