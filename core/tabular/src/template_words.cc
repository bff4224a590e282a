#include "template_words.h"

#include <algorithm>

#include "mq/base/text.h"

namespace mq::tabular {

std::string header_text(std::string_view cell) {
  std::string out;
  for (const std::uint32_t point : code_points(cell)) {
    if (point > ' ' && point != 0xa0 && point != 0x3000 && point != 0xfeff) append_utf8(out, point);
  }
  return out;
}

namespace {

// ×××, XX, 某某: a name of nobody. 张某某 may be one that somebody has masked.
bool is_nobody(std::string_view text) {
  const std::vector<std::uint32_t> points = code_points(text);
  constexpr std::uint32_t kMou = 0x67d0, kCross = 0xd7;
  return points.size() >= 2 &&
         (std::ranges::all_of(points, [](auto c) { return c == kMou; }) ||
          std::ranges::all_of(points, [](auto c) { return c == 'x' || c == 'X' || c == kCross; }));
}

}  // namespace

bool holds_colon(std::string_view text) {
  return text.find(':') != std::string_view::npos || text.find("：") != std::string_view::npos;
}

std::string_view without_colon(std::string_view text) {
  for (const std::string_view colon : {":", "："}) {
    if (text.ends_with(colon)) text.remove_suffix(colon.size());
  }
  return text;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.-") == std::string_view::npos;
}

bool is_ordinal(std::string_view text) {
  for (const std::string_view bracket : {"(", ")", "（", "）"}) {
    if (text.starts_with(bracket)) text.remove_prefix(bracket.size());
    if (text.ends_with(bracket)) text.remove_suffix(bracket.size());
  }
  constexpr std::string_view kStems = "甲乙丙丁戊己庚辛壬癸";
  const bool stem = text.size() == 3 && kStems.find(text) != std::string_view::npos;
  return stem || (is_number(text) && text.size() <= 3);
}

bool is_sentence(std::string_view text) {
  return text.find("。") != std::string_view::npos || text.ends_with("；");
}

bool is_sample(const Row& row) {
  constexpr std::string_view kWhole[] = {
      "例",     "例如",     "如",   "如：",   "如:",      "(例)",   "（例）",
      "(示例)", "（示例）", "举例", "(样例)", "（样例）", "(举例)", "（举例）"};
  constexpr std::string_view kWords[] = {"示例",     "样例",     "范例",
                                         "填写示例", "填写样例", "填表示例"};
  constexpr std::string_view kBefore[] = {"例:", "例：", "(例)", "（例）", "例如:", "例如："};
  constexpr std::size_t kAmong = 2;  // 1, 例：张三
  std::size_t seen = 0;
  std::string last;
  for (const std::string& cell : row.cells) {
    std::string text = header_text(cell);
    if (text.empty()) continue;
    last = std::move(text);
    const auto begins = [&](std::string_view word) { return last.starts_with(word); };
    const bool whole = std::ranges::find(kWhole, last) != std::end(kWhole);
    if (seen < kAmong &&
        (whole || std::ranges::any_of(kWords, begins) || std::ranges::any_of(kBefore, begins))) {
      return true;
    }
    ++seen;
  }
  // Behind the line too, as a remark.
  constexpr std::string_view kRemarks[] = {"示例", "样例", "范例", "举例", "(示例)", "（示例）"};
  return std::ranges::find(kRemarks, last) != std::end(kRemarks);
}

bool holds_example(const Row& row) {
  constexpr std::string_view kNames[] = {"张三", "李四", "王五", "赵六"};
  constexpr std::string_view kNumbers[] = {"11010119900101",  "11010119900307", "11010119800101",
                                           "110101200001010", "12345619",       "1234567890"};
  return std::ranges::any_of(row.cells, [&](const std::string& cell) {
    const std::string text = header_text(cell);
    const auto begins = [&](std::string_view number) { return text.starts_with(number); };
    return std::ranges::find(kNames, text) != std::end(kNames) || is_nobody(text) ||
           std::ranges::any_of(kNumbers, begins);
  });
}

bool begins_totals(const Row& row) {
  for (const std::string& cell : row.cells) {
    const std::string text = header_text(cell);
    if (text.empty()) continue;
    return text.starts_with("合计") || text.starts_with("总计") || text.starts_with("小计");
  }
  return false;
}

}  // namespace mq::tabular
