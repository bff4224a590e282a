// A ledger as the lines that are signed and kept, and what differs between two of one kind.
//
// Lines of UTF-8, cells parted by tabs, each with a letter for what it is: numbers stay exact and
// the same ledger always gives the same lines. read_ledger() gives back what write_ledger() was
// given, but for the records behind the numbers, quotients and Upward.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mq/work/ledger.h"

namespace mq::work {

// What an earlier period came to when this one was signed, so that what arrives afterwards can be
// told apart and is reported once.
struct EarlierTotals {
  Period period;
  std::vector<LedgerCell> totals;
};
struct LedgerRecord {
  Ledger ledger;
  std::vector<EarlierTotals> earlier;
};

std::string write_ledger(const LedgerRecord& record);
// kCorrupt: no such record.
Result<LedgerRecord> read_ledger(std::string_view text);
// BLAKE2b-256("mq/lr1" ‖ text) as 64 hexadecimal digits.
std::string ledger_digest(std::string_view text);

struct LedgerChange {
  std::string row;     // by what names it; 合计 for the totals
  std::string column;  // "" if the whole row came or went
  LedgerCell was, now;
  enum class Kind { kChanged, kCame, kWent } kind = Kind::kChanged;
};
// Of two ledgers of one kind; 口径, time of making and 序号 are not compared. A row is known by
// what names it (a record by all its names); of several of one name those that stayed the same
// belong together, the others in their order.
std::vector<LedgerChange> differences(const Ledger& was, const Ledger& now);

}  // namespace mq::work
