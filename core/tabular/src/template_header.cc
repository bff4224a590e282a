#include "template_header.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

#include "mq/base/text.h"
#include "template_columns.h"
#include "template_words.h"

namespace mq::tabular {

namespace {

constexpr std::size_t kHeaderWithin = 30;               // rows that offices put above a header
constexpr std::size_t kLinesMax = 4;                    // of a header
constexpr std::size_t kMergesMax = 10'000;              // around a header
constexpr std::size_t kShareOf = 5, kCoveredShare = 3;  // a header covers three fifths of the width

// One cell, or several merged.
struct Unit {
  std::size_t column = 0, span = 1;
  std::string text;
};

class Finder {
 public:
  Finder(const std::vector<Row>& rows, const std::vector<CellArea>& merges, std::size_t line) {
    for (const Row& row : rows) {
      lines_[row.line] = &row;
      if (lines_.size() <= kHeaderWithin) last_ = row.line;
    }
    last_ = std::max(last_, line) + kLinesMax;
    std::ranges::copy_if(merges, std::back_inserter(merges_),
                         [&](const CellArea& area) { return area.from.row <= last_; });
    columns_.emplace(lines_, merges_, kHeaderWithin);
  }

  Result<HeaderBlock> find(const TemplateOptions& options) {
    if (merges_.size() > kMergesMax) return not_found();
    std::size_t line = options.header_line;
    if (line == 0) line = top();
    if (line != 0 && options.header_line == 0 && options.known) line = best(line, options.known);
    if (line == 0 || !lines_.contains(line)) return not_found();
    HeaderBlock block = block_at(line);
    if (block.columns.size() < 2) return not_found();
    return block;
  }

 private:
  static Error not_found() {
    return Error{Code::kInvalidInput,
                 "没有找到表头:应有一行,写着各列的名称;请看看是不是这张表,或用 --header 行号 写明",
                 "no header found: a row that names the columns; name it with --header N"};
  }

  HeaderBlock block_at(std::size_t line) {
    HeaderBlock block;
    block.first = line;
    take_columns(line);
    while (bottom_ - line + 1 < kLinesMax && goes_on(line)) ++bottom_;
    bottom_ = std::max(bottom_, merged_down(line));
    for (std::size_t column = part_.begin; column < part_.end; ++column) {
      const CellArea* merge = merge_at(bottom_, column);
      if (merge != nullptr && merge->from.column < column) continue;  // one column of the form
      std::string path = path_of(line, column);
      if (!path.empty()) block.columns.push_back({column, std::move(path)});
    }
    block.last = numbered(bottom_ + 1) ? bottom_ + 1 : bottom_;
    block.title = title_above(line);
    return block;
  }

  // 乡镇 测试镇 村 鱼泉村 over a table, or the few numbers of a summary, look like a header too. Of
  // rows that may be one the row is taken that has more of the headers that are known.
  std::size_t best(std::size_t first, const std::function<bool(std::string_view)>& known) {
    const auto known_in = [&](const HeaderBlock& block) {
      return static_cast<std::size_t>(std::ranges::count_if(
          block.columns, [&](const TemplateColumn& column) { return known(column.header); }));
    };
    std::size_t out = first, most = known_in(block_at(first)), seen = 0;
    for (auto at = lines_.upper_bound(first); at != lines_.end() && ++seen <= kHeaderWithin; ++at) {
      if (!may_begin(at->first) || is_part_of(first, at->first)) continue;
      const HeaderBlock block = block_at(at->first);
      const std::size_t count = known_in(block);
      if (count <= most || count * 2 < block.columns.size()) continue;
      out = at->first;
      most = count;
    }
    return out;
  }

  // Whether a row may say what a header begun further up consists of: a merged cell of that reaches
  // down to it, or spans columns right above it, or that names a column of which the row is silent.
  bool is_part_of(std::size_t first, std::size_t line) {
    take_columns(first);
    const bool merged = std::ranges::any_of(merges_, [&](const CellArea& area) {
      const bool here =
          area.from.row >= first && area.from.row < line && part_.holds(area.from.column);
      return here && (area.to.row >= line ||
                      (area.to.row + 1 == line && area.to.column > area.from.column));
    });
    if (merged) return true;
    for (const Unit& unit : units_of(first)) {
      if (text_at(line, unit.column).empty()) return true;
    }
    return false;
  }

  // Those of the table whose header begins there.
  void take_columns(std::size_t line) {
    bottom_ = line;
    part_ = columns_->at(line, line);
    part_ = columns_->at(line, merged_down(line));
  }

  const CellArea* merge_at(std::size_t line, std::size_t column) const {
    const auto found = std::ranges::find_if(
        merges_, [&](const CellArea& area) { return area.holds(line, column); });
    return found == merges_.end() ? nullptr : &*found;
  }

  std::string own_text(std::size_t line, std::size_t column) const {
    const auto row = lines_.find(line);
    return row == lines_.end() ? std::string() : header_text(row->second->cell(column));
  }

  // Of the merged cells too.
  std::string text_at(std::size_t line, std::size_t column) const {
    if (!part_.holds(column)) return {};
    const CellArea* merge = merge_at(line, column);
    return merge == nullptr ? own_text(line, column)
                            : own_text(merge->from.row, merge->from.column);
  }

  std::vector<Unit> units_of(std::size_t line) const {
    std::vector<Unit> out;
    for (std::size_t column = part_.begin; column < part_.end; ++column) {
      const CellArea* merge = merge_at(line, column);
      const std::size_t behind = merge == nullptr ? column + 1 : merge->to.column + 1;
      Unit unit{column, std::min(behind, part_.end) - column, text_at(line, column)};
      column += unit.span - 1;
      if (!unit.text.empty()) out.push_back(std::move(unit));
    }
    return out;
  }

