#include "import_header.h"

#include <algorithm>

#include "mq/base/text.h"
#include "mq/model/text_cleanup.h"

namespace mq::work {

namespace {

constexpr std::size_t kHeaderWithin = 30;  // rows, with the titles that offices put above a header
constexpr std::size_t kMergesMax = 1'000;  // around a header; more are no header's

class Headers {
 public:
  Headers(const tabular::Sheet& sheet, const std::vector<ColumnSpec>& columns)
      : sheet_(sheet), columns_(columns) {
    for (const ColumnSpec& column : columns) {
      names_.emplace_back();
      for (const std::string_view name : column.names) names_.back().push_back(column_form(name));
    }
    const std::size_t rows = std::min(sheet.rows.size(), kHeaderWithin);
    std::size_t width = 0;
    for (std::size_t r = 0; r < rows; ++r) width = std::max(width, sheet.rows[r].cells.size());
    for (std::size_t r = 0; r < rows; ++r) {
      texts_.emplace_back(width);
      for (std::size_t c = 0; c < width; ++c) texts_[r][c] = trimmed(sheet.rows[r].cell(c));
    }
    spread_merges(width);
  }

  Result<FoundHeader> find() {
    for (std::size_t r = 0; r < texts_.size(); ++r) {
      FoundHeader found = match(r, false);
      if (!whole(found)) continue;
      while (follows(r + 1)) {
        FoundHeader next = match(r + 1, false);
        if (!whole(next)) break;
        found = std::move(next);
        ++r;
      }
      return goes_on(r + 1, found) ? match(r + 1, true) : found;
    }
    for (std::size_t r = 1; r < texts_.size(); ++r) {
      FoundHeader found = match(r, true);
      if (follows(r) && whole(found)) return found;
    }
    return not_found();
  }

 private:
  // Every cell of a merged one says what the first of them says.
  void spread_merges(std::size_t width) {
    const std::size_t last = texts_.empty() ? 0 : sheet_.rows[texts_.size() - 1].line;
    std::size_t near = 0;
    for (const tabular::Merged& merged : sheet_.merges) {
      if (merged.first_line > last || ++near > kMergesMax) continue;
      const auto first =
          std::ranges::lower_bound(sheet_.rows, merged.first_line, {}, &tabular::Row::line);
      if (first == sheet_.rows.end() || first->line != merged.first_line) continue;
      const std::string_view text = trimmed(first->cell(merged.first_column));
      for (auto r = static_cast<std::size_t>(first - sheet_.rows.begin()); r < texts_.size(); ++r) {
        if (sheet_.rows[r].line > merged.last_line) break;
        for (std::size_t c = merged.first_column; c <= merged.last_column && c < width; ++c) {
          if (texts_[r][c].empty()) texts_[r][c] = text;
        }
      }
    }
  }

  // Directly below the row before it.
  bool follows(std::size_t r) const {
    return r > 0 && r < texts_.size() && sheet_.rows[r].line == sheet_.rows[r - 1].line + 1;
  }

  bool is_name(const std::string& form) const {
    return std::ranges::any_of(names_, [&](const std::vector<std::string>& names) {
      return std::ranges::find(names, form) != names.end();
    });
  }

  // What row r calls the column: with the row above it, if only both make a name. `filled`: where
  // it says nothing, what stands above.
  std::string shown_at(std::size_t r, std::size_t c, bool filled) const {
    const std::string_view own = texts_[r][c];
    const std::string_view above = follows(r) ? texts_[r - 1][c] : std::string_view();
    if (own.empty()) return std::string(filled ? above : own);
    const bool joined = above != own && is_name(column_form(cat(above, own)));
    return joined ? cat(above, own) : std::string(own);
  }

  FoundHeader match(std::size_t r, bool filled) const {
    FoundHeader out{r, {}, {}};
    std::vector<std::string> forms;
    for (std::size_t c = 0; c < texts_[r].size(); ++c) {
      out.shown.push_back(shown_at(r, c, filled));
      forms.push_back(column_form(out.shown.back()));
    }
    for (const std::vector<std::string>& names : names_) {
      const auto found = std::ranges::find_first_of(forms, names);
      if (found == forms.end()) {
        out.at.emplace_back();
      } else {
        out.at.emplace_back(static_cast<std::size_t>(found - forms.begin()));
      }
    }
    return out;
  }

  std::vector<std::string> missing(const FoundHeader& found) const {
    std::vector<std::string> out;
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      if (columns_[k].needed && !found.at[k]) out.emplace_back(columns_[k].names.front());
    }
    return out;
  }
  bool whole(const FoundHeader& found) const { return missing(found).empty(); }

  // A second line without merged cells: nothing under what is needed, and nothing but names.
  bool goes_on(std::size_t r, const FoundHeader& found) const {
    if (!follows(r)) return false;
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      if (columns_[k].needed && !texts_[r][*found.at[k]].empty()) return false;
    }
    std::size_t named = 0;
    for (std::size_t c = 0; c < texts_[r].size(); ++c) {
      if (texts_[r][c].empty()) continue;
      if (!is_name(column_form(shown_at(r, c, false)))) return false;
      ++named;
    }
    return named > 0;
  }

  // With what the row that comes nearest lacks.
  Error not_found() const {
    FoundHeader none;
    none.at.resize(columns_.size());
    std::vector<std::string> lacking = missing(none);
    std::size_t best = 0;
    for (std::size_t r = 0; r < texts_.size(); ++r) {
      const FoundHeader found = match(r, false);
      const auto places = static_cast<std::size_t>(
          std::ranges::count_if(found.at, [](const auto& at) { return at.has_value(); }));
      if (places <= best) continue;
      best = places;
      lacking = missing(found);
    }
    const std::string list = join(lacking, "、");
    return Error{
        Code::kInvalidInput, cat("没有找到表头,缺少列:", list, ";什么也没有存", sheets_zh()),
        cat("no header row found; missing columns: ", list, "; nothing was stored", sheets_en())};
  }

  // Of a workbook: which sheet this was, and which others there are.
  std::string sheets_zh() const {
    if (sheet_.name.empty()) return "";
    const std::string others = join(sheet_.unread, "、");
    return cat(
        "。读的是工作表“", sheet_.name, "”",
        others.empty() ? std::string() : cat(";另有:", others, "(要读另一张加 --sheet 名称)"));
  }
  std::string sheets_en() const {
    if (sheet_.name.empty()) return "";
    const std::string others = join(sheet_.unread, ", ");
    return cat("; this was worksheet ", sheet_.name,
               others.empty() ? std::string()
                              : cat("; there are also: ", others, " (--sheet NAME for another)"));
  }

  const tabular::Sheet& sheet_;
  const std::vector<ColumnSpec>& columns_;
  std::vector<std::vector<std::string>> names_;       // forms, of each wanted column
  std::vector<std::vector<std::string_view>> texts_;  // of the first rows, by column
};

}  // namespace

std::string column_form(std::string_view cell) {
  std::string out;
  for (const std::uint32_t point : code_points(model::half_width(model::clean_cell(cell)))) {
    if (point != ' ' && point != '\n' && point != 0x3000 && point != '*') append_utf8(out, point);
  }
  for (const std::string_view mark : {":", "(必填)", "(选填)", "(必填项)"}) {
    if (out.size() > mark.size() && out.ends_with(mark)) out.resize(out.size() - mark.size());
  }
  return out;
}

Result<FoundHeader> find_columns(const tabular::Sheet& sheet,
                                 const std::vector<ColumnSpec>& columns) {
  return Headers(sheet, columns).find();
}

}  // namespace mq::work
