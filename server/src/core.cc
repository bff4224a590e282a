#include "core.h"

#include <algorithm>

#include "mq/base/text.h"

namespace mq::server {
namespace {

constexpr std::size_t kAlarmsMax = 32;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::size_t kPushersMax = 4096;

Error damaged_log(const TownshipId& township, std::uint32_t seq) {
  return {Code::kCorrupt,
          cat("乡镇 ", township.hex(), " 的控制日志第 ", seq, " 条已损坏;请停机并从备份恢复"),
          cat("the control log of township ", township.hex(), " is damaged at entry ", seq,
              "; stop and restore a backup")};
}

std::vector<Alarm> parse_alarms(ByteView bytes) {
  ByteReader in(bytes);
  std::vector<Alarm> out;
  while (in.left() >= 24) {
    Alarm alarm;
    alarm.invite.data = in.array<16>();
    alarm.time.ms = static_cast<std::int64_t>(in.integer<std::uint64_t>());
    out.push_back(alarm);
  }
  return out;
}

Bytes encode_alarms(const std::vector<Alarm>& alarms) {
  ByteWriter out;
  for (const Alarm& alarm : alarms) {
    out.raw(alarm.invite.view());
    out.integer(static_cast<std::uint64_t>(alarm.time.ms));
  }
  return out.take();
}

}  // namespace

std::string alarms_setting(const TownshipId& township) { return cat("alarms/", township.hex()); }

bool Quota::take(const DeviceId& pusher, std::size_t bytes, MonotonicTime now) {
  const std::lock_guard lock(mutex_);
  if (hours_.size() > kPushersMax) {
    std::erase_if(hours_,
                  [&](const auto& each) { return now.ms - each.second.since.ms > kHourMs; });
  }
  Hour& hour = hours_.try_emplace(pusher, Hour{now, 0}).first->second;
  if (now.ms - hour.since.ms >= kHourMs) hour = {now, 0};
  if (bytes > bytes_per_hour_ - std::min(hour.bytes, bytes_per_hour_)) return false;
  hour.bytes += bytes;
  return true;
}

Township* Core::township(const TownshipId& township_id) {
  const std::lock_guard lock(mutex);
  const auto found = townships.find(township_id);
  return found == townships.end() ? nullptr : found->second.get();
}

Township* Core::township_of(const InviteId& invite) {
  const std::lock_guard lock(mutex);
  for (const auto& [township_id, each] : townships) {
    if (each->current()->control.invite(invite) != nullptr) return each.get();
  }
  return nullptr;
}

wire::Generation Core::current_generation() {
  const std::lock_guard lock(mutex);
  return generation;
}

void Core::announce(Township& changed) {
  std::uint64_t counter = 0;
  {
    const std::lock_guard lock(changed.mutex);
    counter = ++changed.counter;
  }
  if (listener) listener(changed.id, counter);
}

Status Core::renew(const wire::Generation& lost) {
  const std::unique_lock alone(renewing);
  const std::lock_guard lock(mutex);
  if (generation != lost) return {};
  MQ_CHECK(renew_generation(store, random));
  MQ_TRY(const auto value, store.setting(kGenerationSetting));
  generation = *wire::Generation::from(*value);
  healed = true;
  return {};
}

Status Core::raise_alarm(Township& place, const InviteId& invite) {
  {
    const std::lock_guard lock(place.mutex);
    std::vector<Alarm> alarms = place.alarms;
    const bool known = std::any_of(alarms.begin(), alarms.end(),
                                   [&](const Alarm& each) { return each.invite == invite; });
    if (known || alarms.size() >= kAlarmsMax) return {};
    alarms.push_back({invite, clock.wall()});
    MQ_CHECK(store.set_setting(alarms_setting(place.id), encode_alarms(alarms)));
    place.alarms = std::move(alarms);
  }
  announce(place);
  return {};
}

Status Core::load(const TownshipId& township_id) {
  MQ_TRY(const std::vector<Bytes> stored, store.control_read(township_id, 0));
  std::vector<pb::ControlEntry> entries(stored.size());
  for (std::size_t i = 0; i < stored.size(); ++i) {
    if (!entries[i].ParseFromArray(stored[i].data(), static_cast<int>(stored[i].size()))) {
      return damaged_log(township_id, static_cast<std::uint32_t>(i + 1));
    }
  }
  auto log = std::make_shared<Log>();
  MQ_CHECK(log->control.apply(entries, wire::Records::kMayBePruned));
  if (log->control.township() != township_id) return damaged_log(township_id, 1);
  MQ_TRY(const std::vector<wire::ChainId> forks, store.forks(township_id));
  MQ_TRY(const auto alarms, store.setting(alarms_setting(township_id)));

  auto loaded = std::make_unique<Township>(township_id);
  loaded->log = std::move(log);
  loaded->forks = {forks.begin(), forks.end()};
  if (alarms) loaded->alarms = parse_alarms(*alarms);
  // Above any count of an earlier process, so that who watched before a restart looks again.
  loaded->counter = static_cast<std::uint64_t>(clock.wall().ms);
  const std::lock_guard lock(mutex);
  townships[township_id] = std::move(loaded);
  return {};
}

}  // namespace mq::server
