#include "sheet_html.h"

#include "html.h"
#include "mq/base/text.h"

namespace mq::cli {

namespace {

constexpr std::string_view kStyle = R"(@page { size: A4; margin: 15mm; }
body { margin: 0; color: #000; background: #fff; font: 11pt/1.5 "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif; }
h1 { margin: 0; font-size: 20pt; line-height: 1.3; }
p { margin: 1mm 0; }
svg { display: block; width: 80mm; height: 80mm; margin: 2mm 0; }
pre { margin: 3mm 0; font: 700 13pt/1.45 "DejaVu Sans Mono", Consolas, "Noto Sans Mono CJK SC", monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.check { font-weight: 700; }
.custodian { margin-top: 3mm; }
code { font-family: "DejaVu Sans Mono", Consolas, monospace; white-space: nowrap; }
ol { margin: 3mm 0 0; padding-left: 6mm; font-size: 10pt; }
)";

constexpr std::string_view kWhatToDo = R"(<ol>
<li>三张交给三个人分开保管；不要拍照、不要复印、不要存进电脑或手机。</li>
<li>任意两张合起来，能在乡镇的管理员设备全部丢失时任命一台新的管理员设备；只有一张什么也打不开。</li>
<li>用的时候：在新设备上运行 <code>minqing recover use</code>，照着输入两张单子上编号 1 到 10 的各行（扫二维码得到的是同样的文字）。</li>
<li>每年演练一次：在管理员的设备上运行 <code>minqing recover drill</code>。</li>
<li>保管人变动，或单子丢失、被人看过：由管理员运行 <code>minqing recover make --replace</code> 换一套，旧单收回销毁。</li>
</ol>
)";

}  // namespace

Result<std::string> sheet_html(const std::string& township, Date made_on,
                               const seal::Sheet& sheet) {
  std::string text = seal::sheet_text(sheet);
  MQ_TRY(const Qr qr, make_qr(text));
  std::string body = cat(
      "<h1>民情恢复单 第 ", sheet.number, " 张（共 ", seal::kSheets, " 张）</h1>\n",
      "<p class=\"township\">", escaped_html(township), " · 制作日期 ", made_on.iso(),
      "</p>\n<p class=\"check\">核对码 ", seal::check_code(sheet), "</p>\n<pre>\n",
      escaped_html(text), "</pre>\n", svg_of(qr), "\n",
      "<p class=\"custodian\">保管人：____________________ 交接日期：____________________</p>\n",
      kWhatToDo);
  std::string page = html_page("民情 恢复单", kStyle, body);
  for (std::string* secret : {&text, &body}) {
    wipe({reinterpret_cast<std::uint8_t*>(secret->data()), secret->size()});
  }
  return page;
}

}  // namespace mq::cli
