// SyncEngine reconciles one vault with one server.
//
// It owns no thread, timer or socket. Each step() makes at most one round trip and one local
// durable commit, then returns; the caller decides when to step again, so a test can crash, delay
// or reorder between any two steps. It holds the control log and brings it forward first; then own
// envelopes go out, then others' come in. Receipts free the outbox; cursors advance only with what
// was applied or parked.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mq/base/clock.h"
#include "mq/base/random.h"
#include "mq/base/result.h"
#include "mq/seal/sealer.h"
#include "mq/sync/transport.h"
#include "mq/vault/vault.h"
#include "mq/wire/control.h"

namespace mq::sync {

struct SyncOptions {
  std::size_t exchange_bytes_max = 262'144;            // sealed bytes in one request or reply
  std::size_t weak_link_bytes = 16'384;                // lowered to this after a broken exchange
  std::chrono::milliseconds retry_delay_min{500};      // first pause after kUnavailable
  std::chrono::milliseconds retry_delay_max{300'000};  // each further one doubles, with jitter
};

enum class Progress { kMore, kIdle, kWaiting };

// Something for the person to know at once: a new device in his name, a reader, a cut …
struct Alarm {
  std::string zh, en;
};

struct SyncReport {
  std::uint64_t round_trips = 0;
  std::uint64_t bytes_up = 0, bytes_down = 0;  // serialised messages
  std::uint64_t envelopes_up = 0, envelopes_down = 0;
  std::uint64_t transactions_up = 0, transactions_down = 0;
  std::uint64_t refused = 0, parked = 0, forks = 0;
  std::size_t keys_missing = 0;   // streams to be granted again, once idle
  bool server_lost_data = false;  // a new generation was met; healing
  std::vector<Alarm> alarms;
};

// The control log as stored in the vault (settings "control.…"): append-only, verified at load.
// Borrows the vault.
class ControlStore {
 public:
  static Result<ControlStore> load(vault::Vault& vault);
  ControlStore(ControlStore&&) = default;
  const wire::ControlState& state() const { return state_; }
  // Applies and stores; takes boxes into the keyring; adds or updates streams of the vault.
  Status append(const std::vector<wire::pb::ControlEntry>& entries, seal::Keyring& keyring);
  Result<std::vector<wire::pb::ControlEntry>> entries(std::uint32_t after_seq);
  // Entries stored; more than state().head_seq() only while a batch is not yet whole.
  std::uint32_t held() const { return held_; }
  // Another side of this log stands in the server's order, and its entries after `fork` voided
  // ours: they replace ours in one commit. Ours are kept, see voided(). Nothing has changed after
  // an error.
  Status rewind(std::uint32_t fork, const std::vector<wire::pb::ControlEntry>& theirs,
                seal::Keyring& keyring);
  // What rewind() took away, the newest last; each list begins after the entry both sides have.
  Result<std::vector<std::vector<wire::pb::ControlEntry>>> voided();
  // Takes again from the log what a kill may have left untaken; cheap when nothing is missing.
  Status complete_keys(seal::Keyring& keyring);

 private:
  explicit ControlStore(vault::Vault& vault) : vault_(&vault) {}
  Status take_keys(const wire::ControlState& state,
                   const std::vector<wire::pb::ControlEntry>& entries, seal::Keyring& keyring);
  Status store(std::uint32_t after, const std::vector<wire::pb::ControlEntry>& entries);
  Status keep_voided(const std::vector<wire::pb::ControlEntry>& entries);
  Status forget_peers(std::uint32_t fork);
  Status unlist_streams(const wire::ControlState& state);
  Status list_streams(const wire::ControlState& state, const seal::Keyring& keyring);

  vault::Vault* vault_;
  wire::ControlState state_;
  std::uint32_t held_ = 0;
};

class SyncEngine {
 public:
  // Borrows every argument; each must outlive the engine. One thread at a time.
  SyncEngine(vault::Vault& vault, seal::Keyring& keyring, ControlStore& control,
             seal::Sealer& sealer, Transport& transport, const Clock& clock, Random& random,
             SyncOptions options = {});
  ~SyncEngine();

