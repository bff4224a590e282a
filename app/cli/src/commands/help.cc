// help: every command from the one table, with its fields and examples; `help json` describes the
// shapes of --json, `help man` writes manual pages, and topics say what people do with all that.
#include "../command_examples.h"
#include "../command_words.h"
#include "../help_topics.h"
#include "../manual.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/model/schema.h"

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
    {"help", R"({"commands":[{"name","usage","zh","en","flags":["--date"],"examples":[{"line","zh","en","alone":true, if it needs no other record}]}],"topics":[{"name","english","text"}]})"},
    {"help man", R"({"folder","files":58})"},
    {"completion", R"({"shell":"bash|zsh","script":"…"})"},
    {"programme show|set|add",
     R"({"programmes":[{"id","title","from","to","needs":["健康"],"auto_lock_minutes":0,"rotate_days":0}],"quota":{"县级":4},"days":{"县级":10},"interval":{"监测":30},"month":{"first_day":1,"hand_up_day":25,"late_rule":"补报上期"},"complaint_phone":"07195550123"})"},
    {"import",
     R"({"file","header_line","data_lines","stored","unchanged","refused","duplicates","left_alone","elsewhere","held_back","refused_columns":[],"unread_columns":[headers],"passed_over":[{"line","text"}],"faults":[{"line","column","fate":"normalised|flagged|duplicate|refused","was","now","left_alone":true, if nothing of the line was stored,"why"}],"missing":[],"missing_people":[],"new_villages":[],"sheet": of a workbook,"unread_sheets":[]})"},
    {"fill",
     R"({"file","about":"户","lines":12,"columns":[{"header","field","filled"}],"unknown":[headers],"masked":[headers],"sheet", of a workbook,"unread_sheets":[names],"standing":[{"line":5,"what":"sample|example|unknown"}], rows under the header that held something,"standing_stays":true,"version":2, with --to, "before":{"on","version","lines","changed","new","gone","gone_ids":[16 hex digits]}, if handed out before}; unclear (exit 3): {"questions":[{"header", empty: what a line is,"candidates":[]}]})"},
    {"fill --history",
     R"({"count":1,"rows":[{"id","on","to","title","version","lines","where","basis","changes_only"}]})"},
    {"visit|diary|issue|household|person|cadre|pairing|unit|calendar|profile add|amend|cancel",
     R"({"saved":true,"id":"hex","issue":"hex, of the need's issue","person":"hex, of the head","faults":[{"field","why"}],"flags":[…],"local":true, if kept until it has joined})"},
    {"meeting|opinion|reception|deed|commitment|dispute add|amend|cancel",
     R"({as of visit; opinion: "issue":"hex", of what was referred})"},
    {"handout, each of its moves", R"({as of commitment})"},
    {"commitment|dispute, each of its moves", R"({as of visit; refused: "faults":[{"field":"state","why": what it is and what can be done}]})"},
    {"household split|merge|head|move, person merge, unit merge, change undo",
     R"({"saved":true,"id":"hex, of the change","household":"hex, of a split","faults":[{"field","why"}],"flags":[…]})"},
    {"household|person duplicates",
     R"({"count":1,"rows":[{"a":"hex","b":"hex","a_text","b_text","a_household_no","b_household_no","why"}]})"},
    {"household|person distinct", R"({"saved":true,"id":"hex"})"},
    {"issue overdue",
     R"({"as_of":"2026-03-31 10:00","clock_doubtful":false,"units":[{"unit","open":3,"overdue":1,"issues":[{"id":"hex","no","title","due","extended":false,"days":2}]}]})"},
    {"… show",
     R"({"id":"hex", fields by identifier (money in 分), "cancelled":false,"contested":false}; household and person: sensitive fields too, "withheld":[those without a key here]; issue: "held_by","held_since", while it is open)"},
    {"… list", R"({"count":1,"rows":[as show, without sensitive fields]})"},
    {"today",
     R"({"date","clock_doubtful","server_time","items":[{"kind","entity","id","what","when"}],"pairs","pairs_due","unsent","alone","copied","waiting":0,"duplicates":0, the desk's})"},
    {"search", R"({"count":1,"rows":[as show, with "entity"],"more":false})"},
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
     R"({"count":1,"signed":[{"id","report","period","version","by","at","digest","reason","outdone":true, if another desk signed the same version later}]})"},
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
    {"visit|diary print", R"({"file","records":12})"},
    {"household card", R"({"file","cards":3})"},
    {"household show --for-person", R"({"records":[{"heading","number","marks":["补录"],"lines":[{"label","text"}]}], with -o also "file"})"},
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
     R"({"township":"hex","device":"hex","state":"筹备|正式启用|试用","practice":false,"missing":["second_admin_device|recovery_kit|recovery_drill|roster|cadres|pairings|invitations|root_away", the desk's, until it opens],"recovery":{"kit":true,"drilled":"2026-04-02 or null","due":false},"server","unsealed","waiting","delivered","unsent","alone","copied","parked","late", an admin's,"conflicts","continuation","log_parted":false,"known_to_server":true,"unlock_code_holders":2,"unlock_code_used":"2026-04-02, if ever","unlock_code_used_elsewhere":[{"device":"8 hex","on"}],"device_state":"在用|已停用","keys_missing":0,"alarms_unseen":0,"digits":"123456, to be read to the admin","streams":[{"label","kind","index","registered"}]}; before joining {"joined":false,"code_waiting":true,"unsent":2})"},
    {"alarms", R"({"unseen":0,"alarms":[{"when","text","seen":true}]})"},
    {"doctor",
     R"({"ok":true,"faults":[],"missing":[{"entity","field","rows"}],"duplicates":{"people":0,"households":0},"memory_locked":true,"state_hash":{stream:hex}})"},
    {"doctor heal",
     R"({"healed":true,"ended":2,"rotated":14,"again":[{"seq","what"}]})"},
    {"schema",
     R"({"version","entities":[{"number","name","table","zh","command","scope","companion_of","fields":[{"number","name","zh","en","type","kind","repeated","unit","need","merge","privacy","search","ref","gate","values":[],"columns":[]}]}]})"},
};
// clang-format on

