// help: every command from the one table; `help json` describes the shapes of --json.
#include "all.h"
#include "mq/base/text.h"
#include "mq/work/ledger.h"

namespace mq::cli {

namespace {

struct Shape {
  const char* command;
  const char* shape;
};

// One entry a line or two: with shapes this long the formatter indents the whole table by its name.
// clang-format off
constexpr Shape kShapes[] = {
    {"(any, on failure)", R"({"error":{"exit":3,"message":"…"}} beside what the command gives)"},
    {"org create", R"({"township":"hex","state":"筹备|试用","county_root":"hex, unless --root-out"})"},
    {"org county create",
     R"({"county","root_number":"8 hex digits","card":"file","county_root":"3 lines, with --root-print"})"},
    {"org township request|certify",
     R"({"county","township","founder","device":"8 hex digits","server","server_key":"hex","root_number":"8 hex digits","certified":false,"file"})"},
    {"org township enrol", R"({"township":"hex","state":"筹备|试用"})"},
    {"org township request --rejoin, org county appoint",
     R"({"township":"hex","name","device":"8 hex digits","server","file"})"},
    {"org township rejoin", R"({"rejoined":true,"township":"hex","device":"8 hex digits"})"},
    {"org open",
     R"({"opened":true,"state":"正式启用","missing":["roster", what is still to do]}; refused: {"missing":["recovery_drill", what it needs]})"},
    {"invite", R"({"code":"…","expires":"2026-03-31"})"},
    {"invite --from",
     R"({"slips":28,"skipped":[{"line","name","why"}],"file","expires":"2026-03-31, the earliest"})"},
    {"join", R"({"joined":true,"villages":["…"],"filed":2,"to_complete":[], as sync})"},
    {"members",
     R"({"members":[{"name","person","roles":[],"devices":1,"invited":false,"me":false; with --devices: "device_list":[{"id","number","since","state":"在用|已停用","mine":false,"until"}],"invites":[{"number","role","last_day"}]}]})"},
    {"conflicts resolve", R"({"resolved":"hex"})"},
    {"help", R"({"commands":[{"name","usage","zh","en"}]})"},
    {"programme show|set|add",
     R"({"programmes":[{"id","title","from","to","needs":["健康"],"auto_lock_minutes":0,"rotate_days":0}],"quota":{"县级":4},"days":{"县级":10},"interval":{"监测":30},"month":{"first_day":1,"hand_up_day":25,"late_rule":"补报上期"}})"},
    {"import",
     R"({"file","header_line","data_lines","stored","unchanged","refused","duplicates","refused_columns":[],"faults":[{"line","column","fate":"normalised|flagged|duplicate|refused","was","now","why"}],"missing":[],"new_villages":[]})"},
    {"fill",
     R"({"file","about":"户","lines":12,"columns":[{"header","field","filled"}],"unknown":[headers],"masked":[headers],"version":2, with --to, "before":{"on","version","lines","changed","new","gone","gone_ids":[16 hex digits]}, if handed out before}; unclear (exit 3): {"questions":[{"header", empty: what a line is,"candidates":[]}]})"},
    {"fill --history",
     R"({"count":1,"rows":[{"id","on","to","title","version","lines","where","basis","changes_only"}]})"},
    {"visit|diary|issue|household|person|cadre|pairing|unit|calendar|profile add|amend|cancel",
     R"({"saved":true,"id":"hex","issue":"hex, of the need's issue","person":"hex, of the head","faults":[{"field","why"}],"flags":[…],"local":true, if kept until it has joined})"},
    {"meeting|opinion|reception|deed|commitment|dispute add|amend|cancel",
     R"({as of visit; opinion: "issue":"hex", of what was referred})"},
    {"commitment|dispute, each of its moves", R"({as of visit; refused: "faults":[{"field":"state","why": what it is and what can be done}]})"},
    {"household split|merge|head|move, person merge, unit merge, change undo",
     R"({"saved":true,"id":"hex, of the change","household":"hex, of a split","faults":[{"field","why"}],"flags":[…]})"},
    {"household|person duplicates",
     R"({"count":1,"rows":[{"a":"hex","b":"hex","a_text","b_text","a_household_no","b_household_no","why"}]})"},
    {"household|person distinct", R"({"saved":true,"id":"hex"})"},
    {"… show",
     R"({"id":"hex", fields by identifier (money in 分), "cancelled":false,"contested":false}; household and person: sensitive fields too, "withheld":[those without a key here])"},
    {"… list", R"({"count":1,"rows":[as show, without sensitive fields]})"},
    {"today",
     R"({"date","clock_doubtful","server_time","items":[{"kind","entity","id","what","when"}],"pairs","pairs_due","unsent","alone","copied","duplicates":0, the desk's})"},
    {"search", R"({"count":1,"rows":[as show, with "entity"]})"},
    {"conflicts",
     R"({"count":1,"conflicts":[{"id","entity","field","claims":[{"value","author","shown","recorded","bracket","clock_doubtful"}]}]})"},
    {"history",
     R"({"id","entity","entries":[{"field","value","author","device_time","bracket"}]})"},
    {"report",
     R"({"report","title","period":{"from","to"},"basis":{…,"complete":{村:[{"people":7,"until":"2026-03-25"}]}},"columns":[…],"rows":[{列名:值}],"totals":{…},"signed":null or {"version","by","at","digest","reason"}}; ratios {"numerator","denominator"}, money in 分, dates ISO; with -o: {"file","report","rows":12})"},
    {"report --explain",
     R"({"report","row","column","value","from_records":true,"records":[{"entity","id"}], of a share also "of":[{"entity","id"}], what it divides by})"},
    {"month close",
     R"({"month","period":{"from","to"},"complete":{村:{"people":7,"complete":5}},"repairs":[{"what","count","command"}],"reports":[{"report","rows","signed_version":0,"since_draft":[{"row","column","was","now"} or {"row","came"|"went":true}],"since_signed":[…]}],"late":[{"report","from","to","column","more"}]; with --sign "signed":[{"report","version","digest","id"}]; with -o "files":["…"]})"},
    {"month zero", R"({"month","signed":[{"report","version","digest","id"}]})"},
    {"month list",
     R"({"count":1,"signed":[{"id","report","period","version","by","at","digest","reason"}]})"},
    {"month show", R"({as report})"},
    {"revoke",
     R"({"revoked":"3fa2c1d0","name","chains","streams","envelopes","rotated","left":0})"},
    {"rotate", R"({"rotated":23})"},
    {"handover",
     R"({"village","from","to","on":"2026-04-02","pairings","issues","commitments","disputes","right":true, by an admin: "given":true,"invites","chains","streams","envelopes","rotated","left":0})"},
    {"leave",
     R"({"name","on":"2026-04-30","announced":true,"rights","pairings","issues","commitments","disputes"; once the day is over also "chains","streams","envelopes","rotated","left":0})"},
    {"quarantine list",
     R"({"items":[{"number","person","stream","envelopes","transactions","why","opens":true,"can_be_decided":true,"missing":5, if something before it is}]; with --all: "decided":[{"person","stream","admitted","refused","reason", if given here}]})"},
    {"quarantine show",
     R"({as an item, "records":[{"entity","id","field","value","device_time"}]})"},
    {"quarantine admit|refuse",
     R"({"number","admitted":4,"refused":0,"transactions":17,"decided_by_another":false})"},
    {"replace",
     R"({"code":"…","expires":"2026-03-31","stopped":["3fa2c1d0"],"chains","streams","envelopes","rotated","left":0})"},
    {"invite --propose", R"({"code":"…","expires":"2026-03-31","file"})"},
    {"sign", R"({"signed":true,"name","role","by","expires":"2026-03-31"})"},
    {"confirm",
     R"({"device":"3fa2c1d0","digits":"123456"}; with --digits that agree: {"granted":12,"device"})"},
    {"grant", R"({"granted":12,"devices":1,"lacking":0,"uncompared":0})"},
    {"print diary", R"({"file","diaries":12,"masked":0})"},
    {"passphrase change", R"({"changed":true})"},
    {"rekey", R"({"rekeyed":true,"unlock_code_dropped":false,"pin_dropped":false})"},
    {"pin set", R"({"set":true,"tries":5})"},
    {"pin remove", R"({"removed":true})"},
    {"unlock", R"({"unlocked":true,"minutes":10})"},
    {"lock", R"({"locked":true,"was_unlocked":true})"},
    {"homes list",
     R"({"homes":[{"name","folder","current":true,"state":"unlocked|locked|empty"}]})"},
    {"homes add|remove", R"({"name","folder"})"},
    {"homes switch",
     R"({"current":"name","locked_before":true,"unlocked":true,"minutes":10, if a key is held})"},
    {"unlock show", R"({"code":"XXXX-XXXX-XXXX-XXXXXX","device":"8 hex","made_on":"2026-04-02"})"},
    {"unlock make", R"({"code":"XXXX-XXXX-XXXX-XXXXXX","replaced":false})"},
    {"unlock --code", R"({"unlocked":true})"},
    {"recover make",
     R"({"made":true,"replaced":false,"files":["…/恢复单-1.html"],"checks":["XXXXX-XXXXX"],"streams":34})"},
    {"recover drill", R"({"drilled":"2026-04-02","next_by":"2027-04-02","streams":34})"},
    {"recover grant --for", R"({"file","with"})"},
    {"recover grant", R"({"granted":3})"},
    {"recover use",
     R"({"recovered":true,"device":"hex","name","known":false,"stopped":["8 hex digits"],"left":0,"streams":34})"},
    {"sync",
     R"({"round_trips","bytes_up","bytes_down","records_up","records_down","envelopes_up","envelopes_down","unsent","conflicts","refused","parked","forks","server_lost_data":false,"alarms":[],"keys_missing":0,"joined":true, if it just did, "filed":2,"to_complete":[{"entity","id"}], of what was kept before, "gone":[{"village","to","unsent","late","dropped":true}], handed over or left, "service_to":"2026-04-30", if announced})"},
    {"bundle export",
     R"({"file","envelopes","records","receipts","entries","bytes","recipients","left"})"},
    {"bundle import",
     R"({"from","envelopes","merged","records","waiting","duplicates","refused","undecided","unproved","receipts","entries","relay","cut":false,"alarms":[]})"},
    {"shred", R"({"shredded":true,"copied":0})"},
    {"status",
     R"({"township":"hex","device":"hex","state":"筹备|正式启用|试用","practice":false,"missing":["second_admin_device|recovery_kit|recovery_drill|roster|cadres|pairings|invitations|root_away", the desk's, until it opens],"recovery":{"kit":true,"drilled":"2026-04-02 or null","due":false},"server","unsealed","waiting","delivered","unsent","alone","copied","parked","late", an admin's,"conflicts","continuation","unlock_code_holders":2,"unlock_code_used":"2026-04-02, if ever","unlock_code_used_elsewhere":[{"device":"8 hex","on"}],"device_state":"在用|已停用","keys_missing":0,"alarms_unseen":0,"digits":"123456, to be read to the admin","streams":[{"label","kind","index","registered"}]}; before joining {"joined":false,"code_waiting":true,"unsent":2})"},
    {"alarms", R"({"unseen":0,"alarms":[{"when","text","seen":true}]})"},
    {"doctor",
     R"({"ok":true,"faults":[],"missing":[{"entity","field","rows"}],"duplicates":{"people":0,"households":0},"memory_locked":true,"state_hash":{stream:hex}})"},
    {"doctor heal",
     R"({"healed":true,"ended":2,"rotated":14,"again":[{"seq","what"}]})"},
    {"schema",
     R"({"version","entities":[{"number","name","table","zh","command","scope","companion_of","fields":[{"number","name","zh","en","type","kind","repeated","unit","need","merge","privacy","search","ref","gate","values":[],"columns":[]}]}]})"},
};
// clang-format on

void print_one(Call& call, const Command& command) {
  call.out.say(command.zh, command.en);
  for (const std::string& line : split(command.usage, "\n")) call.out.text(cat("  minqing ", line));
  if (command.run != run_record) return;
  call.out.say(cat("每一项都可以用 --标识 内容 来写;全部标识:minqing schema ", command.name),
               cat("every field is a flag; all of them: minqing schema ", command.name));
}

void print_all(Call& call) {
  call.out.say("minqing(民情):没有信号也能记走访和民情日记,有信号时加密对账。",
               "minqing: visits and diaries without signal, reconciled encrypted.");
  call.out.say("用法:minqing [--home 文件夹|--user 名字] 命令 …  (各命令都可加 --json)",
               "usage: minqing [--home DIR|--user NAME] COMMAND …  (every command takes --json)");
  std::vector<std::vector<std::string>> lines;
  for (const Command& command : commands()) {
    lines.push_back({command.name, std::string(call.out.pick(command.zh, command.en))});
  }
  call.out.table({std::string(call.out.pick("命令", "command")), ""}, lines);
  call.out.say("口令:环境变量 MINQING_PASSPHRASE、--passphrase-file 文件,或在提示时输入",
               "passphrase: MINQING_PASSPHRASE, --passphrase-file FILE, or at the prompt");
}

}  // namespace

Status run_help(Call& call) {
  const std::string topic = call.args.word(0) == "help" ? call.args.word(1) : call.args.word(0);
  if (topic == "json") {
    for (const Shape& shape : kShapes) {
      call.out.object()[shape.command] = shape.shape;
      call.out.text(cat(shape.command, "\n  ", shape.shape));
    }
    return {};
  }
  Json list = Json::array();
  bool found = topic.empty();
  for (const Command& command : commands()) {
    if (!topic.empty() && topic != command.name) continue;
    found = true;
    list.push_back(
        {{"name", command.name}, {"usage", command.usage}, {"zh", command.zh}, {"en", command.en}});
    if (!topic.empty()) print_one(call, command);
  }
  if (!found) return call.usage(cat("没有命令 ", topic), cat("no command ", topic));
  if (topic.empty()) print_all(call);
  call.out.object()["commands"] = std::move(list);
  return {};
}

}  // namespace mq::cli
