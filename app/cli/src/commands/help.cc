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

constexpr Shape kShapes[] = {
    {"(any, on failure)", R"({"error":{"exit":3,"message":"…"}} beside what the command gives)"},
    {"org create", R"({"township":"hex","state":"筹备","county_root":"hex, unless --root-out"})"},
    {"invite", R"({"code":"…","expires":"2026-03-31"})"},
    {"join", R"({"joined":true,"villages":["…"]})"},
    {"members",
     R"({"members":[{"name","person","roles":[],"devices":1,"invited":false,"me":false}]})"},
    {"programme show", R"({"programmes":[{"id","title","from","to"}],"quota":{"县级":4}})"},
    {"import",
     R"({"file","header_line","data_lines","stored","unchanged","refused","duplicates","faults":[{"line","column","fate":"normalised|flagged|duplicate|refused","was","now","why"}],"missing":[],"new_villages":[]})"},
    {"visit|diary|issue|household|person add|amend|cancel",
     R"({"saved":true,"id":"hex","issue":"hex, if one was made","faults":[{"field","why"}],"flags":[…]})"},
    {"… show", R"({"id":"hex", fields by identifier, "cancelled":false,"contested":false})"},
    {"… list", R"({"count":1,"rows":[as show]})"},
    {"today",
     R"({"date","clock_doubtful","items":[{"kind","entity","id","what","when"}],"pairs","pairs_due","unsent"})"},
    {"search", R"({"count":1,"rows":[as show, with "entity"]})"},
    {"conflicts",
     R"({"count":1,"conflicts":[{"id","entity","field","claims":[{"value","author","shown","recorded","clock_doubtful"}]}]})"},
    {"history",
     R"({"id","entity","entries":[{"field","value","author","device_time","bracket"}]})"},
    {"report",
     R"({"report","title","period":{"from","to"},"basis":{…,"complete":{村:[{"people":7,"until":"2026-03-25"}]}},"columns":[…],"rows":[{列名:值}],"totals":{…}}; ratios {"numerator","denominator"}, money in 分, dates ISO)"},
    {"sync",
     R"({"round_trips","bytes_up","bytes_down","records_up","records_down","unsent","conflicts","alarms":[]…})"},
    {"status",
     R"({"unsealed","waiting","delivered","unsent","parked","conflicts","continuation","streams":[…]})"},
    {"doctor",
     R"({"ok":true,"faults":[],"missing":[{"entity","field","rows"}],"state_hash":{stream:hex}})"},
    {"schema", R"({"version","entities":[{"number","name","zh","fields":[…]}]})"},
};

void print_one(Call& call, const Command& command) {
  call.out.say(command.zh, command.en);
  for (const std::string& line : split(command.usage, "\n")) call.out.text(cat("  minqing ", line));
}

void print_all(Call& call) {
  call.out.say("minqing(民情):没有信号也能记走访和民情日记,有信号时加密对账。",
               "minqing: visits and diaries without signal, reconciled encrypted.");
  call.out.say("用法:minqing --home 文件夹 命令 …  (各命令都可加 --json)",
               "usage: minqing --home DIR COMMAND …  (every command takes --json)");
  std::vector<std::vector<std::string>> lines;
  for (const Command& command : commands()) {
    lines.push_back({command.name, std::string(call.out.pick(command.zh, command.en))});
  }
  call.out.table({std::string(call.out.pick("命令", "command")), ""}, lines);
  call.out.say("密码:环境变量 MINQING_PASSPHRASE、--passphrase-file 文件,或在提示时输入",
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
