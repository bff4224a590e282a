#include "import_table.h"

#include <algorithm>
#include <array>

#include "import_values.h"
#include "mq/base/text.h"
#include "mq/model/calendar.h"
#include "mq/model/text_cleanup.h"
#include "mq/model/validate.h"

namespace mq::work {

namespace {

constexpr int kYearMin = 1900;                 // DOMAIN (g)
constexpr std::size_t kCellBytesMax = 49'152;  // of a value of the vault

constexpr std::array<std::string_view, 7> kErrorValues{"#N/A",    "#NAME?", "#NULL!", "#NUM!",
                                                       "#DIV/0!", "#REF!",  "#VALUE!"};

// 9.99999E+17: what a spreadsheet shows of a long number of which it has lost the last digits.
bool scientific(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  const std::size_t e = text.find_first_of("Ee");
  if (e == std::string_view::npos || e == 0) return false;
  const std::string_view mantissa = text.substr(0, e);
  std::string_view power = text.substr(e + 1);
  const bool marked = power.starts_with('+') || mantissa.find('.') != std::string_view::npos;
  if (power.starts_with('+')) power.remove_prefix(1);
  return marked && !power.empty() && power.find_first_not_of(kDigits) == std::string_view::npos &&
         mantissa.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string said_by(const tabular::Row& row) {
  std::vector<std::string> parts;
  for (const std::string& cell : row.cells) {
    if (!trimmed(cell).empty()) parts.emplace_back(model::clean_cell(cell));
  }
  return join(parts, " ");
}

// 合计, 合计:35 人, 小计(一组); then what stands in the columns are sums.
bool is_total(std::string_view form) {
  for (const std::string_view word : {"合计", "总计", "小计", "共计"}) {
    if (!form.starts_with(word)) continue;
    const std::string_view rest = form.substr(word.size());
    if (rest.empty() || std::string_view(":(0123456789").find(rest.front()) != rest.npos)
      return true;
  }
  return false;
}

// 填表人:张三, 制表日期:, 审核:, 备注:…
bool is_signature(std::string_view form) {
  constexpr std::array<std::string_view, 9> kOf{"填表", "制表", "填报", "审核", "复核",
                                                "负责", "经办", "联系", "统计"};
  constexpr std::array<std::string_view, 7> kWhat{"", "人", "人员", "日期", "时间", "单位", "电话"};
  constexpr std::array<std::string_view, 8> kAlone{"日期", "单位", "盖章", "(盖章)",
                                                   "备注", "说明", "注",   "单位负责人"};
  if (form.starts_with("第") && form.ends_with("页")) return true;
  const std::size_t colon = form.find(':');
  std::string_view head = form.substr(0, colon);
  for (const std::string_view mark : {"(盖章)", "(签字)", "(签名)", "签字", "签名"}) {
    if (head.size() > mark.size() && head.ends_with(mark)) head.remove_suffix(mark.size());
  }
  if (colon != std::string_view::npos && std::ranges::find(kAlone, head) != kAlone.end()) {
    return true;
  }
  return std::ranges::any_of(kOf, [&](std::string_view of) {
    return head.starts_with(of) &&
           std::ranges::find(kWhat, head.substr(of.size())) != kWhat.end() &&
           (colon != std::string_view::npos || head.size() > of.size());
  });
}

// A line below the table, by what its first cell says; whoever has all that a record needs in other
// cells is one, unless they are sums.
bool is_no_record(const tabular::Row& row, const std::vector<std::size_t>& needed) {
  const auto first = std::ranges::find_if(
      row.cells, [](const std::string& cell) { return !trimmed(cell).empty(); });
  if (first == row.cells.end()) return false;
  const std::string form = model::normal_number(*first);
  if (is_total(form)) return true;
  if (!is_signature(form)) return false;
  const auto own = static_cast<std::size_t>(first - row.cells.begin());
  return std::ranges::any_of(
      needed, [&](std::size_t at) { return at == own || trimmed(row.cell(at)).empty(); });
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out = split(model::half_width(text), " ");
  std::erase_if(out, [](const std::string& word) { return word.empty(); });
  return out;
}

}  // namespace

Result<ImportTable> ImportTable::read(const tabular::Sheet& sheet,
                                      const std::vector<ColumnSpec>& columns) {
  MQ_TRY(FoundHeader header, find_columns(sheet, columns));
  ImportTable table;
  table.header_line_ = sheet.rows[header.row].line;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    if (!header.at[k]) continue;
    table.at_.emplace(columns[k].names.front(), table.places_.size());
    table.places_.push_back({*header.at[k], header.shown[*header.at[k]]});
  }
  table.shown_ = std::move(header.shown);
  std::vector<std::size_t> needed;
  for (std::size_t k = 0; k < columns.size(); ++k) {
    if (columns[k].needed) needed.push_back(*header.at[k]);
  }
  for (std::size_t i = header.row + 1; i < sheet.rows.size(); ++i) {
    const tabular::Row& row = sheet.rows[i];
    if (is_no_record(row, needed)) {
      table.passed_over_.push_back({row.line, said_by(row)});
    } else {
      table.rows_.push_back(&row);
    }
  }
  table.take_merges(sheet.merges);
  return table;
}

// A cell merged down says the same of each of its rows.
void ImportTable::take_merges(const std::vector<tabular::Merged>& merges) {
  const auto line = [](const tabular::Row* row) { return row->line; };
  for (const tabular::Merged& merged : merges) {
    if (merged.first_line <= header_line_ || merged.last_line == merged.first_line) continue;
    const auto row = std::ranges::lower_bound(rows_, merged.first_line, {}, line);
    if (row == rows_.end() || (*row)->line != merged.first_line) continue;
    merged_.insert_or_assign({merged.first_column, merged.first_line},
                             Down{merged.last_line, (*row)->cell(merged.first_column)});
  }
}

const ImportTable::Place* ImportTable::place(std::string_view column) const {
  const auto found = at_.find(column);
  return found == at_.end() ? nullptr : &places_[found->second];
}

std::string_view ImportTable::raw(std::size_t row, std::string_view column) const {
  const Place* found = place(column);
  if (found == nullptr) return {};
  const std::string_view own = rows_[row]->cell(found->at);
  if (!own.empty() || merged_.empty()) return own;
  auto merged = merged_.upper_bound({found->at, line(row)});
  if (merged == merged_.begin()) return own;
  --merged;
  const bool within = merged->first.first == found->at && merged->second.last >= line(row);
  return within ? merged->second.text : own;
}

std::string ImportTable::header_of(std::string_view column) const {
  const Place* found = place(column);
  return found == nullptr ? std::string(column) : found->header;
}

std::vector<std::string> ImportTable::unread() const {
  std::vector<bool> used(shown_.size());
  for (const tabular::Row* row : rows_) {
    if (row->cells.size() > used.size()) used.resize(row->cells.size());
    for (std::size_t at = 0; at < row->cells.size(); ++at) {
      used[at] = used[at] || !trimmed(row->cells[at]).empty();
    }
  }
  std::vector<std::string> out;
  for (std::size_t at = 0; at < used.size(); ++at) {
    const bool read = std::ranges::find(places_, at, &Place::at) != places_.end();
    const std::string_view header = at < shown_.size() ? shown_[at] : std::string_view();
    if (read || !used[at] || column_form(header) == "序号") continue;
    out.push_back(header.empty() ? cat("第 ", at + 1, " 列(没有表头)") : std::string(header));
  }
  return out;
}

void RowReader::note(std::string_view column, Fate fate, std::string now, std::string_view zh,
                     std::string_view en) {
  const bool whole = column == "*";
  faults_.push_back({line(), whole ? "*" : table_.header_of(column), fate,
                     whole ? "" : std::string(table_.raw(row_, column)), std::move(now),
                     std::string(zh), std::string(en)});
  refused_ = refused_ || fate == Fate::kRefused;
}

// The first reason is the one; that there is nothing then either follows from it.
void RowReader::refuse(std::string_view column, std::string_view zh, std::string_view en) {
  const bool said = refused_ && !faults_.empty() && faults_.back().fate == Fate::kRefused &&
                    faults_.back().line == line() &&
                    faults_.back().column == table_.header_of(column);
  if (said) return;
  note(column, Fate::kRefused, "", zh, en);
}

void RowReader::flag(std::string_view column, std::string now, std::string_view zh,
                     std::string_view en) {
  note(column, Fate::kFlagged, std::move(now), zh, en);
}

void RowReader::tidied(std::string_view column, std::string now, std::string_view zh,
                       std::string_view en) {
  note(column, Fate::kNormalised, std::move(now), zh, en);
}

void RowReader::duplicate(std::string_view zh, std::string_view en) {
  note("*", Fate::kDuplicate, "", zh, en);
}

std::string RowReader::noted(std::string_view column, std::string_view raw, std::string cleaned) {
  if (cleaned != raw) {
    note(column, Fate::kNormalised, cleaned, "已改成通用写法", "brought into the usual form");
  }
  return cleaned;
}

std::string_view RowReader::cell(std::string_view column) {
  const std::string_view raw = table_.raw(row_, column);
  if (raw.starts_with("#") && std::ranges::find(kErrorValues, raw) != kErrorValues.end()) {
    refuse(column, "这一格是表格软件的错误值,不是内容", "an error value of the spreadsheet");
    return {};
  }
  if (model::has_controls(raw)) {
    refuse(column, "含有不能显示的控制字符", "it has control characters");
    return {};
  }
  if (raw.size() > kCellBytesMax) {
    refuse(column, "太长,超过 48 KiB,请分开写", "longer than 48 KiB; split it");
    return {};
  }
  return raw;
}

std::string RowReader::text(std::string_view column) { return model::clean_cell(cell(column)); }

std::string RowReader::name(std::string_view column) {
  const std::string_view raw = cell(column);
  return noted(column, raw, model::clean_name(raw));
}

bool RowReader::cut_short(std::string_view column, std::string_view raw) {
  if (!scientific(raw)) return false;
  refuse(column, "号码被表格软件写成了科学计数,末尾的数字已经丢了;请把这一列设为文本,重新填写",
         "a spreadsheet has made a number of it and lost its last digits; make the column text "
         "and write it anew");
  return true;
}

std::string RowReader::number(std::string_view column) {
  const std::string_view raw = cell(column);
  return cut_short(column, raw) ? std::string() : noted(column, raw, model::normal_number(raw));
}

std::vector<std::string> RowReader::phones(std::string_view column) {
  const std::string_view raw = cell(column);
  if (raw.empty() || cut_short(column, raw)) return {};
  if (model::plausible_phone(raw)) return {std::string(raw)};  // nearly always
  std::vector<std::string> out = phones_in(model::clean_cell(raw));
  const std::size_t words = std::erase_if(out, [](const std::string& one) {  // 无, 不详, 没有
    return one.find_first_of("0123456789") == std::string::npos;
  });
  if (words > 0) {
    flag(column, join(out, "、"), "不是号码的没有当作电话记", "what is no number was not kept");
  } else {
    noted(column, raw, join(out, "、"));
  }
  if (!std::ranges::all_of(out, model::plausible_phone)) {
    flag(column, "", "不像电话号码,请核对", "does not look like a telephone number");
  }
  return out;
}

std::optional<Date> RowReader::date(std::string_view column) {
  const std::string cell = text(column);
  if (cell.empty()) return std::nullopt;
  const std::optional<Date> usual = Date::parse_iso(cell);
  if (usual && usual->year() >= kYearMin) return usual;
  std::optional<Date> date = model::parse_day(cell);
  if (!date) date = model::parse_spreadsheet_day(cell);
  if (!date) date = day_in(cell);
  if (!date && month_in(cell)) {
    refuse(column, "只有年月,没有日;请写明哪一天", "a month without its day: write the day");
    return std::nullopt;
  }
  if (!date || date->year() < kYearMin) {
    refuse(column, "不是真实的日期、与写的星期对不上,或早于 1900 年",
           "not a calendar day, not on that weekday, or before 1900");
    return std::nullopt;
  }
  if (date->iso() != cell) {
    note(column, Fate::kNormalised, date->iso(), "已改成 年-月-日", "brought into year-month-day");
  }
  return date;
}

std::int64_t RowReader::label(std::string_view column, const model::Field& field) {
  const std::string cell = text(column);
  if (cell.empty()) return 0;
  const model::EnumValue* value = field.value_named(model::clean_name(cell));
  if (value != nullptr) return value->number;
  std::string list;
  for (const model::EnumValue& one : field.values) {
    if (one.number != 0) list += cat(list.empty() ? "" : "、", one.zh);
  }
  refuse(column, cat("不在可选的值里:", list), cat("not one of: ", list));
  return 0;
}

std::optional<bool> RowReader::yes_no(std::string_view column) {
  const std::string cell = text(column);
  if (cell.empty()) return std::nullopt;
  if (cell == "是" || cell == "有" || cell == "1" || cell == "√") return true;
  if (cell == "否" || cell == "无" || cell == "0" || cell == "×") return false;
  refuse(column, "应填 是 或 否", "should be 是 or 否");
  return std::nullopt;
}

std::vector<model::Value> RowReader::values(std::string_view column, const model::Field& field) {
  if (field.type == model::FieldType::kBool) {
    const std::optional<bool> answer = yes_no(column);
    if (!answer) return {};
    return {std::int64_t{*answer ? 1 : 0}};
  }
  const std::string cell = text(column);
  if (cell.empty()) return {};
  auto read = model::parse_values(field, cell);
  // 低　保: blanks within a word of a list say nothing, between two they part them.
  const bool listed = !read.ok() && field.type == model::FieldType::kEnum;
  if (listed) read = model::parse_values(field, model::clean_name(cell));
  if (listed && !read.ok()) read = model::parse_values(field, join(words_of(cell), "、"));
  if (read.ok()) return *std::move(read);
  refuse(column, read.error().zh, read.error().en);
  return {};
}

}  // namespace mq::work
