// What goes wrong: weather, clocks, disks, kills, backups, clones, the server, and new members.
#include <algorithm>

#include "mq/base/text.h"
#include "simulation.h"

namespace mq::sim {

using testing::SimDevice;

void Simulation::change_weather(int index) {
  SimDevice& d = device(index);
  const std::uint64_t dice = random_.below(4);
  d.network.set_offline(dice == 0);
  testing::Weather weather;
  if (dice == 1) weather = {10, 15, 10, 10, 5, 0};
  if (dice == 2) weather = {0, 10, 20, 0, 0, 15};
  d.network.set_weather(weather);
  say(cat(d.name(), dice == 0 ? " has no signal" : dice == 3 ? " has a clear sky" : " has storm"));
}

void Simulation::change_clock(int index) {
  SimDevice& d = device(index);
  switch (random_.below(5)) {
    case 0:
      d.clock.set_wall(testing::kYear1970);
      break;
    case 1:
      d.clock.set_wall(testing::kYear2099);
      break;
    case 2:
      d.clock.jump(std::chrono::hours(26));
      break;
    case 3:
      d.clock.set_drift(50'000);
      break;
    default:
      d.clock.set_drift(0);
      d.clock.set_wall(world_.server.clock.wall().ms);
  }
  say(cat(d.name(), " has clock ", d.clock.wall().ms));
}

void Simulation::change_disk(int index) {
  const bool full = random_.chance(40);
  device(index).disk.set_full(full);
  say(cat(device(index).name(), full ? " has a full disk" : " has room on its disk"));
}

void Simulation::kill(int index) {
  say(cat(device(index).name(), " is killed and comes back"));
  stand_up(index);
  check_reads(index, 4);
}

// Comes back after the power went in the middle of something.
void Simulation::stand_up(int index) {
  SimDevice& d = device(index);
  d.kill(random_.chance(60) ? &random_ : nullptr);
  d.clock.reboot();
  d.disk.set_full(false);
  notes(index).form.reset();
  ++result_.kills;
  const Status booted = d.boot();
  if (!booted.ok()) give_up("a killed device does not start: " + booted.error().en);
}

// Nothing can go on without its program: the faults found so far are told, and that is all.
void Simulation::give_up(const std::string& what) {
  fault(what);
  throw GivenUp();
}

// The power goes at some outside call in the middle of a contact: of network, token or database.
void Simulation::stumble(int index) {
  SimDevice& d = device(index);
  say(cat(d.name(), " loses power in a contact"));
  faults_.arm(testing::Faults::Mode::kFromThere, 1 + random_.below(120));
  for (int i = 0; i < 8 && !faults_.met(); ++i) {
    const auto progress = d.step();
    if (!progress.ok()) break;
  }
  faults_.stop();
  stand_up(index);
  check_outbox(index);
  check_reads(index, 4);
}

// A hostile server, or somebody in between, leaves out, swaps or claims; only this device hears it.
void Simulation::forge_replies(int index) {
  SimDevice& d = device(index);
  d.network.forge_next = static_cast<testing::Forgery>(1 + random_.below(4));
  say(cat(d.name(), " will hear a forged reply"));
  exchange(index);
  d.network.forge_next = testing::Forgery::kNone;
}

// A village that had no private stream gets one: whoever reads it learns of the key late.
void Simulation::open_private() {
  const std::optional<int> index = some_admin();
  if (!bare_village_ || !index || !ready(*index)) return;
  SimDevice& admin = device(*index);
  const Status opened = world_.open_private(admin, *bare_village_);
  if (!opened.ok()) return say("the private stream waits: " + opened.error().en);
  bare_village_.reset();
  notes(*index)
      .backup.reset();  // an admin restored from before it may hold the only copy of its entry
  say("a private stream is opened");
}

void Simulation::back_up(int index) {
  notes(index).backup = Backup{device(index).image(), oracle_.now(), unsealed(index)};
  say(cat(device(index).name(), " is backed up"));
}

// The vault alone, or the whole machine with the token that would betray it.
void Simulation::restore(int index) {
  Notes& n = notes(index);
  if (!n.backup) return;
  SimDevice& d = device(index);
  const bool whole = random_.chance(50);
  d.restore(n.backup->image, whole);
  oracle_.device_restored(index, n.backup->time);
  oracle_.may_come_again(n.backup->unsealed);
  doubled_.insert(index);
  const Status booted = d.boot();
  if (!booted.ok()) give_up("a restored device does not start: " + booted.error().en);
  n.form.reset();
  n.read.clear();
  n.outbox.clear();
  ++result_.restores;
  say(cat(d.name(), " is restored", whole ? " with its machine" : ""));
}

// A second machine with the same home goes on beside the first.
void Simulation::clone(int index) {
  if (world_.devices.size() >= 7) return;
  const bool whole = random_.chance(50);
  const testing::DiskImage image = device(index).image();
  oracle_.may_come_again(unsealed(index));
  SimDevice& copy = world_.add_device(device(index).name() + "'");
  if (whole) copy.machine_id = device(index).machine_id;
  copy.restore(image, whole);
  notes_.emplace_back();
  doubled_.insert({index, static_cast<int>(world_.devices.size()) - 1});
  const Status booted = copy.boot();
  if (!booted.ok()) give_up("a cloned device does not start: " + booted.error().en);
  say(cat(device(index).name(), " is cloned", whole ? " with its machine" : ""));
}

void Simulation::trouble_server() {
  const std::uint64_t dice = random_.below(3);
  if (dice == 0) {
    world_.server.restart();
    return say("the server restarts");
  }
  if (dice == 1 || !server_backup_) {
    server_backup_ = world_.server.store.copy();
    return say("the server is backed up");
  }
  const bool told = random_.chance(30);  // by `minqing-server restore`, or silently
  world_.server.restore(*server_backup_, told);
  oracle_.server_restored();
  log_lost_ = true;
  say(told ? "the server is restored under a new generation" : "the server is restored");
}

// Everybody meets a server that was restored, in whatever order, before an admin appends to its
// log: the only copy of an entry may be that of the device which it names.
bool Simulation::bring_log_back() {
  if (!log_lost_) return true;
  for (std::size_t i = 0; i < world_.devices.size(); ++i) {
    SimDevice& d = *world_.devices[i];
    d.network.set_offline(false);
    d.network.set_weather({});
    d.disk.set_full(false);
    const bool level = d.running() && d.sync_until_idle();
    if (d.running()) check_outbox(static_cast<int>(i));
    if (!level) return false;
    check_level(static_cast<int>(i));
  }
  log_lost_ = false;
  return true;
}

void Simulation::add_member() {
  const std::optional<int> index = some_admin();
  if (world_.devices.size() >= 6 || !index || !ready(*index)) return;
  world_.add_cadre(device(*index), cat("新", world_.devices.size()));
  notes_.emplace_back();
  say("a new member joins");
}

}  // namespace mq::sim
