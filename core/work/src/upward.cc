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

void hide_in(const Ledger& ledger, Row& row, const std::vector<std::string>& columns) {
  for (const std::string& column : columns) {
    if (const auto at = place_of(ledger, column); at && *at < row.size()) row[*at] = kHidden;
  }
}

// What the total leaves for the rows that are hidden.
std::int64_t left_for_hidden(const Ledger& ledger, const std::string& column) {
  const auto at = place_of(ledger, column);
  if (!at) return 0;
  std::int64_t left = count_in(ledger.totals, *at);
  for (const Row& row : ledger.rows) left -= count_in(row, *at);
  return left;
}

// Of the totals the shares, and what shows how few were reached by how many visits were in vain.
// How many visits there were stays: it points at no village, and what comes late is told by it.
void hide_totals_beside(Ledger& ledger, const Beside& beside) {
  if (!is_hidden(ledger.totals, place_of(ledger, beside.told))) return;
  hide_in(ledger, ledger.totals, beside.shares);
  if (ledger.upward.sums_tell) hide_in(ledger, ledger.totals, beside.counts);
  if (beside.counts.empty() || beside.but.empty()) return;
  const std::int64_t in_vain = left_for_hidden(ledger, beside.but.front());
  const bool told = is_few(left_for_hidden(ledger, beside.counts.front()) - in_vain);
  if (in_vain > 0 && told) hide_in(ledger, ledger.totals, beside.but);
}

// What stands beside a hidden number and tells it. In one row alone the total less the others
// would tell that, so another one is hidden with it.
void hide_beside(Ledger& ledger, const Beside& beside) {
  std::vector<Row*> hidden, others;
  for (Row& row : ledger.rows) {
    (is_hidden(row, place_of(ledger, beside.told)) ? hidden : others).push_back(&row);
  }
  const auto all = beside.counts.empty() ? std::nullopt : place_of(ledger, beside.counts.front());
  if (hidden.size() == 1 && all) {
    std::erase_if(others, [&](const Row* row) { return count_in(*row, *all) == 0; });
    Row* with_it = hidden_beside(others, count_in(*hidden.front(), *all), 1, *all);
    if (with_it != nullptr) hidden.push_back(with_it);
  }
  for (Row* row : hidden) {
    for (const auto* columns : {&beside.shares, &beside.counts, &beside.but}) {
      hide_in(ledger, *row, *columns);
    }
  }
  hide_totals_beside(ledger, beside);
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
  for (const Beside& beside : ledger.upward.beside) hide_beside(ledger, beside);
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
