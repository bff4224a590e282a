#include "template_sheet.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <iterator>
#include <map>
#include <optional>

#include "mq/base/text.h"
#include "raw_xml.h"
#include "xml_stream.h"
#include "xml_text.h"

namespace mq::tabular {

namespace {

// Straight into the worksheet's text: a cell is a dozen parts, and a form has 100 000 cells.
void put_all(std::string& out, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) out += part;
}

void append_number(std::string& out, std::size_t number) {
  char digits[20];
  out.append(digits, std::to_chars(digits, std::end(digits), number).ptr);
}

// The rows of sheetData written anew: those above as they stand, the filled ones, those below
// moved.
class SheetWriter {
 public:
  SheetWriter(const RawSheet& sheet, const SheetFill& fill, const Styles& styles,
              StyleEditor& editor)
      : sheet_(sheet),
        fill_(fill),
        styles_(styles),
        editor_(editor),
        shift_(fill.prepared.shift_for(fill.lines.size())) {
    const RawRow* pattern = sheet_.row(fill_.prepared.pattern);
    if (pattern != nullptr) {
      pattern_ = *pattern;
      pattern_cells_ = sheet_.cells(*pattern);
      std::erase_if(pattern_cells_, [&](const RawCell& cell) { return stays(cell); });
      take_contents();
    }
    if (shift_.by > 0) take_beside();
  }

  std::string part() {
    std::vector<RawEdit> edits;
    edits.push_back({sheet_.data_begin(), sheet_.data_end(), rows()});
    if (sheet_.xml().substr(0, sheet_.data_begin()).ends_with("/>")) open_data(edits.back());
    if (shift_.by > 0) {
      move_areas(edits);
      move_rules(edits);
    }
    grow_dimension(edits);
    std::ranges::stable_sort(edits, {}, &RawEdit::begin);
    return edited(sheet_.xml(), edits);
  }

 private:
  // <sheetData/>
  void open_data(RawEdit& edit) const {
    edit.begin -= 2;
    edit.text = cat(">", edit.text, "</", sheet_.prefix(), "sheetData>");
  }

  std::string rows() {
    const std::size_t first = fill_.prepared.first;
    const std::size_t behind = first + fill_.lines.size();
    std::string out;
    out.reserve(fill_.lines.size() * fill_.columns.size() * kCellBytes);
    auto row = sheet_.rows().begin();
    for (; row != sheet_.rows().end() && row->number < first; ++row) {
      out += shift_.by == 0 ? without_results(text_of(*row)) : moved(*row, row->number);
    }
    for (std::size_t i = 0; i < fill_.lines.size(); ++i) put_line(i, out);
    for (; row != sheet_.rows().end(); ++row) {
      const std::size_t number = shift_.row(row->number);
      if (number < behind) continue;
      if (number <= fill_.prepared.last()) {
        put_unused(*row, out);
        continue;
      }
      put_beside_until(number, out);
      out += shift_.by == 0 ? without_results(text_of(*row)) : moved(*row, number);
    }
    put_beside_until(static_cast<std::size_t>(-1), out);
    return out;
  }

  bool stays(const RawCell& cell) const { return cell.column >= shift_.fixed_from; }

  // What stands beside the table below its prepared rows, by row.
  void take_beside() {
    for (const RawRow& row : sheet_.rows()) {
      if (row.number <= shift_.last) continue;
      std::string cells;
      for (const RawCell& cell : sheet_.cells(row)) {
        if (stays(cell)) keep(cell, row.number, cells);
      }
      if (!cells.empty()) beside_.emplace(row.number, std::move(cells));
    }
  }

  void put_beside(std::size_t number, std::string& out) {
    const auto cells = beside_.find(number);
    if (cells == beside_.end()) return;
    out += cells->second;
    beside_.erase(cells);
  }

  // In rows that the table does not reach.
  void put_beside_until(std::size_t number, std::string& out) {
    while (!beside_.empty() && beside_.begin()->first < number) {
      open_row({}, beside_.begin()->first, out);
      put_beside(beside_.begin()->first, out);
      out += cat("</", sheet_.prefix(), "row>");
    }
  }

  // What added rows have of the blank's own, as the prepared ones do.
  void take_contents() {
    contents_ = own_contents(sheet_, fill_.prepared);
    for (const auto& [column, content] : contents_) {
      if (!content.formula) continue;
      formulas_.emplace(column,
                        shifted_formula(content.text, shift_, {fill_.sheet, true, content.at.row}));
    }
  }

  void put_unused(const RawRow& row, std::string& out) const {
    std::size_t from = row.begin;
    for (const RawCell& cell : sheet_.cells(row)) {
      if (!gives_way(cell, row.number)) continue;
      out += without_results(text_of(from, cell.begin));
      put_empty(row.number, cell.column, cell.style, out);
      from = cell.end;
    }
    out += without_results(text_of(from, row.end));
  }