// What a person may write behind the field's flag.
std::string values_text(const model::Field& field) {
  std::vector<std::string> values;
  for (const model::EnumValue& value : field.values) {
    if (!value.zh.empty()) values.push_back(value.zh);
  }
  if (field.type == model::FieldType::kBool) values = {"是", "否"};
  return values.empty() ? field.rule.unit() : join(values, "、");
}

void print_fields(Call& call, const Command& command) {
  std::vector<std::vector<std::string>> lines;
  for (const model::Field& field : model::Schema::current().entity(command.name)->fields) {
    if (field.rule.system()) continue;
    lines.push_back({cat("--", field.name), call.out.english() ? field.rule.en() : field.zh,
                     need_mark(field), values_text(field)});
  }
  call.out.table({"项", "", "必填", "取值"}, lines);
  explain_marks(call.out);
}

void print_one(Call& call, const Command& command) {
  call.out.say(command.zh, command.en);
  for (const std::string& line : split(command.usage, "\n")) call.out.text(cat("  minqing ", line));
  if (command.run == run_record) print_fields(call, command);
  call.out.say("例子:", "examples:");
  for (const Example& example : examples_of(command.name)) {
    call.out.text(cat("  minqing ", example.line));
    call.out.say(cat("      ", example.zh), cat("      ", example.en));
  }
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
  call.out.table({"命令", ""}, lines);
  std::vector<std::string> topics{"json"};
  for (const HelpTopic& topic : help_topics()) {
    topics.emplace_back(call.out.pick(topic.name, topic.english));
  }
  call.out.say(cat("一个命令的例子:minqing help 命令;怎么做:minqing help ", join(topics, "|")),
               cat("one command: minqing help COMMAND; how to: minqing help ", join(topics, "|")));
  if (call.out.english()) {
    call.out.text(
        "Messages and heads are in English; labels and values of forms and ledgers stay "
        "as the offices print them.");
  }
  call.out.say("口令:环境变量 MINQING_PASSPHRASE、--passphrase-file 文件,或在提示时输入",
               "passphrase: MINQING_PASSPHRASE, --passphrase-file FILE, or at the prompt");
}

Json command_json(const Command& command) {
  Json examples = Json::array();
  for (const Example& example : examples_of(command.name)) {
    examples.push_back(
        {{"line", example.line}, {"zh", example.zh}, {"en", example.en}, {"alone", example.alone}});
  }
  return {{"name", command.name}, {"usage", command.usage},     {"zh", command.zh},
          {"en", command.en},     {"flags", flags_of(command)}, {"examples", std::move(examples)}};
}

Status help_shapes(Call& call) {
  for (const Shape& shape : kShapes) {
    call.out.object()[shape.command] = shape.shape;
    call.out.text(cat(shape.command, "\n  ", shape.shape));
  }
  return {};
}

Status help_manual(Call& call) {
  const auto folder = call.args.value("o");
  if (!folder) return call.usage("用法:help man -o 文件夹", "usage: help man -o FOLDER");
  MQ_CHECK(call.world.files.make_folder(*folder));
  const auto pages = manual_pages(call.out.english());
  for (const auto& [name, text] : pages) {
    MQ_CHECK(call.world.files.replace(cat(*folder, "/", name), view_of(text)));
  }
  call.out.object() = {{"folder", *folder}, {"files", pages.size()}};
  call.out.say(cat("手册页 ", pages.size(), " 个,在 ", *folder, ";例如 man -l ", *folder,
                   "/minqing-visit.1"),
               cat(pages.size(), " manual pages in ", *folder, "; e.g. man -l ", *folder,
                   "/minqing-visit.1"));
  return {};
}

Json topic_json(Call& call, const HelpTopic& topic) {
  return {{"name", topic.name},
          {"english", topic.english},
          {"text", call.out.pick(topic.zh, topic.en)}};
}

}  // namespace

Status run_help(Call& call) {
  const std::string topic = call.args.word(0) == "help" ? call.args.word(1) : call.args.word(0);
  if (topic == "json") return help_shapes(call);
  if (topic == "man") return help_manual(call);
  Json list = Json::array();
  for (const Command& command : commands()) {
    if (!topic.empty() && topic != command.name) continue;
    list.push_back(command_json(command));
    if (!topic.empty()) print_one(call, command);
  }
  Json topics = Json::array();
  for (const HelpTopic& one : help_topics()) topics.push_back(topic_json(call, one));
  // A topic may bear a command's name, as passphrase does in English: both are told then.
  if (const HelpTopic* named = help_topic(topic); named != nullptr) {
    if (!list.empty()) call.out.text("");
    call.out.text(call.out.pick(named->zh, named->en));
    topics = Json::array({topic_json(call, *named)});
  } else if (list.empty()) {
    return call.usage(cat("没有命令或题目 ", topic), cat("no command or topic ", topic));
  }
  if (topic.empty()) print_all(call);
  call.out.object()["commands"] = std::move(list);
  call.out.object()["topics"] = std::move(topics);
  return {};
}

}  // namespace mq::cli
