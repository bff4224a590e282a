#include "support/world.h"

#include <atomic>

namespace mq::testing {
namespace {

constexpr const char* kVaultPath = "home/vault.db";

// SQLite knows its file systems by name, for the whole process.
std::string disk_name() {
  static std::atomic<std::uint64_t> next{0};
  return "disk-" + std::to_string(++next);
}

}  // namespace

SimDevice::SimDevice(std::string name, SimServer& server, std::uint64_t seed, Faults* faults,
                     Wiretap* wiretap)
    : clock(server.clock.wall().ms),
      random(seed),
      state(faults),
      disk(disk_name(), faults),
      network(server, seed + 1, faults, wiretap),
      machine_id(to_bytes(name)),
      name_(std::move(name)),
      server_(server) {}

SimDevice::~SimDevice() { kill(); }

Status SimDevice::boot() {
  kill();
  auto process = std::make_unique<Process>();
  vault::VaultOptions vault_options;
  vault_options.path = kVaultPath;
  vault_options.vfs = disk.name();
  vault_options.schema = schema;
  vault_options.create = !disk.copy("home/").contains(kVaultPath);
  auto vault = vault::Vault::open(vault_options, clock, random);
  if (!vault.ok()) return vault.error();
  process->vault = std::move(*vault);
  auto keyring = seal::Keyring::load(*process->vault);
  if (!keyring.ok()) return keyring.error();
  process->keyring.emplace(std::move(*keyring));
  auto control = sync::ControlStore::load(*process->vault);
  if (!control.ok()) return control.error();
  process->control.emplace(std::move(*control));
  process->token.emplace(state, kTokenPath, machine_id);
  process->sealer.emplace(*process->vault, *process->keyring, *process->token, random);
  process_ = std::move(process);
  return {};
}

sync::SyncEngine& SimDevice::engine() {
  if (process_->engine == nullptr) {
    process_->engine =
        std::make_unique<sync::SyncEngine>(*process_->vault, *process_->keyring, *process_->control,
                                           *process_->sealer, network, clock, random, options);
  }
  return *process_->engine;
}

void SimDevice::kill(SimRandom* torn) {
  if (process_ == nullptr) return;
  disk.crash("", torn);
  state.crash();
  process_.reset();
}

void SimDevice::stop() { process_.reset(); }

DiskImage SimDevice::image() const { return {disk.copy(""), state.copy()}; }

void SimDevice::restore(const DiskImage& image, bool with_state) {
  kill();
  disk.restore(image.home, "");
  if (with_state) state.restore(image.state);
}

Result<sync::Founded> SimDevice::found(const std::string& township) {
  sync::FoundOptions founding;
  founding.county_name = "试验县";
  founding.township_name = township;
  founding.founder_name = name_;
  founding.server_address = "127.0.0.1:7443";
  return sync::found_township(founding, vault(), keyring(), control(), network, clock, random);
}

Status SimDevice::join(const std::string& code) {
  return sync::join_township(code, vault(), keyring(), control(), network, clock, random);
}

Result<sync::Progress> SimDevice::step() {
  auto progress = engine().step();
  last_error_ = progress.ok() ? std::nullopt : std::optional(progress.error());
  return progress;
}

void SimDevice::wait(std::chrono::milliseconds time) {
  clock.advance(time);
  server_.clock.advance(time);
}

bool SimDevice::sync_until_idle(int steps_max) {
  int errors = 0;
  for (int i = 0; i < steps_max; ++i) {
    const auto progress = step();
    if (progress.ok() && *progress == sync::Progress::kIdle) return true;
    if (!progress.ok() && ++errors > 40) return false;
    const std::int64_t pause = engine().wake_at().ms - clock.monotonic().ms;
    if (pause > 0) wait(std::chrono::milliseconds(pause));
  }
  return false;
}

World::World(std::uint64_t seed, Faults* faults)
    : random(seed), server(seed * 1'000 + 7), faults_(faults), next_seed_(seed * 1'000 + 11) {}

SimDevice& World::add_device(const std::string& name) {
  devices.push_back(std::make_unique<SimDevice>(name, server, next_seed_ += 2, faults_, &wiretap));
  return *devices.back();
}

SimDevice& World::found(int village_count) {
  SimDevice& admin = add_device("管理员");
  MQ_ASSERT(admin.boot().ok());
  const auto founded = admin.found("试验镇");
  if (!founded.ok()) ADD_FAILURE() << founded.error().en;
  MQ_ASSERT(founded.ok());
  const Status opened = open_villages(admin, village_count);
  if (!opened.ok()) ADD_FAILURE() << opened.error().en;
  MQ_ASSERT(opened.ok());
  return admin;
}

namespace {

sync::NewStream private_of(const StreamId& village, const std::string& label, SimDevice& admin,
                           SimRandom& random) {
  sync::NewStream guarded;
  guarded.kind = wire::pb::STREAM_KIND_PRIVATE;
  guarded.owner = to_bytes(village.view());
  guarded.label = label;
  guarded.id = new_id<StreamId>(admin.clock, random);
  return guarded;
}

}  // namespace

Status World::open_villages(SimDevice& admin, int village_count, Guarded guarded) {
  std::vector<sync::NewStream> streams;
  for (int i = 0; i < village_count; ++i) {
    sync::NewStream village;
    village.kind = wire::pb::STREAM_KIND_VILLAGE;
    village.label = "村" + std::to_string(villages.size() + 1);
    village.id = new_id<StreamId>(admin.clock, random);
    villages.push_back(village.id);
    streams.push_back(village);
    if (guarded == Guarded::kNo) continue;
    streams.push_back(private_of(village.id, village.label, admin, random));
  }
  if (streams.empty()) return {};
  return sync::create_streams(streams, admin.vault(), admin.keyring(), admin.control(),
                              admin.network, admin.clock, admin.random);
}

Status World::open_private(SimDevice& admin, const StreamId& village) {
  return sync::create_streams({private_of(village, "村", admin, random)}, admin.vault(),
                              admin.keyring(), admin.control(), admin.network, admin.clock,
                              admin.random);
}

Result<std::string> World::invite_cadre(SimDevice& admin, const std::string& name,
                                        const std::vector<StreamId>& of) {
  sync::InviteOptions invite;
  invite.role = wire::pb::ROLE_KIND_CADRE;
  invite.name = name;
  invite.person = new_id<PersonId>(admin.clock, random);
  for (const wire::StreamRecord& stream : admin.control().state().streams()) {
    const auto listed = [&](ByteView id) {
      return std::any_of(of.begin(), of.end(),
                         [&](const StreamId& v) { return std::ranges::equal(v.view(), id); });
    };
    const bool village = stream.kind == wire::pb::STREAM_KIND_VILLAGE && listed(stream.id.view());
    const bool guarded = stream.kind == wire::pb::STREAM_KIND_PRIVATE && listed(stream.owner);
    if (village || guarded) invite.streams.push_back(stream.id);
  }
  return sync::invite_member(invite, admin.vault(), admin.keyring(), admin.control(), admin.network,
                             admin.clock, admin.random);
}

SimDevice& World::add_cadre(SimDevice& admin, const std::string& name,
                            const std::vector<StreamId>& of) {
  const auto code = invite_cadre(admin, name, of.empty() ? villages : of);
  if (!code.ok()) ADD_FAILURE() << code.error().en;
  MQ_ASSERT(code.ok());
  SimDevice& cadre = add_device(name);
  MQ_ASSERT(cadre.boot().ok());
  const Status joined = cadre.join(*code);
  if (!joined.ok()) ADD_FAILURE() << joined.error().en;
  MQ_ASSERT(joined.ok());
  return cadre;
}

SimDevice& World::add_admin(SimDevice& admin, const std::string& name) {
  sync::InviteOptions invite;
  invite.role = wire::pb::ROLE_KIND_ADMIN;
  invite.name = name;
  invite.person = new_id<PersonId>(admin.clock, random);
  const auto invited = sync::invite_members({invite}, admin.member());
  if (!invited.ok()) ADD_FAILURE() << invited.error().en;
  SimDevice& second = add_device(name);
  MQ_ASSERT(invited.ok() && second.boot().ok());
  MQ_ASSERT(second.join(invited->front().code).ok());
  const auto digits = sync::compare_device(second.keyring().identity()->device, admin.member());
  if (!digits.ok()) ADD_FAILURE() << digits.error().en;
  const auto granted = sync::confirm_device(second.keyring().identity()->device, admin.member());
  if (!granted.ok()) ADD_FAILURE() << granted.error().en;
  if (!second.sync_until_idle()) ADD_FAILURE() << second.last_error()->en;
  return second;
}

void World::advance(std::chrono::milliseconds time) {
  server.clock.advance(time);
  for (const auto& device : devices) device->clock.advance(time);
}

bool World::settle(int rounds) {
  for (const auto& device : devices) {
    device->network.set_offline(false);
    device->network.set_weather({});
    device->disk.set_full(false);
    device->state.set_full(false);
    if (!device->running() && !device->boot().ok()) return false;
  }
  bool quiet = false;
  for (int round = 0; round < rounds && !quiet; ++round) {
    quiet = true;
    advance(std::chrono::minutes(10));  // past every pause
    for (const auto& device : devices) {
      const sync::SyncReport before = device->engine().report();
      if (!device->sync_until_idle()) {
        quiet = false;
        continue;
      }
      const sync::SyncReport& after = device->engine().report();
      quiet = quiet && before.envelopes_up == after.envelopes_up &&
              before.envelopes_down == after.envelopes_down;
    }
  }
  return quiet;
}

}  // namespace mq::testing
