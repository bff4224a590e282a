#include "contact.h"

#include <chrono>
#include <thread>

#include "mq/base/text.h"
#include "mq/work/organisation.h"

namespace mq::cli {

namespace {

constexpr int kStepsMax = 100'000;  // a bound, so that a lying server cannot keep us for ever

void pause(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

}  // namespace

bool stopped(Home& home) {
  const seal::Identity* me = home.keyring().identity();
  const wire::DeviceRecord* device =
      me != nullptr ? home.control().state().device(me->device) : nullptr;
  return device != nullptr && device->span.until.has_value();
}

Status register_streams(Home& home, sync::Transport& transport, const World& world) {
  MQ_TRY(const work::Workplace place, home.place());
  if (!place.is_admin() || stopped(home)) return {};
  std::vector<sync::NewStream> streams;
  for (const vault::StreamInfo& info : home.vault().streams()) {
    if (info.ordinal != 0) continue;
    streams.push_back(
        {static_cast<sync::pb::StreamKind>(info.kind), info.owner, info.label, info.id});
  }
  if (streams.empty()) return {};
  return sync::create_streams(streams, home.vault(), home.keyring(), home.control(), transport,
                              world.clock, world.random);
}

namespace {

Status until_idle(Call& call, sync::SyncEngine& engine) {
  for (int steps = 0; steps < kStepsMax; ++steps) {
    MQ_TRY(const sync::Progress progress, engine.step());
    const sync::SyncReport& report = engine.report();
    const std::uint64_t bytes = report.bytes_up + report.bytes_down;
    call.out.progress(call.out.pick("对账中:收发字节", "reconciling, bytes"), bytes, bytes);
    if (progress == sync::Progress::kIdle) return {};
    if (progress == sync::Progress::kWaiting) {
      return Error{Code::kUnavailable, "服务器忙,稍后再同步;记录都在本机,安全",
                   "the server is busy; try again later, everything is safe here"};
    }
  }
  return Error{Code::kUnavailable, "对账没有完,请再同步一次", "not finished; sync again"};
}

}  // namespace

// What an admin's device does for the membership by itself; whatever fails is tried again at the
// next contact, of this or of another admin's device.
Result<bool> tend(Call& call, Home& home, sync::Transport& transport) {
  MQ_TRY(const work::Workplace place, home.place());
  if (!place.is_admin() || stopped(home)) return false;
  MQ_TRY(const std::uint32_t days, work::rotate_days(place));
  const auto tended = sync::tend_membership({days}, member_of(home, transport, call.world));
  if (!tended.ok()) {
    call.out.warn(tended.error().zh, tended.error().en);
    return false;
  }
  if (tended->invites + tended->rights + tended->rotated == 0) return false;
  call.out.say(cat("顺便办了:收回过期的邀请 ", tended->invites, " 个,到期的权限 ", tended->rights,
                   " 项,换新钥匙 ", tended->rotated, " 条数据流"),
               cat("tended: ", tended->invites, " expired invitations taken back, ", tended->rights,
                   " rights ended, new keys for ", tended->rotated, " streams"));
  return true;
}

Result<sync::SyncReport> reconcile(Call& call, Home& home, sync::Transport& transport) {
  MQ_CHECK(register_streams(home, transport, call.world));
  sync::SyncEngine engine(home.vault(), home.keyring(), home.control(), home.sealer(), transport,
                          call.world.clock, call.world.random);
  MQ_CHECK(until_idle(call, engine));
  MQ_TRY(const int stated,
         sync::state_exports(home.vault(), home.keyring(), home.control(), home.sealer()));
  MQ_TRY(const bool tended, tend(call, home, transport));
  if (stated > 0 || tended) {
    MQ_CHECK(until_idle(call, engine));
  }
  return engine.report();
}

Status contact_first(Call& call, Home& home, sync::Transport& transport) {
  const auto done = reconcile(call, home, transport);
  if (done.ok()) return {};
  if (done.error().code != Code::kUnavailable) return done.error();
  return Error{Code::kUnavailable, "没有联系上服务器,什么也没有改动;请有信号时再办。",
               "the server was not reached and nothing was changed; do it again with a signal"};
}

sync::Member member_of(Home& home, sync::Transport& transport, const World& world) {
  return {home.vault(), home.keyring(), home.control(), transport, world.clock, world.random};
}

Status wait_for_news(Call& call, std::unique_ptr<sync::Transport>& line, int wait_ms) {
  sync::pb::SignedRequest request;
  {
    MQ_TRY(const std::unique_ptr<Home> home, Home::open(call));
    if (line == nullptr) {
      MQ_TRY(line, home->connect());
    }
    auto signed_request = sync::watch_request(home->keyring(), home->control(), *line,
                                              call.world.clock, call.world.random);
    if (!signed_request.ok()) {
      pause(wait_ms);
      return {};
    }
    request = *signed_request;
  }
  if (!line->watch(request, wait_ms).ok()) {
    line.reset();  // the server may have moved
    pause(wait_ms);
  }
  return {};
}

}  // namespace mq::cli
