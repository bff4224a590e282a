// replace: a lost or broken phone is stopped, and a new code stands for its owner.
#include "../contact.h"
#include "../home.h"
#include "../member_names.h"
#include "../membership_text.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/sync/membership.h"

namespace mq::cli {

namespace {

Result<sync::ReplaceOptions> options_of(Call& call, const work::Workplace& place,
                                        const MemberNames& names, const std::string& name) {
  sync::ReplaceOptions options;
  MQ_TRY(options.person, names.person(name));
  for (const std::string& typed : call.args.values("device")) {
    MQ_TRY(const DeviceId device, device_by_number(place, names, typed));
    if (place.control.device(device)->person != options.person) {
      return Error{Code::kInvalidInput, cat("设备 ", typed, " 不是 ", name, " 的"),
                   cat("device ", typed, " is not one of ", name)};
    }
    options.devices.push_back(device);
  }
  options.reason = call.args.value("reason").value_or("");
  return options;
}

}  // namespace

Status run_replace(Call& call) {
  MQ_CHECK(only_flags(call, {"person", "device", "reason"}));
  auto name = call.args.required("person");
  if (!name.ok()) return call.usage(std::move(name).error());
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_CHECK(home->place());
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect());
  MQ_CHECK(contact_first(call, *home, *transport));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const MemberNames names, MemberNames::of(*home, place));
  MQ_TRY(const sync::ReplaceOptions options, options_of(call, place, names, *name));
  MQ_TRY(const sync::Replaced done,
         sync::replace_person(options, member_of(*home, *transport, call.world)));
  const std::string until = Date{static_cast<std::int32_t>(done.last_day)}.iso();
  Json stopped = Json::array();
  for (const DeviceId& device : done.stopped) stopped.push_back(short_number(device.view()));
  call.out.object() = {{"code", done.code}, {"expires", until}, {"stopped", std::move(stopped)}};
  call.out.say(cat("已停用 ", *name, " 的旧设备 ", done.stopped.size(),
                   " 台,它之后送来的记录进 待核收;新邀请码(到 ", until, " 为止):"),
               cat("stopped ", done.stopped.size(), " devices of ", *name,
                   ", what they send later waits for a decision; new code, until ", until, ":"));
  call.out.text(done.code);
  tell_cutoff(call, done.cutoff);
  return {};
}

}  // namespace mq::cli
