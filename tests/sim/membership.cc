// Rights and devices that end and begin anew: the acts of admins, in any weather, raced and killed.
#include <algorithm>

#include "mq/base/text.h"
#include "mq/sync/late.h"
#include "mq/sync/leaving.h"
#include "simulation.h"

namespace mq::sim {

namespace pb = wire::pb;
using testing::SimDevice;

namespace {

constexpr std::size_t kDevicesMax = 9;
constexpr int kStoppedMax = 3;

DeviceId id_of(SimDevice& d) { return d.keyring().identity()->device; }
PersonId person_of(SimDevice& d) { return d.keyring().identity()->person; }

std::function<Status(const sync::Member&)> revoking(const sync::RevokeOptions& options) {
  return [options](const sync::Member& member) -> Status {
    MQ_TRY(const sync::Cutoff done, sync::revoke_device(options, member));
    static_cast<void>(done);
    return {};
  };
}

}  // namespace

void Simulation::change_membership() {
  const std::optional<int> admin = some_admin();
  if (!admin || !ready(*admin)) return;
  const std::uint64_t dice = turns_.below(100);
  if (dice < 12) return revoke_somebody(*admin);
  if (dice < 22) return replace_somebody(*admin);
  if (dice < 30) return rotate(*admin);
  if (dice < 46) return end_somebody(*admin);
  if (dice < 53) return give_again(*admin);
  if (dice < 60) return hand_over(*admin);
  if (dice < 65) return take_invitation_back(*admin);
  if (dice < 71) return race_for_invitation(*admin);
  if (dice < 76) return revoke_each_other(*admin);
  if (dice < 79) return appoint(*admin);
  if (dice < 81) return part_the_log(*admin);
  if (dice < 83) return let_a_month_pass();
  decide(*admin);
}

int Simulation::newest() {
  if (speaker_ && device(*speaker_).running()) return *speaker_;
  int best = 0;
  std::uint32_t seq = 0;
  for (std::size_t i = 0; i < world_.devices.size(); ++i) {
    if (!world_.devices[i]->running()) continue;
    const wire::ControlState& state = world_.devices[i]->control().state();
    const std::uint32_t head = state.head_seq();
    // Not yet healed, its end may be void.
    const auto& [healed, hash] = healed_;
    if (head <= seq || (healed > 0 && state.head_at(healed) != hash)) continue;
    seq = head;
    best = static_cast<int>(i);
  }
  return best;
}

bool Simulation::live(const DeviceId& id) {
  const wire::DeviceRecord* record = log().device(id);
  return record != nullptr && !record->span.until;
}

bool Simulation::reads_now(int index, const StreamId& stream) {
  const wire::ControlState& now = log();
  return live(id_of(device(index))) &&
         now.may_read(person_of(device(index)), stream, now.head_seq());
}

// Without changes of membership it is always the founder.
std::optional<int> Simulation::some_admin() {
  std::vector<int> able;
  for (std::size_t i = 0; i < world_.devices.size(); ++i) {
    SimDevice& d = *world_.devices[i];
    if (!d.running() || (!options_.membership && i > 0)) continue;
    const wire::ControlState& now = log();
    const auto admins = now.admin_devices(now.head_seq());
    const bool admin = std::ranges::any_of(
        admins, [&](const wire::DeviceRecord* each) { return each->id == id_of(d); });
    if (admin) able.push_back(static_cast<int>(i));
  }
  if (able.empty()) return std::nullopt;
  return able[turns_.below(able.size())];
}

// Under a clear sky, level with a server to which everybody brought back what it had lost.
bool Simulation::ready(int index) {
  SimDevice& admin = device(index);
  admin.network.set_offline(false);
  admin.network.set_weather({});
  admin.disk.set_full(false);
  if (!bring_log_back()) return false;
  const bool idle = admin.sync_until_idle();
  check_outbox(index);
  return idle;
}

// In storm, or losing power on the way, or at once; in the end under a clear sky, where it must
// stand or have stood already.
Status Simulation::act(int index, const std::string& what, const Act& act) {
  SimDevice& admin = device(index);
  say(cat(admin.name(), " ", what));
  const bool raced = static_cast<bool>(admin.network.before_append);
  const std::uint64_t dice = raced ? 99 : turns_.below(100);
  if (dice < 20) {
    faults_.arm(testing::Faults::Mode::kFromThere, 1 + turns_.below(60));
    static_cast<void>(act(admin.member()));
    faults_.stop();
    stand_up(index);
  } else if (dice < 40) {
    admin.network.set_weather({10, 15, 10, 10, 5, 0});
    static_cast<void>(act(admin.member()));
    admin.network.set_weather({});
  }
  Status done = act(admin.member());
  // What it holds and the server lacks must come there first.
  if (!done.ok() && done.error().code == Code::kConflict && ready(index)) {
    done = act(admin.member());
  }
  notes(index).backup.reset();  // a restored admin would hold the only copy of nothing
  if (!done.ok()) say(done.error().en);
  if (!done.ok() && done.error().code != Code::kConflict) {
    fault(cat(admin.name(), " ", what, ": ", done.error().en));
  }
  refresh_endings();
  return done;
}

// Another device delivers between the question for the server's heads and the append.
void Simulation::race_with(int admin, int other) {
  SimDevice& racing = device(other);
  if (!racing.running()) return;
  device(admin).network.before_append = [this, admin, &racing] {
    device(admin).network.before_append = nullptr;
    for (int i = 0; i < 6; ++i) static_cast<void>(racing.step());
  };
}

void Simulation::stop(int admin, const DeviceId& id, std::optional<int> racing) {
  sync::RevokeOptions options;
  options.device = id;
  if (turns_.chance(15)) {
    options.reason = "丢了一阵才发现";
    options.since = WallTime{world_.server.clock.wall().ms -
                             static_cast<std::int64_t>(turns_.below(1'800'000))};
  }
  if (racing && turns_.chance(40)) race_with(admin, *racing);
  const Status done = act(admin, cat("stops ", id.hex()), revoking(options));
  device(admin).network.before_append = nullptr;
  if (racing) check_outbox(*racing);
  ++stopped_;
  if (live(id)) fault(cat(id.hex(), " was to be stopped and is not"));
}

void Simulation::revoke_somebody(int admin) {
  const auto other = static_cast<int>(turns_.below(world_.devices.size()));
  const DeviceId id = id_of(device(other));
  if (stopped_ >= kStoppedMax || id == id_of(device(admin)) || !live(id)) return;
  stop(admin, id, other);
}

std::vector<PersonId> Simulation::cadres() {
  std::vector<PersonId> out;
  const wire::ControlState& now = log();
  for (const wire::RoleRecord& role : now.roles()) {
    const bool cadre = role.kind == pb::ROLE_KIND_CADRE && !role.span.until;
    if (cadre && std::ranges::find(out, role.person) == out.end()) out.push_back(role.person);
  }
  return out;
}

// Makes the device of whoever holds the code.
int Simulation::join(const std::string& name, const std::string& code) {
  SimDevice& d = world_.add_device(name);
  notes_.emplace_back();
  const Status booted = d.boot();
  const Status joined = booted.ok() ? d.join(code) : booted;
  if (!joined.ok()) fault(cat(name, " cannot join: ", joined.error().en));
  return static_cast<int>(world_.devices.size()) - 1;
}

// The old phone is somewhere, and may still find the network.
void Simulation::replace_somebody(int admin) {
  const std::vector<PersonId> people = cadres();
  if (people.empty() || stopped_ >= kStoppedMax || world_.devices.size() >= kDevicesMax) return;
  const PersonId person = people[turns_.below(people.size())];
  std::string code;
  const Status done =
      act(admin, "replaces a lost phone", [&](const sync::Member& member) -> Status {
        MQ_TRY(const sync::Replaced replaced,
               sync::replace_person({person, {}, 0, "丢了"}, member));
        if (!code.empty() && code != replaced.code) fault("replacing again made another code");
        code = replaced.code;
        return {};
      });
  ++stopped_;
  for (const wire::DeviceRecord* each : log().devices_of(person)) {
    if (!each->span.until) fault("a replaced phone is not stopped");
  }
  if (done.ok()) join(cat("换", world_.devices.size()), code);
}

void Simulation::rotate(int admin) {
  static_cast<void>(act(admin, "changes the keys", [&](const sync::Member& member) -> Status {
    MQ_TRY(const std::size_t rotated, sync::rotate_streams({}, member));
    return rotated > 0 ? Status() : Error{Code::kCorrupt, "一把也没换", "no key was changed"};
  }));
}

// One village with its private stream, or all of the role.
void Simulation::end_somebody(int admin) {
  const std::vector<PersonId> people = cadres();
  if (people.empty()) return;
  sync::EndOptions end;
  end.person = people[turns_.below(people.size())];
  end.kind = pb::ROLE_KIND_CADRE;
  std::vector<StreamId> all;
  for (const wire::RoleRecord* role : log().roles_of(end.person)) {
    if (role->kind != end.kind || role->span.until) continue;
    all.insert(all.end(), role->streams.begin(), role->streams.end());
  }
  // Two of his roles may list one.
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  const StreamId village = world_.villages[turns_.below(2)];
  if (turns_.chance(70)) {
    for (const StreamId& id : all) {
      const bool of_it =
          id == village || std::ranges::equal(log().stream(id)->owner, village.view());
      if (of_it) end.streams.push_back(id);
    }
    if (end.streams.empty()) return;
  }
  static_cast<void>(act(admin, "ends a right", [&](const sync::Member& member) -> Status {
    MQ_TRY(const sync::Cutoff done, sync::end_right(end, member));
    static_cast<void>(done);
    return {};
  }));
  lost_.emplace_back(end.person, end.streams.empty() ? all : end.streams);
}

void Simulation::give_again(int admin) {
  if (lost_.empty()) return;
  const auto [person, streams] = lost_.back();
  lost_.pop_back();
  const Status done = act(admin, "gives a right again", [&](const sync::Member& member) -> Status {
    MQ_TRY(const sync::Granted granted,
           sync::give_right({person, pb::ROLE_KIND_CADRE, streams}, member));
    static_cast<void>(granted);
    return {};
  });
  if (!done.ok()) fault("a right cannot be given again: " + done.error().en);
}

// A village with its private stream passes to another cadre; what the first sends late is let in by
// any admin's device.
void Simulation::hand_over(int admin) {
  const std::vector<PersonId> people = cadres();
  if (people.size() < 2) return;
  sync::PassOptions pass;
  pass.from = people[turns_.below(people.size())];
  pass.to = people[turns_.below(people.size())];
  if (pass.from == pass.to) return;
  const StreamId village = world_.villages[turns_.below(2)];
  for (const wire::StreamRecord& stream : log().streams()) {
    const bool of_it = stream.id == village || std::ranges::equal(stream.owner, village.view());
    if (of_it) pass.streams.push_back(stream.id);
  }
  std::vector<StreamId> his;
  for (const StreamId& id : pass.streams) {
    if (log().may_read(*pass.from, id, log().head_seq())) his.push_back(id);
  }
  bool given = false;
  const Status done = act(admin, "hands a village over", [&](const sync::Member& member) -> Status {
    MQ_TRY(const sync::Passed passed, sync::pass_right(pass, member));
    given = passed.given;
    return {};
  });
  if (!done.ok()) return fault("a village cannot be handed over: " + done.error().en);
  if (!given) fault("a successor was given nothing");
  for (const StreamId& id : his) {
    if (log().may_read(*pass.from, id, log().head_seq())) fault("a village was not handed over");
    if (!log().may_read(*pass.to, id, log().head_seq())) fault("a successor may not read");
  }
  if (!his.empty()) lost_.emplace_back(*pass.from, his);
}

bool Simulation::refused_to_stranger(const std::string& code) {
  SimDevice stranger("生人", world_.server, turns_.next(), nullptr, &world_.wiretap);
  const Status booted = stranger.boot();
  return booted.ok() && !stranger.join(code).ok();
}

void Simulation::take_invitation_back(int admin) {
  const auto code = world_.invite_cadre(device(admin), "未来", {world_.villages[0]});
  if (!code.ok()) return fault("nobody can be invited: " + code.error().en);
  const InviteId invite = log().invites().back().id;
  static_cast<void>(
      act(admin, "takes an invitation back", [&](const sync::Member& member) -> Status {
        MQ_TRY(const sync::Cutoff done, sync::take_back_invite(invite, member));
        static_cast<void>(done);
        return {};
      }));
  if (!refused_to_stranger(*code)) fault("an invitation that was taken back is good");
}

// A stranger has read the slip and is first; the invited comes second, everybody hears of it, and
// the stranger's device is stopped.
void Simulation::race_for_invitation(int admin) {
  if (stopped_ >= kStoppedMax || world_.devices.size() >= kDevicesMax) return;
  SimDevice& by = device(admin);
  const auto code = world_.invite_cadre(by, cat("请", world_.devices.size()), world_.villages);
  if (!code.ok()) return fault("nobody can be invited: " + code.error().en);
  say("a stranger is first to use an invitation");
  const int stranger = join(cat("生人", world_.devices.size()), *code);
  if (!result_.faults.empty()) return;
  if (!refused_to_stranger(*code)) return fault("an invitation was used twice");
  const std::size_t heard = by.engine().report().alarms.size();
  if (ready(admin) && by.engine().report().alarms.size() == heard) {
    fault("a second claim of an invitation alarmed nobody");
  }
  static_cast<void>(device(stranger).sync_until_idle());
  check_outbox(stranger);
  stop(admin, id_of(device(stranger)));
}

// Both press at once: the log's order decides.
void Simulation::revoke_each_other(int admin) {
  const std::optional<int> other = some_admin();
  if (stopped_ >= kStoppedMax || !other) return;
  SimDevice& loser = device(admin);
  SimDevice& winner = device(*other);
  if (person_of(loser) == person_of(winner) || !ready(*other)) return;
  say(cat(loser.name(), " and ", winner.name(), " stop each other"));
  loser.network.before_append = [&] {
    loser.network.before_append = nullptr;
    const Status first = revoking({id_of(loser), "", std::nullopt})(winner.member());
    if (!first.ok()) fault("the first of two admins did not succeed: " + first.error().en);
  };
  const Status second = revoking({id_of(winner), "", std::nullopt})(loser.member());
  loser.network.before_append = nullptr;
  ++stopped_;
  notes(*other).backup.reset();
  if (second.ok() || second.error().code != Code::kNotAllowed) {
    fault("two admins stopped each other");
  }
  if (live(id_of(loser)) || !live(id_of(winner))) fault("the wrong one of two admins is stopped");
  refresh_endings();
}

// Another admin, compared before he is given the keys.
void Simulation::appoint(int admin) {
  const wire::ControlState& now = log();
  if (world_.devices.size() >= kDevicesMax || now.admin_devices(now.head_seq()).size() > 1) return;
  say("another admin is appointed");
  world_.add_admin(device(admin), cat("副", world_.devices.size()));
  notes_.emplace_back();
}

void Simulation::let_a_month_pass() {
  say("a month passes");
  world_.advance(std::chrono::hours(24 * 31));
}

// What an admin's device does at a contact.
void Simulation::tend(int index) {
  SimDevice& d = device(index);
  if (log_lost_) return;
  // What came late of a village that was handed over is let in by itself.
  const auto admitted = sync::admit_handed_over(d.member(), d.sealer());
  if (admitted.ok()) result_.decided += *admitted;
  const auto tended = sync::tend_membership({30}, d.member());
  refresh_endings();
  if (!tended.ok()) return say(cat(d.name(), " tends: ", tended.error().en));
  notes(index).backup.reset();
  if (tended->invites + tended->rights + tended->rotated == 0) return;
  say(cat(d.name(), " tends: ", tended->invites, " invitations, ", tended->rotated, " keys"));
}

// Late work is let in or kept out, whole runs at a time; sometimes two admins decide at once.
void Simulation::decide(int admin) {
  SimDevice& d = device(admin);
  const auto works = sync::late_work(d.vault(), d.control());
  if (!works.ok()) return fault("late work cannot be listed: " + works.error().en);
  for (const sync::LateWork& work : *works) {
    if (!work.can_be_decided()) continue;
    std::set<Hash> refuse;
    for (const Hash& hash : work.envelopes) {
      if (!work.opens || turns_.chance(30)) refuse.insert(hash);
    }
    const Status done = act(admin, "decides late work", [&](const sync::Member& member) -> Status {
      MQ_TRY(const wire::AdmissionRecord record,
             sync::decide_late(work, refuse, member, d.sealer()));
      const std::set<Hash> refused(record.refused.begin(), record.refused.end());
      if (refused != refuse) fault("what was decided over late work is not what stands");
      return {};
    });
    if (!done.ok()) return fault("late work cannot be decided: " + done.error().en);
    result_.decided += work.envelopes.size();
    return;
  }
}

}  // namespace mq::sim
