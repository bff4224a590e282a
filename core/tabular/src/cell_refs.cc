#include "cell_refs.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "grid.h"
#include "mq/base/text.h"
#include "xml_text.h"

namespace mq::tabular {

namespace {

constexpr std::size_t kLastRow = 1'048'576;
constexpr std::size_t kLettersMax = 3, kDigitsMax = 7;

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
// May stand in a name, so that A1 in it is no reference. Bytes of Chinese characters too.
bool is_word(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '.' || static_cast<unsigned char>(c) > 127;
}

// From 1.
std::size_t letter_value(char c) {
  return static_cast<std::size_t>(c >= 'a' ? c - 'a' : c - 'A') + 1;
}

// A reference at the beginning of the text, with how long it is.
struct Found {
  CellRef ref;
  std::size_t length = 0, row_at = 0;  // where its row begins, a $ not counted
};
std::optional<Found> find_ref(std::string_view text) {
  Found found;
  std::size_t at = text.starts_with('$') ? 1 : 0, letters = 0;
  for (; at < text.size() && is_letter(text[at]); ++at) {
    if (++letters > kLettersMax) return std::nullopt;
    found.ref.column = found.ref.column * 26 + letter_value(text[at]);
  }
  if (letters == 0 || found.ref.column > kWidestSheet) return std::nullopt;
  found.ref.column -= 1;
  if (at < text.size() && text[at] == '$') ++at;
  found.row_at = at;
  while (at < text.size() && is_digit(text[at])) ++at;
  if (at == found.row_at || at - found.row_at > kDigitsMax) return std::nullopt;
  std::from_chars(text.data() + found.row_at, text.data() + at, found.ref.row);
  if (found.ref.row == 0 || found.ref.row > kLastRow) return std::nullopt;
  found.length = at;
  return found;
}

// Whole rows or columns, $3:$10, A:B, at the beginning of the text.
struct Lines {
  bool rows = false;
  std::size_t from = 0, to = 0;               // columns from 0, rows from 1
  bool from_stays = false, to_stays = false;  // behind a $
  std::size_t length = 0;

