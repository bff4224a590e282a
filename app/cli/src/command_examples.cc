#include "command_examples.h"

#include "mq/base/result.h"
#include "mq/base/text.h"

namespace mq::cli {

namespace {

// A line of the program, + if it runs alone, else -; then what it does in both languages.
constexpr std::string_view kText =
    R"(- org create --county 渭源县 --township 清渭镇 --server 127.0.0.1:7443 --root-out 县根.txt
  建县和乡镇,县根写到文件上 | found both, the county root in a file
- org open
  准备好了,正式启用 | ready: open it
+ invite --role cadre --name 龚海 --village 鱼泉村
  请一位干部,得到一次性的码 | one code for one cadre
- invite --role unit --name 张三 --unit 民政办
  请一个接事项的单位 | a unit that issues are handed to
- invite --from samples/township/cadres.csv -o 邀请单.html
  整个名单的邀请单,打印了剪开发 | slips for a whole list
- join XXXXX-XXXXX-XXXXX-XXXXX-XXXXXX@127.0.0.1:7443
  没有信号也可以先输,有信号时自动加入 | without signal too: it joins at the next contact
+ members --devices
  连设备号码一起看 | with the numbers of devices
+ programme show
  看现行的规则和定额 | rules and quotas
+ programme set --quota 一般=1 --quota 科级=2
  改结对定额 | change quotas
+ programme set --complaint-phone 0719-5550123
  印在联系卡上的投诉电话 | the telephone for complaints, on contact cards
+ programme set --needs 健康、收入
  写明需要采集的敏感项 | name the sensitive needs
+ import roster samples/township/roster-鱼泉村.csv
  导入名册,村随之建立 | a roster makes its village
+ import visits samples/township/visits-2026-03.csv --village 鱼泉村 --dry-run
  先试一遍,什么也不存 | a trial that stores nothing
- import roster 花名册.xlsx --sheet 二组
  一个文件有几张工作表时,写明读哪一张 | of several worksheets, which one to read
+ visit add --household_id 999999100201010001 --date 2026-03-05 --outcome 见到户主 --text 水管又堵了 --demand 水渠清淤 --category 饮水
  记一次走访;诉求同时登记成事项 | a visit, and the issue of its need
+ visit add --household_id 999999100201010002 --date 2026-03-05 --outcome 不在家
  没见到人也记,是平常的结果 | nobody home is an ordinary result
+ visit add --household_id 999999100201010003 --date 2026-03-05 --outcome 请不要记
  对方不让记:只留下去过、见到了 | they asked that nothing be kept
+ visit list --village 鱼泉村 --from 2026-03-01 --to 2026-03-31
  一个村一个月的 | a village's month
- visit amend 编号 --text 水管换好了
  改内容;原话在改动历史里 | amend; the old words stay in the history
+ visit print --from 2026-03-01 --to 2026-03-31 --village 鱼泉村 -o 走访.html
  A5 小册,打印了签字存档 | an A5 booklet to sign and file
+ diary add --date 2026-03-05 --title 修水管 --body 走访三户,修好水管一处
  写一篇,先是草稿 | a draft
- diary submit 编号
  写好了提交 | submit it
+ diary add --author_id 曾泽飞 --date 2026-03-06 --body 看了水渠 --agreed 当面念给他听过
  替同事代录,写明他怎么同意的 | for a colleague, with how he agreed
+ diary print --from 2026-03-01 --to 2026-03-31 -o 日记.html
  自己的,A5 小册 | one's own, as an A5 booklet
+ diary print --delegated --month 2026-03 -o 代录.html
  本月代录的,请本人签字 | this month's delegated ones, to be signed
+ issue add --text 垃圾池一个月没清 --category 环保 --village 鱼泉村
  登记一件民情事项 | register an issue
- issue accept 编号 --term 3工作日
  受理,限三个工作日 | accept, three working days
- issue assign 编号 --to_org 民政办
  交给一个单位 | hand it to a unit
- issue close 编号 --closure 已解决 --result 已清运
  办结 | close it
+ issue overdue
  哪个单位有超期的,不按人 | which unit has overdue ones, never by person
+ household add --village 鱼泉村 --head_name 郑小八 --group_no 2
  路上发现的新户 | a household found on the way
+ household show 999999100201010001
  这一户的全部,和谁能看到 | all of it, and who can read it
+ household show 999999100201010001 --for-person -o 给本人.html
  群众要看自己的,给他一份 | the copy a villager may ask for
+ household card 999999100201010001 -o 联系卡.html
  联系卡:记了什么、谁看、怎么改、怎么投诉 | the contact card
- household split 999999100201010001 --people 编号 --head 编号
  分户 | some of it become a household of their own
- household merge 999999100201010005 --into 999999100201010006
  并户 | two become one
+ household duplicates
  可能重复的户 | who may stand there twice
+ person list --household_id 999999100201010001
  一户的人 | the people of a household
+ person add --household_id 999999100201010001 --name 郑小九 --relation 子 --sex 男
  添一个人 | add somebody
+ cadre list
  干部名单 | the cadres
+ cadre amend 龚海 --phone 13800000099
  换了手机号 | a new telephone
+ pairing add --cadre_id 龚海 --household_id 999999100201010004 --from 2026-03-01
  结一户 | pair
+ pairing list --household_id 999999100201010001
  这一户和谁结对 | whose household it is
+ meeting add --village 鱼泉村 --group_no 1 --date 2026-03-29 --attendees 31 --topics 水渠
  记一次院坝会 | a courtyard meeting
- opinion add --meeting_id 编号 --text 入户路没硬化 --handling 转办 --category 交通运输
  会上的一条意见,转办的登记成事项 | an opinion, referred
+ reception add --date 2026-03-02 --leader_id 曾泽飞 --place 接待室 --batches 2 --people 9 --matters 3 --answered 1 --referred 2
  记一次接访 | a reception
+ deed add --title 修水渠 --village 鱼泉村 --done_on 2026-03-31 --households 40 --money 12000 --owner_id 曾泽飞
  记一件办完的实事 | a deed that is done
+ commitment add --village 鱼泉村 --kind 年度 --text 年内修好水渠 --due 2026-12-31 --promiser 村支部
  登记一条公开承诺 | a public promise
+ commitment list
  看办到哪一步 | where they stand
+ dispute add --village 鱼泉村 --parties 王一、李二 --kind 邻里 --found_on 2026-03-10 --text 院墙过界
  登记一起纠纷 | a dispute
- dispute mediate 编号 --lead_id 曾泽飞 --measure 到场丈量 --due 2026-03-20 --duty 组长负责到底
  调解:定领导、措施、时限、责任 | mediate it
+ unit add --name 民政办 --kind 站所中心
  添一个接事项的单位 | a unit that issues are handed to
- handout sign 编号 --handler 张三
  签收 | sign for it
- handout progress 编号 --progress 管子已换了一半
  说办到哪一步 | say how far it is
- handout answer 编号 --result 已修好,通水
  报结 | report it done
+ handout list
  交到单位的 | what was handed out
+ calendar list
  放假和调休 | days off and worked weekends
+ calendar add --year 2027 --source 国办通知 --off 2027-01-01
  新一年的放假安排 | another year
+ today
  今天要办的 | what waits for me
+ search 水管
  在本机全部记录里找 | in everything held here
+ conflicts
  两种说法,并排看 | concurrent values side by side
- conflicts resolve 编号 --field text --value 两家都在场说定的话
  写下定论 | settle one
- conflicts resolve 编号 --field text --take-both
  两种说法都留 | keep both
- history 编号
  谁在什么时候改了什么 | who changed what, and when
+ report RP01 --from 2026-03-01 --to 2026-03-31
  走访情况统计表,在屏幕上 | on the screen
+ report RP03 --from 2026-03-01 --to 2026-03-31 --format xlsx -o 事项.xlsx
  交表用的工作簿 | a workbook to hand up
+ report RP01 --from 2026-03-01 --to 2026-03-31 --explain 鱼泉村,拒访
  一个数背后是哪几条记录 | the records behind a number
+ month close --month 2026-03
  月结:收齐没有、要核对什么、变了哪些 | what is complete, to repair, changed
+ month close --month 2026-03 --sign -o 三月
  签发,文件分 上报 和 留存 两处 | sign, with the files
+ month list
  签发过的 | what was signed
- month zero RP09 --month 2026-02
  零报告 | nothing happened
- fill 空表.xlsx -o 填好.xlsx --to 县民政局 --basis 民发〔2026〕1号
  照部门的空表填数,并登记 | fill another office's blank, and register it
- fill 空表.xlsx -o 填好.xlsx --sheet 附件2 --sample 去
  填第二张工作表,表里的示例行不要 | another worksheet, without its sample row
+ fill --history
  报给谁、什么时候、第几版 | what went to whom
+ profile add --name 县民政局 --id_style 分段空格 --encoding GB18030
  这个单位要的写法 | how it wants things written
+ profile list
  各单位的写法 | all of them
+ change list
  名册变动 | what was done to the roster
- change undo 编号
  撤销一次变动 | take one back
- revoke 3fa2c1d0 --reason 丢失
  停用一台设备(号码见 members --devices) | stop a device
- revoke --invite 龚海
  收回没用过的邀请 | take an invitation back
- rotate --village 鱼泉村
  一个村换新钥匙 | new keys for a village
- handover --from 龚海 --to 王礼娟 --village 鱼泉村 --reason 调动
  移交一个村 | hand a village over
- leave 龚海 --on 2026-04-30
  离岗,权限到那天为止 | the end of somebody's service
- replace --person 龚海 --reason 手机丢失
  停用旧手机,发新码 | stop the old phone, a new code
- sign 提案
  第二位管理员签名 | the second signature
- confirm 王礼娟
  得到六位数,电话里核对 | six digits to compare by telephone
- confirm 王礼娟 --digits 123456
  核对一致,交出钥匙 | they agree: hand the keys over
- grant 龚海
  钥匙没取到,再给一次 | the keys again
+ quarantine list
  等着核收的 | what waits
- quarantine admit 12345678
  核收 | admit it
+ print diary --mask -o 日记.html
  遮去农户的,离岗时带走 | masked, to take along
- completion bash > ~/.local/share/bash-completion/completions/minqing
  装好以后按 Tab 补全 | then Tab completes
+ completion bash
  打印 bash 的补全脚本 | the script for bash
- passphrase change
  换口令 | another passphrase
- rekey
  怀疑钥匙被抄走时 | when the key may have been copied
- unlock --minutes 30
  三十分钟内不再问口令 | not asked again for half an hour
- unlock make
  做一个解锁码抄在纸上 | an unlock code for paper
- pin set
  设 PIN | set a PIN
+ lock
  离开座位时 | when leaving the desk
- homes list
  本机上的人 | the people of this machine
- homes add 龚海
  给他一个文件夹 | a folder for him
- recover make -o 恢复单
  写三张恢复单 | three sheets
- recover drill --sheet 恢复单/恢复单-1.html --sheet 恢复单/恢复单-2.html
  一年演练一次 | the yearly drill
+ sync
  对一次账 | reconcile once
- sync --watch
  一直开着,有新的就取 | stay, and fetch what is new
- bundle export 存一份.mqb
  没有信号:把没送出的存成文件 | unsent work as a file
- bundle import 存一份.mqb
  收进别人带来的 | take one in
- shred --yes
  设备要交回时 | before a device is given away
+ status
  送到多少、只在本机多少 | what is delivered
+ alarms
  谁的设备、职责有了变动 | what changed
+ doctor
  检查 | check
+ schema visit
  走访有哪些项、怎么填 | the fields of a visit
+ help 月底
  月底怎么做 | the month's end
+ help visit
  一个命令的用法、各项和例子 | one command
+ help man -o 手册
  写出手册页,用 man -l 看 | manual pages for man -l
)";

constexpr std::size_t kMark = 2;  // before each line: "+ ", "- ", or the indent of the words

}  // namespace

std::vector<Example> examples_of(std::string_view command) {
  std::vector<Example> out;
  const std::vector<std::string> lines = split(kText, "\n");
  for (std::size_t i = 0; i + 1 < lines.size(); i += 2) {
    const std::string line = lines[i].substr(kMark);
    if (line.substr(0, line.find(' ')) != command) continue;
    const std::vector<std::string> words = split(lines[i + 1].substr(kMark), " | ");
    MQ_ASSERT(words.size() == 2);
    out.push_back({line, words[0], words[1], lines[i].front() == '+'});
  }
  return out;
}

}  // namespace mq::cli
