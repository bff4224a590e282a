#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "commands/all.h"
#include "mq/base/text.h"

namespace mq::cli {

namespace {

constexpr std::size_t kCountDigits = 7;

constexpr Command kCommands[] = {
    {"org",
     "org create --county 县名 --township 乡镇名 --server 主机:端口 [--name 姓名] [--code 码] "
     "[--root-out 文件 | --root 县根文件] [--practice]\n"
     "org county create --county 县名 --card-out 县卡 --root-out 文件 | --root-print\n"
     "org township request --card 县卡 --township 乡镇名 --server 主机:端口 [--server-key 16进制] "
     "[--name 姓名] -o 申请\norg township certify 申请 --root 县根文件 -o 证书\n"
     "org township enrol 证书 [--code 码]\norg township request --rejoin --township-id 乡镇编号 "
     "--server 主机:端口 [--name 姓名] -o 申请\norg county appoint 申请 --root 县根文件 -o 任命\n"
     "org township rejoin 任命 --server 主机:端口\norg open",
     "建县和乡镇(处于 筹备 状态);open 结束筹备,要有两台管理员设备和演练过的恢复单",
     "found county and township; open it when it is ready", run_org},
    {"invite",
     "invite --role admin|desk|cadre|unit|supervisor --name 姓名 [--rank 职级] [--village 村]… "
     "[--unit 单位] "
     "[--days 天数] [--propose 提案文件]\ninvite --from 干部名单 -o 邀请单.html [--role "
     "cadre|desk] [--days 天数] "
     "[--skip-refused]",
     "发一次性邀请码,一个一个或整个名单", "make one-use invitations", run_invite},
    {"join", "join 邀请码", "凭邀请码加入,一次联系即可", "join with a code, in one contact",
     run_join},
    {"members", "members [--devices]", "谁在本乡镇、有几台设备(--devices:号码、状态)、什么角色",
     "people, devices and roles", run_members},
    {"programme",
     "programme show\nprogramme set --quota 职级=户数 … --days 职级=每月天数 … --interval "
     "户类型=天 …\nprogramme set "
     "[--programme 活动名] "
     "--needs 健康、收入、证件号码\nprogramme set [--programme 活动名] --auto-lock-minutes 分钟 "
     "--rotate-days 天\nprogramme set [--programme 活动名] --period-day 起始日 --hand-up-day "
     "上报日 --late-rule "
     "补报上期|更正报\nprogramme set [--programme 活动名] --complaint-phone 电话\nprogramme add "
     "--title 活动名 --from 日期 --to 日期 [--needs "
     "…]",
     "活动规则、需采集的敏感项与结对定额", "programmes, what they need, quotas", run_programme},
    {"import",
     "import roster|cadres|pairings|visits 文件 [--village 村] [--sheet 工作表] [--dry-run] "
     "[--skip-refused]",
     "导入名册、干部、结对、走访记录(CSV、XLSX)", "import table files", run_import},
    {"fill",
     "fill 空表.xlsx -o 填好.xlsx [--to 接收单位] [--where 字段=值]… [--village 村] [--from 日期] "
     "[--until 日期] [--profile 导出格式] [--basis 文号] [--map 表头=标识]… [--about "
     "户|人|走访|事项] [--changes] [--sheet 工作表] [--header 行号] [--sample 留|去] [--on 日期]\n"
     "fill --history [--to 接收单位]",
     "照部门的空表填数:认表头,拿不准的问一次;报给谁都登记,下次只报变化",
     "fill another office's blank, and register what went out", run_fill},
    {"profile",
     "profile add --name 名称 [--id_style 原样|分段空格|前加撇号|脱敏] [--phone_style …] "
     "[--name_style 原样|脱敏] [--encoding GB18030|UTF-8] [--columns 列、列] [--basis 文号]\n"
     "profile list|show|amend 编号 …",
     "各单位要的写法:证件号、电话、姓名,CSV 的编码和列序", "how recipients want things written",
     run_record},
    {"visit",
     "visit add --household_id 户编号 --date 日期 --outcome 结果 --text 内容 [--demand 诉求 "
     "--category "
     "类别] …\nvisit add -\n"
     "visit list [--village 村] [--household_id 户编号] [--from 日期] [--to 日期] [--limit 条数] "
     "[--all]\nvisit show|amend 编号 …\nvisit cancel 编号 --reason 原因\n"
     "visit print --from 日期 --to 日期 [--village 村] "
     "[--household_id 户编号] -o 文件.html",
     "入户走访", "visits", run_record},
    {"diary",
     "diary add --date 日期 --body 正文 [--author_id 同事 --agreed 他怎么同意的] …\ndiary submit "
     "编号\ndiary list|show|amend …\ndiary cancel 编号 --reason 原因\n"
     "diary print [--from 日期] [--to 日期] -o "
     "文件.html\ndiary "
     "print --delegated [--month 2026-03] [--author 姓名] -o 文件.html",
     "民情日记", "diaries", run_record},
    {"issue",
     "issue add --text 描述 --category 类别 --village 村 …\n"
     "issue submit|accept 编号 [--term 3工作日]\n"
     "issue return|object|waive|withdraw|legal|separate 编号 --reason 原因\n"
     "issue reopen 编号 --reason 原因 [--term 期限]\n"
     "issue assign 编号 --to_org 单位 [--handler_id 承办人] [--term 期限]\n"
     "issue sign|progress 编号\nissue suspend 编号 --planned_until 日期 --reason 原因\n"
     "issue extend 编号 --extended_until 日期 --reason 原因\n"
     "issue review 编号 --result 办理情况\n"
     "issue close 编号 --closure 办结方式 --result 办理情况\n"
     "issue callback 编号 --callback 满意\nissue finish 编号\nissue merge 编号 --into 编号\n"
     "issue overdue [--village 村]\nissue list|show|amend …\n"
     "issue cancel 编号 --reason 原因",
     "民情事项", "issues", run_record},
    {"household",
     "household add --village 村 --head_name 户主 [--group_no 组] …\nhousehold list [--village "
     "村]\n"
     "household show|amend 户编号 …\nhousehold cancel 编号 --reason 原因(只用于登记错的户)\n"
     "household show 户编号 --for-person [--person 人的编号] [-o 文件.html]\n"
     "household card 户编号|--village 村 -o 文件.html\n"
     "household split 户编号 --people 人、人 [--head 人] [--household_no 新户编号] [--on 日期] "
     "[--reason 原因]\nhousehold merge 户编号 --into 户编号 [--same] [--on 日期]\n"
     "household head 户编号 --to 人 [--on 日期]\n"
     "household move 户编号 --village 村 [--group_no 组] [--on 日期]\n"
     "household duplicates [--village 村]\nhousehold distinct 户编号 户编号",
     "户", "households", run_record},
    {"person",
     "person add --household_id 户编号 --name 姓名 --relation 关系 --sex 性别 …\n"
     "person list [--household_id 户编号]\nperson show|amend 编号 …\n"
     "person cancel 编号 --reason 原因\n"
     "person merge 编号 --into 编号 [--on 日期] [--reason 原因]\n"
     "person duplicates [--village 村]\nperson distinct 编号 编号",
     "人", "people of households", run_record},
    {"cadre",
     "cadre add --name 姓名 --rank_class 职级 --phone 手机 [--area_ids 村、村] …\n"
     "cadre list|show|amend …",
     "干部", "cadres", run_record},
    {"pairing",
     "pairing add --cadre_id 姓名 --household_id 户编号 --from 日期\n"
     "pairing list [--household_id 户编号]\npairing amend 编号 --to 日期 --status 已结束 "
     "--reason 原因",
     "结对", "pairings", run_record},
    {"meeting",
     "meeting add --village 村 [--group_no 组] --date 日期 --attendees 人数 [--chair 主持人] "
     "[--topics 内容] …\nmeeting list [--village 村] [--from 日期] [--to 日期]\n"
     "meeting show|amend 编号 …\nmeeting cancel 编号 --reason 原因",
     "院坝会", "courtyard meetings", run_record},
    {"opinion",
     "opinion add --meeting_id 院坝会编号 --text 意见 --handling 当场答复|转办|记录在案 [--by "
     "提出人] "
     "[--answer 答复] [--category 类别] …\nopinion list|show|amend …\n"
     "opinion cancel 编号 --reason 原因",
     "院坝会上的意见,一条一条记;转办的同时登记事项", "opinions heard at meetings", run_record},
    {"reception",
     "reception add --date 日期 --leader_id 领导 --place 接待室|赶集摊位|夜访|下访村组 --batches "
     "批次 --people 人次 [--matters 件数 --answered 当场答复 --referred 转办] [--text 事项] "
     "…\nreception list [--from 日期] [--to 日期]\nreception show|amend 编号 …\n"
     "reception cancel 编号 --reason 原因",
     "接访下访", "receptions held by leaders", run_record},
    {"deed",
     "deed add --title 实事 --village 村|--household_id 户编号 --done_on 完成时间 [--place 地点] "
     "[--households 户 --people 人] [--projects 项目数] [--money 资金] [--owner_id 责任人]\ndeed "
     "list [--village 村] [--household_id 户编号] [--from 日期] [--to 日期]\ndeed "
     "show|amend 编号 …\ndeed cancel 编号 --reason 原因",
     "为民办的实事", "deeds done for people", run_record},
    {"commitment",
     "commitment add --village 村 --kind 年度|实事|依岗|即时 --text 内容 --due 时限 [--promiser "
     "承诺主体] [--owner_id 责任人]\ncommitment review 编号 --decision 通过|退回 [--review "
     "意见]\ncommitment propose|publish 编号\ncommitment progress 编号 --progress 进度\ncommitment "
     "done 编号 --result 完成情况\ncommitment rate 编号 --rating_self 满意|基本满意|不满意 "
     "--rating_peers … --rating_leader … --rating_people …\ncommitment settle 编号 --outcome "
     "兑现|未兑现 [--explanation 说明]\ncommitment list|show|amend …\n"
     "commitment cancel 编号 --reason 原因",
     "公开承诺:审诺、公示、践诺、评诺、兑现", "promises, and whether they were kept", run_record},
    {"dispute",
     "dispute add --village 村 --parties 甲、乙 --kind 土地|邻里|… --found_on 日期 --text 经过 "
     "[--found_by 日常|定期|专项|敏感期集中] [--people 人数]\ndispute mediate 编号 --lead_id 领导 "
     "--measure 措施 --due 时限 --duty 责任 [--on_site_at 上门时间]\ndispute fail 编号 "
     "[--failed_at 时间] [--failure 原因]\ndispute report 编号 [--reported_at 通话时间]\ndispute "
     "handup|litigate 编号\ndispute settle 编号 --agreement 书面|口头\ndispute perform "
     "编号\ndispute callback 编号 --callback 满意|…\ndispute file 编号\ndispute "
     "list|show|amend …\ndispute cancel 编号 --reason 原因",
     "矛盾纠纷:组、村、镇、县逐级调解", "disputes, mediated level by level", run_record},
    {"change", "change list [--village 村] [--from 日期] [--to 日期]\nchange show|undo 编号",
     "名册变动:分户、并户、迁村、换户主、同一户、同一人、并村;undo 整步撤销",
     "what was done to the roster, and taking a step back", run_record},
    {"unit",
     "unit add --name 名称 [--kind 站所中心|县级部门]\nunit list|show|amend …\n"
     "unit merge 村 --into 村 [--on 日期]",
     "接事项的单位;并村", "units that issues are handed to", run_record},
    {"handout",
     "handout list|show 编号\nhandout sign 编号 [--handler 承办人]\nhandout object 编号 --reason "
     "理由\nhandout progress 编号 --progress 进展\nhandout answer 编号 --result 办理情况",
     "交到本单位的事项:签收、异议、办理、报结", "what was handed to this unit", run_record},
    {"calendar",
     "calendar add --year 年 --source 文号 --off 日期、日期 [--on 日期、日期]\n"
     "calendar list|show|amend …",
     "工作日历:放假和调休", "days off and worked weekends", run_record},
    {"today", "today", "今天要办的、到期的、没见到的", "what waits for me", run_today},
    {"search", "search 文字 [--limit 条数]", "在本机全部记录中查找", "full-text search",
     run_search},
    {"conflicts",
     "conflicts\nconflicts resolve 编号 [--field 项] --take 号码 | --take-both | --value 内容",
     "两种说法:并排看,取一种、都留,或另写一种", "concurrent values, and settling them",
     run_conflicts},
    {"history", "history 编号", "一条记录的全部改动", "every change of a record", run_history},
    {"report",
     "report RP01…RP11|RP14|RP17 --from 日期 --to 日期 [--village 村] "
     "[--format table|csv|json|xlsx|html] [-o 文件] [--explain 行,列]",
     "台账与报表;xlsx 交表用,要写 -o;html 打印用;--explain 列出一个数背后的记录",
     "ledgers; xlsx needs -o, html is for print; --explain lists the records behind a number",
     run_report},
    {"month",
     "month close [--month 2026-03] [--sign] [-o 文件夹 [--format xlsx|html|csv|json]]\nmonth "
     "close "
     "--month 2026-03 --correct 原因 --sign\nmonth zero RP09 [--month 2026-03]\nmonth list\nmonth "
     "show RP01 [--month 2026-03] [--edition 版] [--format …] [-o 文件]",
     "月结:收齐没有、要核对的、和上次比、签发、出文件;零报告;签发过的",
     "the month's close in one command; a report that nothing happened; what was signed",
     run_month},
    {"revoke", "revoke 号码 [--reason 原因] [--since 日期]\nrevoke --invite 姓名",
     "停用一台设备(丢失、被盗),或收回没用过的邀请", "stop a device, or take an invitation back",
     run_revoke},
    {"rotate", "rotate [--village 村]…", "换新钥匙:全部,或一个村的",
     "new keys, for all or for one village", run_rotate},
    {"handover", "handover --from 姓名 --to 姓名 --village 村 [--on 日期] [--reason 原因]",
     "移交一个村:结对、未办结事项、权限和钥匙", "hand a village over to another cadre",
     run_handover},
    {"leave", "leave 姓名 --on 日期 [--reason 原因]", "离岗:权限到那一天为止,没送到的先收齐",
     "end somebody's service after a day", run_leave},
    {"replace", "replace --person 姓名 [--device 号码]… [--reason 原因]",
     "换手机:停用旧设备,发新邀请码", "stop a lost phone and invite its owner anew", run_replace},
    {"sign", "sign 提案文件 [--yes] [--root 县根文件]", "给另一位管理员的提案签第二个名",
     "the second signature under a proposal", run_sign},
    {"confirm", "confirm 姓名 [--digits 六位数] [--device 号码]",
     "电话里核对六位数,再把钥匙交给新管理员、督查",
     "compare six digits, then hand the keys to a new admin or supervisor", run_confirm},
    {"grant", "grant 姓名", "钥匙没取到的设备,再给一次", "hand the keys out again", run_grant},
    {"quarantine",
     "quarantine list [--all]\nquarantine show 号码\nquarantine admit 号码 [--only 前几件]\n"
     "quarantine refuse 号码 --reason 原因 [--only 前几件]",
     "停用或权限结束后才送来的记录:看、核收、退回", "late work: look, admit, refuse",
     run_quarantine},
    {"print", "print diary [--from 日期] [--to 日期] [--mask] -o 文件.html",
     "打印自己的民情日记(--mask:遮去农户)", "print one's own diaries", run_print},
    {"passphrase", "passphrase change [--new-passphrase-file 文件]",
     "换口令;新口令取自 MINQING_NEW_PASSPHRASE、文件或提示", "change the passphrase",
     run_passphrase},
    {"rekey", "rekey", "整个保险箱换新钥匙,记录都在;解锁码随之作废",
     "a new key for the whole vault; drops the unlock code", run_rekey},
    {"unlock",
     "unlock [--minutes 分钟]\nunlock show 姓名 [--device 号码]\n"
     "unlock --code 解锁码 [--new-passphrase-file 文件]\nunlock make",
     "输一次口令用一阵子;忘了口令:管理员用 show 念解锁码,本人凭它打开一次并设新口令,make "
     "做一个抄在纸上",
     "one passphrase for a while; forgotten: an admin reads out a code that opens once",
     run_unlock},
    {"pin", "pin set\npin remove", "在本机用 PIN(4 到 12 位数字)代替口令,错五次或机器重启就作废",
     "digits in place of the passphrase on this machine, void after five wrong ones", run_pin},
    {"lock", "lock", "马上锁上,下一个命令要输口令", "ask for the passphrase again", run_lock},
    {"homes",
     "homes list\nhomes add 名字 [--home 文件夹]\nhomes remove 名字\nhomes switch 名字 [--minutes "
     "分钟]",
     "几个人合用一台机器:各有各的文件夹和口令,用 --user 名字 或 homes switch 换人",
     "several people on one machine, each with a folder and a passphrase", run_homes},
    {"recover",
     "recover make -o 文件夹\nrecover make --replace -o 文件夹 [--sheet 旧单 --sheet 旧单 | --root "
     "县根文件]\nrecover drill --sheet 文件|- --sheet 文件|-\nrecover "
     "use --sheet 文件|- --sheet 文件|- [--name 姓名] [--server 主机:端口] [--keep-admins]\n"
     "recover grant --for 设备号码 --with 姓名 -o 提议\nrecover grant 提议",
     "恢复单:三张纸,任意两张能在管理员设备全部丢失时任命新的管理员设备",
     "three sheets of paper, any two of which appoint an admin's device", run_recover},
    {"sync", "sync [--watch]", "与县里服务器对账", "reconcile with the server", run_sync},
    {"bundle", "bundle export 文件|文件夹 [--to 姓名|号码]…\nbundle import 文件",
     "存一份:没有信号时用 U 盘或聊天软件带去带回", "unsent work by file, and receipts back",
     run_bundle},
    {"shred", "shred --yes", "销毁本机的全部记录;还有只在本机的就不做",
     "make this home unreadable; refused while something stands here alone", run_shred},
    {"status", "status", "送到了多少、只在本机的有多少", "what is delivered, what is not",
     run_status},
    {"alarms", "alarms\nalarms seen", "提醒:谁的设备、职责、读者有了变动",
     "what changed in my name and in what I write", run_alarms},
    {"doctor", "doctor\ndoctor heal", "检查保险箱与记录;合拢分叉的成员登记",
     "check vault and records; heal a control log that parted", run_doctor},
    {"schema", "schema [实体]", "数据字典", "data dictionary", run_schema},
    {"completion", "completion bash|zsh", "按 Tab 补全的脚本;不含任何村名、人名",
     "the script for completion by Tab; no name of a village or person in it", run_completion},
    {"help", "help [命令|题目|json]\nhelp man -o 文件夹", "帮助、例子、手册页",
     "help, examples, manual pages", run_help},
};

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> kAll(std::begin(kCommands), std::end(kCommands));
  return kAll;
}

const std::vector<std::string>& common_flags() {
  static const std::vector<std::string> kFlags = {"home", "user", "passphrase_file", "pin_file",
                                                  "json", "help", "version"};
  return kFlags;
}

Status only_flags(Call& call, std::vector<std::string> own) {
  own.insert(own.end(), common_flags().begin(), common_flags().end());
  Status checked = call.args.only(own);
  if (!checked.ok()) return call.usage(std::move(checked).error());
  return {};
}

Result<std::size_t> count_of(Call& call, std::string_view flag, std::size_t otherwise) {
  const auto typed = call.args.value(flag);
  if (!typed) return otherwise;
  const bool digits = !typed->empty() && typed->size() <= kCountDigits &&
                      typed->find_first_not_of("0123456789") == std::string::npos;
  const std::size_t count = digits ? std::strtoul(typed->c_str(), nullptr, 10) : 0;
  if (count > 0) return count;
  return call.usage(cat("--", flag, " 应是 1 以上的数:", *typed),
                    cat("--", flag, " is a number: ", *typed));
}

Result<std::size_t> limit_of(Call& call, std::size_t otherwise) {
  return count_of(call, "limit", otherwise);
}

}  // namespace mq::cli