  // A formula of several cells cannot stay in a row of which some are filled.
  bool gives_way(const RawCell& cell, std::size_t number) const {
    const bool dropped = number < fill_.prepared.dropped_before;
    return sheet_.shares_formula(cell) || (dropped && !stays(cell) && !sheet_.has_formula(cell));
  }

  std::string_view text_of(const RawRow& row) const {
    return sheet_.xml().substr(row.begin, row.end - row.begin);
  }
  std::string_view text_of(std::size_t begin, std::size_t end) const {
    return sheet_.xml().substr(begin, end - begin);
  }

  void put_line(std::size_t index, std::string& out) {
    const std::size_t number = fill_.prepared.first + index;
    const bool own = index < fill_.prepared.count;
    const RawRow* row = own ? sheet_.row(number) : nullptr;
    if (row != nullptr) {
      open_row(text_of(row->begin, row->tag_end), number, out);
      put_cells(sheet_.cells(*row), true, number, fill_.lines[index], out);
    } else {
      open_row(pattern_ ? text_of(pattern_->begin, pattern_->tag_end) : std::string_view(), number,
               out);
      put_cells(pattern_cells_, false, number, fill_.lines[index], out);
      put_beside(number, out);
    }
    out += cat("</", sheet_.prefix(), "row>");
  }

  void open_row(std::string_view tag, std::size_t number, std::string& out) const {
    if (tag.empty()) {
      out += cat("<", sheet_.prefix(), "row r=\"", number, "\">");
      return;
    }
    std::string opened = with_attribute(tag, "r", cat(number));
    if (opened.ends_with("/>")) opened.erase(opened.size() - 2, 1);
    out += opened;
  }

  // The cells of a row in order of their columns: what the line says, else what stands there; of a
  // pattern only the format.
  void put_cells(const std::vector<RawCell>& cells, bool own, std::size_t number,
                 const FillLine& line, std::string& out) {
    std::size_t at = 0;
    const auto keep_until = [&](std::size_t column) {
      for (; at < cells.size() && cells[at].column < column; ++at) {
        if (own && !gives_way(cells[at], number)) {
          keep(cells[at], number, out);
        } else {
          put_pattern(number, cells[at], own, out);
        }
      }
    };
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::size_t column = fill_.columns[i].at;
      if (std::holds_alternative<std::monostate>(line[i])) continue;
      keep_until(column);
      const bool here = at < cells.size() && cells[at].column == column;
      const std::size_t style = here ? cells[at].style : sheet_.column_style(column);
      if (here) ++at;
      put(number, column, style, line[i], out);
    }
    keep_until(static_cast<std::size_t>(-1));
  }

  // A cell like that one, empty but for what each row has if it stands in an added row.
  void put_pattern(std::size_t number, const RawCell& cell, bool own, std::string& out) const {
    const auto content = contents_.find(cell.column);
    if (own || content == contents_.end()) return put_empty(number, cell.column, cell.style, out);
    begin_cell(number, cell.column, cell.style, out);
    const auto& [at, formula, text, type] = content->second;
    if (!formula) {
      if (!type.empty()) put_all(out, {" t=\"", type, "\""});
      put_all(out, {">", text});
      return;
    }
    const std::string& p = sheet_.prefix();
    const CellRef here{cell.column, number};
    put_all(out, {"><", p, "f>", copied_formula(formulas_.at(cell.column), at, here), "</", p,
                  "f></", p, "c>"});
  }

  // With its formula, which may name a cell below.
  void keep(const RawCell& cell, std::size_t number, std::string& out) const {
    std::vector<RawEdit> edits;
    if (shift_.by > 0) move_formula(cell, number, edits);
    for (RawEdit& edit : edits) {
      edit.begin -= cell.begin;
      edit.end -= cell.begin;
    }
    out += without_results(edited(text_of(cell.begin, cell.end), edits));
  }

  void begin_cell(std::size_t number, std::size_t column, std::size_t style,
                  std::string& out) const {
    put_all(out, {"<", sheet_.prefix(), "c r=\""});
    append_cell_ref(out, number, column);
    out += '"';
    if (style == 0) return;
    out += " s=\"";
    append_number(out, style);
    out += '"';
  }

  void put_empty(std::size_t number, std::size_t column, std::size_t style,
                 std::string& out) const {
    begin_cell(number, column, style, out);
    out += "/>";
  }

  void put_number(std::size_t number, std::size_t column, std::size_t style, std::string_view value,
                  std::string& out) const {
    begin_cell(number, column, style, out);
    const std::string& p = sheet_.prefix();
    put_all(out, {"><", p, "v>", value, "</", p, "v></", p, "c>"});
  }

