#include "template_styles.h"

#include <algorithm>

#include "mq/base/text.h"
#include "raw_xml.h"
#include "xml_stream.h"

namespace mq::tabular {

namespace {

constexpr std::size_t kFirstOwnNumberFormat = 164;  // smaller ones are built in
constexpr std::size_t kNumberFormatMax = 100'000;
constexpr std::size_t kTextFormat = 49;  // @

}  // namespace

StyleEditor::Span* StyleEditor::span_of(std::string_view name) {
  if (name == "cellXfs") return &formats_;
  if (name == "fills") return &fills_;
  return name == "numFmts" ? &number_formats_ : nullptr;
}

// An element that opens, wherever it stands.
void StyleEditor::note(std::string_view name, std::string_view text) {
  if (name != "numFmt") return;
  const std::size_t id = number_in(raw_attribute(text, "numFmtId").value_or(""));
  if (id < kNumberFormatMax) next_number_format_ = std::max(next_number_format_, id + 1);
}

StyleEditor::StyleEditor(std::string xml) : xml_(std::move(xml)) {
  std::vector<std::string_view> open;
  std::size_t xf_begin = 0;
  next_number_format_ = kFirstOwnNumberFormat;
  for (std::size_t at = 0; const auto tag = next_tag(xml_, at);) {
    const std::string_view name = local_name(tag->name);
    const std::string_view text = std::string_view(xml_).substr(tag->begin, tag->end - tag->begin);
    if (tag->closing && !open.empty()) open.pop_back();
    if (!tag->closing) note(name, text);
    if (open.empty() && !tag->closing) {
      root_end_ = tag->end;
      prefix_ = tag->name.substr(0, tag->name.size() - name.size());
    }
    Span* span = open.size() == 1 ? span_of(name) : nullptr;
    if (span != nullptr && tag->closing) span->end = tag->begin;
    if (span != nullptr && !tag->closing) *span = {tag->begin, tag->end, 0};
    const bool behind_fills = name == "borders" || name == "cellStyleXfs" || name == "cellXfs";
    if (open.size() == 1 && behind_fills && before_borders_ == 0) before_borders_ = tag->begin;
    const std::string_view list = open.size() == 2 ? open[1] : std::string_view();
    if (list == "fills" && name == "fill" && !tag->closing) ++fill_count_;
    if (list == "cellXfs" && name == "xf") {
      if (!tag->closing) xf_begin = tag->begin;
      if (tag->closing || tag->empty) add_xf(xml_.substr(xf_begin, tag->end - xf_begin));
    }
    if (!tag->closing && !tag->empty) open.push_back(name);
  }
  own_xfs_ = xfs_.size();
}

void StyleEditor::add_xf(std::string xf) {
  std::size_t at = 0;
  const auto tag = next_tag(xf, at);
  const auto format =
      tag ? raw_attribute(std::string_view(xf).substr(0, tag->end), "numFmtId") : std::nullopt;
  texts_.push_back(number_in(format.value_or("")) == kTextFormat);
  xfs_.push_back(std::move(xf));
}

std::size_t StyleEditor::made(std::size_t base, Made what) {
  if (formats_.end == 0 || base >= own_xfs_) return base;  // nothing to make it from
  const auto [at, fresh] = made_.try_emplace({base, what}, xfs_.size());
  if (!fresh) return at->second;
  const std::string xf = xfs_[base];
  std::size_t from = 0;
  const auto tag = next_tag(xf, from);
  std::string head = xf.substr(0, tag->end);
  if (what == Made::kRed) {
    const std::size_t red = fills_.begin == 0 ? 2 : fill_count_;
    head = with_attribute(with_attribute(head, "fillId", cat(red)), "applyFill", "1");
  } else {
    const std::size_t format = what == Made::kText ? kTextFormat : next_number_format_;
    head = with_attribute(with_attribute(head, "numFmtId", cat(format)), "applyNumberFormat", "1");
  }
  add_xf(head + xf.substr(tag->end));
  return at->second;
}

std::string StyleEditor::part() const {
  if (made_.empty()) return xml_;
  const auto tag_with = [&](std::size_t begin, std::size_t end, std::size_t count) {
    return with_attribute(std::string_view(xml_).substr(begin, end - begin), "count", cat(count));
  };
  const std::string red =
      cat("<", prefix_, "fill><", prefix_, "patternFill patternType=\"solid\"><", prefix_,
          "fgColor rgb=\"FFFF0000\"/><", prefix_, "bgColor indexed=\"64\"/></", prefix_,
          "patternFill></", prefix_, "fill>");
  const std::string date = cat("<", prefix_, "numFmt numFmtId=\"", next_number_format_,
                               "\" formatCode=\"yyyy\\-mm\\-dd\"/>");
  std::vector<RawEdit> edits;
  if (number_formats_.end == 0) {
    const std::size_t at = number_formats_.begin == 0 ? root_end_ : number_formats_.begin;
    const std::size_t end = number_formats_.begin == 0 ? at : number_formats_.tag_end;
    edits.push_back(
        {at, end, cat("<", prefix_, "numFmts count=\"1\">", date, "</", prefix_, "numFmts>")});
  } else {
    edits.push_back({number_formats_.end, number_formats_.end, date});
  }
  if (fills_.end == 0) {
    const std::string none = cat("<", prefix_, "fill><", prefix_, "patternFill patternType=\"");
    const std::string end = cat("\"/></", prefix_, "fill>");
    edits.push_back({before_borders_, before_borders_,
                     cat("<", prefix_, "fills count=\"3\">", none, "none", end, none, "gray125",
                         end, red, "</", prefix_, "fills>")});
  } else {
    edits.push_back(
        {fills_.begin, fills_.tag_end, tag_with(fills_.begin, fills_.tag_end, fill_count_ + 1)});
    edits.push_back({fills_.end, fills_.end, red});
  }
  std::string added;
  for (std::size_t i = own_xfs_; i < xfs_.size(); ++i) added += xfs_[i];
  edits.push_back(
      {formats_.begin, formats_.tag_end, tag_with(formats_.begin, formats_.tag_end, xfs_.size())});
  edits.push_back({formats_.end, formats_.end, added});
  std::ranges::stable_sort(edits, {}, &RawEdit::begin);
  return edited(xml_, edits);
}

}  // namespace mq::tabular
