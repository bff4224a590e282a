#include "slips_html.h"

#include "mq/base/text.h"
#include "qr.h"

namespace mq::cli {

namespace {

constexpr std::size_t kQuietModules = 4;  // white around the symbol, as its standard asks

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>民情 邀请单</title>
<style>
@page { size: A4; margin: 12mm; }
body { margin: 0; color: #000; background: #fff; font: 11pt/1.5 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; }
.slip { box-sizing: border-box; display: flex; gap: 8mm; height: 88mm; padding: 6mm 0; border-bottom: 1px dashed #666; break-inside: avoid; page-break-inside: avoid; }
.slip:nth-of-type(3n) { break-after: page; page-break-after: always; border-bottom: 0; }
.slip:last-of-type { break-after: auto; page-break-after: auto; border-bottom: 0; }
svg { flex: none; width: 68mm; height: 68mm; }
h1 { margin: 0; font-size: 18pt; line-height: 1.3; }
p { margin: 1mm 0; }
.code { font: 700 13pt/1.4 "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace; overflow-wrap: anywhere; }
.code span:not(:last-child) { white-space: nowrap; }
ol { margin: 2mm 0 0; padding-left: 6mm; font-size: 10pt; }
</style>
</head>
<body>
)";

constexpr std::string_view kWhatToDo = R"(<ol>
<li>在自己的设备上运行 minqing join,后面写上面的码(扫二维码也能得到它)。</li>
<li>设一个只有自己知道的密码,不要告诉任何人。</li>
<li>加入后撕碎这张纸;提示“已被用过”而不是你用的,马上告诉乡镇管理员。</li>
</ol>
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// Each run of dark modules in a row is one bar of one path.
std::string bars_of(const Qr& qr) {
  std::string path;
  for (std::size_t y = 0; y < qr.size; ++y) {
    for (std::size_t x = 0; x < qr.size;) {
      std::size_t end = x;
      while (end < qr.size && qr.dark_at(end, y)) ++end;
      if (end > x) {
        path +=
            cat("M", x + kQuietModules, " ", y + kQuietModules, "h", end - x, "v1h-", end - x, "z");
      }
      x = end + 1;
    }
  }
  return path;
}

std::string svg_of(const Qr& qr) {
  const std::size_t side = qr.size + 2 * kQuietModules;
  return cat("<svg viewBox=\"0 0 ", side, " ", side,
             "\" shape-rendering=\"crispEdges\" role=\"img\" aria-label=\"二维码\"><rect width=\"",
             side, "\" height=\"", side, "\" fill=\"#fff\"/><path d=\"", bars_of(qr), "\"/></svg>");
}

// The groups of the code stay whole where a line breaks; read together they are the code.
std::string grouped(std::string_view code) {
  const std::size_t at = code.find('@');
  std::vector<std::string> spans;
  for (const std::string& group : split(code.substr(0, at), "-")) {
    spans.push_back(cat("<span>", escaped(group), "</span>"));
  }
  const std::string address(at == std::string_view::npos ? "" : code.substr(at));
  return cat(join(spans, "-<wbr>"), "<wbr><span>", escaped(address), "</span>");
}

Result<std::string> slip_html(const std::string& township, const Slip& slip) {
  MQ_TRY(const Qr qr, make_qr(slip.code));
  return cat("<section class=\"slip\">\n", svg_of(qr), "\n<div>\n<h1>", escaped(slip.name),
             "</h1>\n<p class=\"township\">", escaped(township), " · 民情邀请单</p>\n",
             "<p class=\"code\">", grouped(slip.code),
             "</p>\n<p class=\"last\">最后一天:", slip.last_day.iso(),
             "(只能用一次,只给本人)</p>\n", kWhatToDo, "</div>\n</section>\n");
}

}  // namespace

Result<std::string> slips_html(const std::string& township, const std::vector<Slip>& slips) {
  std::string out(kHead);
  for (const Slip& slip : slips) {
    MQ_TRY(const std::string html, slip_html(township, slip));
    out += html;
  }
  return cat(out, "</body>\n</html>\n");
}

}  // namespace mq::cli
