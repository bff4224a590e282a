#include "mq/tabular/template.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <set>

#include "mq/base/text.h"
#include "raw_xml.h"
#include "template_header.h"
#include "template_rows.h"
#include "template_sheet.h"
#include "template_styles.h"
#include "xlsx.h"
#include "xml_stream.h"
#include "zip_writer.h"

namespace mq::tabular {

namespace {

constexpr std::size_t kRowsMax = 1'048'576, kCellCharactersMax = 32'767;

Status check_text(const std::vector<FillLine>& lines) {
  for (const FillLine& line : lines) {
    for (const FillCell& cell : line) {
      const auto* text = std::get_if<std::string>(&cell);
      if (text == nullptr) continue;
      if (!is_utf8(*text)) {
        return Error{Code::kInvalidInput, "填表:有文字不是 UTF-8,没有写出",
                     "filling a form: a text is not UTF-8; nothing was written"};
      }
      if (text->size() > kCellCharactersMax && count_characters(*text) > kCellCharactersMax) {
        return Error{Code::kExhausted,
                     cat("填表:有一格文字多于 ", kCellCharactersMax, " 字,没有写出"),
                     cat("filling a form: a cell has more than ", kCellCharactersMax,
                         " characters; nothing was written")};
      }
    }
  }
  return {};
}

// Each cell with its own formula, so that rows can be put in between.
Result<OpenedWorkbook> open_blank(ByteView file, const TemplateOptions& options) {
  MQ_TRY(OpenedWorkbook opened, open_workbook(file, options.limits, options.sheet));
  opened.sheet_xml = without_sharing(opened.sheet_xml);
  return opened;
}

Error with_sheets(Error error, const std::string& sheet, const std::vector<std::string>& others) {
  if (sheet.empty()) return error;
  error.zh += cat("。读的是工作表“", sheet, "”");
  error.en += cat("; read worksheet ", sheet);
  if (others.empty()) return error;
  error.zh += cat(";还有 ", join(others, "、"), "(要填另一张加 --sheet 名称)");
  error.en += cat("; there are also ", join(others, ", "), " (--sheet NAME for another)");
  return error;
}

// A cell merged over rows of which each would take a line of its own.
const CellArea* torn_by(const RawSheet& sheet, const std::vector<TemplateColumn>& columns,
                        const std::vector<FillLine>& lines, std::size_t first) {
  const auto says = [](const FillCell& cell) {
    return !std::holds_alternative<std::monostate>(cell) && !fill_text(cell).empty();
  };
  std::vector<const CellArea*> tall;
  for (const CellArea& area : sheet.merges()) {
    const bool among = area.to.row >= first && area.from.row < first + lines.size();
    if (among && area.to.row > area.from.row) tall.push_back(&area);
  }
  std::vector<bool> filled(columns.size());
  for (const FillLine& line : lines) {
    for (std::size_t i = 0; !tall.empty() && i < line.size(); ++i) {
      if (!filled[i]) filled[i] = says(line[i]);
    }
  }
  for (const CellArea* area : tall) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const bool within = columns[i].at >= area->from.column && columns[i].at <= area->to.column;
      if (within && filled[i]) return area;
    }
  }
  return nullptr;
}

// The part without its declaration's encoding: what is written is UTF-8.
std::string as_utf8(std::string xml) {
  if (!xml.starts_with("<?xml")) return xml;
  const std::size_t end = xml.find("?>");
  if (end == std::string::npos) return xml;
  constexpr std::string_view kDeclaration =
      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>";
  xml.replace(0, end + 2, kDeclaration);
  return xml;
}

