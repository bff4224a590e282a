// What of a ledger may leave the township: DOMAIN (c), no names and no cell that points at
// somebody.
#include "mq/work/upward.h"

#include <algorithm>

#include "ledger_parts.h"
#include "mq/base/text.h"

namespace mq::work {

namespace {

const std::string kFew = "<3";
const std::string kHidden = "※";

using Row = std::vector<LedgerCell>;

std::optional<std::size_t> place_of(const Ledger& ledger, std::string_view column) {
  const auto at = std::ranges::find(ledger.columns, column);
  if (at == ledger.columns.end()) return std::nullopt;
  return static_cast<std::size_t>(at - ledger.columns.begin());
}

std::int64_t count_in(const Row& row, std::size_t column) {
  if (column >= row.size()) return 0;
  const auto* number = std::get_if<std::int64_t>(&row[column]);
  return number == nullptr ? 0 : *number;
}

bool is_few(std::int64_t count) { return count > 0 && count < kFewest; }

// The cell that is hidden beside few ones, so that the total less the others does not tell them:
// one with which their sum could be made of other numbers too. It is the first such row, not the
// smallest: which one is hidden must say nothing of what it holds. None: the total tells.
Row* hidden_beside(const std::vector<Row*>& others, std::int64_t sum_of_few, std::size_t few,
                   std::size_t column) {
  const auto could_be_other = kFewest + 1 + static_cast<std::int64_t>(few);
  for (Row* row : others) {
    if (sum_of_few + count_in(*row, column) >= could_be_other) return row;
  }
  return nullptr;
}

// Few ones are shown as such.
bool hide_few(Ledger& ledger, std::size_t column) {
  std::vector<Row*> few, others;
  std::int64_t sum_of_few = 0;
  for (Row& row : ledger.rows) {
    const std::int64_t count = count_in(row, column);
    if (is_few(count)) {
      few.push_back(&row);
      sum_of_few += count;
    } else if (count > 0) {
      others.push_back(&row);
    }
  }
  const bool total_is_few = is_few(count_in(ledger.totals, column));
  Row* beside = hidden_beside(others, sum_of_few, few.size(), column);
  // Alone it says what the total says.
  const bool total_tells = beside == nullptr && (few.size() > 1 || !others.empty());
  if (beside == nullptr && !others.empty()) beside = others.front();
  for (Row* row : few) (*row)[column] = kFew;
  if (total_is_few) ledger.totals[column] = kFew;
  if (!few.empty() && beside != nullptr) (*beside)[column] = kHidden;
  if (!few.empty() && total_tells && column < ledger.totals.size()) {
    ledger.totals[column] = kHidden;
  }
  return !few.empty() || total_is_few;
}

bool is_hidden(const Row& row, std::optional<std::size_t> column) {
  if (!column || *column >= row.size()) return false;
  const auto* text = std::get_if<std::string>(&row[*column]);
  return text != nullptr && (*text == kFew || *text == kHidden);
}

// A share of a hidden number would tell it.
void hide_quotients(Ledger& ledger) {
  const auto hide = [&](Row& row) {
    for (const Quotient& each : ledger.quotients) {
      const auto at = place_of(ledger, each.column);
      const bool told = is_hidden(row, place_of(ledger, each.numerator)) ||
                        is_hidden(row, place_of(ledger, each.denominator));
      if (at && *at < row.size() && told) row[*at] = kHidden;
    }
  };
  std::ranges::for_each(ledger.rows, hide);
  hide(ledger.totals);
}

// What stands beside a hidden number and tells it. Of the township's total only the shares: how
// many visits there were points at no village, and what comes late is told by it.
void hide_beside(Ledger& ledger) {
  const auto hide = [&](Row& row, bool shares_alone) {
    for (const auto& [told, columns] : ledger.upward.beside) {
      if (!is_hidden(row, place_of(ledger, told))) continue;
      for (const std::string& column : columns) {
        const auto at = place_of(ledger, column);
        if (!at || *at >= row.size()) continue;
        if (!shares_alone || std::holds_alternative<Ratio>(row[*at])) row[*at] = kHidden;
      }
    }
  };
  for (Row& row : ledger.rows) hide(row, false);
  hide(ledger.totals, !ledger.upward.sums_tell);
}

bool hide_cells(Ledger& ledger) {
  bool any = false;
  for (const auto& [row, column] : ledger.upward.cells) {
    if (row >= ledger.rows.size() || column >= ledger.rows[row].size()) continue;
    ledger.rows[row][column] = kHidden;
    any = true;
  }
  return any;
}

void drop_column(Ledger& ledger, std::size_t column) {
  const auto drop = [column](auto& list) {
    if (column < list.size()) list.erase(list.begin() + static_cast<std::ptrdiff_t>(column));
  };
  drop(ledger.columns);
  std::ranges::for_each(ledger.rows, drop);
  drop(ledger.totals);
}

}  // namespace

Ledger upward(Ledger ledger) {
  ledger.row_sources.clear();
  ledger.total_sources.clear();
  ledger.rows.resize(ledger.upward.rows ? std::min(ledger.rows.size(), ledger.upward.first) : 0);
  bool few = hide_cells(ledger);
  for (const std::string& name : ledger.upward.households) {
    if (const auto column = place_of(ledger, name)) few = hide_few(ledger, *column) || few;
  }
  hide_quotients(ledger);
  hide_beside(ledger);
  for (const std::string& name : ledger.upward.without) {
    if (const auto column = place_of(ledger, name)) drop_column(ledger, *column);
  }
  for (auto& [name, sentence] : ledger.basis) {
    const auto said =
        std::ranges::find(ledger.upward.basis, name, &std::pair<std::string, std::string>::first);
    if (said != ledger.upward.basis.end()) sentence = said->second;
  }
  std::erase_if(ledger.basis, [](const auto& each) { return each.first == "干部行"; });
  if (!ledger.upward.rows) ledger.basis.emplace_back("上报", "涉及人员的明细留在乡镇,上报只有合计");
  if (few) {
    ledger.basis.emplace_back(
        "小数目", cat("不足 ", kFewest, " 户(人)的写作 ", kFew, ";能推算出它的一格写作 ", kHidden));
  }
  return ledger;
}

}  // namespace mq::work
