// handover: a village passes from one cadre to another, with pairings, open issues, right and keys.
#include "mq/work/handover.h"

#include "../contact.h"
#include "../home.h"
#include "../membership_text.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/sync/leaving.h"

namespace mq::cli {

namespace {

Result<std::optional<Date>> day_of(Call& call) {
  const auto typed = call.args.value("on");
  if (!typed) return std::optional<Date>();
  const auto day = Date::parse_iso(*typed);
  if (day) return day;
  return call.usage(cat("--on 应是日期,如 2026-04-02:", *typed),
                    cat("--on: a date such as 2026-04-02, not ", *typed));
}

struct Parties {
  work::Cadre from, to;
  work::Village village;
};

Result<Parties> parties_of(Call& call, const work::Workplace& place) {
  const work::Directory directory(place);
  Parties parties;
  MQ_TRY(parties.from, directory.cadre(*call.args.value("from")));
  MQ_TRY(parties.to, directory.cadre(*call.args.value("to")));
  MQ_TRY(parties.village, directory.village(*call.args.value("village")));
  return parties;
}

sync::PassOptions pass_of(Call& call, Home& home, const Parties& parties) {
  sync::PassOptions pass{parties.from.member, parties.to.member, {}, ""};
  pass.reason = call.args.value("reason").value_or("");
  for (const vault::StreamIx ix : {parties.village.stream, parties.village.private_stream}) {
    if (const vault::StreamInfo* stream = home.vault().stream(ix)) {
      pass.streams.push_back(stream->id);
    }
  }
  return pass;
}

void tell_rows(Call& call, const Parties& parties, const work::HandedOver& moved) {
  call.out.object() = {{"village", parties.village.name},
                       {"from", parties.from.name},
                       {"to", parties.to.name},
                       {"on", moved.on.iso()},
                       {"pairings", moved.pairings},
                       {"issues", moved.issues},
                       {"commitments", moved.commitments},
                       {"disputes", moved.disputes}};
  call.out.say(
      cat(parties.village.name, "已由 ", parties.from.name, " 移交给 ", parties.to.name, "(",
          moved.on.iso(), " 起):结对 ", moved.pairings, " 户、未办结事项 ", moved.issues,
          " 件、承诺 ", moved.commitments, " 项、纠纷 ", moved.disputes, " 件"),
      cat(parties.village.name, " passes from ", parties.from.name, " to ", parties.to.name, " on ",
          moved.on.iso(), ": ", moved.pairings, " pairings, ", moved.issues, " open issues, ",
          moved.commitments, " promises, ", moved.disputes, " disputes"));
}

void tell_right(Call& call, const Parties& parties, const sync::Passed& passed) {
  call.out.object()["given"] = passed.given;
  call.out.object()["invites"] = passed.invites;
  if (!passed.given) {
    call.out.warn(cat(parties.to.name, " 还没有加入:请发邀请 invite --role cadre --name ",
                      parties.to.name, " --village ", parties.village.name),
                  cat(parties.to.name, " has not joined: invite --role cadre --name ",
                      parties.to.name, " --village ", parties.village.name));
  }
  call.out.say(cat(parties.from.name, " 在这个村的记录截止到已收妥的 ", passed.ended.envelopes,
                   " 件,之后送到的由乡镇核收,归 ", parties.to.name, ";已为 ", passed.ended.rotated,
                   " 条数据流换新钥匙。"),
               cat("the ", passed.ended.envelopes, " envelopes of ", parties.from.name,
                   " that the server holds stay; what comes later is decided on and is ",
                   parties.to.name, "'s; new keys for ", passed.ended.rotated, " streams"));
  tell_cutoff(call, passed.ended);
}

}  // namespace

Status run_handover(Call& call) {
  MQ_CHECK(only_flags(call, {"from", "to", "village", "on", "reason"}));
  for (const std::string_view flag : {"from", "to", "village"}) {
    auto typed = call.args.required(flag);
    if (!typed.ok()) return call.usage(std::move(typed).error());
  }
  MQ_TRY(const std::optional<Date> on, day_of(call));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home->connect());
  MQ_CHECK(contact_first(call, *home, *transport));
  MQ_TRY(const Parties parties, parties_of(call, place));
  work::HandoverOptions options{parties.from.id, parties.to.id, parties.village, on, ""};
  options.reason = call.args.value("reason").value_or("");
  work::HandedOver moved;
  MQ_CHECK(home->saving([&]() -> Status {
    MQ_TRY(moved, work::hand_over(place, options));
    return {};
  }));
  tell_rows(call, parties, moved);
  call.out.object()["right"] = place.is_admin();
  if (!place.is_admin()) {
    MQ_CHECK(reconcile(call, *home, *transport));
    call.out.warn("权限和钥匙还没有移交:请管理员在他的设备上再运行一次这条命令",
                  "right and keys have not passed yet: an admin runs this command too");
    return {};
  }
  MQ_TRY(const sync::Passed passed,
         sync::pass_right(pass_of(call, *home, parties), member_of(*home, *transport, call.world)));
  MQ_CHECK(reconcile(call, *home, *transport));
  tell_right(call, parties, passed);
  return {};
}

}  // namespace mq::cli
