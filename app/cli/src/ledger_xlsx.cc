#include "ledger_xlsx.h"

#include <set>
#include <string>
#include <vector>

#include "ledger_text.h"
#include "mq/base/text.h"
#include "mq/tabular/book.h"

namespace mq::cli {

namespace {

using Cells = std::vector<tabular::BookCell>;

std::set<std::size_t> columns_of_shares(const work::Ledger& ledger) {
  std::set<std::size_t> out;
  const auto note = [&](const std::vector<work::LedgerCell>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (std::holds_alternative<work::Ratio>(row[i])) out.insert(i);
    }
  };
  for (const auto& row : ledger.rows) note(row);
  note(ledger.totals);
  return out;
}

tabular::BookCell book_cell(const work::LedgerCell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return *number;
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* money = std::get_if<work::Money>(&cell)) return tabular::Hundredths{money->fen};
  if (const auto* date = std::get_if<Date>(&cell)) return *date;
  if (const auto* ratio = std::get_if<work::Ratio>(&cell)) {
    return tabular::Share{ratio->numerator, ratio->denominator};
  }
  return {};
}

Cells book_row(const std::vector<work::LedgerCell>& row, const std::set<std::size_t>& shares) {
  Cells out;
  for (std::size_t i = 0; i < row.size(); ++i) {
    out.push_back(book_cell(row[i]));
    if (!shares.contains(i)) continue;
    const auto* ratio = std::get_if<work::Ratio>(&row[i]);
    out.push_back(ratio != nullptr ? tabular::BookCell(ratio->numerator) : tabular::BookCell());
    out.push_back(ratio != nullptr ? tabular::BookCell(ratio->denominator) : tabular::BookCell());
  }
  return out;
}

}  // namespace

Result<Bytes> ledger_xlsx(const work::Ledger& ledger, WallTime made) {
  const std::set<std::size_t> shares = columns_of_shares(ledger);
  const LedgerPaper paper = ledger_paper(ledger);
  tabular::Book book;
  book.tab = ledger.id;
  book.title = paper.title;
  book.lead = paper.lead;
  book.notes = paper.notes;
  for (std::size_t i = 0; i < ledger.columns.size(); ++i) {
    book.header.push_back(ledger.columns[i]);
    if (!shares.contains(i)) continue;
    for (const char* part : {"分子", "分母"}) book.header.push_back(cat(ledger.columns[i], part));
  }
  for (const auto& row : ledger.rows) book.rows.push_back(book_row(row, shares));
  book.totals = book_row(ledger.totals, shares);
  return tabular::write_xlsx(book, made);
}

}  // namespace mq::cli
