#include "farewell.h"

#include <algorithm>
#include <map>

#include "mq/base/text.h"
#include "mq/sync/farewell.h"
#include "mq/sync/leaving.h"
#include "mq/work/handover.h"
#include "mq/work/own_diaries.h"

namespace mq::cli {

namespace {

using Streams = std::vector<sync::Farewell>;

bool is_village(const sync::Farewell& each) { return each.kind == sync::pb::STREAM_KIND_VILLAGE; }

// Who took it over from this person; empty if nobody is known.
Result<std::string> successor(const work::Workplace& place, const work::Cadre& me,
                              const StreamId& village) {
  MQ_TRY(const std::vector<work::Handover> all, work::handovers(place));
  MQ_TRY(const std::vector<work::Cadre> cadres, work::Directory(place).cadres());
  std::string out;
  for (const work::Handover& each : all) {
    if (each.from != me.id || each.stream != village) continue;
    const auto to = std::ranges::find(cadres, each.to, &work::Cadre::id);
    out = to == cadres.end() ? "" : to->name;
  }
  return out;
}

std::string fate_zh(const sync::Farewell& each, const std::string& village, const std::string& to) {
  const std::string what =
      to.empty() ? cat("你在", village, "的权限已结束") : cat(village, "已移交给 ", to);
  if (each.unsent > 0) {
    return cat(what, ":还有 ", each.unsent, " 笔没送到,先留在本机;再 sync 一次就送乡镇核收。");
  }
  return cat(what, ":你记的都已送到",
             each.late > 0 ? cat(",其中 ", each.late, " 笔由乡镇核收") : "",
             ";本机上这个村的资料已清除。");
}

std::string fate_en(const sync::Farewell& each, const std::string& village, const std::string& to) {
  const std::string what = to.empty() ? cat("your right to ", village, " has ended")
                                      : cat(village, " was handed over to ", to);
  if (each.unsent > 0)
    return cat(what, ": ", each.unsent, " records are not delivered, sync again");
  return cat(what, ": all you wrote is delivered, ", each.late,
             " of it for the township to decide on; its data has gone from this device");
}

Status tell(Call& call, const work::Workplace& place, const Streams& streams) {
  MQ_TRY(const std::optional<work::Cadre> me, work::Directory(place).me());
  Json gone = Json::array();
  for (const sync::Farewell& each : streams) {
    if (!is_village(each)) continue;
    const vault::StreamInfo* info = place.vault.stream(each.stream);
    const std::string village = info != nullptr ? info->label : "";
    std::string to;
    if (me) {
      MQ_TRY(to, successor(place, *me, each.id));
    }
    gone.push_back({{"village", village},
                    {"to", to},
                    {"unsent", each.unsent},
                    {"late", each.late},
                    {"dropped", each.unsent == 0}});
    call.out.warn(fate_zh(each, village, to), fate_en(each, village, to));
  }
  call.out.object()["gone"] = std::move(gone);
  return {};
}

// The township's rows name everybody, so they go last, when nothing waits any more.
void keep_the_township(Streams& streams) {
  const bool waits = std::ranges::any_of(streams, [](const auto& each) { return each.unsent > 0; });
  if (!waits) return;
  std::erase_if(streams, [](const sync::Farewell& each) {
    return !is_village(each) && each.kind != sync::pb::STREAM_KIND_PRIVATE;
  });
}

Status keep_name(const work::Workplace& place) {
  MQ_TRY(const std::optional<work::Cadre> me, work::Directory(place).me());
  if (!me) return {};
  return place.vault.set_setting(kAuthorName, view_of(me->name));
}

Status tell_service(Call& call, const work::Workplace& place) {
  const auto last = sync::announced_last_day(place.control, place.member);
  if (!last) return {};
  const std::string iso = Date{static_cast<std::int32_t>(*last)}.iso();
  call.out.object()["service_to"] = iso;
  call.out.warn(cat("你的工作到 ", iso, " 为止;请在那之前 sync,把记录都送出。"),
                cat("your service ends on ", iso, "; sync before that, so that all is delivered"));
  return {};
}

}  // namespace

Status say_farewell(Call& call, Home& home) {
  MQ_TRY(const work::Workplace place, home.place());
  MQ_CHECK(tell_service(call, place));
  MQ_TRY(Streams streams, sync::farewells(home.vault(), home.keyring(), home.control()));
  if (streams.empty()) return {};
  MQ_CHECK(tell(call, place, streams));
  keep_the_township(streams);
  MQ_CHECK(home.saving([&]() -> Status {
    MQ_CHECK(keep_name(place));
    MQ_CHECK(work::keep_masked_diaries(place));
    MQ_TRY(const std::size_t gone,
           sync::let_go(streams, home.vault(), home.keyring(), home.sealer()));
    if (gone == 0) return {};
    call.out.say(
        "自己的日记留了一份遮去农户的,可用 print diary 打印;要连空出来的页也换掉,请再 rekey",
        "your own diaries are kept with the households masked, see print diary; rekey "
        "replaces the freed pages as well");
    return {};
  }));
  return {};
}

}  // namespace mq::cli
