#include "raw_sheet.h"

#include <algorithm>

#include "xml_stream.h"

namespace mq::tabular {

namespace {

constexpr std::size_t kMergesMax = 100'000;

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

std::optional<RawTag> RawSheet::formula_tag(const RawCell& cell) const {
  const std::string_view xml = xml_.substr(0, cell.end);
  for (std::size_t at = cell.tag_end; const auto tag = next_tag(xml, at);) {
    if (local_name(tag->name) == "f" && !tag->closing) return tag;
  }
  return std::nullopt;
}

std::optional<std::string_view> RawSheet::formula(const RawCell& cell) const {
  const auto tag = formula_tag(cell);
  if (!tag || tag->empty || shares_formula(cell)) return std::nullopt;
  const std::size_t end = xml_.find('<', tag->end);
  return xml_.substr(tag->end, end - tag->end);
}

std::string_view RawSheet::inside(const RawCell& cell) const {
  const std::string_view text = xml_.substr(cell.tag_end, cell.end - cell.tag_end);
  return text.starts_with("</") ? std::string_view() : text;
}

std::string_view RawSheet::type(const RawCell& cell) const {
  return raw_attribute(xml_.substr(cell.begin, cell.tag_end - cell.begin), "t").value_or("");
}

bool RawSheet::shares_formula(const RawCell& cell) const {
  const auto tag = formula_tag(cell);
  return tag && raw_attribute(xml_.substr(tag->begin, tag->end - tag->begin), "t").has_value();
}

}  // namespace mq::tabular
