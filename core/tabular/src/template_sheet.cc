#include "template_sheet.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <iterator>
#include <optional>

#include "mq/base/text.h"
#include "raw_xml.h"
#include "xml_stream.h"
#include "xml_text.h"

namespace mq::tabular {

namespace {

constexpr std::size_t kMergesMax = 100'000;

std::size_t number_in(std::string_view text) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Straight into the worksheet's text: a cell is a dozen parts, and a form has 100 000 cells.
void put_all(std::string& out, std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) out += part;
}

void append_number(std::string& out, std::size_t number) {
  char digits[20];
  out.append(digits, std::to_chars(digits, std::end(digits), number).ptr);
}

}  // namespace

Status RawSheet::take(std::string_view name, std::string_view tag, std::size_t begin,
                      std::size_t end) {
  if (name == "row") {
    const auto declared = raw_attribute(tag, "r");
    const std::size_t before = rows_.empty() ? 0 : rows_.back().number;
    rows_.push_back({declared ? number_in(*declared) : before + 1, begin, end, end, end});
  }
  if (name == "col") {
    const auto style = raw_attribute(tag, "style");
    const std::size_t from = number_in(raw_attribute(tag, "min").value_or(""));
    const std::size_t to = number_in(raw_attribute(tag, "max").value_or(""));
    if (style && from > 0) columns_.push_back({from - 1, to - 1, number_in(*style)});
  }
  if (name != "mergeCell") return {};
  const auto area = parse_cell_area(raw_attribute(tag, "ref").value_or(""));
  if (area && merges_.size() < kMergesMax) {
    merges_.push_back(*area);
    return {};
  }
  return Error{Code::kInvalidInput, "表格里合并的单元格有误或过多,文件可能损坏;请另存一份再试",
               "the merged cells of the worksheet are wrong or too many; save it anew"};
}

Result<RawSheet> RawSheet::read(std::string_view xml) {
  RawSheet out;
  out.xml_ = xml;
  for (std::size_t at = 0; const auto tag = next_tag(xml, at);) {
    const std::string_view name = local_name(tag->name);
    if (name == "sheetData" && !tag->closing) {
      out.prefix_ = tag->name.substr(0, tag->name.size() - name.size());
      out.data_begin_ = out.data_end_ = tag->end;
    }
    if (name == "sheetData" && tag->closing) out.data_end_ = tag->begin;
    if (name == "row" && tag->closing && !out.rows_.empty()) {
      out.rows_.back().close_begin = tag->begin;
      out.rows_.back().end = tag->end;
    }
    if (tag->closing) continue;
    MQ_CHECK(out.take(name, xml.substr(tag->begin, tag->end - tag->begin), tag->begin, tag->end));
  }
  return out;
}

const RawRow* RawSheet::row(std::size_t number) const {
  const auto found = std::ranges::lower_bound(rows_, number, {}, &RawRow::number);
  return found == rows_.end() || found->number != number ? nullptr : &*found;
}

std::vector<RawCell> RawSheet::cells(const RawRow& row) const {
  std::vector<RawCell> out;
  std::size_t next = 0;
  for (std::size_t at = row.tag_end; at < row.close_begin;) {
    const auto tag = next_tag(xml_.substr(0, row.close_begin), at);
    if (!tag) break;
    if (local_name(tag->name) != "c") continue;
    if (tag->closing) {
      if (!out.empty()) out.back().end = tag->end;
      continue;
    }
    const std::string_view text = xml_.substr(tag->begin, tag->end - tag->begin);
    const auto ref = parse_cell_ref(raw_attribute(text, "r").value_or(""));
    const auto style = raw_attribute(text, "s");
    out.push_back({ref ? ref->column : next, tag->begin, tag->end, tag->end,
                   number_in(style.value_or("")), style.has_value()});
    next = out.back().column + 1;
  }
  return out;
}

std::size_t RawSheet::column_style(std::size_t column) const {
  for (const Columns& each : columns_) {
    if (column >= each.from && column <= each.to) return each.style;
  }
  return 0;
}

