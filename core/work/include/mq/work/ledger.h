// Ledger: one table as handed up, with its period, its 口径 and how complete its sources are.
//
// Pure values; formatting (table, CSV, JSON) belongs to the faces. Ratios keep numerator and
// denominator. Tables with people keep organisation order and are never sorted by a figure.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "mq/base/clock.h"
#include "mq/base/date.h"
#include "mq/work/workplace.h"

namespace mq::work {

struct Period {
  Date from, to;  // both days included
};

struct Ratio {
  std::int64_t numerator = 0, denominator = 0;
  bool operator==(const Ratio&) const = default;
};
struct Money {
  std::int64_t fen = 0;
  bool operator==(const Money&) const = default;
};

std::string yuan(const Money& money);  // "426.00", "-0.05"

using LedgerCell = std::variant<std::monostate, std::int64_t, std::string, Ratio, Money, Date>;

// "9 persons of this village: 7 received until March 25, 2 until March 4": counts, never names.
struct Completeness {
  std::string village;
  struct Part {
    int people = 0;
    std::optional<Date> until;  // the last day received whole; none: nothing received yet
  };
  std::vector<Part> parts;  // latest first
};

// Records behind one cell, each once. By column; by a name of its own what only a share divides; ""
// is what stands behind the whole row.
struct Source {
  std::uint32_t entity = 0;
  RowId row;
  auto operator<=>(const Source&) const = default;
};
using Sources = std::map<std::string, std::set<Source>, std::less<>>;

// Of which two columns, or names among the sources, a column of shares is the quotient.
struct Quotient {
  std::string column, numerator, denominator;
};

// Columns that say, in the same row, what a hidden one holds: it is never more than `counts` less
// `but`. Of the totals the shares are hidden, and `but` where it would tell.
struct Beside {
  std::string told;
  std::vector<std::string> shares = {};
  std::vector<std::string> counts = {};  // the first of all, the others of a kind
  std::vector<std::string> but = {};     // the first of all, the others of a kind
};

// What of it may leave the township (DOMAIN (c)): numbers of places, never people.
struct Upward {
  bool rows = false;                    // false: totals alone
  std::size_t first = SIZE_MAX;         // so many rows from the top; the others are of people
  std::vector<std::string> without;     // columns with names
  std::vector<std::string> households;  // columns in which 1 and 2 would point at somebody
  std::vector<Beside> beside;
  std::vector<std::pair<std::size_t, std::size_t>> cells;  // row and column, hidden for themselves
  bool sums_tell = false;                                  // of the totals `counts` too
  std::vector<std::pair<std::string, std::string>> basis = {};  // sentences as they go upward
};

// Who stands for it, once it is signed.
struct Signing {
  std::string signer, digest;  // BLAKE2b-256 of its record as 64 hexadecimal digits
  WallTime at;
  std::uint32_t version = 0;  // from 1; further ones are corrections
  std::string reason;         // of a correction
};

struct Ledger {
  std::string id;  // "RP01"
  std::string title;
  Period period;
  std::vector<std::pair<std::string, std::string>> basis;  // 口径, named sentences
  std::vector<Completeness> complete;
  std::vector<std::string> columns;
  std::vector<std::vector<LedgerCell>> rows;
  std::vector<LedgerCell> totals;  // recomputed, never summed from distinct counts; may be empty
  std::vector<Quotient> quotients;
  Upward upward;
  std::optional<Signing> signing;
  // Only if the request asks: of each row, and of the totals.
  std::vector<Sources> row_sources;
  Sources total_sources;
};

struct LedgerRequest {
  Period period;
  std::optional<std::string> village;  // name or id
  bool explain = false;                // with the records behind each number
};

// DOMAIN.md section (c), formulas and section (g).
Result<Ledger> ledger_rp01(const Workplace& place, const LedgerRequest& request);  // 走访情况统计表
Result<Ledger> ledger_rp02(const Workplace& place, const LedgerRequest& request);  // 民情台账
Result<Ledger> ledger_rp03(const Workplace& place, const LedgerRequest& request);  // 事项办理情况
Result<Ledger> ledger_rp04(const Workplace& place, const LedgerRequest& request);  // 事项分类表
Result<Ledger> ledger_rp05(const Workplace& place, const LedgerRequest& request);  // 结对帮扶一览表
Result<Ledger> ledger_rp06(const Workplace& place, const LedgerRequest& request);  // 各职级结对统计
Result<Ledger> ledger_rp07(const Workplace& place, const LedgerRequest& request);  // 承诺兑现台账
Result<Ledger> ledger_rp08(const Workplace& place, const LedgerRequest& request);  // 为民办实事台账
Result<Ledger> ledger_rp09(const Workplace& place,
                           const LedgerRequest& request);  // 矛盾纠纷排查化解月报
Result<Ledger> ledger_rp10(const Workplace& place, const LedgerRequest& request);  // 接访下访登记
Result<Ledger> ledger_rp11(const Workplace& place, const LedgerRequest& request);  // 院坝会统计
Result<Ledger> ledger_rp14(const Workplace& place, const LedgerRequest& request);  // 民情日记统计
// 季度普查、半年通报、年度. kInvalidInput: not made of two or more whole months, or of one village.
Result<Ledger> ledger_rp17(const Workplace& place, const LedgerRequest& request);

struct LedgerEntry {
  const char* id;
  const char* zh;
  Result<Ledger> (*compute)(const Workplace&, const LedgerRequest&);
};
// The ledgers this program prints; help, completion and `report` read it.
const std::vector<LedgerEntry>& ledgers();

// Per village, how far everybody's records have been received; from state statements.
Result<std::vector<Completeness>> completeness(const Workplace& place,
                                               const std::optional<std::string>& village);

}  // namespace mq::work
