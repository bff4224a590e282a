#include "diary_html.h"

#include <algorithm>

#include "html.h"
#include "mq/base/text.h"

namespace mq::cli {

namespace {

constexpr std::size_t kLineBytes = 120;  // forty Chinese characters
constexpr std::size_t kShortLines = 12;
constexpr std::string_view kStyle = R"(@page { size: A4; margin: 18mm; }
body { margin: 0; color: #000; background: #fff; font: 12pt/1.7 "Noto Serif CJK SC", "SimSun", "Songti SC", serif; }
article { margin: 0 0 8mm; }
.short { break-inside: avoid; page-break-inside: avoid; }
h1 { margin: 0 0 6mm; font-size: 18pt; }
h2 { margin: 0; font-size: 13pt; break-after: avoid; page-break-after: avoid; }
p { margin: 1mm 0; white-space: pre-wrap; overflow-wrap: anywhere; orphans: 3; widows: 3; }
.note { font-size: 10pt; }
)";

// About how many printed lines its parts take; a page has some thirty-five.
std::size_t lines_of(const work::DiaryPage& page) {
  std::size_t lines = 0;
  for (const auto& [label, text] : page.parts) {
    const auto breaks = static_cast<std::size_t>(std::ranges::count(text, '\n'));
    lines += 1 + breaks + (label.size() + text.size()) / kLineBytes;
  }
  return lines;
}

// A short one stays whole; a long one begins where the last ended and runs over the page.
std::string article_html(const work::DiaryPage& page) {
  const std::string_view kind = lines_of(page) <= kShortLines ? " class=\"short\"" : "";
  std::string out = cat("<article", kind, ">\n<h2>", page.date.iso(), "</h2>\n");
  for (const auto& [label, text] : page.parts) {
    out += cat("<p>", escaped_html(label), "：", escaped_html(text), "</p>\n");
  }
  return cat(out, "</article>\n");
}

}  // namespace

std::string diary_html(const std::string& author, const std::vector<work::DiaryPage>& pages,
                       bool masked) {
  std::string out = cat("<h1>民情日记 ", escaped_html(author), "</h1>\n");
  if (masked) {
    out +=
        "<p class=\"note\">农户的姓名和号码已遮去；其他能认出人的话，请打印后自己再看一遍。</p>\n";
  }
  for (const work::DiaryPage& page : pages) out += article_html(page);
  return html_page("民情日记", kStyle, out);
}

}  // namespace mq::cli
