// What of a ledger may leave the township: DOMAIN (c), no names and no cell that points at
// somebody.
#include "mq/work/upward.h"

#include <algorithm>

#include "mq/base/text.h"

namespace mq::work {

namespace {

constexpr std::int64_t kFewest = 3;  // DOMAIN (c)
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

// Few ones are shown as such. The total less the others would tell them, so the smallest of the
// others is hidden with them, or the total where there are no others.
bool hide_few(Ledger& ledger, std::size_t column) {
  std::vector<Row*> few;
  Row* smallest = nullptr;
  for (Row& row : ledger.rows) {
    const std::int64_t count = count_in(row, column);
    if (is_few(count)) {
      few.push_back(&row);
    } else if (count > 0 && (smallest == nullptr || count < count_in(*smallest, column))) {
      smallest = &row;
    }
  }
  const bool total_is_few = is_few(count_in(ledger.totals, column));
  for (Row* row : few) (*row)[column] = kFew;
  if (total_is_few) ledger.totals[column] = kFew;
  if (!few.empty() && smallest != nullptr) (*smallest)[column] = kHidden;
  if (few.size() > 1 && smallest == nullptr && !total_is_few) ledger.totals[column] = kHidden;
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
  bool few = false;
  for (const std::string& name : ledger.upward.households) {
    if (const auto column = place_of(ledger, name)) few = hide_few(ledger, *column) || few;
  }
  hide_quotients(ledger);
  for (const std::string& name : ledger.upward.without) {
    if (const auto column = place_of(ledger, name)) drop_column(ledger, *column);
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