namespace {

std::size_t styled_cells(const RawSheet& sheet, const RawRow* row) {
  if (row == nullptr) return 0;
  const std::vector<RawCell> cells = sheet.cells(*row);
  return static_cast<std::size_t>(std::ranges::count_if(cells, &RawCell::styled));
}

}  // namespace

PreparedRows prepared_rows(const RawSheet& sheet, std::size_t first, std::size_t below) {
  PreparedRows out{first, 0};
  const std::size_t last_row = sheet.rows().empty() ? 0 : sheet.rows().back().number;
  const std::size_t limit = below == 0 ? last_row : below - 1;
  const std::size_t pattern = styled_cells(sheet, sheet.row(first));
  // A row that looks unlike the first one parts the table from what stands below it.
  while (first + out.count <= limit) {
    const RawRow* row = sheet.row(first + out.count);
    if (pattern > 0 && styled_cells(sheet, row) * 2 < pattern) break;
    ++out.count;
  }
  return out;
}

namespace {

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
    const RawRow* pattern = sheet_.row(fill_.prepared.first);
    if (pattern == nullptr || fill_.prepared.count == 0) return;
    pattern_ = *pattern;
    pattern_cells_ = sheet_.cells(*pattern);
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
      } else {
        out += shift_.by == 0 ? without_results(text_of(*row)) : moved(*row, number);
      }
    }
    return out;
  }

  void put_unused(const RawRow& row, std::string& out) const {
    std::size_t from = row.begin;
    for (const RawCell& cell : sheet_.cells(row)) {
      if (!shares_formula(cell)) continue;
      out += without_results(text_of(from, cell.begin));
      put_empty(row.number, cell.column, cell.style, out);
      from = cell.end;
    }
    out += without_results(text_of(from, row.end));
  }

  // With a row that may be filled; one of its own stays.
  bool shares_formula(const RawCell& cell) const {
    const std::string_view xml = sheet_.xml().substr(0, cell.end);
    for (std::size_t at = cell.tag_end; const auto tag = next_tag(xml, at);) {
      if (local_name(tag->name) != "f" || tag->closing) continue;
      return raw_attribute(text_of(tag->begin, tag->end), "t").has_value();
    }
    return false;
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
        if (own && !shares_formula(cells[at])) {
          keep(cells[at], out);
        } else {
          put_empty(number, cells[at].column, cells[at].style, out);
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

  // With its formula, which may name a cell below.
  void keep(const RawCell& cell, std::string& out) const {
    std::vector<RawEdit> edits;
    if (shift_.by > 0) move_formula(cell, edits);
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

  // A row below the lines, with its cells and formulas, under its new number.
  std::string moved(const RawRow& row, std::size_t number) const {
    std::string tag = with_attribute(text_of(row.begin, row.tag_end), "r", cat(number));
    std::vector<RawEdit> edits;
    for (const RawCell& cell : sheet_.cells(row)) {
      edits.push_back({cell.begin, cell.tag_end,
                       with_attribute(text_of(cell.begin, cell.tag_end), "r",
                                      cell_ref_text(number, cell.column))});
      move_formula(cell, edits);
    }
    for (RawEdit& edit : edits) {
      edit.begin -= row.tag_end;
      edit.end -= row.tag_end;
    }
    return tag + edited(text_of(row.tag_end, row.end), edits);
  }

  // Its remembered value goes: whoever opens the file computes it.
  void move_formula(const RawCell& cell, std::vector<RawEdit>& edits) const {
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
                                         shift_, {fill_.sheet, true})});
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
                         shifted_formula(text_of(begin, tag->begin), shift_, {fill_.sheet, true})});
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
};

}  // namespace

std::string filled_sheet(const RawSheet& sheet, const SheetFill& fill, const Styles& styles,
                         StyleEditor& editor) {
  return SheetWriter(sheet, fill, styles, editor).part();
}

}  // namespace mq::tabular
