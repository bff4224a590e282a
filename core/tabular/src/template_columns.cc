#include "template_columns.h"

#include <algorithm>
#include <iterator>

#include "mq/base/text.h"
#include "template_words.h"

namespace mq::tabular {

namespace {

// What a rule for input lets one choose, and no header.
bool is_answer(std::string_view text) {
  constexpr std::string_view kAnswers[] = {"是", "否", "有", "无", "男", "女", "√", "×"};
  return std::ranges::find(kAnswers, text) != std::end(kAnswers);
}

// What a row says between two columns.
struct Said {
  std::size_t names = 0, numbers = 0, labels = 0;  // numbers and answers; with a colon
};
Said said(const Row& row, std::size_t begin, std::size_t end) {
  Said out;
  for (std::size_t column = begin; column < std::min(end, row.cells.size()); ++column) {
    const std::string text = header_text(row.cells[column]);
    if (text.empty()) continue;
    if (is_number(text) || is_answer(text)) {
      ++out.numbers;
    } else if (holds_colon(text)) {
      ++out.labels;
    } else {
      ++out.names;
    }
  }
  return out;
}

}  // namespace

TableColumns::TableColumns(const std::map<std::size_t, const Row*>& lines,
                           const std::vector<CellArea>& merges, std::size_t within)
    : lines_(lines) {
  take_blocks(merges);
  for (main_ = 0; main_ < blocks_.size(); ++main_) {
    std::size_t seen = 0;
    for (const auto& [line, row] : lines) {
      if (++seen > within) break;
      if (may_name(*row, blocks_[main_])) return;
    }
  }
  if (!blocks_.empty()) blocks_ = {{0, blocks_.back().end}};  // no part is a table by itself
  main_ = 0;
}

// A merged cell says what it says in all its columns, if it is no title over the table.
void TableColumns::take_blocks(const std::vector<CellArea>& merges) {
  constexpr std::size_t kAmong = 3;
  std::vector<bool> says(Limits().columns_max + 1);
  for (const auto& [line, row] : lines_) {
    for (std::size_t column = 0; column < std::min(row->cells.size(), says.size() - 1); ++column) {
      if (!says[column]) says[column] = !trimmed(row->cells[column]).empty();
    }
  }
  for (const CellArea& area : merges) {
    const auto row = lines_.find(area.from.row);
    if (row == lines_.end() || trimmed(row->second->cell(area.from.column)).empty()) continue;
    const Said beside = said(*row->second, 0, says.size());
    if (beside.names + beside.labels + beside.numbers < kAmong) continue;
    for (std::size_t i = area.from.column; i <= area.to.column && i + 1 < says.size(); ++i) {
      says[i] = true;
    }
  }
  for (std::size_t column = 0; column + 1 < says.size(); ++column) {
    if (!says[column]) continue;
    if (column == 0 || !says[column - 1]) blocks_.push_back({column, column});
    blocks_.back().end = column + 1;
  }
}

// A row that covers a block as a header does.
bool TableColumns::may_name(const Row& row, const Block& block) const {
  constexpr std::size_t kShareOf = 5, kNamedShare = 2;
  const Said said_here = said(row, block.begin, block.end);
  return said_here.names >= 2 && said_here.numbers <= said_here.names &&
         said_here.names * kShareOf >= (block.end - block.begin) * kNamedShare;
}

bool TableColumns::belongs(const Block& block, std::size_t line, std::size_t bottom) const {
  const Block& main = blocks_[main_];
  const auto says = [&](std::size_t at, const Block& in) {
    const auto row = lines_.find(at);
    return row == lines_.end() ? Said() : said(*row->second, in.begin, in.end);
  };
  const Said here = says(line, block), above = says(line - 1, block);
  const bool runs_through = above.names + above.numbers >= here.names;
  const Said beside_it = says(line, main);
  if (here.names == 0 || runs_through || beside_it.names + beside_it.labels == 0) return false;
  // Values from right below the header on, beside rows of the table that wait to be filled.
  for (std::size_t at = bottom + 1;; ++at) {
    const auto row = lines_.find(at);
    if (row == lines_.end()) return true;
    const Said own = said(*row->second, block.begin, block.end);
    const Said beside = said(*row->second, main.begin, main.end);
    if (own.names + own.numbers == 0) return true;
    const bool numbered = own.names == 0 && beside.numbers > 0;
    if (beside.names + beside.labels == 0 && !numbered) return false;
  }
}

TableColumns::Part TableColumns::at(std::size_t line, std::size_t bottom) const {
  Part out;
  if (blocks_.empty()) return out;
  out.begin = blocks_[main_].begin;
  out.end = blocks_[main_].end;
  out.aside.resize(blocks_.back().end);
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const Block& block = blocks_[i];
    if (i == main_ || belongs(block, line, bottom)) {
      out.begin = std::min(out.begin, block.begin);
      out.end = std::max(out.end, block.end);
    } else {
      std::fill(out.aside.begin() + static_cast<std::ptrdiff_t>(block.begin),
                out.aside.begin() + static_cast<std::ptrdiff_t>(block.end), true);
    }
  }
  for (std::size_t i = out.begin; i < out.end; ++i) out.width += out.holds(i) ? 1 : 0;
  return out;
}

}  // namespace mq::tabular
