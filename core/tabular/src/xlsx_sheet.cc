#include "xlsx_sheet.h"

#include <charconv>
#include <cmath>
#include <optional>

#include "cell_refs.h"
#include "grid.h"
#include "mq/base/text.h"
#include "xlsx_strings.h"
#include "xml_stream.h"

namespace mq::tabular {

namespace {

constexpr std::size_t kLastRow = 1'048'576;
constexpr std::size_t kMergesMax = 1'000'000;
constexpr double kExactBelow = 1e15;
constexpr std::string_view kFirstOfMonth = "-01";  // the spreadsheet's, where a month was typed
constexpr std::size_t kPlainDigits = 15;  // every integer of so few digits is exact in a double

std::optional<std::size_t> parse_index(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// 0 for "A1", 27 for "AB7"; nothing if there are no letters or they name no column.
std::optional<std::size_t> parse_column(std::string_view reference) {
  std::size_t column = 0;
  std::size_t letters = 0;
  for (const char c : reference) {
    const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (upper < 'A' || upper > 'Z') break;
    if (++letters > 3) return std::nullopt;
    column = column * 26 + static_cast<std::size_t>(upper - 'A') + 1;
  }
  if (letters == 0 || column > kWidestSheet) return std::nullopt;
  return column - 1;
}

bool is_plain_integer(std::string_view text) {
  if (text.empty() || text.size() > kPlainDigits || (text.size() > 1 && text[0] == '0')) {
    return false;
  }
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "2026-03-05T14:07:00" as date_text writes it; what is not of this form stays.
std::string iso_text(std::string_view text) {
  if (text.ends_with('Z')) text.remove_suffix(1);
  const std::size_t fraction = text.find('.');
  if (fraction != std::string_view::npos) text = text.substr(0, fraction);
  const std::size_t t = text.find('T');
  if (t == std::string_view::npos) return std::string(text);
  std::string_view clock = text.substr(t + 1);
  if (clock == "00:00:00") return std::string(text.substr(0, t));
  if (clock.size() == 8 && clock.ends_with(":00")) clock.remove_suffix(3);
  return t == 0 ? std::string(clock) : cat(text.substr(0, t), " ", clock);
}

class SheetReader {
 public:
  SheetReader(const Workbook& workbook, const Limits& limits)
      : workbook_(workbook), grid_(limits) {}

  Result<Sheet> read(std::string_view xml) {
    const std::vector<Wanted> wanted = {{{"worksheet", "sheetData", "row"}, Extent::kTag},
                                        {{"worksheet", "sheetData", "row", "c"}, Extent::kWhole},
                                        {{"worksheet", "mergeCells", "mergeCell"}, Extent::kTag}};
    const auto visit = [this](std::size_t which, const pugi::xml_node& node) {
      if (which == 2) return add_merge(node);
      return which == 0 ? begin_row(node) : add_cell(node);
    };
    MQ_CHECK(each_element(xml, "worksheet", wanted, visit));
    MQ_CHECK(grid_.end_row());
    sheet_.rows = grid_.take();
    return std::move(sheet_);
  }

 private:
  Status begin_row(const pugi::xml_node& node) {
    const std::string_view declared = attribute(node, "r");
    const auto number = declared.empty() ? row_ + 1 : parse_index(declared).value_or(0);
    if (number <= row_ || number > kLastRow) {
      return Error{Code::kInvalidInput, cat("表格第 ", row_, " 行之后的行号有误，文件可能损坏。"),
                   cat("The row number after row ", row_,
                       " of the worksheet is wrong; the file may be damaged.")};
    }
    row_ = number;
    next_column_ = 0;
    return grid_.begin_row(row_);
  }

  Status add_cell(const pugi::xml_node& node) {
    const std::string_view reference = attribute(node, "r");
    const auto column = reference.empty() ? next_column_ : parse_column(reference);
    if (!column) {
      return Error{Code::kInvalidInput, cat("第 ", row_, " 行有一格的列号有误，文件可能损坏。"),
                   cat("A cell of row ", row_, " names no column; the file may be damaged.")};
    }
    next_column_ = *column + 1;
    MQ_TRY(const std::string text, cell_text(node, *column));
    if (!is_utf8(text)) return bad_cell(*column, "不是有效的文字", "is not valid text");
    return grid_.put(*column, text);
  }

  Status add_merge(const pugi::xml_node& node) {
    const auto area = parse_cell_area(attribute(node, "ref"));
    if (!area) return {};
    if (sheet_.merges.size() >= kMergesMax) {
      return Error{Code::kExhausted,
                   cat("合并的单元格超过上限 ", kMergesMax, " 处，请取消合并后再导入。"),
                   cat("The worksheet has more than ", kMergesMax, " merged cells.")};
    }
    sheet_.merges.push_back({area->from.row, area->to.row, area->from.column, area->to.column});
    return {};
  }

  Result<std::string> cell_text(const pugi::xml_node& node, std::size_t column) const {
    const std::string_view type = attribute(node, "t");
    if (type == "inlineStr") return rich_text(child(node, "is"));
    const std::string raw = plain_text(child(node, "v"));
    const std::string_view value = trimmed(raw);
    if (type == "s") return shared_string(value, column);
    if (type == "b") return std::string(value == "1" || value == "true" ? "是" : "否");
    if (type == "d") return iso_text(value);
    if (type.empty() || type == "n") return number(value, node);
    return unescaped(raw);
  }

  Result<std::string> shared_string(std::string_view value, std::size_t column) const {
    if (value.empty()) return std::string();
    const auto index = parse_index(value);
    if (!index || *index >= workbook_.strings.size()) {
      return bad_cell(column, "指向不存在的文字", "points to a text that does not exist");
    }
    return workbook_.strings[*index];
  }

  std::string number(std::string_view value, const pugi::xml_node& node) const {
    const auto format = parse_index(attribute(node, "s"));
    const DateKind kind = workbook_.styles.kind_of(format.value_or(0));
    if (kind == DateKind::kNone && is_plain_integer(value)) return std::string(value);
    const auto parsed = parse_number(value);
    // What is no number is shown as it stands; the importer sees that it fits no column.
    if (!parsed) return std::string(value);
    if (kind != DateKind::kNone) {
      auto date = date_text(*parsed, kind, workbook_.epoch_1904);
      if (date && workbook_.styles.of_month(format.value_or(0)) && date->ends_with(kFirstOfMonth)) {
        date->resize(date->size() - kFirstOfMonth.size());
      }
      if (date) return *date;
    }
    // Beyond this a number has lost digits, and its reader must see that it has.
    if (std::abs(*parsed) >= kExactBelow) return std::string(value);
    return number_text(*parsed);
  }

  Error bad_cell(std::size_t column, std::string_view zh, std::string_view en) const {
    return Error{
        Code::kInvalidInput,
        cat("第 ", row_, " 行 ", column_name(column), " 列的内容", zh, "，文件可能损坏。"),
        cat("Row ", row_, " column ", column_name(column), " ", en, "; the file may be damaged.")};
  }

  const Workbook& workbook_;
  Grid grid_;
  Sheet sheet_;
  std::size_t row_ = 0;
  std::size_t next_column_ = 0;
};

}  // namespace

Result<Sheet> read_worksheet(std::string_view xml, const Workbook& workbook, const Limits& limits) {
  return SheetReader(workbook, limits).read(xml);
}

}  // namespace mq::tabular
