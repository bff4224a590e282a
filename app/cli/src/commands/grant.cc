// grant: hands a member's devices the keys again, where a box did not fit.
#include "../contact.h"
#include "../home.h"
#include "../member_names.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/sync/membership.h"

namespace mq::cli {

Status run_grant(Call& call) {
  MQ_CHECK(only_flags(call, {}));
  const std::string name = call.args.word(1);
  if (name.empty()) return call.usage("用法:grant 姓名", "usage: grant NAME");
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_CHECK(home->place());
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect());
  MQ_CHECK(contact_first(call, *home, *transport));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const MemberNames names, MemberNames::of(*home, place));
  MQ_TRY(const PersonId person, names.person(name));
  MQ_TRY(const sync::Granted done,
         sync::grant_keys(person, member_of(*home, *transport, call.world)));
  call.out.object() = {{"granted", done.keys},
                       {"devices", done.devices},
                       {"lacking", done.lacking},
                       {"uncompared", done.uncompared}};
  call.out.say(
      cat("已给 ", name, " 的 ", done.devices, " 台设备钥匙 ", done.keys, " 把;他下次联系时取到。"),
      cat("granted ", name, " ", done.keys, " keys on ", done.devices,
          " devices; taken at the next contact"));
  if (done.lacking > 0) {
    call.out.warn(
        cat("有 ", done.lacking, " 把钥匙这台设备也没有,请在另一台管理员设备上再办一次"),
        cat(done.lacking, " keys are not held here; do it on another admin's device too"));
  }
  if (done.uncompared > 0) {
    call.out.warn(cat("有 ", done.uncompared, " 台管理员或督查的设备还没有核对数字,没有给钥匙"),
                  cat(done.uncompared, " devices of an admin or supervisor were not compared yet"));
  }
  return {};
}

}  // namespace mq::cli