// Names of parts are the same whatever their case, as the format asks.
bool same_part(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

// The order in which formulas were computed last: it names cells that have moved, and programs
// make it anew.
bool is_calculation_order(std::string_view name) { return name.ends_with("calcChain.xml"); }

std::string without_calculation_order(std::string_view xml, std::string_view attribute_name) {
  std::vector<RawEdit> edits;
  for (std::size_t at = 0; const auto tag = next_tag(xml, at);) {
    const std::string_view text = xml.substr(tag->begin, tag->end - tag->begin);
    const auto value = raw_attribute(text, attribute_name);
    if (tag->empty && value && is_calculation_order(*value)) {
      edits.push_back({tag->begin, tag->end, ""});
    }
  }
  return edited(xml, edits);
}

// What names cells of the filled sheet from elsewhere, by elements of that name, follows them.
std::string with_moved_references(std::string_view xml, std::initializer_list<std::string_view> in,
                                  const RowShift& shift, std::string_view sheet) {
  std::vector<RawEdit> edits;
  std::size_t begin = 0;
  for (std::size_t at = 0; shift.by > 0;) {
    const auto tag = next_tag(xml, at);
    if (!tag) break;
    if (std::ranges::find(in, local_name(tag->name)) == in.end()) continue;
    if (!tag->closing) {
      begin = tag->empty ? 0 : tag->end;
    } else if (begin != 0) {
      edits.push_back(
          {begin, tag->begin,
           shifted_formula(xml.substr(begin, tag->begin - begin), shift, {sheet, false})});
      begin = 0;
    }
  }
  return edited(xml, edits);
}

bool is_worksheet(std::string_view name) {
  return name.starts_with("xl/worksheets/") && name.ends_with(".xml");
}

bool is_chart(std::string_view name) {
  return name.starts_with("xl/charts/") && name.ends_with(".xml");
}

// Another sheet may sum up the one that was filled; one without formulas stays byte for byte.
std::string of_another_sheet(std::string content, const RowShift& shift, std::string_view sheet) {
  std::string xml = content;
  if (!normalise_xml(xml).ok()) return content;
  std::string fresh = without_results(xml);
  const auto moved = [&](std::string_view formulas) {
    return with_moved_references(formulas, {"f", "formula", "formula1", "formula2"}, shift, sheet);
  };
  const std::string apart = shift.by > 0 ? without_sharing(fresh) : std::string();
  std::string followed = moved(apart);
  fresh = followed == apart ? moved(fresh) : std::move(followed);
  return fresh == xml ? content : as_utf8(std::move(fresh));
}

// Asks whoever opens the file to compute every formula: none of them has a result in it.
std::string computed_on_opening(std::string_view xml) {
  std::vector<RawEdit> edits;
  std::size_t behind = 0;  // where calcPr belongs, in the order that the format asks
  std::string prefix;
  for (std::size_t at = 0; const auto tag = next_tag(xml, at);) {
    const std::string_view name = local_name(tag->name);
    if (name == "calcPr" && !tag->closing) {
      const std::string_view text = xml.substr(tag->begin, tag->end - tag->begin);
      return edited(xml, {{tag->begin, tag->end, with_attribute(text, "fullCalcOnLoad", "1")}});
    }
    const bool before = name == "sheets" || name == "functionGroups" ||
                        name == "externalReferences" || name == "definedNames";
    if (!before || !(tag->closing || tag->empty)) continue;
    behind = tag->end;
    prefix = std::string(tag->name.substr(0, tag->name.size() - name.size()));
  }
  if (behind == 0) return std::string(xml);
  return edited(xml, {{behind, behind, cat("<", prefix, "calcPr fullCalcOnLoad=\"1\"/>")}});
}

}  // namespace

std::string fill_text(const FillCell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return cat(*number);
  if (const auto* date = std::get_if<Date>(&cell)) return date->iso();
  const auto* decimal = std::get_if<Decimal>(&cell);
  if (decimal == nullptr) return {};
  const bool below = decimal->value < 0;
  std::string digits = cat(below ? 0 - static_cast<std::uint64_t>(decimal->value)
                                 : static_cast<std::uint64_t>(decimal->value));
  const auto places = static_cast<std::size_t>(decimal->places);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  if (places > 0) {
    digits.insert(digits.size() - places, 1, '.');
    while (digits.back() == '0') digits.pop_back();
    if (digits.back() == '.') digits.pop_back();
  }
  return cat(below ? "-" : "", digits);
}

Result<Template> Template::read(Bytes file, const TemplateOptions& options) {
  Template out;
  out.file_ = std::move(file);
  out.options_ = options;
  MQ_TRY(Sheet sheet, read_sheet(out.file_, options.limits, options.sheet));
  out.workbook_ = sheet.encoding == "xlsx";
  out.sheet_ = std::move(sheet.name);
  out.other_sheets_ = std::move(sheet.unread);
  out.rows_ = std::move(sheet.rows);
  MQ_CHECK(out.find_rows());
  return out;
}

Status Template::find_rows() {
  std::optional<OpenedWorkbook> opened;
  std::optional<RawSheet> raw;
  if (workbook_) {
    MQ_TRY(opened, open_blank(file_, options_));
    MQ_TRY(raw, RawSheet::read(opened->sheet_xml));
  }
  auto found = find_header(rows_, raw ? raw->merges() : std::vector<CellArea>(), options_);
  if (!found.ok()) return with_sheets(std::move(found).error(), sheet_, other_sheets_);
  title_ = std::move(found->title);
  columns_ = std::move(found->columns);
  header_first_ = found->first;
  header_last_ = found->last;
  TableRows table =
      table_rows({rows_, columns_, raw ? &*raw : nullptr, header_last_ + 1, options_.standing});
  first_ = table.prepared.first;
  prepared_ = table.prepared.count;
  below_ = table.below;
  standing_ = std::move(table.standing);
  if (!raw) return {};
  const auto contents = own_contents(*raw, table.prepared);
  const RawRow* row = raw->row(table.prepared.pattern);
  const std::vector<RawCell> cells = row == nullptr ? std::vector<RawCell>() : raw->cells(*row);
  for (TemplateColumn& column : columns_) {
    const auto cell = std::ranges::find(cells, column.at, &RawCell::column);
    column.provided =
        contents.contains(column.at) || (cell != cells.end() && raw->has_formula(*cell));
  }
  return {};
}

