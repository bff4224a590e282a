// sync: one contact with the server; --watch stays and reconciles whenever something is new.
#include "../farewell.h"
#include "../home.h"
#include "../joining.h"
#include "../membership_text.h"
#include "all.h"
#include "mq/base/text.h"

namespace mq::cli {

namespace {

constexpr int kWatchWaitMs = 60'000;

void tell(Call& call, const sync::SyncReport& report, const vault::Delivery& delivery) {
  Json& json = call.out.object();
  json.update({{"round_trips", report.round_trips},
               {"bytes_up", report.bytes_up},
               {"bytes_down", report.bytes_down},
               {"records_up", report.transactions_up},
               {"records_down", report.transactions_down},
               {"envelopes_up", report.envelopes_up},
               {"envelopes_down", report.envelopes_down},
               {"refused", report.refused},
               {"parked", report.parked},
               {"forks", report.forks},
               {"server_lost_data", report.server_lost_data},
               {"alarms", alarm_texts(call, report.alarms)},
               {"keys_missing", report.keys_missing},
               {"unsent", delivery.unsealed + delivery.sealed_waiting},
               {"conflicts", delivery.conflicts}});
  call.out.say(cat("已送到(县里已收妥):送出 ", report.transactions_up, " 笔,收到 ",
                   report.transactions_down, " 笔;往返 ", report.round_trips, " 次,上行 ",
                   report.bytes_up, " 字节,下行 ", report.bytes_down, " 字节"),
               cat("delivered: ", report.transactions_up, " sent, ", report.transactions_down,
                   " received; ", report.round_trips, " round trips, ", report.bytes_up,
                   " bytes up, ", report.bytes_down, " down"));
  if (delivery.conflicts > 0) {
    call.out.say(cat("两种说法 ", delivery.conflicts, " 处;用 minqing conflicts 查看"),
                 cat(delivery.conflicts, " conflicts; see minqing conflicts"));
  }
  if (report.refused > 0) {
    call.out.say(cat("有 ", report.refused, " 件待核收:记录都在本机,请告诉乡镇"),
                 cat(report.refused, " not accepted yet: kept here, tell the township"));
  }
  if (report.keys_missing > 0) {
    call.out.say(cat("缺钥匙的数据流 ", report.keys_missing, " 条:请管理员运行 grant 你的姓名"),
                 cat("keys of ", report.keys_missing,
                     " streams are missing: ask an admin to grant "
                     "you again"));
  }
  for (const sync::Alarm& alarm : report.alarms) call.out.warn(alarm.zh, alarm.en);
}

// With a code that waited for signal it joins first.
Result<sync::SyncReport> contact(Call& call, Home& home) {
  MQ_TRY(const std::optional<std::string> code, waiting_code(home));
  if (code) {
    MQ_TRY(sync::SyncReport report, join_by_code(call, home, *code));
    call.out.object()["joined"] = true;
    call.out.say("已加入乡镇", "joined the township");
    return report;
  }
  MQ_CHECK(home.place());
  MQ_TRY(const std::unique_ptr<sync::Transport> transport, home.connect());
  return reconcile(call, home, *transport);
}

Status once(Call& call) {
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const sync::SyncReport report, contact(call, *home));
  MQ_TRY(const vault::Delivery delivery, home->vault().delivery());
  tell(call, report, delivery);
  return say_farewell(call, *home);
}

// The home is open only during a contact, so that recording goes on while this waits.
Status watch(Call& call) {
  std::unique_ptr<sync::Transport> line;
  for (;;) {
    Status done = once(call);
    if (!done.ok() && done.error().code != Code::kUnavailable) return done;
    if (!done.ok()) call.out.warn(done.error().zh, done.error().en);
    MQ_CHECK(wait_for_news(call, line, kWatchWaitMs));
  }
}

}  // namespace

Status run_sync(Call& call) {
  MQ_CHECK(only_flags(call, {"watch"}));
  return call.args.has("watch") ? watch(call) : once(call);
}

}  // namespace mq::cli