  std::string text() const {
    const auto one = [&](std::size_t at, bool stays) {
      return cat(stays ? "$" : "", rows ? cat(at) : column_name(at));
    };
    return cat(one(from, from_stays), ":", one(to, to_stays));
  }
};

// One end of them, with whether a $ stands before it; the text moves behind it.
std::optional<std::size_t> take_line(std::string_view& text, bool rows, bool& stays) {
  stays = text.starts_with('$');
  if (stays) text.remove_prefix(1);
  std::size_t at = 0, number = 0;
  const std::size_t most = rows ? kDigitsMax : kLettersMax;
  for (; at < text.size() && at <= most && (rows ? is_digit : is_letter)(text[at]); ++at) {
    number = rows ? number * 10 + static_cast<std::size_t>(text[at] - '0')
                  : number * 26 + letter_value(text[at]);
  }
  if (number == 0 || at > most || number > (rows ? kLastRow : kWidestSheet)) return std::nullopt;
  text.remove_prefix(at);
  return rows ? number : number - 1;
}

std::optional<Lines> find_lines(std::string_view text) {
  Lines out;
  const std::size_t whole = text.size();
  out.rows = is_digit(text[text.starts_with('$') && text.size() > 1 ? 1 : 0]);
  const auto from = take_line(text, out.rows, out.from_stays);
  if (!from || !text.starts_with(':')) return std::nullopt;
  text.remove_prefix(1);
  const auto to = take_line(text, out.rows, out.to_stays);
  if (!to) return std::nullopt;
  out.from = *from;
  out.to = *to;
  out.length = whole - text.size();
  return out;
}

}  // namespace

std::optional<CellRef> parse_cell_ref(std::string_view text) {
  const auto found = find_ref(text);
  if (!found || found->length != text.size()) return std::nullopt;
  return found->ref;
}

std::optional<CellArea> parse_cell_area(std::string_view text) {
  const std::size_t colon = text.find(':');
  const auto from = parse_cell_ref(text.substr(0, colon));
  const auto to = colon == std::string_view::npos ? from : parse_cell_ref(text.substr(colon + 1));
  if (!from || !to || to->row < from->row || to->column < from->column) return std::nullopt;
  return CellArea{*from, *to};
}

std::string cell_ref_text(std::size_t row, std::size_t column) {
  std::string out;
  append_cell_ref(out, row, column);
  return out;
}

void append_cell_ref(std::string& out, std::size_t row, std::size_t column) {
  constexpr std::size_t kMostLetters = 14, kMostDigits = 20;  // of any number of 64 bits
  char text[kMostLetters + kMostDigits];
  char* begin = text + kMostLetters;
  for (std::size_t rest = column + 1; rest > 0; rest = (rest - 1) / 26) {
    *--begin = static_cast<char>('A' + (rest - 1) % 26);
  }
  out.append(begin, std::to_chars(text + kMostLetters, std::end(text), row).ptr);
}

std::string cell_area_text(const CellArea& area) {
  const std::string from = cell_ref_text(area.from.row, area.from.column);
  const std::string to = cell_ref_text(area.to.row, area.to.column);
  return from == to ? from : cat(from, ":", to);
}

CellArea RowShift::area(CellArea area) const {
  if (area.from.column >= fixed_from) return area;
  area.to.row = area.from.row <= last ? end(area.to.row) : row(area.to.row);
  area.from.row = row(area.from.row);
  return area;
}

std::string shifted_areas(std::string_view areas, const RowShift& shift) {
  std::string out;
  for (const std::string& one : split(areas, " ")) {
    if (one.empty()) continue;
    const auto area = parse_cell_area(one);
    out += cat(out.empty() ? "" : " ", area ? cell_area_text(shift.area(*area)) : one);
  }
  return out;
}

namespace {

// A formula copied with its references written anew; texts, names of sheets and functions stay.
class FormulaWriter {
 public:
  explicit FormulaWriter(std::string_view text) : text_(text) {}
  FormulaWriter(const FormulaWriter&) = delete;
  FormulaWriter& operator=(const FormulaWriter&) = delete;
  virtual ~FormulaWriter() = default;

  std::string run() {
    while (at_ < text_.size()) step();
    return std::move(out_);
  }

 protected:
  // What to write for the reference that stands behind `before` and is written so.
  virtual std::string written(const Found& found, std::string_view before,
                              std::string_view text) = 0;
  // The same for whole rows or columns.
  virtual std::string written(const Lines& lines, std::string_view before) = 0;

 private:
  void step() {
    const char c = text_[at_];
    if (c == '"' || c == '\'') return quoted(c);
    const bool begins = at_ == 0 || !is_word(text_[at_ - 1]);
    const auto lines = begins ? find_lines(text_.substr(at_)) : std::nullopt;
    if (lines && ends(at_ + lines->length)) {
      out_ += written(*lines, text_.substr(0, at_));
      at_ += lines->length;
      return;
    }
    const auto found = begins ? find_ref(text_.substr(at_)) : std::nullopt;
    if (found && ends(at_ + found->length)) {
      out_ += written(*found, text_.substr(0, at_), text_.substr(at_, found->length));
      at_ += found->length;
      return;
    }
    out_ += c;
    ++at_;
  }

  // Whether what ends there is no part of a name, of a function's or of a sheet's.
  bool ends(std::size_t at) const {
    return at == text_.size() || (!is_word(text_[at]) && text_[at] != '(' && text_[at] != '!');
  }

  void quoted(char quote) {
    const std::size_t close = std::min(text_.find(quote, at_ + 1), text_.size() - 1);
    out_ += text_.substr(at_, close + 1 - at_);
    at_ = close + 1;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
};

class FormulaShifter final : public FormulaWriter {
 public:
  FormulaShifter(std::string_view text, const RowShift& shift, const OwnSheet& own)
      : FormulaWriter(text), shift_(shift), own_(own) {}

