// alarms: what this person was told of devices, roles, readers and cuts; seen or not.
#include "../home.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/sync/membership.h"

namespace mq::cli {

Status run_alarms(Call& call) {
  MQ_CHECK(only_flags(call, {}));
  const std::string verb = call.args.word(1);
  if (!verb.empty() && verb != "seen") {
    return call.usage("用法:alarms,看过以后 alarms seen", "usage: alarms, then alarms seen");
  }
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const std::vector<sync::KeptAlarm> kept, sync::kept_alarms(home->vault()));
  if (verb == "seen") MQ_CHECK(sync::alarms_seen(home->vault()));
  MQ_TRY(const std::uint64_t unseen, sync::unseen_alarms(home->vault()));
  Json list = Json::array();
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const sync::KeptAlarm& one = kept[i];
    const bool fresh = i + unseen >= kept.size();
    const std::string text(call.out.pick(one.alarm.zh, one.alarm.en));
    const std::string when = shanghai_minute(one.when);
    list.push_back({{"when", when}, {"text", text}, {"seen", !fresh}});
    if (verb.empty()) call.out.text(cat(fresh ? "* " : "  ", when, "  ", text));
  }
  call.out.object() = {{"unseen", unseen}, {"alarms", std::move(list)}};
  if (kept.empty()) call.out.say("没有提醒", "no alarms");
  return {};
}

}  // namespace mq::cli