Result<Bytes> Template::workbook_with(const std::vector<FillLine>& lines) const {
  if (!workbook_) {
    return Error{Code::kInvalidInput, "空表是 CSV,填好的也写成 CSV(-o 文件.csv)",
                 "the blank is CSV; write CSV (-o FILE.csv)"};
  }
  MQ_CHECK(check_text(lines));
  MQ_TRY(OpenedWorkbook opened, open_blank(file_, options_));
  MQ_TRY(const RawSheet sheet, RawSheet::read(opened.sheet_xml));
  if (sheet.rows().size() + lines.size() + first_ > kRowsMax) {
    return Error{Code::kExhausted, "填表:行数超过 xlsx 的上限,没有写出;请按村分几次填",
                 "filling a form: more rows than xlsx holds; fill it village by village"};
  }
  if (const CellArea* area = torn_by(sheet, columns_, lines, first_)) {
    const std::string where = cell_area_text(*area);
    return Error{Code::kInvalidInput,
                 cat("填表:空表里 ", where,
                     " 是上下合并的格,一行填一条会被盖住;请先取消这里的合并再填,没有写出"),
                 cat("filling a form: ", where,
                     " is merged over several rows, each of which would take a line: unmerge it "
                     "first; nothing was written")};
  }
  std::string styles;
  if (!opened.styles_part.empty()) {
    MQ_TRY(styles, opened.archive.read(opened.styles_part));
    MQ_CHECK(normalise_xml(styles));
  }
  StyleEditor editor(std::move(styles));
  const PreparedRows prepared =
      table_rows({rows_, columns_, &sheet, header_last_ + 1, options_.standing}).prepared;
  const RowShift shift = prepared.shift_for(lines.size());
  const SheetFill fill{columns_, lines, prepared, opened.sheet_name};
  const std::string sheet_part = as_utf8(filled_sheet(sheet, fill, opened.workbook.styles, editor));
  std::vector<ZipPart> parts;
  std::set<std::string> seen;
  for (const std::string& name : opened.archive.names()) {
    if (is_calculation_order(name) || !seen.insert(name).second) continue;
    if (same_part(name, opened.sheet_part)) {
      parts.push_back({name, sheet_part});  // a name may stand there twice, in two cases
      continue;
    }
    if (same_part(name, opened.styles_part)) {
      parts.push_back({name, as_utf8(editor.part())});
      continue;
    }
    MQ_TRY(std::string content, opened.archive.read(name));
    if (name == "[Content_Types].xml") content = without_calculation_order(content, "PartName");
    if (name.ends_with(".rels")) content = without_calculation_order(content, "Target");
    if (same_part(name, opened.workbook_part)) {
      content = computed_on_opening(
          with_moved_references(content, {"definedName"}, shift, opened.sheet_name));
    } else if (is_worksheet(name)) {
      content = of_another_sheet(std::move(content), shift, opened.sheet_name);
    } else if (is_chart(name)) {
      content = with_moved_references(content, {"f"}, shift, opened.sheet_name);
    }
    parts.push_back({name, std::move(content)});
  }
  return zip_of(parts, Packing::kQuick);
}

std::vector<std::vector<std::string>> Template::rows_with(
    const std::vector<FillLine>& lines) const {
  std::vector<std::vector<std::string>> out;
  std::size_t width = 0;
  for (const TemplateColumn& column : columns_) width = std::max(width, column.at + 1);
  for (const Row& row : rows_) {
    const bool above = row.line <= header_last_ && (!workbook_ || row.line < header_first_);
    if (above) out.push_back(row.cells);
  }
  if (workbook_) {
    out.emplace_back(width);
    for (const TemplateColumn& column : columns_) out.back()[column.at] = column.header;
  }
  for (const Row& row : rows_) {
    if (row.line > header_last_ && row.line < first_) out.push_back(row.cells);
  }
  for (std::size_t at = 0; at < lines.size(); ++at) {
    out.push_back(prepared_cells(first_ + at));
    out.back().resize(std::max(width, out.back().size()));
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const bool keeps = std::holds_alternative<std::monostate>(lines[at][i]);
      if (!keeps) out.back()[columns_[i].at] = fill_text(lines[at][i]);
    }
  }
  for (const Row& row : rows_) {
    if (below_ != 0 && row.line >= below_) out.push_back(row.cells);
  }
  return out;
}

// What a row has that waits to be filled.
std::vector<std::string> Template::prepared_cells(std::size_t line) const {
  const bool dropped = standing_goes() && line <= standing_.back().line;
  const auto row = std::ranges::lower_bound(rows_, line, {}, &Row::line);
  if (dropped || row == rows_.end() || row->line != line || (below_ != 0 && line >= below_))
    return {};
  return row->cells;
}

}  // namespace mq::tabular
