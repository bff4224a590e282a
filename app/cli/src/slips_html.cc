#include "slips_html.h"

#include "html.h"
#include "mq/base/text.h"

namespace mq::cli {

namespace {

constexpr std::string_view kStyle = R"(@page { size: A4; margin: 12mm; }
body { margin: 0; color: #000; background: #fff; font: 11pt/1.5 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif; }
.slip { box-sizing: border-box; display: flex; gap: 8mm; min-height: 88mm; padding: 6mm 0; border-bottom: 1px dashed #666; break-inside: avoid; page-break-inside: avoid; }
.slip > div { min-width: 0; }
svg { flex: none; width: 68mm; height: 68mm; }
h1 { margin: 0; font-size: 18pt; line-height: 1.3; overflow-wrap: anywhere; }
p { margin: 1mm 0; }
.code { font: 700 13pt/1.4 "DejaVu Sans Mono", Consolas, "Noto Sans Mono CJK SC", monospace; overflow-wrap: anywhere; }
.code span:not(:last-child) { white-space: nowrap; }
code { font-family: "DejaVu Sans Mono", Consolas, monospace; white-space: nowrap; }
ol { margin: 2mm 0 0; padding-left: 6mm; font-size: 10pt; }
)";

constexpr std::string_view kWhatToDo = R"(<ol>
<li>在自己的设备上运行 <code>minqing join</code>，后面写上面的码（扫二维码也能得到它）。</li>
<li>设一个只有自己知道的密码，不要告诉任何人。</li>
<li>加入后撕碎这张纸；提示“已被用过”而不是你用的，马上告诉乡镇管理员。</li>
</ol>
)";

// The groups of the code stay whole where a line breaks; read together they are the code.
std::string grouped(std::string_view code) {
  const std::size_t at = code.find('@');
  std::vector<std::string> spans;
  for (const std::string& group : split(code.substr(0, at), "-")) {
    spans.push_back(cat("<span>", escaped_html(group), "</span>"));
  }
  const std::string address(at == std::string_view::npos ? "" : code.substr(at));
  return cat(join(spans, "-<wbr>"), "<wbr><span>", escaped_html(address), "</span>");
}

Result<std::string> slip_html(const std::string& township, const Slip& slip) {
  MQ_TRY(const Qr qr, make_qr(slip.code));
  return cat("<section class=\"slip\">\n", svg_of(qr), "\n<div>\n<h1>", escaped_html(slip.name),
             "</h1>\n<p class=\"township\">", escaped_html(township), " · 民情邀请单</p>\n",
             "<p class=\"code\">", grouped(slip.code), "</p>\n<p class=\"last\">最后一天：",
             slip.last_day.iso(), "（只能用一次，只给本人）</p>\n", kWhatToDo,
             "</div>\n</section>\n");
}

}  // namespace

Result<std::string> slips_html(const std::string& township, const std::vector<Slip>& slips) {
  std::string out;
  for (const Slip& slip : slips) {
    MQ_TRY(const std::string html, slip_html(township, slip));
    out += html;
  }
  return html_page("民情 邀请单", kStyle, out);
}

}  // namespace mq::cli
