#include "contact.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "commands/local_record.h"
#include "mq/base/text.h"
#include "mq/seal/labels.h"
#include "mq/sync/late.h"
#include "mq/work/delegated.h"
#include "mq/work/edits_home.h"
#include "mq/work/facts_home.h"
#include "mq/work/handout.h"
#include "mq/work/organisation.h"
#include "unlock_escrow.h"

namespace mq::cli {

namespace {

constexpr int kStepsMax = 100'000;  // a bound, so that a lying server cannot keep us for ever

void pause(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

bool has_diary(const wire::ControlState& control, const PersonId& person) {
  return std::ranges::any_of(control.streams(), [&](const wire::StreamRecord& stream) {
    return stream.kind == wire::pb::STREAM_KIND_DIARY &&
           std::ranges::equal(stream.owner, person.data);
  });
}

// Of somebody who was a member only by entries that a healing made void: it comes back with him.
bool is_a_strangers_diary(const work::Workplace& place, const vault::StreamInfo& info) {
  const auto owner = PersonId::from(info.owner);
  return info.kind == wire::pb::STREAM_KIND_DIARY &&
         (!owner || place.control.person(*owner) == nullptr);
}

// A cadre's diary comes with his invitation; desks and admins need one for the unlock codes of
// their devices.
void add_diaries(Home& home, const work::Workplace& place, std::vector<sync::NewStream>& streams) {
  const wire::ControlState& control = place.control;
  for (const wire::PersonRecord& person : control.persons()) {
    const bool keeps_records =
        control.has_role(person.id, wire::pb::ROLE_KIND_DESK, control.head_seq()) ||
        control.has_role(person.id, wire::pb::ROLE_KIND_ADMIN, control.head_seq());
    if (!keeps_records || has_diary(control, person.id)) continue;
    streams.push_back({wire::pb::STREAM_KIND_DIARY, to_bytes(person.id.view()),
                       seal::label_or_nothing(control, home.keyring(), person.sealed_name),
                       work::diary_stream_id(control.township(), person.id)});
  }
}

}  // namespace

bool stopped(Home& home) {
  const seal::Identity* me = home.keyring().identity();
  const wire::DeviceRecord* device =
      me != nullptr ? home.control().state().device(me->device) : nullptr;
  return device != nullptr && device->span.until.has_value();
}

Status register_streams(Home& home, sync::Transport& transport, const World& world) {
  MQ_TRY(const work::Workplace place, home.place());
  if (!place.is_admin() || stopped(home) || !home.can_record()) return {};
  std::vector<sync::NewStream> streams;
  for (const vault::StreamInfo& info : home.vault().streams()) {
    if (info.ordinal != 0 || is_a_strangers_diary(place, info)) continue;
    streams.push_back(
        {static_cast<sync::pb::StreamKind>(info.kind), info.owner, info.label, info.id});
  }
  add_diaries(home, place, streams);
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

// Whether there is something more to send. Never a reason to call the contact failed: what was
// recorded is delivered by now.
bool renew_unlock_code(Call& call, Home& home) {
  const Result<Renewed> renewed = renew_unlock(home, call.world);
  if (!renewed.ok()) {
    call.out.warn(cat("解锁码这次没有交成,下次联系再试:", renewed.error().zh),
                  cat("the unlock code was not handed over: ", renewed.error().en));
    return false;
  }
  if (renewed->paper_void) {
    call.out.warn("本机的解锁码已换新,抄在纸上的那个作废;要留一份在纸上,请再用 unlock make 做一个",
                  "this device has another unlock code; the one on paper opens nothing any more, "
                  "make one with unlock make if you want it on paper");
  }
  return renewed->written;
}

// What a desk's device does with the records that came; what fails is tried at the next contact.
struct Errand {
  Result<std::size_t> (*run)(const work::Workplace& place);
  const char *failed_zh, *failed_en, *done_zh, *done_en;  // done: after the number
};
constexpr Errand kErrands[] = {
    {work::take_diaries_home, "代录的日记这次没有转给本人,下次联系再试",
     "delegated diaries were not carried over", " 篇代录的日记已转入本人的日记",
     " delegated diaries went to their authors"},
    {work::take_edits_home, "登记在原来的村的内容这次没有转过去,下次联系再试",
     "what was written in a village that its household left was not taken over",
     " 条登记在原来的村的内容已转到现在住的村",
     " records written in a village that their household had left were taken over"},
    {work::take_facts_home, "留在原来的村的敏感项这次没有转过去,下次联系再试",
     "sensitive facts were not carried to where their households live", " 份敏感项已转到现在住的村",
     " records of sensitive facts went to where their households live"},
    {work::take_handouts, "承办单位做的这次没有转进事项,下次联系再试",
     "what units did was not taken into the issues", " 件事项按承办单位做的更新了流转",
     " issues follow what units did"}};

// Whether there is something more to send.
bool run_errands(Call& call, Home& home) {
  const auto place = home.place();
  if (!place.ok() || !home.can_record() || stopped(home)) return false;
  bool any = false;
  for (const Errand& errand : kErrands) {
    const Result<std::size_t> done = errand.run(*place);
    if (!done.ok()) {
      call.out.warn(cat(errand.failed_zh, ":", done.error().zh),
                    cat(errand.failed_en, ": ", done.error().en));
    } else if (*done > 0) {
      any = true;
      call.out.say(cat(*done, errand.done_zh), cat(*done, errand.done_en));
    }
  }
  return any;
}

// What came after a hand-over is let in without asking; its device was not stopped.
Result<std::size_t> admit(Call& call, Home& home, sync::Transport& transport) {
  const auto admitted =
      sync::admit_handed_over(member_of(home, transport, call.world), home.sealer());
  if (!admitted.ok()) {
    call.out.warn(admitted.error().zh, admitted.error().en);
    return std::size_t{0};
  }
  if (*admitted > 0) {
    call.out.say(cat("权限结束后才送来的 ", *admitted, " 件已核收,大家下次对账就能看到。"),
                 cat(*admitted, " envelopes that came after a right ended were admitted"));
  }
  return *admitted;
}

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
  MQ_TRY(const std::size_t admitted, admit(call, home, transport));
  if (tended->invites + tended->rights + tended->rotated == 0) return admitted > 0;
  call.out.say(cat("顺便办了:收回过期的邀请 ", tended->invites, " 个,到期的权限 ", tended->rights,
                   " 项,换新钥匙 ", tended->rotated, " 条数据流"),
               cat("tended: ", tended->invites, " expired invitations taken back, ", tended->rights,
                   " rights ended, new keys for ", tended->rotated, " streams"));
  return true;
}

}  // namespace

Result<sync::SyncReport> reconcile(Call& call, Home& home, sync::Transport& transport) {
  MQ_CHECK(register_streams(home, transport, call.world));
  sync::SyncEngine engine(home.vault(), home.keyring(), home.control(), home.sealer(), transport,
                          call.world.clock, call.world.random);
  MQ_CHECK(until_idle(call, engine));
  const bool adopted = adopt_kept(call, home);
  const bool ran = run_errands(call, home);
  const bool renewed = renew_unlock_code(call, home);
  MQ_TRY(const int stated,
         sync::state_exports(home.vault(), home.keyring(), home.control(), home.sealer()));
  MQ_TRY(const bool tended, tend(call, home, transport));
  if (stated > 0 || adopted || ran || renewed || tended) {
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
    if (!home->place().ok()) {
      pause(wait_ms);  // nobody announces anything to a stranger
      return {};
    }
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
