// leave: somebody's service ends after a day; every right of his ends then.
#include "../contact.h"
#include "../home.h"
#include "../membership_text.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/sync/leaving.h"
#include "mq/work/entry.h"
#include "mq/work/handover.h"

namespace mq::cli {

namespace {

Result<Date> last_day_of(Call& call) {
  auto typed = call.args.required("on");
  if (!typed.ok()) return call.usage(std::move(typed).error());
  const auto day = Date::parse_iso(*typed);
  if (day && day->days > 0) return *day;
  return call.usage(cat("--on 应是日期,如 2026-04-30:", *typed),
                    cat("--on: a date such as 2026-04-30, not ", *typed));
}

Status check(const work::Workplace& place, const work::Cadre& cadre) {
  if (!place.is_admin()) {
    return Error{Code::kNotAllowed, "离岗由乡镇管理员办理", "only an admin ends a service"};
  }
  if (cadre.member == place.member) {
    return Error{Code::kNotAllowed, "离岗:不能办自己的,请另一位管理员办理",
                 "nobody ends his own service; ask another admin"};
  }
  return {};
}

Status note_day(const work::Workplace& place, const work::Cadre& cadre, Date day) {
  MQ_TRY(const work::Outcome noted,
         work::amend(place, *place.vault.schema().entity("Cadre"), cadre.id,
                     {{"service_to", day.iso()}}, place.vault.view()));
  if (!noted.ok()) return work::refused(noted.faults);
  return {};
}

// What would be left without anybody; said, never in the way.
Status warn_of_charge(Call& call, const work::Workplace& place, const work::Cadre& cadre) {
  MQ_TRY(const work::Charge charge, work::charge_of(place, cadre.id));
  call.out.object()["pairings"] = charge.pairings;
  call.out.object()["issues"] = charge.issues;
  call.out.object()["commitments"] = charge.commitments;
  call.out.object()["disputes"] = charge.disputes;
  if (charge.pairings + charge.issues + charge.commitments + charge.disputes == 0) return {};
  call.out.warn(cat(cadre.name, " 名下还有结对 ", charge.pairings, " 户、未办结事项 ",
                    charge.issues, " 件、承诺 ", charge.commitments, " 项、纠纷 ", charge.disputes,
                    " 件:请用 handover 移交"),
                cat(cadre.name, " still has ", charge.pairings, " pairings, ", charge.issues,
                    " open issues, ", charge.commitments, " promises and ", charge.disputes,
                    " disputes: hand them over"));
  return {};
}

void tell(Call& call, const work::Cadre& cadre, Date day, const sync::Left& left) {
  call.out.object()["name"] = cadre.name;
  call.out.object()["on"] = day.iso();
  call.out.object()["announced"] = left.announced;
  call.out.object()["rights"] = left.rights;
  if (left.announced) {
    call.out.say(cat("已登记:", cadre.name, " 的工作到 ", day.iso(),
                     " 为止;到期后他的权限自动结束。请他在那之前 sync。"),
                 cat("noted: ", cadre.name, " serves until ", day.iso(),
                     "; his rights end after it. He should sync before that"));
    return;
  }
  call.out.say(cat(cadre.name, " 已离岗:权限已结束,截止到已收妥的 ", left.ended.envelopes,
                   " 件;之后送到的由乡镇核收。已为 ", left.ended.rotated, " 条数据流换新钥匙。"),
               cat(cadre.name, " has left: rights ended, the ", left.ended.envelopes,
                   " envelopes that the server holds stay, what comes later is decided on; new "
                   "keys for ",
                   left.ended.rotated, " streams"));
  tell_cutoff(call, left.ended);
}

}  // namespace

Status run_leave(Call& call) {
  MQ_CHECK(only_flags(call, {"on", "reason"}));
  if (call.args.word(1).empty()) {
    return call.usage("用法:leave 姓名 --on 日期 [--reason 原因]",
                      "usage: leave NAME --on DATE [--reason R]");
  }
  MQ_TRY(const Date day, last_day_of(call));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect());
  MQ_CHECK(contact_first(call, *home, *transport));
  MQ_TRY(const work::Cadre cadre, work::Directory(place).cadre(call.args.word(1)));
  MQ_CHECK(check(place, cadre));
  sync::Left left;
  if (cadre.member && place.control.person(*cadre.member) != nullptr) {
    MQ_TRY(left, sync::leave_service({*cadre.member, static_cast<std::uint32_t>(day.days),
                                      call.args.value("reason").value_or("")},
                                     member_of(*home, *transport, call.world)));
  }
  MQ_CHECK(home->saving([&] { return note_day(place, cadre, day); }));
  MQ_CHECK(reconcile(call, *home, *transport));
  tell(call, cadre, day, left);
  return warn_of_charge(call, place, cadre);
}

}  // namespace mq::cli
