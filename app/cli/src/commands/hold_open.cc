#include "hold_open.h"

#include "../home.h"
#include "../session.h"
#include "mq/base/text.h"
#include "mq/work/organisation.h"

namespace mq::cli {

namespace {

constexpr std::size_t kDigitsMax = 4;

// What --minutes says, nothing if it says nothing.
Result<std::optional<int>> typed_minutes(Call& call) {
  const auto typed = call.args.value("minutes");
  if (!call.args.has("minutes")) return std::optional<int>();
  const bool digits = typed && !typed->empty() && typed->size() <= kDigitsMax &&
                      typed->find_first_not_of("0123456789") == std::string::npos;
  const int minutes = digits ? std::stoi(*typed) : 0;
  if (minutes >= 1 && minutes <= kSessionMinutesMax) return std::optional(minutes);
  return call.usage(cat("--minutes 应在 1 到 ", kSessionMinutesMax, " 之间"),
                    cat("--minutes: 1 to ", kSessionMinutesMax));
}

// A home that belongs to no township yet has no programme.
Result<std::optional<int>> most_minutes(Home& home) {
  const auto place = home.place();
  if (!place.ok()) return std::optional<int>();
  return work::auto_lock_minutes(*place);
}

Result<int> minutes_for(Home& home, std::optional<int> typed) {
  MQ_TRY(const std::optional<int> most, most_minutes(home));
  if (!typed) return most.value_or(kSessionMinutesDefault);
  if (!most || *typed <= *most) return *typed;
  return Error{Code::kInvalidInput,
               cat("没有解锁:活动规定不用时最多 ", *most, " 分钟就要锁上;请把 --minutes 写小些"),
               cat("still locked: the programme allows ", *most, " minutes at most")};
}

}  // namespace

Status hold_open(Call& call, KeyRoom room, const Key32& key) {
  MQ_TRY(const std::optional<int> typed, typed_minutes(call));
  const std::string folder = room.folder();
  int minutes = 0;
  {
    MQ_TRY(const std::unique_ptr<Home> home, Home::open_with(call, std::move(room), key));
    MQ_TRY(minutes, minutes_for(*home, typed));
  }
  MQ_CHECK(open_session(call.world.sessions, folder, key, std::chrono::minutes(minutes)));
  call.out.object()["unlocked"] = true;
  call.out.object()["minutes"] = minutes;
  call.out.say(cat("已解锁:", minutes, " 分钟不用就自动锁上;离开时请用 lock 马上锁上"),
               cat("unlocked until it is unused for ", minutes, " minutes; use lock when you go"));
  return {};
}

}  // namespace mq::cli