  void put_text(std::size_t number, std::size_t column, std::size_t style, const std::string& text,
                std::string& out) {
    if (text.empty()) return put_empty(number, column, style, out);
    // Typed anew, it would else become a number or a formula.
    const bool looks_otherwise = std::string_view("=+-@").find(text[0]) != std::string_view::npos ||
                                 text.find_first_not_of("0123456789Xx. -/:") == std::string::npos;
    if (looks_otherwise && !editor_.is_text(style)) style = editor_.made(style, Made::kText);
    begin_cell(number, column, style, out);
    const std::string& p = sheet_.prefix();
    const bool edged = trimmed(text).size() != text.size();
    put_all(out, {" t=\"inlineStr\"><", p, "is><", p, "t"});
    out += edged ? " xml:space=\"preserve\">" : ">";
    append_xml_text(out, text);
    put_all(out, {"</", p, "t></", p, "is></", p, "c>"});
  }

  void put(std::size_t number, std::size_t column, std::size_t style, const FillCell& cell,
           std::string& out) {
    if (std::holds_alternative<NotHeld>(cell)) {
      return put_empty(number, column, editor_.made(style, Made::kRed), out);
    }
    if (const auto* text = std::get_if<std::string>(&cell)) {
      return put_text(number, column, style, *text, out);
    }
    if (const auto* date = std::get_if<Date>(&cell)) {
      const auto serial = serial_of(*date);
      if (!serial) return put_text(number, column, style, date->iso(), out);
      const bool shown = styles_.kind_of(style) == DateKind::kDate;
      return put_number(number, column, shown ? style : editor_.made(style, Made::kDate),
                        cat(*serial), out);
    }
    const std::string text = fill_text(cell);
    if (text.size() > kExactDigits) return put_text(number, column, style, text, out);
    put_number(number, column, style, text, out);
  }

  static std::optional<std::int64_t> serial_of(Date date) {
    const std::int64_t serial = std::int64_t{date.days} + kEpochDays;
    if (serial < kFirstDay || date.year() > kLastYear) return std::nullopt;
    return serial;
  }

  // A row with its cells and formulas under its new number, beside what stays there.
  std::string moved(const RawRow& row, std::size_t number) {
    const bool leaves = number != row.number;
    std::string tag = with_attribute(text_of(row.begin, row.tag_end), "r", cat(number));
    std::vector<RawEdit> edits;
    for (const RawCell& cell : sheet_.cells(row)) {
      if (leaves && stays(cell)) {
        edits.push_back({cell.begin, cell.end, ""});
        continue;
      }
      edits.push_back({cell.begin, cell.tag_end,
                       with_attribute(text_of(cell.begin, cell.tag_end), "r",
                                      cell_ref_text(number, cell.column))});
      move_formula(cell, row.number, edits);
    }
    if (leaves && beside_.contains(number)) {
      std::string cells;
      put_beside(number, cells);
      if (tag.ends_with("/>"))
        return cat(tag.substr(0, tag.size() - 2), ">", cells, "</", sheet_.prefix(), "row>");
      edits.push_back({row.close_begin, row.close_begin, std::move(cells)});
    }
    for (RawEdit& edit : edits) {
      edit.begin -= row.tag_end;
      edit.end -= row.tag_end;
    }
    return tag + edited(text_of(row.tag_end, row.end), edits);
  }

  // Its remembered value goes: whoever opens the file computes it.
  void move_formula(const RawCell& cell, std::size_t number, std::vector<RawEdit>& edits) const {
    const std::string_view xml = sheet_.xml().substr(0, cell.end);
    std::size_t value_begin = 0, formula_begin = 0;
    bool has_formula = false;
    for (std::size_t at = cell.tag_end; const auto tag = next_tag(xml, at);) {
      const std::string_view name = local_name(tag->name);
      if (name == "f" && !tag->closing) {
        has_formula = true;
        formula_begin = tag->end;
        const std::string_view text = xml.substr(tag->begin, tag->end - tag->begin);
        const auto area = raw_attribute(text, "ref");
        if (area) {
          edits.push_back(
              {tag->begin, tag->end, with_attribute(text, "ref", shifted_areas(*area, shift_))});
        }
      }
      if (name == "f" && tag->closing) {
        edits.push_back({formula_begin, tag->begin,
                         shifted_formula(xml.substr(formula_begin, tag->begin - formula_begin),
                                         shift_, {fill_.sheet, true, number})});
      }
      if (name == "v" && !tag->closing) value_begin = tag->begin;
      if (name == "v" && tag->closing && has_formula) {
        edits.push_back({value_begin, tag->end, ""});
      }
    }
  }