  // kMore: call again now. kIdle: both sides agree. kWaiting: nothing to do before wake_at().
  // After any error nothing that was recorded has changed, and a new step() is safe.
  //
  // kUnavailable      no network, or the server is busy; wait for wake_at()
  // kUnauthenticated  not our server, or it no longer knows this device and cannot be told
  // kCorrupt          server head, receipt or log do not verify, or the logs have parted (see
  //                   parting()); nothing of it was applied
  Result<Progress> step();
  MonotonicTime wake_at() const;
  const SyncReport& report() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Seals a state statement for each village in which this person records, if the last one is of an
// earlier day than the newest checkpoint; returns how many now wait in the outbox. Call it when the
// engine is idle, then step again.
Result<int> state_exports(vault::Vault& vault, const seal::Keyring& keyring,
                          const ControlStore& control, seal::Sealer& sealer);

// The control log here and the server's have grown apart since `since`: a server was restored, and
// appended to before this device brought back what it holds. Kept until both agree again.
struct Parting {
  struct Entry {
    std::uint32_t seq = 0;
    std::string zh, en;  // what kind of entry
  };
  std::uint32_t since = 0, ours = 0, servers = 0;  // control seqs
  std::vector<Entry> only_here;
};
Result<std::optional<Parting>> parting(vault::Vault& vault, ControlStore& control);
// At its last contact the server knew nothing of this device, whatever was tried: it was restored
// from an older backup and the log has gone on without it. What it once took of this device may be
// lost there and read by nobody, receipts or not; until a contact goes through again.
Result<bool> unknown_to_server(vault::Vault& vault);

// A request to be told when something is new (Transport::watch), in the server's time.
Result<pb::SignedRequest> watch_request(const seal::Keyring& keyring, const ControlStore& control,
                                        Transport& transport, const Clock& clock, Random& random);

// Founding, joining and inviting: the acts that append to the control log.
struct FoundOptions {
  std::string county_name, township_name;
  std::string founder_name;
  std::string server_address;
  std::string code;  // enrolment code; empty on loopback
  bool practice = false;
};
struct Founded {
  TownshipId township;
  Key32 county_root_seed;  // goes to --root-out or is printed once
};
// Draws identity and keys, founds on the server, stores identity, log and first epochs.
Result<Founded> found_township(const FoundOptions& options, vault::Vault& vault,
                               seal::Keyring& keyring, ControlStore& control, Transport& transport,
                               const Clock& clock, Random& random);

struct NewStream {
  wire::pb::StreamKind kind;
  Bytes owner;  // PRIVATE: village stream id; DIARY: person id
  std::string label;
  StreamId id;  // drawn by the caller
};
// Streams with their first epochs, boxes to everybody entitled; one append. Retries a lost race.
Status create_streams(const std::vector<NewStream>& streams, vault::Vault& vault,
                      seal::Keyring& keyring, ControlStore& control, Transport& transport,
                      const Clock& clock, Random& random);

struct InviteOptions {
  wire::pb::RoleKind role;
  std::string name;
  PersonId person;                // drawn by the caller, noted on the cadre's row
  std::vector<StreamId> streams;  // villages and their PRIVATE streams
  std::uint32_t last_day = 0;
};
// Appends person, diary stream with epoch, invite with boxes. Returns the code to hand over.
Result<std::string> invite_member(const InviteOptions& options, vault::Vault& vault,
                                  seal::Keyring& keyring, ControlStore& control,
                                  Transport& transport, const Clock& clock, Random& random);

// One contact: finds the township, verifies log and MAC, appends the device entry (with the role it
// was invited to), takes the keys. kNotAllowed with the reason: expired, used, foreign, mistyped.
Status join_township(std::string_view code, vault::Vault& vault, seal::Keyring& keyring,
                     ControlStore& control, Transport& transport, const Clock& clock,
                     Random& random);

}  // namespace mq::sync
