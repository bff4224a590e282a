#include "template_rows.h"

#include <algorithm>

#include "mq/base/text.h"
#include "template_words.h"

namespace mq::tabular {

namespace {

class RowFinder {
 public:
  explicit RowFinder(const BelowHeader& below) : below_(below) {}

  TableRows find() {
    PreparedRows& prepared = out_.prepared;
    prepared.top = prepared.first = below_.top;
    take_standing();
    if (standing_goes()) {
      prepared.dropped_before = prepared.first;
      prepared.first = below_.top;
    }
    if (below_.sheet != nullptr && totals_on_top()) ++prepared.first;
    const auto next = std::ranges::find_if(below_.rows, [&](const Row& row) {
      return row.line >= std::max(prepared.first, prepared.dropped_before) && !waits(row);
    });
    out_.below = next == below_.rows.end() ? 0 : next->line;
    if (below_.sheet == nullptr) return std::move(out_);
    prepared.count = waiting(prepared.first, out_.below);
    prepared.pattern = prepared.count > 0      ? prepared.first
                       : out_.standing.empty() ? 0
                                               : prepared.first - 1;
    fix_columns();
    return std::move(out_);
  }

 private:
  const Row* row_at(std::size_t line) const {
    const auto row = std::ranges::lower_bound(below_.rows, line, {}, &Row::line);
    return row == below_.rows.end() || row->line != line ? nullptr : &*row;
  }

  // What a row says in each column of the table; the results of formulas are nobody's words.
  std::vector<std::string_view> said(const Row& row) const {
    std::vector<std::string_view> out;
    for (const TemplateColumn& column : below_.columns) out.push_back(trimmed(row.cell(column.at)));
    const RawRow* raw = below_.sheet == nullptr ? nullptr : below_.sheet->row(row.line);
    if (raw == nullptr) return out;
    for (const RawCell& cell : below_.sheet->cells(*raw)) {
      const auto at = column_at(cell.column);
      if (at != below_.columns.end() && below_.sheet->has_formula(cell)) {
        out[static_cast<std::size_t>(at - below_.columns.begin())] = {};
      }
    }
    return out;
  }

  // And in columns that have no header, those of a list beside the table excepted.
  std::vector<std::string_view> said_elsewhere(const Row& row) const {
    std::vector<std::string_view> out;
    for (std::size_t column = 0; column < row.cells.size(); ++column) {
      const std::string_view text = trimmed(row.cells[column]);
      if (text.empty() || column_at(column) != below_.columns.end()) continue;
      if (column < below_.columns.back().at || !of_a_list(row, column)) out.push_back(text);
    }
    return out;
  }

  bool of_a_list(const Row& row, std::size_t column) const {
    const auto value = [&](const Row* each) {
      return each != nullptr && !trimmed(each->cell(column)).empty() &&
             !holds_colon(each->cell(column));
    };
    return value(&row) && (value(row_at(row.line - 1)) || value(row_at(row.line + 1)));
  }

  std::vector<TemplateColumn>::const_iterator column_at(std::size_t column) const {
    return std::ranges::find(below_.columns, column, &TemplateColumn::at);
  }

  // Whether a row holds nothing, its own number, or what its neighbours hold too.
  bool waits(const Row& row) const {
    const std::vector<std::string_view> own = said(row);
    std::vector<std::string_view> all = said_elsewhere(row);
    const bool elsewhere = !all.empty();
    all.insert(all.end(), own.begin(), own.end());
    std::size_t words = 0, numbers = 0;
    for (const std::string_view text : all) {
      const bool digits = text.find_first_not_of("0123456789") == std::string_view::npos;
      if (!text.empty()) ++(digits ? numbers : words);
    }
    if (words == 0 && numbers <= 1) return true;
    if (elsewhere || (words + numbers) * 2 > own.size() || begins_totals(row)) return false;
    return repeats(own, row.line + 1) || repeats(own, row.line - 1);
  }

  // The same words in the same columns, as an office writes the name of a town before each line.
  bool repeats(const std::vector<std::string_view>& own, std::size_t line) const {
    const Row* other = row_at(line);
    if (other == nullptr || line < below_.top) return false;
    const std::vector<std::string_view> theirs = said(*other);
    for (std::size_t i = 0; i < own.size(); ++i) {
      if (own[i] != theirs[i] && !(is_number(own[i]) && is_number(theirs[i]))) return false;
    }
    return true;
  }

  // A line of the table that is filled already, whoever did so.
  bool stands(const Row& row) const {
    if (waits(row) || begins_totals(row)) return false;
    const std::vector<std::string_view> own = said(row);
    const auto words = static_cast<std::size_t>(std::ranges::count_if(
        own, [](std::string_view text) { return !text.empty() && !is_sentence(text); }));
    return words >= 2 && words * 2 >= own.size();
  }

