#include "booklet_html.h"

#include <algorithm>

#include "html.h"
#include "mq/base/text.h"

namespace mq::cli {

namespace {

constexpr std::size_t kLineBytes = 78;  // of A5: some twenty-six Chinese characters
constexpr std::size_t kShortLines = 16;
constexpr std::size_t kShortBytes = 40;  // of a line that may stand beside others

constexpr std::string_view kStyle =
    R"(@page { size: A5; margin: 13mm 12mm 15mm; @bottom-center { content: "第 " counter(page) " 页 共 " counter(pages) " 页"; font: 8pt "Noto Sans CJK SC", "SimSun", sans-serif; } }
body { margin: 0; color: #000; background: #fff; font: 10.5pt/1.6 "Noto Serif CJK SC", "SimSun", "Songti SC", serif; }
section + section { break-before: page; page-break-before: always; }
h1 { margin: 0 0 2mm; font-size: 16pt; line-height: 1.35; overflow-wrap: anywhere; }
h2 { margin: 0; font-size: 11.5pt; line-height: 1.4; overflow-wrap: anywhere; break-after: avoid; page-break-after: avoid; }
p { margin: 0.8mm 0; white-space: pre-wrap; overflow-wrap: anywhere; orphans: 2; widows: 2; }
article { margin: 0 0 4mm; padding: 2.5mm 0 0; border-top: 0.5pt solid #000; }
.short { break-inside: avoid; page-break-inside: avoid; }
.note, .marks { font-size: 9pt; }
.no { font-weight: 400; font-size: 9pt; white-space: nowrap; }
.marks span { display: inline-block; margin-right: 2mm; padding: 0 1.2mm; border: 0.5pt solid #000; }
.sign { margin-top: 3mm; font-size: 10pt; break-before: avoid; page-break-before: avoid; break-inside: avoid; page-break-inside: avoid; }
.end { margin-top: 8mm; font-size: 11.5pt; line-height: 2.2; break-inside: avoid; page-break-inside: avoid; }
)";

constexpr std::string_view kCardStyle = R"(@page { size: A5; margin: 10mm 11mm; }
body { margin: 0; color: #000; background: #fff; font: 16pt/1.32 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif; }
section + section { break-before: page; page-break-before: always; }
h1 { margin: 0 0 1mm; font-size: 24pt; line-height: 1.2; }
h2 { margin: 2.5mm 0 0; font-size: 18pt; line-height: 1.25; break-after: avoid; page-break-after: avoid; }
p { margin: 0.5mm 0; overflow-wrap: anywhere; }
.who { margin: 2mm 0.5mm; padding: 2mm 3mm; border: 1pt solid #000; font-size: 18pt; }
.back { break-before: page; page-break-before: always; }
.phone { font-size: 26pt; font-weight: 700; white-space: nowrap; }
)";

std::size_t lines_of(const BookletRecord& record) {
  std::size_t lines = 3;
  for (const auto& [label, text] : record.lines) {
    const auto breaks = static_cast<std::size_t>(std::ranges::count(text, '\n'));
    lines += 1 + breaks + (label.size() + text.size()) / kLineBytes;
  }
  return lines;
}

std::string sign_html(std::string_view who, std::string_view kind) {
  return who.empty() ? std::string()
                     : cat("<p class=\"", kind, "\">", escaped_html(who),
                           "：＿＿＿＿＿＿＿＿　日期：＿＿＿＿＿＿</p>\n");
}

// Short ones stand side by side as far as they fit, which saves every third sheet of paper.
std::string lines_html(const BookletRecord& record) {
  std::string out, line;
  const auto flush = [&] {
    if (!line.empty()) out += cat("<p>", line, "</p>\n");
    line.clear();
  };
  std::size_t bytes = 0;
  for (const auto& [label, text] : record.lines) {
    const std::size_t size = label.size() + text.size();
    if (size > kShortBytes || bytes + size > kLineBytes) flush();
    if (line.empty()) bytes = 0;
    line += cat(line.empty() ? "" : "　", escaped_html(label), "：", escaped_html(text));
    bytes += size;
    if (size > kShortBytes) flush();
  }
  flush();
  return out;
}

// A short one stays whole; a long one runs over the page.
std::string record_html(const BookletRecord& record) {
  const std::string number = record.number.empty() ? std::string()
                                                   : cat(" <span class=\"no\">编号 ",
                                                         escaped_html(record.number), "</span>");
  std::string out = cat("<article", lines_of(record) <= kShortLines ? " class=\"short\"" : "",
                        ">\n<h2>", escaped_html(record.heading), number, "</h2>\n");
  if (!record.marks.empty()) {
    out += "<p class=\"marks\">";
    for (const std::string& mark : record.marks)
      out += cat("<span>", escaped_html(mark), "</span>");
    out += "</p>\n";
  }
  return cat(out, lines_html(record), sign_html(record.sign, "sign"), "</article>\n");
}

std::string part_html(const BookletPart& part) {
  std::string out = cat("<section>\n<h1>", escaped_html(part.title), "</h1>\n");
  for (const std::string& note : part.notes) {
    out += cat("<p class=\"note\">", escaped_html(note), "</p>\n");
  }
  if (part.records.empty()) out += cat("<p>", escaped_html(part.empty), "</p>\n");
  for (const BookletRecord& record : part.records) out += record_html(record);
  return cat(out, sign_html(part.sign, "end"), "</section>\n");
}

std::string said(std::string_view title, const std::vector<std::string>& lines) {
  std::string out = cat("<h2>", title, "</h2>\n");
  for (const std::string& line : lines) out += cat("<p>", escaped_html(line), "</p>\n");
  return out;
}

std::string card_html(const ContactCard& card) {
  std::string out = cat("<section>\n<h1>民情联系卡</h1>\n<p>", escaped_html(card.township), "　",
                        escaped_html(card.household), "</p>\n<div class=\"who\">");
  for (const auto& [label, text] : card.cadre) {
    const bool phone = label == "电话";
    out += cat("<p", phone ? " class=\"phone\"" : "", ">", escaped_html(label), "：",
               escaped_html(text), "</p>");
  }
  // Printed on both sides: what is held in front, what one can do behind.
  return cat(out, "<p>", escaped_html(card.promise), "</p></div>\n",
             said("记了您家什么", card.recorded), said("谁能看到", card.readers),
             "<div class=\"back\">\n<h1>您说了算的事</h1>\n", said("您可以", card.rights),
             said("不满意，找谁", card.complain), "</div>\n</section>\n");
}

}  // namespace

std::string booklet_html(const std::string& title, const std::vector<BookletPart>& parts) {
  std::string body;
  for (const BookletPart& part : parts) body += part_html(part);
  return html_page(escaped_html(title), kStyle, body);
}

std::string cards_html(const std::vector<ContactCard>& cards) {
  std::string body;
  for (const ContactCard& card : cards) body += card_html(card);
  return html_page("民情联系卡", kCardStyle, body);
}

}  // namespace mq::cli
