#include "membership_text.h"

#include "mq/base/text.h"

namespace mq::cli {

void tell_cutoff(Call& call, const sync::Cutoff& done) {
  Json& object = call.out.object();
  object["chains"] = done.chains;
  object["streams"] = done.streams;
  object["envelopes"] = done.envelopes;
  object["rotated"] = done.rotated;
  object["left"] = done.left;
  if (done.left == 0) return;
  call.out.warn(cat("还有 ", done.left,
                    " 条数据流没有换完钥匙:本机或另一台管理员设备下次 sync 时自动接着换。"),
                cat("keys of ", done.left,
                    " streams are still to be changed: this or another admin's device goes on at "
                    "its next sync"));
}

std::vector<std::string> alarm_texts(const Call& call, const std::vector<sync::Alarm>& alarms) {
  std::vector<std::string> out;
  for (const sync::Alarm& alarm : alarms) {
    out.emplace_back(call.out.pick(alarm.zh, alarm.en));
  }
  return out;
}

}  // namespace mq::cli