  void take_standing() {
    std::size_t& first = out_.prepared.first;
    for (const Row* row = row_at(first); row != nullptr; row = row_at(first)) {
      const bool sample = is_sample(*row);
      if (!sample && !stands(*row)) break;
      out_.standing.push_back({first, sample ? Standing::kSample : Standing::kUnknown});
      ++first;
    }
    // 张三 by himself is nobody; among others he may live here.
    constexpr std::size_t kExamplesMax = 3;
    const auto is_shown = [&](const StandingRow& each) {
      return each.what == Standing::kSample || holds_example(*row_at(each.line));
    };
    const bool shown = std::ranges::all_of(out_.standing, is_shown);
    if (!shown || out_.standing.size() > kExamplesMax) return;
    for (StandingRow& each : out_.standing) {
      if (each.what == Standing::kUnknown) each.what = Standing::kExample;
    }
  }

  bool standing_goes() const {
    if (below_.standing != StandingRows::kAsSeen) return below_.standing == StandingRows::kGo;
    return std::ranges::all_of(
        out_.standing, [](const StandingRow& each) { return each.what == Standing::kExample; });
  }

  // Totals that stand over the lines that they are of, with rows prepared below them.
  bool totals_on_top() const {
    const std::size_t first = out_.prepared.first;
    const Row* row = row_at(first);
    if (row == nullptr || !begins_totals(*row) || below_.sheet->row(first + 1) == nullptr) {
      return false;
    }
    const auto next = std::ranges::upper_bound(below_.rows, first, {}, &Row::line);
    return waiting(first + 1, next == below_.rows.end() ? 0 : next->line) > 0;
  }

  std::size_t styled_cells(std::size_t line) const {
    const RawRow* row = below_.sheet->row(line);
    if (row == nullptr) return 0;
    const std::vector<RawCell> cells = below_.sheet->cells(*row);
    return static_cast<std::size_t>(std::ranges::count_if(cells, [&](const RawCell& cell) {
      return cell.styled && cell.column <= below_.columns.back().at;
    }));
  }

  // How many rows wait from `first` on; behind: the first that says something, 0 if none does.
  std::size_t waiting(std::size_t first, std::size_t behind) const {
    const std::vector<RawRow>& rows = below_.sheet->rows();
    const std::size_t last_row = rows.empty() ? 0 : rows.back().number;
    const std::size_t limit = behind == 0 ? last_row : behind - 1;
    const std::size_t pattern = styled_cells(first);
    std::size_t count = 0;
    // A row that looks unlike the first one parts the table from what stands below it.
    while (first + count <= limit) {
      if (pattern > 0 && styled_cells(first + count) * 2 < pattern) break;
      ++count;
    }
    return count;
  }

  // A list beside the table would be torn where rows are put in.
  void fix_columns() {
    const std::size_t last = out_.prepared.last();
    const Row *above = row_at(last), *next = row_at(last + 1);
    if (above == nullptr || next == nullptr || last < below_.top) return;
    const std::size_t width = std::min(above->cells.size(), next->cells.size());
    for (std::size_t column = below_.columns.back().at + 1; column < width; ++column) {
      if (trimmed(above->cell(column)).empty() || trimmed(next->cell(column)).empty()) continue;
      out_.prepared.fixed_from = column;
      return;
    }
  }

  const BelowHeader& below_;
  TableRows out_;
};

}  // namespace

namespace {

// A nought that waits for a number: left there it would be a fact that nobody holds.
bool is_nought(const RawSheet& sheet, const RawCell& cell) {
  const std::string_view type = sheet.type(cell);  // of the text table's it is a number too
  return (type.empty() || type == "n") && sheet.inside(cell).find(">0<") != std::string_view::npos;
}

}  // namespace

std::map<std::size_t, CellContent> own_contents(const RawSheet& sheet,
                                                const PreparedRows& prepared) {
  const bool waits = prepared.count > 0;
  const std::size_t own = waits ? prepared.last() : prepared.pattern;
  std::map<std::size_t, CellContent> out;
  const RawRow* row = sheet.row(own);
  const RawRow* above = prepared.count > 1 ? sheet.row(own - 1) : nullptr;
  if (row == nullptr) return out;
  for (const RawCell& cell : sheet.cells(*row)) {
    const auto formula = sheet.formula(cell);
    const std::string_view inside = sheet.inside(cell);
    if (formula) {
      out.emplace(cell.column, CellContent{{cell.column, own}, true, *formula, {}});
    } else if (above != nullptr && !inside.empty() && !sheet.has_formula(cell) &&
               !is_nought(sheet, cell)) {
      out.emplace(cell.column, CellContent{{cell.column, own}, false, inside, sheet.type(cell)});
    }
  }
  if (prepared.count <= 1) return out;
  const std::vector<RawCell> others =
      above == nullptr ? std::vector<RawCell>() : sheet.cells(*above);
  std::erase_if(out, [&](const auto& each) {
    const auto& [column, content] = each;
    const auto other = std::ranges::find(others, column, &RawCell::column);
    if (other == others.end()) return true;
    if (!content.formula) {
      return sheet.inside(*other) != content.text || sheet.type(*other) != content.type;
    }
    const auto formula = sheet.formula(*other);
    return !formula || copied_formula(*formula, {column, own - 1}, content.at) != content.text;
  });
  return out;
}

TableRows table_rows(const BelowHeader& below) { return RowFinder(below).find(); }

}  // namespace mq::tabular