  // How far the sheet reaches; some programs believe it.
  void grow_dimension(std::vector<RawEdit>& edits) const {
    for (std::size_t at = 0; const auto tag = next_tag(sheet_.xml(), at);) {
      if (tag->begin >= sheet_.data_begin()) return;
      if (local_name(tag->name) != "dimension" || tag->closing) continue;
      const std::string_view text = text_of(tag->begin, tag->end);
      auto area = parse_cell_area(raw_attribute(text, "ref").value_or(""));
      if (!area) return;
      const std::size_t behind = fill_.prepared.first + fill_.lines.size();
      area->to.row = std::max(shift_.area(*area).to.row, behind - 1);
      edits.push_back({tag->begin, tag->end, with_attribute(text, "ref", cell_area_text(*area))});
    }
  }

  // What else of the worksheet names rows: merged cells, rules for input, marks, page breaks.
  void move_areas(std::vector<RawEdit>& edits) const {
    constexpr std::pair<std::string_view, std::string_view> kAreas[] = {
        {"mergeCell", "ref"},       {"dataValidation", "sqref"},        {"autoFilter", "ref"},
        {"hyperlink", "ref"},       {"conditionalFormatting", "sqref"}, {"ignoredError", "sqref"},
        {"protectedRange", "sqref"}};
    for (std::size_t at = 0; const auto tag = next_tag(sheet_.xml(), at);) {
      if (tag->begin >= sheet_.data_begin() && tag->begin < sheet_.data_end()) {
        at = sheet_.data_end();
        continue;
      }
      const std::string_view text = text_of(tag->begin, tag->end);
      for (const auto& [name, where] : kAreas) {
        const auto areas = local_name(tag->name) == name && !tag->closing
                               ? raw_attribute(text, where)
                               : std::nullopt;
        if (!areas) continue;
        edits.push_back(
            {tag->begin, tag->end, with_attribute(text, where, shifted_areas(*areas, shift_))});
        if (name == "mergeCell") edits.back().text += repeated_merge(*areas, text);
      }
      if (local_name(tag->name) == "brk" && !tag->closing) {
        const std::size_t id = number_in(raw_attribute(text, "id").value_or(""));
        edits.push_back({tag->begin, tag->end, with_attribute(text, "id", cat(shift_.row(id)))});
      }
    }
  }

  // What rules for input and marks look at: lists of values, limits.
  void move_rules(std::vector<RawEdit>& edits) const {
    std::size_t begin = 0;
    for (std::size_t at = sheet_.data_end(); const auto tag = next_tag(sheet_.xml(), at);) {
      if (!local_name(tag->name).starts_with("formula")) continue;
      if (tag->closing && begin != 0) {
        edits.push_back({begin, tag->begin,
                         shifted_formula(text_of(begin, tag->begin), shift_,
                                         {fill_.sheet, true, shift_.last})});
      }
      begin = tag->closing || tag->empty ? 0 : tag->end;
    }
  }

  // Cells merged within the pattern row are merged in every added row too.
  std::string repeated_merge(std::string_view ref, std::string_view tag) const {
    const auto area = parse_cell_area(ref);
    const bool within =
        area && pattern_ && area->from.row == pattern_->number && area->to.row == pattern_->number;
    std::string out;
    for (std::size_t i = 1; within && i <= shift_.by; ++i) {
      CellArea copy = *area;
      copy.from.row = copy.to.row = shift_.last + i;
      std::string one = with_attribute(tag, "ref", cell_area_text(copy));
      if (!one.ends_with("/>")) one.insert(one.size() - 1, "/");
      out += one;
    }
    return out;
  }

  static constexpr std::size_t kCellBytes = 80;       // of most
  static constexpr std::int32_t kEpochDays = 25'569;  // 1970-01-01 as a spreadsheet counts
  static constexpr std::int32_t kFirstDay = 61;       // 1900-03-01, after the day only Excel has
  static constexpr int kLastYear = 9999;
  static constexpr std::size_t kExactDigits = 15;

  const RawSheet& sheet_;
  const SheetFill& fill_;
  const Styles& styles_;
  StyleEditor& editor_;
  const RowShift shift_;
  std::optional<RawRow> pattern_;
  std::vector<RawCell> pattern_cells_;
  std::map<std::size_t, CellContent> contents_;  // by column
  std::map<std::size_t, std::string> formulas_;  // of those, as they are once rows are put in
  std::map<std::size_t, std::string> beside_;    // cells by row, as they stay
};

}  // namespace

std::string filled_sheet(const RawSheet& sheet, const SheetFill& fill, const Styles& styles,
                         StyleEditor& editor) {
  return SheetWriter(sheet, fill, styles, editor).part();
}

}  // namespace mq::tabular