  // With colons behind its words.
  bool marked(std::size_t line) const {
    return std::ranges::any_of(units_of(line),
                               [](const Unit& unit) { return holds_colon(unit.text); });
  }

  bool may_begin(std::size_t line) {
    take_columns(line);
    const std::vector<Unit> units = units_of(line);
    std::size_t covered = 0, numbers = 0, names = 0;
    for (const Unit& unit : units) {
      covered += unit.span;
      numbers += is_number(unit.text) ? 1 : 0;
      names += is_number(unit.text) || is_sentence(unit.text) ? 0 : 1;
      if (holds_colon(without_colon(unit.text))) return false;
    }
    const std::size_t wanted = std::max(widest_, part_.width) * kCoveredShare;
    if (marked(line) && units.size() * kShareOf < wanted) return false;
    return names >= 2 && numbers * 2 <= units.size() && covered * kShareOf >= wanted;
  }

  // Of a table in parts some rows say something in one of them only.
  void measure() {
    std::size_t seen = 0;
    for (auto at = lines_.begin(); at != lines_.end() && ++seen <= kHeaderWithin; ++at) {
      take_columns(at->first);
      if (units_of(at->first).size() >= 2) widest_ = std::max(widest_, part_.width);
    }
  }

  std::size_t top() {
    measure();
    std::size_t seen = 0;
    for (auto at = lines_.begin(); at != lines_.end() && ++seen <= kHeaderWithin; ++at) {
      const std::size_t line = at->first;
      if (!may_begin(line)) continue;
      if (!marked(line)) return line;
      // 单位：  日期：  are lines to write on if the header stands below them.
      const auto next = std::next(at);
      const bool above = next != lines_.end() && !is_sample(*next->second) &&
                         may_begin(next->first) && !marked(next->first);
      if (!above) return line;
    }
    return 0;
  }

  std::size_t merged_down(std::size_t line) const {
    std::size_t out = line;
    for (const CellArea& area : merges_) {
      const bool here =
          area.from.row >= line && area.from.row <= bottom_ && part_.holds(area.from.column);
      if (here && area.to.row < line + kLinesMax) out = std::max(out, area.to.row);
    }
    return out;
  }

  // Whether the row below `bottom_` belongs to the header: a merged cell of the header reaches into
  // it, or it says what a wide cell above it consists of.
  bool goes_on(std::size_t line) const {
    const std::size_t next = bottom_ + 1;
    if (merged_down(line) >= next) return true;
    for (const Unit& unit : units_of(next)) {
      if (is_number(unit.text) || unit.span * kShareOf >= part_.width * kCoveredShare) continue;
      const CellArea* above = merge_at(bottom_, unit.column);
      const bool parts_it = above != nullptr && above->to.column > above->from.column &&
                            above->to.row == bottom_ && !text_at(bottom_, unit.column).empty();
      if (parts_it || stands_alone(line, unit.column)) return true;
    }
    return false;
  }

  // A group written into the first of its columns only, without merging.
  bool stands_alone(std::size_t line, std::size_t column) const {
    if (column == 0) return false;
    for (std::size_t above = line; above <= bottom_; ++above) {
      if (!text_at(above, column).empty()) return false;
    }
    const std::size_t next = bottom_ + 1;
    return !group_left_of(bottom_, next, column).empty();
  }

  std::string group_left_of(std::size_t line, std::size_t below, std::size_t column) const {
    while (column-- > 0) {
      const std::string part = text_at(below, column);
      if (part.empty() || is_number(part)) return {};
      std::string text = text_at(line, column);
      if (!text.empty()) return text;
    }
    return {};
  }

  std::string path_of(std::size_t line, std::size_t column) const {
    std::vector<std::string> parts;
    const CellArea* before = nullptr;
    for (std::size_t at = line; at <= bottom_; ++at) {
      const CellArea* merge = merge_at(at, column);
      if (merge != nullptr && merge == before) continue;
      before = merge;
      std::string text(without_colon(text_at(at, column)));
      const bool sub = at < bottom_ && text.empty() && !text_at(at + 1, column).empty();
      if (sub && merge == nullptr) text = group_left_of(at, at + 1, column);
      if (!text.empty() && (parts.empty() || parts.back() != text)) parts.push_back(text);
    }
    return join(parts, "/");
  }

  bool numbered(std::size_t line) const {
    const std::vector<Unit> units = units_of(line);
    return units.size() >= 3 && units.size() * 2 >= part_.width &&
           std::ranges::all_of(units, [](const Unit& unit) { return is_ordinal(unit.text); });
  }

  std::string title_above(std::size_t line) const {
    for (const auto& [at, row] : lines_) {
      if (at >= line) break;
      for (std::size_t column = 0; column < std::min(part_.end, row->cells.size()); ++column) {
        std::string text = own_text(at, column);
        if (!text.empty() && !holds_colon(text)) return text;
      }
    }
    return {};
  }

  std::vector<CellArea> merges_;  // those near enough to be of the header
  std::map<std::size_t, const Row*> lines_;
  std::optional<TableColumns> columns_;
  TableColumns::Part part_;
  std::size_t widest_ = 0, last_ = 0, bottom_ = 0;
};

}  // namespace

Result<HeaderBlock> find_header(const std::vector<Row>& rows, const std::vector<CellArea>& merges,
                                const TemplateOptions& options) {
  return Finder(rows, merges, options.header_line).find(options);
}

}  // namespace mq::tabular
