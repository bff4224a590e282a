// today: what waits for me. About oneself, never about others.
#include "mq/work/today.h"

#include "../home.h"
#include "../unsent_text.h"
#include "all.h"
#include "mq/base/text.h"
#include "mq/work/duplicates.h"

namespace mq::cli {

namespace {

struct KindName {
  work::TodayItem::Kind kind;
  const char* name;
  const char* zh;
};
constexpr KindName kKinds[] = {{work::TodayItem::Kind::kOverdue, "overdue", "已到期"},
                               {work::TodayItem::Kind::kDue, "due", "快到期"},
                               {work::TodayItem::Kind::kNotSeen, "not_seen", "久未见到"},
                               {work::TodayItem::Kind::kDraft, "draft", "草稿"},
                               {work::TodayItem::Kind::kCallback, "callback", "待回访"},
                               {work::TodayItem::Kind::kIncomplete, "to_complete", "待补"},
                               {work::TodayItem::Kind::kPromised, "promised", "承诺"},
                               {work::TodayItem::Kind::kReturned, "returned", "退回补充"}};

void tell_waiting(Call& call, const work::Today& today) {
  call.out.object()["waiting"] = today.waiting;
  if (today.waiting == 0) return;
  call.out.say(cat("待受理 ", today.waiting, " 件,最早登记于 ", today.waiting_since->iso(),
                   ",请用 issue list 查看,issue accept 受理"),
               cat(today.waiting, " issues wait to be accepted, the oldest since ",
                   today.waiting_since->iso(), ": issue list, issue accept"));
}

// The roster is the desk's to keep.
Status tell_duplicates(Call& call, const work::Workplace& place) {
  MQ_TRY(const std::vector<work::LikelyPair> pairs, work::likely_people(place));
  call.out.object()["duplicates"] = pairs.size();
  if (pairs.empty()) return {};
  call.out.say(cat("可能重复 ", pairs.size(), " 对,请用 person duplicates 查看"),
               cat(pairs.size(), " people may stand here twice, see person duplicates"));
  return {};
}

}  // namespace

Status run_today(Call& call) {
  MQ_CHECK(only_flags(call, {}));
  MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
  MQ_TRY(const work::Workplace place, home->place());
  MQ_TRY(const work::Today today, work::today(place));
  MQ_TRY(const sync::Unsent unsent, unsent_of(*home));
  Json items = Json::array();
  std::vector<std::vector<std::string>> lines;
  for (const work::TodayItem& item : today.items) {
    for (const KindName& kind : kKinds) {
      if (kind.kind != item.kind) continue;
      Json one = {{"kind", kind.name},
                  {"entity", item.entity},
                  {"id", item.row.hex()},
                  {"what", item.what}};
      if (item.when) one["when"] = item.when->iso();
      items.push_back(std::move(one));
      lines.push_back({kind.zh, item.when ? item.when->iso() : "", item.what, item.row.hex()});
    }
  }
  call.out.object() = {
      {"date", today.date.iso()},
      {"clock_doubtful", today.clock_doubtful},
      {"server_time", today.server_time ? Json(shanghai_minute(*today.server_time)) : Json()},
      {"items", std::move(items)},
      {"pairs", today.pairs},
      {"pairs_due", today.pairs_due}};
  if (today.clock_doubtful) {
    const std::string server =
        today.server_time ? cat(";服务器上次联系时是 ", shanghai_minute(*today.server_time)) : "";
    call.out.say(cat("本机时间可能不对(", shanghai_minute(call.world.clock.wall()), server,
                     "),请核对日期;到期的先不标红"),
                 "this device's clock may be wrong; check dates; nothing is marked overdue");
  }
  if (!lines.empty()) call.out.table({"", "日期", "内容", "编号"}, lines);
  if (lines.empty()) call.out.say("今天没有到期的事", "nothing is due");
  if (today.pairs < today.pairs_due) {
    call.out.say(cat("结对 ", today.pairs, " 户,应结对 ", today.pairs_due, " 户"),
                 cat("paired with ", today.pairs, " of ", today.pairs_due, " households"));
  }
  if (place.is_desk()) {
    tell_waiting(call, today);
    MQ_CHECK(tell_duplicates(call, place));
  }
  tell_unsent(call, unsent);
  return {};
}

}  // namespace mq::cli
