// World: one server and any number of devices, each a real vault, sealer and engine over simulated
// clock, chance, disk and network. Tests and the simulator drive it; nothing in it decides
// anything.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mq/seal/keyring.h"
#include "mq/seal/sealer.h"
#include "mq/sync/membership.h"
#include "mq/vault/vault.h"
#include "support/fault_vfs.h"
#include "support/sim_files.h"
#include "support/sim_network.h"

namespace mq::testing {

inline constexpr const char* kTokenPath = "state/token";  // on a device's second disk

// What is on a device's disks, taken at one moment.
struct DiskImage {
  std::map<std::string, Bytes> home;   // vault
  std::map<std::string, Bytes> state;  // continuation token, kept elsewhere
};

class SimDevice {
 public:
  SimDevice(std::string name, SimServer& server, std::uint64_t seed, Faults* faults,
            Wiretap* wiretap);
  ~SimDevice();

  // The program starts: opens what is on disk, or an empty home.
  Status boot();
  bool running() const { return process_ != nullptr; }
  // The power goes; with `torn`, unsynced blocks are kept or lost by chance.
  void kill(SimRandom* torn = nullptr);
  // The program ends in order.
  void stop();

  DiskImage image() const;
  // With the token in its own folder a restored home is noticed at once; an image of the whole
  // machine is noticed by the first fork.
  void restore(const DiskImage& image, bool with_state);

  Result<sync::Founded> found(const std::string& township);
  Status join(const std::string& code);
  Result<sync::Progress> step();
  // Steps until the engine is idle, letting time pass where it waits. False: gave up after so many
  // errors or steps; last_error() says why.
  bool sync_until_idle(int steps_max = 400);
  const std::optional<Error>& last_error() const { return last_error_; }

  vault::Vault& vault() { return *process_->vault; }
  seal::Keyring& keyring() { return *process_->keyring; }
  sync::ControlStore& control() { return *process_->control; }
  seal::Sealer& sealer() { return *process_->sealer; }
  sync::SyncEngine& engine();
  // This home as the acts on the control log want it.
  sync::Member member() { return {vault(), keyring(), control(), network, clock, random}; }
  const std::string& name() const { return name_; }
  // Lets time pass here, for the server and for whoever else shares its day.
  void wait(std::chrono::milliseconds time);

  SimClock clock;
  SimRandom random;
  SimFiles state;
  FaultVfs disk;
  SimNetwork network;
  sync::SyncOptions options;
  const model::Schema* schema = nullptr;
  Bytes machine_id;

 private:
  struct Process {
    std::unique_ptr<vault::Vault> vault;
    std::optional<seal::Keyring> keyring;
    std::optional<sync::ControlStore> control;
    std::optional<seal::ContinuationToken> token;
    std::optional<seal::Sealer> sealer;
    std::unique_ptr<sync::SyncEngine> engine;
  };
  std::string name_;
  SimServer& server_;
  std::unique_ptr<Process> process_;
  std::optional<Error> last_error_;
};

enum class Guarded { kYes, kNo };

class World {
 public:
  explicit World(std::uint64_t seed = 1, Faults* faults = nullptr);

  SimDevice& add_device(const std::string& name);
  // An admin's device with a township, `villages` villages and their private streams; online and
  // level with the server.
  SimDevice& found(int villages = 1);
  // Opens streams; each village has a private stream, unless it gets one later.
  Status open_villages(SimDevice& admin, int villages, Guarded guarded = Guarded::kYes);
  Status open_private(SimDevice& admin, const StreamId& village);
  // A cadre of every village, or of the given ones, on a device of his own, joined.
  SimDevice& add_cadre(SimDevice& admin, const std::string& name,
                       const std::vector<StreamId>& of = {});
  // Another admin of the township, compared and granted the keys.
  SimDevice& add_admin(SimDevice& admin, const std::string& name);
  Result<std::string> invite_cadre(SimDevice& admin, const std::string& name,
                                   const std::vector<StreamId>& of);
  // Time passes for everybody.
  void advance(std::chrono::milliseconds time);
  // Everybody exchanges with a clear sky until nobody has anything new. False: somebody could not.
  bool settle(int rounds = 12);

  std::vector<StreamId> villages;
  SimRandom random;
  Wiretap wiretap;
  SimServer server;
  std::vector<std::unique_ptr<SimDevice>> devices;

 private:
  Faults* faults_;
  std::uint64_t next_seed_;
};

}  // namespace mq::testing
