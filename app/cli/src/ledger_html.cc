#include "ledger_html.h"

#include <algorithm>
#include <vector>

#include "html.h"
#include "ledger_text.h"
#include "mq/base/text.h"

namespace mq::cli {

namespace {

constexpr std::size_t kPortraitColumns = 84;    // of ten points on A4 upright, a Chinese sign two
constexpr std::size_t kLandscapeColumns = 128;  // on A4 across
constexpr std::size_t kShort = 8;               // a longer header stands on several lines
constexpr std::size_t kTextBreaks = 24;         // and so does a longer text
constexpr std::size_t kPaddingColumns = 2;

constexpr std::string_view kStyle = R"(
@page { margin: 12mm 12mm 16mm; @bottom-center { content: "第 " counter(page) " 页 共 " counter(pages) " 页"; font: 9pt "Noto Sans CJK SC", "SimSun", sans-serif; } }
body { margin: 0; color: #000; background: #fff; font: 10pt/1.45 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif; }
h1 { margin: 0 0 2mm; font-size: 16pt; line-height: 1.3; text-align: center; }
p { margin: 1mm 0; font-size: 9pt; overflow-wrap: anywhere; break-inside: avoid; page-break-inside: avoid; }
.lead { margin: 0 0 3mm; text-align: center; }
.sign { margin-top: 8mm; font-size: 11pt; }
table { width: 100%; border-collapse: collapse; margin: 0 0 3mm; }
thead { display: table-header-group; }
tr { break-inside: avoid; page-break-inside: avoid; }
th, td { border: 0.5pt solid #000; padding: 1mm 1.2mm; text-align: left; white-space: pre-line; overflow-wrap: anywhere; }
th { background: #ededed; text-align: center; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
td.n { text-align: right; white-space: nowrap; }
td.s { white-space: pre; }
tr.total td { font-weight: 700; }
.dense { font-size: 8pt; }
.dense th, .dense td { padding: 0.8mm; }
)";

std::size_t columns_needed(const std::vector<std::string>& header,
                           const std::vector<std::vector<std::string>>& rows) {
  std::size_t all = 0;
  for (std::size_t i = 0; i < header.size(); ++i) {
    std::size_t widest = std::min(display_width(header[i]), kShort);
    for (const auto& row : rows) {
      if (i < row.size()) widest = std::max(widest, std::min(display_width(row[i]), kTextBreaks));
    }
    all += widest + kPaddingColumns;
  }
  return all;
}

// Numbers stand right; days and short words such as names on one line.
std::string_view kind_of(const work::LedgerCell& cell, std::string_view text) {
  if (std::holds_alternative<Date>(cell)) return " class=\"s\"";
  const bool words =
      std::holds_alternative<std::string>(cell) || std::holds_alternative<std::monostate>(cell);
  if (!words) return " class=\"n\"";
  return text.empty() || display_width(text) > kShort ? "" : " class=\"s\"";
}

std::string row_html(const std::vector<work::LedgerCell>& cells,
                     const std::vector<std::string>& texts, bool total) {
  std::string out = total ? "<tr class=\"total\">" : "<tr>";
  for (std::size_t i = 0; i < texts.size(); ++i) {
    out += cat("<td", kind_of(cells[i], texts[i]), ">", escaped_html(texts[i]), "</td>");
  }
  return cat(out, "</tr>\n");
}

std::string table_html(const work::Ledger& ledger,
                       const std::vector<std::vector<std::string>>& rows, bool dense) {
  std::string out = cat("<table", dense ? " class=\"dense\"" : "", ">\n<thead><tr>");
  for (const std::string& name : ledger.columns) out += cat("<th>", escaped_html(name), "</th>");
  out += "</tr></thead>\n<tbody>\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool total = i == ledger.rows.size();
    out += row_html(total ? ledger.totals : ledger.rows[i], rows[i], total);
  }
  return cat(out, "</tbody>\n</table>\n");
}

}  // namespace

std::string ledger_html(const work::Ledger& ledger) {
  const auto rows = ledger_rows(ledger);
  const std::size_t needed = columns_needed(ledger.columns, rows);
  const LedgerPaper paper = ledger_paper(ledger);
  std::string body =
      cat("<h1>", escaped_html(paper.title), "</h1>\n<p class=\"lead\">", escaped_html(paper.lead),
          "</p>\n", table_html(ledger, rows, needed > kLandscapeColumns));
  for (std::size_t i = 0; i < paper.notes.size(); ++i) {
    body += cat(i + 1 == paper.notes.size() ? "<p class=\"sign\">" : "<p>",
                escaped_html(paper.notes[i]), "</p>\n");
  }
  const std::string style =
      cat("@page { size: A4", needed > kPortraitColumns ? " landscape" : "", "; }", kStyle);
  return html_page(ledger.id, style, body);
}

}  // namespace mq::cli