 private:
  std::string written(const Found& found, std::string_view before, std::string_view text) override {
    const bool ends_range = before.ends_with(':');
    if (!ends_range) stays_ = is_foreign(before) || found.ref.column >= shift_.fixed_from;
    std::size_t row = found.ref.row;
    if (!stays_) {
      const bool runs = row == own_.running && text[found.row_at - 1] != '$';
      row = ends_range && !runs ? shift_.end(row) : shift_.row(row);
    }
    return cat(text.substr(0, found.row_at), row);
  }

  std::string written(const Lines& lines, std::string_view before) override {
    if (!lines.rows || is_foreign(before)) return lines.text();
    Lines moved = lines;
    moved.from = shift_.row(lines.from);
    moved.to = shift_.end(lines.to);
    return moved.text();
  }

  bool is_foreign(std::string_view before) const {
    const bool named = before.ends_with('!');
    return named ? !names_own(before.substr(0, before.size() - 1)) : !own_.bare;
  }

  // Whether the text ends with the name of the sheet, in quotes or bare.
  bool names_own(std::string_view before) const {
    std::string wanted;
    for (const char c : own_.name) {
      wanted += c;
      if (c == '\'') wanted += c;  // doubled within quotes
    }
    for (const std::string_view quote : {"'", "&apos;"}) {
      if (before.ends_with(cat(quote, xml_text(wanted), quote))) return true;
    }
    const std::string bare = xml_text(own_.name);
    if (bare.empty() || !before.ends_with(bare)) return false;
    const std::size_t at = before.size() - bare.size();
    return at == 0 || (!is_word(before[at - 1]) && before[at - 1] != ']');
  }

  const RowShift& shift_;
  OwnSheet own_;
  bool stays_ = false;
};

// What a formula says that is copied from one cell to another.
class FormulaCopier final : public FormulaWriter {
 public:
  FormulaCopier(std::string_view text, const CellRef& from, const CellRef& to)
      : FormulaWriter(text), from_(from), to_(to) {}

 private:
  // Beyond the edge of the sheet there is nothing.
  static std::optional<std::size_t> moved(std::size_t at, std::size_t from, std::size_t to,
                                          std::size_t first, std::size_t last) {
    if (at + to < from + first || at + to - from > last) return std::nullopt;
    return at + to - from;
  }

  std::string written(const Found& found, std::string_view, std::string_view text) override {
    const bool column_stays = text.starts_with('$'), row_stays = text[found.row_at - 1] == '$';
    const auto column =
        column_stays ? std::optional(found.ref.column)
                     : moved(found.ref.column, from_.column, to_.column, 0, kWidestSheet - 1);
    const auto row = row_stays ? std::optional(found.ref.row)
                               : moved(found.ref.row, from_.row, to_.row, 1, kLastRow);
    if (!column || !row) return "#REF!";
    return cat(column_stays ? "$" : "", column_name(*column), row_stays ? "$" : "", *row);
  }

  std::string written(const Lines& lines, std::string_view) override {
    const auto along = [&](std::size_t at, bool stays) {
      if (stays) return std::optional(at);
      return lines.rows ? moved(at, from_.row, to_.row, 1, kLastRow)
                        : moved(at, from_.column, to_.column, 0, kWidestSheet - 1);
    };
    const auto first = along(lines.from, lines.from_stays), last = along(lines.to, lines.to_stays);
    if (!first || !last) return "#REF!";
    Lines copy = lines;
    copy.from = *first;
    copy.to = *last;
    return copy.text();
  }

  const CellRef &from_, &to_;
};

}  // namespace

std::string copied_formula(std::string_view formula, const CellRef& from, const CellRef& to) {
  return FormulaCopier(formula, from, to).run();
}

std::string shifted_formula(std::string_view formula, const RowShift& shift, const OwnSheet& own) {
  return FormulaShifter(formula, shift, own).run();
}

}  // namespace mq::tabular
