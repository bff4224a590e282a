// A log that parts: the server is restored from before an admin's last acts, and another admin, who
// has not heard of them, appends to it. An admin of the lost side heals it.
#include <algorithm>

#include "mq/base/text.h"
#include "mq/sync/healing.h"
#include "simulation.h"

namespace mq::sim {

using testing::SimDevice;

namespace {

const DeviceId& id_of(SimDevice& d) { return d.keyring().identity()->device; }

}  // namespace

// Another admin's device, level with the first.
std::optional<int> Simulation::other_admin(int admin) {
  const wire::ControlState& now = log();
  for (std::size_t i = 0; i < world_.devices.size(); ++i) {
    const int other = static_cast<int>(i);
    SimDevice& d = device(other);
    if (other == admin || !d.running() || doubled_.contains(other)) continue;
    const auto admins = now.admin_devices(now.head_seq());
    const bool is_one = std::ranges::any_of(
        admins, [&](const wire::DeviceRecord* each) { return each->id == id_of(d); });
    if (!is_one || id_of(d) == id_of(device(admin)) || !ready(other) || !ready(admin)) continue;
    if (d.control().state().head() == device(admin).control().state().head()) return other;
  }
  return std::nullopt;
}

// Something that may stand on either side of a parted log, and stops no admin.
void Simulation::append_something(int admin) {
  const std::uint64_t dice = turns_.below(4);
  if (dice == 0) return rotate(admin);
  if (dice == 1) return end_somebody(admin);
  if (dice == 2) return give_again(admin);
  for (std::size_t i = 0; i < world_.devices.size(); ++i) {
    const DeviceId& id =
        id_of(world_.devices[i]->running() ? device(static_cast<int>(i)) : device(admin));
    const wire::DeviceRecord* record = device(admin).control().state().device(id);
    const std::vector<PersonId> people = cadres();
    const bool cadre = record != nullptr && !record->span.until &&
                       std::ranges::find(people, record->person) != people.end();
    if (cadre && stopped_ < 3) return stop(admin, id);
  }
  rotate(admin);
}

// Whoever happens to have signal; a device of the other side may be told that it must wait.
void Simulation::some_exchange(int but) {
  for (std::size_t i = 0; i < world_.devices.size(); ++i) {
    const int index = static_cast<int>(i);
    if (index == but || !device(index).running() || !turns_.chance(35)) continue;
    static_cast<void>(device(index).sync_until_idle());
    check_outbox(index);
  }
}

void Simulation::part_the_log(int admin) {
  if (doubled_.contains(admin)) return;
  const std::optional<int> other = other_admin(admin);
  if (!other) return;
  say("the log parts");
  const testing::MemoryStore::Data before = world_.server.store.copy();
  speaker_ = admin;
  append_something(admin);
  some_exchange(*other);
  parted_ = true;
  refresh_endings();  // what comes there now is lost with the server
  world_.server.restore(before, turns_.chance(30));
  oracle_.server_restored();
  speaker_ = *other;
  append_something(*other);
  some_exchange(admin);
  speaker_ = admin;
  const Status healed = act(admin, "heals the log", [&](const sync::Member& member) -> Status {
    MQ_TRY(const sync::Healed done, sync::heal_log(member, device(admin).sealer()));
    static_cast<void>(done);
    return {};
  });
  if (!healed.ok()) fault("a parted log cannot be healed: " + healed.error().en);
  const wire::ControlState& now = device(admin).control().state();
  healed_ = {now.head_seq(), now.head()};
  log_lost_ = true;  // everybody brings back what the server lost, before anything is appended
  speaker_.reset();
  refresh_endings();
  ++result_.healed;
}

// A server that was restored once more, to before a healing, may first meet a device of the side
// that was void: its line stands there again, and the healed one has parted from it. What the
// message asks for is done: an admin heals.
bool Simulation::heal_again() {
  if (healed_.first == 0) return false;
  for (std::size_t i = 0; i < world_.devices.size(); ++i) {
    SimDevice& d = *world_.devices[i];
    if (!d.running() || !d.last_error() || d.last_error()->code != Code::kCorrupt) continue;
    const auto healed = sync::heal_log(d.member(), d.sealer());
    if (!healed.ok() || !healed->parted) continue;
    say(cat(d.name(), " heals the log once more"));
    const wire::ControlState& now = d.control().state();
    healed_ = {now.head_seq(), now.head()};
    refresh_endings();
    ++result_.healed;
    return world_.settle();
  }
  return false;
}

}  // namespace mq::sim
