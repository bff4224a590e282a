#include "help_topics.h"

#include <algorithm>
#include <iterator>

namespace mq::cli {

namespace {

constexpr HelpTopic kTopics[] = {
    {"开始", "start", "第一天怎么用",
     R"(干部:拿到邀请单,运行 minqing join 邀请码,设一个只有自己知道的口令。
记一次走访:minqing visit add --household_id 户编号 --date 日期 --outcome 见到户主 --text 内容
今天要办什么:minqing today     有信号时对账:minqing sync
每一项叫什么、能填什么:minqing schema visit;按 Tab 补全:minqing help completion)",
     R"(a cadre: minqing join CODE, then a passphrase that nobody else knows
a visit: minqing visit add --household_id NUMBER --date DAY --outcome … --text …
what waits: minqing today     with a signal: minqing sync
the fields: minqing schema visit; completion by Tab: minqing help completion)"},
    {"月底", "month-end", "月底怎么做",
     R"(1. 各设备对一次账:minqing sync;没有信号的用 minqing bundle export 带来。
2. 看还差谁:每张台账的 完整性 一栏写着几个人记到哪一天。
3. 看两种说法和漏项:minqing conflicts、minqing doctor。
4. 代录的日记打印出来,请本人签字:minqing diary print --delegated --month 2026-03 -o 代录.html
5. 月结:minqing month close --month 2026-03 先看,数对了加 --sign -o 文件夹 签发并出文件。
6. 一个数从哪里来:minqing report RP01 --from 2026-03-01 --to 2026-03-31 --explain 鱼泉村,拒访
7. 没有发生的:minqing month zero RP09;签发以后才到的,下个月自动补报。
8. 部门来的空表:minqing fill 空表.xlsx -o 填好.xlsx --to 接收单位 --basis 文号)",
     R"(1. every device reconciles: minqing sync; those without signal bring a bundle
2. who is missing: each ledger says until when how many people's records are here
3. minqing conflicts, minqing doctor
4. delegated diaries, to be signed: minqing diary print --delegated --month 2026-03 -o FILE
5. minqing month close --month 2026-03 to look, then with --sign -o FOLDER to sign and write
6. where a number comes from: minqing report RP01 … --explain ROW,COLUMN
7. nothing happened: minqing month zero RP09; what comes late stands in the next month
8. another office's blank: minqing fill BLANK -o FILLED --to RECIPIENT --basis DOCUMENT)"},
    {"备份", "backup", "怎么不丢",
     R"(记录先存在本机,对账以后县里和别的设备也有;只在本机的有多少:minqing status
没有信号、设备要交回或重装:minqing bundle export 文件,存到 U 盘,别人 minqing bundle import 文件
管理员:minqing recover make 写三张恢复单,分给三个人;一年演练一次 minqing recover drill
服务器:minqing-server backup(见服务器自己的帮助))",
     R"(records stand here first, after a contact on the server and other devices too; what stands
here alone: minqing status
without signal, or before a device is given away: minqing bundle export FILE
admins: minqing recover make writes three sheets; minqing recover drill once a year
the server: minqing-server backup)"},
    {"离线", "offline", "没有信号怎么办",
     R"(照常记:没有信号不影响 visit、diary、issue 等任何登记,也不影响台账和查找。
还没加入也能记:minqing join 码 先写下来,记录先存着,第一次联系时补办;待补的在 today 里。
带出去:minqing bundle export 文件(加密的,谁带都行);带回执:minqing bundle export 文件 --to 姓名
退出码 5 只是没联系上,记录都在本机,安全。)",
     R"(go on: recording, ledgers and search need no signal
before joining too: minqing join CODE is written down and done at the first contact
by hand: minqing bundle export FILE, sealed, whoever carries it
exit code 5 only means no contact; everything is safe here)"},
    {"口令", "passphrase", "口令、解锁码、PIN",
     R"(口令只有自己知道,从环境变量 MINQING_PASSPHRASE、--passphrase-file 文件或提示读入。
换口令:minqing passphrase change;怕被人知道过:再 minqing rekey
忘了:打电话给管理员(minqing unlock show 姓名),凭念的解锁码 minqing unlock --code 码 打开一次
少输几次:minqing unlock --minutes 30,离开时 minqing lock;用数字代替:minqing pin set)",
     R"(from MINQING_PASSPHRASE, --passphrase-file FILE, or at the prompt
change it: minqing passphrase change; if others knew it: then minqing rekey
forgotten: an admin reads out a code (minqing unlock show NAME), minqing unlock --code CODE
asked less often: minqing unlock --minutes 30, minqing lock; digits instead: minqing pin set)"},
    {"纸面", "paper", "打印、签字、给本人",
     R"(日记小册:minqing diary print -o 日记.html     走访小册:minqing visit print --from 日期 --to 日期 -o 走访.html
代录的,请本人签字:minqing diary print --delegated --month 2026-03 -o 代录.html
联系卡:minqing household card 户编号 -o 联系卡.html(--village 村:我结对的每户一张)
群众要看记了他什么:minqing household show 户编号 --for-person -o 给本人.html
对方说不要记:--outcome 请不要记,只留下去过、见到了。
文件用浏览器打开后打印;文件本身没有加密,打印完请删除。)",
     R"(diaries: minqing diary print -o FILE     visits: minqing visit print --from DAY --to DAY -o FILE
delegated diaries, to be signed: minqing diary print --delegated --month 2026-03 -o FILE
contact cards: minqing household card NUMBER -o FILE (--village V: one for each of my pairings)
the copy a villager may ask for: minqing household show NUMBER --for-person -o FILE
asked not to write anything down: --outcome 请不要记
print from a browser; the file itself is not encrypted, delete it afterwards)"},
    {"退出码", "exit", "命令结束时的数字",
     R"(0 办好了   1 失败   2 命令写法不对   3 输入有错,什么也没存(每一处都列出)
4 没有权限   5 没联系上(记录都在本机)   6 锁着或口令不对   7 有损坏(写明是什么、怎么办))",
     R"(0 done   1 failed   2 usage   3 input refused, nothing stored (every fault is listed)
4 not allowed   5 no contact (everything is safe here)   6 locked   7 damaged (what, and what to do))"},
};

}  // namespace

const std::vector<HelpTopic>& help_topics() {
  static const std::vector<HelpTopic> kAll(std::begin(kTopics), std::end(kTopics));
  return kAll;
}

const HelpTopic* help_topic(std::string_view name) {
  const auto found = std::ranges::find_if(help_topics(), [&](const HelpTopic& topic) {
    return name == topic.name || name == topic.english;
  });
  return found == help_topics().end() ? nullptr : &*found;
}

}  // namespace mq::cli
