#include "mq/work/explain.h"

#include <algorithm>
#include <charconv>

#include "mq/base/text.h"

namespace mq::work {

namespace {

constexpr std::string_view kTotals = "合计";
constexpr std::size_t kListed = 12;  // of the names that an error offers

std::optional<std::size_t> number_in(std::string_view text, std::size_t most) {
  std::size_t number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (text.empty() || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  if (number < 1 || number > most) return std::nullopt;
  return number - 1;
}

Error unknown(std::string_view zh, std::string_view en, std::string_view typed,
              const std::vector<std::string>& known) {
  std::vector<std::string> some(
      known.begin(), known.begin() + static_cast<std::ptrdiff_t>(std::min(known.size(), kListed)));
  if (known.size() > kListed) some.emplace_back("…");
  const std::string list = join(some, "、");
  return Error{Code::kInvalidInput, cat("报表里没有", zh, " ", typed, ";有:", list),
               cat("the report has no ", en, " ", typed, "; there are: ", list)};
}

bool says(const std::vector<LedgerCell>& row, std::string_view text) {
  return std::ranges::any_of(row, [&](const LedgerCell& cell) {
    const auto* words = std::get_if<std::string>(&cell);
    return words != nullptr && *words == text;
  });
}

// The most telling text of a row: its last of the leading ones, such as 村 鱼泉村.
std::string name_of(const std::vector<LedgerCell>& row) {
  std::string out;
  for (const LedgerCell& cell : row) {
    const auto* words = std::get_if<std::string>(&cell);
    if (words == nullptr) {
      if (!out.empty()) break;
      continue;
    }
    if (!words->empty()) out = *words;
  }
  return out;
}

// rows.size(): the totals.
Result<std::size_t> row_named(const Ledger& ledger, std::string_view typed) {
  if (typed == kTotals && !ledger.totals.empty()) return ledger.rows.size();
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < ledger.rows.size(); ++i) {
    if (says(ledger.rows[i], typed)) found.push_back(i);
  }
  if (found.size() == 1) return found.front();
  if (found.size() > 1) {
    std::vector<std::string> numbers;
    for (const std::size_t row : found) numbers.push_back(cat("第 ", row + 1, " 行"));
    const std::string list = join(numbers, "、");
    return Error{Code::kInvalidInput, cat(typed, " 在几行里都有:", list, ";请写行号"),
                 cat(typed, " stands in several rows: ", list, "; give the number of one")};
  }
  if (const auto number = number_in(typed, ledger.rows.size())) return *number;
  std::vector<std::string> names;
  for (const auto& row : ledger.rows) names.push_back(name_of(row));
  if (!ledger.totals.empty()) names.emplace_back(kTotals);
  return unknown("行", "row", typed, names);
}

Result<std::size_t> column_named(const Ledger& ledger, std::string_view typed) {
  const auto at = std::ranges::find(ledger.columns, typed);
  if (at != ledger.columns.end()) {
    return static_cast<std::size_t>(at - ledger.columns.begin());
  }
  if (const auto number = number_in(typed, ledger.columns.size())) return *number;
  return unknown("列", "column", typed, ledger.columns);
}

const std::set<Source>* sources_of(const Sources& sources, std::string_view name) {
  const auto found = sources.find(name);
  return found == sources.end() ? nullptr : &found->second;
}

std::vector<Source> listed(const std::set<Source>* sources) {
  if (sources == nullptr) return {};
  return {sources->begin(), sources->end()};
}

bool is_zero(const LedgerCell& cell) {
  const auto* number = std::get_if<std::int64_t>(&cell);
  const auto* money = std::get_if<Money>(&cell);
  return (number != nullptr && *number == 0) || (money != nullptr && money->fen == 0);
}

void fill(const Ledger& ledger, const Sources& sources, Explanation& out) {
  const auto quotient = std::ranges::find(ledger.quotients, out.column, &Quotient::column);
  if (quotient != ledger.quotients.end()) {
    out.share = true;
    out.records = listed(sources_of(sources, quotient->numerator));
    out.of = listed(sources_of(sources, quotient->denominator));
    return;
  }
  const std::set<Source>* own = sources_of(sources, out.column);
  // Nothing counts in a zero, whatever stands in its row.
  if (own == nullptr && !is_zero(out.value)) own = sources_of(sources, "");
  out.records = listed(own);
  out.from_records = own != nullptr || is_zero(out.value);
}

}  // namespace

Result<Explanation> explain(const Ledger& ledger, std::string_view cell) {
  std::size_t comma = cell.find(',');
  std::size_t width = 1;
  if (const std::size_t wide = cell.find("，"); wide != std::string_view::npos && wide < comma) {
    comma = wide;
    width = std::string_view("，").size();
  }
  if (comma == std::string_view::npos) {
    return Error{Code::kInvalidInput, cat("请写成 行,列,如 鱼泉村,走访户次:", cell),
                 cat("a cell is ROW,COLUMN: ", cell)};
  }
  MQ_TRY(const std::size_t row, row_named(ledger, trimmed(cell.substr(0, comma))));
  MQ_TRY(const std::size_t column, column_named(ledger, trimmed(cell.substr(comma + width))));
  const bool totals = row == ledger.rows.size();
  const std::vector<LedgerCell>& cells = totals ? ledger.totals : ledger.rows[row];
  Explanation out;
  out.row = totals ? std::string(kTotals) : name_of(cells);
  out.column = ledger.columns[column];
  if (column < cells.size()) out.value = cells[column];
  static const Sources kNone;
  const bool known = row < ledger.row_sources.size();
  fill(ledger, totals ? ledger.total_sources : known ? ledger.row_sources[row] : kNone, out);
  return out;
}

}  // namespace mq::work
